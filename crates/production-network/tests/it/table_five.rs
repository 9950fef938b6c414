//! The examples of table 5 get the roles of table 5 from their relations; a label changes nothing.

use jiff::civil::date;
use production_network::{Document, Entity, Fact, Limits, Network, Role, roles};

use crate::{FEED, paper_on, recorded};

#[test]
fn each_example_gets_the_role_of_its_row() {
    let found = roles(&paper_on(date(2016, 12, 31)));
    let labelled: Vec<_> = found.iter().filter(|f| f.given_label.is_some()).collect();
    assert_eq!(labelled.len(), 26);
    for finding in labelled {
        assert_eq!(finding.role, finding.given_label, "{finding:#?}");
        assert_eq!(finding.agrees, Some(true));
        assert!(!finding.evidence.is_empty());
    }
}

#[test]
fn a_wrong_label_changes_no_role_and_is_reported() {
    let document = Document::parse(FEED, &Limits::default()).expect("a document");
    let at = recorded("2017-04-01T00:00:00Z");
    let (mut wrong, mut none) = (Network::default(), Network::default());
    for fact in document.facts {
        let relabelled = |is_wrong| match fact.clone() {
            Fact::EntityAsserted(Entity::Firm(mut firm)) => {
                if is_wrong {
                    firm.labels.iter_mut().for_each(|label| label.role = Role::KeyCustomer);
                } else {
                    firm.labels.clear();
                }
                Fact::EntityAsserted(Entity::Firm(firm))
            }
            other => other,
        };
        wrong.apply(relabelled(true), at).expect("applies");
        none.apply(relabelled(false), at).expect("applies");
    }
    let day = date(2016, 12, 31);
    let (wrong, none) = (roles(&wrong.as_of(day, at)), roles(&none.as_of(day, at)));
    let plain = |findings: &[production_network::RoleFinding]| -> Vec<_> {
        findings.iter().map(|f| (f.firm.clone(), f.industry.clone(), f.role)).collect()
    };
    assert_eq!(plain(&wrong), plain(&none));
    let apple = wrong.iter().find(|f| f.firm.as_str() == "apple").expect("a finding");
    assert_eq!((apple.role, apple.agrees), (Some(Role::LeadFirm), Some(false)));
}
