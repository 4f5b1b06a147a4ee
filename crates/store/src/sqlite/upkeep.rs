//! Upkeep: how jobs fare, and forgetting.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::failures::problem;
use super::rows::{from_json, json, optional_time};
use super::{SqliteStore, blocking, history, runs};
use crate::Result;
use crate::rows::desk;
use crate::upkeep::{Forgotten, ForgottenHistory, JobState, Pulse, UpkeepStore, XmlFiles};

#[async_trait]
impl UpkeepStore for SqliteStore {
    async fn job_state(&self, job: &str, mode: &str) -> Result<JobState> {
        let (job, mode) = (job.to_owned(), mode.to_owned());
        self.read(move |c| job_state(c, job, mode)).await
    }

    async fn pulse(&self) -> Result<Pulse> {
        self.read(pulse).await
    }

    async fn forget(
        &self,
        addresses_before: DateTime<Utc>,
        items_before: DateTime<Utc>,
        present: XmlFiles,
        dry_run: bool,
    ) -> Result<Forgotten> {
        let (addresses, items) =
            (addresses_before.timestamp_millis(), items_before.timestamp_millis());
        let forgotten = self.write(move |t| forget(t, addresses, items, &present, dry_run)).await?;
        if !dry_run {
            let writer = Arc::clone(&self.writer);
            // What was overwritten in the database also leaves its log.
            blocking(move || {
                let connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
                let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
                connection.query_row(checkpoint, [], |_| Ok(())).map_err(problem)
            })
            .await?;
        }
        Ok(forgotten)
    }

    async fn forget_history(
        &self,
        before: DateTime<Utc>,
        dry_run: bool,
    ) -> Result<ForgottenHistory> {
        let before = before.timestamp_millis();
        self.write(move |t| history::forget(t, before, dry_run)).await
    }
}

fn job_state(connection: &Connection, job: String, mode: String) -> Result<JobState> {
    let last =
        "SELECT ended_at, outcome FROM runs WHERE job = ?1 AND mode = ?2 AND ended_at IS NOT NULL
                ORDER BY started_at DESC LIMIT 1";
    let last: Option<(Option<i64>, Option<String>)> = connection
        .prepare_cached(last)
        .and_then(|mut s| {
            s.query_row(params![job, mode], |r| Ok((r.get(0)?, r.get(1)?))).optional()
        })
        .map_err(problem)?;
    let last_success = runs::last_success(connection, &job, &mode)?;
    let (end, outcome) = last.unwrap_or_default();
    Ok(JobState {
        job,
        mode,
        last_end: optional_time(end)?,
        last_outcome: outcome.map(|o| from_json(&format!("\"{o}\""))).transpose()?,
        last_success,
    })
}

fn pulse(connection: &Connection) -> Result<Pulse> {
    let sql = "SELECT
         (SELECT COALESCE(MAX(id), 0) FROM order_events) AS orders,
         (SELECT COALESCE(MAX(started_at), 0) FROM runs)
             - (SELECT COUNT(*) FROM runs WHERE ended_at IS NULL) AS runs,
         (SELECT COALESCE(MAX(id), 0) FROM job_requests)
             + (SELECT COUNT(*) FROM job_requests WHERE state = 'waiting') AS requests,
         (SELECT COUNT(*) FROM order_events WHERE kind = 'alert' AND settled_at IS NULL)
             + (SELECT COUNT(*) FROM order_corrections) AS desk";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query([]).map_err(problem)?;
    let row = rows.next().map_err(problem)?;
    row.map(desk::pulse).transpose().map(Option::unwrap_or_default)
}

/// Past: its way has ended, long enough ago, and no hand-over of it is open.
const PAST: &str = "SELECT o.parent_order_sn FROM temu_orders o
    WHERE o.state IN ('reported', 'cancelled') AND o.changed_at < ?1
      AND NOT EXISTS (SELECT 1 FROM temu_xml_export e WHERE e.parent_order_sn = o.parent_order_sn
                      AND e.state IN ('prepared', 'publishing'))";

fn forget(
    t: &Transaction<'_>,
    addresses: i64,
    items: i64,
    present: &XmlFiles,
    dry_run: bool,
) -> Result<Forgotten> {
    t.execute_batch("SAVEPOINT forgetting").map_err(problem)?;
    let orders: i64 = t
        .query_row(
            &format!(
                "SELECT COUNT(*) FROM ({PAST}) p JOIN temu_orders o USING (parent_order_sn)
                 WHERE o.address IS NOT NULL OR o.given_address IS NOT NULL OR o.buyer IS NOT NULL
                    OR EXISTS (SELECT 1 FROM temu_xml_export e
                               WHERE e.parent_order_sn = p.parent_order_sn AND e.content <> '')
                    OR EXISTS (SELECT 1 FROM order_corrections c
                               WHERE c.parent_order_sn = p.parent_order_sn AND c.field = 'address')"
            ),
            params![addresses],
            |row| row.get(0),
        )
        .map_err(problem)?;
    for change in [
        "UPDATE temu_orders SET address = NULL, given_address = NULL, buyer = NULL, buyer_key = NULL WHERE parent_order_sn IN",
        "DELETE FROM order_corrections WHERE field = 'address' AND parent_order_sn IN",
        "UPDATE temu_xml_export SET content = '' WHERE content <> '' AND parent_order_sn IN",
    ] {
        t.execute(&format!("{change} ({PAST})"), params![addresses]).map_err(problem)?;
    }
    let files = emptied(t, addresses, present)?;
    let run_items =
        t.execute("DELETE FROM run_items WHERE at < ?1", params![items]).map_err(problem)?;
    if dry_run {
        t.execute_batch("ROLLBACK TO forgetting").map_err(problem)?;
    }
    Ok(Forgotten {
        orders: u64::try_from(orders).unwrap_or_default(),
        files,
        run_items: u64::try_from(run_items).unwrap_or(u64::MAX),
    })
}

/// Of the files that are there, those in which nobody is left that is remembered.
fn emptied(t: &Transaction<'_>, addresses: i64, present: &XmlFiles) -> Result<XmlFiles> {
    let numbers = format!("SELECT value FROM json_each(?2) WHERE value IN ({PAST})");
    let collective =
        "SELECT j.value FROM json_each(?2) j JOIN temu_xml_export e ON e.file_name = j.value
                      WHERE ?1 IS NOT NULL GROUP BY j.value HAVING MAX(e.content <> '') = 0";
    Ok(XmlFiles {
        numbers: texts(t, &numbers, addresses, &json(&present.numbers)?)?,
        collective: texts(t, collective, addresses, &json(&present.collective)?)?,
    })
}

fn texts(t: &Transaction<'_>, sql: &str, before: i64, names: &str) -> Result<Vec<String>> {
    let mut statement = t.prepare(sql).map_err(problem)?;
    let rows = statement.query_map(params![before, names], |row| row.get(0)).map_err(problem)?;
    rows.collect::<rusqlite::Result<_>>().map_err(problem)
}
