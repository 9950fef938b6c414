//! Who stands in the middle of a directed graph: PageRank, and which parts hang together.
//!
//! Guarantees one order of sums, so that equal graphs give equal numbers. Vertices are numbers from
//! 0; [`Graph::of_snapshot`] keeps whose they are. Parallel edges count as often as they are given.

use crate::{EntityId, Error, RelationKind, Snapshot};

/// A directed graph.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Graph {
    /// Where the sources of each vertex begin in `sources`; one more than there are vertices.
    starts: Vec<usize>,
    /// Who points to each vertex, by vertex, in the order given.
    sources: Vec<usize>,
    /// How many edges leave each vertex.
    out_degrees: Vec<usize>,
}

impl Graph {
    /// Takes edges from a vertex to a vertex.
    ///
    /// # Errors
    /// [`Error::Vertex`] for an edge with an end that is not below `vertices`.
    pub fn try_new(vertices: usize, edges: &[(usize, usize)]) -> Result<Self, Error> {
        let mut starts = vec![0; vertices + 1];
        let mut out_degrees = vec![0; vertices];
        for (index, (from, to)) in edges.iter().enumerate() {
            for found in [*from, *to] {
                if found >= vertices {
                    return Err(Error::Vertex { index, found, vertices });
                }
            }
            out_degrees[*from] += 1;
            starts[*to + 1] += 1;
        }
        for vertex in 0..vertices {
            starts[vertex + 1] += starts[vertex];
        }
        let mut next = starts.clone();
        let mut sources = vec![0; edges.len()];
        for (from, to) in edges {
            sources[next[*to]] = *from;
            next[*to] += 1;
        }
        Ok(Self { starts, sources, out_degrees })
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
        let mut edges = Vec::new();
        for relation in snapshot.relations().filter(|one| kinds.contains(&one.kind)) {
            let ends = [&relation.from, &relation.to].map(|end| ids.binary_search(end));
            if let [Ok(from), Ok(to)] = ends {
                edges.push((from, to));
            }
        }
        Ok((Self::try_new(ids.len(), &edges)?, ids))
    }

    /// How many vertices there are.
    #[must_use]
    pub fn vertices(&self) -> usize {
        self.out_degrees.len()
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
        let mut ranks = vec![1.0 / count; self.vertices()];
        for _ in 0..steps {
            let is_dangling = |(_, degree): &(&f64, &usize)| **degree == 0;
            let dangling = ranks.iter().zip(&self.out_degrees).filter(is_dangling);
            let dangling: f64 = dangling.map(|(rank, _)| rank).sum();
            let everywhere = (1.0 - damping) / count + damping * dangling / count;
            let given: Vec<f64> = ranks
                .iter()
                .zip(&self.out_degrees)
                .map(|(rank, degree)| if *degree == 0 { 0.0 } else { rank / *degree as f64 })
                .collect();
            ranks = (0..self.vertices())
                .map(|to| {
                    let sum: f64 = self.sources_of(to).iter().map(|from| given[*from]).sum();
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
            for from in self.sources_of(to) {
                let (one, other) = (root(&mut parents, *from), root(&mut parents, to));
                // The smaller becomes the root, so that roots are the names.
                parents[one.max(other)] = one.min(other);
            }
        }
        (0..self.vertices()).map(|vertex| root(&mut parents, vertex)).collect()
    }

    fn sources_of(&self, vertex: usize) -> &[usize] {
        &self.sources[self.starts[vertex]..self.starts[vertex + 1]]
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
