//! How long a call may take: what its client says in `grpc-timeout`, under our own bounds.
//!
//! The service behind is told what is left. The gateway gives up a moment before the client's
//! own clock does, so that the client reads a reason and not a bare cancellation.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};

use crate::Options;
use crate::refusal::Refusal;
use crate::route::Life;

pub(crate) const HEADER: &str = "grpc-timeout";

/// Time for our answer to travel.
const HEAD_START: Duration = Duration::from_millis(5);
/// The specification allows at most eight digits.
const DIGITS_MAX: usize = 8;

/// The time that a call has, if it has a limit.
pub(crate) fn of_call(
    headers: &HeaderMap,
    life: Life,
    options: &Options,
) -> Result<Option<Duration>, Refusal> {
    let asked = match headers.get(HEADER) {
        Some(value) => Some(parse(value).ok_or(Refusal::MalformedTimeout)?),
        None => None,
    };
    let granted = match life {
        Life::Bounded => Some(asked.unwrap_or(options.default_deadline).min(options.deadline_max)),
        Life::Open | Life::Endless => asked,
    };
    Ok(granted.map(|whole| whole.saturating_sub(HEAD_START.min(whole / 10))))
}

/// Reads a value such as `1500m`.
pub(crate) fn parse(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?;
    let unit_at = text.len().checked_sub(1)?;
    let (digits, unit) = text.split_at_checked(unit_at)?;
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || digits.len() > DIGITS_MAX || !all_digits {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

/// Writes what is left in the finest unit that eight digits hold.
pub(crate) fn encode(left: Duration) -> HeaderValue {
    let (count, unit) = match left.as_micros() {
        micros if micros < 100_000_000 => (micros, 'u'),
        micros if micros < 100_000_000_000 => (micros / 1_000, 'm'),
        micros => ((micros / 1_000_000).min(99_999_999), 'S'),
    };
    HeaderValue::try_from(format!("{count}{unit}")).expect("digits and a letter are a header")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_has_one_to_eight_digits_and_a_unit() {
        let cases = [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("99999999S", Some(Duration::from_secs(99_999_999))),
            ("1500m", Some(Duration::from_millis(1500))),
            ("7u", Some(Duration::from_micros(7))),
            ("7n", Some(Duration::from_nanos(7))),
            ("100000000S", None),
            ("S", None),
            ("", None),
            ("1", None),
            ("+1S", None),
            ("1d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(&HeaderValue::from_static(text)), expected, "{text}");
        }
    }

    #[test]
    fn what_is_encoded_is_read_back_and_never_grows() {
        for millis in [0, 1, 99_999, 100_000, 600_000, 99_999_999, 100_000_000, 3_600_000_000] {
            let left = Duration::from_millis(millis);
            let back = parse(&encode(left)).expect("we wrote it");
            assert!(back <= left && left - back < Duration::from_secs(1), "{millis}");
        }
    }
}
