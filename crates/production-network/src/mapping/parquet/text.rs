//! How a value of a Parquet column is written: the text that a CSV file would have.
//!
//! Guarantees that nothing is rounded: decimals keep their digits, numbers have as many as they
//! need, times as many as they have. A column whose values have no plain text is refused, and a
//! value that is no value of its type makes its row a bad one.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Span, Timestamp};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::data_type::Int96;
use parquet::schema::types::ColumnDescriptor;

/// Most digits of a decimal: those of 16 bytes.
const DIGITS_MAX: i32 = 38;
/// The day number of 1970-01-01 in the Julian calendar of days, which old timestamps count.
const JULIAN_EPOCH: i64 = 2_440_588;
const SECONDS_PER_DAY: i64 = 86_400;

/// What the values of a column are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// A truth or a number, as it is.
    Plain,
    /// A number from 0, which is stored as a signed one.
    Unsigned,
    /// A whole number with this many digits behind the point.
    Decimal { scale: usize },
    /// Days since 1970-01-01.
    Date,
    /// Time of a day in a unit.
    Time(Unit),
    /// Time since 1970 in a unit, of UTC or of no known zone.
    Timestamp { unit: Unit, is_utc: bool },
    /// Text in UTF-8.
    Text,
    /// Sixteen bytes that are written in groups.
    Uuid,
}

/// Parts of a second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unit {
    Milli,
    Micro,
    Nano,
}

impl Form {
    /// The form of a column; says which type has no plain text.
    pub(super) fn of(column: &ColumnDescriptor) -> Result<Self, String> {
        let physical = column.physical_type();
        let fixed = column.type_length();
        let form = match column.logical_type_ref() {
            Some(logical) => of_logical(logical, column),
            None => of_converted(column.converted_type(), column),
        };
        let fits = match (form, physical) {
            (Some(Self::Plain), Type::BOOLEAN | Type::FLOAT | Type::DOUBLE) => true,
            (Some(Self::Plain | Self::Unsigned), Type::INT32 | Type::INT64) => true,
            (Some(Self::Date), Type::INT32) => true,
            (Some(Self::Time(unit)), Type::INT32) => unit == Unit::Milli,
            (Some(Self::Time(unit)), Type::INT64) => unit != Unit::Milli,
            (Some(Self::Timestamp { .. }), Type::INT64 | Type::INT96) => true,
            (Some(Self::Decimal { .. }), Type::INT32 | Type::INT64 | Type::BYTE_ARRAY) => true,
            (Some(Self::Decimal { .. }), Type::FIXED_LEN_BYTE_ARRAY) => (1..=16).contains(&fixed),
            (Some(Self::Uuid), Type::FIXED_LEN_BYTE_ARRAY) => fixed == 16,
            (Some(Self::Text), Type::BYTE_ARRAY) => true,
            (Some(_) | None, _) => false,
        };
        form.filter(|_| fits).ok_or_else(|| name(column))
    }
}

fn of_logical(logical: &LogicalType, column: &ColumnDescriptor) -> Option<Form> {
    match logical {
        LogicalType::String | LogicalType::Enum | LogicalType::Json => Some(Form::Text),
        LogicalType::Decimal(decimal) => decimal_of(decimal.scale, decimal.precision),
        LogicalType::Date => Some(Form::Date),
        LogicalType::Time(time) => Some(Form::Time(Unit::of(time.unit))),
        LogicalType::Timestamp(time) => {
            let unit = Unit::of(time.unit);
            Some(Form::Timestamp { unit, is_utc: time.is_adjusted_to_u_t_c })
        }
        LogicalType::Integer(integer) => {
            Some(if integer.is_signed { Form::Plain } else { Form::Unsigned })
        }
        LogicalType::Uuid => Some(Form::Uuid),
        // A column of nothing but nulls may be of any physical type.
        LogicalType::Unknown => of_converted(ConvertedType::NONE, column),
        // Its own list may grow; what is not known here has no plain text.
        _ => None,
    }
}

fn of_converted(converted: ConvertedType, column: &ColumnDescriptor) -> Option<Form> {
    let stamp = |unit| Some(Form::Timestamp { unit, is_utc: true });
    match converted {
        ConvertedType::NONE => match column.physical_type() {
            Type::BOOLEAN | Type::INT32 | Type::INT64 | Type::FLOAT | Type::DOUBLE => {
                Some(Form::Plain)
            }
            Type::INT96 => Some(Form::Timestamp { unit: Unit::Nano, is_utc: false }),
            // Some writers do not say that their bytes are text.
            Type::BYTE_ARRAY => Some(Form::Text),
            Type::FIXED_LEN_BYTE_ARRAY => None,
        },
        ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Some(Form::Text),
        ConvertedType::DECIMAL => decimal_of(column.type_scale(), column.type_precision()),
        ConvertedType::DATE => Some(Form::Date),
        ConvertedType::TIME_MILLIS => Some(Form::Time(Unit::Milli)),
        ConvertedType::TIME_MICROS => Some(Form::Time(Unit::Micro)),
        ConvertedType::TIMESTAMP_MILLIS => stamp(Unit::Milli),
        ConvertedType::TIMESTAMP_MICROS => stamp(Unit::Micro),
        ConvertedType::UINT_8
        | ConvertedType::UINT_16
        | ConvertedType::UINT_32
        | ConvertedType::UINT_64 => Some(Form::Unsigned),
        ConvertedType::INT_8
        | ConvertedType::INT_16
        | ConvertedType::INT_32
        | ConvertedType::INT_64 => Some(Form::Plain),
        ConvertedType::MAP
        | ConvertedType::MAP_KEY_VALUE
        | ConvertedType::LIST
        | ConvertedType::BSON
        | ConvertedType::INTERVAL => None,
    }
}

fn decimal_of(scale: i32, precision: i32) -> Option<Form> {
    let fits = (0..=DIGITS_MAX).contains(&scale) && (1..=DIGITS_MAX).contains(&precision);
    fits.then_some(Form::Decimal { scale: usize::try_from(scale).unwrap_or_default() })
}

/// The type of a column as its file calls it.
fn name(column: &ColumnDescriptor) -> String {
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(logical), _) => format!("{} ({logical:?})", column.physical_type()),
        (None, ConvertedType::NONE) => column.physical_type().to_string(),
        (None, converted) => format!("{} ({converted})", column.physical_type()),
    }
}

impl Unit {
    fn of(unit: TimeUnit) -> Self {
        match unit {
            TimeUnit::MILLIS => Self::Milli,
            TimeUnit::MICROS => Self::Micro,
            TimeUnit::NANOS => Self::Nano,
        }
    }

    fn per_second(self) -> i64 {
        match self {
            Self::Milli => 1_000,
            Self::Micro => 1_000_000,
            Self::Nano => 1_000_000_000,
        }
    }

    /// Whole seconds before, and nanoseconds behind them.
    fn seconds(self, count: i64) -> (i64, i64) {
        let per_second = self.per_second();
        let nanos = count.rem_euclid(per_second) * (1_000_000_000 / per_second);
        (count.div_euclid(per_second), nanos)
    }
}

/// A whole number of either width; `unsigned` is the number if it is read without a sign.
pub(super) fn integer(form: Form, number: i64, unsigned: u64) -> Result<String, String> {
    match form {
        Form::Unsigned => Ok(unsigned.to_string()),
        Form::Decimal { scale } => Ok(decimal(i128::from(number), scale)),
        Form::Date => {
            let epoch = jiff::civil::date(1970, 1, 1);
            let day = Span::new().try_days(number).and_then(|days| epoch.checked_add(days));
            day.map(|day: Date| day.to_string()).map_err(|_| format!("day {number} is no date"))
        }
        Form::Time(unit) => {
            let (seconds, nanos) = unit.seconds(number);
            let since = SignedDuration::from_secs(seconds)
                .checked_add(SignedDuration::from_nanos(nanos))
                .filter(|since| !since.is_negative());
            let time = since.and_then(|since| Time::midnight().checked_add(since).ok());
            time.map(|time| time.to_string()).ok_or_else(|| format!("{number} is no time of a day"))
        }
        Form::Timestamp { unit, is_utc } => {
            let (seconds, nanos) = unit.seconds(number);
            timestamp(seconds, nanos, is_utc)
        }
        // The last two never have whole numbers, by `Form::of`.
        Form::Plain | Form::Text | Form::Uuid => Ok(number.to_string()),
    }
}

/// A timestamp of three words: nanoseconds of a day, and the day.
pub(super) fn old_timestamp(stamp: &Int96) -> Result<String, String> {
    let [low, high, day] = stamp.data() else { return Err("it is no timestamp".to_owned()) };
    let nanos = u64::from(*high) << 32 | u64::from(*low);
    let seconds = i64::try_from(nanos / 1_000_000_000).unwrap_or(i64::MAX);
    let since = (i64::from(*day) - JULIAN_EPOCH) * SECONDS_PER_DAY;
    let seconds = since.saturating_add(seconds);
    timestamp(seconds, i64::try_from(nanos % 1_000_000_000).unwrap_or_default(), false)
}

fn timestamp(seconds: i64, nanos: i64, is_utc: bool) -> Result<String, String> {
    let stamp = Timestamp::new(seconds, i32::try_from(nanos).unwrap_or_default());
    let stamp = stamp.map_err(|_| format!("second {seconds} is no time of the calendar"))?;
    Ok(if is_utc { stamp.to_string() } else { Offset::UTC.to_datetime(stamp).to_string() })
}

/// Text, a number of many digits, or an identifier, from bytes.
pub(super) fn bytes(form: Form, bytes: &[u8]) -> Result<String, String> {
    match form {
        Form::Decimal { scale } => {
            let (first, is_fitting) = (bytes.first().copied(), bytes.len() <= 16);
            let Some(first) = first.filter(|_| is_fitting) else {
                return Err(format!("a decimal of {} bytes is not read", bytes.len()));
            };
            let fill = if first >= 0x80 { 0xFF } else { 0 };
            let mut wide = [fill; 16];
            wide.iter_mut().rev().zip(bytes.iter().rev()).for_each(|(to, from)| *to = *from);
            Ok(decimal(i128::from_be_bytes(wide), scale))
        }
        Form::Uuid => {
            let mut text = String::with_capacity(36);
            for (index, byte) in bytes.iter().enumerate() {
                if matches!(index, 4 | 6 | 8 | 10) {
                    text.push('-');
                }
                text.push_str(&format!("{byte:02x}"));
            }
            Ok(text)
        }
        // The others are never bytes, by `Form::of`.
        Form::Text
        | Form::Plain
        | Form::Unsigned
        | Form::Date
        | Form::Time(_)
        | Form::Timestamp { .. } => {
            let text = std::str::from_utf8(bytes).map(str::to_owned);
            text.map_err(|_| "the text is no UTF-8".to_owned())
        }
    }
}

/// A number with so many of its digits behind the point.
fn decimal(number: i128, scale: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: Form, number: i64, expected: &str) {
        let found = integer(form, number, number.cast_unsigned());
        assert_eq!(found.unwrap_or_else(|reason| reason), expected);
    }

    #[test]
    fn whole_numbers_are_written_by_their_form() {
        check(Form::Plain, -7, "-7");
        check(Form::Unsigned, -1, "18446744073709551615");
        check(Form::Decimal { scale: 2 }, 100_050, "1000.50");
        check(Form::Decimal { scale: 3 }, -7, "-0.007");
        check(Form::Decimal { scale: 0 }, 7, "7");
        check(Form::Date, 16_071, "2014-01-01");
        check(Form::Date, -1, "1969-12-31");
        check(Form::Date, i64::MAX, "day 9223372036854775807 is no date");
        check(Form::Time(Unit::Milli), 3_723_004, "01:02:03.004");
        check(Form::Time(Unit::Nano), 86_400_000_000_000, "86400000000000 is no time of a day");
        check(Form::Time(Unit::Micro), -1, "-1 is no time of a day");
        let utc = Form::Timestamp { unit: Unit::Micro, is_utc: true };
        check(utc, 1_388_534_400_000_001, "2014-01-01T00:00:00.000001Z");
        let local = Form::Timestamp { unit: Unit::Milli, is_utc: false };
        check(local, -1, "1969-12-31T23:59:59.999");
        check(local, i64::MAX, "second 9223372036854775 is no time of the calendar");
    }

    #[test]
    fn bytes_are_written_by_their_form() {
        let check = |form, from: &[u8], expected: &str| {
            assert_eq!(bytes(form, from).unwrap_or_else(|reason| reason), expected);
        };
        check(Form::Decimal { scale: 1 }, &[0xFF, 0x38], "-20.0");
        check(Form::Decimal { scale: 1 }, &[], "a decimal of 0 bytes is not read");
        check(Form::Decimal { scale: 0 }, &[0x7F; 17], "a decimal of 17 bytes is not read");
        check(Form::Text, "Ünion".as_bytes(), "Ünion");
        check(Form::Text, &[0xFF], "the text is no UTF-8");
        check(Form::Uuid, &[0xAB; 16], "abababab-abab-abab-abab-abababababab");
    }

    #[test]
    fn old_timestamps_are_days_and_nanoseconds() {
        let mut stamp = Int96::new();
        stamp.set_data(1_000_000_000, 0, 2_440_589);
        assert_eq!(old_timestamp(&stamp).as_deref(), Ok("1970-01-02T00:00:01"));
        stamp.set_data(u32::MAX, u32::MAX, u32::MAX);
        assert!(old_timestamp(&stamp).is_err());
    }
}
