//! What an actor could become: complexity outlook index (COI) and outlook gain (COG).
//!
//! Both weigh what the actor does not have by how near and how complex it is. They use the product
//! scores before these are standardized, as the published values do. Never given where complexity
//! is undefined.

use super::space::ProductSpace;

impl<A: Clone + Ord, P: Clone + Ord> ProductSpace<A, P> {
    /// The complexity outlook index of an actor; `None` if it is left out, complexity is undefined,
    /// or all actors have the same outlook.
    ///
    /// Source: Hausmann, Hidalgo et al. (2014), technical box 2.4.1:
    /// `Σ_p d_cp (1 − M_cp) q_p`, standardized by mean and sample deviation over all actor ×
    /// product rows. A product that nothing is near adds nothing. Cost: actors × products².
    #[must_use]
    pub fn outlook(&self, actor: &A) -> Option<f64> {
        let row = self.specialization.row(actor)?;
        let scores = &self.complexity().ok()?.product_scores;
        let actors = self.specialization.actors().len();
        let mut outlooks = Vec::with_capacity(actors);
        for of in 0..actors {
            let mut sum = 0.0;
            for (column, score) in scores.iter().enumerate() {
                if !self.specialization.has(of, column) {
                    sum += self.density_at(of, column).unwrap_or(0.0) * score;
                }
            }
            outlooks.push(sum);
        }
        let mean = outlooks.iter().sum::<f64>() / actors as f64;
        let squares: f64 = outlooks.iter().map(|o| (o - mean) * (o - mean)).sum();
        let products = scores.len() as f64;
        let deviation = (squares * products / (actors as f64 * products - 1.0)).sqrt();
        if deviation == 0.0 { None } else { Some((outlooks[row] - mean) / deviation) }
    }

    /// What a product would add to an actor's complexity outlook, in deviations of ECI; 0 for what
    /// it has. `None` if either is left out or complexity is undefined.
    ///
    /// Source: Hausmann, Hidalgo et al. (2014), technical box 2.4.1:
    /// `Σ_p' φ_pp' / Σ_p'' φ_p''p' (1 − M_cp') q_p'` for `M_cp = 0`, over the deviation of e.
    #[must_use]
    pub fn outlook_gain(&self, actor: &A, product: &P) -> Option<f64> {
        let (row, column) = (self.specialization.row(actor)?, self.specialization.column(product)?);
        self.outlook_gain_at(row, column)
    }

    pub(crate) fn outlook_gain_at(&self, row: usize, column: usize) -> Option<f64> {
        let complexity = self.complexity().ok()?;
        if self.specialization.has(row, column) {
            return Some(0.0);
        }
        let mut sum = 0.0;
        for (other, score) in complexity.product_scores.iter().enumerate() {
            let proximity = self.proximity_at(column, other);
            if proximity > 0.0 && !self.specialization.has(row, other) {
                sum += proximity / self.proximity_total(other) * score;
            }
        }
        Some(sum / complexity.deviation)
    }
}
