//! `temu_products`, `temu_inventory` and `stock_rules`: what TEMU lists, and what it should show.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use kontor_core::Problem;
use kontor_core::problem::Code;
use kontor_core::stock::{
    PendingLine, RemoteSku, SkuKey, SkuRule, StockSubject, Want, article_key,
};
use kontor_mssql::Row;
use serde_json::{Value as Json, json};

use super::super::errors::conflict;
use super::super::rows::{get, list};
use super::super::session::Talk;
use crate::Result;
use crate::rows::stock::{key as sku_key, pending_line, subject};
use crate::stock::{ListReading, SkuTally};

/// A SKU as it is opened from JSON.
const LISTED: &str = "goods BIGINT '$.goods', sku BIGINT '$.sku', sku_sn NVARCHAR(400) '$.sku_sn',
    article_key NVARCHAR(400) '$.article_key', goods_name NVARCHAR(MAX) '$.goods_name',
    variant NVARCHAR(MAX) '$.variant', list BIGINT '$.list', stock BIGINT '$.stock', read_at BIGINT '$.read_at'";

pub(super) async fn upsert(
    talk: &mut Talk<'_>,
    reading: ListReading,
    skus: &[RemoteSku],
) -> Result<SkuTally> {
    // Of a SKU that is listed twice the last counts.
    let skus: BTreeMap<(i64, i64), &RemoteSku> =
        skus.iter().map(|sku| ((sku.key.goods_id.0, sku.key.sku_id.0), sku)).collect();
    if skus.is_empty() {
        return Ok(SkuTally::default());
    }
    let rows = list(skus.values().map(|sku| row(reading.at, sku)))?;
    let known = described(talk, &rows).await?;
    let mut tally = SkuTally::default();
    for (key, sku) in &skus {
        match known.get(key) {
            None => tally.added += 1,
            Some(known) if *known != description(sku) => tally.changed += 1,
            Some(_) => {}
        }
    }
    store(talk, reading, &rows).await?;
    Ok(tally)
}

fn row(at: DateTime<Utc>, sku: &RemoteSku) -> Json {
    json!({
        "goods": sku.key.goods_id.0,
        "sku": sku.key.sku_id.0,
        "sku_sn": sku.sku_sn,
        "article_key": sku.sku_sn.as_deref().map(article_key).unwrap_or_default(),
        "goods_name": sku.goods_name,
        "variant": sku.variant,
        "list": sku.list.search_type(),
        "stock": sku.stock,
        "read_at": sku.stock.map(|_| at.timestamp_millis()),
    })
}

/// Number, goods name, variant, list and whether it is active.
type Description = (Option<String>, String, String, i64, bool);

fn description(sku: &RemoteSku) -> Description {
    let (name, variant) = (sku.goods_name.clone(), sku.variant.clone());
    (sku.sku_sn.clone(), name, variant, sku.list.search_type(), true)
}

async fn described(talk: &mut Talk<'_>, rows: &String) -> Result<HashMap<(i64, i64), Description>> {
    let sql = format!(
        "SELECT p.goods_id, p.sku_id, p.sku_sn, p.goods_name, p.variant, p.list, p.active
         FROM OPENJSON(@P1) WITH ({LISTED}) AS j
         JOIN temu_products AS p ON p.goods_id = j.goods AND p.sku_id = j.sku"
    );
    let read = |row: &Row| {
        let description = (
            get(row, "sku_sn")?,
            get(row, "goods_name")?,
            get(row, "variant")?,
            get(row, "list")?,
            get(row, "active")?,
        );
        Ok(((get(row, "goods_id")?, get(row, "sku_id")?), description))
    };
    Ok(talk.select(&sql, &[rows.into()], read).await?.into_iter().collect())
}

/// A list without a stock value says nothing: what was read before stays. Nor does a list say anything about a value that
/// was confirmed shortly before, or, when it is old, about one that is known.
async fn store(talk: &mut Talk<'_>, reading: ListReading, rows: &String) -> Result<()> {
    let sql = format!(
        "UPDATE p SET sku_sn = j.sku_sn, article_key = j.article_key, goods_name = j.goods_name, variant = j.variant,
             list = j.list, active = 1, last_seen = @P2
         FROM temu_products AS p
         JOIN OPENJSON(@P1) WITH ({LISTED}) AS j ON p.goods_id = j.goods AND p.sku_id = j.sku;
         INSERT INTO temu_products (goods_id, sku_id, sku_sn, article_key, goods_name, variant, list, active,
             first_seen, last_seen)
         SELECT j.goods, j.sku, j.sku_sn, j.article_key, j.goods_name, j.variant, j.list, 1, @P2, @P2
         FROM OPENJSON(@P1) WITH ({LISTED}) AS j
         WHERE NOT EXISTS (SELECT 1 FROM temu_products AS p WHERE p.goods_id = j.goods AND p.sku_id = j.sku);
         UPDATE i SET last_read = j.stock, last_read_at = j.read_at, known = j.stock
         FROM temu_inventory AS i
         JOIN OPENJSON(@P1) WITH ({LISTED}) AS j ON i.goods_id = j.goods AND i.sku_id = j.sku
         WHERE j.stock IS NOT NULL
             AND (i.known IS NULL OR @P3 = 1 AND (i.confirmed_at IS NULL OR i.confirmed_at <= @P4));
         INSERT INTO temu_inventory (goods_id, sku_id, last_read, last_read_at, known)
         SELECT j.goods, j.sku, j.stock, j.read_at, j.stock
         FROM OPENJSON(@P1) WITH ({LISTED}) AS j
         WHERE NOT EXISTS (SELECT 1 FROM temu_inventory AS i WHERE i.goods_id = j.goods AND i.sku_id = j.sku)"
    );
    let values = [
        rows.into(),
        reading.at.timestamp_millis().into(),
        i64::from(reading.over.is_some()).into(),
        reading.over.map_or(0, |over| over.timestamp_millis()).into(),
    ];
    talk.execute(&sql, &values).await?;
    Ok(())
}

pub(super) async fn deactivate_unseen(talk: &mut Talk<'_>, since: DateTime<Utc>) -> Result<u64> {
    let sql = "UPDATE temu_products SET active = 0 WHERE active = 1 AND last_seen < @P1";
    talk.execute(sql, &[since.timestamp_millis().into()]).await
}

pub(super) async fn subjects(talk: &mut Talk<'_>) -> Result<Vec<StockSubject>> {
    let sql = "SELECT p.goods_id, p.sku_id, p.sku_sn, i.known, i.want, i.wanted, i.counted, i.pending, i.reason_code,
                   i.reason_detail, r.buffer, r.cap, r.fixed
               FROM temu_products AS p
               JOIN temu_inventory AS i ON i.goods_id = p.goods_id AND i.sku_id = p.sku_id
               LEFT JOIN stock_rules AS r ON r.goods_id = p.goods_id AND r.sku_id = p.sku_id
               WHERE p.active = 1 ORDER BY p.goods_id, p.sku_id";
    talk.select(sql, &[], subject).await
}

pub(super) async fn save_wants(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
    wants: &[(SkuKey, Want)],
) -> Result<()> {
    let wants: BTreeMap<(i64, i64), &(SkuKey, Want)> =
        wants.iter().map(|want| ((want.0.goods_id.0, want.0.sku_id.0), want)).collect();
    let Some((first, _)) = wants.values().next() else { return Ok(()) };
    let sql = "UPDATE i SET want = j.want, wanted = j.wanted, counted = j.counted, pending = j.pending,
                   reason_code = j.code, reason_detail = j.detail, wanted_at = @P2
               FROM temu_inventory AS i
               JOIN OPENJSON(@P1) WITH (goods BIGINT '$.goods', sku BIGINT '$.sku', want NVARCHAR(32) '$.want',
                   wanted BIGINT '$.wanted', counted BIGINT '$.counted', pending BIGINT '$.pending',
                   code NVARCHAR(64) '$.code', detail NVARCHAR(MAX) '$.detail') AS j
                   ON i.goods_id = j.goods AND i.sku_id = j.sku";
    let rows = list(wants.values().map(|(key, want)| wanted(*key, want)))?;
    let changed = talk.execute(sql, &[(&rows).into(), at.timestamp_millis().into()]).await?;
    if changed == wants.len() as u64 { Ok(()) } else { Err(conflict(first)) }
}

fn wanted(key: SkuKey, want: &Want) -> Json {
    let (kind, wanted, counted, pending) = match want {
        Want::Pieces { wanted, counted, pending } => {
            ("pieces", Some(*wanted), Some(*counted), Some(*pending))
        }
        Want::Unknown { .. } => ("unknown", None, None, None),
        Want::Unmatched { .. } => ("unmatched", None, None, None),
    };
    json!({
        "goods": key.goods_id.0,
        "sku": key.sku_id.0,
        "want": kind,
        "wanted": wanted,
        "counted": counted,
        "pending": pending,
        "code": want.reason().map(|r| r.code.as_str()),
        "detail": want.reason().map(|r| r.detail.as_str()),
    })
}

pub(super) async fn pending_lines(talk: &mut Talk<'_>) -> Result<Vec<PendingLine>> {
    // TEMU's status 1, 2 and 41: pending, to be shipped, shipped in part.
    let sql = "SELECT o.parent_order_sn,
                   CAST(CASE WHEN o.state IN ('exported', 'accepted') THEN 1 ELSE 0 END AS BIGINT) AS exported,
                   i.sku_id, i.seller_sku, i.quantity
               FROM temu_orders AS o
               JOIN temu_order_items AS i ON i.parent_order_sn = o.parent_order_sn
               WHERE o.state IN ('imported', 'on_hold', 'exported', 'accepted') AND o.temu_status IN (1, 2, 41)
                   AND (i.quantity IS NULL OR i.quantity > 0)
               ORDER BY o.parent_order_sn, i.position";
    talk.select(sql, &[], pending_line).await
}

/// `stock.sku_not_found` unless the SKU is stored.
pub(super) async fn must_be_known(talk: &mut Talk<'_>, key: SkuKey) -> Result<()> {
    let sql = "SELECT goods_id, sku_id FROM temu_products WHERE goods_id = @P1 AND sku_id = @P2";
    let row = talk.row(sql, &[key.goods_id.0.into(), key.sku_id.0.into()]).await?;
    match row.as_ref().map(sku_key).transpose()? {
        Some(_) => Ok(()),
        None => Err(Problem::new(Code::StockSkuNotFound).about(key)),
    }
}

pub(super) async fn set_rule(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
    key: SkuKey,
    rule: &SkuRule,
    by: &str,
) -> Result<()> {
    must_be_known(talk, key).await?;
    let values = [
        key.goods_id.0.into(),
        key.sku_id.0.into(),
        rule.buffer.into(),
        rule.cap.into(),
        rule.fixed.into(),
        by.into(),
        at.timestamp_millis().into(),
    ];
    let sql = "UPDATE stock_rules SET buffer = @P3, cap = @P4, fixed = @P5, changed_by = @P6, changed_at = @P7
               WHERE goods_id = @P1 AND sku_id = @P2";
    if talk.execute(sql, &values).await? == 0 {
        let sql =
            "INSERT INTO stock_rules (goods_id, sku_id, buffer, cap, fixed, changed_by, changed_at)
                   VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7)";
        talk.execute(sql, &values).await?;
    }
    Ok(())
}
