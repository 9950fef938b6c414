//! Structure messages: what is read, what waits, what is refused, who is a member when.

use jiff::civil::date;

use super::*;
use crate::Rule;

const SMALL: &str = r#"{"meta":{"ignored":[1]},"data":{
 "codelists":[{"id":"CL_AREA","agencyID":"X","version":"1.0","codes":[
   {"id":"SG","names":{"fr":"Singapour","en":"Singapore"}},{"id":"KH","name":"Cambodia","parent":"SG"}]}],
 "dataStructures":[{"id":"DSD","agencyID":"X","version":"1.0","dataStructureComponents":{
   "dimensionList":{"dimensions":[
      {"id":"REF_AREA","position":1,"localRepresentation":{"enumeration":"urn:sdmx:x.Codelist=X:CL_AREA(1.0)"}},
      {"id":"FREQ","position":0}],"timeDimension":{"id":"TIME_PERIOD"}},
   "groups":[{"id":"G","groupDimensions":["REF_AREA"]}],
   "attributeList":{"attributes":[
      {"id":"A1","usage":"mandatory","attributeRelationship":{"observation":{}}},
      {"id":"A2","assignmentStatus":"Conditional","attributeRelationship":{"group":"G"}},
      {"id":"A3","attributeRelationship":{"dimensions":["FREQ","REF_AREA"]}},
      {"id":"A4","attributeRelationship":{"none":{}}}]},
   "measureList":{"measures":[{"id":"VALUE"}]}}}],
 "dataflows":[{"id":"DF","agencyID":"X","version":"1.0","annotations":[{"id":"DOMAIN","title":"asean"}],
   "structure":"urn:sdmx:x.DataStructure=X:DSD(1.0)"}],
 "hierarchies":[{"id":"H","agencyID":"X","version":"1.0","hierarchicalCodes":[
   {"id":"ASEAN","hierarchicalCodes":[
     {"code":"urn:sdmx:x.Code=X:CL_AREA(1.0).SG","validFrom":"1967-08-08T00:00:00Z"},
     {"codeID":"KH","validFrom":"1999-04-30","validTo":"2030-12-31"},
     {"id":"IN","hierarchicalCodes":[{"id":"TL","validFrom":"2025-10-26"}]}]}]}]}}"#;

fn small() -> Structures {
    Structures::parse(SMALL.as_bytes()).expect("the small message")
}

fn refusals(json: &str) -> Vec<Rule> {
    let refused = Structures::parse(json.as_bytes()).expect_err("refused");
    refused.into_iter().map(|rejection| rejection.rule).collect()
}

#[test]
fn a_dataflow_comes_with_its_domain_dimensions_in_order_and_attachments() {
    let structures = small();
    let dataflow = structures.dataflow(&"X:DF(1.0)".parse().expect("an id")).expect("DF");
    assert_eq!(dataflow.domain.as_deref(), Some("asean"));
    let structure = &dataflow.structure;
    let ids: Vec<_> = structure.dimensions.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["FREQ", "REF_AREA"]);
    assert_eq!(structure.time_dimension.as_deref(), Some("TIME_PERIOD"));
    assert_eq!(structure.measure, "VALUE");
    let list = structure.dimensions[1].codelist.as_ref().expect("coded");
    assert_eq!((list.name("SG"), list.parent("KH")), (Some("Singapore"), Some("SG")));
    let of = |id: &str| structure.attribute(id).expect("declared");
    assert_eq!(
        (of("A1").usage, &of("A1").attachment),
        (Usage::Mandatory, &Attachment::Observation)
    );
    assert_eq!(of("A2").attachment, Attachment::Group(vec!["REF_AREA".into()]));
    assert_eq!(of("A3").attachment, Attachment::Series);
    assert_eq!(of("A4").attachment, Attachment::DataSet);
}

#[test]
fn a_dataflow_is_found_by_shorter_names_where_only_one_has_them() {
    let structures = small();
    for name in ["X:DF(1.0)", "X:DF", "DF"] {
        assert!(structures.dataflow_named(name).is_some(), "{name}");
    }
    assert!(structures.dataflow_named("X:DF(2.0)").is_none());
    assert!(structures.dataflow_of_structure("X:DSD(1.0)").is_some());
    assert!(structures.dataflow_of_structure("X:DSD").is_some());
}

#[test]
fn membership_is_of_the_day() {
    let structures = small();
    let on = |day| structures.members("ASEAN", day).expect("a group");
    assert_eq!(on(date(1966, 1, 1)), Vec::<String>::new());
    assert_eq!(on(date(1999, 4, 29)), ["SG"]);
    assert_eq!(on(date(1999, 4, 30)), ["KH", "SG"]);
    assert_eq!(on(date(2025, 10, 26)), ["KH", "SG", "TL"]);
    assert_eq!(on(date(2031, 1, 1)), ["SG", "TL"]);
    assert_eq!(structures.members("EU", date(2014, 1, 1)), None);
}

#[test]
fn what_is_missing_waits_until_a_later_message_brings_it() {
    let mut without: serde_json::Value = serde_json::from_str(SMALL).expect("JSON");
    let lists = without["data"]["codelists"].take();
    without["data"]["codelists"] = serde_json::json!([]);
    let mut structures = Structures::parse(without.to_string().as_bytes()).expect("read");
    assert_eq!(structures.dataflows().count(), 0);
    assert_eq!(structures.unresolved()[0].to, "X:CL_AREA(1.0)");
    let later = serde_json::json!({"data": {"codelists": lists}}).to_string();
    structures.merge(Structures::parse(later.as_bytes()).expect("read"));
    assert_eq!(structures.dataflows().count(), 1);
    assert_eq!(structures.unresolved(), []);
}

#[test]
fn what_cannot_be_used_is_refused_by_rule() {
    assert_eq!(refusals("{"), [Rule::DocumentJson]);
    assert_eq!(refusals("{}"), [Rule::DocumentMember]);
    assert_eq!(refusals(&"[".repeat(100_000)), [Rule::DocumentJson]);
    assert_eq!(refusals(&SMALL.replace("1999-04-30", "soon")), [Rule::DocumentMember]);
    assert_eq!(refusals(&SMALL.replace("\"KH\",\"name\"", "\"SG\",\"name\"")).len(), 1);
    assert_eq!(refusals(&SMALL.replace("\"id\":\"A2\"", "\"id\":\"FREQ\"")).len(), 1);
    let two = SMALL.replace("[{\"id\":\"VALUE\"}]", "[{\"id\":\"V\"},{\"id\":\"W\"}]");
    assert_eq!(refusals(&two), [Rule::DocumentMember]);
    let large = vec![b' '; 64 * 1024 * 1024 + 1];
    assert_eq!(Structures::parse(&large).expect_err("large")[0].rule, Rule::DocumentTooLarge);
}
