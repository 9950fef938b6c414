//! From requests to questions; what cannot be one is refused with the path of the field.

use api::network::NetworkAsOf;
use api::types::as_of::Clock;
use event_log::Partition;
use jiff::Timestamp;
use jiff::civil::Date;
use production_network::MissingVolume;
use tonic::Status;

use crate::Error;
use crate::query::AsOf;

/// A text that must be there.
pub(super) fn required<'a>(field: &'static str, text: &'a str) -> Result<&'a str, Status> {
    if text.is_empty() {
        return Err(refused(field, "is empty".to_owned()));
    }
    Ok(text)
}

/// An identifier of the network.
pub(super) fn id<T>(
    field: &'static str,
    text: &str,
    take: impl FnOnce(String) -> Result<T, production_network::Error>,
) -> Result<T, Status> {
    take(text.to_owned()).map_err(|error| refused(field, error.to_string()))
}

/// A code of a closed set; the API writes them with hyphens.
pub(super) fn closed<T>(
    field: &'static str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, production_network::Error>,
) -> Result<T, Status> {
    parse(&text.replace('-', "_")).map_err(|error| refused(field, error.to_string()))
}

/// What supplies without a volume count as; the network is refused if nobody says.
pub(super) fn missing_volume(field: &'static str, text: &str) -> Result<MissingVolume, Status> {
    if text.is_empty() {
        return Ok(MissingVolume::Refuse);
    }
    MissingVolume::parse(text).map_err(|_| {
        let known: Vec<&str> = MissingVolume::ALL.iter().map(|one| one.as_str()).collect();
        refused(field, format!("`{text}` is unknown; known are: {}", known.join(", ")))
    })
}

/// A number up to a largest one; another one in place of 0.
pub(super) fn within(
    field: &'static str,
    found: u32,
    instead_of_0: u32,
    max: u32,
) -> Result<u32, Status> {
    match found {
        0 => Ok(instead_of_0),
        _ if found > max => Err(refused(field, format!("{found} is above {max}"))),
        _ => Ok(found),
    }
}

/// The point of both clocks that is asked for.
pub(super) fn as_of(as_of: Option<&NetworkAsOf>) -> Result<AsOf, Status> {
    let Some(as_of) = as_of else { return Ok(AsOf::default()) };
    let day = if as_of.valid_on.is_empty() {
        None
    } else {
        Some(day("as_of.valid_on", &as_of.valid_on)?)
    };
    let clock = as_of.recorded.as_ref().and_then(|recorded| recorded.clock.as_ref());
    let recorded_at = match clock {
        None => None,
        Some(Clock::RecordedAt(time)) => {
            let time = api::timestamp_from("as_of.recorded.recorded_at", time);
            let asked = time.map_err(|error| api::status_of(&error))?;
            if asked > Timestamp::now() {
                return Err(api::status_of(&Error::Future { asked }));
            }
            Some(asked)
        }
        Some(Clock::ReleasedAt(_)) => {
            let problem = "network facts are not released; use `recorded_at`, or `valid_on` for \
                           the day that a relation must hold on";
            return Err(refused("as_of.recorded.released_at", problem.to_owned()));
        }
    };
    Ok(AsOf { day, recorded_at })
}

/// That a token is of the partition that is watched.
pub(super) fn check_token(from: &str, partition: Partition) -> Result<(), Status> {
    if matches!(from, "" | "start") {
        return Ok(());
    }
    let token: api::PageToken =
        from.parse().map_err(|error: api::ConvertError| api::status_of(&error))?;
    if token.partition == partition.0 {
        return Ok(());
    }
    Err(refused("from", "is a token of another network; start again without it".to_owned()))
}

/// A day, as 2014-12-31.
pub(super) fn day(field: &'static str, text: &str) -> Result<Date, Status> {
    let is_long = text.len() == "2014-12-31".len();
    let day = text.parse::<Date>().ok().filter(|_| is_long);
    day.ok_or_else(|| refused(field, format!("`{text}` is not a day such as 2014-12-31")))
}

/// A field that cannot be answered.
pub(super) fn refused(field: &'static str, problem: String) -> Status {
    api::status_of(&Error::Field { field, problem })
}
