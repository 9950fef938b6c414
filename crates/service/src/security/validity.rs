//! When a certificate begins and ends, read from its DER.
//!
//! rustls judges the certificates of others and never says when our own runs out, which is what an
//! operator must know at the start. Only the two dates are looked for (RFC 5280, section 4.1);
//! whatever does not look as expected is left to rustls to refuse.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::der::element;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
/// Two digits of a year from here on are of the last century (RFC 5280, section 4.1.2.5.1).
const PIVOT_YEAR: i16 = 50;

/// The dates of a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Validity {
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

impl Validity {
    /// Reads the dates of a certificate in DER.
    pub(crate) fn of(certificate: &[u8]) -> Option<Self> {
        let (outer, _) = element(certificate, SEQUENCE)?;
        let (mut fields, _) = element(outer, SEQUENCE)?;
        if let Some((_, rest)) = element(fields, VERSION) {
            fields = rest;
        }
        let (_serial, rest) = element(fields, INTEGER)?;
        let (_algorithm, rest) = element(rest, SEQUENCE)?;
        let (_issuer, rest) = element(rest, SEQUENCE)?;
        let (dates, _) = element(rest, SEQUENCE)?;
        let (not_before, rest) = time(dates)?;
        let (not_after, _) = time(rest)?;
        Some(Self { not_before, not_after })
    }
}

fn time(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (text, year_digits, rest) = match element(bytes, UTC_TIME) {
        Some((text, rest)) => (text, 2, rest),
        None => {
            let (text, rest) = element(bytes, GENERALIZED_TIME)?;
            (text, 4, rest)
        }
    };
    let digits = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, others) = digits.split_at_checked(year_digits)?;
    if others.len() != 10 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut year: i16 = year.parse().ok()?;
    if year_digits == 2 {
        year += if year < PIVOT_YEAR { 2000 } else { 1900 };
    }
    let part = |at: usize| others.get(at..at + 2).and_then(|part| part.parse::<i8>().ok());
    let moment = DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0).ok()?;
    Some((TimeZone::UTC.to_timestamp(moment).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![tag, u8::try_from(content.len()).expect("short")];
        bytes.extend(content);
        bytes
    }

    fn certificate(dates: &[Vec<u8>]) -> Vec<u8> {
        let fields = [
            encoded(VERSION, &[2, 1, 2]),
            encoded(INTEGER, &[7]),
            encoded(SEQUENCE, &[]),
            encoded(SEQUENCE, &[]),
            encoded(SEQUENCE, &dates.concat()),
        ];
        encoded(SEQUENCE, &encoded(SEQUENCE, &fields.concat()))
    }

    #[test]
    fn both_forms_of_a_date_are_read() {
        let dates =
            [encoded(UTC_TIME, b"491231235959Z"), encoded(GENERALIZED_TIME, b"20500101000000Z")];
        let found = Validity::of(&certificate(&dates)).expect("is a certificate");
        assert_eq!(found.not_before.to_string(), "2049-12-31T23:59:59Z");
        assert_eq!(found.not_after.to_string(), "2050-01-01T00:00:00Z");
        let old = [encoded(UTC_TIME, b"500101000000Z"), dates[1].clone()];
        let found = Validity::of(&certificate(&old)).expect("is a certificate");
        assert_eq!(found.not_before.to_string(), "1950-01-01T00:00:00Z");
    }

    #[test]
    fn whatever_is_cut_or_changed_is_no_panic() {
        let whole = certificate(&[
            encoded(UTC_TIME, b"260101000000Z"),
            encoded(UTC_TIME, b"270101000000Z"),
        ]);
        for until in 0..whole.len() {
            assert_eq!(Validity::of(&whole[..until]), None, "{until}");
            for value in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = whole.clone();
                changed[until] = value;
                let _ = Validity::of(&changed);
            }
        }
    }
}
