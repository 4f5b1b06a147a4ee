//! Finding orders by what people have at hand: each key is the beginning of something that has an index.

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::failures::problem;
use super::rows::{end_of, json};
use crate::Result;

/// Up to so many orders are looked up by their numbers; beyond, the list is walked in its order and each is asked.
const FEW: usize = 1_000;

/// `folded(text)`: the text in lower case. SQLite's own `lower` and `LIKE` leave umlauts as they are.
pub(super) fn add_folding(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("folded", 1, flags, |call| {
        Ok(call.get::<Option<String>>(0)?.map(|text| text.to_lowercase()))
    })
}

/// What a search found.
pub(super) enum Found {
    /// The orders' numbers as JSON.
    Few(String),
    /// A condition on `o`, with its values.
    Many(String, Vec<Value>),
}

/// One way to an order: a statement that gives numbers between two bounds.
struct Way {
    sql: &'static str,
    key: String,
}

/// Finds the orders that begin so in one of the ways.
pub(super) fn find(connection: &Connection, text: &str) -> Result<Found> {
    let ways = ways(text.trim());
    // The beginning of very many numbers ("PO-") says nothing else: the list is cut by its key.
    if let Some(way) = ways.iter().find(|w| w.sql == BY_NUMBER)
        && is_common(connection, way)?
    {
        let bounds = vec![way.key.clone().into(), end_of(&way.key).into()];
        let range = "o.parent_order_sn >= ? AND o.parent_order_sn < ?".to_owned();
        return Ok(Found::Many(range, bounds));
    }
    let union = ways.iter().map(|w| w.sql).collect::<Vec<_>>().join(" UNION ");
    let bounds: Vec<Value> =
        ways.iter().flat_map(|w| [w.key.clone().into(), end_of(&w.key).into()]).collect();
    let sql = format!("SELECT * FROM ({union}) LIMIT {}", FEW + 1);
    let mut statement = connection.prepare_cached(&sql).map_err(problem)?;
    let mut rows = statement.query(params_from_iter(&bounds)).map_err(problem)?;
    let mut numbers: Vec<String> = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        numbers.push(row.get(0).map_err(problem)?);
    }
    if numbers.len() <= FEW {
        return Ok(Found::Few(json(&numbers)?));
    }
    Ok(Found::Many(format!("o.parent_order_sn IN ({union})"), bounds))
}

fn is_common(connection: &Connection, way: &Way) -> Result<bool> {
    let sql = format!("SELECT count(*) FROM ({} LIMIT {})", way.sql, FEW + 1);
    let mut statement = connection.prepare_cached(&sql).map_err(problem)?;
    let count: i64 = statement
        .query_row([way.key.clone(), end_of(&way.key)], |row| row.get(0))
        .map_err(problem)?;
    Ok(usize::try_from(count).unwrap_or_default() > FEW)
}

fn ways(text: &str) -> Vec<Way> {
    let way = |sql, key: String| Way { sql, key };
    let mut ways = vec![
        way(BY_BUYER, text.to_lowercase()),
        way(BY_SKU, text.to_owned()),
        way(BY_TRACKING, text.to_owned()),
        way(BY_JTL_NUMBER, text.to_owned()),
        way(BY_NUMBER, number(text)),
    ];
    if text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        ways.push(way(BY_LAST_DIGITS, text.to_owned()));
    }
    ways
}

/// People leave out "PO-".
fn number(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper.starts_with(|c: char| c.is_ascii_digit()) { format!("PO-{upper}") } else { upper }
}

const BY_NUMBER: &str =
    "SELECT parent_order_sn FROM temu_orders WHERE parent_order_sn >= ? AND parent_order_sn < ?";
const BY_LAST_DIGITS: &str = "SELECT parent_order_sn FROM temu_orders
    WHERE substr(parent_order_sn, -5) >= ? AND substr(parent_order_sn, -5) < ?";
const BY_BUYER: &str =
    "SELECT parent_order_sn FROM temu_orders WHERE buyer_key >= ? AND buyer_key < ?";
const BY_SKU: &str = "SELECT parent_order_sn FROM temu_order_items
    WHERE seller_sku COLLATE NOCASE >= ? AND seller_sku COLLATE NOCASE < ?";
const BY_TRACKING: &str =
    "SELECT parent_order_sn FROM temu_parcels WHERE tracking_number >= ? AND tracking_number < ?";
const BY_JTL_NUMBER: &str =
    "SELECT parent_order_sn FROM temu_orders WHERE jtl_order_number >= ? AND jtl_order_number < ?";
