//! A changed cell reaches every target that reads it, and the work for one cell stays small.

use std::collections::BTreeSet;

use metrics::indicator::{affected, catalogue, evaluate, targets};
use statistics::{Period, View};

use crate::feed::{paper, target};

#[test]
fn every_input_of_every_value_leads_back_to_it() {
    for definition in catalogue() {
        for target in targets(definition, None, paper()) {
            let answer = evaluate(&target, paper()).expect("declared");
            for input in answer.inputs.iter().filter(|input| input.cell.is_some()) {
                let reached = affected(&input.dataflow, &input.key, &[input.period], paper());
                assert!(
                    reached.contains(&target),
                    "{} {} misses {target:?}",
                    input.key,
                    input.period
                );
            }
        }
    }
}

#[test]
fn one_host_cell_reaches_its_region_and_nothing_foreign() {
    let key = "A.SG.W.I.F.T.D.IMM._T.C.USD".parse().expect("a key");
    let reached = affected("DF_FDI_HOST", &key, &[Period::year(2013)], paper());
    for one in [
        target("fdi.inflow", "SG", "", "2013"),
        target("fdi.inflow", "ASEAN", "", "2013"),
        target("fdi.growth", "SG", "", "2013"),
        target("fdi.growth", "ASEAN", "", "2014"),
        target("fdi.host_share", "VN", "", "2013"),
        target("fdi.intra_share", "ASEAN", "", "2013"),
        target("fdi.compound_growth", "SG", "", "2013"),
    ] {
        assert!(reached.contains(&one), "{one:?}");
    }
    assert!(reached.len() <= 30, "{}", reached.len());
    assert!(!reached.contains(&target("fdi.compound_growth", "SG", "", "2014")));
    assert!(affected("DF_UNKNOWN", &key, &[Period::year(2013)], paper()).is_empty());
}

#[test]
fn the_first_year_is_the_base_of_all_later_growth() {
    let key = "A.SG.W.I.F.T.D.IMM._T.C.USD".parse().expect("a key");
    let reached = affected("DF_FDI_HOST", &key, &[Period::year(2000)], paper());
    let years: BTreeSet<Period> = reached
        .iter()
        .filter(|one| one.indicator == "fdi.compound_growth" && one.area == "SG")
        .map(|one| one.period)
        .collect();
    assert_eq!(years.len(), 10, "2005 to 2014");
}

#[test]
fn another_dataflow_of_the_structure_serves_as_well() {
    let mut view = paper().clone();
    let key = "A.SG.W.I.F.T.D.IMM._T.C.USD".parse().expect("a key");
    let mut cell = view.observation("DF_FDI_HOST", &key, Period::year(2014)).expect("printed");
    cell.period = Period::year(2030);
    view.put("DF_FDI_GENERATED", key.clone(), cell);
    let reached = affected("DF_FDI_GENERATED", &key, &[Period::year(2030)], &view);
    let wanted = target("fdi.inflow", "SG", "", "2030");
    assert!(reached.contains(&wanted));
    let answer = evaluate(&wanted, &view).expect("declared");
    assert_eq!(answer.inputs[0].dataflow, "DF_FDI_GENERATED");
}
