//! SQL Server's column types: their names, how they are announced and how values are laid out.

use super::temporal::{put_date, put_datetime, put_time, time_length};
use super::wire::to_utf16;
use super::{Number, Value};

/// `Latin1_General_CI_AS`, the collation of a German JTL installation: LCID 0x0409, ignoring case,
/// kana and width.
pub(crate) const COLLATION: [u8; 5] = [0x09, 0x04, 0xD0, 0x00, 0x00];

/// The type of a column, a parameter or a CAST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// BIT
    Bit,
    /// TINYINT
    TinyInt,
    /// SMALLINT
    SmallInt,
    /// INT
    Int,
    /// BIGINT
    BigInt,
    /// REAL
    Real,
    /// FLOAT
    Float,
    /// DECIMAL and NUMERIC with precision and scale
    Decimal(u8, u8),
    /// MONEY
    Money,
    /// NVARCHAR of this many characters, `None` for MAX. CHAR, VARCHAR and NCHAR are announced as
    /// this, too.
    Text(Option<u16>),
    /// VARBINARY of this many bytes, `None` for MAX
    Bytes(Option<u16>),
    /// DATETIME
    DateTime,
    /// DATETIME2 with digits after the second
    DateTime2(u8),
    /// DATE
    Date,
    /// TIME with digits after the second
    Time(u8),
    /// DATETIMEOFFSET with digits after the second
    DateTimeOffset(u8),
    /// UNIQUEIDENTIFIER
    Guid,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name; empty for an expression without an alias, as SQL Server leaves it.
    pub name: String,
    /// Its type on the wire.
    pub kind: ColumnType,
}

impl ColumnType {
    /// Reads a T-SQL type such as `NVARCHAR(50)`, `decimal(25,13)` or `varbinary(max)`.
    #[must_use]
    pub fn from_sql(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let (name, arguments) = match lower.split_once('(') {
            Some((name, rest)) => (name.trim(), rest.trim_end().strip_suffix(')')?),
            None => (lower.as_str(), ""),
        };
        let mut arguments = arguments.split(',').map(str::trim).filter(|part| !part.is_empty());
        let first = arguments.next();
        let second = arguments.next();
        let small = |given: Option<&str>, usual: u8| given.map_or(Some(usual), |t| t.parse().ok());
        let length = |given: Option<&str>| match given {
            None => Some(Some(1)),
            Some("max") => Some(None),
            Some(count) => count.parse().ok().map(Some),
        };
        Some(match name {
            "bit" => Self::Bit,
            "tinyint" => Self::TinyInt,
            "smallint" => Self::SmallInt,
            "int" | "integer" => Self::Int,
            "bigint" => Self::BigInt,
            "real" => Self::Real,
            "float" | "double" => Self::Float,
            "decimal" | "numeric" => {
                Self::Decimal(small(first, 18)?.clamp(1, 38), small(second, 0)?.min(38))
            }
            "money" | "smallmoney" => Self::Money,
            "nvarchar" | "nchar" | "varchar" | "char" => Self::Text(length(first)?),
            "ntext" | "text" | "xml" => Self::Text(None),
            "varbinary" | "binary" => Self::Bytes(length(first)?),
            "image" => Self::Bytes(None),
            "rowversion" | "timestamp" => Self::Bytes(Some(8)),
            "datetime" | "smalldatetime" => Self::DateTime,
            "datetime2" => Self::DateTime2(small(first, 7)?.min(7)),
            "date" => Self::Date,
            "time" => Self::Time(small(first, 7)?.min(7)),
            "datetimeoffset" => Self::DateTimeOffset(small(first, 7)?.min(7)),
            "uniqueidentifier" => Self::Guid,
            _ => return None,
        })
    }

    /// What COL_LENGTH answers: the bytes a value may take, -1 for MAX.
    #[must_use]
    pub fn length(self) -> i64 {
        match self {
            Self::Bit | Self::TinyInt => 1,
            Self::SmallInt => 2,
            Self::Int | Self::Real => 4,
            Self::BigInt | Self::Float | Self::Money | Self::DateTime => 8,
            Self::Decimal(1..=9, _) => 5,
            Self::Decimal(10..=19, _) => 9,
            Self::Decimal(20..=28, _) => 13,
            Self::Decimal(..) => 17,
            Self::Text(length) => length.map_or(-1, |chars| i64::from(chars) * 2),
            Self::Bytes(length) => length.map_or(-1, i64::from),
            Self::Date => 3,
            Self::Time(scale) => time_length(scale) as i64,
            Self::DateTime2(scale) => time_length(scale) as i64 + 3,
            Self::DateTimeOffset(scale) => time_length(scale) as i64 + 5,
            Self::Guid => 16,
        }
    }

    /// Appends TYPE_INFO (MS-TDS 2.2.5.6), always in the nullable form.
    pub(crate) fn put_info(self, out: &mut Vec<u8>) {
        match self {
            Self::Bit => out.extend([0x68, 1]),
            Self::TinyInt => out.extend([0x26, 1]),
            Self::SmallInt => out.extend([0x26, 2]),
            Self::Int => out.extend([0x26, 4]),
            Self::BigInt => out.extend([0x26, 8]),
            Self::Real => out.extend([0x6D, 4]),
            Self::Float => out.extend([0x6D, 8]),
            Self::Decimal(precision, scale) => out.extend([0x6A, 17, precision, scale]),
            Self::Money => out.extend([0x6E, 8]),
            Self::Text(length) => {
                let bytes = length.map_or(u16::MAX, |chars| chars.clamp(1, 4000) * 2);
                out.push(0xE7);
                out.extend(bytes.to_le_bytes());
                out.extend(COLLATION);
            }
            Self::Bytes(length) => {
                out.push(0xA5);
                out.extend(length.map_or(u16::MAX, |bytes| bytes.clamp(1, 8000)).to_le_bytes());
            }
            Self::DateTime => out.extend([0x6F, 8]),
            Self::DateTime2(scale) => out.extend([0x2A, scale]),
            Self::Date => out.push(0x28),
            Self::Time(scale) => out.extend([0x29, scale]),
            Self::DateTimeOffset(scale) => out.extend([0x2B, scale]),
            Self::Guid => out.extend([0x24, 16]),
        }
    }

    /// Appends a value of this type. A value of another kind goes out as NULL: results are
    /// converted to their column's type before they come here.
    pub(crate) fn put_value(self, out: &mut Vec<u8>, value: &Value) {
        match (self, value) {
            (Self::Text(length), Value::Text(text)) => put_text(out, length, text),
            (Self::Bytes(length), Value::Bytes(bytes)) => put_bytes(out, length, bytes),
            (Self::Text(None) | Self::Bytes(None), _) => out.extend(u64::MAX.to_le_bytes()),
            (Self::Text(_) | Self::Bytes(_), _) => out.extend(u16::MAX.to_le_bytes()),
            (Self::Bit, Value::Bit(value)) => out.extend([1, u8::from(*value)]),
            (Self::TinyInt, Value::Int(value)) => out.extend([1, *value as u8]),
            (Self::SmallInt, Value::Int(value)) => put_sized(out, &(*value as i16).to_le_bytes()),
            (Self::Int, Value::Int(value)) => put_sized(out, &(*value as i32).to_le_bytes()),
            (Self::BigInt, Value::Int(value)) => put_sized(out, &value.to_le_bytes()),
            (Self::Real, Value::Float(value)) => put_sized(out, &(*value as f32).to_le_bytes()),
            (Self::Float, Value::Float(value)) => put_sized(out, &value.to_le_bytes()),
            (Self::Decimal(_, scale), Value::Decimal(number)) => put_decimal(out, *number, scale),
            (Self::Money, Value::Decimal(number)) => put_money(out, *number),
            (_, value) => self.put_temporal(out, value),
        }
    }

    fn put_temporal(self, out: &mut Vec<u8>, value: &Value) {
        let mut body = Vec::with_capacity(16);
        match (self, value) {
            (Self::DateTime, Value::DateTime(value)) => put_datetime(&mut body, *value),
            (Self::DateTime2(scale), Value::DateTime(value)) => {
                put_time(&mut body, value.time(), scale);
                put_date(&mut body, value.date());
            }
            (Self::Date, Value::Date(value)) => put_date(&mut body, *value),
            (Self::Time(scale), Value::Time(value)) => put_time(&mut body, *value, scale),
            (Self::DateTimeOffset(scale), Value::DateTimeOffset(moment, minutes)) => {
                put_time(&mut body, moment.time(), scale);
                put_date(&mut body, moment.date());
                body.extend(minutes.to_le_bytes());
            }
            (Self::Guid, Value::Guid(guid)) => body.extend(swap_guid(*guid)),
            _ => {}
        }
        put_sized(out, &body);
    }
}

fn put_sized(out: &mut Vec<u8>, body: &[u8]) {
    out.push(body.len() as u8);
    out.extend_from_slice(body);
}

fn put_text(out: &mut Vec<u8>, length: Option<u16>, text: &str) {
    let mut units = to_utf16(text);
    if let Some(chars) = length {
        units.truncate(usize::from(chars.clamp(1, 4000)) * 2);
    }
    put_bytes(out, length, &units);
}

fn put_bytes(out: &mut Vec<u8>, length: Option<u16>, bytes: &[u8]) {
    if length.is_some() {
        let bytes = &bytes[..bytes.len().min(8000)];
        out.extend((bytes.len() as u16).to_le_bytes());
        out.extend_from_slice(bytes);
        return;
    }
    out.extend((bytes.len() as u64).to_le_bytes());
    for chunk in bytes.chunks(32_768) {
        out.extend((chunk.len() as u32).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    out.extend(0u32.to_le_bytes());
}

fn put_decimal(out: &mut Vec<u8>, number: Number, scale: u8) {
    let Some(number) = number.rescale(scale) else {
        out.push(0);
        return;
    };
    out.extend([17, u8::from(number.units >= 0)]);
    out.extend(number.units.unsigned_abs().to_le_bytes());
}

fn put_money(out: &mut Vec<u8>, number: Number) {
    let units = number.rescale(4).and_then(|number| i64::try_from(number.units).ok());
    let Some(units) = units else {
        out.push(0);
        return;
    };
    out.push(8);
    out.extend(((units >> 32) as u32).to_le_bytes());
    out.extend((units as u32).to_le_bytes());
}

/// The first three groups of a GUID travel little-endian.
pub(super) fn swap_guid(mut guid: [u8; 16]) -> [u8; 16] {
    guid[0..4].reverse();
    guid[4..6].reverse();
    guid[6..8].reverse();
    guid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names_are_read_as_sql_server_writes_them() {
        let cases = [
            ("NVARCHAR(50)", ColumnType::Text(Some(50))),
            ("nvarchar(max)", ColumnType::Text(None)),
            ("decimal(25, 13)", ColumnType::Decimal(25, 13)),
            ("DATETIME", ColumnType::DateTime),
            ("datetime2(3)", ColumnType::DateTime2(3)),
            ("bigint", ColumnType::BigInt),
        ];
        for (text, expected) in cases {
            assert_eq!(ColumnType::from_sql(text), Some(expected), "{text}");
        }
        assert_eq!(ColumnType::from_sql("geometry"), None);
    }
}
