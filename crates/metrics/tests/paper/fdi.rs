//! FDI indicators against what the paper and its sources print, and against what must always hold.

use metrics::indicator::{Outcome, definition, evaluate, targets};
use statistics::{Cell, Decimal, Missing, Period, SeriesKey, View};

use crate::feed::{ask, check_point, check_undefined, decimal, paper, target};

const RANGE: &str = "2000-01-01/P15Y";

#[test]
fn all_eleven_years_of_the_intra_share_are_printed_and_recomputed() {
    // Printed value, and whether the host rows agree with it within all roundings.
    let years = [
        ("2000", "5.6", true),
        ("2005", "9.6", true),
        ("2006", "13.6", true),
        ("2007", "11.3", true),
        ("2008", "21.0", true),
        ("2009", "13.9", true),
        ("2010", "15.1", true),
        ("2011", "15.2", true),
        ("2012", "17.8", true),
        ("2013", "16.5", true),
        ("2014", "17.4", false),
    ];
    for (year, printed, agrees) in years {
        let answer = ask("fdi.intra_share", "ASEAN", "", year);
        assert_eq!(answer.printed, Some(decimal(printed)), "{year}");
        let Outcome::Interval { low, high, .. } = answer.outcome else { panic!("{year}") };
        let half = decimal("0.05");
        let printed = decimal(printed);
        let meets = low <= printed + half && printed - half <= high;
        assert_eq!(meets, agrees, "{year}: {printed} and {low} to {high}");
    }
}

#[test]
fn the_hosts_imply_17_9_for_2014_and_no_rounding_reaches_17_4() {
    let answer = ask("fdi.intra_share", "ASEAN", "", "2014");
    let Outcome::Interval { low, high, point } = answer.outcome else { panic!("an interval") };
    assert_eq!(point.expect("a point").round_dp(1), decimal("17.9"));
    assert!(low > decimal("17.85") && high < decimal("17.97"), "{low} to {high}");
    assert_eq!(
        answer.membership.as_deref(),
        Some("ASEAN, 10 members: BN ID KH LA MM MY PH SG TH VN")
    );
    // Ten inflows, ten shares and the printed share; each with its source.
    assert_eq!(answer.inputs.len(), 21);
    assert!(answer.inputs.iter().all(|input| input.source.is_some() && input.release.is_some()));
}

#[test]
fn amounts_and_shares_are_those_of_the_tables() {
    check_point("fdi.inflow", "SG", "", "2014", "72098");
    check_point("fdi.inflow", "ASEAN", "", "2014", "136181");
    check_point("fdi.inflow", "ASEAN", "C", "2014", "22215.4");
    check_point("fdi.intra_inflow", "ASEAN", "C", "2014", "6757.6");
    check_point("fdi.intra_share", "SG", "", "2014", "6.3");
    check_point("fdi.intra_share", "ASEAN", "A", "2014", "87.5");
    check_point("fdi.intra_share", "ASEAN", "L", "2014", "44.9");
    check_point("fdi.intra_share", "ASEAN", "D", "2014", "-11.7");
    check_point("fdi.industry_share", "ASEAN", "K", "2014", "31.6");
    check_point("fdi.host_share", "SG", "", RANGE, "51.5");
    check_point("fdi.growth", "ASEAN", "", "2014", "15.7");
    check_point("fdi.growth", "SG", "", "2014", "28.4");
    // (136181 / 21809)^(1/14) − 1.
    check_point("fdi.compound_growth", "ASEAN", "", "2014", "13.98");
    check_point("fdi.compound_growth", "ASEAN", "2005", "2014", "13.82");
    assert_eq!(ask("fdi.intra_inflow", "ASEAN", "", "2014").printed, Some(decimal("23672")));
}

#[test]
fn what_has_no_answer_says_why() {
    check_undefined("fdi.intra_share", "ASEAN", "R", "2014", "ratio_of_negatives");
    check_undefined("fdi.intra_share", "ASEAN", "_Q", "2014", "zero_denominator");
    check_undefined("fdi.intra_share", "ASEAN", "", "1999", "missing_input");
    check_undefined("fdi.growth", "ASEAN", "", "2005", "missing_input");
    check_undefined("fdi.growth", "ASEAN", "", RANGE, "not_applicable");
    check_undefined("fdi.compound_growth", "ID", "", "2014", "negative_base");
    check_undefined("fdi.compound_growth", "ASEAN", "2014", "2014", "not_applicable");
    check_undefined("fdi.compound_growth", "ASEAN", "soon", "2014", "not_applicable");
    check_undefined("fdi.host_share", "US", "", "2014", "not_applicable");
    check_undefined("fdi.hhi_host", "MERCOSUR", "", "2014", "no_membership");
    check_undefined("fdi.specialization", "ASEAN", "R|SG", "2014", "ratio_of_negatives");
    check_undefined("fdi.specialization", "ASEAN", "R", "2014", "not_applicable");
    check_undefined("fdi.leading_source", "ASEAN", "R", "2014", "no_positive_part");
    check_undefined("fdi.hhi_source", "ASEAN", "_U", "2014", "no_positive_part");
    // The printed value stays beside the reason.
    assert_eq!(ask("fdi.intra_share", "ASEAN", "R", "2014").printed, Some(decimal("10.5")));
    assert_eq!(ask("fdi.intra_share", "ASEAN", "_Q", "2014").printed, Some(decimal("87.5")));
}

#[test]
fn a_missing_member_makes_the_regional_sum_undefined() {
    let key: SeriesKey = "A.BN.W.I.F.T.D.IMM._T.C.USD".parse().expect("a key");
    let year = Period::year(2014);
    let mut view = paper().clone();
    let mut dash = view.observation("DF_FDI_HOST", &key, year).expect("printed");
    view.remove("DF_FDI_HOST", &key, year);
    for id in ["fdi.inflow", "fdi.intra_share", "fdi.hhi_host"] {
        let answer = evaluate(&target(id, "ASEAN", "", "2014"), &view).expect("declared");
        assert!(matches!(answer.outcome, Outcome::Undefined(_)), "{id}");
    }
    dash.cell = Cell::Missing(Missing::Suppressed);
    view.put("DF_FDI_HOST", key, dash);
    let answer = evaluate(&target("fdi.inflow", "ASEAN", "", "2014"), &view).expect("declared");
    let Outcome::Undefined(reason) = answer.outcome else { panic!("a gap is no zero") };
    assert!(reason.to_string().contains("suppressed"), "{reason}");
}

#[test]
fn timor_leste_counts_from_2025_on() {
    let membership = |year: &str| ask("fdi.inflow", "ASEAN", "", year).membership;
    assert!(membership("2024").expect("a group").contains("10 members"));
    assert!(membership("2025").expect("a group").contains("11 members"));
}

#[test]
fn shares_of_the_hosts_add_up_to_100() {
    for period in ["2005", "2014", RANGE] {
        let hosts = ["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN"];
        let shares = hosts.map(|host| ask("fdi.host_share", host, "", period).outcome.point());
        let total: Decimal = shares.iter().map(|share| share.expect("a share")).sum();
        // Each point is rounded to ten places.
        assert!((total - Decimal::ONE_HUNDRED).abs() < decimal("0.00000001"), "{period}: {total}");
    }
}

#[test]
fn concentration_stays_in_its_bounds_and_knows_its_parts() {
    // Σ inflow² / 136181² × 10,000 over the ten hosts of 2014, computed apart.
    check_point("fdi.hhi_host", "ASEAN", "", "2014", "3273");
    for definition in ["fdi.hhi_host", "fdi.hhi_industry", "fdi.hhi_source"] {
        let definition = definition_of(definition);
        for target in targets(definition, None, paper()) {
            let answer = evaluate(&target, paper()).expect("declared");
            if let Outcome::Interval { low, high, point } = answer.outcome {
                let point = point.expect("a point");
                assert!(low <= point && point <= high, "{target:?}");
                assert!(
                    low >= decimal("450") && high <= decimal("10000"),
                    "{target:?}: {low} {high}"
                );
            }
        }
    }
    let industry = ask("fdi.hhi_industry", "ASEAN", "", "2014");
    assert!(industry.note.expect("a note").contains("negative net flows are left out: R"));
}

#[test]
fn the_leading_sources_are_those_of_table_2b() {
    let leaders = [
        ("A", "SG"),
        ("B", "MY"),
        ("C", "SG"),
        ("D", "TH"),
        ("F", "MY"),
        ("G", "SG"),
        ("H", "MY"),
        ("J", "MY"),
        ("K", "SG"),
        ("L", "ID"),
        ("S", "MY"),
        ("_Q", "TH"),
        ("", "SG"),
    ];
    for (activity, leader) in leaders {
        let answer = ask("fdi.leading_source", "ASEAN", activity, "2014");
        assert_eq!(answer.outcome, Outcome::Code(leader.to_owned()), "{activity}");
    }
}

#[test]
fn location_quotients_average_to_one_over_the_activities() {
    // Σ over activities of LQ × (share of the activity in all intra-ASEAN flows) = 1, up to the
    // rounding of totals that are printed; rows that are undefined weigh little here.
    for source in ["SG", "MY"] {
        let mut mean = Decimal::ZERO;
        for activity in ["A", "B", "C", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "Q", "S"]
        {
            let part = format!("{activity}|{source}");
            let quotient = ask("fdi.specialization", "ASEAN", &part, "2014").outcome.point();
            let flow = ask("fdi.intra_inflow", "ASEAN", activity, "2014").outcome.point();
            mean += quotient.expect("defined") * flow.expect("a flow") / decimal("23672");
        }
        assert!((mean - Decimal::ONE).abs() < decimal("0.02"), "{source}: {mean}");
    }
    check_point("fdi.specialization", "ASEAN", "A|SG", "2014", "1.30");
}

fn definition_of(id: &str) -> &'static metrics::indicator::Definition {
    definition(id).expect("declared")
}
