//! What a logged-in client can ask for.

use super::Value;
use super::packet::{ATTENTION, BATCH, Message, RPC, TRANSACTION};
use super::parameters::read_parameter;
use super::types::ColumnType;
use super::wire::{Malformed, Reader, utf16};

/// One bound parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// With its `@`.
    pub name: String,
    /// Its type; from the declaration when it travelled as an untyped NULL.
    pub kind: ColumnType,
    /// Its value.
    pub value: Value,
}

/// A client's request.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// A SQL batch.
    Batch(String),
    /// `sp_executesql` with its parameters.
    Parameterised(String, Vec<Parameter>),
    /// A stored procedure of another name.
    Procedure(String),
    /// Begin a transaction.
    Begin,
    /// Commit it.
    Commit,
    /// Roll it back.
    RollBack,
    /// Set a savepoint or use a distributed transaction: not offered.
    Unsupported(&'static str),
    /// Cancel; by the time it is read, the request before it has been answered.
    Attention,
}

impl Request {
    /// Reads the request out of its message.
    pub(crate) fn read(message: &Message) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&message.payload);
        match message.kind {
            ATTENTION => Ok(Self::Attention),
            BATCH => {
                skip_headers(&mut reader)?;
                Ok(Self::Batch(utf16(reader.take(reader.remaining())?)))
            }
            RPC => {
                skip_headers(&mut reader)?;
                read_rpc(&mut reader)
            }
            TRANSACTION => {
                skip_headers(&mut reader)?;
                Ok(match reader.u16()? {
                    5 => Self::Begin,
                    7 => Self::Commit,
                    8 => Self::RollBack,
                    _ => Self::Unsupported("this transaction request is not offered here"),
                })
            }
            7 => Ok(Self::Unsupported("bulk load is not offered here")),
            _ => Err(Malformed("a message of an unknown type")),
        }
    }
}

/// ALL_HEADERS starts with its own total length.
fn skip_headers(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    let total = reader.u32()? as usize;
    reader
        .take(total.checked_sub(4).ok_or(Malformed("headers shorter than their length field"))?)?;
    Ok(())
}

fn read_rpc(reader: &mut Reader<'_>) -> Result<Request, Malformed> {
    let length = reader.u16()?;
    let name = if length == u16::MAX {
        match reader.u16()? {
            10 => "sp_executesql".to_owned(),
            number => format!("system procedure {number}"),
        }
    } else {
        utf16(reader.take(usize::from(length) * 2)?)
    };
    let _options = reader.u16()?;
    if !name.eq_ignore_ascii_case("sp_executesql") {
        return Ok(Request::Procedure(name));
    }
    let mut values = Vec::new();
    while !reader.is_empty() {
        let name = reader.b_varchar()?;
        let _status = reader.u8()?;
        let (kind, value) = read_parameter(reader)?;
        values.push((name, kind, value));
    }
    let mut values = values.into_iter();
    let statement = match values.next() {
        Some((_, _, Value::Text(statement))) => statement,
        _ => return Err(Malformed("sp_executesql without a statement")),
    };
    let declarations = match values.next() {
        Some((_, _, Value::Text(text))) => declared_types(&text),
        _ => Vec::new(),
    };
    let parameters = values
        .map(|(name, kind, value)| {
            let declared =
                declarations.iter().find(|(declared, _)| declared.eq_ignore_ascii_case(&name));
            let kind =
                kind.or(declared.map(|(_, kind)| *kind)).unwrap_or(ColumnType::Text(Some(4000)));
            Parameter { name, kind, value }
        })
        .collect();
    Ok(Request::Parameterised(statement, parameters))
}

/// `@P1 nvarchar(4000),@P2 decimal(38,10)` as names and types; commas inside brackets stay.
fn declared_types(text: &str) -> Vec<(String, ColumnType)> {
    text.split('@')
        .filter_map(|part| {
            let (name, kind) = part.trim().trim_end_matches(',').split_once(char::is_whitespace)?;
            Some((format!("@{name}"), ColumnType::from_sql(kind)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_give_an_untyped_null_its_type() {
        let declared = declared_types("@P1 nvarchar(4000),@P2 decimal(38,10),@P3 int");
        assert_eq!(declared[0], ("@P1".to_owned(), ColumnType::Text(Some(4000))));
        assert_eq!(declared[1], ("@P2".to_owned(), ColumnType::Decimal(38, 10)));
        assert_eq!(declared[2], ("@P3".to_owned(), ColumnType::Int));
    }

    #[test]
    fn random_bytes_as_a_request_never_panic() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..100_000 {
            let length = random.usize(0..80);
            let mut payload = vec![4, 0, 0, 0];
            payload.extend((0..length).map(|_| random.u8(..)));
            for kind in [BATCH, RPC, TRANSACTION, 7, 99] {
                let _ = Request::read(&Message { kind, reset: false, payload: payload.clone() });
            }
        }
    }
}
