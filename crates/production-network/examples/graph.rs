//! Asks a generated network the questions that a graph library answers too, so that both can be
//! measured beside each other.
//!
//!     graph write DIRECTORY RELATIONS    writes the network as two publications of tables, and
//!                                        whom to ask for
//!     graph ask DIRECTORY                reads them, asks, and writes `entrepot.json`
//!
//! `tests/bench/graph` runs it. Never reads what a peer answered: who compares is the caller.

#[path = "generated/network.rs"]
mod generated;

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::time::Instant;

use jiff::civil::{Date, date};
use production_network::{
    EntityId, Graph, Limits, Mapping, Network, NetworkId, RecordedAt, RelationKind, Snapshot,
    write_entities_csv, write_relations_csv,
};
use serde::Serialize;
use serde_json::{Value, json};

use generated::{Numbers, facts};

/// When each publication was recorded; its tables are in a directory of that name.
const RECORDED: [&str; 2] = ["2024-01-01", "2025-01-01"];
/// The day on which all relations hold.
const TODAY: Date = date(2016, 6, 1);
/// The past point: about half of the relations hold on the day, and half were recorded.
const PAST: (Date, &str) = (date(2008, 6, 1), "2024-06-01");
/// Firms asked for.
const ASKED: usize = 10_000;
/// How often a question to the whole network is asked.
const REPEATS: usize = 5;
const DAMPING: f64 = 0.85;
/// The ranks are done when a step changes them by less in sum.
const CHANGE_MAX: f64 = 1e-12;
const STEPS_MAX: u32 = 500;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["write", directory, relations] => {
            write(Path::new(directory), relations.parse().expect("a number"));
        }
        ["ask", directory] => ask(Path::new(directory)),
        _ => panic!("graph write DIRECTORY RELATIONS | graph ask DIRECTORY"),
    }
}

fn recorded(day: &str) -> RecordedAt {
    RecordedAt::parse(&format!("{day}T00:00:00Z")).expect("a time")
}

/// The later publication has the relations with the higher numbers.
fn write(directory: &Path, relations: usize) {
    let firms = relations / 10;
    let mut numbers = Numbers(0x5eed);
    let mut network = Network::default();
    for fact in facts(firms, relations, &mut numbers) {
        network.apply(fact, recorded(RECORDED[1])).expect("applied");
    }
    let whole = network.as_of(TODAY, recorded(RECORDED[1]));
    for (index, day) in RECORDED.iter().enumerate() {
        let part = whole.without_relations(|relation| {
            let number: usize = relation.id.as_str()[1..].parse().expect("a number");
            number * RECORDED.len() / relations != index
        });
        let directory = directory.join(day);
        std::fs::create_dir_all(&directory).expect("a directory that is ours");
        let create = |name| BufWriter::new(File::create(directory.join(name)).expect("a file"));
        write_entities_csv(&part, create("entities.csv")).expect("written");
        write_relations_csv(&part, create("relations.csv")).expect("written");
    }
    let asked: Vec<String> =
        (0..ASKED).map(|_| format!("firm:f{}\n", numbers.skewed(firms))).collect();
    std::fs::write(directory.join("asked.txt"), asked.concat()).expect("written");
}

fn ask(directory: &Path) {
    let asked = std::fs::read_to_string(directory.join("asked.txt")).expect("who is asked for");
    let asked: Vec<EntityId> =
        asked.lines().map(|line| EntityId::parse(line).expect("an id")).collect();
    let begun = Instant::now();
    let network = loaded(directory);
    let snapshot = network.as_of(TODAY, recorded(RECORDED[1]));
    let mut answers = Answers::default();
    let pictured = begun.elapsed();
    let (graph, ids) = Graph::of_snapshot(&snapshot, RelationKind::ALL).expect("a graph");
    answers.put("load seconds", json!(begun.elapsed().as_secs_f64()));
    answers.put("of which its graph", json!((begun.elapsed() - pictured).as_secs_f64()));
    answers.put("resident MB", json!(megabytes("VmRSS:")));
    answers.put("peak MB", json!(megabytes("VmHWM:")));
    let (day, then) = (PAST.0, recorded(PAST.1));
    answers.each("a firm", &asked, |id| firm(&snapshot, id), plain);
    let near = |id: &EntityId| {
        let vertex = ids.binary_search(id).expect("a firm of the network");
        graph.within(vertex, 2).expect("a vertex").len()
    };
    answers.each("two steps", &asked, near, plain);
    answers.each("two steps, by relation", &asked, |id| within_two_steps(&snapshot, id), plain);
    let past = |id: &EntityId| firm(&network.as_of_around(id, day, then), id);
    answers.each("a firm in the past", &asked, past, plain);
    let again = [(); REPEATS];
    let past = |(): &()| network.as_of(day, then).relations().count();
    answers.each("the network in the past", &again, past, plain);
    let steps = steps_until_still(&graph);
    let ranks = |(): &()| graph.page_rank(DAMPING, steps).expect("ranks");
    answers.each("PageRank", &again, ranks, plain);
    let components = |(): &()| graph.components();
    answers.each("components", &again, components, |names| {
        names.iter().map(|vertex| ids[*vertex].to_string()).collect()
    });
    std::fs::write(directory.join("entrepot.json"), answers.to_string()).expect("written");
}

fn loaded(directory: &Path) -> Network {
    let name = NetworkId::try_new("n").expect("an id");
    let mapping = Mapping::of_tables(&name).expect("a mapping");
    let mut network = Network::default();
    for day in RECORDED {
        let tables = directory.join(day);
        let open = |file: &str| File::open(tables.join(file)).map(BufReader::new);
        let document = mapping.load(&Limits::default(), open).expect("loads");
        assert!(document.rejections.is_empty(), "{:?}", document.rejections);
        for fact in document.facts {
            network.apply(fact, recorded(day)).expect("applied");
        }
    }
    network
}

/// How many relations a firm has, and the sum of an attribute of them.
fn firm(snapshot: &Snapshot, id: &EntityId) -> (usize, f64) {
    let (mut count, mut confidence) = (0, 0.0);
    for relation in snapshot.outgoing(id).chain(snapshot.incoming(id)) {
        count += 1;
        confidence += relation.confidence.as_f64();
    }
    (count, confidence)
}

/// How many others are at most two relations away, whichever way these point.
fn within_two_steps(snapshot: &Snapshot, id: &EntityId) -> usize {
    let mut near: HashSet<&EntityId> = beside(snapshot, id).collect();
    let first: Vec<&EntityId> = near.iter().copied().collect();
    for one in first {
        near.extend(beside(snapshot, one));
    }
    near.remove(id);
    near.len()
}

fn beside<'a>(snapshot: &'a Snapshot, id: &EntityId) -> impl Iterator<Item = &'a EntityId> {
    let given = snapshot.outgoing(id).map(|relation| &relation.to);
    given.chain(snapshot.incoming(id).map(|relation| &relation.from))
}

/// After how many steps the peers, which stop by themselves, would stop.
fn steps_until_still(graph: &Graph) -> u32 {
    let ranks = |steps| graph.page_rank(DAMPING, steps).expect("ranks");
    let mut before = ranks(0);
    for steps in 1..STEPS_MAX {
        let after = ranks(steps);
        let change: f64 = before.iter().zip(&after).map(|(one, other)| (one - other).abs()).sum();
        if change < CHANGE_MAX {
            return steps;
        }
        before = after;
    }
    STEPS_MAX
}

fn plain(found: impl Serialize) -> Value {
    serde_json::to_value(found).expect("plain numbers")
}

/// What was answered, and how long it took, by question.
#[derive(Default)]
struct Answers(Vec<(String, Value)>);

impl Answers {
    fn put(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), value));
    }

    /// `plain` makes what was found comparable and is not measured.
    fn each<T, A>(
        &mut self,
        name: &str,
        asked: &[T],
        answer: impl Fn(&T) -> A,
        plain: impl Fn(A) -> Value,
    ) {
        let (mut seconds, mut answers) = (Vec::new(), Vec::new());
        for one in asked {
            let begun = Instant::now();
            let found = answer(one);
            seconds.push(begun.elapsed().as_secs_f64());
            answers.push(plain(found));
        }
        self.put(name, json!({"seconds": seconds, "answers": answers}));
    }
}

impl fmt::Display for Answers {
    /// A JSON object, in the order of questions.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{}: {value}", json!(name))).collect();
        write!(formatter, "{{{}}}", fields.join(",\n"))
    }
}

/// What the system says of this process; 0 where it says nothing.
fn megabytes(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) / 1_024
}
