//! Measures a generated network: how long facts, a snapshot, what follows from it, and questions
//! take. `load_and_query [RELATIONS]`; firms are a tenth.

use std::time::Instant;

use production_network::{
    Entity, EntityId, Fact, Network, RecordedAt, Thresholds, configurations, couplings,
    dependence_report, roles, routes,
};

const FIRMS_A_DOCUMENT: usize = 1_000;

/// Xorshift: the same numbers each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to below `count`; low numbers are as likely as a power law with exponent 2.3 has them.
    fn skewed(&mut self, count: usize) -> usize {
        let part = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let rank = (1.0 - part).powf(-1.0 / 1.3) - 1.0;
        (rank * count as f64 / 50.0) as usize % count
    }
}

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

fn facts(firms: usize, relations: usize, numbers: &mut Numbers) -> impl Iterator<Item = Fact> {
    let homes = ["MY", "SG", "TH", "VN", "ID", "PH", "US", "JP", "DE", "CN"];
    let kinds = ["supplies", "supplies", "supplies", "co_designs", "licenses", "serves"];
    let mut texts = Vec::new();
    for start in (0..firms).step_by(FIRMS_A_DOCUMENT) {
        let mut entities = Vec::new();
        for number in start..(start + FIRMS_A_DOCUMENT).min(firms) {
            let size = if number.is_multiple_of(20) { "large" } else { "sme" };
            entities.push(format!(
                r#"{{"kind":"firm","id":"f{number}","name":"F{number}","home":"{}","size":"{size}",
                    "source":"s"}}"#,
                homes[number % homes.len()]
            ));
        }
        texts.push(format!(r#"{{"network":"n","entities":[{}]}}"#, entities.join(",")));
    }
    for start in (0..relations).step_by(FIRMS_A_DOCUMENT) {
        let mut rows = Vec::new();
        for number in start..(start + FIRMS_A_DOCUMENT).min(relations) {
            let (from, mut to) = (numbers.next() as usize % firms, numbers.skewed(firms));
            if from == to {
                to = (to + 1) % firms;
            }
            let kind = kinds[number % kinds.len()];
            let more = match number % 3 {
                0 => r#""specification":"customer","share":0.001,"#,
                1 => r#""specification":"standardized","#,
                _ => "",
            };
            let more = if kind == "supplies" { more } else { "" };
            rows.push(format!(
                r#"{{"id":"r{number}","kind":"{kind}","from":"firm:f{from}","to":"firm:f{to}",
                    "industry":"i{}",{more}"valid_from":"{}","source":"s","evidence":"e",
                    "confidence":0.9}}"#,
                from % 50,
                2000 + number % 16
            ));
        }
        texts.push(format!(r#"{{"network":"n","relations":[{}]}}"#, rows.join(",")));
    }
    texts.into_iter().flat_map(|text| {
        let limits = production_network::Limits::default();
        let document =
            production_network::Document::parse_beside(text.as_bytes(), &limits, |_| true);
        document.expect("reads").facts
    })
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
