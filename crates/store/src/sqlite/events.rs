//! `order_events`: the timeline of each order.

use chrono::{DateTime, Utc};
use kontor_core::ids::{ParentOrderSn, RunId};
use rusqlite::{Connection, Transaction, params};

use super::failures::problem;
use super::rows::json;
use crate::{NewEvent, OrderEvent, Result, rows};

pub(super) fn add(connection: &Connection, event: &NewEvent) -> Result<()> {
    let kind = json(&event.kind)?;
    connection
        .prepare_cached(
            "INSERT INTO order_events (parent_order_sn, run_id, at, kind, code, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .map_err(problem)?
        .execute(params![
            event.parent_order_sn.as_str(),
            event.run_id.as_ref().map(RunId::as_str),
            event.at.timestamp_millis(),
            kind.trim_matches('"'),
            event.code.map(|c| c.as_str()),
            event.detail,
        ])
        .map_err(problem)?;
    Ok(())
}

pub(super) fn timeline(connection: &Connection, sn: &ParentOrderSn) -> Result<Vec<OrderEvent>> {
    let sql = "SELECT * FROM order_events WHERE parent_order_sn = ?1 ORDER BY id";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![sn.as_str()]).map_err(problem)?;
    collect(&mut rows)
}

pub(super) fn alerts(connection: &Connection, limit: u32) -> Result<Vec<OrderEvent>> {
    let sql = "SELECT * FROM order_events WHERE kind = 'alert' AND settled_at IS NULL ORDER BY id DESC LIMIT ?1";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![limit]).map_err(problem)?;
    collect(&mut rows)
}

pub(super) fn count_open_alerts(connection: &Connection) -> Result<u64> {
    let sql = "SELECT count(*) FROM order_events WHERE kind = 'alert' AND settled_at IS NULL";
    let count: i64 = connection.query_row(sql, [], |row| row.get(0)).map_err(problem)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Settles an open alert; `false` when it is none or somebody was faster.
pub(super) fn settle(t: &Transaction<'_>, id: i64, at: DateTime<Utc>, by: &str) -> Result<bool> {
    let sql = "UPDATE order_events SET settled_at = ?2, settled_by = ?3
               WHERE id = ?1 AND kind = 'alert' AND settled_at IS NULL";
    let settled = t.execute(sql, params![id, at.timestamp_millis(), by]).map_err(problem)?;
    Ok(settled == 1)
}

fn collect(rows: &mut rusqlite::Rows<'_>) -> Result<Vec<OrderEvent>> {
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        events.push(rows::order::event(row)?);
    }
    Ok(events)
}
