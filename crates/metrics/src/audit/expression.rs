//! What the parser makes of a claim's text: a tree without any surprise left in it.

use std::fmt;

use rust_decimal::Decimal;

use crate::audit::function::Function;

/// A parsed expression.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Expression {
    /// A number, exact.
    Number(Decimal),
    /// The other sign.
    Negated(Box<Expression>),
    /// Arithmetic of two.
    Arithmetic(Operator, Box<Expression>, Box<Expression>),
    /// A comparison of two.
    Comparison(Comparison, Box<Expression>, Box<Expression>),
    /// A function of codes and expressions.
    Call(Function, Vec<Argument>),
}

/// An argument: an expression, or codes that are taken as they stand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Argument {
    Expression(Expression),
    Codes(String),
}

/// The four operations.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

/// The five comparisons.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Comparison {
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "less than",
            Self::AtMost => "at most",
            Self::Greater => "more than",
            Self::AtLeast => "at least",
            Self::Equal => "equal to",
        })
    }
}
