//! Text with columns in braces: `eto-{id|slug}`.
//!
//! Guarantees that a template is well formed when it was read. A template of which a column is
//! empty gives nothing: never half a text.

use super::row::Row;

/// A text with columns.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Text(String),
    Column { name: String, filters: Vec<Filter> },
}

/// What can be done with a column.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Filter {
    /// Small letters and digits, all else as single hyphens: a part of an id.
    Slug,
    /// Small letters.
    Lower,
    /// Without space around it.
    Trim,
    /// The day of a time: what stands before a `T` or a space.
    Day,
}

impl Template {
    /// Reads a template; says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(index) = rest.find(['{', '}']) {
            let (before, from_brace) = rest.split_at(index);
            plain.push_str(before);
            if let Some(after) = from_brace.strip_prefix("{{") {
                plain.push('{');
                rest = after;
            } else if let Some(after) = from_brace.strip_prefix("}}") {
                plain.push('}');
                rest = after;
            } else if let Some(after) = from_brace.strip_prefix('{') {
                let (inside, after) =
                    after.split_once('}').ok_or_else(|| format!("`{text}` has an open brace"))?;
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(column(inside)?);
                rest = after;
            } else {
                return Err(format!("`{text}` closes a brace that is not open"));
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() || parts.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// The columns that it names, in order.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Column { name, .. } => Some(name.as_str()),
        })
    }

    /// The text for a row; `None` if a column is empty.
    pub(crate) fn fill(&self, row: &Row) -> Option<String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Column { name, filters } => {
                    let mut value = row.get(name).to_owned();
                    for filter in filters {
                        value = filter.apply(&value);
                    }
                    if value.is_empty() {
                        return None;
                    }
                    text.push_str(&value);
                }
            }
        }
        Some(text)
    }
}

impl Filter {
    fn parse(name: &str) -> Result<Self, String> {
        match name {
            "slug" => Ok(Self::Slug),
            "lower" => Ok(Self::Lower),
            "trim" => Ok(Self::Trim),
            "day" => Ok(Self::Day),
            _ => Err(format!("`{name}` is none of slug, lower, trim, day")),
        }
    }

    fn apply(self, value: &str) -> String {
        match self {
            Self::Lower => value.to_lowercase(),
            Self::Trim => value.trim().to_owned(),
            Self::Day => value.split(['T', ' ']).next().unwrap_or_default().to_owned(),
            Self::Slug => {
                let is_kept = |letter: char| letter.is_ascii_alphanumeric();
                let lower = value.to_lowercase();
                let words: Vec<&str> = lower
                    .split(|letter| !is_kept(letter))
                    .filter(|word| !word.is_empty())
                    .collect();
                words.join("-")
            }
        }
    }
}

fn column(inside: &str) -> Result<Part, String> {
    let mut parts = inside.split('|');
    let name = parts.next().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(format!("`{{{inside}}}` names no column"));
    }
    let filters: Result<Vec<Filter>, String> = parts.map(Filter::parse).collect();
    Ok(Part::Column { name, filters: filters? })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn check(template: &str, expected: Option<&str>) {
        let fields =
            [("id", "P 9/ü"), ("empty", ""), ("name", " N "), ("at", "2014-05-17T08:00:00Z")];
        let fields: BTreeMap<String, String> =
            fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let template = Template::parse(template).expect("a template");
        assert_eq!(template.fill(&Row::of(1, fields)).as_deref(), expected);
    }

    #[test]
    fn a_template_is_filled_whole_or_not_at_all() {
        check("plain", Some("plain"));
        check("", Some(""));
        check("eto-{id|slug}", Some("eto-p-9"));
        check("{id}{name|trim}", Some("P 9/üN"));
        check("{name|trim|lower}.", Some("n."));
        check("{{{id|lower}}}", Some("{p 9/ü}"));
        check("{at|day}", Some("2014-05-17"));
        check("{at|lower|day} {id|day}", Some("2014-05-17t08:00:00z P"));
        check("x-{empty}", None);
        check("x-{nowhere}", None);
    }

    #[test]
    fn a_template_that_cannot_be_is_refused() {
        for bad in ["{", "}", "{id", "id}", "{}", "{id|upper}", "{|slug}"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
    }
}
