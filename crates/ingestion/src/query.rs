//! Questions about releases, rejections and observations: read only, at a committed snapshot.

use api::PageToken;
use api::ingestion::{
    ListObservationsRequest, ListObservationsResponse, ListRejectionsRequest,
    ListRejectionsResponse, ListReleasesRequest, ListReleasesResponse, ObservationRow, Release,
};
use api::types::{Attribute, Rejection};
use prost::Message;
use service::vintages::{
    Catalogue, ReleaseRecord, ReleaseState, Vintage, series_keys, vintages_of,
};
use statistics::{
    Action, AsOf, Cell, Entry, Period, RecordedAt, ReleasedAt, SeriesKey, SeriesPattern,
};
use std::collections::BTreeMap;
use store::Store;

use crate::Error;
use crate::service::{Owner, Shared};
use crate::store::REJECTIONS_BY_TIME;

const PAGE_ROWS: usize = 1_000;
const PAGE_ROWS_MAX: usize = 10_000;
/// Keys of series that are read at once, which bounds a page's memory and not its time.
const SERIES_AT_ONCE: usize = 50_000;

impl Shared {
    pub(crate) fn releases(
        &self,
        request: &ListReleasesRequest,
    ) -> Result<ListReleasesResponse, Error> {
        let mut all: Vec<Release> = Vec::new();
        for owner in &self.owners {
            let catalogue = owner.work.catalogue();
            for (dataflow, releases) in catalogue.releases.iter() {
                if is_named(&request.dataflow, dataflow) {
                    all.extend(releases.iter().map(release_message));
                }
            }
        }
        let time = |one: &Release| one.recorded_at.map(|time| (time.seconds, time.nanos));
        all.sort_by(|a, b| time(b).cmp(&time(a)).then_with(|| a.id.cmp(&b.id)));
        let (from, size) = page(&request.page_token, request.page_size)?;
        let next_page_token = next_token(from, size, all.len());
        let releases = all.into_iter().skip(from).take(size).collect();
        Ok(ListReleasesResponse { releases, next_page_token })
    }

    pub(crate) fn rejections(
        &self,
        request: &ListRejectionsRequest,
    ) -> Result<ListRejectionsResponse, Error> {
        let (from, size) = page(&request.page_token, request.page_size)?;
        let mut rejections = Vec::new();
        let mut seen = 0;
        for owner in &self.owners {
            for row in owner.unit.store().scan(REJECTIONS_BY_TIME, b"") {
                let (_, value) = row.map_err(service::Error::from)?;
                let rejection = Rejection::decode(value.as_slice()).map_err(|error| {
                    let what = format!("stored rejection: {error}");
                    service::ApplyError::Unexpected { what }
                })?;
                if !is_named(&request.dataflow, &rejection.dataflow) {
                    continue;
                }
                seen += 1;
                if seen > from.saturating_add(size) {
                    break;
                }
                if seen > from {
                    rejections.push(rejection);
                }
            }
        }
        let next_page_token = next_token(from, size, seen);
        Ok(ListRejectionsResponse { rejections, next_page_token })
    }

    pub(crate) fn observations(
        &self,
        request: &ListObservationsRequest,
    ) -> Result<ListObservationsResponse, Error> {
        let (owner, dataflow) = self.owner_of_dataflow(&request.dataflow)?;
        let catalogue = owner.work.catalogue();
        let pattern: SeriesPattern = request.key.parse().map_err(|error: statistics::Error| {
            api::ConvertError { field: "key", problem: error.to_string() }
        })?;
        let period = match request.period.as_str() {
            "" => None,
            text => Some(text.parse::<Period>().map_err(|error| api::ConvertError {
                field: "period",
                problem: error.to_string(),
            })?),
        };
        let question = Question {
            store: owner.unit.store(),
            catalogue: &catalogue,
            dataflow: &dataflow,
            pattern,
            period,
            as_of: as_of(request.as_of.as_ref())?,
            history: request.history,
        };
        question.check_as_of()?;
        let size = page_rows(request.page_size);
        let mut answer = question.page(&request.page_token.parse()?, size)?;
        answer.frontier = Some(owner.unit.frontier().to_receipt());
        Ok(answer)
    }

    /// The owner of a dataflow that is named by its full id, or by its id alone.
    pub(crate) fn owner_of_dataflow(&self, name: &str) -> Result<(&Owner, String), Error> {
        let structures = self.structures();
        let found = structures.dataflows().find(|one| is_named(name, one.id.as_str()));
        let (Some(found), false) = (found, name.is_empty()) else {
            let known = structures.dataflows().map(|one| one.id.to_string()).collect();
            return Err(Error::UnknownDataflow { found: name.to_owned(), known });
        };
        let domain = found.domain.as_deref().unwrap_or_default();
        Ok((self.owner_of(domain)?, found.id.to_string()))
    }
}

struct Question<'a> {
    store: &'a Store,
    catalogue: &'a Catalogue,
    dataflow: &'a str,
    pattern: SeriesPattern,
    period: Option<Period>,
    as_of: AsOf,
    history: bool,
}

impl Question<'_> {
    /// An as-of before the first release cannot be served; it is never replaced by the newest.
    fn check_as_of(&self) -> Result<(), Error> {
        let releases = self.catalogue.releases_of(self.dataflow);
        let committed = || releases.iter().filter(|one| one.state() == ReleaseState::Committed);
        if self.as_of == AsOf::Latest || committed().any(|one| one.is_visible(self.as_of)) {
            return Ok(());
        }
        let earliest = match self.as_of {
            AsOf::Recorded(_) => committed().map(|one| one.recorded_at().0).min(),
            AsOf::Latest | AsOf::Released(_) => committed().map(|one| one.released_at().0).min(),
        };
        Err(Error::AsOf { dataflow: self.dataflow.to_owned(), earliest })
    }

    fn page(&self, from: &SeriesToken, size: usize) -> Result<ListObservationsResponse, Error> {
        let mut observations = Vec::new();
        let mut after = from.after.clone();
        let mut skip = from.rows_given;
        loop {
            let keys = series_keys(self.store, self.dataflow, after.as_ref(), SERIES_AT_ONCE)?;
            if keys.is_empty() {
                let next_page_token = String::new();
                return Ok(ListObservationsResponse {
                    observations,
                    next_page_token,
                    frontier: None,
                });
            }
            for key in keys {
                if !self.pattern.matches(&key) {
                    after = Some(key);
                    continue;
                }
                let given = std::mem::take(&mut skip);
                let mut rows = self.rows(&key)?.into_iter().skip(given);
                let room = size - observations.len();
                observations.extend(rows.by_ref().take(room));
                if rows.next().is_some() {
                    let next = SeriesToken { after, rows_given: given + room };
                    let next_page_token = next.to_string();
                    return Ok(ListObservationsResponse {
                        observations,
                        next_page_token,
                        frontier: None,
                    });
                }
                after = Some(key);
            }
        }
    }

    fn rows(&self, key: &SeriesKey) -> Result<Vec<ObservationRow>, Error> {
        let vintages = vintages_of(self.store, self.catalogue, self.dataflow, key)?;
        let visible = vintages.iter().filter(|one| one.release.is_visible(self.as_of));
        let mut latest: BTreeMap<Period, Vec<ObservationRow>> = BTreeMap::new();
        for vintage in visible {
            for entry in &vintage.block.entries {
                if self.period.is_some_and(|period| period != entry.period) {
                    continue;
                }
                let rows = latest.entry(entry.period).or_default();
                if !self.history {
                    rows.clear();
                }
                if self.history || entry.action == Action::Put {
                    rows.push(row(self.dataflow, vintage, entry));
                }
            }
        }
        Ok(latest.into_values().flatten().collect())
    }
}

fn row(dataflow: &str, vintage: &Vintage, entry: &Entry) -> ObservationRow {
    let attributes = vintage.block.dictionary.get(entry.attributes_index as usize);
    let attributes = attributes.map(|set| {
        set.iter()
            .map(|(id, value)| Attribute { id: id.to_owned(), value: value.to_owned() })
            .collect()
    });
    let withdrawn = entry.action == Action::Delete;
    let (value, missing) = match entry.cell {
        _ if withdrawn => (None, None),
        Cell::Number(number) => (Some(number.to_string()), None),
        Cell::Missing(missing) => (None, Some(missing.to_string())),
    };
    ObservationRow {
        dataflow: dataflow.to_owned(),
        key: vintage.block.key.to_string(),
        period: entry.period.to_string(),
        value,
        missing,
        withdrawn,
        attributes: attributes.unwrap_or_default(),
        release: vintage.release.id.clone(),
        released_at: Some(api::timestamp_to(vintage.release.released_at().0)),
        recorded_at: Some(api::timestamp_to(vintage.release.recorded_at().0)),
    }
}

pub(crate) fn release_message(release: &ReleaseRecord) -> Release {
    let state = match release.state() {
        ReleaseState::Open => "open",
        ReleaseState::Committed => "committed",
        ReleaseState::Aborted => "aborted",
    };
    Release {
        id: release.id.clone(),
        dataflow: release.dataflow.clone(),
        released_at: Some(api::timestamp_to(release.released_at().0)),
        recorded_at: Some(api::timestamp_to(release.recorded_at().0)),
        state: state.to_owned(),
        row_count: release.row_count,
        content_sha256: release.content_sha256.clone(),
        records: release.records,
        file: release.file.clone(),
        position: release.position.clone(),
    }
}

/// The moment that a request asks for.
pub(crate) fn as_of(message: Option<&api::types::AsOf>) -> Result<AsOf, Error> {
    use api::types::as_of::Clock;
    match message.and_then(|one| one.clock.as_ref()) {
        None => Ok(AsOf::Latest),
        Some(Clock::ReleasedAt(time)) => {
            Ok(AsOf::Released(ReleasedAt(api::timestamp_from("as_of.released_at", time)?)))
        }
        Some(Clock::RecordedAt(time)) => {
            Ok(AsOf::Recorded(RecordedAt(api::timestamp_from("as_of.recorded_at", time)?)))
        }
    }
}

/// Whether a dataflow goes by this name: its full id, its id alone, or any if empty.
fn is_named(name: &str, dataflow: &str) -> bool {
    let id = dataflow.split_once(':').map_or(dataflow, |(_, rest)| rest);
    let id = id.split_once('(').map_or(id, |(id, _)| id);
    name.is_empty() || name == dataflow || name == id
}

/// Where a page of observations goes on: behind a series, and behind some rows of the next one. It
/// stays right when series are added meanwhile, and costs the same on the last page as on the first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct SeriesToken {
    after: Option<SeriesKey>,
    rows_given: usize,
}

impl std::fmt::Display for SeriesToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let after = self.after.as_ref().map(SeriesKey::as_str).unwrap_or_default();
        write!(f, "s1.{:x}.{after}", self.rows_given)
    }
}

impl std::str::FromStr for SeriesToken {
    type Err = api::ConvertError;

    fn from_str(text: &str) -> Result<Self, api::ConvertError> {
        let refused = || api::ConvertError {
            field: "page_token",
            problem: "is none that this service gave; start again without it".to_owned(),
        };
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut parts = text.splitn(3, '.');
        let (Some("s1"), Some(rows), Some(after)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(refused());
        };
        let rows_given = usize::from_str_radix(rows, 16).map_err(|_| refused())?;
        let after = match after {
            "" => None,
            key => Some(key.parse().map_err(|_| refused())?),
        };
        Ok(Self { after, rows_given })
    }
}

fn page(token: &str, size: u32) -> Result<(usize, usize), Error> {
    let from = match token {
        "" => 0,
        token => token.parse::<PageToken>()?.next,
    };
    Ok((usize::try_from(from).unwrap_or(usize::MAX), page_rows(size)))
}

fn page_rows(size: u32) -> usize {
    if size == 0 { PAGE_ROWS } else { (size as usize).min(PAGE_ROWS_MAX) }
}

fn next_token(from: usize, size: usize, seen: usize) -> String {
    if seen <= from.saturating_add(size) {
        return String::new();
    }
    PageToken { partition: 0, next: (from + size) as u64 }.to_string()
}
