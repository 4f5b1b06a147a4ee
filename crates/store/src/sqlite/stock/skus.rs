//! `temu_products`, `temu_inventory` and `stock_rules`: what TEMU lists, and what it should show.

use chrono::{DateTime, Utc};
use kontor_core::Problem;
use kontor_core::problem::Code;
use kontor_core::stock::{
    PendingLine, RemoteSku, SkuKey, SkuRule, StockSubject, Want, article_key,
};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::failures::{conflict, problem};
use crate::stock::{ListReading, SkuTally};
use crate::{Result, rows};

pub(super) fn upsert(
    t: &Transaction<'_>,
    reading: ListReading,
    skus: &[RemoteSku],
) -> Result<SkuTally> {
    let mut tally = SkuTally::default();
    for sku in skus {
        match described(t, sku.key)? {
            None => tally.added += 1,
            Some(known) if known != description(sku) => tally.changed += 1,
            Some(_) => {}
        }
        store_product(t, reading.at, sku)?;
        store_read(t, reading, sku)?;
    }
    Ok(tally)
}

/// Number, goods name, variant, list and whether it is active.
type Description = (Option<String>, String, String, i64, bool);

fn description(sku: &RemoteSku) -> Description {
    let (name, variant) = (sku.goods_name.clone(), sku.variant.clone());
    (sku.sku_sn.clone(), name, variant, sku.list.search_type(), true)
}

pub(super) fn is_known(connection: &Connection, key: SkuKey) -> Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM temu_products WHERE goods_id = ?1 AND sku_id = ?2")
        .and_then(|mut s| s.exists(params![key.goods_id.0, key.sku_id.0]))
        .map_err(problem)
}

fn described(t: &Transaction<'_>, key: SkuKey) -> Result<Option<Description>> {
    t.prepare_cached(
        "SELECT sku_sn, goods_name, variant, list, active FROM temu_products WHERE goods_id = ?1 AND sku_id = ?2",
    )
    .map_err(problem)?
    .query_row(params![key.goods_id.0, key.sku_id.0], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    })
    .optional()
    .map_err(problem)
}

fn store_product(t: &Transaction<'_>, at: DateTime<Utc>, sku: &RemoteSku) -> Result<()> {
    t.prepare_cached(
        "INSERT INTO temu_products
           (goods_id, sku_id, sku_sn, article_key, goods_name, variant, list, active, first_seen, last_seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?8)
         ON CONFLICT (goods_id, sku_id) DO UPDATE SET
           sku_sn = excluded.sku_sn, article_key = excluded.article_key, goods_name = excluded.goods_name,
           variant = excluded.variant, list = excluded.list, active = 1, last_seen = excluded.last_seen",
    )
    .map_err(problem)?
    .execute(params![
        sku.key.goods_id.0,
        sku.key.sku_id.0,
        sku.sku_sn,
        sku.sku_sn.as_deref().map(article_key).unwrap_or_default(),
        sku.goods_name,
        sku.variant,
        sku.list.search_type(),
        at.timestamp_millis(),
    ])
    .map_err(problem)?;
    Ok(())
}

/// A list without a stock value says nothing: what was read before stays. Nor does a list say anything about a value that
/// was confirmed shortly before, or, when it is old, about one that is known.
fn store_read(t: &Transaction<'_>, reading: ListReading, sku: &RemoteSku) -> Result<()> {
    let read_at = sku.stock.map(|_| reading.at.timestamp_millis());
    let over = reading.over.map(|over| over.timestamp_millis());
    t.prepare_cached(
        "INSERT INTO temu_inventory (goods_id, sku_id, last_read, last_read_at, known) VALUES (?1, ?2, ?3, ?4, ?3)
         ON CONFLICT (goods_id, sku_id) DO UPDATE SET
           last_read = excluded.last_read, last_read_at = excluded.last_read_at, known = excluded.known
         WHERE excluded.last_read IS NOT NULL
           AND (known IS NULL OR ?5 IS NOT NULL AND (confirmed_at IS NULL OR confirmed_at <= ?5))",
    )
    .map_err(problem)?
    .execute(params![sku.key.goods_id.0, sku.key.sku_id.0, sku.stock, read_at, over])
    .map_err(problem)?;
    Ok(())
}

pub(super) fn deactivate_unseen(t: &Transaction<'_>, since: DateTime<Utc>) -> Result<u64> {
    let changed = t
        .execute(
            "UPDATE temu_products SET active = 0 WHERE active = 1 AND last_seen < ?1",
            params![since.timestamp_millis()],
        )
        .map_err(problem)?;
    Ok(changed as u64)
}

pub(super) fn subjects(connection: &Connection) -> Result<Vec<StockSubject>> {
    let sql =
        "SELECT p.goods_id, p.sku_id, p.sku_sn, i.known, i.want, i.wanted, i.counted, i.pending,
                      i.reason_code, i.reason_detail, r.buffer, r.cap, r.fixed
               FROM temu_products AS p
               JOIN temu_inventory AS i ON i.goods_id = p.goods_id AND i.sku_id = p.sku_id
               LEFT JOIN stock_rules AS r ON r.goods_id = p.goods_id AND r.sku_id = p.sku_id
               WHERE p.active = 1 ORDER BY p.goods_id, p.sku_id";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![]).map_err(problem)?;
    let mut subjects = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        subjects.push(rows::stock::subject(row)?);
    }
    Ok(subjects)
}

pub(super) fn save_wants(
    t: &Transaction<'_>,
    at: DateTime<Utc>,
    wants: &[(SkuKey, Want)],
) -> Result<()> {
    let mut statement = t
        .prepare_cached(
            "UPDATE temu_inventory SET want = ?3, wanted = ?4, counted = ?5, pending = ?6, reason_code = ?7,
               reason_detail = ?8, wanted_at = ?9
             WHERE goods_id = ?1 AND sku_id = ?2",
        )
        .map_err(problem)?;
    for (key, want) in wants {
        let (kind, wanted, counted, pending) = match want {
            Want::Pieces { wanted, counted, pending } => {
                ("pieces", Some(*wanted), Some(*counted), Some(*pending))
            }
            Want::Unknown { .. } => ("unknown", None, None, None),
            Want::Unmatched { .. } => ("unmatched", None, None, None),
        };
        let changed = statement
            .execute(params![
                key.goods_id.0,
                key.sku_id.0,
                kind,
                wanted,
                counted,
                pending,
                want.reason().map(|r| r.code.as_str()),
                want.reason().map(|r| r.detail.as_str()),
                at.timestamp_millis(),
            ])
            .map_err(problem)?;
        if changed != 1 {
            return Err(conflict(key));
        }
    }
    Ok(())
}

pub(super) fn pending_lines(connection: &Connection) -> Result<Vec<PendingLine>> {
    // TEMU's status 1, 2 and 41: pending, to be shipped, shipped in part.
    let sql = "SELECT o.parent_order_sn, o.state IN ('exported', 'accepted') AS exported, i.sku_id, i.seller_sku, i.quantity
               FROM temu_orders AS o
               JOIN temu_order_items AS i ON i.parent_order_sn = o.parent_order_sn
               WHERE o.state IN ('imported', 'on_hold', 'exported', 'accepted') AND o.temu_status IN (1, 2, 41)
                 AND (i.quantity IS NULL OR i.quantity > 0)
               ORDER BY o.parent_order_sn, i.position";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![]).map_err(problem)?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        lines.push(rows::stock::pending_line(row)?);
    }
    Ok(lines)
}

pub(super) fn set_rule(
    t: &Transaction<'_>,
    at: DateTime<Utc>,
    key: SkuKey,
    rule: &SkuRule,
    by: &str,
) -> Result<()> {
    if !is_known(t, key)? {
        return Err(Problem::new(Code::StockSkuNotFound).about(key));
    }
    t.execute(
        "INSERT INTO stock_rules (goods_id, sku_id, buffer, cap, fixed, changed_by, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (goods_id, sku_id) DO UPDATE SET buffer = excluded.buffer, cap = excluded.cap,
           fixed = excluded.fixed, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        params![
            key.goods_id.0,
            key.sku_id.0,
            rule.buffer,
            rule.cap,
            rule.fixed,
            by,
            at.timestamp_millis()
        ],
    )
    .map_err(problem)?;
    Ok(())
}
