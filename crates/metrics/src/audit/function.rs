//! The functions of the claims' language, with their parameters: the one list.
//!
//! A list is elements with labels, a truth is `holds`, `within rounding` or `fails`.

/// What a parameter takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Parameter {
    Expression,
    Codes,
}

/// A function of the language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Function {
    /// `obs(dataflow, key, period)`: a number of a table, in units, with its rounding.
    Observation,
    /// `indicator(id, area, period)` or `indicator(id, area, breakdown, period)`.
    Indicator,
    /// `each(dataflow, pattern, periods)`: a list, labelled by the codes that vary. Periods are
    /// one period, `2006..2014` for years, or `*`. `{ASEAN@2014}` stands for a group's members.
    Each,
    /// `for(codes, expression)`: a list with the expression's value for each code, which stands in
    /// it as `$`. Codes are separated by spaces; `{ASEAN@2014}` stands for a group's members.
    For,
    /// `list(a, b, …)`: a list labelled 1, 2, …
    List,
    /// `without(list, codes)`: the list without these labels.
    Without,
    /// `only(list, codes)`: these labels of the list.
    Only,
    /// `top(list, n)`: the n largest, the largest first.
    Top,
    /// `sum(list)`; undefined if an element is.
    Sum,
    /// `mean(list)`; undefined if an element is.
    Mean,
    /// `count(list)`: elements that have a number, or truths that hold.
    Count,
    /// `max(list)` of the elements that have a number.
    Max,
    /// `min(list)` of the elements that have a number.
    Min,
    /// `argmax(list)`: the label of the largest.
    ArgMax,
    /// `argmin(list)`: the label of the smallest.
    ArgMin,
    /// `rank(list, code)`: place of the label, the largest has 1.
    Rank,
    /// `all(list of truths)`.
    All,
    /// `any(list of truths)`.
    Any,
    /// `agree(list)`: whether the elements' roundings leave a number common to all.
    Agree,
    /// `descends(list, list)`: whether the first grows as the second falls, label by label.
    Descends,
    /// `abs(number)`.
    Abs,
    /// `share(part, whole)`: per cent; refused for two negatives and for nothing.
    Share,
    /// `cagr(last, first, n)`: compound growth in per cent over n periods.
    Cagr,
    /// `earlier(last, growth, n)`: what grew to `last` over n periods at `growth` per cent each.
    Earlier,
    /// `nearest_share(share, n)`: the share in per cent of a whole number out of n that is nearest.
    NearestShare,
    /// `mark(table, row, column)`: 1 where a table of the claims' file has a mark, else 0.
    Mark,
    /// `marks(table, column)`: rows with a mark in the column.
    Marks,
    /// `rows(table)`: rows of a table of the claims' file.
    Rows,
}

impl Function {
    /// The function of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "obs" => Self::Observation,
            "indicator" => Self::Indicator,
            "each" => Self::Each,
            "for" => Self::For,
            "list" => Self::List,
            "without" => Self::Without,
            "only" => Self::Only,
            "top" => Self::Top,
            "sum" => Self::Sum,
            "mean" => Self::Mean,
            "count" => Self::Count,
            "max" => Self::Max,
            "min" => Self::Min,
            "argmax" => Self::ArgMax,
            "argmin" => Self::ArgMin,
            "rank" => Self::Rank,
            "all" => Self::All,
            "any" => Self::Any,
            "agree" => Self::Agree,
            "descends" => Self::Descends,
            "abs" => Self::Abs,
            "share" => Self::Share,
            "cagr" => Self::Cagr,
            "earlier" => Self::Earlier,
            "nearest_share" => Self::NearestShare,
            "mark" => Self::Mark,
            "marks" => Self::Marks,
            "rows" => Self::Rows,
            _ => return None,
        })
    }

    /// The parameters, in order.
    pub(crate) fn parameters(self) -> &'static [Parameter] {
        use Parameter::{Codes as C, Expression as E};
        match self {
            Self::Observation | Self::Each | Self::Mark => &[C, C, C],
            Self::Indicator => &[C, C, C, C],
            Self::For => &[C, E],
            Self::Without | Self::Only | Self::Top | Self::Rank => &[E, C],
            Self::Cagr | Self::Earlier => &[E, E, C],
            Self::Share | Self::Descends | Self::NearestShare => &[E, E],
            Self::Marks => &[C, C],
            Self::Rows => &[C],
            Self::List
            | Self::Sum
            | Self::Mean
            | Self::Count
            | Self::Max
            | Self::Min
            | Self::ArgMax
            | Self::ArgMin
            | Self::All
            | Self::Any
            | Self::Agree
            | Self::Abs => &[E],
        }
    }

    /// Whether so many arguments are right.
    pub(crate) fn takes(self, count: usize) -> bool {
        match self {
            Self::Indicator => count == 3 || count == 4,
            Self::List => count >= 1,
            _ => count == self.parameters().len(),
        }
    }

    /// What the argument at this place is.
    pub(crate) fn parameter(self, index: usize) -> Option<Parameter> {
        match self {
            Self::List => Some(Parameter::Expression),
            _ => self.parameters().get(index).copied(),
        }
    }
}
