//! Niches: what an actor does not do yet, nearest first.
//!
//! Guarantees that each niche names what makes it near. Never mixes nearness, complexity and gain
//! into one number: which of them counts is the reader's to say.

use super::space::ProductSpace;

/// Products named as what makes a niche near.
const NEAR_MAX: usize = 3;

/// A product that an actor is not specialized in.
#[derive(Clone, Debug, PartialEq)]
pub struct Niche<P> {
    /// The product.
    pub product: P,
    /// The share of what is near it that the actor has, 0 to 1.
    pub density: f64,
    /// PCI; `None` where complexity is undefined.
    pub complexity: Option<f64>,
    /// COG, what it would add to the outlook; `None` where complexity is undefined.
    pub gain: Option<f64>,
    /// What the actor has that is nearest, nearest first, with its proximity.
    pub near: Vec<NearProduct<P>>,
}

/// A product that an actor has, near a niche.
#[derive(Clone, Debug, PartialEq)]
pub struct NearProduct<P> {
    /// The product.
    pub product: P,
    /// Its proximity to the niche, 0 to 1.
    pub proximity: f64,
}

/// What an actor does not do yet, by density, highest first, then in the order of the table; `None`
/// if the actor is left out. What nothing is near has no density and is no niche.
///
/// Source of the measures: Hidalgo et al. (2007); Hausmann, Hidalgo et al. (2014).
#[must_use]
pub fn niches<A: Clone + Ord, P: Clone + Ord>(
    space: &ProductSpace<A, P>,
    actor: &A,
) -> Option<Vec<Niche<P>>> {
    let found = space.specialization();
    let row = found.row(actor)?;
    let mut niches = Vec::new();
    for (column, product) in found.products().iter().enumerate() {
        if found.has(row, column) {
            continue;
        }
        let Some(density) = space.density_at(row, column) else { continue };
        let mut near: Vec<NearProduct<P>> = Vec::new();
        for (other, held) in found.products().iter().enumerate() {
            let proximity = space.proximity_at(column, other);
            if found.has(row, other) && proximity > 0.0 {
                near.push(NearProduct { product: held.clone(), proximity });
            }
        }
        near.sort_by(|one, other| other.proximity.total_cmp(&one.proximity));
        near.truncate(NEAR_MAX);
        niches.push(Niche {
            product: product.clone(),
            density,
            complexity: space.complexity().ok().map(|found| found.product_index(column)),
            gain: space.outlook_gain_at(row, column),
            near,
        });
    }
    niches.sort_by(|one, other| other.density.total_cmp(&one.density));
    Some(niches)
}
