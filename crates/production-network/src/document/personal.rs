//! Finds fields that are about persons.
//!
//! A network is of organisations and groups: a transnational community is a group of people and has
//! no members here. What a log keeps it keeps for good, so whoever takes a document in refuses it
//! whole when one record has such a field; see [`Document::is_personal`](crate::Document). Looks at
//! the names of fields only: it cannot know what a sentence says.

use serde_json::Value;

/// Names of fields that describe a person, without case and separators.
const FIELDS: [&str; 35] = [
    "person",
    "persons",
    "people",
    "member",
    "members",
    "firstname",
    "lastname",
    "surname",
    "givenname",
    "familyname",
    "fullname",
    "middlename",
    "maidenname",
    "birthdate",
    "dateofbirth",
    "birthplace",
    "age",
    "gender",
    "sex",
    "nationality",
    "citizenship",
    "ethnicity",
    "religion",
    "passport",
    "passportnumber",
    "nationalid",
    "socialsecurity",
    "email",
    "phone",
    "telephone",
    "mobile",
    "homeaddress",
    "address",
    "photo",
    "maritalstatus",
];

/// The first field that is about a person, at any depth, as it is spelt.
pub(crate) fn personal_field(value: &Value) -> Option<&str> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, inner)| {
            if is_listed(name) { Some(name.as_str()) } else { personal_field(inner) }
        }),
        Value::Array(values) => values.iter().find_map(personal_field),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn is_listed(name: &str) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    let name: String = letters.flat_map(char::to_lowercase).collect();
    FIELDS.contains(&name.as_str())
}
