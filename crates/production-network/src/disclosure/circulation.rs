//! What can be worked out of a table whose numbers are partly withheld, exactly.
//!
//! A table with its totals is a circulation: each number is a flow along an edge, and what flows into
//! a node flows out. Published numbers are fixed; of the others it is known that they are not below
//! a floor. How far one of them can move is a largest flow in what is left free, so its bounds are
//! exact whole numbers, without a linear program.
//!
//! Source: Ford and Fulkerson (1956); flows for cell suppression: Gusfield (1988).

/// Beyond this nothing is bounded: no sum of values reaches it.
pub(super) const UNBOUNDED: u128 = u128::MAX / 1_000;

/// One number of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) flow: u128,
}

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Circulation {
    pub(super) nodes: usize,
    pub(super) edges: Vec<Edge>,
}

impl Circulation {
    /// How much a number can be too high and too low, for who knows all that is not `is_free` and
    /// that no number that is has less than `floor`.
    pub(super) fn slack(
        &self,
        of: usize,
        floor: u128,
        is_free: impl Fn(usize) -> bool,
    ) -> [u128; 2] {
        let Some(edge) = self.edges.get(of) else { return [0, 0] };
        let mut arcs: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.nodes];
        let mut room: Vec<u128> = Vec::new();
        for (index, other) in self.edges.iter().enumerate() {
            if index == of || !is_free(index) {
                continue;
            }
            // Forward it can always grow; backward it shrinks to its floor.
            let number = room.len();
            arcs[other.from].push((other.to, number));
            arcs[other.to].push((other.from, number + 1));
            room.push(UNBOUNDED);
            room.push(other.flow.saturating_sub(floor));
        }
        // If it is smaller by one, one more must go from its beginning to its end by other ways; if
        // it is larger, one must come back.
        let own = edge.flow.saturating_sub(floor);
        let down = largest(&arcs, &room, edge.from, edge.to, own);
        let up = largest(&arcs, &room, edge.to, edge.from, UNBOUNDED);
        [down, up]
    }
}

/// The largest flow from a node to another, up to a limit. Shortest ways first, so that their number
/// is bounded by nodes × edges (Edmonds and Karp 1972).
fn largest(
    arcs: &[Vec<(usize, usize)>],
    room: &[u128],
    from: usize,
    to: usize,
    limit: u128,
) -> u128 {
    let mut room = room.to_vec();
    let mut sum = 0u128;
    while sum < limit {
        let mut came: Vec<Option<(usize, usize)>> = vec![None; arcs.len()];
        let mut open = std::collections::VecDeque::from([from]);
        while let Some(at) = open.pop_front() {
            for (next, arc) in &arcs[at] {
                if room[*arc] > 0 && came[*next].is_none() && *next != from {
                    came[*next] = Some((at, *arc));
                    open.push_back(*next);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = to;
        while let Some((before, arc)) = came[at] {
            way.push(arc);
            at = before;
            if at == from {
                break;
            }
        }
        if at != from || way.is_empty() {
            break;
        }
        let least = way.iter().map(|arc| room[*arc]).min().unwrap_or(0).min(limit - sum);
        for arc in way {
            room[arc] = room[arc].saturating_sub(least);
            // The other direction of the same number.
            room[arc ^ 1] = room[arc ^ 1].saturating_add(least).min(UNBOUNDED);
        }
        sum += least;
        if sum >= UNBOUNDED {
            return UNBOUNDED;
        }
    }
    sum
}
