//! `stock_pushes`: the intent before a call, its outcome after it, and what TEMU showed later.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::stock::{
    GoodsEdit, OpenPush, PlanId, PushOutcome, PushState, SkuKey, SkuOp, SkuRead, Target,
};
use kontor_core::{Code, Problem};
use rusqlite::{Connection, Params, Transaction, params};

use super::super::failures::{conflict, problem};
use crate::stock::PushRecord;
use crate::{Result, rows};

pub(super) fn begin(
    t: &Transaction<'_>,
    run: &RunId,
    plan: &PlanId,
    at: DateTime<Utc>,
    edits: &[GoodsEdit],
) -> Result<()> {
    let at = at.timestamp_millis();
    for edit in edits {
        for (key, target) in edit.keys().zip(&edit.targets) {
            give_up_others(t, at, key, &edit.request_key)?;
            record_intent(t, run, plan, at, edit, target)?;
            let changed = t
                .prepare_cached(
                    "UPDATE temu_inventory SET sent = ?3, sent_key = ?4, sent_at = ?5 WHERE goods_id = ?1 AND sku_id = ?2",
                )
                .map_err(problem)?
                .execute(params![key.goods_id.0, key.sku_id.0, target.after, edit.request_key, at])
                .map_err(problem)?;
            if changed != 1 {
                return Err(conflict(key));
            }
        }
    }
    Ok(())
}

/// An intent of the same SKU under another key is over: the new one takes its place.
fn give_up_others(t: &Transaction<'_>, at: i64, key: SkuKey, request_key: &str) -> Result<()> {
    t.prepare_cached(
        "UPDATE stock_pushes SET state = 'differs', settled_at = ?4
         WHERE state = 'sending' AND goods_id = ?1 AND sku_id = ?2 AND request_key <> ?3",
    )
    .map_err(problem)?
    .execute(params![key.goods_id.0, key.sku_id.0, request_key, at])
    .map_err(problem)?;
    Ok(())
}

fn record_intent(
    t: &Transaction<'_>,
    run: &RunId,
    plan: &PlanId,
    at: i64,
    edit: &GoodsEdit,
    target: &Target,
) -> Result<()> {
    t.prepare_cached(
        "INSERT INTO stock_pushes (run_id, plan_id, goods_id, sku_id, request_key, before, after, state, sent_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'sending', ?8)
         ON CONFLICT (goods_id, sku_id, request_key) DO UPDATE SET run_id = excluded.run_id,
           plan_id = excluded.plan_id, state = 'sending', code = NULL, detail = NULL, sent_at = excluded.sent_at,
           settled_at = NULL",
    )
    .map_err(problem)?
    .execute(params![
        run.as_str(),
        plan.as_str(),
        edit.goods_id.0,
        target.sku_id.0,
        edit.request_key,
        target.before,
        target.after,
        at,
    ])
    .map_err(problem)?;
    Ok(())
}

pub(super) fn settle(
    t: &Transaction<'_>,
    at: DateTime<Utc>,
    outcomes: &[PushOutcome],
) -> Result<()> {
    let at = at.timestamp_millis();
    for outcome in outcomes {
        let (goods, sku) = (outcome.key.goods_id.0, outcome.key.sku_id.0);
        let code = outcome.reason.as_ref().map(|r| r.code.as_str());
        let detail = outcome.reason.as_ref().map(|r| r.detail.as_str());
        let is_open = outcome.state == PushState::Sending;
        let changed = t
            .prepare_cached(
                "UPDATE stock_pushes SET state = ?4, code = ?5, detail = ?6, settled_at = ?7
                 WHERE goods_id = ?1 AND sku_id = ?2 AND request_key = ?3",
            )
            .map_err(problem)?
            .execute(params![
                goods,
                sku,
                outcome.request_key,
                outcome.state.as_str(),
                code,
                detail,
                (!is_open).then_some(at)
            ])
            .map_err(problem)?;
        if changed != 1 {
            return Err(conflict(outcome.key));
        }
        t.prepare_cached(
            "UPDATE temu_inventory SET problem_code = ?3, problem_detail = ?4 WHERE goods_id = ?1 AND sku_id = ?2",
        )
        .map_err(problem)?
        .execute(params![goods, sku, code, detail])
        .map_err(problem)?;
        if outcome.state == PushState::Confirmed {
            confirm(t, at, outcome)?;
        }
    }
    Ok(())
}

fn confirm(t: &Transaction<'_>, at: i64, outcome: &PushOutcome) -> Result<()> {
    t.prepare_cached(
        "UPDATE temu_inventory SET (confirmed, known) =
           (SELECT p.after, p.after FROM stock_pushes AS p
            WHERE p.goods_id = ?1 AND p.sku_id = ?2 AND p.request_key = ?3), confirmed_at = ?4
         WHERE goods_id = ?1 AND sku_id = ?2",
    )
    .map_err(problem)?
    .execute(params![outcome.key.goods_id.0, outcome.key.sku_id.0, outcome.request_key, at])
    .map_err(problem)?;
    Ok(())
}

pub(super) fn open(connection: &Connection) -> Result<Vec<OpenPush>> {
    let sql = "SELECT * FROM stock_pushes WHERE state = 'sending' ORDER BY id";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![]).map_err(problem)?;
    let mut open = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        open.push(rows::stock::open_push(row)?);
    }
    Ok(open)
}

pub(super) fn save_reads(t: &Transaction<'_>, reads: &[SkuRead]) -> Result<()> {
    for read in reads {
        let (goods, sku, at) = (read.key.goods_id.0, read.key.sku_id.0, read.at.timestamp_millis());
        t.prepare_cached(
            "UPDATE temu_inventory SET last_read = ?3, last_read_at = ?4, known = ?3 WHERE goods_id = ?1 AND sku_id = ?2",
        )
        .map_err(problem)?
        .execute(params![goods, sku, read.stock, at])
        .map_err(problem)?;
        t.prepare_cached(
            "UPDATE stock_pushes SET proven_at = ?4
             WHERE id = (SELECT id FROM stock_pushes WHERE goods_id = ?1 AND sku_id = ?2
                         ORDER BY sent_at DESC, id DESC LIMIT 1)
               AND state = 'confirmed' AND after = ?3",
        )
        .map_err(problem)?
        .execute(params![goods, sku, read.stock, at])
        .map_err(problem)?;
    }
    Ok(())
}

/// An undo is no push that could be undone, whether the run or the plan that was approved is one. A key that was sent again
/// keeps its row: the time says which push is the last.
pub(super) fn last(connection: &Connection) -> Result<Vec<SkuOp>> {
    let sql = "WITH pushed AS
                 (SELECT * FROM stock_pushes AS p WHERE p.state = 'confirmed'
                    AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.run_id = p.run_id AND r.mode = 'undo')
                    AND NOT EXISTS (SELECT 1 FROM stock_plans AS k
                                    WHERE k.plan_id = p.plan_id AND json_extract(k.plan, '$.kind') = 'undo'))
               SELECT p.*, t.sku_sn FROM pushed AS p
               JOIN temu_products AS t ON t.goods_id = p.goods_id AND t.sku_id = p.sku_id
               WHERE p.run_id = (SELECT run_id FROM pushed ORDER BY sent_at DESC, id DESC LIMIT 1)
               ORDER BY p.sent_at, p.id";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![]).map_err(problem)?;
    let mut ops = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        ops.push(rows::stock::op(row)?);
    }
    Ok(ops)
}

pub(super) fn of_sku(connection: &Connection, key: SkuKey, limit: u32) -> Result<Vec<PushRecord>> {
    let sql =
        "SELECT * FROM stock_pushes WHERE goods_id = ?1 AND sku_id = ?2 ORDER BY id DESC LIMIT ?3";
    let pushes = select(connection, sql, params![key.goods_id.0, key.sku_id.0, limit])?;
    if pushes.is_empty() && !super::skus::is_known(connection, key)? {
        return Err(Problem::new(Code::StockSkuNotFound).about(key));
    }
    Ok(pushes)
}

pub(super) fn of_run(
    connection: &Connection,
    run: &RunId,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<PushRecord>> {
    let sql = "SELECT * FROM stock_pushes WHERE run_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    select(connection, sql, params![run.as_str(), after.unwrap_or(0), limit])
}

fn select(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<PushRecord>> {
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(values).map_err(problem)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        records.push(rows::stock::record(row)?);
    }
    Ok(records)
}
