//! One shock spreading: synchronous steps over the firms that it has reached.
//!
//! A firm is looked at again only after one of its suppliers, customers or markets has changed; its
//! loss is then added up anew from its whole row in the row's order. So each value is what a step
//! over all firms would give, to the last bit, and what nobody has reached costs nothing. Once a
//! step changes so many that marking whom they reach costs more than it saves, all are looked at.

use super::prepared::{Kind, ShockModel};
use super::{Cascade, Loss, Shock};
use crate::Error;

/// What a market still sells below which its suppliers count as irreplaceable.
const MARKET_MIN: f64 = 1e-10;

/// A set of more than this part of all firms is taken in order.
const IN_ORDER_FROM: usize = 32;

/// If more than this part of all firms has changed, all are due: on average each has some partners.
const ALL_FROM: usize = 16;

/// A place to spread shocks in. Memory: some bytes a firm, kept from shock to shock.
#[derive(Clone, Debug)]
pub struct Spread<'a> {
    model: &'a ShockModel,
    /// What a shock leaves of each firm before it spreads.
    psi: Vec<f64>,
    down: Side,
    up: Side,
    /// What each market still sells; kept only with substitution.
    sold_in: Vec<f64>,
    is_stale: Vec<bool>,
    reached: Marks,
}

/// What remains of each firm on one side, and what is to be looked at again.
#[derive(Clone, Debug)]
struct Side {
    remaining: Vec<f64>,
    due: Marks,
    /// All firms are due, marked or not.
    is_all_due: bool,
    changes: Vec<(usize, f64)>,
}

/// A set of firms that is emptied in its own time.
#[derive(Clone, Debug)]
struct Marks {
    is_in: Vec<bool>,
    members: Vec<usize>,
}

impl Marks {
    fn new(count: usize) -> Self {
        Self { is_in: vec![false; count], members: Vec::new() }
    }

    fn add(&mut self, firm: usize) {
        if !std::mem::replace(&mut self.is_in[firm], true) {
            self.members.push(firm);
        }
    }

    fn take(&mut self) -> Vec<usize> {
        if self.members.len() > self.is_in.len() / IN_ORDER_FROM {
            // In their order: rows are then read as they lie in memory.
            let is_in = self.is_in.iter().enumerate();
            self.members = is_in.filter(|(_, is_in)| **is_in).map(|(firm, _)| firm).collect();
        }
        for firm in &self.members {
            self.is_in[*firm] = false;
        }
        std::mem::take(&mut self.members)
    }
}

/// Firms that are to be looked at.
enum Due {
    All(std::ops::Range<usize>),
    Marked(std::vec::IntoIter<usize>),
}

impl Iterator for Due {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            Self::All(all) => all.next(),
            Self::Marked(marked) => marked.next(),
        }
    }
}

impl Side {
    fn new(count: usize) -> Self {
        let (remaining, due) = (vec![1.0; count], Marks::new(count));
        Self { remaining, due, is_all_due: false, changes: Vec::new() }
    }

    /// The firms that are to be looked at, in no order; from now on none is.
    fn take_due(&mut self) -> Due {
        let marked = self.due.take();
        if std::mem::take(&mut self.is_all_due) {
            Due::All(0..self.remaining.len())
        } else {
            Due::Marked(marked.into_iter())
        }
    }

    /// Takes the changes of a step over, and says the largest drop.
    fn settle(&mut self) -> f64 {
        let mut drop: f64 = 0.0;
        for (firm, remaining) in &self.changes {
            drop = drop.max(self.remaining[*firm] - remaining);
            self.remaining[*firm] = *remaining;
        }
        drop
    }
}

impl<'a> Spread<'a> {
    pub(super) fn new(model: &'a ShockModel) -> Self {
        let count = model.firm_count();
        let markets = model.markets.len();
        Self {
            model,
            psi: vec![1.0; count],
            down: Side::new(count),
            up: Side::new(count),
            sold_in: vec![0.0; markets],
            is_stale: vec![true; markets],
            reached: Marks::new(count),
        }
    }

    /// Spreads one shock until it rests.
    ///
    /// Cost: links of the firms that it reaches, times the steps.
    ///
    /// # Errors
    /// [`Error::Shock`] for an unknown firm, or a remaining capacity that is not 0 to 1.
    pub fn run(&mut self, shock: &Shock) -> Result<Cascade, Error> {
        for (firm, remaining) in &shock.remaining {
            if *firm >= self.model.firm_count() || !(0.0..=1.0).contains(remaining) {
                return Err(Error::Shock { firm: *firm, remaining: *remaining });
            }
        }
        for (firm, remaining) in &shock.remaining {
            self.psi[*firm] = *remaining;
            self.down.remaining[*firm] = *remaining;
            self.up.remaining[*firm] = *remaining;
            self.reached.add(*firm);
            self.mark_buyers(*firm);
            self.mark_suppliers(*firm);
        }
        let options = self.model.options;
        let (mut iterations, mut is_converged) = (0, false);
        while !is_converged && iterations < options.iterations_max {
            is_converged = self.step() <= options.eps;
            iterations += 1;
        }
        let cascade = self.told(iterations, is_converged);
        self.forget();
        Ok(cascade)
    }

    /// One step of all that is due, and the largest drop that it made.
    fn step(&mut self) -> f64 {
        let (model, mut down, mut up) = (self.model, Vec::new(), Vec::new());
        self.renew_markets();
        for firm in self.down.take_due() {
            let remaining = self.left_by_suppliers(model, firm);
            if remaining != self.down.remaining[firm] {
                down.push((firm, remaining));
            }
        }
        for firm in self.up.take_due() {
            let remaining = self.left_by_customers(model, firm);
            if remaining != self.up.remaining[firm] {
                up.push((firm, remaining));
            }
        }
        let many = model.firm_count() / ALL_FROM;
        self.down.is_all_due = down.len() > many;
        self.up.is_all_due = up.len() > many;
        (self.down.changes, self.up.changes) = (down, up);
        let drop = self.down.settle().max(self.up.settle());
        let changes = std::mem::take(&mut self.down.changes);
        for (firm, _) in changes {
            self.reached.add(firm);
            self.mark_buyers(firm);
        }
        let changes = std::mem::take(&mut self.up.changes);
        for (firm, _) in changes {
            self.reached.add(firm);
            self.mark_suppliers(firm);
        }
        drop
    }

    /// Whoever buys from a firm, or from any of its market that has failed in part, is due.
    fn mark_buyers(&mut self, firm: usize) {
        let model = self.model;
        if !self.down.is_all_due {
            for output in model.outputs.row(firm) {
                self.down.due.add(output.buyer as usize);
            }
        }
        if let Some(stale) = self.is_stale.get_mut(model.market[firm]) {
            *stale = true;
        }
    }

    fn mark_suppliers(&mut self, firm: usize) {
        let model = self.model;
        if self.up.is_all_due {
            return;
        }
        for supplier in model.suppliers.row(firm) {
            self.up.due.add(*supplier as usize);
        }
    }

    /// Adds up what stale markets still sell; their suppliers are then as replaceable as that says.
    fn renew_markets(&mut self) {
        let model = self.model;
        let reached = self.reached.members.iter();
        let mut stale: Vec<usize> = reached.map(|firm| model.market[*firm]).collect();
        stale.sort_unstable();
        stale.dedup();
        for market in stale {
            if !self.is_stale.get(market).copied().unwrap_or_default() {
                continue;
            }
            let (mut sold, mut failed) = (0.0, Vec::new());
            for firm in &model.markets[market] {
                let remaining = self.down.remaining[*firm];
                sold += model.sold[*firm] * remaining;
                if remaining < 1.0 && !self.down.is_all_due {
                    failed.push(*firm);
                }
            }
            self.sold_in[market] = sold;
            self.is_stale[market] = false;
            for firm in failed {
                for output in model.outputs.row(firm) {
                    self.down.due.add(output.buyer as usize);
                }
            }
        }
    }

    /// `max(0, min(1 - max over essential k of L_k, 1 - sum over linear k of L_k, psi))`.
    fn left_by_suppliers(&self, model: &ShockModel, firm: usize) -> f64 {
        let (mut essential, mut linear): (f64, f64) = (0.0, 0.0);
        let inputs = model.inputs.row(firm);
        let mut from = 0;
        for group in model.groups.row(firm) {
            let mut lost = 0.0;
            let of_group = &inputs[from..group.end as usize];
            if self.sold_in.is_empty() {
                for input in of_group {
                    lost += input.impact * (1.0 - self.down.remaining[input.supplier as usize]);
                }
            } else {
                for input in of_group {
                    let missing = 1.0 - self.down.remaining[input.supplier as usize];
                    lost += self.sigma(model, input.supplier as usize) * input.impact * missing;
                }
            }
            from = group.end as usize;
            match group.kind {
                Kind::Essential => essential = essential.max(lost),
                Kind::Linear => linear += lost,
            }
        }
        (1.0 - essential).min(1.0 - linear).min(self.psi[firm]).max(0.0)
    }

    /// `max(0, min(psi, 1 - sum_j Lu_j (1 - hu_j)))`.
    fn left_by_customers(&self, model: &ShockModel, firm: usize) -> f64 {
        let mut lost = 0.0;
        for output in model.outputs.row(firm) {
            lost += output.impact * (1.0 - self.up.remaining[output.buyer as usize]);
        }
        (1.0 - lost).min(self.psi[firm]).max(0.0)
    }

    /// How much of a supplier nobody can replace: its share of what its market still sells.
    fn sigma(&self, model: &ShockModel, supplier: usize) -> f64 {
        let sold = &self.sold_in[model.market[supplier]];
        let sold = if *sold <= MARKET_MIN { 1.0 } else { *sold };
        (model.sold[supplier] / sold).min(1.0)
    }

    fn told(&mut self, iterations: u32, is_converged: bool) -> Cascade {
        let model = self.model;
        self.reached.members.sort_unstable();
        let (mut both, mut down, mut up) = (0.0, 0.0, 0.0);
        let mut losses = Vec::new();
        for firm in &self.reached.members {
            let (by_suppliers, by_customers) =
                (self.down.remaining[*firm], self.up.remaining[*firm]);
            let sold = model.sold[*firm];
            let sales = sold * (1.0 - by_suppliers.min(by_customers));
            both += sales;
            down += sold * (1.0 - by_suppliers);
            up += sold * (1.0 - by_customers);
            losses.push(Loss { firm: *firm, by_suppliers, by_customers, sales });
        }
        Cascade {
            esri: both / model.sold_by_all,
            downstream: down / model.sold_by_all,
            upstream: up / model.sold_by_all,
            iterations,
            is_converged,
            losses,
            options: model.options,
        }
    }

    /// Makes everything that the shock has reached whole again.
    fn forget(&mut self) {
        for firm in self.reached.take() {
            self.psi[firm] = 1.0;
            self.down.remaining[firm] = 1.0;
            self.up.remaining[firm] = 1.0;
            if let Some(stale) = self.is_stale.get_mut(self.model.market[firm]) {
                *stale = true;
            }
        }
        for side in [&mut self.down, &mut self.up] {
            side.due.take();
            side.is_all_due = false;
        }
    }
}
