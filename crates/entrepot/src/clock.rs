//! Moments as people write them: a date, a date with a time, or an RFC 3339 instant; UTC unless
//! an offset is given. As an as-of a date means its end, as a release time its start, so that
//! what was released on a day is part of that day.

use api::types::{AsOf, as_of};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// The prefix of an as-of on the log's own clock.
const RECORDED: &str = "recorded:";

#[derive(Clone, Copy, Debug)]
enum DateMeans {
    Start,
    End,
}

/// Reads an as-of: what had been published by then, or, after `recorded:`, what had entered the log.
pub(crate) fn parse_as_of(text: &str) -> Result<AsOf, String> {
    let moment = |text| parse_moment(text, DateMeans::End).map(api::timestamp_to);
    let clock = match text.strip_prefix(RECORDED) {
        Some(text) => as_of::Clock::RecordedAt(moment(text)?),
        None => as_of::Clock::ReleasedAt(moment(text)?),
    };
    Ok(AsOf { clock: Some(clock) })
}

/// Reads the moment that a publisher published something.
pub(crate) fn parse_released_at(text: &str) -> Result<Timestamp, String> {
    parse_moment(text, DateMeans::Start)
}

/// A moment of a message as text; empty if absent.
pub(crate) fn show(time: Option<Timestamp>) -> String {
    time.map_or_else(String::new, |time| time.to_string())
}

fn parse_moment(text: &str, date_means: DateMeans) -> Result<Timestamp, String> {
    let wrong = || {
        format!(
            "`{text}` is no moment; write a date 2015-05-26, a time 2015-05-26T09:00 (UTC), or \
             an instant 2015-05-26T09:00:00+08:00"
        )
    };
    if !text.contains(['T', 't', ' ']) {
        let date: Date = text.parse().map_err(|_| wrong())?;
        let time = match date_means {
            DateMeans::Start => Time::MIN,
            DateMeans::End => Time::MAX,
        };
        return Offset::UTC.to_timestamp(date.to_datetime(time)).map_err(|_| wrong());
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let time: DateTime = text.parse().map_err(|_| wrong())?;
    Offset::UTC.to_timestamp(time).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_end_of_its_day_for_an_as_of_and_its_start_for_a_release() {
        let cases = [
            ("2015-05-26", Some("2015-05-26T23:59:59.999999999Z")),
            ("2015-05-26T09:00", Some("2015-05-26T09:00:00Z")),
            ("2015-05-26T09:00:00+08:00", Some("2015-05-26T01:00:00Z")),
            ("2015-05-26T09:00:00Z", Some("2015-05-26T09:00:00Z")),
            ("2015", None),
            ("yesterday", None),
            ("2015-02-30", None),
        ];
        for (text, expected) in cases {
            let found = parse_moment(text, DateMeans::End).ok().map(|time| time.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        let start = parse_released_at("2015-05-26").expect("is a date");
        assert_eq!(start.to_string(), "2015-05-26T00:00:00Z");
    }

    #[test]
    fn the_prefix_chooses_the_clock() {
        let clock = |text| parse_as_of(text).expect("is a moment").clock.expect("is set");
        assert!(matches!(clock("2015-05-26"), as_of::Clock::ReleasedAt(_)));
        assert!(matches!(clock("recorded:2015-05-26"), as_of::Clock::RecordedAt(_)));
    }
}
