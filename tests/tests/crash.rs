//! Killed at any moment, the system loses nothing and doubles nothing.
//!
//! Two independent runs never have equal clocks, and a release's recorded time is part of the state.
//! So a run with kills is compared with a run without by every event but for the log's clock, and its
//! stores by their digests with those of a third system that has read nothing but its log.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use api::types::Receipt;
use system::{
    Entrepot, Generated, Logged, Random, Running, Step, logged, merge, paper, receipt_of,
};

const KILLS: u32 = 50;
const SEED: u64 = 20_170_526;
/// A quarter of the moments lie within the start, where recovery is.
const EARLY_IN: u64 = 4;
const RELEASES: u64 = 7;
const ROWS: usize = 5_000;

/// The paper's feeds, then releases of thousands of rows that revise each other, one of them lenient
/// with refused rows, and a release that is refused.
fn stream(directory: &Path) -> Vec<Step> {
    let text = |path: &Path| path.to_str().expect("a readable path").to_owned();
    let mut steps = paper();
    let generated = Generated::new();
    let structures = directory.join("structures.json");
    generated.write_structures(&structures);
    let register = ["register", "structures", &text(&structures), "--domain", Generated::DOMAIN];
    steps.push(Step::new(&register));
    for number in 1..=RELEASES {
        let path = directory.join(format!("release-{number}.csv"));
        let mut content = generated.release(number, ROWS);
        let released_at = format!("2016-{number:02}-01");
        let file = text(&path);
        let mut arguments = vec!["ingest", &file, "--released-at", &released_at];
        if number == 3 {
            content = content.replacen(",A,BN,W,", ",A,ATLANTIS,W,", 5);
            arguments.push("--lenient");
        }
        std::fs::write(&path, content).expect("the directory is ours");
        steps.push(Step::new(&arguments));
    }
    let path = directory.join("refused.csv");
    let content = generated.release(1, 100).replacen(",A,KH,W,", ",A,ATLANTIS,W,", 1);
    std::fs::write(&path, content).expect("the directory is ours");
    steps.push(Step::new(&["ingest", &text(&path), "--released-at", "2016-12-01"]).refused());
    steps
}

/// What was acknowledged: how many steps, the releases among them, and up to where.
#[derive(Default)]
struct Acknowledged {
    steps: usize,
    releases: Vec<String>,
    receipt: Receipt,
}

impl Acknowledged {
    /// Sends what was not acknowledged yet, until all is or the process has ended.
    fn go_on(&mut self, system: &Running, steps: &[Step]) {
        while let Some(step) = steps.get(self.steps) {
            let output = step.send(system);
            let Some(answer) = step.acknowledged(&output) else {
                assert!(
                    system.ended().is_some(),
                    "the system lives, and {:?} ended with {}: {}{}",
                    step.arguments,
                    output.status,
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr)
                );
                return;
            };
            merge(&mut self.receipt, &receipt_of(&answer));
            for release in answer["releases"].as_array().into_iter().flatten() {
                if release["outcome"] != "refused" {
                    self.releases.push(release["id"].as_str().expect("an id").to_owned());
                }
            }
            self.steps += 1;
        }
    }

    /// Every release that was acknowledged is there, unless the process has ended meanwhile.
    fn is_kept(&self, system: &Running) {
        let output = system.run(&["releases", "--json"]);
        if !output.status.success() {
            assert!(system.ended().is_some(), "{}", String::from_utf8_lossy(&output.stderr));
            return;
        }
        let listed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let listed = listed["releases"].as_array().expect("releases");
        for id in &self.releases {
            let found = listed.iter().find(|one| one["id"] == id.as_str());
            assert_eq!(found.map(|one| &one["state"]), Some(&"committed".into()), "{id}");
        }
    }
}

/// A run without faults: how long a start after a crash takes, how long the work, and what is in its log.
fn without_faults(steps: &[Step], data: &Path) -> (Duration, Duration, Vec<Logged>) {
    let begun = Instant::now();
    let system = Entrepot::find().up(data, &["--feed", "none"]);
    let start = begun.elapsed();
    let mut acknowledged = Acknowledged::default();
    acknowledged.go_on(&system, steps);
    assert_eq!(acknowledged.steps, steps.len(), "nobody killed it");
    system.settle(&acknowledged.receipt);
    let work = begun.elapsed() - start;
    system.kill();
    let begun = Instant::now();
    let system = Entrepot::find().up(data, &["--feed", "none"]);
    let start = begun.elapsed();
    system.stop();
    (start, work, logged(data))
}

/// Units count 1, 2, 3, … in each partition, and time rises strictly in it.
fn is_dense(all: &[Logged]) {
    let mut seqs: BTreeMap<(&(String, u32), &str), u64> = BTreeMap::new();
    let mut times = BTreeMap::new();
    for one in all {
        let seq = seqs.entry((&one.place, &one.event.unit)).or_default();
        assert_eq!(one.event.seq, *seq + 1, "{:?} position {}", one.place, one.position);
        *seq += 1;
        if let Some(before) = times.insert(&one.place, one.event.recorded_at) {
            assert!(one.event.recorded_at > before, "{:?} position {}", one.place, one.position);
        }
    }
}

#[test]
fn fifty_kills_lose_no_event_double_none_and_end_in_the_state_of_a_run_without_faults() {
    let directory = tempfile::tempdir().expect("a directory");
    let steps = stream(directory.path());
    let (start, work, expected) = without_faults(&steps, &directory.path().join("whole"));

    let data = directory.path().join("killed");
    let entrepot = Entrepot::find();
    let mut random = Random::new(SEED);
    let mut acknowledged = Acknowledged::default();
    let (mut in_start, mut in_work) = (0, 0);
    // On average the lives that go beyond the start do all the work together.
    let longest = work.mul_f64(2.0 * EARLY_IN as f64 / (f64::from(KILLS) * (EARLY_IN - 1) as f64));
    for _ in 0..KILLS {
        let starting = entrepot.start(&data, &["--feed", "none"]);
        let is_early = random.below(EARLY_IN) == 0;
        let mut killer = is_early.then(|| starting.kill_after(start.mul_f64(random.share())));
        match starting.serve() {
            Ok(system) => {
                acknowledged.is_kept(&system);
                let delay = longest.mul_f64(random.share());
                // Every other one in the moment when the log has an event and the store does not know.
                let later = || match random.below(2) {
                    0 => system.kill_after(delay),
                    _ => system.kill_at_growth(delay, &data.join("log")),
                };
                let killer = killer.take().unwrap_or_else(later);
                acknowledged.go_on(&system, &steps);
                in_work += u32::from(acknowledged.steps < steps.len());
                assert!(killer.join().expect("no panic"), "it ended by itself");
            }
            Err(said) => {
                in_start += 1;
                let killed = killer.is_some_and(|killer| killer.join().expect("no panic"));
                assert!(killed, "it did not start: {said}");
            }
        }
    }
    let system = entrepot.up(&data, &["--feed", "none"]);
    acknowledged.is_kept(&system);
    let left = steps.len() - acknowledged.steps;
    acknowledged.go_on(&system, &steps);
    assert_eq!(acknowledged.steps, steps.len(), "nobody killed it");
    system.settle(&acknowledged.receipt);
    let digests = system.digests();
    system.stop();

    let found = logged(&data);
    println!(
        "{KILLS} kills ({in_start} before it served, {in_work} amid the work, {left} of {} steps \
         left after them); start {start:?}, work {work:?}; {} events without faults, {} with",
        steps.len(),
        expected.len(),
        found.len()
    );
    is_dense(&expected);
    is_dense(&found);
    let (expected, found) = (Logged::facts(&expected), Logged::facts(&found));
    for (place, facts) in &expected {
        let of_place = found.get(place).map_or(&[][..], Vec::as_slice);
        if place.0 == "entrepot.advice.v1" {
            // Indicators and findings are read side by side: only where a ranking ends is fixed.
            continue;
        }
        let differs = facts.iter().zip(of_place).position(|(left, right)| left != right);
        if let Some(at) = differs {
            panic!("{place:?} event {at}:\n{}\n{}", facts[at], of_place[at]);
        }
        assert_eq!(facts.len(), of_place.len(), "{place:?}");
    }
    let places: Vec<_> = expected.keys().collect();
    assert_eq!(found.keys().collect::<Vec<_>>(), places);

    let copy = directory.path().join("copy");
    std::fs::create_dir(&copy).expect("the directory is ours");
    std::fs::rename(data.join("log"), copy.join("log")).expect("the system has stopped");
    let fold = entrepot.up(&copy, &["--feed", "none"]);
    fold.settle(&acknowledged.receipt);
    assert_eq!(fold.digests(), digests, "the stores are the fold of the log");
}
