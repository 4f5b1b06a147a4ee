//! Finding orders by what people have at hand: each key is the beginning of something that has an index.

use super::import::sku_key;
use super::rows::{end_of, get, numbers};
use super::session::Talk;
use super::values::Values;
use crate::Result;
use kontor_core::ids::ParentOrderSn;

/// Up to so many orders are looked up by their numbers; beyond, the list is walked in its order and each is asked.
const FEW: usize = 1_000;

/// What a search found.
pub(super) enum Found {
    /// The orders' numbers as JSON.
    Few(String),
    /// Orders that can be found in one of these ways.
    Many(Vec<Way>),
    /// Orders whose numbers begin so.
    Range(String),
}

impl Found {
    /// The condition on `o`.
    pub(super) fn condition(&self, values: &mut Values) -> String {
        match self {
            Self::Few(numbers) => {
                let numbers = values.bind(numbers.as_str());
                format!(
                    "o.parent_order_sn IN (SELECT j.sn COLLATE Latin1_General_BIN2
                     FROM OPENJSON({numbers}) WITH (sn NVARCHAR(64) '$.sn') AS j)"
                )
            }
            Self::Many(ways) => format!("o.parent_order_sn IN ({})", union(ways, values)),
            Self::Range(key) => {
                let (from, to) = (values.bind(key.as_str()), values.bind(end_of(key)));
                format!("o.parent_order_sn >= {from} AND o.parent_order_sn < {to}")
            }
        }
    }
}

/// One way to an order: a table and its column that begins with the key.
pub(super) struct Way {
    table: &'static str,
    column: &'static str,
    key: String,
}

impl Way {
    fn select(&self, values: &mut Values) -> String {
        let (from, to) = (values.bind(self.key.as_str()), values.bind(end_of(&self.key)));
        let Self { table, column, .. } = self;
        format!("SELECT parent_order_sn FROM {table} WHERE {column} >= {from} AND {column} < {to}")
    }
}

fn union(ways: &[Way], values: &mut Values) -> String {
    ways.iter().map(|way| way.select(values)).collect::<Vec<_>>().join(" UNION ")
}

/// Finds the orders that begin so in one of the ways.
pub(super) async fn find(talk: &mut Talk<'_>, text: &str) -> Result<Found> {
    let ways = ways(text.trim());
    // The beginning of very many numbers ("PO-") says nothing else: the list is cut by its key.
    if let Some(way) = ways.iter().find(|w| w.column == "parent_order_sn")
        && is_common(talk, way).await?
    {
        return Ok(Found::Range(way.key.clone()));
    }
    let mut values = Values::default();
    let union = union(&ways, &mut values);
    let sql = format!("SELECT TOP ({}) parent_order_sn FROM ({union}) AS found", FEW + 1);
    let sns = talk
        .select(&sql, &values.bound(), |row| {
            Ok(ParentOrderSn::new(get::<String>(row, "parent_order_sn")?))
        })
        .await?;
    if sns.len() <= FEW { Ok(Found::Few(numbers(&sns)?)) } else { Ok(Found::Many(ways)) }
}

async fn is_common(talk: &mut Talk<'_>, way: &Way) -> Result<bool> {
    let mut values = Values::default();
    let (from, to) = (values.bind(way.key.as_str()), values.bind(end_of(&way.key)));
    let sql = format!(
        "SELECT COUNT_BIG(*) AS number FROM (SELECT TOP ({}) parent_order_sn FROM temu_orders
             WHERE parent_order_sn >= {from} AND parent_order_sn < {to}) AS found",
        FEW + 1
    );
    let count = talk.number(&sql, &values.bound()).await?;
    Ok(usize::try_from(count).unwrap_or_default() > FEW)
}

fn ways(text: &str) -> Vec<Way> {
    let way = |table, column, key: String| Way { table, column, key };
    let mut ways = vec![
        way("temu_orders", "buyer_key", text.to_lowercase()),
        way("temu_order_items", "seller_sku_key", sku_key(text)),
        way("temu_parcels", "tracking_number", text.to_owned()),
        way("temu_orders", "jtl_order_number", text.to_owned()),
        way("temu_orders", "parent_order_sn", number(text)),
    ];
    if text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        ways.push(way("temu_orders", "last_digits", text.to_owned()));
    }
    ways
}

/// People leave out "PO-".
fn number(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper.starts_with(|c: char| c.is_ascii_digit()) { format!("PO-{upper}") } else { upper }
}
