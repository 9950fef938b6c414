//! How a row becomes a record: a filter, and a rule for each field.
//!
//! Guarantees that what the row does not say is left out, and that a code without an entry in its
//! map is refused unless the mapping says otherwise. Never guesses a type: a number is one where
//! the mapping says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Number, Value};

use super::row::Row;
use super::template::Template;
use super::{Format, List};
use crate::Error;
use crate::document::{Origin, Refusal, Rule};

type ValueMap = BTreeMap<String, Option<String>>;

/// The records of one list that a row gives, at most one a row.
#[derive(Clone, Debug)]
pub(crate) struct RecordRule {
    pub(crate) list: List,
    pub(crate) origin: Arc<Origin>,
    conditions: Vec<Condition>,
    fields: BTreeMap<String, Field>,
}

#[derive(Clone, Debug)]
enum Field {
    /// A value without columns that is no text.
    Constant(Value),
    Leaf(Leaf),
    Object(BTreeMap<String, Field>),
    List(Vec<Field>),
}

#[derive(Clone, Debug)]
struct Leaf {
    template: Template,
    map: Option<(String, Arc<ValueMap>)>,
    otherwise: Otherwise,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Text,
    /// A number, divided by this one.
    Number(f64),
    /// JSON.
    Nested,
}

/// What becomes of a code that a map lacks.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Otherwise {
    /// The row is refused.
    Refuse,
    /// The code stays.
    Keep,
    /// The field is left out.
    Omit,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    column: String,
    is: Option<Vec<String>>,
    is_not: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outer {
    list: String,
    #[serde(default, rename = "where")]
    conditions: Vec<Condition>,
    fields: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OuterLeaf {
    #[serde(rename = "$")]
    template: String,
    map: Option<String>,
    otherwise: Option<Otherwise>,
    #[serde(default)]
    number: bool,
    #[serde(default)]
    json: bool,
    divide: Option<f64>,
}

impl RecordRule {
    pub(crate) fn try_new(
        file: &str,
        format: Format,
        outer: Outer,
        maps: &BTreeMap<String, ValueMap>,
    ) -> Result<Self, Error> {
        let maps: BTreeMap<&str, Arc<ValueMap>> =
            maps.iter().map(|(name, map)| (name.as_str(), Arc::new(map.clone()))).collect();
        let (mut fields, mut columns) = (BTreeMap::new(), BTreeMap::new());
        for (name, value) in outer.fields {
            let field = Field::try_new(&value, &maps).map_err(|problem| {
                let problem = format!("field `{name}`: {problem}");
                Error::Mapping { file: file.to_owned(), problem }
            })?;
            let mut its_columns = Vec::new();
            field.add_columns(&mut its_columns);
            columns.insert(name.clone(), its_columns);
            fields.insert(name, field);
        }
        let origin = Arc::new(Origin { file: file.to_owned(), counted: format.counted(), columns });
        let list = List::parse(&outer.list)?;
        Ok(Self { list, origin, conditions: outer.conditions, fields })
    }

    /// All columns that are named, for fields and conditions.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        let of_fields = self.origin.columns.values().flatten().map(String::as_str);
        of_fields.chain(self.conditions.iter().map(|condition| condition.column.as_str()))
    }

    /// Whether the row gives a record.
    pub(crate) fn applies_to(&self, row: &Row) -> bool {
        self.conditions.iter().all(|condition| {
            let found = row.get(&condition.column);
            let is_listed = |list: &Vec<String>| list.iter().any(|value| value == found);
            condition.is.as_ref().is_none_or(is_listed)
                && !condition.is_not.as_ref().is_some_and(is_listed)
        })
    }

    /// The record of a row.
    pub(crate) fn record(&self, row: &Row) -> Result<Value, Refusal> {
        let mut record = Map::new();
        for (name, field) in &self.fields {
            let value =
                field.fill(row).map_err(|reason| Refusal::new(Rule::Mapping, reason).at(name))?;
            if let Some(value) = value {
                record.insert(name.clone(), value);
            }
        }
        Ok(Value::Object(record))
    }
}

impl Field {
    fn try_new(value: &Value, maps: &BTreeMap<&str, Arc<ValueMap>>) -> Result<Self, String> {
        Ok(match value {
            Value::String(text) => Self::Leaf(Leaf::plain(text)?),
            Value::Object(fields) if fields.contains_key("$") => {
                let outer = OuterLeaf::deserialize(value).map_err(|error| error.to_string())?;
                Self::Leaf(Leaf::try_new(outer, maps)?)
            }
            Value::Object(fields) => {
                let mut inner = BTreeMap::new();
                for (name, value) in fields {
                    inner.insert(name.clone(), Self::try_new(value, maps)?);
                }
                Self::Object(inner)
            }
            Value::Array(values) => {
                let fields: Result<Vec<Self>, String> =
                    values.iter().map(|value| Self::try_new(value, maps)).collect();
                Self::List(fields?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Self::Constant(value.clone()),
        })
    }

    fn add_columns(&self, columns: &mut Vec<String>) {
        match self {
            Self::Constant(_) => {}
            Self::Leaf(leaf) => columns.extend(leaf.template.columns().map(str::to_owned)),
            Self::Object(fields) => fields.values().for_each(|field| field.add_columns(columns)),
            Self::List(fields) => fields.iter().for_each(|field| field.add_columns(columns)),
        }
    }

    fn has_columns(&self) -> bool {
        let mut columns = Vec::new();
        self.add_columns(&mut columns);
        !columns.is_empty()
    }

    /// The value for a row; `None` leaves it out.
    fn fill(&self, row: &Row) -> Result<Option<Value>, String> {
        match self {
            Self::Constant(value) => Ok(Some(value.clone())),
            Self::Leaf(leaf) => leaf.fill(row),
            Self::Object(fields) => {
                let mut object = Map::new();
                let mut depends_on_columns = false;
                let mut has_any = false;
                for (name, field) in fields {
                    let value = field.fill(row)?;
                    if field.has_columns() {
                        depends_on_columns = true;
                        has_any |= value.is_some();
                    }
                    if let Some(value) = value {
                        object.insert(name.clone(), value);
                    }
                }
                let is_kept = has_any || !depends_on_columns;
                Ok(is_kept.then_some(Value::Object(object)))
            }
            Self::List(fields) => {
                let mut values = Vec::new();
                for field in fields {
                    values.extend(field.fill(row)?);
                }
                Ok(Some(Value::Array(values)))
            }
        }
    }
}

impl Leaf {
    fn plain(text: &str) -> Result<Self, String> {
        let template = Template::parse(text)?;
        Ok(Self { template, map: None, otherwise: Otherwise::Refuse, form: Form::Text })
    }

    fn try_new(outer: OuterLeaf, maps: &BTreeMap<&str, Arc<ValueMap>>) -> Result<Self, String> {
        let map = match outer.map {
            Some(name) => {
                let map = maps.get(name.as_str()).ok_or_else(|| format!("no map `{name}`"))?;
                Some((name, Arc::clone(map)))
            }
            None => None,
        };
        let divide = outer.divide.unwrap_or(1.0);
        if !divide.is_finite() || divide == 0.0 || (outer.divide.is_some() && !outer.number) {
            return Err(format!("`divide` by {divide} needs a number, and one that is not nil"));
        }
        Ok(Self {
            template: Template::parse(&outer.template)?,
            map,
            otherwise: outer.otherwise.unwrap_or(Otherwise::Refuse),
            form: match (outer.number, outer.json) {
                (false, false) => Form::Text,
                (true, false) => Form::Number(divide),
                (false, true) => Form::Nested,
                (true, true) => return Err("`number` and `json` exclude each other".to_owned()),
            },
        })
    }

    fn fill(&self, row: &Row) -> Result<Option<Value>, String> {
        let Some(mut text) = self.template.fill(row) else { return Ok(None) };
        if let Some((name, map)) = &self.map {
            match (map.get(&text), self.otherwise) {
                (Some(Some(code)), _) => text = code.clone(),
                (Some(None), _) | (None, Otherwise::Omit) => return Ok(None),
                (None, Otherwise::Keep) => {}
                (None, Otherwise::Refuse) => {
                    return Err(format!("`{text}` has no entry in the map `{name}`"));
                }
            }
        }
        match self.form {
            Form::Text => Ok(Some(Value::String(text))),
            Form::Nested => {
                let read = serde_json::from_str(&text);
                read.map(Some).map_err(|error| format!("the column holds no JSON: {error}"))
            }
            Form::Number(divide) => {
                let number: f64 =
                    text.trim().parse().map_err(|_| format!("`{text}` is no number"))?;
                let number = Number::from_f64(number / divide);
                let number = number.ok_or_else(|| format!("`{text}` is no number"))?;
                Ok(Some(Value::Number(number)))
            }
        }
    }
}
