//! Watches print each change at once, one document a line.

use crate::{Setting, golden, stderr, stdout};

#[test]
fn each_change_is_one_line() {
    let setting = Setting::new();
    let mut lines = String::new();
    for (what, count) in
        [("observations", "2"), ("indicators", "1"), ("findings", "1"), ("advice", "1")]
    {
        let output = setting.run(&["watch", what, "--count", count, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{what}: {}", stderr(&output));
        let text = stdout(&output);
        assert_eq!(text.lines().count().to_string(), count, "{what}");
        lines.push_str(&text);
    }
    golden::check("watch.jsonl", &lines);
}

#[test]
fn a_watch_that_breaks_off_tells_the_token_to_go_on_from() {
    let setting = Setting::new();
    let output = setting.run(&["watch", "indicators", "--domain", "refused", "--json"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("--from v1.0.1"), "{}", stderr(&output));
}
