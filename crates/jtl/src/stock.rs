//! Stock of many articles: one statement per 1,000 article numbers gives the figures of all three formulas.

use std::collections::{HashMap, HashSet};

use kontor_core::stock::{Article, Reading, article_key};
use kontor_core::{Code, Problem};
use kontor_mssql::Row;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::statement::{Value, integer, places, text, unexpected};
use crate::{CHUNK, JtlClient};

/// Article numbers of the second look, which has no other parameters.
const LOOK_CHUNK: usize = 2_000;

/// What is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockScope {
    /// `kWarenlager` of the warehouses; empty: every active one of the trader's own (no fulfilment by others, FBA least
    /// of all, and no transit).
    pub warehouses: Vec<i64>,
    /// Count without what is blocked (`vLagerbestandAvaibleProLager`).
    pub less_blocked: bool,
}

/// A warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JtlWarehouse {
    /// `kWarenlager`.
    pub id: i64,
    /// `cName`.
    pub name: String,
    /// `nFulfillment`: 0 the trader's own, 1 external, 2 and 4 FBA, 3 JTL's.
    pub fulfillment: i64,
    /// `nAktiv`.
    pub is_active: bool,
    /// It stands for goods on their way between two warehouses.
    pub is_transit: bool,
}

impl JtlWarehouse {
    /// Whether it counts when no warehouse is chosen.
    pub fn counts_by_default(&self) -> bool {
        self.is_active && self.fulfillment == 0 && !self.is_transit
    }

    /// Whether what lies in it can be sent to buyers: it is in use, and neither Amazon's nor for goods on their way.
    pub fn can_ship(&self) -> bool {
        self.is_active && !matches!(self.fulfillment, 2 | 4) && !self.is_transit
    }
}

/// Stock of an article in one warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WarehouseStock {
    /// The article number.
    pub number: String,
    /// `kWarenlager`.
    pub warehouse: i64,
    /// `fBestand`.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub on_hand: Option<Decimal>,
}

impl JtlClient {
    /// What JTL says about each article number, by [`article_key`]: one statement per 1,000, and one per 2,000 of those
    /// that no row came for, to tell a number that JTL does not have from one that it did not answer for.
    ///
    /// # Errors
    /// `jtl.*`: then nothing is known of any of them.
    pub async fn stock(
        &self,
        numbers: &[String],
        scope: &StockScope,
    ) -> Result<HashMap<String, Reading>, Problem> {
        let keys: HashSet<String> = numbers.iter().map(|n| article_key(n)).collect();
        let mut numbers: Vec<&str> = numbers.iter().map(|n| n.trim()).collect();
        numbers.sort_unstable_by_key(|n| article_key(n));
        numbers.dedup_by_key(|n| article_key(n));
        let mut readings = HashMap::with_capacity(numbers.len());
        for chunk in numbers.chunks(CHUNK) {
            let values: Vec<Value<'_>> = chunk.iter().map(|n| Value::Text(n)).collect();
            for row in self.select(&stock_sql(chunk.len(), scope), &values).await? {
                let article = article(&row)?;
                let key = article_key(&article.number);
                if keys.contains(&key) {
                    readings.insert(key, Reading::Article(article));
                }
            }
        }
        numbers.retain(|n| !readings.contains_key(&article_key(n)));
        for chunk in numbers.chunks(LOOK_CHUNK) {
            let known = self.known_numbers(chunk).await?;
            for number in chunk {
                let key = article_key(number);
                let is_known = known.contains(&key);
                readings.insert(key, if is_known { Reading::Unanswered } else { Reading::Absent });
            }
        }
        Ok(readings)
    }

    async fn known_numbers(&self, numbers: &[&str]) -> Result<HashSet<String>, Problem> {
        let sql = format!(
            "SELECT a.cArtNr FROM dbo.tArtikel a WHERE a.cArtNr IN ({})",
            places(numbers.len(), "NVARCHAR(100)")
        );
        let values: Vec<Value<'_>> = numbers.iter().map(|n| Value::Text(n)).collect();
        self.select(&sql, &values)
            .await?
            .iter()
            .map(|row| Ok(article_key(&text(row, 0)?)))
            .collect()
    }

    /// Every warehouse, by name (`dbo.tWarenLager`).
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn warehouses(&self) -> Result<Vec<JtlWarehouse>, Problem> {
        let sql = "SELECT CAST(w.kWarenLager AS BIGINT), w.cName, CAST(w.nFulfillment AS BIGINT), \
                   CAST(w.nAktiv AS BIGINT), CAST(COALESCE(w.kQuellLager, 0) AS BIGINT), \
                   CAST(COALESCE(w.kZielLager, 0) AS BIGINT) \
                   FROM dbo.tWarenLager w ORDER BY w.cName, w.kWarenLager";
        self.select(sql, &[]).await?.iter().map(warehouse).collect()
    }

    /// The rows by warehouse of up to 1,000 article numbers, as far as there are any.
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn stock_by_warehouse(
        &self,
        numbers: &[String],
        less_blocked: bool,
    ) -> Result<Vec<WarehouseStock>, Problem> {
        let (view, figure) = source(less_blocked);
        let sql = format!(
            "SELECT a.cArtNr, CAST(v.kWarenlager AS BIGINT), CAST(v.{figure} AS DECIMAL(25, 13)) AS fBestand
             FROM dbo.tArtikel a JOIN {view} v ON v.kArtikel = a.kArtikel
             WHERE a.cArtNr IN ({}) AND a.nIstVater = 0 ORDER BY a.cArtNr, v.kWarenlager",
            places(numbers.len().min(CHUNK), "NVARCHAR(100)")
        );
        let values: Vec<Value<'_>> =
            numbers.iter().take(CHUNK).map(|n| Value::Text(n.trim())).collect();
        let rows = self.select(&sql, &values).await?;
        rows.iter()
            .map(|row| {
                Ok(WarehouseStock {
                    number: text(row, 0)?,
                    warehouse: integer(row, 1)?.unwrap_or_default(),
                    on_hand: decimal(row, 2)?,
                })
            })
            .collect()
    }

    /// Tests the objects that stock is read from, in one statement.
    ///
    /// # Errors
    /// `jtl.object_missing` or `jtl.right_missing` naming every object that fails, and `jtl.*` of the connection.
    pub async fn stock_test(&self, less_blocked: bool) -> Result<(), Problem> {
        let (view, figure) = source(less_blocked);
        let objects = [
            ("dbo.tArtikel", "nPuffer"),
            ("dbo.tlagerbestand", "fVerfuegbar"),
            ("dbo.tWarenLager", "nFulfillment"),
            (view, figure),
        ];
        let mut invisible = Vec::new();
        let mut refused = Vec::new();
        for row in self.select(&crate::self_test::probes(&objects), &[]).await? {
            let object = text(&row, 0)?;
            if integer(&row, 1)?.is_none() {
                invisible.push(object);
            } else if integer(&row, 2)? != Some(1) {
                refused.push(object);
            }
        }
        match (invisible.as_slice(), refused.as_slice()) {
            ([], []) => Ok(()),
            ([], _) => Err(Problem::new(Code::JtlRightMissing).detail(refused.join(", "))),
            _ => Err(Problem::new(Code::JtlObjectMissing).detail(invisible.join(", "))),
        }
    }
}

/// The view that stock per warehouse comes from: bills of materials have rows in the views only, not in the table
/// beneath (jtl.md, 1.3).
fn source(less_blocked: bool) -> (&'static str, &'static str) {
    if less_blocked {
        ("dbo.vLagerbestandAvaibleProLager", "fAvaibleQuantity")
    } else {
        ("dbo.vLagerbestandProLager", "fBestand")
    }
}

/// No figure has a default: NULL is unknown. Parents are read, too, so that they are known for what they are.
fn stock_sql(count: usize, scope: &StockScope) -> String {
    let (view, figure) = source(scope.less_blocked);
    format!(
        "SELECT a.cArtNr, CAST(a.kArtikel AS BIGINT), CAST(a.nIstVater AS BIGINT), a.cLagerAktiv, a.cLagerKleinerNull,
                CAST(a.kStueckliste AS BIGINT), CAST(a.nPuffer AS BIGINT),
                CAST(SUM(v.{figure}) AS DECIMAL(25, 13)) AS fBestand, CAST(COUNT(v.kWarenlager) AS BIGINT) AS nLager,
                CAST(MAX(b.fInAuftraegen) AS DECIMAL(25, 13)) AS fInAuftraegen,
                CAST(MAX(b.fVerfuegbar) AS DECIMAL(25, 13)) AS fVerfuegbar
         FROM dbo.tArtikel a
         LEFT JOIN {view} v ON v.kArtikel = a.kArtikel AND v.kWarenlager IN ({})
         LEFT JOIN dbo.tlagerbestand b ON b.kArtikel = a.kArtikel
         WHERE a.cArtNr IN ({})
         GROUP BY a.cArtNr, a.kArtikel, a.nIstVater, a.cLagerAktiv, a.cLagerKleinerNull, a.kStueckliste, a.nPuffer",
        chosen(&scope.warehouses),
        places(count, "NVARCHAR(100)")
    )
}

/// The chosen warehouses stand in the join, not behind WHERE: an article without stock would disappear there.
fn chosen(warehouses: &[i64]) -> String {
    if warehouses.is_empty() {
        return "SELECT w.kWarenLager FROM dbo.tWarenLager w WHERE w.nAktiv > 0 AND w.nFulfillment = 0 \
                AND COALESCE(w.kQuellLager, 0) = 0 AND COALESCE(w.kZielLager, 0) = 0"
            .to_owned();
    }
    warehouses.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

fn article(row: &Row) -> Result<Article, Problem> {
    Ok(Article {
        number: text(row, 0)?,
        jtl_id: integer(row, 1)?.unwrap_or_default(),
        is_parent: integer(row, 2)?.unwrap_or_default() != 0,
        is_tracked: text(row, 3)?.trim() == "Y",
        oversells: text(row, 4)?.trim() == "Y",
        is_bill_of_materials: integer(row, 5)?.unwrap_or_default() != 0,
        buffer: integer(row, 6)?.ok_or_else(|| no_buffer(row))?,
        on_hand: decimal(row, 7)?,
        warehouses: integer(row, 8)?.unwrap_or_default(),
        reserved: decimal(row, 9)?,
        available: decimal(row, 10)?,
    })
}

/// `nPuffer` is NOT NULL in JTL: without it nothing may be offered.
fn no_buffer(row: &Row) -> Problem {
    let number = text(row, 0).unwrap_or_default();
    Problem::new(Code::JtlQueryFailed).about(number).detail("nPuffer is NULL")
}

fn decimal(row: &Row, index: usize) -> Result<Option<Decimal>, Problem> {
    row.try_get(index).map_err(|e| unexpected(&e))
}

fn warehouse(row: &Row) -> Result<JtlWarehouse, Problem> {
    let number = |index: usize| Ok::<i64, Problem>(integer(row, index)?.unwrap_or_default());
    Ok(JtlWarehouse {
        id: number(0)?,
        name: text(row, 1)?,
        fulfillment: number(2)?,
        is_active: number(3)? > 0,
        is_transit: number(4)? != 0 || number(5)? != 0,
    })
}
