//! What a shock is asked to be: options with what they are if nobody says, and strikes.

use api::network as message;
use api::network::RunShockRequest;
use api::network::strike::Strike as StrikeMessage;
use production_network::{
    Error, Essentiality, FirmId, IndustryId, InputNeed, MissingVolume, PlaceId, Shock,
    ShockOptions, Strike, Substitution, Supplies,
};
use tonic::Status;

use super::super::decode;
use super::substitution;
use crate::picture::Picture;
use crate::query;

/// The part of its output from which on a firm loses, if nobody says.
const LOST_MIN: f64 = 0.1;

/// What is computed.
pub(super) enum Work {
    /// One shock of all strikes at once.
    Scenario(Shock),
    /// One firm after the other, by number.
    Each(Vec<usize>),
}

/// Why it is not.
pub(super) enum Failed {
    Status(Status),
    Refused(Error),
}

/// How it is computed.
pub(super) struct Options {
    pub(super) shock: ShockOptions,
    pub(super) missing: MissingVolume,
    pub(super) lost_min: f64,
    pub(super) essentiality: Essentiality,
    usual: InputNeed,
    asked: Vec<message::IndustryNeed>,
}

impl Options {
    pub(super) fn decode(asked: Option<&message::ShockOptions>) -> Result<Self, Status> {
        let asked = asked.cloned().unwrap_or_default();
        let usual = ShockOptions::default();
        let shock = ShockOptions {
            substitution: match asked.substitution.as_str() {
                "" | "off" => Substitution::Off,
                "by_market_share" => Substitution::ByMarketShare,
                other => {
                    return Err(unknown("options.substitution", other, "off, by_market_share"));
                }
            },
            eps: if asked.eps == 0.0 { usual.eps } else { asked.eps },
            iterations_max: match asked.iterations_max {
                0 => usual.iterations_max,
                steps => steps,
            },
        };
        let missing = decode::missing_volume("options.missing_volume", &asked.missing_volume)?;
        let lost_min = if asked.lost_min == 0.0 { LOST_MIN } else { asked.lost_min };
        let is_part = lost_min > 0.0 && lost_min <= 1.0;
        if !is_part {
            let problem = format!("{lost_min} is not from 0 to 1");
            return Err(decode::refused("options.lost_min", problem));
        }
        let usual = match asked.essentiality.as_str() {
            "" => InputNeed::Linear,
            code => need("options.essentiality", code)?,
        };
        let essentiality = Essentiality::uniform(0, usual);
        Ok(Self { shock, missing, lost_min, essentiality, usual, asked: asked.needs })
    }

    /// The same with the needs of the industries that there are.
    pub(super) fn with_needs(mut self, industries: &[IndustryId]) -> Result<Self, Status> {
        let mut rows = vec![vec![self.usual; industries.len()]; industries.len()];
        let number = |id: &str| {
            let found = industries.iter().position(|one| one.as_str() == id);
            found.ok_or_else(|| {
                let known: Vec<&str> = industries.iter().map(IndustryId::as_str).collect();
                unknown("options.needs", id, &known.join(", "))
            })
        };
        for asked in &self.asked {
            let (supplier, buyer) = (number(&asked.supplier)?, number(&asked.buyer)?);
            let need = need("options.needs.need", &asked.need)?;
            if let Some(cell) = rows.get_mut(supplier).and_then(|row| row.get_mut(buyer)) {
                *cell = need;
            }
        }
        let refused = |error: Error| decode::refused("options.needs", error.to_string());
        self.essentiality = Essentiality::try_new(rows).map_err(refused)?;
        Ok(self)
    }

    /// All that are used.
    pub(super) fn echo(&self) -> message::ShockOptions {
        let usual = match self.usual {
            InputNeed::Essential => "essential",
            InputNeed::Linear => "linear",
            InputNeed::None => "none",
        };
        message::ShockOptions {
            substitution: substitution(self.shock.substitution).to_owned(),
            eps: self.shock.eps,
            iterations_max: self.shock.iterations_max,
            essentiality: usual.to_owned(),
            needs: self.asked.clone(),
            missing_volume: self.missing.as_str().to_owned(),
            lost_min: self.lost_min,
        }
    }
}

impl Work {
    pub(super) fn decode(
        asked: &RunShockRequest,
        picture: &Picture,
        supplies: &Supplies,
    ) -> Result<Self, Failed> {
        let mut strikes = Vec::new();
        for one in &asked.strikes {
            strikes.push(strike(one).map_err(Failed::Status)?);
        }
        if !strikes.is_empty() {
            if !asked.each.is_empty() {
                let problem = "strikes are one scenario; ask for each firm without them";
                return Err(Failed::Status(decode::refused("each", problem.to_owned())));
            }
            let shock = supplies.shock(&picture.snapshot, &strikes).map_err(Failed::Refused)?;
            return Ok(Self::Scenario(shock));
        }
        let mut firms = Vec::new();
        for id in &asked.each {
            let id = firm("each", id).map_err(Failed::Status)?;
            firms.push(supplies.number(&id).map_err(Failed::Refused)?);
        }
        if firms.is_empty() {
            let sold = supplies.network.sold().iter().zip(supplies.network.bought());
            let trades = sold.enumerate().filter(|(_, (sold, bought))| **sold + **bought > 0.0);
            firms = trades.map(|(firm, _)| firm).collect();
        }
        Ok(Self::Each(firms))
    }
}

fn strike(asked: &message::Strike) -> Result<Strike, Status> {
    Ok(match asked.strike.as_ref() {
        None => return Err(decode::refused("strikes", "one strikes nobody".to_owned())),
        Some(StrikeMessage::Closes(id)) => Strike::Closes(firm("strikes.closes", id)?),
        Some(StrikeMessage::Keeps(keeps)) => {
            Strike::Keeps(firm("strikes.keeps.firm", &keeps.firm)?, keeps.part)
        }
        Some(StrikeMessage::Leaves(leaves)) => {
            let place = leaves.place.strip_prefix("place:").unwrap_or(&leaves.place);
            Strike::Leaves(
                firm("strikes.leaves.lead", &leaves.lead)?,
                decode::id("strikes.leaves.place", place, PlaceId::try_new)?,
            )
        }
    })
}

fn firm(field: &'static str, id: &str) -> Result<FirmId, Status> {
    decode::id(field, id.strip_prefix("firm:").unwrap_or(id), FirmId::try_new)
}

fn need(field: &'static str, code: &str) -> Result<InputNeed, Status> {
    match code {
        "essential" => Ok(InputNeed::Essential),
        "linear" => Ok(InputNeed::Linear),
        "none" => Ok(InputNeed::None),
        other => Err(unknown(field, other, "essential, linear, none")),
    }
}

fn unknown(field: &'static str, found: &str, known: &str) -> Status {
    decode::refused(field, format!("`{found}` is none of {known}"))
}

/// What the library refuses: somebody unknown, volumes, or numbers.
pub(super) fn refusal(network: &str, picture: &Picture, error: &Error) -> Status {
    match error {
        Error::UnknownEntity { id } => {
            let known = picture.snapshot.entities().map(|entity| entity.id().to_string());
            let known: Vec<String> = known.collect();
            api::status_of(&crate::Error::Unknown {
                what: "entity",
                id: id.to_string(),
                place: format!("network `{network}` then"),
                near: query::near(id.as_str(), known.iter().map(String::as_str)),
            })
        }
        Error::Volumes { .. } => {
            let problem = format!("{error}; leave it out, or count all supplies alike");
            decode::refused("options.missing_volume", problem)
        }
        other => decode::refused("strikes", other.to_string()),
    }
}
