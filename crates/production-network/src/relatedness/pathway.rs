//! A way from what an actor does to a product that it does not do, one near product after another.
//!
//! The way is the one with the largest product of proximities: each step is likely given the one
//! before. Each step says how often who took it kept what it came from, which is how far it can be
//! taken back. Never says that the way will be gone.

use super::space::ProductSpace;

/// A way from what an actor does to a product.
#[derive(Clone, Debug, PartialEq)]
pub struct Pathway<P> {
    /// What the actor has, where the way begins.
    pub from: P,
    /// The steps, the target last. Empty if the actor has the target.
    pub steps: Vec<Step<P>>,
}

/// One step of a way.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<P> {
    /// Where it leads.
    pub product: P,
    /// The proximity to the step before, 0 to 1.
    pub proximity: f64,
    /// Of the actors specialized in the step, the share that is so in the one before too: 1 if none
    /// gave it up, so that the step can be taken back.
    pub kept: f64,
}

/// The likeliest way from what an actor does to a product; `None` if either is left out, or no chain
/// of near products leads there.
///
/// Source of proximity: Hidalgo et al. (2007). The way is found by Dijkstra (1959) with −ln φ as
/// length; equal ways fall to the earlier product of the table. Cost: products².
#[must_use]
pub fn pathway<A: Clone + Ord, P: Clone + Ord>(
    space: &ProductSpace<A, P>,
    actor: &A,
    target: &P,
) -> Option<Pathway<P>> {
    let found = space.specialization();
    let (row, target) = (found.row(actor)?, found.column(target)?);
    let products = found.products();
    let count = products.len();
    // Products of proximities instead of sums of logarithms: the same order, and no rounding of 1.
    let held = |column: usize| found.has(row, column);
    let mut likely: Vec<f64> = (0..count).map(|at| if held(at) { 1.0 } else { 0.0 }).collect();
    let mut before: Vec<Option<usize>> = vec![None; count];
    let mut is_done = vec![false; count];
    loop {
        let open = (0..count).filter(|at| !is_done[*at] && likely[*at] > 0.0);
        let next = open.reduce(|best, at| if likely[at] > likely[best] { at } else { best })?;
        if next == target {
            break;
        }
        is_done[next] = true;
        for to in 0..count {
            let through = likely[next] * space.proximity_at(next, to);
            if !is_done[to] && through > likely[to] {
                likely[to] = through;
                before[to] = Some(next);
            }
        }
    }
    let mut steps = Vec::new();
    let mut at = target;
    while let Some(previous) = before[at] {
        steps.push(Step {
            product: products[at].clone(),
            proximity: space.proximity_at(previous, at),
            kept: kept(space, previous, at),
        });
        at = previous;
    }
    steps.reverse();
    Some(Pathway { from: products[at].clone(), steps })
}

/// Of the actors that have the later product, the share that has the earlier too.
fn kept<A: Clone + Ord, P: Clone + Ord>(
    space: &ProductSpace<A, P>,
    earlier: usize,
    later: usize,
) -> f64 {
    let found = space.specialization();
    let rows = 0..found.actors().len();
    let with_later: Vec<usize> = rows.filter(|row| found.has(*row, later)).collect();
    let with_both = with_later.iter().filter(|row| found.has(**row, earlier)).count();
    // Each product that is kept has an actor.
    with_both as f64 / with_later.len().max(1) as f64
}
