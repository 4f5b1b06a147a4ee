//! `order_events`: the timeline of each order.

use chrono::{DateTime, Utc};
use kontor_core::ids::{ParentOrderSn, RunId};
use serde_json::json;

use super::rows::{json_text, list};
use super::session::Talk;
use crate::rows::order::event;
use crate::{NewEvent, OrderEvent, Result};

/// Adds events in their order, in one statement.
pub(super) async fn add(talk: &mut Talk<'_>, events: &[NewEvent]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    // IDENTITY follows the ORDER BY of an INSERT … SELECT.
    let sql = "INSERT INTO order_events (parent_order_sn, run_id, at, kind, code, detail)
               SELECT e.sn, e.run_id, e.at, e.kind, e.code, e.detail
               FROM OPENJSON(@P1) WITH (n BIGINT '$.n', sn NVARCHAR(64) '$.sn', run_id NVARCHAR(64) '$.run',
                   at BIGINT '$.at', kind NVARCHAR(32) '$.kind', code NVARCHAR(64) '$.code',
                   detail NVARCHAR(MAX) '$.detail') AS e
               ORDER BY e.n";
    let rows = (0_i64..).zip(events).map(row).collect::<Result<Vec<_>>>()?;
    talk.execute(sql, &[(&list(&rows)?).into()]).await?;
    Ok(())
}

fn row((n, event): (i64, &NewEvent)) -> Result<serde_json::Value> {
    Ok(json!({
        "n": n,
        "sn": event.parent_order_sn.as_str(),
        "run": event.run_id.as_ref().map(RunId::as_str),
        "at": event.at.timestamp_millis(),
        "kind": json_text(&event.kind)?.trim_matches('"'),
        "code": event.code.map(|c| c.as_str()),
        "detail": event.detail,
    }))
}

pub(super) async fn timeline(talk: &mut Talk<'_>, sn: &ParentOrderSn) -> Result<Vec<OrderEvent>> {
    let sql = "SELECT * FROM order_events WHERE parent_order_sn = @P1 ORDER BY id";
    talk.select(sql, &[sn.as_str().into()], event).await
}

pub(super) async fn alerts(talk: &mut Talk<'_>, limit: u32) -> Result<Vec<OrderEvent>> {
    let sql = "SELECT TOP (@P1) * FROM order_events WHERE kind = 'alert' AND settled_at IS NULL ORDER BY id DESC";
    talk.select(sql, &[limit.into()], event).await
}

pub(super) async fn count_open_alerts(talk: &mut Talk<'_>) -> Result<u64> {
    let sql = "SELECT COUNT_BIG(*) AS number FROM order_events WHERE kind = 'alert' AND settled_at IS NULL";
    let alerts = talk.number(sql, &[]).await?;
    Ok(u64::try_from(alerts).unwrap_or_default())
}

/// Settles an open alert; `false` when it is none or somebody was faster.
pub(super) async fn settle(
    talk: &mut Talk<'_>,
    id: i64,
    at: DateTime<Utc>,
    by: &str,
) -> Result<bool> {
    let sql = "UPDATE order_events SET settled_at = @P2, settled_by = @P3
               WHERE id = @P1 AND kind = 'alert' AND settled_at IS NULL";
    let values = [id.into(), at.timestamp_millis().into(), by.into()];
    Ok(talk.execute(sql, &values).await? == 1)
}
