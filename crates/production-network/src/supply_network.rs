//! Who sells how much to whom: the weighted network that shocks spread over.
//!
//! Guarantees that each pair of firms has one link, that weights are positive and finite, and one
//! order of everything (by number), so that equal networks give equal answers to the last bit. It
//! holds numbers instead of ids: whoever asks keeps the names. Never guesses a sale that nobody gave.
//! Shocks over it are in [`crate::shock`], where a firm stands in it is in `position`.

mod position;

use std::collections::BTreeMap;

use crate::Error;

/// A firm of a supply network.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SupplyFirm {
    /// The industry that it sells for, a number from 0; `None` where nobody knows, and then it has a
    /// market of its own and nobody's production needs it.
    pub industry: Option<usize>,
    /// All that it sells in a year, beyond the network too; its sales in the network if absent.
    pub revenue: Option<f64>,
    /// All that it buys in a year, beyond the network too; its purchases in it if absent.
    pub cost: Option<f64>,
}

/// What one firm sells to another in a year, in any unit that is the same for all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sale {
    /// Who sells, by its number from 0.
    pub supplier: usize,
    /// Who buys, by its number from 0.
    pub buyer: usize,
    /// How much.
    pub value: f64,
}

/// Firms and what they sell to each other.
#[derive(Clone, Debug)]
pub struct SupplyNetwork {
    pub(crate) firms: Vec<SupplyFirm>,
    /// By buyer, then supplier; each pair once.
    pub(crate) sales: Vec<Sale>,
    /// What each firm sells in the network.
    pub(crate) sold: Vec<f64>,
    /// What each firm buys in the network.
    pub(crate) bought: Vec<f64>,
    pub(crate) industry_count: usize,
}

impl SupplyNetwork {
    /// Joins firms by their sales; several of one pair are added up.
    ///
    /// # Errors
    /// [`Error::Sale`] for an unknown firm, a firm that sells to itself, or a value that is not above
    /// 0 and finite; [`Error::SupplyFirm`] for a revenue or cost that is not above 0 and finite,
    /// or for more than 4,294,967,295 firms; [`Error::NoSales`] if nobody sells anything.
    pub fn try_new(firms: Vec<SupplyFirm>, sales: &[Sale]) -> Result<Self, Error> {
        if u32::try_from(firms.len()).is_err() {
            return Err(Error::SupplyFirm { firm: firms.len() });
        }
        for (firm, SupplyFirm { revenue, cost, .. }) in firms.iter().enumerate() {
            if [revenue, cost].into_iter().flatten().any(|value| !is_positive(*value)) {
                return Err(Error::SupplyFirm { firm });
            }
        }
        let mut by_pair: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (index, sale) in sales.iter().enumerate() {
            let refuse = |problem| Err(Error::Sale { index, problem });
            if sale.supplier.max(sale.buyer) >= firms.len() {
                return refuse("a firm is unknown");
            }
            if sale.supplier == sale.buyer {
                return refuse("a firm sells to itself");
            }
            if !is_positive(sale.value) {
                return refuse("the value is not above 0 and finite");
            }
            *by_pair.entry((sale.buyer, sale.supplier)).or_default() += sale.value;
        }
        if by_pair.is_empty() {
            return Err(Error::NoSales);
        }
        let (mut sold, mut bought) = (vec![0.0; firms.len()], vec![0.0; firms.len()]);
        let mut joined = Vec::with_capacity(by_pair.len());
        for ((buyer, supplier), value) in by_pair {
            sold[supplier] += value;
            bought[buyer] += value;
            joined.push(Sale { supplier, buyer, value });
        }
        let industries = firms.iter().filter_map(|firm| firm.industry);
        let industry_count = industries.max().map_or(0, |last| last + 1);
        Ok(Self { firms, sales: joined, sold, bought, industry_count })
    }

    /// How many firms there are.
    #[must_use]
    pub fn firm_count(&self) -> usize {
        self.firms.len()
    }

    /// How many pairs of firms trade.
    #[must_use]
    pub fn link_count(&self) -> usize {
        self.sales.len()
    }

    /// What each firm sells in the network.
    #[must_use]
    pub fn sold(&self) -> &[f64] {
        &self.sold
    }

    /// What each firm buys in the network.
    #[must_use]
    pub fn bought(&self) -> &[f64] {
        &self.bought
    }
}

fn is_positive(value: f64) -> bool {
    value > 0.0 && value.is_finite()
}
