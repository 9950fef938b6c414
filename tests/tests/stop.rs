//! A system that is asked to end, ends well, whatever it is doing.

use system::{Entrepot, Logged, Random, logged, paper, play};

const STOPS: u64 = 8;
const SEED: u64 = 26;

#[test]
fn a_stop_amid_the_work_is_no_failure_and_what_was_begun_goes_on_at_the_next_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let entrepot = Entrepot::find();
    let data = directory.path().join("whole");
    let system = entrepot.up(&data, &["--feed", "none"]);
    let steps = paper();
    let receipt = play(&system, &steps);
    system.settle(&receipt);
    system.stop();
    let expected = Logged::facts(&logged(&data));

    let data = directory.path().join("stopped");
    let mut random = Random::new(SEED);
    for _ in 0..STOPS {
        let system = entrepot.up(&data, &["--feed", "none"]);
        // As many as go in: what follows from the last of them is under way at the stop.
        let until = random.below(steps.len() as u64) as usize;
        play(&system, &steps[..=until]);
        system.stop();
    }
    let system = entrepot.up(&data, &["--feed", "none"]);
    system.settle(&play(&system, &steps));
    system.stop();
    let found = Logged::facts(&logged(&data));
    for (place, facts) in expected.iter().filter(|(place, _)| place.0 != "entrepot.advice.v1") {
        assert_eq!(found.get(place), Some(facts), "{place:?}");
    }
}
