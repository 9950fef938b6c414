//! Firms, non-firm actors, places, programmes and the dated relations between them; the roles,
//! configurations and coupling mechanisms that follow from the relations alone.
//!
//! Two clocks hold for each fact: when it was true (`valid_from`, `valid_to`) and when it was
//! recorded. Nothing is overwritten. This crate never reads a clock, a file or a network, never
//! draws a random number, and never classifies a firm by a label that somebody gave it.
//!
//! Start at [`Document`] (facts from JSON), [`Network`] (facts through time) and [`Snapshot`] (the
//! network at one day, as known at one time); then [`roles`], [`configurations`] and
//! [`couplings`].
//!
//! ```
//! use production_network::{Document, Limits, Network, RecordedAt, Role, roles};
//!
//! let bytes = br#"{"network": "example",
//!   "entities": [
//!     {"kind": "firm", "id": "brand", "name": "Brand", "home": "US", "source": "example"},
//!     {"kind": "firm", "id": "maker", "name": "Maker", "home": "MY", "source": "example"}],
//!   "relations": [
//!     {"id": "r1", "kind": "supplies", "from": "firm:maker", "to": "firm:brand",
//!      "industry": "ict", "specification": "customer", "valid_from": "2001",
//!      "source": "example", "evidence": "dedicated modules", "confidence": 0.9}]}"#;
//! let document = Document::parse(bytes, &Limits::default())?;
//! assert!(document.rejections.is_empty());
//!
//! let recorded = RecordedAt::parse("2024-01-01T00:00:00Z")?;
//! let mut network = Network::default();
//! for fact in document.facts {
//!     network.apply(fact, recorded)?;
//! }
//! let snapshot = network.as_of(jiff::civil::date(2005, 6, 1), recorded);
//! let found = roles(&snapshot);
//! let maker = found.iter().find(|finding| finding.firm.as_str() == "maker").expect("a finding");
//! assert_eq!(maker.role, Some(Role::SpecializedSupplierIndustry));
//! # Ok::<(), production_network::Error>(())
//! ```
#![warn(missing_docs)]

mod closed_set;
mod error;
mod id;
mod area;
mod date;
mod measure;
mod tier;
mod attribute;
mod entity;
mod place;
mod programme;
mod segment;
mod tenure;
mod relation;
mod fact;
mod aliases;
mod merge;
mod network;
mod snapshot;
mod document;
mod mapping;
mod export;
mod scorecard;
mod role;
mod reach;
mod configuration;
mod coupling;
mod investment;
mod group;
mod ranking;
mod sme;
mod strategic_match;
mod route;
mod driver;
mod chronicle;
mod stage;
mod trajectory;
mod cost_capability;
mod coordination;
mod logic;
mod upgrading;
mod disclosure;
mod sme_fdi;
mod supply_network;
pub mod shock;
mod supplies;
mod matching;
mod dependence;
mod findings;
pub mod relatedness;
mod centrality;

pub use area::{Area, PlaceCode};
pub use attribute::{Attribute, AttributeGroup, AttributeValue};
pub use centrality::Graph;
pub use chronicle::{Chronicle, ChronicleStep, Turn, chronicle};
pub use configuration::{Configuration, ConfigurationFinding, ConfigurationSignal, configurations};
pub use coordination::{
    Boundary, Coordination, Governance, IntraShare, SecondTier, TierRelation, coordination,
};
pub use cost_capability::{
    CostCapability, CostCapabilityMeasure, MoveEffect, NoRatio, PlaceRatio, Ratio,
    Side as RatioSide, cost_capability, move_effect, move_effects,
};
pub use coupling::{CouplingFinding, CouplingSignal, Mechanism, couplings};
pub use date::{PartialDate, Precision, Presence, Validity};
pub use dependence::{
    Alert, AlertKind, Certainty, Concentration, DependenceReport, FirmDependence, ShareRange, Side,
    Source, Thresholds, concentration_of, dependence_of, dependence_report, sources_of,
};
pub use disclosure::{Contribution, DisclosureRules, PublishedCell, PublishedTable, publishable};
pub use document::{Document, Limits, Rejection, Rule, Warning};
pub use driver::{Driver, DriverFinding, DriverSignal, drivers};
pub use entity::{
    Actor, ActorKind, Entity, EntityKind, Firm, FirmSize, GivenLabel, Identity, Product,
    ProductKind,
};
pub use error::{Error, ErrorKind};
pub use export::{write_entities_csv, write_gexf, write_graphml, write_relations_csv};
pub use fact::{Applied, Fact, RecordedAt};
pub use findings::{AdvancedFindings, Findings, FirmFindings};
pub use id::{
    ActorId, AttributeId, CertificateId, EntityId, FirmId, IndustryId, NetworkId, PlaceId,
    ProductId, ProgrammeId, RelationId, SegmentId,
};
pub use investment::{Investment, InvestmentBasis, investments};
pub use logic::{Logic, LogicScore, LogicSignal, logics};
pub use mapping::{Format, Mapping};
pub use matching::{
    Ask, Bounds, Excluded, Match, MatchAnswer, MatchCriterion, MatchEvidence, Need, Requirement,
    RequirementFinding, Standing, Strictness, Verdict, lead_firms_for, suppliers_for,
};
pub use measure::{Amount, Confidence, Share, Volume};
pub use merge::Merge;
pub use network::Network;
pub use place::{Place, PlaceKind};
pub use programme::{Programme, ProgrammeKind};
pub use ranking::{Ranked, Scored};
pub use reach::{Reach, reach_of_firm, reach_of_industry};
pub use relation::{Relation, RelationKind, Specification};
pub use role::{Role, RoleFinding, RoleScore, RoleSignal, roles};
pub use route::{Route, RouteFinding, RouteSignal, routes};
pub use scorecard::SignalFinding;
pub use segment::{Difficulty, EntryNeeds, IsicDivision, Segment};
pub use shock::{
    Cascade, CascadeRange, Essentiality, Loss, Need as InputNeed, Shock, ShockModel, ShockOptions,
    Spread, Substitution, cascade_range,
};
pub use sme::{
    CriterionFinding, Holder, SmeBasis, SmeCriterion, SmeFinding, SmeStatus, SmeStatuses, Within,
    sme_statuses,
};
pub use sme_fdi::{
    Coverage, FdiCell, FdiDimension, FdiRecord, FdiTable, FdiValue, ValueRange, contributions,
    fdi_records, sme_fdi,
};
pub use snapshot::{Advance, Snapshot, Touched};
pub use stage::{NextStage, Stage, StageFinding, StageScore, StageSignal, StageWithout, stage};
pub use strategic_match::{
    Asset, AssetMatch, Gain, StrategicMatch, StrategicMatching, StrategicNeed, StrategicSignal,
    strategic_matches,
};
pub use supplies::{Loser, MissingVolume, Strike, Supplies};
pub use supply_network::{Sale, SupplyFirm, SupplyNetwork};
pub use tenure::{StatedTenure, Tenure};
pub use tier::{Readable, Tier};
pub use trajectory::{
    DecouplingCause, Event, EventKind, Moment, Trajectory, TrajectoryPoint, trajectory,
};
pub use upgrading::{Change, IndustrialUpgrading, Shown, SocialUpgrading, Upgrading, upgrading};
