//! What the crate promises, one behaviour a file. Never reads anything but the paper's feed.

mod esri;
mod activity_rows;
mod any_bytes;
mod around;
mod bitemporal;
mod bulk_load;
mod case_firms;
mod centrality;
mod supply_positions;
mod chronicles;
mod dependence;
mod documented;
mod drivers;
mod coordination_shares;
mod cost_capability_ratio;
mod eto_semiconductor;
mod exports;
mod feed;
mod lead_firm_logics;
mod linear_program;
mod match_criteria;
mod matching;
mod merges;
mod moving_on;
mod ownership;
#[cfg(feature = "parquet")]
mod parquet_tables;
mod parts;
mod persons;
mod refusals;
mod relatedness;
mod operations;
mod round_trip;
mod routes;
mod scenarios;
mod segments_and_places;
mod shared;
mod shares;
mod stages;
mod sme_fdi;
mod sme_status;
mod strategic_matching;
mod table_five;
mod tiers;
mod trajectories;
mod upgrades;
#[cfg(feature = "parquet")]
mod written_parquet;

use jiff::civil::Date;
use production_network::{Document, Limits, Network, RecordedAt, Snapshot};

const FEED: &[u8] = include_bytes!("../../../../feeds/paper/network.json");

fn recorded(text: &str) -> RecordedAt {
    RecordedAt::parse(text).expect("an instant")
}

fn network_of(bytes: &[u8]) -> Network {
    let document = Document::parse(bytes, &Limits::default()).expect("a document");
    assert_eq!(document.rejections, Vec::new());
    let mut network = Network::default();
    for fact in document.facts {
        network.apply(fact, recorded("2017-04-01T00:00:00Z")).expect("applies");
    }
    network
}

/// The paper's network on a day, as known when the paper was published.
fn paper_on(day: Date) -> Snapshot {
    network_of(FEED).as_of(day, recorded("2017-04-01T00:00:00Z"))
}
