//! One value of a parameter or a result.

use super::Number;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// A value as SQL Server means it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL of any type.
    Null,
    /// BIT.
    Bit(bool),
    /// TINYINT to BIGINT.
    Int(i64),
    /// REAL and FLOAT.
    Float(f64),
    /// DECIMAL, NUMERIC and MONEY.
    Decimal(Number),
    /// NVARCHAR and XML.
    Text(String),
    /// VARBINARY.
    Bytes(Vec<u8>),
    /// DATETIME, SMALLDATETIME and DATETIME2.
    DateTime(NaiveDateTime),
    /// DATE.
    Date(NaiveDate),
    /// TIME.
    Time(NaiveTime),
    /// DATETIMEOFFSET: the moment in UTC and the offset in minutes.
    DateTimeOffset(NaiveDateTime, i16),
    /// UNIQUEIDENTIFIER, in the byte order of its text form.
    Guid([u8; 16]),
}
