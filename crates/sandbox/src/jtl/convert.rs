//! Values between SQLite's five storage classes and SQL Server's types.
//!
//! A DECIMAL of up to 15 digits is held as SQLite's number, so that it compares and sorts as one;
//! such a float prints back to exactly the digits it was made from. A longer one is held as the bytes
//! of its text: SQLite would turn a text in a DECIMAL column into a float, and leaves bytes alone. SUM,
//! MIN and MAX read both; in comparisons and sums within SQL a longer one is not exact.

use crate::tds::{ColumnType, Number, SqlError, Value, parse_date, parse_date_time, parse_time};
use chrono::{Duration, NaiveDateTime, Timelike};
use rusqlite::types::Value as Stored;

/// Digits that survive the way through a 64-bit float.
const FLOAT_DIGITS: u8 = 15;

/// A decimal as it is stored.
pub(super) fn store_number(number: Number) -> Stored {
    let number = number.trimmed();
    match number.to_string().parse::<f64>() {
        Ok(float) if number.digits() <= FLOAT_DIGITS => Stored::Real(float),
        _ => Stored::Blob(number.to_string().into_bytes()),
    }
}

/// The exact decimal behind a stored number or numeric text.
pub(super) fn number_of(stored: &Stored) -> Option<Number> {
    match stored {
        Stored::Integer(whole) => Some(Number::whole(*whole)),
        Stored::Real(float) => Number::from_float(*float),
        Stored::Text(text) => Number::parse(text),
        Stored::Blob(bytes) => Number::parse(std::str::from_utf8(bytes).ok()?),
        Stored::Null => None,
    }
}

/// A moment as it is stored: at least milliseconds, more only when there are more.
pub(super) fn store_moment(moment: NaiveDateTime) -> String {
    let format = if moment.nanosecond().is_multiple_of(1_000_000) { "%3f" } else { "%9f" };
    let text = moment.format(&format!("%Y-%m-%d %H:%M:%S.{format}")).to_string();
    if format == "%9f" { text[..text.len() - 2].to_owned() } else { text }
}

/// A parameter as SQLite binds it.
pub(super) fn store(value: &Value) -> Stored {
    match value {
        Value::Null => Stored::Null,
        Value::Bit(bit) => Stored::Integer(i64::from(*bit)),
        Value::Int(whole) => Stored::Integer(*whole),
        Value::Float(float) => Stored::Real(*float),
        Value::Decimal(number) => store_number(*number),
        Value::Text(text) => Stored::Text(text.clone()),
        Value::Bytes(bytes) => Stored::Blob(bytes.clone()),
        Value::DateTime(moment) => Stored::Text(store_moment(*moment)),
        Value::Date(date) => Stored::Text(date.format("%Y-%m-%d").to_string()),
        Value::Time(time) => {
            let text = time.format("%H:%M:%S.%9f").to_string();
            Stored::Text(text[..text.len() - 2].to_owned())
        }
        Value::DateTimeOffset(moment, minutes) => Stored::Text(offset_text(*moment, *minutes)),
        Value::Guid(guid) => Stored::Text(guid_text(guid)),
    }
}

fn offset_text(utc: NaiveDateTime, minutes: i16) -> String {
    let local = utc + Duration::minutes(i64::from(minutes));
    let sign = if minutes < 0 { '-' } else { '+' };
    let size = minutes.unsigned_abs();
    format!("{} {sign}{:02}:{:02}", store_moment(local), size / 60, size % 60)
}

fn parse_offset(text: &str) -> Option<Value> {
    let (local, offset) = text.trim().rsplit_once(' ')?;
    let negative = offset.starts_with('-');
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let size = hours.parse::<i16>().ok()? * 60 + minutes.parse::<i16>().ok()?;
    let minutes = if negative { -size } else { size };
    let utc = parse_date_time(local)? - Duration::minutes(i64::from(minutes));
    Some(Value::DateTimeOffset(utc, minutes))
}

fn guid_text(guid: &[u8; 16]) -> String {
    let hex: String = guid.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn parse_guid(text: &str) -> Option<[u8; 16]> {
    let hex: Vec<char> = text.chars().filter(|c| !matches!(c, '-' | '{' | '}')).collect();
    let mut out = [0u8; 16];
    if hex.len() != 32 {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(hex.chunks(2)) {
        *byte = u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok()?;
    }
    Some(out)
}

fn failed(kind: ColumnType) -> SqlError {
    match kind {
        ColumnType::DateTime
        | ColumnType::DateTime2(_)
        | ColumnType::Date
        | ColumnType::Time(_) => SqlError::new(
            241,
            16,
            "Conversion failed when converting date and/or time from character string.",
        ),
        ColumnType::Decimal(..) | ColumnType::Money => {
            SqlError::new(8114, 16, "Error converting data type nvarchar to numeric.")
        }
        _ => SqlError::new(
            245,
            16,
            "Conversion failed when converting the nvarchar value to the asked data type.",
        ),
    }
}

fn overflow() -> SqlError {
    SqlError::new(
        8115,
        16,
        "Arithmetic overflow error converting expression to the asked data type.",
    )
}

/// A stored value as a value of `kind`.
pub(super) fn load(stored: Stored, kind: ColumnType) -> Result<Value, SqlError> {
    if stored == Stored::Null {
        return Ok(Value::Null);
    }
    match kind {
        ColumnType::Text(_) => Ok(Value::Text(text_of(stored))),
        ColumnType::Bytes(_) => Ok(Value::Bytes(match stored {
            Stored::Blob(bytes) => bytes,
            other => text_of(other).into_bytes(),
        })),
        ColumnType::Real | ColumnType::Float => match stored {
            Stored::Integer(whole) => Ok(Value::Float(whole as f64)),
            Stored::Real(float) => Ok(Value::Float(float)),
            other => text_of(other).trim().parse().map(Value::Float).map_err(|_| failed(kind)),
        },
        ColumnType::Decimal(..) | ColumnType::Money => {
            load_number(&stored, kind).map(Value::Decimal)
        }
        ColumnType::Bit
        | ColumnType::TinyInt
        | ColumnType::SmallInt
        | ColumnType::Int
        | ColumnType::BigInt => load_whole(&stored, kind),
        _ => load_temporal(&text_of(stored), kind).ok_or_else(|| failed(kind)),
    }
}

fn text_of(stored: Stored) -> String {
    match stored {
        Stored::Null => String::new(),
        Stored::Integer(whole) => whole.to_string(),
        Stored::Real(float) => {
            Number::from_float(float).map_or_else(|| float.to_string(), |number| number.to_string())
        }
        Stored::Text(text) => text,
        Stored::Blob(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
    }
}

fn load_number(stored: &Stored, kind: ColumnType) -> Result<Number, SqlError> {
    let (precision, scale) = match kind {
        ColumnType::Decimal(precision, scale) => (precision, scale),
        _ => (19, 4),
    };
    let number = number_of(stored).ok_or_else(|| failed(kind))?;
    number.rescale(scale).filter(|number| number.digits() <= precision).ok_or_else(overflow)
}

fn load_whole(stored: &Stored, kind: ColumnType) -> Result<Value, SqlError> {
    let whole = match stored {
        Stored::Integer(whole) => *whole,
        Stored::Real(float) => *float as i64,
        Stored::Text(text) => text.trim().parse().map_err(|_| failed(kind))?,
        _ => return Err(failed(kind)),
    };
    let range = match kind {
        ColumnType::Bit => return Ok(Value::Bit(whole != 0)),
        ColumnType::TinyInt => 0..=255,
        ColumnType::SmallInt => i64::from(i16::MIN)..=i64::from(i16::MAX),
        ColumnType::Int => i64::from(i32::MIN)..=i64::from(i32::MAX),
        _ => i64::MIN..=i64::MAX,
    };
    if range.contains(&whole) { Ok(Value::Int(whole)) } else { Err(overflow()) }
}

fn load_temporal(text: &str, kind: ColumnType) -> Option<Value> {
    match kind {
        ColumnType::Date => parse_date(text)
            .or_else(|| parse_date_time(text).map(|moment| moment.date()))
            .map(Value::Date),
        ColumnType::Time(_) => parse_time(text)
            .or_else(|| parse_date_time(text).map(|moment| moment.time()))
            .map(Value::Time),
        ColumnType::DateTimeOffset(_) => parse_offset(text),
        ColumnType::Guid => parse_guid(text).map(Value::Guid),
        _ => parse_date_time(text).map(Value::DateTime),
    }
}

/// `CAST(stored AS kind)`, in the stored form again.
pub(super) fn cast(stored: Stored, kind: ColumnType) -> Result<Stored, SqlError> {
    if stored == Stored::Null {
        return Ok(Stored::Null);
    }
    let value = match (kind, load(stored, kind)?) {
        (ColumnType::Text(Some(chars)), Value::Text(text)) => {
            Value::Text(text.chars().take(usize::from(chars)).collect())
        }
        // DATETIME knows three-hundredths of a second only.
        (ColumnType::DateTime, Value::DateTime(moment)) => Value::DateTime(to_ticks(moment)),
        (_, value) => value,
    };
    Ok(store(&value))
}

fn to_ticks(moment: NaiveDateTime) -> NaiveDateTime {
    let ticks = (u64::from(moment.nanosecond()) * 300 + 500_000_000) / 1_000_000_000;
    let millis = (ticks * 1000 + 150) / 300;
    let whole = moment.with_nanosecond(0).unwrap_or(moment);
    whole + Duration::milliseconds(millis as i64)
}

/// The type of a column that neither its declaration nor the text names.
pub(super) fn type_of_values<'a>(values: impl Iterator<Item = &'a Stored>) -> ColumnType {
    let mut found = None;
    for value in values {
        match value {
            Stored::Null => {}
            Stored::Integer(whole) if i32::try_from(*whole).is_ok() => {
                found = found.or(Some(ColumnType::Int));
            }
            Stored::Integer(_) => {
                found = Some(
                    found.filter(|kind| *kind != ColumnType::Int).unwrap_or(ColumnType::BigInt),
                );
            }
            Stored::Real(_) => return ColumnType::Float,
            Stored::Text(text) if text.len() > 4000 => return ColumnType::Text(None),
            Stored::Text(_) => found = Some(ColumnType::Text(Some(4000))),
            long @ Stored::Blob(_) if number_of(long).is_some() => {
                return ColumnType::Decimal(38, 13);
            }
            Stored::Blob(_) => return ColumnType::Bytes(None),
        }
    }
    found.unwrap_or(ColumnType::Int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_of_fifteen_digits_comes_back_exactly_and_a_longer_one_too() {
        for text in ["16.7983193277311", "0.1", "-12.5", "12345678901234567890.1234567890123"] {
            let stored = store_number(Number::parse(text).unwrap());
            let loaded = load(stored, ColumnType::Decimal(38, 13)).unwrap();
            let expected = Number::parse(text).unwrap().rescale(13).unwrap();
            assert_eq!(loaded, Value::Decimal(expected), "{text}");
        }
    }

    #[test]
    fn casts_fail_as_sql_server_fails_them() {
        let number =
            |text: &str, kind| cast(Stored::Text(text.to_owned()), kind).unwrap_err().number;
        assert_eq!(number("x", ColumnType::Int), 245);
        assert_eq!(number("x", ColumnType::Decimal(10, 2)), 8114);
        assert_eq!(number("123456789.00", ColumnType::Decimal(5, 2)), 8115);
        assert_eq!(number("no date", ColumnType::DateTime), 241);
        assert_eq!(
            cast(Stored::Text("ÄÖÜabc".to_owned()), ColumnType::Text(Some(4))),
            Ok(Stored::Text("ÄÖÜa".to_owned()))
        );
    }

    #[test]
    fn a_moment_is_cut_to_the_ticks_of_datetime() {
        let text = Stored::Text("2026-03-02 10:20:30.1234567".to_owned());
        assert_eq!(
            cast(text, ColumnType::DateTime),
            Ok(Stored::Text("2026-03-02 10:20:30.123".to_owned()))
        );
    }
}
