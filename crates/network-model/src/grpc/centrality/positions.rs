//! Where firms stand along the supplies between them: upstreamness and influence.
//!
//! Guarantees that volumes that are missing or of several units give a reason and no numbers, unless
//! the question says what they count as.

use api::network as message;
use production_network::{EntityId, Snapshot, Supplies};
use tonic::Status;

use super::super::decode;

/// The share of labour, if nobody says: inputs are about half of output (Jones 2011).
const LABOUR_SHARE: f64 = 0.5;
/// No economy has less, and the smaller it is the more steps are needed: some 600.
const LABOUR_SHARE_MIN: f64 = 0.05;

/// What was found, by firm.
pub(super) struct Positions {
    pub(super) found: message::SupplyPositionsFound,
    supplies: Option<Supplies>,
    upstreamness: Vec<Option<f64>>,
    influence: Vec<f64>,
}

impl Positions {
    pub(super) fn of(
        snapshot: &Snapshot,
        asked: &message::SupplyPositions,
    ) -> Result<Self, Status> {
        let missing = decode::missing_volume("positions.missing_volume", &asked.missing_volume)?;
        let labour_share = asked.labour_share.unwrap_or(LABOUR_SHARE);
        if !(LABOUR_SHARE_MIN..=1.0).contains(&labour_share) {
            let problem = format!("{labour_share} is not {LABOUR_SHARE_MIN} to 1");
            return Err(decode::refused("positions.labour_share", problem));
        }
        let found = message::SupplyPositionsFound {
            missing_volume: missing.as_str().to_owned(),
            labour_share,
            ..message::SupplyPositionsFound::default()
        };
        let nothing = |because: production_network::Error| Self {
            found: message::SupplyPositionsFound {
                undefined_because: because.to_string(),
                undefined_code: code(&because).to_owned(),
                ..found.clone()
            },
            supplies: None,
            upstreamness: Vec::new(),
            influence: Vec::new(),
        };
        let supplies = match Supplies::of(snapshot, missing) {
            Ok(supplies) => supplies,
            Err(because) => return Ok(nothing(because)),
        };
        let network = &supplies.network;
        let (upstreamness, no_upstreamness) = or_why(network.upstreamness());
        let (influence, no_influence) = or_why(network.influence(labour_share));
        let without = upstreamness.iter().filter(|one| one.is_none()).count();
        let found = message::SupplyPositionsFound {
            unit: supplies.unit.clone().unwrap_or_default(),
            left_out: supplies.left_out as u64,
            firms: network.firm_count() as u64,
            links: network.link_count() as u64,
            without_upstreamness: without as u64,
            upstreamness_undefined_because: no_upstreamness,
            influence_undefined_because: no_influence,
            ..found
        };
        Ok(Self { found, supplies: Some(supplies), upstreamness, influence })
    }

    pub(super) fn upstreamness(&self, id: &EntityId) -> Option<f64> {
        self.upstreamness.get(self.number(id)?).copied().flatten()
    }

    pub(super) fn influence(&self, id: &EntityId) -> Option<f64> {
        self.influence.get(self.number(id)?).copied()
    }

    fn number(&self, id: &EntityId) -> Option<usize> {
        self.supplies.as_ref()?.number(id.as_firm()?).ok()
    }
}

/// The numbers, or none and why.
fn or_why<T>(found: Result<Vec<T>, production_network::Error>) -> (Vec<T>, String) {
    match found {
        Ok(found) => (found, String::new()),
        Err(because) => (Vec::new(), because.to_string()),
    }
}

fn code(because: &production_network::Error) -> &'static str {
    let of_volumes = matches!(because, production_network::Error::Volumes { .. });
    if of_volumes { "volumes" } else { "no-sales" }
}
