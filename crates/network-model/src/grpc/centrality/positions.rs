//! Where firms stand along the supplies between them: upstreamness and influence.
//!
//! Guarantees that volumes that are missing or of several units give a reason and no numbers, unless
//! the question says what they count as.

use api::network as message;
use production_network::{EntityId, MissingVolume, Snapshot, Supplies};
use tonic::Status;

use super::super::decode;

/// The share of labour, if nobody says: inputs are about half of output (Jones 2011).
const LABOUR_SHARE: f64 = 0.5;

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
        let (missing, word) = match asked.missing_volume.as_str() {
            "" | "refuse" => (MissingVolume::Refuse, "refuse"),
            "leave_out" => (MissingVolume::LeaveOut, "leave_out"),
            "count_alike" => (MissingVolume::CountAlike, "count_alike"),
            other => {
                let known = "refuse, leave_out, count_alike";
                let problem = format!("`{other}` is unknown; known are: {known}");
                return Err(decode::refused("positions.missing_volume", problem));
            }
        };
        let labour_share = asked.labour_share.unwrap_or(LABOUR_SHARE);
        if !(labour_share > 0.0 && labour_share <= 1.0) {
            let problem = format!("{labour_share} is not above 0, up to 1");
            return Err(decode::refused("positions.labour_share", problem));
        }
        let found = message::SupplyPositionsFound {
            missing_volume: word.to_owned(),
            labour_share,
            ..message::SupplyPositionsFound::default()
        };
        let nothing = |because: production_network::Error| Self {
            found: message::SupplyPositionsFound {
                undefined_because: because.to_string(),
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
        let (upstreamness, influence) =
            match (network.upstreamness(), network.influence(labour_share)) {
                (Ok(upstreamness), Ok(influence)) => (upstreamness, influence),
                (Err(because), _) | (_, Err(because)) => return Ok(nothing(because)),
            };
        let without = upstreamness.iter().filter(|one| one.is_none()).count();
        let found = message::SupplyPositionsFound {
            unit: supplies.unit.clone().unwrap_or_default(),
            left_out: supplies.left_out as u64,
            firms: network.firm_count() as u64,
            links: network.link_count() as u64,
            without_upstreamness: without as u64,
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
