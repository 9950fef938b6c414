//! What an expression reads: cells, indicators, lists of cells, and marks in tables of the file.

use statistics::{Period, SeriesKey, SeriesPattern};

use crate::audit::evaluator::{Evaluator, Trouble, element};
use crate::audit::expression::Argument;
use crate::audit::value::{Element, Label, Value};
use crate::indicator::interval::Interval;
use crate::indicator::{Outcome, Target, Undefined, definition, evaluate};

/// Which periods a list takes.
enum Periods {
    One(Period),
    Years(i16, i16),
    All,
}

impl Evaluator<'_> {
    pub(super) fn observation(&mut self, arguments: &[Argument]) -> Result<Value, Trouble> {
        let dataflow = self.codes(arguments, 0)?;
        let key = parse::<SeriesKey>(&self.codes(arguments, 1)?, "series key")?;
        let period = parse::<Period>(&self.codes(arguments, 2)?, "period")?;
        let read = self.reading.number(&[&dataflow], &key, period, 0);
        match read {
            Ok(read) => Ok(Value::Number(read.interval)),
            Err(Undefined::MissingInput { reason: None, what }) => {
                Err(Trouble::NotHeld { what: format!("{dataflow} has no {what}") })
            }
            Err(undefined) => Err(Trouble::Undefined(undefined)),
        }
    }

    pub(super) fn indicator(&mut self, arguments: &[Argument]) -> Result<Value, Trouble> {
        let id = self.codes(arguments, 0)?;
        let area = self.codes(arguments, 1)?;
        let breakdown = if arguments.len() == 4 { Some(self.codes(arguments, 2)?) } else { None };
        let period = parse::<Period>(&self.codes(arguments, arguments.len() - 1)?, "period")?;
        let Some(definition) = definition(&id) else {
            return Err(Trouble::Codes { text: id, expected: "indicator" });
        };
        let target = Target { indicator: definition.id, area, breakdown, period };
        let Some(answer) = evaluate(&target, self.reading.view()) else {
            return Err(Trouble::Codes { text: id, expected: "indicator" });
        };
        self.step(answer.inputs.len())?;
        self.reading.take(answer.inputs);
        if let Some(membership) = answer.membership {
            self.notes.push(membership);
        }
        match answer.outcome {
            Outcome::Number(number) => {
                // A number of a table was rounded when it was printed.
                let rounded = answer.printed == Some(number);
                let interval = if rounded {
                    Interval::printed(number, 0)
                } else {
                    Ok(Interval::exact(number))
                };
                interval.map(Value::Number).map_err(Trouble::Undefined)
            }
            Outcome::Interval { low, high, point } => {
                let point = point.unwrap_or(low);
                Ok(Value::Number(Interval { low: low.min(point), point, high: high.max(point) }))
            }
            Outcome::Code(label) => Ok(Value::Label(Label { label, also: Vec::new() })),
            Outcome::Undefined(undefined) => Err(Trouble::Undefined(undefined)),
        }
    }

    pub(super) fn each(&mut self, arguments: &[Argument]) -> Result<Value, Trouble> {
        let dataflow = self.codes(arguments, 0)?;
        let text = self.expand(&self.codes(arguments, 1)?, "+")?;
        let pattern = parse::<SeriesPattern>(&text, "series pattern")?;
        let periods = periods(&self.codes(arguments, 2)?)?;
        let free: Vec<bool> = text
            .split('.')
            .map(|code| code.is_empty() || code == "*" || code.contains('+'))
            .collect();
        let mut elements = Vec::new();
        for key in self.reading.view().keys(&dataflow, &pattern) {
            let varying = key.codes().enumerate();
            let varying = varying.filter(|(at, _)| free.get(*at).copied().unwrap_or(true));
            let label: Vec<&str> = varying.map(|(_, code)| code).collect();
            for period in self.periods_of(&dataflow, &key, &periods) {
                self.step(1)?;
                let number = self.reading.number(&[&dataflow], &key, period, 0);
                let mut label = label.join(".");
                if matches!(periods, Periods::Years(..)) {
                    let dot = if label.is_empty() { "" } else { "." };
                    label = format!("{label}{dot}{period}");
                }
                elements.push(Element::number(label, number.map(|read| read.interval)));
            }
        }
        if elements.is_empty() {
            return Err(Trouble::NotHeld { what: format!("{dataflow} has nothing at {text}") });
        }
        Ok(Value::List(elements))
    }

    fn periods_of(&self, dataflow: &str, key: &SeriesKey, periods: &Periods) -> Vec<Period> {
        let series = self.reading.view().series(dataflow, key);
        let all = series.iter().map(|observation| observation.period);
        match periods {
            Periods::One(wanted) => all.filter(|period| period == wanted).collect(),
            Periods::All => all.collect(),
            Periods::Years(from, to) => {
                let (from, to) = (Period::year(*from), Period::year(*to));
                all.filter(|period| (from..=to).contains(period)).collect()
            }
        }
    }

    pub(super) fn for_each(&mut self, arguments: &[Argument]) -> Result<Value, Trouble> {
        let codes = self.expand(&self.codes(arguments, 0)?, " ")?;
        let mut elements = Vec::new();
        for code in codes.split_whitespace() {
            self.variables.push(code.to_owned());
            let value = self.at(arguments, 1);
            self.variables.pop();
            elements.push(element(code.to_owned(), value)?);
        }
        Ok(Value::List(elements))
    }

    /// Replaces `{ASEAN@2014}` by the members of the group then.
    fn expand(&mut self, text: &str, separator: &str) -> Result<String, Trouble> {
        let Some((before, rest)) = text.split_once('{') else { return Ok(text.to_owned()) };
        let group =
            rest.split_once('}').and_then(|(group, after)| Some((group.split_once('@')?, after)));
        let Some(((group, period), after)) = group else {
            return Err(Trouble::Codes {
                text: text.to_owned(),
                expected: "group such as {ASEAN@2014}",
            });
        };
        let period = parse::<Period>(period, "period")?;
        let members = self.reading.members(group, period).map_err(Trouble::Undefined)?;
        self.step(members.len())?;
        self.notes.push(format!("{} members of {group} in {period}", members.len()));
        let after = self.expand(after, separator)?;
        Ok(format!("{before}{}{after}", members.join(separator)))
    }

    pub(super) fn mark(&mut self, arguments: &[Argument]) -> Result<Value, Trouble> {
        let (table, row) = (self.codes(arguments, 0)?, self.codes(arguments, 1)?);
        let column = self.codes(arguments, 2)?;
        let rows = self.table(&table)?;
        let Some(marks) = rows.get(&row) else {
            return Err(Trouble::NotHeld { what: format!("{table} has no row {row}") });
        };
        Ok(count(usize::from(marks.contains(&column))))
    }

    pub(super) fn marks(&mut self, arguments: &[Argument]) -> Result<Value, Trouble> {
        let (table, column) = (self.codes(arguments, 0)?, self.codes(arguments, 1)?);
        let rows = self.table(&table)?;
        Ok(count(rows.values().filter(|marks| marks.contains(&column)).count()))
    }

    pub(super) fn rows(&mut self, arguments: &[Argument]) -> Result<Value, Trouble> {
        let table = self.codes(arguments, 0)?;
        Ok(count(self.table(&table)?.len()))
    }

    fn table(
        &self,
        name: &str,
    ) -> Result<&std::collections::BTreeMap<String, std::collections::BTreeSet<String>>, Trouble>
    {
        self.tables
            .get(name)
            .ok_or_else(|| Trouble::NotHeld { what: format!("there is no table {name}") })
    }
}

/// An exact count.
pub(super) fn count(number: usize) -> Value {
    Value::Number(Interval::exact(u64::try_from(number).unwrap_or(u64::MAX).into()))
}

fn periods(text: &str) -> Result<Periods, Trouble> {
    if text == "*" {
        return Ok(Periods::All);
    }
    if let Some((from, to)) = text.split_once("..") {
        let year = |text: &str| parse::<i16>(text, "year");
        return Ok(Periods::Years(year(from)?, year(to)?));
    }
    Ok(Periods::One(parse(text, "period")?))
}

fn parse<T: std::str::FromStr>(text: &str, expected: &'static str) -> Result<T, Trouble> {
    text.parse().map_err(|_| Trouble::Codes { text: text.to_owned(), expected })
}
