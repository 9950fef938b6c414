//! A network made ready for shocks: the impact of each supplier and each customer, in rows.
//!
//! Impacts do not change while a shock spreads, so that they are made once and shared by any number
//! of shocks; the rows lie one behind the other in memory, which is what bounds the speed.

use std::ops::ControlFlow;

use super::{Cascade, Essentiality, Need, Shock, ShockOptions, Spread, Substitution};
use crate::{Error, SupplyNetwork};

/// Shocks that are spread at a time: a firm's numbers of all of them fill a cache line.
const LANES: usize = 8;

/// A network, what industries need, and the options: what shocks are spread over.
#[derive(Clone, Debug)]
pub struct ShockModel {
    pub(super) options: ShockOptions,
    /// What each firm sells: its weight in the answer.
    pub(super) sold: Vec<f64>,
    pub(super) sold_by_all: f64,
    /// Of each buyer, its suppliers in groups of one industry.
    pub(super) inputs: Rows<Input>,
    pub(super) groups: Rows<Group>,
    /// Of each supplier, its buyers with the share of its sales.
    pub(super) outputs: Rows<Output>,
    /// Of each buyer, its suppliers of any industry.
    pub(super) suppliers: Rows<u32>,
    /// The market of each firm.
    pub(super) market: Vec<usize>,
    /// The firms of each market, in order; empty without substitution.
    pub(super) markets: Vec<Vec<usize>>,
}

/// Rows of different lengths, one behind the other.
#[derive(Clone, Debug)]
pub(super) struct Rows<T> {
    starts: Vec<usize>,
    entries: Vec<T>,
}

/// A supplier as its buyer sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input {
    pub(super) supplier: u32,
    /// What is lost if the supplier delivers nothing and nobody steps in.
    pub(super) impact: f64,
}

/// The inputs of one industry within a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// Behind its last input, counted in the row.
    pub(super) end: u32,
    pub(super) kind: Kind,
}

/// How lost inputs of an industry count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Essential,
    Linear,
}

/// A buyer as its supplier sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    pub(super) buyer: u32,
    pub(super) impact: f64,
}

impl<T> Rows<T> {
    /// Cuts what is sorted by row into rows.
    fn new(count: usize, sorted: impl IntoIterator<Item = (usize, T)>) -> Self {
        let (mut starts, mut entries) = (Vec::with_capacity(count + 1), Vec::new());
        for (row, entry) in sorted {
            while starts.len() <= row {
                starts.push(entries.len());
            }
            entries.push(entry);
        }
        while starts.len() <= count {
            starts.push(entries.len());
        }
        Self { starts, entries }
    }

    pub(super) fn row(&self, row: usize) -> &[T] {
        &self.entries[self.starts[row]..self.starts[row + 1]]
    }
}

impl ShockModel {
    /// Makes a network ready. Cost: linear in links, times the logarithm of suppliers a buyer.
    ///
    /// # Errors
    /// [`Error::EssentialityShape`] if there are industries that the matrix does not know;
    /// [`Error::ShockOptions`] if `eps` is negative or not finite, or no step is allowed.
    pub fn try_new(
        network: &SupplyNetwork,
        essentiality: &Essentiality,
        options: ShockOptions,
    ) -> Result<Self, Error> {
        let (found, expected) = (essentiality.industry_count(), network.industry_count);
        if found < expected {
            return Err(Error::EssentialityShape { found, expected });
        }
        if !(options.eps >= 0.0 && options.eps.is_finite()) || options.iterations_max == 0 {
            return Err(Error::ShockOptions { eps: options.eps });
        }
        let count = network.firm_count();
        let mut market = Vec::with_capacity(count);
        for (number, firm) in network.firms.iter().enumerate() {
            // Whose industry is unknown has a market of its own.
            market.push(firm.industry.unwrap_or(network.industry_count + number));
        }
        let mut markets = Vec::new();
        if options.substitution == Substitution::ByMarketShare {
            markets.resize(network.industry_count + count, Vec::new());
            for (number, market) in market.iter().enumerate() {
                markets[*market].push(number);
            }
        }
        let (inputs, groups) = inputs(network, essentiality);
        let suppliers = network.sales.iter().map(|sale| (sale.buyer, narrow(sale.supplier)));
        Ok(Self {
            options,
            sold: network.sold.clone(),
            sold_by_all: network.sold.iter().sum(),
            inputs,
            groups,
            outputs: outputs(network),
            suppliers: Rows::new(count, suppliers),
            market,
            markets,
        })
    }

    /// A place to spread shocks in, one after the other; several may be used at one time.
    #[must_use]
    pub fn spread(&self) -> Spread<'_> {
        Spread::new(self)
    }

    /// Spreads each of many shocks alone and tells what it did, with its place in the order asked
    /// for, as soon as it rests: not in that order. `tell` ends it by a break.
    ///
    /// Several are spread at a time on the calling thread, which is several times as fast as one
    /// after the other, and gives the same to the last bit. Memory: 0.5 KiB a firm.
    ///
    /// # Errors
    /// [`Error::Shock`] as soon as it is the turn of one with an unknown firm, or a remaining capacity
    /// that is not 0 to 1; those under way are not told.
    pub fn spread_each(
        &self,
        shocks: impl IntoIterator<Item = Shock>,
        tell: impl FnMut(usize, Cascade) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        Spread::<LANES>::new(self).each(shocks, tell)
    }

    /// How many firms there are.
    #[must_use]
    pub fn firm_count(&self) -> usize {
        self.sold.len()
    }
}

fn inputs(network: &SupplyNetwork, essentiality: &Essentiality) -> (Rows<Input>, Rows<Group>) {
    let (mut all, mut groups) = (Vec::with_capacity(network.sales.len()), Vec::new());
    for bought in network.sales.chunk_by(|one, other| one.buyer == other.buyer) {
        let mut row = Vec::with_capacity(bought.len());
        for sale in bought {
            let supplies = network.firms[sale.supplier].industry;
            let buys = network.firms[sale.buyer].industry;
            let (Some(industry), Some(buying)) = (supplies, buys) else { continue };
            let kind = match essentiality.need(industry, buying) {
                Need::None => continue,
                Need::Linear => Kind::Linear,
                Need::Essential => Kind::Essential,
            };
            row.push((industry, sale, kind));
        }
        // The sort is stable: within an industry suppliers stay in order.
        row.sort_by_key(|(industry, ..)| *industry);
        let mut end = 0;
        for group in row.chunk_by(|(one, ..), (other, ..)| one == other) {
            let of_group: f64 = group.iter().map(|(_, sale, _)| sale.value).sum();
            end += group.len();
            for (_, sale, kind) in group {
                let bought = network.bought[sale.buyer];
                let of_all = match kind {
                    Kind::Essential => of_group,
                    Kind::Linear => bought,
                };
                let network_share =
                    network.firms[sale.buyer].cost.map_or(1.0, |cost| bought / cost);
                let impact = sale.value / of_all * network_share;
                all.push((sale.buyer, Input { supplier: narrow(sale.supplier), impact }));
            }
            if let Some((_, sale, kind)) = group.first() {
                groups.push((sale.buyer, Group { end: narrow(end), kind: *kind }));
            }
        }
    }
    let count = network.firm_count();
    (Rows::new(count, all), Rows::new(count, groups))
}

/// A number of a firm, or of inputs of one, in half the memory.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("firms were counted by SupplyNetwork::try_new")
}

fn outputs(network: &SupplyNetwork) -> Rows<Output> {
    let mut all = Vec::with_capacity(network.sales.len());
    for sale in &network.sales {
        let of_all = network.firms[sale.supplier].revenue.unwrap_or(network.sold[sale.supplier]);
        all.push((
            sale.supplier,
            Output { buyer: narrow(sale.buyer), impact: sale.value / of_all },
        ));
    }
    // The sort is stable: buyers stay in order.
    all.sort_by_key(|(supplier, _)| *supplier);
    Rows::new(network.firm_count(), all)
}
