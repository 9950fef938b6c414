//! Stores are views of the log: whichever is deleted comes back, and nothing new is said.

use std::path::{Path, PathBuf};

use system::{Entrepot, Generated, Logged, Step, logged, paper, play};

/// What is sent: the paper's feeds, a revision, and a domain of its own in another partition.
fn story(directory: &Path) -> Vec<Step> {
    let text = |name: &str| directory.join(name).to_str().expect("a readable path").to_owned();
    let generated = Generated::new();
    generated.write_structures(&directory.join("structures.json"));
    let mut steps = paper();
    steps.push(Step::new(&[
        "register",
        "structures",
        &text("structures.json"),
        "--domain",
        Generated::DOMAIN,
    ]));
    for number in 1..=2 {
        let name = format!("release-{number}.csv");
        generated.write_release(&directory.join(&name), number, 2_000);
        let released_at = format!("2016-0{number}-01");
        steps.push(Step::new(&["ingest", &text(&name), "--released-at", &released_at]));
    }
    let refused = generated.release(1, 60).replacen(",A,KH,W,", ",A,ATLANTIS,W,", 1);
    std::fs::write(text("refused.csv"), refused).expect("the directory is ours");
    steps.push(Step::new(&["ingest", &text("refused.csv")]).refused());
    steps
}

/// The directory of each unit's store.
fn stores(data: &Path) -> Vec<PathBuf> {
    let directories = |path: &Path| {
        let entries = std::fs::read_dir(path).expect("a directory");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
        paths.sort();
        paths
    };
    let services = directories(data).into_iter().filter(|path| !path.ends_with("log"));
    let is_unit = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.parse::<u32>().is_ok()
    };
    services.flat_map(|service| directories(&service)).filter(is_unit).collect()
}

#[test]
fn each_store_and_all_of_them_come_back_with_equal_digests_and_no_event_but_progress() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let entrepot = Entrepot::find();
    let system = entrepot.up(&data, &["--feed", "none"]);
    let receipt = play(&system, &story(directory.path()));
    system.settle(&receipt);
    let digests = system.digests();
    let others = digests.iter().filter(|(_, digest)| *digest != digests[0].1).count();
    assert!(others > 0, "stores with something in them");
    system.stop();
    let facts = Logged::facts(&logged(&data));

    let all = stores(&data);
    assert_eq!(all.len(), digests.len(), "{all:?}");
    let mut losses: Vec<&[PathBuf]> = all.chunks(1).collect();
    losses.push(&all);
    for lost in &losses {
        for store in *lost {
            std::fs::remove_dir_all(store).expect("the system has stopped");
        }
        let system = entrepot.up(&data, &["--feed", "none"]);
        system.settle(&receipt);
        assert_eq!(system.digests(), digests, "without {lost:?}");
        system.stop();
        assert_eq!(Logged::facts(&logged(&data)), facts, "without {lost:?}");
    }
    println!("{} losses of stores, {} partitions with facts", losses.len(), facts.len());
}
