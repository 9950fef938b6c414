//! Measures a generated network: how long facts, a snapshot, what follows from it, and questions
//! take. `load_and_query [RELATIONS]`; firms are a tenth.

#[path = "generated/network.rs"]
mod generated;

use std::time::Instant;

use production_network::{
    Entity, EntityId, Network, Readable, RecordedAt, Thresholds, configurations, couplings,
    dependence_report, drivers, roles, routes, strategic_matches,
};

use generated::{Numbers, facts};

fn main() {
    let relations: usize =
        std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number"));
    let firms = relations / 10;
    let mut numbers = Numbers(0x5eed);
    let recorded = RecordedAt::parse("2024-01-01T00:00:00Z").expect("a time");
    let mut network = Network::default();
    let begun = Instant::now();
    for fact in facts(firms, relations, &mut numbers) {
        network.apply(fact, recorded).expect("applied");
    }
    report("load", begun, relations);
    let begun = Instant::now();
    let copy = network.clone();
    report("copy", begun, relations);
    drop(copy);
    let begun = Instant::now();
    let snapshot = network.as_of(jiff::civil::date(2016, 6, 1), recorded);
    report("snapshot", begun, relations);
    let begun = Instant::now();
    let snapshot = snapshot.visible_to(&Readable::public());
    report("public part", begun, relations);
    let begun = Instant::now();
    let found = roles(&snapshot);
    report("roles", begun, found.len());
    let begun = Instant::now();
    let configured = configurations(&snapshot, &found);
    report("configurations", begun, configured.len());
    let begun = Instant::now();
    let coupled = couplings(&snapshot, &found);
    report("couplings", begun, coupled.len());
    let begun = Instant::now();
    let routed = routes(&snapshot, &found);
    report("routes", begun, routed.len());
    let begun = Instant::now();
    let driven = drivers(&snapshot);
    report("drivers", begun, driven.len());
    let begun = Instant::now();
    let matched = strategic_matches(&snapshot, &found);
    report("matches", begun, matched.len());
    let begun = Instant::now();
    let depends =
        dependence_report(&snapshot, &found, &coupled, &Thresholds::default()).expect("a report");
    report("dependence", begun, depends.alerts().count());
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..10_000 {
        let id = EntityId::parse(&format!("firm:f{}", numbers.skewed(firms))).expect("an id");
        let begun = Instant::now();
        let one = snapshot.entity(&id).map(Entity::name);
        let degree = snapshot.outgoing(&id).chain(snapshot.incoming(&id)).count();
        took[0].push(begun.elapsed());
        std::hint::black_box((one, degree));
        let begun = Instant::now();
        let near: usize = snapshot
            .outgoing(&id)
            .take(100)
            .map(|relation| snapshot.outgoing(&relation.to).take(100).count())
            .sum();
        took[1].push(begun.elapsed());
        std::hint::black_box(near);
    }
    for (name, mut took) in ["firm", "two steps"].into_iter().zip(took) {
        took.sort_unstable();
        println!("{name:<16} p50 {:?}, p99 {:?}", took[5_000], took[9_900]);
    }
    println!("peak memory      {} MB", peak_megabytes());
}

fn report(what: &str, begun: Instant, count: usize) {
    let took = begun.elapsed();
    let each = took.as_secs_f64() * 1e9 / count.max(1) as f64;
    println!("{what:<16} {took:>10.2?}, {count} at {each:.0} ns");
}

fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) / 1_024
}
