//! The tokens of an answer (MS-TDS 2.2.7).

use super::server::{ResultSet, SqlError, TransactionChange};
use super::types::COLLATION;
use super::wire::{put_b_varchar, put_us_varchar};

const SERVER: &str = "KONTOR-SANDBOX";

pub(crate) const MORE: u16 = 0x01;
pub(crate) const FAILED: u16 = 0x02;
pub(crate) const COUNTED: u16 = 0x10;
pub(crate) const CANCELLED: u16 = 0x20;

/// Which DONE token closes a statement: alone, inside a procedure, or the procedure itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Batch = 0xFD,
    Procedure = 0xFE,
    InProcedure = 0xFF,
}

pub(crate) fn done(out: &mut Vec<u8>, token: Done, status: u16, rows: u64) {
    out.push(token as u8);
    out.extend(status.to_le_bytes());
    out.extend(0u16.to_le_bytes());
    out.extend(rows.to_le_bytes());
}

pub(crate) fn return_status(out: &mut Vec<u8>, status: i32) {
    out.push(0x79);
    out.extend(status.to_le_bytes());
}

pub(crate) fn error(out: &mut Vec<u8>, error: &SqlError) {
    let mut body = Vec::new();
    body.extend(error.number.to_le_bytes());
    body.extend([error.state, error.class]);
    put_us_varchar(&mut body, &error.message, 2000);
    put_b_varchar(&mut body, SERVER);
    put_b_varchar(&mut body, "");
    body.extend(1u32.to_le_bytes());
    framed(out, 0xAA, &body);
}

fn framed(out: &mut Vec<u8>, token: u8, body: &[u8]) {
    out.push(token);
    out.extend((body.len() as u16).to_le_bytes());
    out.extend_from_slice(body);
}

fn environment_text(out: &mut Vec<u8>, kind: u8, new: &str, old: &str) {
    let mut body = vec![kind];
    put_b_varchar(&mut body, new);
    put_b_varchar(&mut body, old);
    framed(out, 0xE3, &body);
}

/// The whole answer to a login that was let in.
pub(crate) fn welcome(out: &mut Vec<u8>, database: &str, packet_size: usize) {
    environment_text(out, 1, database, "master");
    let mut collation = vec![7, COLLATION.len() as u8];
    collation.extend(COLLATION);
    collation.push(0);
    framed(out, 0xE3, &collation);
    let mut acknowledged = vec![1];
    acknowledged.extend(0x7400_0004u32.to_be_bytes());
    put_b_varchar(&mut acknowledged, "Microsoft SQL Server");
    acknowledged.extend([16, 0, 0x03, 0xE8]);
    framed(out, 0xAD, &acknowledged);
    environment_text(out, 4, &packet_size.to_string(), "4096");
    done(out, Done::Batch, 0, 0);
}

pub(crate) fn transaction(out: &mut Vec<u8>, change: &TransactionChange) {
    let body = match change {
        TransactionChange::Began(descriptor) => {
            let mut body = vec![8, 8];
            body.extend(descriptor.to_le_bytes());
            body.push(0);
            body
        }
        TransactionChange::Committed(descriptor) => ended(9, *descriptor),
        TransactionChange::RolledBack(descriptor) => ended(10, *descriptor),
    };
    framed(out, 0xE3, &body);
}

fn ended(kind: u8, descriptor: u64) -> Vec<u8> {
    let mut body = vec![kind, 0, 8];
    body.extend(descriptor.to_le_bytes());
    body
}

/// COLMETADATA and the rows; returns where the rows begin, for a cut in their middle.
pub(crate) fn result_set(out: &mut Vec<u8>, result: &ResultSet) -> usize {
    out.push(0x81);
    out.extend((result.columns.len() as u16).to_le_bytes());
    for column in &result.columns {
        out.extend(0u32.to_le_bytes());
        out.extend(0x0001u16.to_le_bytes());
        column.kind.put_info(out);
        put_b_varchar(out, &column.name);
    }
    let start = out.len();
    for row in &result.rows {
        out.push(0xD1);
        for (column, value) in result.columns.iter().zip(row) {
            column.kind.put_value(out, value);
        }
    }
    start
}
