//! PageRank and components equal the answers of LDBC Graphalytics, and a plain search's.

use std::collections::BTreeMap;
use std::fs;

use jiff::civil::date;
use production_network::{EntityKind, Graph, RelationKind};
use proptest::prelude::*;

use crate::paper_on;
use crate::shared::shared;

/// The names of the vertices, and edges between their places.
type Read = (Vec<usize>, Vec<(usize, usize)>);

/// A graph of LDBC: a vertex a line, with those that it points to. Vertices are named from 1.
fn read(name: &str) -> Option<Read> {
    let text = fs::read_to_string(shared("network/ldbc")?.join(name)).expect("reads");
    let lines: Vec<Vec<usize>> = text
        .lines()
        .map(|line| line.split_whitespace().map(|part| part.parse().expect("a vertex")).collect())
        .collect();
    let names: Vec<usize> = lines.iter().filter_map(|line| line.first().copied()).collect();
    let place = |name: &usize| names.iter().position(|other| other == name).expect("a vertex");
    let mut edges = Vec::new();
    for line in &lines {
        let Some((from, to)) = line.split_first() else { continue };
        edges.extend(to.iter().map(|to| (place(from), place(to))));
    }
    Some((names, edges))
}

fn answers(name: &str) -> BTreeMap<usize, String> {
    let path = shared("network/ldbc").expect("looked for").join(name);
    let text = fs::read_to_string(path).expect("reads");
    let split = |line: &str| {
        let (vertex, answer) = line.split_once(' ').expect("two columns");
        (vertex.parse().expect("a vertex"), answer.to_owned())
    };
    text.lines().map(split).collect()
}

#[test]
fn page_rank_is_that_of_the_benchmark() {
    let Some((names, edges)) = read("pr_dir-input") else { return };
    let graph = Graph::try_new(names.len(), &edges).expect("a graph");
    let ranks = graph.page_rank(0.85, 60).expect("ranks");
    let answers = answers("pr_dir-output");
    assert_eq!(names.len(), answers.len());
    for (name, rank) in names.iter().zip(&ranks) {
        let expected: f64 = answers[name].parse().expect("a number");
        // The answers have 16 digits; the benchmark itself allows one part in 10,000.
        assert!((rank - expected).abs() <= 1e-14, "{name}: {rank} {expected}");
    }
}

#[test]
fn components_are_those_of_the_benchmark() {
    let Some((names, edges)) = read("wcc_dir-input") else { return };
    let graph = Graph::try_new(names.len(), &edges).expect("a graph");
    let found: BTreeMap<usize, String> = names
        .iter()
        .zip(graph.components())
        .map(|(name, component)| (*name, names[component].to_string()))
        .collect();
    assert_eq!(found, answers("wcc_dir-output"));
}

#[test]
fn an_edge_to_nowhere_and_a_damping_above_one_are_refused() {
    assert!(Graph::try_new(2, &[(0, 2)]).is_err());
    let graph = Graph::try_new(2, &[(0, 1)]).expect("a graph");
    for damping in [-0.1, 1.1, f64::NAN] {
        assert!(graph.page_rank(damping, 1).is_err(), "{damping}");
    }
    let empty = Graph::try_new(0, &[]).expect("a graph");
    assert!(empty.page_rank(0.85, 5).expect("ranks").is_empty() && empty.components().is_empty());
}

#[test]
fn near_is_what_so_many_edges_reach_whichever_way_they_point() {
    // 0 → 1 → 2 ← 3 ← 4, and 5 alone.
    let graph = Graph::try_new(6, &[(0, 1), (1, 2), (3, 2), (4, 3), (1, 2)]).expect("a graph");
    let check = |vertex, steps, expected: Option<&[usize]>| {
        assert_eq!(graph.within(vertex, steps).as_deref(), expected, "{vertex} {steps}");
    };
    check(2, 0, Some(&[]));
    check(2, 1, Some(&[1, 3]));
    check(2, 2, Some(&[1, 3, 0, 4]));
    check(0, 3, Some(&[1, 2, 3]));
    check(5, 9, Some(&[]));
    check(6, 1, None);
}

#[test]
fn a_network_is_a_graph_of_the_kinds_that_are_asked_for() {
    let snapshot = paper_on(date(2014, 6, 1));
    let kinds = [RelationKind::Supplies];
    let (graph, ids) = Graph::of_snapshot(&snapshot, &kinds).expect("a graph");
    assert_eq!(graph.vertices(), snapshot.entities().count());
    let components = graph.components();
    for relation in snapshot.relations().filter(|one| one.kind == RelationKind::Supplies) {
        let place = |id| ids.binary_search(id).expect("an entity");
        assert_eq!(components[place(&relation.from)], components[place(&relation.to)]);
    }
    let is_alone = |id: &production_network::EntityId| id.kind() == EntityKind::Programme;
    let programme = ids.iter().position(is_alone).expect("a programme");
    assert_eq!(components[programme], programme, "no programme supplies");
}

fn graphs() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (1usize..30).prop_flat_map(|count| {
        (Just(count), proptest::collection::vec((0..count, 0..count), 0..60))
    })
}

proptest! {
    #[test]
    fn ranks_add_up_and_components_are_what_a_search_reaches((count, edges) in graphs()) {
        let graph = Graph::try_new(count, &edges).expect("a graph");
        let sum: f64 = graph.page_rank(0.85, 30).expect("ranks").iter().sum();
        prop_assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        let found = graph.components();
        for start in 0..count {
            let mut reached = vec![false; count];
            reached[start] = true;
            let mut open = vec![start];
            while let Some(at) = open.pop() {
                for (from, to) in &edges {
                    for (one, other) in [(from, to), (to, from)] {
                        if *one == at && !reached[*other] {
                            reached[*other] = true;
                            open.push(*other);
                        }
                    }
                }
            }
            let smallest = reached.iter().position(|is| *is);
            prop_assert_eq!(Some(found[start]), smallest);
            let mut near = graph.within(start, u32::try_from(count).expect("few")).expect("it is there");
            near.push(start);
            near.sort_unstable();
            let all: Vec<usize> = (0..count).filter(|vertex| reached[*vertex]).collect();
            prop_assert_eq!(near, all);
        }
    }
}
