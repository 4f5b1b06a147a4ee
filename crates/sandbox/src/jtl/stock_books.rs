//! The books of JTL's stock: what the tables hold, for tests to compute what should be at TEMU.

use super::JtlError;
use super::convert::number_of;
use crate::tds::Number;
use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// An article's stock as the tables hold it; decimals as exact text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct JtlStock {
    /// Article number.
    pub sku: String,
    /// `kArtikel`.
    pub key: i64,
    /// The buffer.
    pub buffer: i64,
    /// `cLagerAktiv = 'Y'`.
    pub tracked: bool,
    /// `cLagerKleinerNull = 'Y'`.
    pub overselling: bool,
    /// `nIstVater = 1`.
    pub parent: bool,
    /// Stock by warehouse, as `dbo.tlagerbestandProLagerLagerartikel` holds it.
    pub warehouses: BTreeMap<i64, String>,
    /// `fInAuftraegen`; `None` without a row in `dbo.tlagerbestand`.
    pub reserved: Option<String>,
    /// `fVerfuegbar`; `None` without a row in `dbo.tlagerbestand`.
    pub available: Option<String>,
    /// Of a bill of materials: articles by key and pieces of each.
    pub components: Vec<(i64, String)>,
}

/// Stock by article and warehouse.
pub(super) type StockRows = HashMap<i64, BTreeMap<i64, Number>>;
/// Articles and pieces of each, by the bill of materials' article.
pub(super) type Components = HashMap<i64, Vec<(i64, Number)>>;

/// Whole sets by warehouse: as many as the scarcest article allows, where each has a row.
pub(crate) fn sets_of(parts: &[(i64, Number)], stock: &StockRows) -> BTreeMap<i64, i128> {
    let empty = BTreeMap::new();
    let rows = |part: &i64| stock.get(part).unwrap_or(&empty);
    let Some((first, _)) = parts.first() else { return BTreeMap::new() };
    let sets = |warehouse: i64| {
        let of_part =
            |(part, pieces): &(i64, Number)| rows(part).get(&warehouse)?.whole_times(*pieces);
        parts.iter().map(of_part).collect::<Option<Vec<i128>>>()?.into_iter().min()
    };
    rows(first).keys().filter_map(|warehouse| Some((*warehouse, sets(*warehouse)?))).collect()
}

/// Rows of the stock table, of the articles that a bill of materials has when one is named.
pub(super) fn stock_rows(
    connection: &Connection,
    of_set: Option<i64>,
) -> Result<StockRows, JtlError> {
    let all =
        "SELECT s.kArtikel, s.kWarenlager, s.fBestand FROM dbo.tlagerbestandProLagerLagerartikel s";
    let of_one = "SELECT s.kArtikel, s.kWarenlager, s.fBestand FROM dbo.tStueckliste c
                  JOIN dbo.tlagerbestandProLagerLagerartikel s ON s.kArtikel = c.kArtikel
                  WHERE c.kStueckliste = ?1";
    let mut out = StockRows::new();
    let mut statement = connection.prepare_cached(if of_set.is_some() { of_one } else { all })?;
    let mut rows = statement.query(rusqlite::params_from_iter(of_set))?;
    while let Some(row) = rows.next()? {
        if let Some(pieces) = number_of(&row.get(2)?) {
            out.entry(row.get(0)?).or_default().insert(row.get(1)?, pieces);
        }
    }
    Ok(out)
}

/// The parts of every bill of materials, or of one.
pub(super) fn components(
    connection: &Connection,
    of_set: Option<i64>,
) -> Result<Components, JtlError> {
    let all = "SELECT a.kArtikel, c.kArtikel, c.fAnzahl FROM dbo.tStueckliste c
               JOIN dbo.tArtikel a ON a.kStueckliste = c.kStueckliste WHERE a.kStueckliste > 0 ORDER BY 1, 2";
    let of_one = "SELECT a.kArtikel, c.kArtikel, c.fAnzahl FROM dbo.tArtikel a
                  JOIN dbo.tStueckliste c ON c.kStueckliste = a.kStueckliste
                  WHERE a.kArtikel = ?1 AND a.kStueckliste > 0 ORDER BY 2";
    let mut out = Components::new();
    let mut statement = connection.prepare_cached(if of_set.is_some() { of_one } else { all })?;
    let mut rows = statement.query(rusqlite::params_from_iter(of_set))?;
    while let Some(row) = rows.next()? {
        if let Some(pieces) = number_of(&row.get(2)?) {
            out.entry(row.get(0)?).or_default().push((row.get(1)?, pieces));
        }
    }
    Ok(out)
}

/// Reads every article's stock, in the order of the article numbers.
pub(super) fn read(connection: &Connection) -> Result<Vec<JtlStock>, JtlError> {
    let mut stock = stock_rows(connection, None)?;
    let mut parts = components(connection, None)?;
    let exact = |stored: Stored| number_of(&stored).map(|n| n.trimmed().to_string());
    let mut statement = connection.prepare(
        "SELECT a.kArtikel, a.cArtNr, a.nPuffer, a.cLagerAktiv = 'Y', a.cLagerKleinerNull = 'Y',
                a.nIstVater = 1, b.fInAuftraegen, b.fVerfuegbar
         FROM dbo.tArtikel a LEFT JOIN dbo.tlagerbestand b ON b.kArtikel = a.kArtikel ORDER BY a.cArtNr",
    )?;
    let rows = statement.query_map([], |row| {
        let key: i64 = row.get(0)?;
        let text = |number: Number| number.trimmed().to_string();
        Ok(JtlStock {
            sku: row.get(1)?,
            key,
            buffer: row.get(2)?,
            tracked: row.get(3)?,
            overselling: row.get(4)?,
            parent: row.get(5)?,
            warehouses: stock
                .remove(&key)
                .unwrap_or_default()
                .into_iter()
                .map(|(warehouse, pieces)| (warehouse, text(pieces)))
                .collect(),
            reserved: exact(row.get(6)?),
            available: exact(row.get(7)?),
            components: parts
                .remove(&key)
                .unwrap_or_default()
                .into_iter()
                .map(|(part, pieces)| (part, text(pieces)))
                .collect(),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
