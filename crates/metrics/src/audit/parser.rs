//! Reads the expressions of claims: recursive descent, total, bounded in length and depth.
//!
//! ```text
//! comparison = sum [ ( "<" | "<=" | ">" | ">=" | "=" ) sum ]
//! sum        = product { ( "+" | "-" ) product }
//! product    = factor { ( "*" | "/" ) factor }
//! factor     = "-" factor | number | call | "(" comparison ")"
//! call       = name "(" argument { "," argument } ")"
//! argument   = comparison, or codes: any text without comma and parenthesis
//! number     = digits [ "." digits ]
//! ```
//!
//! Which arguments are codes, `function` says. Any text gives an expression or an error with its
//! place; none gives a panic.

use rust_decimal::Decimal;

use crate::audit::expression::{Argument, Comparison, Expression, Operator};
use crate::audit::function::{Function, Parameter};

/// Longer expressions are refused: the longest in use has 400 characters.
const TEXT_BYTES_MAX: usize = 4_096;
/// Deeper nesting is refused: the deepest in use has 6 levels, and a level takes a few frames.
const DEPTH_MAX: u32 = 32;
/// Arguments of one call.
const ARGUMENTS_MAX: usize = 64;

/// Why a text is no expression.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("at character {at}: expected {expected}")]
pub(crate) struct ParseError {
    /// Place of the first byte that does not fit, counted from 1.
    pub(crate) at: usize,
    /// What should have been there.
    pub(crate) expected: &'static str,
}

/// Reads a whole text.
pub(crate) fn parse(text: &str) -> Result<Expression, ParseError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    if text.len() > TEXT_BYTES_MAX {
        return Err(parser.wrong("at most 4,096 characters"));
    }
    let expression = parser.comparison()?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.wrong("an operator or the end"));
    }
    Ok(expression)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl Parser<'_> {
    fn comparison(&mut self) -> Result<Expression, ParseError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.wrong("at most 32 levels"));
        }
        let left = self.sum()?;
        let comparison = if self.take("<=") {
            Some(Comparison::AtMost)
        } else if self.take(">=") {
            Some(Comparison::AtLeast)
        } else if self.take("<") {
            Some(Comparison::Less)
        } else if self.take(">") {
            Some(Comparison::Greater)
        } else if self.take("=") {
            Some(Comparison::Equal)
        } else {
            None
        };
        let expression = match comparison {
            Some(comparison) => {
                Expression::Comparison(comparison, Box::new(left), Box::new(self.sum()?))
            }
            None => left,
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn sum(&mut self) -> Result<Expression, ParseError> {
        let mut left = self.product()?;
        loop {
            let operator = if self.take("+") {
                Operator::Plus
            } else if self.take("-") {
                Operator::Minus
            } else {
                return Ok(left);
            };
            left = Expression::Arithmetic(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expression, ParseError> {
        let mut left = self.factor()?;
        loop {
            let operator = if self.take("*") {
                Operator::Times
            } else if self.take("/") {
                Operator::Over
            } else {
                return Ok(left);
            };
            left = Expression::Arithmetic(operator, Box::new(left), Box::new(self.factor()?));
        }
    }

    fn factor(&mut self) -> Result<Expression, ParseError> {
        let mut negated = false;
        while self.take("-") {
            negated = !negated;
        }
        let factor = self.plain_factor()?;
        Ok(if negated { Expression::Negated(Box::new(factor)) } else { factor })
    }

    fn plain_factor(&mut self) -> Result<Expression, ParseError> {
        if self.take("(") {
            let inner = self.comparison()?;
            self.must(")")?;
            return Ok(inner);
        }
        match self.peek() {
            Some(b'0'..=b'9') => self.number(),
            Some(b'a'..=b'z') => self.call(),
            _ => Err(self.wrong("a number, a function or a parenthesis")),
        }
    }

    fn number(&mut self) -> Result<Expression, ParseError> {
        let digits = self.take_while(|byte| byte.is_ascii_digit() || byte == b'.');
        match Decimal::from_str_exact(digits) {
            Ok(number) => Ok(Expression::Number(number)),
            Err(_) => Err(self.wrong("a decimal number of at most 28 digits")),
        }
    }

    fn call(&mut self) -> Result<Expression, ParseError> {
        let name = self.take_while(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let Some(function) = Function::named(name) else {
            return Err(self.wrong("a function of the list"));
        };
        self.must("(")?;
        let mut arguments = Vec::new();
        loop {
            if arguments.len() >= ARGUMENTS_MAX {
                return Err(self.wrong("at most 64 arguments"));
            }
            arguments.push(match function.parameter(arguments.len()) {
                Some(Parameter::Expression) => Argument::Expression(self.comparison()?),
                Some(Parameter::Codes) => Argument::Codes(self.codes()?),
                None => return Err(self.wrong("fewer arguments")),
            });
            if !self.take(",") {
                break;
            }
        }
        self.must(")")?;
        if !function.takes(arguments.len()) {
            return Err(self.wrong("another number of arguments"));
        }
        Ok(Expression::Call(function, arguments))
    }

    fn codes(&mut self) -> Result<String, ParseError> {
        let codes = self.take_while(|byte| !matches!(byte, b',' | b'(' | b')')).trim().to_owned();
        if codes.is_empty() { Err(self.wrong("codes")) } else { Ok(codes) }
    }

    fn skip_space(&mut self) {
        self.take_while(|byte| byte == b' ' || byte == b'\n');
    }

    fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn must(&mut self, token: &'static str) -> Result<(), ParseError> {
        if self.take(token) { Ok(()) } else { Err(self.wrong(token)) }
    }

    /// Takes bytes while they fit; what does not fit is ASCII or the start of a character, so the
    /// place is always between characters.
    fn take_while(&mut self, fits: impl Fn(u8) -> bool) -> &str {
        let from = self.at;
        while let Some(c) = self.text[self.at..].chars().next() {
            let mut first = [0; 4];
            if !fits(c.encode_utf8(&mut first).as_bytes()[0]) {
                break;
            }
            self.at += c.len_utf8();
        }
        &self.text[from..self.at]
    }

    fn wrong(&self, expected: &'static str) -> ParseError {
        ParseError { at: self.at + 1, expected }
    }
}
