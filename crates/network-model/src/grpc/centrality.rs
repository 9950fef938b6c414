//! Who stands in the middle of a network, and which parts of it hang together.

mod positions;

use std::collections::BTreeMap;

use api::network as message;
use api::network::{ListCentralityRequest, ListCentralityResponse};
use production_network::{EntityId, Graph, RelationKind, Snapshot};
use tonic::Status;

use super::{Asked, ask, decode};
use crate::findings::code;
use crate::query;
use positions::Positions;

/// The part of a rank that follows relations, as Page, Brin et al. (1999) have it.
const DAMPING: f64 = 0.85;
/// Steps after which ranks are known to 0.85^100, less than one in ten million.
const STEPS: u32 = 100;
/// Most steps: of a graph of 100,000 edges some seconds.
const STEPS_MAX: u32 = 1_000;
/// Entities of an answer, if nobody says how many.
const ROWS: u32 = 100;
/// Most entities of an answer, and most parts.
const ROWS_MAX: u32 = 10_000;

/// What comes first.
#[derive(Clone, Copy)]
enum Order {
    PageRank,
    Upstreamness,
    Influence,
}

impl Order {
    fn decode(question: &ListCentralityRequest) -> Result<Self, Status> {
        let order = match question.order_by.as_str() {
            "" | "page_rank" => return Ok(Self::PageRank),
            "upstreamness" => Self::Upstreamness,
            "influence" => Self::Influence,
            other => {
                let known = "page_rank, upstreamness, influence";
                let problem = format!("`{other}` is unknown; known are: {known}");
                return Err(decode::refused("order_by", problem));
            }
        };
        if question.positions.is_none() {
            let problem = format!("`{}` asks for `positions` too", order.as_str());
            return Err(decode::refused("order_by", problem));
        }
        Ok(order)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::PageRank => "page_rank",
            Self::Upstreamness => "upstreamness",
            Self::Influence => "influence",
        }
    }
}

pub(super) fn list(
    asked: &Asked<'_>,
    question: &ListCentralityRequest,
) -> Result<ListCentralityResponse, Status> {
    let mut kinds = Vec::new();
    for kind in &question.kinds {
        kinds.push(decode::closed("kinds", kind, RelationKind::parse)?);
    }
    if kinds.is_empty() {
        kinds = RelationKind::ALL.to_vec();
    }
    kinds.sort_unstable();
    kinds.dedup();
    let damping = question.damping.unwrap_or(DAMPING);
    let steps = decode::within("steps", question.steps, STEPS, STEPS_MAX)?;
    let limit = decode::within("limit", question.limit, ROWS, ROWS_MAX)? as usize;
    let order_by = Order::decode(question)?;
    let picture = asked.picture(question)?;
    let snapshot = &picture.snapshot;
    let refused = |error: production_network::Error| decode::refused("damping", error.to_string());
    let (graph, ids) = Graph::of_snapshot(snapshot, &kinds).map_err(refused)?;
    let ranks = graph.page_rank(damping, steps).map_err(refused)?;
    let names = graph.components();
    let positions = question.positions.as_ref();
    let positions = positions.map(|asked| Positions::of(snapshot, asked)).transpose()?;
    // What has no number comes last.
    let number = |vertex: usize| {
        let found = match (order_by, &positions) {
            (Order::PageRank, _) | (_, None) => Some(ranks[vertex]),
            (Order::Upstreamness, Some(found)) => found.upstreamness(&ids[vertex]),
            (Order::Influence, Some(found)) => found.influence(&ids[vertex]),
        };
        found.unwrap_or(-1.0)
    };
    let mut order: Vec<(f64, usize)> = (0..ids.len()).map(|one| (number(one), one)).collect();
    // The sort is stable: equal ones stay in the order of the entities.
    order.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let entities = order.iter().take(limit).map(|(_, vertex)| {
        let (gives, receives) = degrees(snapshot, &ids[*vertex], &kinds);
        message::CentralEntity {
            entity: ids[*vertex].to_string(),
            name: query::name(snapshot, &ids[*vertex]),
            kind: ids[*vertex].kind().as_str().to_owned(),
            page_rank: ranks[*vertex],
            gives,
            receives,
            part: ids[names[*vertex]].to_string(),
            upstreamness: positions.as_ref().and_then(|one| one.upstreamness(&ids[*vertex])),
            influence: positions.as_ref().and_then(|one| one.influence(&ids[*vertex])),
        }
    });
    let entities = entities.collect();
    let mut sizes: BTreeMap<usize, u64> = BTreeMap::new();
    for name in &names {
        *sizes.entry(*name).or_default() += 1;
    }
    let mut parts: Vec<(usize, u64)> = sizes.iter().map(|(name, size)| (*name, *size)).collect();
    parts.retain(|(_, size)| *size > 1);
    parts.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let told = parts.iter().take(limit).map(|(name, size)| message::ConnectedPart {
        part: ids[*name].to_string(),
        name: query::name(snapshot, &ids[*name]),
        entities: *size,
    });
    let of_kinds = snapshot.relations().filter(|one| kinds.contains(&one.kind));
    Ok(ListCentralityResponse {
        kinds: kinds.iter().map(|kind| code(kind.as_str())).collect(),
        damping,
        steps,
        entities_total: ids.len() as u64,
        alone_total: (sizes.len() - parts.len()) as u64,
        relations_total: of_kinds.count() as u64,
        parts_total: sizes.len() as u64,
        entities,
        is_cut: ids.len() > limit || parts.len() > limit,
        parts: told.collect(),
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: None,
        positions: positions.map(|positions| positions.found),
        order_by: order_by.as_str().to_owned(),
    })
}

/// How many relations of some kinds an entity gives, and receives.
fn degrees(snapshot: &Snapshot, id: &EntityId, kinds: &[RelationKind]) -> (u32, u32) {
    let gives = snapshot.outgoing(id).filter(|one| kinds.contains(&one.kind)).count();
    let receives = snapshot.incoming(id).filter(|one| kinds.contains(&one.kind)).count();
    (u32::try_from(gives).unwrap_or(u32::MAX), u32::try_from(receives).unwrap_or(u32::MAX))
}
