//! The four case firms get the mechanism and configuration that the paper gives them (section 3.2),
//! from relations alone; and the finding falls when what it rests on is taken away.

use jiff::civil::date;
use production_network::{
    Confidence, Configuration, CouplingFinding, EntityId, IndustryId, Mechanism, RelationKind,
    Role, Snapshot, couplings, reach_of_industry, roles,
};

use crate::paper_on;

fn snapshot() -> Snapshot {
    paper_on(date(2016, 12, 31))
}

fn coupling(snapshot: &Snapshot, firm: &str) -> CouplingFinding {
    let found = couplings(snapshot, &roles(snapshot));
    found.into_iter().find(|finding| finding.firm.as_str() == firm).expect("a finding")
}

fn entity(reference: &str) -> EntityId {
    EntityId::parse(reference).expect("a reference")
}

#[test]
fn each_case_firm_has_the_mechanism_and_configuration_of_the_paper() {
    let cases = [
        ("cool", Mechanism::InternationalPartnership, Some(Configuration::StrategicPartnership)),
        ("atc", Mechanism::IndustrialSpecialization, Some(Configuration::LeadFirmCentric)),
        ("eftech", Mechanism::IndustrialSpecialization, Some(Configuration::LeadFirmCentric)),
        ("klt", Mechanism::ProductionPlatform, None),
    ];
    for (firm, mechanism, configuration) in cases {
        let finding = coupling(&snapshot(), firm);
        assert_eq!(finding.mechanism, Some(mechanism), "{finding:#?}");
        assert_eq!(finding.configuration, configuration, "{finding:#?}");
        assert!(!finding.evidence.is_empty());
        assert!(finding.reach.is_global_production_network(), "{firm}");
    }
}

#[test]
fn case_firms_have_roles_that_fit_their_mechanism() {
    let found = roles(&snapshot());
    for (firm, industry, role) in [
        ("cool", "commercial_refrigeration", Role::StrategicPartner),
        ("european-oem", "commercial_refrigeration", Role::LeadFirm),
        ("unilever", "commercial_refrigeration", Role::KeyCustomer),
        ("atc", "aerospace", Role::SpecializedSupplierMulti),
        ("eftech", "oil_and_gas", Role::SpecializedSupplierIndustry),
        ("petronas", "oil_and_gas", Role::LeadFirm),
        ("klt", "agro_food", Role::GenericSupplier),
    ] {
        let of_firm = |f: &&production_network::RoleFinding| {
            f.firm.as_str() == firm && f.industry.as_str() == industry
        };
        let finding = found.iter().find(of_firm).expect("a finding");
        assert_eq!(finding.role, Some(role), "{firm} {finding:#?}");
    }
}

#[test]
fn without_the_agencys_support_industrial_specialization_is_less_sure() {
    let with = coupling(&snapshot(), "atc");
    let without = coupling(&snapshot().without_entity(&entity("actor:ie-singapore")), "atc");
    let score = |finding: &CouplingFinding| {
        let is_it = |s: &&production_network::Scored<Mechanism>| {
            s.answer == Mechanism::IndustrialSpecialization
        };
        finding.scores.iter().find(is_it).map_or(Confidence::NONE, |scored| scored.score)
    };
    assert!(score(&without) < score(&with), "{without:#?}");
}

#[test]
fn without_the_second_economy_there_is_no_global_production_network() {
    let home_only = snapshot().without_relations(|relation| {
        relation.from == entity("firm:atc") && relation.to == entity("place:penang")
    });
    let finding = coupling(&home_only, "atc");
    assert!(!finding.reach.is_global_production_network(), "{:?}", finding.reach);

    let agro_food = IndustryId::try_new("agro_food").expect("an id");
    assert!(reach_of_industry(&snapshot(), &agro_food).is_global_production_network());
    let no_exports = snapshot().without_relations(|relation| {
        relation.from == entity("firm:klt") && relation.kind == RelationKind::Supplies
    });
    assert!(!reach_of_industry(&no_exports, &agro_food).is_global_production_network());
}

#[test]
fn without_joint_development_cool_is_no_strategic_partner() {
    let thinner = snapshot().without_relations(|relation| {
        relation.from == entity("firm:cool") && relation.kind == RelationKind::CoDesigns
    });
    let found = roles(&thinner);
    assert!(found.iter().all(|finding| {
        finding.firm.as_str() != "cool" || finding.role != Some(Role::StrategicPartner)
    }));
    let before = coupling(&snapshot(), "cool").confidence;
    assert!(coupling(&thinner, "cool").confidence < before);
}

#[test]
fn before_penang_atc_had_no_operation_abroad() {
    let before = coupling(&paper_on(date(2008, 6, 1)), "atc");
    let after = coupling(&snapshot(), "atc");
    assert!(!before.reach.is_global_production_network());
    assert!(before.confidence < after.confidence);
    let names = |finding: &CouplingFinding| -> Vec<String> {
        finding.lead_firms.iter().map(ToString::to_string).collect()
    };
    assert!(names(&before).contains(&"semiconductor-customers".to_owned()));
    assert!(!names(&after).contains(&"semiconductor-customers".to_owned()));
}
