//! What is needed, as a file says it.

use api::network::requirement::Ask;
use api::network::{Codes, Intermediary, Measure, Need, Requirement};
use serde::Deserialize;

/// What is asked of either side.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) needs: Vec<Need>,
    pub(super) wishes: Vec<Requirement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Several {
    needs: Vec<OneNeed>,
    #[serde(default)]
    wishes: Vec<OneRequirement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneNeed {
    lead: String,
    #[serde(default)]
    segment: String,
    #[serde(default)]
    requirements: Vec<OneRequirement>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OneRequirement {
    weight: Option<u32>,
    measure: Option<OneMeasure>,
    certificates: Option<Vec<String>>,
    standards: Option<Vec<String>>,
    attributes: Option<Vec<String>>,
    places: Option<Vec<String>>,
    acquaintance_years: Option<f64>,
    intermediary: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneMeasure {
    attribute: String,
    #[serde(default)]
    unit: String,
    worst: f64,
    best: f64,
}

impl Search {
    /// Reads a file; what is wrong with it is said in words.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text: serde_json::Value =
            serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        // Chosen by hand: an untagged choice would not say which field is wrong.
        let said = if text.get("needs").is_some() {
            serde_json::from_value(text)
        } else {
            let one = |need: OneNeed| Several { needs: vec![need], wishes: Vec::new() };
            serde_json::from_value(text).map(one)
        };
        let Several { needs, wishes } = said.map_err(|error| error.to_string())?;
        let needs = needs.into_iter().map(OneNeed::message).collect::<Result<_, _>>()?;
        Ok(Self { needs, wishes: messages(wishes)? })
    }
}

impl OneNeed {
    fn message(self) -> Result<Need, String> {
        let requirements = messages(self.requirements)?;
        Ok(Need { lead: self.lead, segment: self.segment, requirements })
    }
}

fn messages(asked: Vec<OneRequirement>) -> Result<Vec<Requirement>, String> {
    asked.into_iter().map(OneRequirement::message).collect()
}

impl OneRequirement {
    fn message(self) -> Result<Requirement, String> {
        let codes = |codes: Vec<String>| Codes { codes };
        let measure = self.measure.map(|OneMeasure { attribute, unit, worst, best }| {
            Ask::Measure(Measure { attribute, unit, worst, best })
        });
        let asks = [
            measure,
            self.certificates.map(codes).map(Ask::Certificates),
            self.standards.map(codes).map(Ask::Standards),
            self.attributes.map(codes).map(Ask::Attributes),
            self.places.map(codes).map(Ask::Places),
            self.acquaintance_years.map(Ask::AcquaintanceYears),
            self.intermediary.filter(|asked| *asked).map(|_| Ask::Intermediary(Intermediary {})),
        ];
        let mut asks: Vec<Ask> = asks.into_iter().flatten().collect();
        match (asks.pop(), asks.is_empty()) {
            (Some(ask), true) => Ok(Requirement { ask: Some(ask), weight: self.weight }),
            (Some(_), false) => Err("a requirement asks for several things: part them".to_owned()),
            (None, _) => {
                Err("a requirement asks for one of measure, certificates, standards, attributes, \
                 places, acquaintance_years, intermediary"
                    .to_owned())
            }
        }
    }
}
