//! Claims as data: read from JSON, checked whole, all faults reported at once.
//!
//! ```json
//! { "tables": { "table10": { "I04": ["primary", "manufacturing"] } },
//!   "claims": [ { "id": "s2.1-total-2014", "section": "2.1", "statement": "136.2 billion in 2014",
//!     "expression": "obs(DF_FDI_HOST, A.ASEAN.W.I.F.T.D.IMM._T.C.USD, 2014)",
//!     "relation": "eq", "stated": "136.2", "scale": 9 } ] }
//! ```
//! A claim has an expression or says why it cannot be checked; never a verdict.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::audit::expression::Expression;
use crate::audit::parser::parse;
use crate::audit::relation::{Relation, Stated};

/// A document larger than this is refused: 170 claims take 100 KB.
const DOCUMENT_BYTES_MAX: usize = 4 << 20;
/// More claims than this are refused.
const CLAIMS_MAX: usize = 10_000;
/// Scales beyond this have no use: 10^15 is a thousand trillions.
const SCALE_MAX: i64 = 15;

const FIELDS: &[&str] = &[
    "id",
    "section",
    "statement",
    "expression",
    "relation",
    "stated",
    "scale",
    "reading",
    "witness",
    "cannot",
];

/// Claims that were read and checked.
#[derive(Clone, Debug)]
pub struct Claims {
    claims: Vec<Claim>,
    tables: Tables,
}

/// Tables without numbers: rows, and the columns in which a row has a mark.
pub(crate) type Tables = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// One claim of a text.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Unique id.
    pub id: String,
    /// Where it stands.
    pub section: String,
    /// What is claimed, in short.
    pub statement: String,
    /// The number, range or code that is stated.
    pub stated: Option<String>,
    /// How vague words are read.
    pub reading: Option<String>,
    /// Why it cannot be checked.
    pub cannot: Option<String>,
    pub(crate) test: Option<Test>,
    pub(crate) witness: Option<Witness>,
}

/// What is computed and how it must relate to what is stated.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) expression: Expression,
    pub(crate) relation: Relation,
    pub(crate) stated: Stated,
    /// The stated number counts in units of ten to this power.
    pub(crate) scale: i32,
}

/// The same quantity in another table.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    pub(crate) name: String,
    pub(crate) expression: Expression,
}

/// A fault of a claims file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("claim `{claim}`, field `{field}`: {reason}; {remedy}")]
pub struct ClaimError {
    /// Id of the claim, or its place where it has none.
    pub claim: String,
    /// The field.
    pub field: String,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub remedy: &'static str,
}

impl Claims {
    /// Reads claims from JSON.
    ///
    /// # Errors
    /// All faults that were found, in the order of the file; at least one.
    pub fn parse(json: &[u8]) -> Result<Self, Vec<ClaimError>> {
        let refused = |field: &str, reason: String, remedy| {
            vec![ClaimError { claim: String::new(), field: field.to_owned(), reason, remedy }]
        };
        if json.len() > DOCUMENT_BYTES_MAX {
            let reason = format!("the document has {} bytes", json.len());
            return Err(refused("", reason, "split it: at most 4 MiB"));
        }
        let document: Value = serde_json::from_slice(json)
            .map_err(|error| refused("", error.to_string(), "write valid JSON"))?;
        let Some(list) = document.get("claims").and_then(Value::as_array) else {
            let reason = "there is no list of claims".to_owned();
            return Err(refused("claims", reason, "give an object with `claims`, a list"));
        };
        if list.len() > CLAIMS_MAX {
            let reason = format!("there are {} claims", list.len());
            return Err(refused("claims", reason, "split it: at most 10,000 claims"));
        }
        let tables = read_tables(document.get("tables"))
            .ok_or_else(|| refused("tables", "a table has another shape".into(), TABLES_REMEDY))?;
        let mut faults = Vec::new();
        let mut claims = Vec::with_capacity(list.len());
        let mut ids = BTreeSet::new();
        for (index, value) in list.iter().enumerate() {
            let Some(fields) = value.as_object() else {
                faults.extend(refused(
                    "",
                    format!("claim {} is no object", index + 1),
                    "make it one",
                ));
                continue;
            };
            let mut reader = Reader::new(index, fields);
            let claim = reader.claim();
            if !ids.insert(reader.name.clone()) {
                reader.fault("id", "another claim has the same id", "give each claim its own");
            }
            faults.append(&mut reader.faults);
            claims.extend(claim);
        }
        if faults.is_empty() { Ok(Self { claims, tables }) } else { Err(faults) }
    }

    /// The claims, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.claims.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }
}

const TABLES_REMEDY: &str = "write tables as objects: row to a list of the columns with a mark";

fn read_tables(value: Option<&Value>) -> Option<Tables> {
    let mut tables = Tables::new();
    let Some(value) = value else { return Some(tables) };
    for (name, rows) in value.as_object()? {
        let table = tables.entry(name.clone()).or_default();
        for (row, marks) in rows.as_object()? {
            let columns = table.entry(row.clone()).or_default();
            for mark in marks.as_array()? {
                columns.insert(mark.as_str()?.to_owned());
            }
        }
    }
    Some(tables)
}

/// Reads the fields of one claim and collects what is wrong with them.
struct Reader<'a> {
    name: String,
    fields: &'a Map<String, Value>,
    faults: Vec<ClaimError>,
}

impl<'a> Reader<'a> {
    fn new(index: usize, fields: &'a Map<String, Value>) -> Self {
        let id = fields.get("id").and_then(Value::as_str);
        let name = id.map_or_else(|| format!("number {}", index + 1), str::to_owned);
        Self { name, fields, faults: Vec::new() }
    }

    fn fault(&mut self, field: &str, reason: impl Into<String>, remedy: &'static str) {
        let (claim, field, reason) = (self.name.clone(), field.to_owned(), reason.into());
        self.faults.push(ClaimError { claim, field, reason, remedy });
    }

    fn claim(&mut self) -> Option<Claim> {
        for field in self.fields.keys().filter(|field| !FIELDS.contains(&field.as_str())) {
            self.fault(field, "there is no such field", "remove it; a verdict is never stated");
        }
        let id = self.required("id");
        let section = self.required("section");
        let statement = self.required("statement");
        let stated = self.text("stated");
        let reading = self.text("reading");
        let cannot = self.text("cannot");
        let test = match (self.text("expression"), &cannot) {
            (Some(expression), None) => self.test(&expression, stated.as_deref()),
            (None, Some(_)) => None,
            _ => {
                let remedy = "give an expression, or say in `cannot` why there is none";
                self.fault("expression", "there must be one of `expression` and `cannot`", remedy);
                None
            }
        };
        let witness = self.witness();
        if !self.faults.is_empty() {
            return None;
        }
        let (id, section, statement) = (id?, section?, statement?);
        Some(Claim { id, section, statement, stated, reading, cannot, test, witness })
    }

    fn test(&mut self, expression: &str, stated: Option<&str>) -> Option<Test> {
        let expression = self.expression("expression", expression);
        let relation = self.required("relation")?;
        let Some(relation) = Relation::named(&relation) else {
            let remedy = "use one of eq gt ge lt le between range is true";
            self.fault("relation", format!("`{relation}` is no relation"), remedy);
            return None;
        };
        let scale = match self.fields.get("scale") {
            None => Some(0),
            Some(value) => value.as_i64().filter(|scale| (0..=SCALE_MAX).contains(scale)),
        };
        let Some(scale) = scale.and_then(|scale| i32::try_from(scale).ok()) else {
            self.fault("scale", "it is no power of ten", "give a whole number from 0 to 15");
            return None;
        };
        let Some(stated) = Stated::read(relation, stated) else {
            let remedy =
                "state a number, `a..b` for between and range, codes for is, nothing for true";
            self.fault("stated", "it does not fit the relation", remedy);
            return None;
        };
        Some(Test { expression: expression?, relation, stated, scale })
    }

    fn witness(&mut self) -> Option<Witness> {
        let value = self.fields.get("witness")?;
        let part = |field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
        let (Some(name), Some(expression)) = (part("name"), part("expression")) else {
            self.fault("witness", "it lacks its name or expression", "give both, as texts");
            return None;
        };
        let expression = self.expression("witness", &expression)?;
        Some(Witness { name, expression })
    }

    fn expression(&mut self, field: &str, text: &str) -> Option<Expression> {
        parse(text)
            .map_err(|error| self.fault(field, error.to_string(), "correct the expression there"))
            .ok()
    }

    fn required(&mut self, field: &'static str) -> Option<String> {
        let text = self.text(field);
        if text.is_none() && self.faults.iter().all(|fault| fault.field != field) {
            self.fault(field, "it is missing", "add it");
        }
        text
    }

    fn text(&mut self, field: &'static str) -> Option<String> {
        let value = self.fields.get(field)?;
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.fault(field, "it is no text", "write it as a text that is not empty");
        }
        text.map(str::to_owned)
    }
}
