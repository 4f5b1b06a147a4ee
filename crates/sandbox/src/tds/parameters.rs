//! Parameters as a client sends them: a type, then a value.

use super::temporal::{read_date, read_datetime, read_small_datetime, read_time};
use super::types::{ColumnType, swap_guid};
use super::wire::{Malformed, Reader, utf16};
use super::{Number, Value};

/// Reads one parameter: TYPE_INFO, then the value. `None` as the type is NULLTYPE, which has none.
pub(crate) fn read_parameter(
    reader: &mut Reader<'_>,
) -> Result<(Option<ColumnType>, Value), Malformed> {
    let kind = reader.u8()?;
    let (kind, value) = match kind {
        0x1F => return Ok((None, Value::Null)),
        0x26 | 0x68 | 0x6D | 0x6E => read_simple(reader, kind)?,
        0x30 | 0x32 | 0x34 | 0x38 | 0x7F | 0x3B | 0x3E => read_fixed(reader, kind)?,
        0x6A | 0x6C => read_decimal(reader)?,
        0x6F | 0x28 | 0x29 | 0x2A | 0x2B => read_temporal(reader, kind)?,
        0x24 => read_guid(reader)?,
        0xE7 | 0xEF | 0xA7 | 0xAF => read_text(reader, matches!(kind, 0xE7 | 0xEF))?,
        0xA5 | 0xAD => read_bytes(reader)?,
        0xF1 => read_xml(reader)?,
        _ => return Err(Malformed("a parameter of a type this server does not know")),
    };
    Ok((Some(kind), value))
}

type Typed = (ColumnType, Value);

/// INTN, BITN, FLTN and MONEYN: one byte of size in the type, one in the value.
fn read_simple(reader: &mut Reader<'_>, kind: u8) -> Result<Typed, Malformed> {
    let size = reader.u8()?;
    let column = match (kind, size) {
        (0x68, _) => ColumnType::Bit,
        (0x26, 1) => ColumnType::TinyInt,
        (0x26, 2) => ColumnType::SmallInt,
        (0x26, 4) => ColumnType::Int,
        (0x26, 8) => ColumnType::BigInt,
        (0x6D, 4) => ColumnType::Real,
        (0x6D, 8) => ColumnType::Float,
        (0x6E, 4 | 8) => ColumnType::Money,
        _ => return Err(Malformed("a number of an impossible size")),
    };
    let length = usize::from(reader.u8()?);
    if length == 0 {
        return Ok((column, Value::Null));
    }
    let value = number_of(column, reader.take(length)?)?;
    Ok((column, value))
}

fn read_fixed(reader: &mut Reader<'_>, kind: u8) -> Result<Typed, Malformed> {
    let (column, length) = match kind {
        0x30 => (ColumnType::TinyInt, 1),
        0x32 => (ColumnType::Bit, 1),
        0x34 => (ColumnType::SmallInt, 2),
        0x38 => (ColumnType::Int, 4),
        0x3B => (ColumnType::Real, 4),
        0x3E => (ColumnType::Float, 8),
        _ => (ColumnType::BigInt, 8),
    };
    let value = number_of(column, reader.take(length)?)?;
    Ok((column, value))
}

fn number_of(column: ColumnType, bytes: &[u8]) -> Result<Value, Malformed> {
    const WRONG: Malformed = Malformed("a number whose size is not its type's");
    let mut reader = Reader::new(bytes);
    let value = match column {
        ColumnType::Bit => Value::Bit(reader.u8()? != 0),
        ColumnType::TinyInt => Value::Int(i64::from(reader.u8()?)),
        ColumnType::SmallInt => Value::Int(i64::from(reader.u16()? as i16)),
        ColumnType::Int => Value::Int(i64::from(reader.u32()? as i32)),
        ColumnType::BigInt => Value::Int(reader.u64()? as i64),
        ColumnType::Real => Value::Float(f64::from(f32::from_bits(reader.u32()?))),
        ColumnType::Float => Value::Float(f64::from_bits(reader.u64()?)),
        ColumnType::Money if bytes.len() == 4 => {
            Value::Decimal(Number { units: i128::from(reader.u32()? as i32), scale: 4 })
        }
        ColumnType::Money => {
            let high = i64::from(reader.u32()? as i32) << 32;
            let units = i128::from(high | i64::from(reader.u32()?));
            Value::Decimal(Number { units, scale: 4 })
        }
        _ => return Err(WRONG),
    };
    if reader.is_empty() { Ok(value) } else { Err(WRONG) }
}

fn read_decimal(reader: &mut Reader<'_>) -> Result<Typed, Malformed> {
    const WRONG: Malformed = Malformed("a decimal outside 38 digits");
    reader.u8()?;
    let (precision, scale) = (reader.u8()?, reader.u8()?);
    if precision > 38 || scale > 38 {
        return Err(WRONG);
    }
    let column = ColumnType::Decimal(precision.max(1), scale);
    let length = usize::from(reader.u8()?);
    if length == 0 {
        return Ok((column, Value::Null));
    }
    let negative = reader.u8()? == 0;
    let mut raw = [0u8; 16];
    let digits = reader.take(length - 1)?;
    raw.get_mut(..digits.len()).ok_or(WRONG)?.copy_from_slice(digits);
    let magnitude = i128::try_from(u128::from_le_bytes(raw)).map_err(|_| WRONG)?;
    let units = if negative { -magnitude } else { magnitude };
    Ok((column, Value::Decimal(Number { units, scale })))
}

fn read_temporal(reader: &mut Reader<'_>, kind: u8) -> Result<Typed, Malformed> {
    let scale = if kind == 0x28 { 0 } else { reader.u8()? };
    let column = match kind {
        0x28 => ColumnType::Date,
        0x29 => ColumnType::Time(scale),
        0x2A => ColumnType::DateTime2(scale),
        0x2B => ColumnType::DateTimeOffset(scale),
        _ => ColumnType::DateTime,
    };
    let length = usize::from(reader.u8()?);
    if length == 0 {
        return Ok((column, Value::Null));
    }
    let mut body = Reader::new(reader.take(length)?);
    let value = match column {
        ColumnType::Date => Value::Date(read_date(&mut body)?),
        ColumnType::Time(scale) => Value::Time(read_time(&mut body, scale)?),
        ColumnType::DateTime if length == 4 => Value::DateTime(read_small_datetime(&mut body)?),
        ColumnType::DateTime => Value::DateTime(read_datetime(&mut body)?),
        _ => {
            let time = read_time(&mut body, scale)?;
            let moment = read_date(&mut body)?.and_time(time);
            match column {
                ColumnType::DateTime2(_) => Value::DateTime(moment),
                _ => Value::DateTimeOffset(moment, body.u16()? as i16),
            }
        }
    };
    Ok((column, value))
}

fn read_guid(reader: &mut Reader<'_>) -> Result<Typed, Malformed> {
    reader.u8()?;
    let length = usize::from(reader.u8()?);
    if length == 0 {
        return Ok((ColumnType::Guid, Value::Null));
    }
    let raw = <[u8; 16]>::try_from(reader.take(length)?)
        .map_err(|_| Malformed("a unique identifier that is not 16 bytes long"))?;
    Ok((ColumnType::Guid, Value::Guid(swap_guid(raw))))
}

/// A value with a two-byte length or, for MAX, in chunks.
fn read_long(reader: &mut Reader<'_>, size: u16) -> Result<Option<Vec<u8>>, Malformed> {
    if size == u16::MAX {
        return reader.plp();
    }
    match reader.u16()? {
        u16::MAX => Ok(None),
        length => Ok(Some(reader.take(usize::from(length))?.to_vec())),
    }
}

fn read_text(reader: &mut Reader<'_>, wide: bool) -> Result<Typed, Malformed> {
    let size = reader.u16()?;
    reader.take(5)?;
    let chars = if wide { size / 2 } else { size };
    let column = ColumnType::Text((size != u16::MAX).then_some(chars.clamp(1, 4000)));
    let value = read_long(reader, size)?.map_or(Value::Null, |bytes| {
        Value::Text(if wide { utf16(&bytes) } else { bytes.into_iter().map(char::from).collect() })
    });
    Ok((column, value))
}

fn read_bytes(reader: &mut Reader<'_>) -> Result<Typed, Malformed> {
    let size = reader.u16()?;
    let column = ColumnType::Bytes((size != u16::MAX).then_some(size.clamp(1, 8000)));
    Ok((column, read_long(reader, size)?.map_or(Value::Null, Value::Bytes)))
}

fn read_xml(reader: &mut Reader<'_>) -> Result<Typed, Malformed> {
    if reader.u8()? != 0 {
        return Err(Malformed("an XML parameter with a schema collection"));
    }
    let value = reader.plp()?.map_or(Value::Null, |bytes| Value::Text(utf16(&bytes)));
    Ok((ColumnType::Text(None), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_as_a_parameter_never_panic() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..200_000 {
            let length = random.usize(0..40);
            let bytes: Vec<u8> = (0..length).map(|_| random.u8(..)).collect();
            let _ = read_parameter(&mut Reader::new(&bytes));
        }
    }
}
