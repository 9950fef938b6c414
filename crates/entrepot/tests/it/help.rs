//! The help of each command is part of its interface, examples included.

use crate::{golden, run_at, stdout};

const COMMANDS: [&[&str]; 34] = [
    &[],
    &["up"],
    &["ingest"],
    &["releases"],
    &["rejections"],
    &["observations"],
    &["indicators"],
    &["audit"],
    &["network"],
    &["network", "load"],
    &["network", "firm"],
    &["network", "roles"],
    &["network", "coupling"],
    &["network", "near"],
    &["network", "routes"],
    &["network", "trajectory"],
    &["network", "shock"],
    &["network", "sme-fdi"],
    &["network", "match"],
    &["network", "dependence"],
    &["network", "upgrading"],
    &["network", "cost-capability"],
    &["network", "coordination"],
    &["network", "logics"],
    &["network", "centrality"],
    &["network", "niches"],
    &["network", "export"],
    &["advise"],
    &["watch"],
    &["status"],
    &["register"],
    &["register", "structures"],
    &["register", "checks"],
    &["register", "claims"],
];

#[test]
fn the_help_of_each_command_is_as_approved() {
    for command in COMMANDS {
        let arguments = [command, &["--help"]].concat();
        let output = run_at("http://127.0.0.1:9", &arguments);
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        // The approved text is that of the tests' build, which has Kafka: one option and one command
        // more.
        if !cfg!(feature = "kafka") && (command.is_empty() || command == ["up"]) {
            continue;
        }
        let name = if command.is_empty() { "entrepot".to_owned() } else { command.join("-") };
        golden::check(&format!("help-{name}.txt"), &stdout(&output));
    }
}
