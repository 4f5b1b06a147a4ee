//! SKUs, what they should show, plans and pushes.

use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::order::Hold;
use kontor_core::stock::{
    GoodsId, OpenPush, PendingLine, PlanId, PushState, SkuId, SkuKey, SkuList, SkuOp, SkuRule,
    StockSubject, Want,
};

use super::{Columns, damaged, from_json, get, optional_time, time, word};
use crate::Result;
use crate::stock::{KeptPlan, PlanState, PushRecord, StockRow, StockStatus};

pub(crate) fn key(row: &impl Columns) -> Result<SkuKey> {
    Ok(SkuKey { goods_id: GoodsId(get(row, "goods_id")?), sku_id: SkuId(get(row, "sku_id")?) })
}

/// The operator's rule; the default when there is no row.
pub(crate) fn rule(row: &impl Columns) -> Result<SkuRule> {
    Ok(SkuRule {
        buffer: get::<Option<i64>>(row, "buffer")?.unwrap_or_default(),
        cap: get(row, "cap")?,
        fixed: get(row, "fixed")?,
    })
}

/// A code with its particulars, in two columns.
pub(crate) fn hold(row: &impl Columns, code: &str, detail: &str) -> Result<Option<Hold>> {
    let code: Option<String> = get(row, code)?;
    let detail: Option<String> = get(row, detail)?;
    code.map(|code| Ok(Hold { code: word(&code)?, detail: detail.unwrap_or_default() })).transpose()
}

pub(crate) fn want(row: &impl Columns) -> Result<Option<Want>> {
    let kind: String = get(row, "want")?;
    let reason =
        || hold(row, "reason_code", "reason_detail")?.ok_or_else(|| damaged("stock reason"));
    Ok(match kind.as_str() {
        "pieces" => Some(Want::Pieces {
            wanted: get(row, "wanted")?,
            counted: get(row, "counted")?,
            pending: get(row, "pending")?,
        }),
        "unknown" => Some(Want::Unknown { reason: reason()? }),
        "unmatched" => Some(Want::Unmatched { reason: reason()? }),
        _ => None,
    })
}

pub(crate) fn stock_row(row: &impl Columns) -> Result<StockRow> {
    let status: String = get(row, "status")?;
    let list: i64 = get(row, "list")?;
    Ok(StockRow {
        key: key(row)?,
        sku_sn: get(row, "sku_sn")?,
        goods_name: get(row, "goods_name")?,
        variant: get(row, "variant")?,
        list: SkuList::from_search_type(list).ok_or_else(|| damaged("SKU list"))?,
        status: StockStatus::parse(&status).ok_or_else(|| damaged("stock status"))?,
        rule: rule(row)?,
        wanted: get(row, "wanted")?,
        counted: get(row, "counted")?,
        pending: get(row, "pending")?,
        reason: hold(row, "reason_code", "reason_detail")?,
        wanted_at: optional_time(get(row, "wanted_at")?)?,
        sent: get(row, "sent")?,
        sent_at: optional_time(get(row, "sent_at")?)?,
        confirmed: get(row, "confirmed")?,
        confirmed_at: optional_time(get(row, "confirmed_at")?)?,
        last_read: get(row, "last_read")?,
        last_read_at: optional_time(get(row, "last_read_at")?)?,
        known: get(row, "known")?,
        problem: hold(row, "problem_code", "problem_detail")?,
    })
}

pub(crate) fn kept(row: &impl Columns) -> Result<KeptPlan> {
    let state: String = get(row, "state")?;
    Ok(KeptPlan {
        plan: from_json(&get::<String>(row, "plan")?)?,
        stops: from_json(&get::<String>(row, "stops")?)?,
        run_id: RunId::new(get::<String>(row, "run_id")?),
        state: PlanState::parse(&state).ok_or_else(|| damaged("plan state"))?,
        made_at: time(get(row, "made_at")?)?,
        changed_at: time(get(row, "changed_at")?)?,
        changed_by: get(row, "changed_by")?,
    })
}

pub(crate) fn record(row: &impl Columns) -> Result<PushRecord> {
    let state: String = get(row, "state")?;
    Ok(PushRecord {
        id: get(row, "id")?,
        run_id: RunId::new(get::<String>(row, "run_id")?),
        plan_id: PlanId::new(get::<String>(row, "plan_id")?),
        key: key(row)?,
        request_key: get(row, "request_key")?,
        before: get(row, "before")?,
        after: get(row, "after")?,
        state: PushState::parse(&state).ok_or_else(|| damaged("push state"))?,
        reason: hold(row, "code", "detail")?,
        sent_at: time(get(row, "sent_at")?)?,
        settled_at: optional_time(get(row, "settled_at")?)?,
        proven_at: optional_time(get(row, "proven_at")?)?,
    })
}

pub(crate) fn subject(row: &impl Columns) -> Result<StockSubject> {
    Ok(StockSubject {
        key: key(row)?,
        sku_sn: get(row, "sku_sn")?,
        rule: rule(row)?,
        known: get(row, "known")?,
        last: want(row)?,
    })
}

pub(crate) fn pending_line(row: &impl Columns) -> Result<PendingLine> {
    Ok(PendingLine {
        parent_order_sn: ParentOrderSn::new(get::<String>(row, "parent_order_sn")?),
        is_exported: get(row, "exported")?,
        sku_id: get(row, "sku_id")?,
        sku_sn: get(row, "seller_sku")?,
        quantity: get(row, "quantity")?,
    })
}

pub(crate) fn open_push(row: &impl Columns) -> Result<OpenPush> {
    Ok(OpenPush {
        key: key(row)?,
        after: get(row, "after")?,
        request_key: get(row, "request_key")?,
        sent_at: time(get(row, "sent_at")?)?,
    })
}

pub(crate) fn op(row: &impl Columns) -> Result<SkuOp> {
    Ok(SkuOp {
        key: key(row)?,
        sku_sn: get(row, "sku_sn")?,
        before: get(row, "before")?,
        after: get(row, "after")?,
    })
}
