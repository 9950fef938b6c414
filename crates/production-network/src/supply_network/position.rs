//! Where a firm stands in a supply network: how far from final demand, and how much rests on it.
//!
//! Guarantees one order of sums, and a number only where the network determines it: a firm whose
//! sales may go round for ever has no upstreamness. Never guesses what a firm sells beyond the
//! network.

use crate::{Error, Sale, SupplyNetwork};

/// Steps after which it is given up: a ring that keeps 99.7 % of its sales is done by then.
const STEPS_MAX: usize = 10_000;
/// Links that are read at most, each as often as there are steps: some seconds.
const READS_MAX: usize = 1_000_000_000;
/// The largest change of a step, as a part of the number, that counts as rest.
const REST: f64 = 1e-13;
/// Sales that fall short of the revenue by less than this part do so by rounding.
const ROUNDING: f64 = 1e-12;

impl SupplyNetwork {
    /// How many steps what a firm makes takes to final demand, on average, with 1 for who sells to
    /// final demand alone; `None` where what it sells may never come there.
    ///
    /// Source: Antràs, Chor, Fally and Hillberry (2012), for firms: `U_i = 1 + Σ_j (W_ij / Y_i) U_j`,
    /// where W is what i sells to j. Y is the revenue of i, or what it sells in the network if no
    /// revenue is stated, and then all that it makes is input of others; who sells nothing in the
    /// network sells to final demand. Cost: steps × links.
    ///
    /// # Errors
    /// [`Error::Parameter`] if a firm sells more in the network than its revenue;
    /// [`Error::NotConverged`] if the numbers do not come to rest in 10,000 steps, or in as many as
    /// read 10⁹ links.
    pub fn upstreamness(&self) -> Result<Vec<Option<f64>>, Error> {
        let mut makes = Vec::with_capacity(self.firms.len());
        for (firm, sold) in self.firms.iter().zip(&self.sold) {
            let makes_all = firm.revenue.unwrap_or(*sold);
            if *sold > makes_all * (1.0 + ROUNDING) {
                let (what, expected) = ("revenue", "at least what is sold in the network");
                return Err(Error::Parameter { what, found: makes_all, expected });
            }
            makes.push(makes_all);
        }
        let is_found = self.comes_to_final_demand(&makes);
        let rest = |sale: &&Sale| is_found[sale.supplier];
        let mut found = vec![1.0; self.firms.len()];
        let mut by_supplier: Vec<&Sale> = self.sales.iter().filter(rest).collect();
        by_supplier.sort_by_key(|sale| (sale.supplier, sale.buyer));
        let (mut change, steps) = (f64::INFINITY, self.steps_max());
        for _ in 0..steps {
            change = 0.0;
            for of_one in by_supplier.chunk_by(|one, other| one.supplier == other.supplier) {
                let Some(supplier) = of_one.first().map(|sale| sale.supplier) else { continue };
                let all = makes[supplier];
                let sum: f64 = of_one.iter().map(|sale| sale.value / all * found[sale.buyer]).sum();
                let next = 1.0 + sum;
                change = f64::max(change, (next - found[supplier]).abs() / next);
                found[supplier] = next;
            }
            if change < REST {
                let numbers = found.into_iter().zip(is_found);
                return Ok(numbers.map(|(number, is_found)| is_found.then_some(number)).collect());
            }
        }
        Err(Error::NotConverged { what: "upstreamness", steps, residual: change })
    }

    /// How much of all output rests on each firm; the parts add up to 1 if each firm buys.
    ///
    /// Source: Acemoglu, Carvalho, Ozdaglar and Tahbaz-Salehi (2012), equation 4:
    /// `v = (α/n) (I − (1 − α) A')⁻¹ 1`, where A is the part of its purchases that a firm makes from
    /// each, and α the share of labour. Purchases are all that a firm buys, where that is stated.
    /// Cost: links × the steps, some 30 over the share.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the share of labour is not above 0 and at most 1, or a firm buys more
    /// in the network than all that it buys; [`Error::NotConverged`] if the parts do not come to
    /// rest in 10,000 steps, or in as many as read 10⁹ links.
    pub fn influence(&self, labour_share: f64) -> Result<Vec<f64>, Error> {
        if !(labour_share > 0.0 && labour_share <= 1.0) {
            let (what, expected) = ("labour share", "a number above 0, up to 1");
            return Err(Error::Parameter { what, found: labour_share, expected });
        }
        let mut buys = Vec::with_capacity(self.firms.len());
        for (firm, bought) in self.firms.iter().zip(&self.bought) {
            let all = firm.cost.unwrap_or(*bought);
            if *bought > all * (1.0 + ROUNDING) {
                let (what, expected) = ("cost", "at least what is bought in the network");
                return Err(Error::Parameter { what, found: all, expected });
            }
            buys.push(all);
        }
        let own = labour_share / self.firms.len() as f64;
        if !own.is_normal() {
            let (what, expected) = ("labour share", "a part that each firm has a part of");
            return Err(Error::Parameter { what, found: labour_share, expected });
        }
        let mut found = vec![own; self.firms.len()];
        let (mut change, steps) = (f64::INFINITY, self.steps_max());
        for _ in 0..steps {
            let mut next = vec![own; self.firms.len()];
            for sale in &self.sales {
                let part = sale.value / buys[sale.buyer];
                next[sale.supplier] += (1.0 - labour_share) * part * found[sale.buyer];
            }
            // Each part is at least `own`, so that a change is compared with something.
            let changes =
                next.iter().zip(&found).map(|(next, before)| (next - before).abs() / next);
            change = changes.fold(0.0, f64::max);
            found = next;
            if change < REST {
                return Ok(found);
            }
        }
        Err(Error::NotConverged { what: "influence", steps, residual: change })
    }

    fn steps_max(&self) -> usize {
        (READS_MAX / self.sales.len().max(1)).clamp(1, STEPS_MAX)
    }

    /// Whether all that a firm makes comes to final demand in the end: from wherever its sales lead,
    /// some of it is sold beyond the network.
    fn comes_to_final_demand(&self, makes: &[f64]) -> Vec<bool> {
        let count = self.firms.len();
        let mut suppliers = vec![Vec::new(); count];
        for sale in &self.sales {
            suppliers[sale.buyer].push(sale.supplier);
        }
        let sells_beyond = |firm: usize| {
            let sold = self.sold[firm];
            sold == 0.0 || makes[firm] > sold * (1.0 + ROUNDING)
        };
        // Whoever some way leads from to a firm that sells beyond.
        let reaches = upstream(&suppliers, (0..count).filter(|firm| sells_beyond(*firm)));
        // Whoever some way leads from to a firm of which nothing is sold beyond.
        let never = upstream(&suppliers, (0..count).filter(|firm| !reaches[*firm]));
        never.into_iter().map(|never| !never).collect()
    }
}

/// Some firms, and all who supply them, directly or through others.
fn upstream(suppliers: &[Vec<usize>], begin: impl Iterator<Item = usize>) -> Vec<bool> {
    let mut is_found = vec![false; suppliers.len()];
    let mut open: Vec<usize> = begin.collect();
    for firm in &open {
        is_found[*firm] = true;
    }
    while let Some(firm) = open.pop() {
        for supplier in &suppliers[firm] {
            if !is_found[*supplier] {
                is_found[*supplier] = true;
                open.push(*supplier);
            }
        }
    }
    is_found
}
