//! `temu_xml_export`: the outbox of the hand-over to JTL.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::export::OutboxEntry;
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::order::Hold;
use kontor_core::state::{Event, OrderState};
use rusqlite::{Connection, OptionalExtension as _, Params, Transaction, params};

use super::failures::{conflict, problem};
use super::import::Change;
use super::rows::{json, numbers, word};
use crate::{Accepted, Result, TimelineKind, rows};

pub(super) fn prepare(
    t: &Transaction<'_>,
    mut entries: Vec<OutboxEntry>,
) -> Result<Vec<OutboxEntry>> {
    let mut still_there = t
        .prepare_cached(
            "SELECT 1 FROM temu_orders WHERE parent_order_sn = ?1 AND state = 'imported' AND version = ?2",
        )
        .map_err(problem)?;
    let mut insert = t
        .prepare_cached(
            "INSERT INTO temu_xml_export (parent_order_sn, channel, generation, run_id, content, content_hash,
                order_version, state, prepared_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'prepared', ?8)",
        )
        .map_err(problem)?;
    for entry in &mut entries {
        let sn = entry.parent_order_sn.as_str();
        if !still_there.exists(params![sn, entry.order_version]).map_err(problem)? {
            return Err(conflict(sn));
        }
        entry.id = insert
            .insert(params![
                sn,
                entry.channel.as_str(),
                entry.generation,
                entry.run_id.as_str(),
                entry.content,
                entry.content_hash,
                entry.order_version,
                entry.prepared_at.timestamp_millis(),
            ])
            .map_err(problem)?;
    }
    Ok(entries)
}

pub(super) fn next_generations(
    connection: &Connection,
    sns: &[ParentOrderSn],
) -> Result<Vec<(ParentOrderSn, i64)>> {
    let sql = "SELECT e.parent_order_sn, max(e.generation) FROM json_each(?1) AS asked
               JOIN temu_xml_export AS e ON e.parent_order_sn = asked.value GROUP BY e.parent_order_sn";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![numbers(sns)?]).map_err(problem)?;
    let mut highest: HashMap<String, i64> = HashMap::new();
    while let Some(row) = rows.next().map_err(problem)? {
        highest.insert(row.get(0).map_err(problem)?, row.get(1).map_err(problem)?);
    }
    let next = |sn: &ParentOrderSn| highest.get(sn.as_str()).copied().unwrap_or(0) + 1;
    Ok(sns.iter().map(|sn| (sn.clone(), next(sn))).collect())
}

pub(super) fn unfinished(connection: &Connection) -> Result<Vec<OutboxEntry>> {
    let sql = "SELECT * FROM temu_xml_export WHERE state IN ('prepared', 'publishing') ORDER BY id";
    select(connection, sql, params![])
}

pub(super) fn of(connection: &Connection, sn: &ParentOrderSn) -> Result<Vec<OutboxEntry>> {
    let sql = "SELECT * FROM temu_xml_export WHERE parent_order_sn = ?1 ORDER BY id";
    select(connection, sql, params![sn.as_str()])
}

fn select(connection: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<OutboxEntry>> {
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(parameters).map_err(problem)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        entries.push(rows::order::entry(row)?);
    }
    Ok(entries)
}

pub(super) fn mark_publishing(
    t: &Transaction<'_>,
    ids: &[i64],
    file_name: Option<&str>,
) -> Result<()> {
    let sql = "UPDATE temu_xml_export SET state = 'publishing', file_name = ?2
               WHERE id IN (SELECT value FROM json_each(?1)) AND state IN ('prepared', 'publishing')";
    let changed = t
        .prepare_cached(sql)
        .map_err(problem)?
        .execute(params![json(&ids)?, file_name])
        .map_err(problem)?;
    if changed == ids.len() { Ok(()) } else { Err(conflict(ids.len())) }
}

pub(super) fn mark_prepared_again(t: &Transaction<'_>, ids: &[i64]) -> Result<()> {
    let sql = "UPDATE temu_xml_export SET state = 'prepared', file_name = NULL
               WHERE id IN (SELECT value FROM json_each(?1)) AND state IN ('prepared', 'publishing')";
    t.prepare_cached(sql).map_err(problem)?.execute(params![json(&ids)?]).map_err(problem)?;
    Ok(())
}

/// An order is exported as soon as one of its entries has left; with the target `both` the other one is a copy.
pub(super) fn mark_written(
    t: &Transaction<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    proofs: &[(i64, String)],
) -> Result<u64> {
    let change = Change { run: Some(run), at };
    let mut mark = t
        .prepare_cached(
            "UPDATE temu_xml_export SET state = 'written', proof = ?2, written_at = ?3
             WHERE id = ?1 AND state IN ('prepared', 'publishing') RETURNING parent_order_sn",
        )
        .map_err(problem)?;
    let mut exported = 0;
    for (id, proof) in proofs {
        let sn: Option<String> = mark
            .query_row(params![id, proof, at.timestamp_millis()], |row| row.get(0))
            .optional()
            .map_err(problem)?;
        let Some(sn) = sn.map(ParentOrderSn::new) else { continue };
        if let Some(transition) = state_of(t, &sn)?.and_then(|state| state.on(Event::Export)) {
            change.transition(t, &sn, transition)?;
            exported += 1;
        }
    }
    Ok(exported)
}

fn state_of(connection: &Connection, sn: &ParentOrderSn) -> Result<Option<OrderState>> {
    let sql = "SELECT state FROM temu_orders WHERE parent_order_sn = ?1";
    let state: Option<String> = connection
        .prepare_cached(sql)
        .map_err(problem)?
        .query_row(params![sn.as_str()], |row| row.get(0))
        .optional()
        .map_err(problem)?;
    state.map(|s| word(&s)).transpose()
}

pub(super) fn withdraw(
    t: &Transaction<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    ids: &[i64],
    reason: &Hold,
) -> Result<()> {
    let change = Change { run: Some(run), at };
    let sql = "UPDATE temu_xml_export SET state = 'withdrawn'
               WHERE id = ?1 AND state IN ('prepared', 'publishing') RETURNING parent_order_sn";
    let mut mark = t.prepare_cached(sql).map_err(problem)?;
    for id in ids {
        let sn: Option<String> =
            mark.query_row(params![id], |row| row.get(0)).optional().map_err(problem)?;
        if let Some(sn) = sn.map(ParentOrderSn::new) {
            change.event(t, &sn, TimelineKind::Note, Some(reason.code), reason.detail.clone())?;
        }
    }
    Ok(())
}

pub(super) fn mark_accepted(
    t: &Transaction<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    seen: &[Accepted],
) -> Result<u64> {
    let change = Change { run: Some(run), at };
    let mut accepted = 0;
    for order in seen {
        let sn = &order.parent_order_sn;
        let Some(transition) = state_of(t, sn)?.and_then(|state| state.on(Event::Accept)) else {
            continue;
        };
        change.transition(t, sn, transition)?;
        t.prepare_cached("UPDATE temu_orders SET jtl_order_number = ?2 WHERE parent_order_sn = ?1")
            .map_err(problem)?
            .execute(params![sn.as_str(), order.jtl_order_number])
            .map_err(problem)?;
        t.prepare_cached(
            "UPDATE temu_xml_export SET state = 'accepted', proof = ?2 WHERE parent_order_sn = ?1 AND state = 'written'",
        )
        .map_err(problem)?
        .execute(params![sn.as_str(), format!("tAuftrag:{}", order.jtl_order_number)])
        .map_err(problem)?;
        accepted += 1;
    }
    Ok(accepted)
}

pub(super) fn re_export(
    t: &Transaction<'_>,
    at: DateTime<Utc>,
    sn: &ParentOrderSn,
    by: &str,
) -> Result<()> {
    let change = Change { run: None, at };
    let transition =
        state_of(t, sn)?.and_then(|state| state.on(Event::ReExport)).ok_or_else(|| conflict(sn))?;
    change.transition(t, sn, transition)?;
    change.event(t, sn, TimelineKind::Note, Some(Code::OrderExportedAgain), by.to_owned())
}
