//! Shocks spreading, several at a time: synchronous steps over the firms that they have reached.
//!
//! Each shock has a lane. The numbers of all lanes of a firm lie beside each other, so that a link is
//! read once a step for all of them, and one instruction serves several; lanes never mix. A firm is
//! looked at again only after one of its suppliers, customers or markets has changed in any lane; its
//! losses are then added up anew from its whole row in the row's order. So each value is what a step
//! over all firms would give to that shock alone, to the last bit, and what nobody has reached costs
//! nothing. Once a step changes so many that marking whom they reach costs more than it saves, all
//! are looked at. A lane whose shock has come to rest takes the next one.

use super::marks::{Due, Marks};
use super::prepared::{Kind, ShockModel};
use super::{Cascade, Loss, Shock};
use crate::Error;

/// What a market still sells below which its suppliers count as irreplaceable.
const MARKET_MIN: f64 = 1e-10;

/// If more than this part of all firms has changed, all are due: on average each has some partners.
const ALL_FROM: usize = 16;

/// A place to spread shocks in. Memory: 48 bytes a firm and lane and some more, kept from shock to
/// shock.
#[derive(Clone, Debug)]
pub struct Spread<'a, const LANES: usize = 1> {
    model: &'a ShockModel,
    /// What a shock leaves of each firm before it spreads.
    psi: Vec<[f64; LANES]>,
    down: Side<LANES>,
    up: Side<LANES>,
    /// What each market still sells; kept only with substitution.
    sold_in: Vec<[f64; LANES]>,
    stale: Marks,
    /// The firms that some shock has reached.
    reached: Marks,
}

/// What remains of each firm on one side, and what is to be looked at again.
#[derive(Clone, Debug)]
struct Side<const LANES: usize> {
    remaining: Vec<[f64; LANES]>,
    /// One less what remains: what each link is read for.
    missing: Vec<[f64; LANES]>,
    due: Marks,
    /// All firms are due, marked or not.
    is_all_due: bool,
    changes: Vec<(usize, [f64; LANES])>,
}

impl<const LANES: usize> Side<LANES> {
    fn new(count: usize) -> Self {
        Self {
            remaining: vec![[1.0; LANES]; count],
            missing: vec![[0.0; LANES]; count],
            due: Marks::new(count),
            is_all_due: false,
            changes: Vec::new(),
        }
    }

    fn set(&mut self, firm: usize, lane: usize, remaining: f64) {
        self.remaining[firm][lane] = remaining;
        self.missing[firm][lane] = 1.0 - remaining;
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

    /// Takes the changes of a step over, and raises each lane's largest drop.
    fn settle(&mut self, drops: &mut [f64; LANES]) {
        for (firm, after) in &self.changes {
            let before = &mut self.remaining[*firm];
            for lane in 0..LANES {
                drops[lane] = larger(drops[lane], before[lane] - after[lane]);
            }
            *before = *after;
            self.missing[*firm] = after.map(|remaining| 1.0 - remaining);
        }
    }
}

/// A shock under way in a lane.
struct Running {
    /// Where it stood among those that were asked for.
    index: usize,
    iterations: u32,
}

impl<'a, const LANES: usize> Spread<'a, LANES> {
    pub(super) fn new(model: &'a ShockModel) -> Self {
        let count = model.firm_count();
        let markets = model.markets.len();
        let mut whole = Self {
            model,
            psi: vec![[1.0; LANES]; count],
            down: Side::new(count),
            up: Side::new(count),
            sold_in: vec![[0.0; LANES]; markets],
            stale: Marks::new(markets),
            reached: Marks::new(count),
        };
        (0..markets).for_each(|market| whole.stale.add(market));
        whole
    }

    /// Spreads each of these shocks alone and tells what it did with its place in the order asked for,
    /// as soon as it rests; ends early if `tell` says so.
    ///
    /// # Errors
    /// As [`Spread::run`], once it is the turn of a shock that makes no sense.
    pub(super) fn each(
        mut self,
        shocks: impl IntoIterator<Item = Shock>,
        mut tell: impl FnMut(usize, Cascade) -> std::ops::ControlFlow<()>,
    ) -> Result<(), Error> {
        let options = self.model.options;
        let mut waiting = shocks.into_iter().enumerate();
        let mut lanes: [Option<Running>; LANES] = std::array::from_fn(|_| None);
        loop {
            for (lane, running) in lanes.iter_mut().enumerate() {
                if running.is_none()
                    && let Some((index, shock)) = waiting.next()
                {
                    self.begin(lane, &shock)?;
                    *running = Some(Running { index, iterations: 0 });
                }
            }
            if lanes.iter().all(Option::is_none) {
                return Ok(());
            }
            let drops = self.step();
            for (lane, running) in lanes.iter_mut().enumerate() {
                let Some(shock) = running else { continue };
                shock.iterations += 1;
                let is_converged = drops[lane] <= options.eps;
                if !is_converged && shock.iterations < options.iterations_max {
                    continue;
                }
                let cascade = self.end(lane, shock.iterations, is_converged);
                if tell(shock.index, cascade).is_break() {
                    return Ok(());
                }
                *running = None;
            }
        }
    }

    /// Lets a shock into a lane in which all is whole.
    fn begin(&mut self, lane: usize, shock: &Shock) -> Result<(), Error> {
        for (firm, remaining) in &shock.remaining {
            if *firm >= self.model.firm_count() || !(0.0..=1.0).contains(remaining) {
                return Err(Error::Shock { firm: *firm, remaining: *remaining });
            }
        }
        for (firm, remaining) in &shock.remaining {
            self.psi[*firm][lane] = *remaining;
            self.down.set(*firm, lane, *remaining);
            self.up.set(*firm, lane, *remaining);
            self.reached.add(*firm);
            self.mark_buyers(*firm);
            self.mark_suppliers(*firm);
        }
        Ok(())
    }

    /// One step of all that is due, and the largest drop that it made in each lane.
    fn step(&mut self) -> [f64; LANES] {
        let model = self.model;
        self.renew_markets();
        for firm in self.down.take_due() {
            let remaining = self.left_by_suppliers(model, firm);
            if remaining != self.down.remaining[firm] {
                self.down.changes.push((firm, remaining));
            }
        }
        for firm in self.up.take_due() {
            let remaining = self.left_by_customers(model, firm);
            if remaining != self.up.remaining[firm] {
                self.up.changes.push((firm, remaining));
            }
        }
        let many = model.firm_count() / ALL_FROM;
        self.down.is_all_due = self.down.changes.len() > many;
        self.up.is_all_due = self.up.changes.len() > many;
        let mut drops = [0.0; LANES];
        self.down.settle(&mut drops);
        self.up.settle(&mut drops);
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
        drops
    }

    /// Whoever buys from a firm, or from any of its market that has failed in part, is due.
    fn mark_buyers(&mut self, firm: usize) {
        let model = self.model;
        if !self.down.is_all_due {
            for output in model.outputs.row(firm) {
                self.down.due.add(output.buyer as usize);
            }
        }
        if !model.markets.is_empty() {
            self.stale.add(model.market[firm]);
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
        for market in self.stale.take() {
            let mut sold = [0.0; LANES];
            for firm in &model.markets[market] {
                let remaining = &self.down.remaining[*firm];
                for lane in 0..LANES {
                    sold[lane] += model.sold[*firm] * remaining[lane];
                }
                if !self.down.is_all_due && self.down.missing[*firm] != [0.0; LANES] {
                    for output in model.outputs.row(*firm) {
                        self.down.due.add(output.buyer as usize);
                    }
                }
            }
            self.sold_in[market] = sold;
        }
    }

    /// `max(0, min(1 - max over essential k of L_k, 1 - sum over linear k of L_k, psi))`.
    fn left_by_suppliers(&self, model: &ShockModel, firm: usize) -> [f64; LANES] {
        let (mut essential, mut linear) = ([0.0_f64; LANES], [0.0; LANES]);
        let (inputs, missing) = (model.inputs.row(firm), &self.down.missing);
        let mut from = 0;
        for group in model.groups.row(firm) {
            let mut lost = [0.0; LANES];
            let of_group = &inputs[from..group.end as usize];
            if self.sold_in.is_empty() {
                for input in of_group {
                    let missing = &missing[input.supplier as usize];
                    for lane in 0..LANES {
                        lost[lane] += input.impact * missing[lane];
                    }
                }
            } else {
                for input in of_group {
                    let missing = &missing[input.supplier as usize];
                    let sigma = self.sigma(model, input.supplier as usize);
                    for lane in 0..LANES {
                        lost[lane] += sigma[lane] * input.impact * missing[lane];
                    }
                }
            }
            from = group.end as usize;
            for lane in 0..LANES {
                match group.kind {
                    Kind::Essential => essential[lane] = larger(essential[lane], lost[lane]),
                    Kind::Linear => linear[lane] += lost[lane],
                }
            }
        }
        let psi = &self.psi[firm];
        std::array::from_fn(|lane| {
            let left = smaller(1.0 - essential[lane], 1.0 - linear[lane]);
            larger(smaller(left, psi[lane]), 0.0)
        })
    }

    /// `max(0, min(psi, 1 - sum_j Lu_j (1 - hu_j)))`.
    fn left_by_customers(&self, model: &ShockModel, firm: usize) -> [f64; LANES] {
        let mut lost = [0.0; LANES];
        let missing = &self.up.missing;
        for output in model.outputs.row(firm) {
            let missing = &missing[output.buyer as usize];
            for lane in 0..LANES {
                lost[lane] += output.impact * missing[lane];
            }
        }
        let psi = &self.psi[firm];
        std::array::from_fn(|lane| larger(smaller(1.0 - lost[lane], psi[lane]), 0.0))
    }

    /// How much of a supplier nobody can replace: its share of what its market still sells.
    fn sigma(&self, model: &ShockModel, supplier: usize) -> [f64; LANES] {
        self.sold_in[model.market[supplier]].map(|sold| {
            let sold = if sold <= MARKET_MIN { 1.0 } else { sold };
            (model.sold[supplier] / sold).min(1.0)
        })
    }

    /// What the shock of a lane has done; then all that it has reached is whole again. What is due or
    /// stale for its sake stays so, which costs a look and changes nothing.
    fn end(&mut self, lane: usize, iterations: u32, is_converged: bool) -> Cascade {
        let model = self.model;
        let (mut both, mut down, mut up) = (0.0, 0.0, 0.0);
        let mut reached = self.reached.take();
        reached.sort_unstable();
        let mut losses = Vec::with_capacity(reached.len());
        for firm in reached {
            let by_suppliers = self.down.remaining[firm][lane];
            let by_customers = self.up.remaining[firm][lane];
            self.make_whole(firm, lane);
            if by_suppliers == 1.0 && by_customers == 1.0 {
                // Reached in another lane.
                continue;
            }
            let sold = model.sold[firm];
            let sales = sold * (1.0 - by_suppliers.min(by_customers));
            both += sales;
            down += sold * (1.0 - by_suppliers);
            up += sold * (1.0 - by_customers);
            losses.push(Loss { firm, by_suppliers, by_customers, sales });
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
    fn make_whole(&mut self, firm: usize, lane: usize) {
        if self.down.remaining[firm][lane] < 1.0 && !self.model.markets.is_empty() {
            self.stale.add(self.model.market[firm]);
        }
        self.psi[firm][lane] = 1.0;
        self.down.set(firm, lane, 1.0);
        self.up.set(firm, lane, 1.0);
        let whole = [0.0; LANES];
        if self.down.missing[firm] != whole || self.up.missing[firm] != whole {
            self.reached.add(firm);
        }
    }
}

impl Spread<'_> {
    /// Spreads one shock until it rests.
    ///
    /// Cost: links of the firms that it reaches, times the steps.
    ///
    /// # Errors
    /// [`Error::Shock`] for an unknown firm, or a remaining capacity that is not 0 to 1.
    pub fn run(&mut self, shock: &Shock) -> Result<Cascade, Error> {
        self.begin(0, shock)?;
        let options = self.model.options;
        let (mut iterations, mut is_converged) = (0, false);
        while !is_converged && iterations < options.iterations_max {
            let [drop] = self.step();
            is_converged = drop <= options.eps;
            iterations += 1;
        }
        let cascade = self.end(0, iterations, is_converged);
        self.rest();
        Ok(cascade)
    }

    /// Nobody is due where nothing is under way.
    fn rest(&mut self) {
        for side in [&mut self.down, &mut self.up] {
            side.due.take();
            side.is_all_due = false;
        }
    }
}

/// The larger of two numbers: as `f64::max` where neither is missing, and one instruction for lanes.
fn larger(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

fn smaller(one: f64, other: f64) -> f64 {
    if one < other { one } else { other }
}
