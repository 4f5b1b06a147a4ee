//! `stock_pushes`: the intent before a call, its outcome after it, and what TEMU showed later.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::stock::{
    GoodsEdit, OpenPush, PlanId, PushOutcome, PushState, SkuKey, SkuOp, SkuRead,
};
use serde_json::{Value as Json, json};

use super::super::errors::conflict;
use super::super::rows::list;
use super::super::session::Talk;
use crate::Result;
use crate::rows::stock::{op, open_push, record};
use crate::stock::PushRecord;

/// A value about to be sent, as it is opened from JSON.
const INTENT: &str =
    "n BIGINT '$.n', goods BIGINT '$.goods', sku BIGINT '$.sku', request_key NVARCHAR(200) '$.key',
    before BIGINT '$.before', after BIGINT '$.after'";

pub(super) async fn begin(
    talk: &mut Talk<'_>,
    run: &RunId,
    plan: &PlanId,
    at: DateTime<Utc>,
    edits: &[GoodsEdit],
) -> Result<()> {
    let keys: BTreeSet<(i64, i64)> =
        edits.iter().flat_map(GoodsEdit::keys).map(|k| (k.goods_id.0, k.sku_id.0)).collect();
    let Some(first) = edits.iter().flat_map(GoodsEdit::keys).next() else { return Ok(()) };
    let targets = edits.iter().flat_map(|edit| edit.targets.iter().map(move |t| (edit, t)));
    let rows = list((0_i64..).zip(targets).map(|(n, (edit, target))| {
        json!({
            "n": n,
            "goods": edit.goods_id.0,
            "sku": target.sku_id.0,
            "key": edit.request_key,
            "before": target.before,
            "after": target.after,
        })
    }))?;
    // An intent of the same SKU under another key is over: the new one takes its place.
    let sql = format!(
        "UPDATE p SET state = 'differs', settled_at = @P4
         FROM stock_pushes AS p
         JOIN OPENJSON(@P1) WITH ({INTENT}) AS j ON p.goods_id = j.goods AND p.sku_id = j.sku
         WHERE p.state = 'sending' AND p.request_key <> j.request_key COLLATE Latin1_General_BIN2;
         UPDATE p SET run_id = @P2, plan_id = @P3, state = 'sending', code = NULL, detail = NULL, sent_at = @P4,
             settled_at = NULL
         FROM stock_pushes AS p
         JOIN OPENJSON(@P1) WITH ({INTENT}) AS j ON p.goods_id = j.goods AND p.sku_id = j.sku
             AND p.request_key = j.request_key COLLATE Latin1_General_BIN2;
         INSERT INTO stock_pushes (run_id, plan_id, goods_id, sku_id, request_key, before, after, state, sent_at)
         SELECT @P2, @P3, j.goods, j.sku, j.request_key, j.before, j.after, 'sending', @P4
         FROM OPENJSON(@P1) WITH ({INTENT}) AS j
         WHERE NOT EXISTS (SELECT 1 FROM stock_pushes AS p WHERE p.goods_id = j.goods AND p.sku_id = j.sku
             AND p.request_key = j.request_key COLLATE Latin1_General_BIN2)
         ORDER BY j.n"
    );
    let at = at.timestamp_millis();
    let values = [(&rows).into(), run.as_str().into(), plan.as_str().into(), at.into()];
    talk.execute(&sql, &values).await?;
    let sql = format!(
        "UPDATE i SET sent = j.after, sent_key = j.request_key, sent_at = @P2
         FROM temu_inventory AS i
         JOIN OPENJSON(@P1) WITH ({INTENT}) AS j ON i.goods_id = j.goods AND i.sku_id = j.sku"
    );
    let changed = talk.execute(&sql, &[(&rows).into(), at.into()]).await?;
    if changed == keys.len() as u64 { Ok(()) } else { Err(conflict(first)) }
}

/// What became of a value, as it is opened from JSON.
const OUTCOME: &str =
    "goods BIGINT '$.goods', sku BIGINT '$.sku', request_key NVARCHAR(200) '$.key',
    state NVARCHAR(32) '$.state', code NVARCHAR(64) '$.code', detail NVARCHAR(MAX) '$.detail',
    settled_at BIGINT '$.settled_at'";

pub(super) async fn settle(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
    outcomes: &[PushOutcome],
) -> Result<()> {
    let at = at.timestamp_millis();
    let mut by_push: BTreeMap<(i64, i64, &str), Json> = BTreeMap::new();
    let mut by_sku: BTreeMap<(i64, i64), Json> = BTreeMap::new();
    for outcome in outcomes {
        let (goods, sku) = (outcome.key.goods_id.0, outcome.key.sku_id.0);
        let row = outcome_row(at, outcome);
        by_sku.insert((goods, sku), row.clone());
        by_push.insert((goods, sku, &outcome.request_key), row);
    }
    let Some(first) = outcomes.first() else { return Ok(()) };
    let sql = format!(
        "UPDATE p SET state = j.state, code = j.code, detail = j.detail, settled_at = j.settled_at
         FROM stock_pushes AS p
         JOIN OPENJSON(@P1) WITH ({OUTCOME}) AS j ON p.goods_id = j.goods AND p.sku_id = j.sku
             AND p.request_key = j.request_key COLLATE Latin1_General_BIN2"
    );
    let changed = talk.execute(&sql, &[(&list(by_push.values())?).into()]).await?;
    if changed != by_push.len() as u64 {
        return Err(conflict(first.key));
    }
    let sql = format!(
        "UPDATE i SET problem_code = j.code, problem_detail = j.detail
         FROM temu_inventory AS i
         JOIN OPENJSON(@P1) WITH ({OUTCOME}) AS j ON i.goods_id = j.goods AND i.sku_id = j.sku;
         UPDATE i SET confirmed = p.after, known = p.after, confirmed_at = @P2
         FROM temu_inventory AS i
         JOIN OPENJSON(@P1) WITH ({OUTCOME}) AS j ON i.goods_id = j.goods AND i.sku_id = j.sku
         JOIN stock_pushes AS p ON p.goods_id = j.goods AND p.sku_id = j.sku
             AND p.request_key = j.request_key COLLATE Latin1_General_BIN2
         WHERE j.state = 'confirmed'"
    );
    talk.execute(&sql, &[(&list(by_sku.values())?).into(), at.into()]).await?;
    Ok(())
}

fn outcome_row(at: i64, outcome: &PushOutcome) -> Json {
    let is_open = outcome.state == PushState::Sending;
    json!({
        "goods": outcome.key.goods_id.0,
        "sku": outcome.key.sku_id.0,
        "key": outcome.request_key,
        "state": outcome.state.as_str(),
        "code": outcome.reason.as_ref().map(|r| r.code.as_str()),
        "detail": outcome.reason.as_ref().map(|r| r.detail.as_str()),
        "settled_at": (!is_open).then_some(at),
    })
}

pub(super) async fn open(talk: &mut Talk<'_>) -> Result<Vec<OpenPush>> {
    let sql = "SELECT * FROM stock_pushes WHERE state = 'sending' ORDER BY id";
    talk.select(sql, &[], open_push).await
}

pub(super) async fn save_reads(talk: &mut Talk<'_>, reads: &[SkuRead]) -> Result<()> {
    // Of two looks at a SKU the last counts.
    let rows: BTreeMap<(i64, i64), Json> = reads
        .iter()
        .map(|read| {
            let (goods, sku) = (read.key.goods_id.0, read.key.sku_id.0);
            let at = read.at.timestamp_millis();
            ((goods, sku), json!({ "goods": goods, "sku": sku, "stock": read.stock, "at": at }))
        })
        .collect();
    let opened = "OPENJSON(@P1) WITH (goods BIGINT '$.goods', sku BIGINT '$.sku', stock BIGINT '$.stock', at BIGINT '$.at')";
    let sql = format!(
        "UPDATE i SET last_read = j.stock, last_read_at = j.at, known = j.stock
         FROM temu_inventory AS i
         JOIN {opened} AS j ON i.goods_id = j.goods AND i.sku_id = j.sku;
         UPDATE p SET proven_at = j.at
         FROM stock_pushes AS p
         JOIN {opened} AS j ON p.goods_id = j.goods AND p.sku_id = j.sku
         WHERE p.state = 'confirmed' AND p.after = j.stock
             AND NOT EXISTS (SELECT 1 FROM stock_pushes AS q WHERE q.goods_id = p.goods_id AND q.sku_id = p.sku_id
                 AND (q.sent_at > p.sent_at OR q.sent_at = p.sent_at AND q.id > p.id))"
    );
    talk.execute(&sql, &[(&list(rows.values())?).into()]).await?;
    Ok(())
}

/// An undo is no push that could be undone, whether the run or the plan that was approved is one. A key that was sent again
/// keeps its row: the time says which push is the last.
pub(super) async fn last(talk: &mut Talk<'_>) -> Result<Vec<SkuOp>> {
    let sql = "WITH pushed AS
                 (SELECT p.* FROM stock_pushes AS p WHERE p.state = 'confirmed'
                    AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.run_id = p.run_id AND r.mode = 'undo')
                    AND NOT EXISTS (SELECT 1 FROM stock_plans AS k
                                    WHERE k.plan_id = p.plan_id AND JSON_VALUE(k.[plan], '$.kind') = 'undo'))
               SELECT p.*, t.sku_sn FROM pushed AS p
               JOIN temu_products AS t ON t.goods_id = p.goods_id AND t.sku_id = p.sku_id
               WHERE p.run_id = (SELECT TOP (1) q.run_id FROM pushed AS q ORDER BY q.sent_at DESC, q.id DESC)
               ORDER BY p.sent_at, p.id";
    talk.select(sql, &[], op).await
}

pub(super) async fn of_sku(
    talk: &mut Talk<'_>,
    key: SkuKey,
    limit: u32,
) -> Result<Vec<PushRecord>> {
    let sql = "SELECT TOP (@P3) * FROM stock_pushes WHERE goods_id = @P1 AND sku_id = @P2 ORDER BY id DESC";
    let values = [key.goods_id.0.into(), key.sku_id.0.into(), limit.into()];
    let pushes = talk.select(sql, &values, record).await?;
    if pushes.is_empty() {
        super::skus::must_be_known(talk, key).await?;
    }
    Ok(pushes)
}

pub(super) async fn of_run(
    talk: &mut Talk<'_>,
    run: &RunId,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<PushRecord>> {
    let sql = "SELECT TOP (@P3) * FROM stock_pushes WHERE run_id = @P1 AND id > @P2 ORDER BY id";
    let values = [run.as_str().into(), after.unwrap_or(0).into(), limit.into()];
    talk.select(sql, &values, record).await
}
