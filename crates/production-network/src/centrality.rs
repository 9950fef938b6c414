//! Who stands in the middle of a directed graph: PageRank, what is near, and which parts hang
//! together.
//!
//! Guarantees one order of sums, so that equal graphs give equal numbers. Vertices are numbers from
//! 0; [`Graph::of_snapshot`] keeps whose they are. Parallel edges count as often as they are given.

use std::collections::HashMap;

use crate::{EntityId, Error, RelationKind, Snapshot};

/// A directed graph.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Graph {
    /// Who points to each vertex.
    sources: Ends,
    /// To whom each vertex points.
    targets: Ends,
}

/// The other ends of the edges of each vertex.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Ends {
    /// Where those of each vertex begin in `others`; one more than there are vertices.
    starts: Vec<usize>,
    /// By vertex, in the order given.
    others: Vec<usize>,
}

impl Ends {
    /// Takes a vertex and its other end for each edge; each vertex is below `vertices`.
    fn new(vertices: usize, edges: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut starts = vec![0; vertices + 1];
        for (vertex, _) in edges.clone() {
            starts[vertex + 1] += 1;
        }
        for vertex in 0..vertices {
            starts[vertex + 1] += starts[vertex];
        }
        let mut next = starts.clone();
        let mut others = vec![0; starts[vertices]];
        for (vertex, other) in edges {
            others[next[vertex]] = other;
            next[vertex] += 1;
        }
        Self { starts, others }
    }

    fn of(&self, vertex: usize) -> &[usize] {
        &self.others[self.starts[vertex]..self.starts[vertex + 1]]
    }
}

impl Graph {
    /// Takes edges from a vertex to a vertex.
    ///
    /// # Errors
    /// [`Error::Vertex`] for an edge with an end that is not below `vertices`.
    pub fn try_new(vertices: usize, edges: &[(usize, usize)]) -> Result<Self, Error> {
        for (index, (from, to)) in edges.iter().enumerate() {
            for found in [*from, *to] {
                if found >= vertices {
                    return Err(Error::Vertex { index, found, vertices });
                }
            }
        }
        let sources = Ends::new(vertices, edges.iter().map(|(from, to)| (*to, *from)));
        let targets = Ends::new(vertices, edges.iter().copied());
        Ok(Self { sources, targets })
    }

    /// The relations of some kinds, from giver to receiver, with the entity of each vertex.
    ///
    /// # Errors
    /// None for a snapshot: each relation joins two of its entities.
    pub fn of_snapshot(
        snapshot: &Snapshot,
        kinds: &[RelationKind],
    ) -> Result<(Self, Vec<EntityId>), Error> {
        let ids: Vec<EntityId> = snapshot.entities().map(|entity| entity.id()).collect();
        let vertices: HashMap<&EntityId, usize> =
            ids.iter().enumerate().map(|(vertex, id)| (id, vertex)).collect();
        let mut edges = Vec::new();
        // By receiver, so that one end of two is looked up.
        for (to, receiver) in ids.iter().enumerate() {
            for relation in snapshot.incoming(receiver).filter(|one| kinds.contains(&one.kind)) {
                edges.extend(vertices.get(&relation.from).map(|from| (*from, to)));
            }
        }
        drop(vertices);
        Ok((Self::try_new(ids.len(), &edges)?, ids))
    }

    /// How many vertices there are.
    #[must_use]
    pub fn vertices(&self) -> usize {
        self.sources.starts.len() - 1
    }

    /// PageRank after so many steps from equal ranks; the ranks add up to 1.
    ///
    /// Source: Page, Brin et al. (1999), as LDBC Graphalytics (version 1.0, section 2.3.2) fixes it:
    /// `r_v = (1 − d)/n + d (Σ_{u→v} r_u / out_u + Σ_{dangling} r_w / n)`. Cost: steps × edges.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `damping` is not from 0 to 1.
    pub fn page_rank(&self, damping: f64, steps: u32) -> Result<Vec<f64>, Error> {
        if !(0.0..=1.0).contains(&damping) {
            let (what, expected) = ("damping", "a number from 0 to 1");
            return Err(Error::Parameter { what, found: damping, expected });
        }
        let count = self.vertices() as f64;
        let degrees: Vec<usize> =
            (0..self.vertices()).map(|vertex| self.targets.of(vertex).len()).collect();
        let mut ranks = vec![1.0 / count; self.vertices()];
        for _ in 0..steps {
            let is_dangling = |(_, degree): &(&f64, &usize)| **degree == 0;
            let dangling = ranks.iter().zip(&degrees).filter(is_dangling);
            let dangling: f64 = dangling.map(|(rank, _)| rank).sum();
            let everywhere = (1.0 - damping) / count + damping * dangling / count;
            let given: Vec<f64> = ranks
                .iter()
                .zip(&degrees)
                .map(|(rank, degree)| if *degree == 0 { 0.0 } else { rank / *degree as f64 })
                .collect();
            ranks = (0..self.vertices())
                .map(|to| {
                    let sum: f64 = self.sources.of(to).iter().map(|from| given[*from]).sum();
                    everywhere + damping * sum
                })
                .collect();
        }
        Ok(ranks)
    }

    /// The weakly connected component of each vertex, named by its smallest vertex.
    ///
    /// Source: union by smaller name with halved paths (Tarjan 1975). Cost is near linear.
    #[must_use]
    pub fn components(&self) -> Vec<usize> {
        let mut parents: Vec<usize> = (0..self.vertices()).collect();
        for to in 0..self.vertices() {
            for from in self.sources.of(to) {
                let (one, other) = (root(&mut parents, *from), root(&mut parents, to));
                // The smaller becomes the root, so that roots are the names.
                parents[one.max(other)] = one.min(other);
            }
        }
        (0..self.vertices()).map(|vertex| root(&mut parents, vertex)).collect()
    }

    /// Who is at most so many edges away from a vertex, whichever way they point: nearest first,
    /// without itself. `None` for a vertex that the graph has not.
    ///
    /// Cost: the edges of those that are fewer edges away.
    #[must_use]
    pub fn within(&self, vertex: usize, steps: u32) -> Option<Vec<usize>> {
        let mut is_found = vec![false; self.vertices()];
        *is_found.get_mut(vertex)? = true;
        let mut found = vec![vertex];
        let mut done = 0;
        for _ in 0..steps {
            let end = found.len();
            for at in done..end {
                let one = found[at];
                for other in self.sources.of(one).iter().chain(self.targets.of(one)) {
                    if !is_found[*other] {
                        is_found[*other] = true;
                        found.push(*other);
                    }
                }
            }
            done = end;
        }
        Some(found.split_off(1))
    }
}

fn root(parents: &mut [usize], vertex: usize) -> usize {
    let mut at = vertex;
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}
