//! What people read: tables that fit their terminal.

use crate::{Setting, activities, golden, stdout};

#[test]
fn tables_are_as_approved_and_fit() {
    let setting = Setting::new();
    let directory = tempfile::tempdir().expect("a directory");
    let table = activities(directory.path());
    let cases: [(&str, &[&str]); 21] = [
        ("audit", &["audit"]),
        ("indicators-explain", &["indicators", "--explain"]),
        ("observations", &["observations", "--dataflow", "DF_FDI_HOST"]),
        ("rejections", &["rejections"]),
        ("status", &["status"]),
        ("network-near", &["network", "near", "intel"]),
        ("network-shock", &["network", "shock"]),
        ("network-shock-scenario", &["network", "shock", "--leave", "intel=penang"]),
        ("network-routes", &["network", "routes"]),
        ("network-sme-fdi", &["network", "sme-fdi", "--official", "1200"]),
        ("network-trajectory", &["network", "trajectory", "unico"]),
        ("network-dependence", &["network", "dependence", "--firm", "unico"]),
        ("network-upgrading", &["network", "upgrading", "unico", "--from", "2009-12-31"]),
        ("network-cost-capability", &["network", "cost-capability", "unico", "--to", "penang"]),
        ("network-coordination", &["network", "coordination", "intel"]),
        ("network-logics", &["network", "logics", "intel"]),
        ("network-centrality", &["network", "centrality", "--kind", "supplies", "--limit", "2"]),
        ("network-niches", &["network", "niches", "penang"]),
        ("network-niches-nowhere", &["network", "niches", "--table", &table, "--place", "nowhere"]),
        (
            "network-centrality-positions",
            &["network", "centrality", "--positions", "leave-out", "--by", "influence"],
        ),
        ("advise", &["advise", "--place", "MY-07", "--segment", "any", "--explain"]),
    ];
    for (name, arguments) in cases {
        let output = setting.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
        let text = stdout(&output);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{name} is {widest:?} wide");
        golden::check(&format!("{name}.txt"), &text);
    }
}
