//! The document that each command prints with `--json`: others' programs read it.

use crate::{Setting, activities, file, golden, stdout};

const NEED: &str = r#"{"lead": "intel", "requirements": [
    {"measure": {"attribute": "price.unit", "worst": 12, "best": 8}, "weight": 3}]}"#;

fn check(setting: &Setting, name: &str, arguments: &[&str]) {
    let output = setting.run(&[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
    let text = stdout(&output);
    let document: serde_json::Value = serde_json::from_str(&text).expect("one document");
    assert!(document.is_object(), "{name}");
    golden::check(&format!("{name}.json"), &text);
}

#[test]
fn the_documents_are_as_approved() {
    let setting = Setting::new();
    let directory = tempfile::tempdir().expect("a directory");
    let path = file(directory.path(), "release.csv");
    let table = activities(directory.path());
    let need = directory.path().join("need.json");
    std::fs::write(&need, NEED).expect("written");
    let need = need.display().to_string();
    let cases: [(&str, &[&str]); 32] = [
        ("audit", &["audit"]),
        ("audit-contradicted", &["audit", "--verdict", "contradicted"]),
        ("indicators", &["indicators"]),
        ("indicators-explain", &["indicators", "fdi.intra_share", "--explain"]),
        ("ingest", &["ingest", &path, "--wait"]),
        ("ingest-dry-run", &["ingest", &path, "--dry-run"]),
        ("releases", &["releases"]),
        ("rejections", &["rejections"]),
        ("status", &["status"]),
        ("observations", &["observations", "--dataflow", "DF_FDI_HOST"]),
        ("network-load", &["network", "load", &path, "--wait"]),
        ("network-firm", &["network", "firm", "intel"]),
        ("network-roles", &["network", "roles"]),
        ("network-coupling", &["network", "coupling"]),
        ("network-near", &["network", "near", "intel"]),
        ("network-dependence", &["network", "dependence"]),
        ("network-upgrading", &["network", "upgrading", "unico", "--from", "2009-12-31"]),
        ("network-cost-capability", &["network", "cost-capability", "unico", "--to", "penang"]),
        ("network-coordination", &["network", "coordination", "intel"]),
        ("network-logics", &["network", "logics", "intel"]),
        ("network-centrality", &["network", "centrality", "--kind", "supplies", "--limit", "2"]),
        ("network-niches", &["network", "niches", "penang"]),
        ("network-niches-table", &["network", "niches", "--table", &table, "--place", "penang"]),
        (
            "network-centrality-positions",
            &["network", "centrality", "--positions", "leave-out", "--by", "influence"],
        ),
        ("network-routes", &["network", "routes"]),
        ("network-trajectory", &["network", "trajectory", "unico"]),
        ("network-shock", &["network", "shock"]),
        ("network-shock-scenario", &["network", "shock", "--close", "intel"]),
        ("network-sme-fdi", &["network", "sme-fdi", "--official", "1200"]),
        ("network-match", &["network", "match", &need]),
        ("advise", &["advise", "--place", "MY-07", "--segment", "electronics.assembly"]),
        ("register", &["register", "claims", &path]),
    ];
    for (name, arguments) in cases {
        check(&setting, name, arguments);
    }
}
