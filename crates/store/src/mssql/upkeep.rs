//! Upkeep: how jobs fare, and forgetting.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_mssql::Row;
use serde_json::json;

use super::rows::{get, list};
use super::session::Talk;
use super::{MssqlStore, history};
use crate::Result;
use crate::rows::{desk, from_json, optional_time};
use crate::upkeep::{Forgotten, ForgottenHistory, JobState, Pulse, UpkeepStore, XmlFiles};

#[async_trait]
impl UpkeepStore for MssqlStore {
    async fn job_state(&self, job: &str, mode: &str) -> Result<JobState> {
        self.read(|talk| Box::pin(job_state(talk, job, mode))).await
    }

    async fn pulse(&self) -> Result<Pulse> {
        self.read(|talk| Box::pin(pulse(talk))).await
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
        self.write(|talk| Box::pin(forget(talk, addresses, items, &present, dry_run))).await
    }

    async fn forget_history(
        &self,
        before: DateTime<Utc>,
        dry_run: bool,
    ) -> Result<ForgottenHistory> {
        let before = before.timestamp_millis();
        let forget = self.write(|talk| Box::pin(history::forget(talk, before, dry_run)));
        forget.await
    }
}

async fn job_state(talk: &mut Talk<'_>, job: &str, mode: &str) -> Result<JobState> {
    let newest = |what: &str| {
        format!(
            "SELECT TOP (1) ended_at, outcome FROM runs WHERE job = @P1 AND mode = @P2 AND {what}
             ORDER BY started_at DESC"
        )
    };
    let values = [job.into(), mode.into()];
    let last = talk.row(&newest("ended_at IS NOT NULL"), &values).await?;
    let well = talk.row(&newest("outcome = 'success'"), &values).await?;
    let end = |row: &Row| get::<Option<i64>>(row, "ended_at");
    let outcome: Option<String> =
        last.as_ref().map(|row| get(row, "outcome")).transpose()?.flatten();
    Ok(JobState {
        job: job.to_owned(),
        mode: mode.to_owned(),
        last_end: optional_time(last.as_ref().map(end).transpose()?.flatten())?,
        last_outcome: outcome.map(|o| from_json(&format!("\"{o}\""))).transpose()?,
        last_success: optional_time(well.as_ref().map(end).transpose()?.flatten())?,
    })
}

async fn pulse(talk: &mut Talk<'_>) -> Result<Pulse> {
    let sql = "SELECT
         (SELECT COALESCE(MAX(id), 0) FROM order_events) AS orders,
         (SELECT COALESCE(MAX(started_at), 0) FROM runs)
             - (SELECT COUNT_BIG(*) FROM runs WHERE ended_at IS NULL) AS runs,
         (SELECT COALESCE(MAX(id), 0) FROM job_requests)
             + (SELECT COUNT_BIG(*) FROM job_requests WHERE state = 'waiting') AS requests,
         (SELECT COUNT_BIG(*) FROM order_events WHERE kind = 'alert' AND settled_at IS NULL)
             + (SELECT COUNT_BIG(*) FROM order_corrections) AS desk";
    let row = talk.row(sql, &[]).await?;
    row.as_ref().map(desk::pulse).transpose().map(Option::unwrap_or_default)
}

/// Past: its way has ended, long enough ago, and no hand-over of it is open.
const PAST: &str = "SELECT o.parent_order_sn FROM temu_orders AS o
    WHERE o.state IN ('reported', 'cancelled') AND o.changed_at < @P1
      AND NOT EXISTS (SELECT 1 FROM temu_xml_export AS e WHERE e.parent_order_sn = o.parent_order_sn
                      AND e.state IN ('prepared', 'publishing'))";

/// Everything is looked at first, so that a dry run says the same and changes nothing.
async fn forget(
    talk: &mut Talk<'_>,
    addresses: i64,
    items: i64,
    present: &XmlFiles,
    dry_run: bool,
) -> Result<Forgotten> {
    let sql = format!(
        "SELECT COUNT_BIG(*) AS number FROM temu_orders AS p WHERE p.parent_order_sn IN ({PAST})
           AND (p.address IS NOT NULL OR p.given_address IS NOT NULL OR p.buyer IS NOT NULL
                OR EXISTS (SELECT 1 FROM temu_xml_export AS x
                           WHERE x.parent_order_sn = p.parent_order_sn AND x.content <> '')
                OR EXISTS (SELECT 1 FROM order_corrections AS c
                           WHERE c.parent_order_sn = p.parent_order_sn AND c.field = 'address'))"
    );
    let orders = talk.number(&sql, &[addresses.into()]).await?;
    let files = emptied(talk, addresses, present).await?;
    let sql = "SELECT COUNT_BIG(*) AS number FROM run_items WHERE at < @P1";
    let run_items = talk.number(sql, &[items.into()]).await?;
    if !dry_run {
        for change in [
            "UPDATE temu_orders SET address = NULL, given_address = NULL, buyer = NULL, buyer_key = NULL WHERE parent_order_sn IN",
            "DELETE FROM order_corrections WHERE field = 'address' AND parent_order_sn IN",
            "UPDATE temu_xml_export SET content = '' WHERE content <> '' AND parent_order_sn IN",
        ] {
            talk.execute(&format!("{change} ({PAST})"), &[addresses.into()]).await?;
        }
        talk.execute("DELETE FROM run_items WHERE at < @P1", &[items.into()]).await?;
    }
    Ok(Forgotten {
        orders: u64::try_from(orders).unwrap_or_default(),
        files,
        run_items: u64::try_from(run_items).unwrap_or_default(),
    })
}

/// Of the files that are there, those in which nobody is left that is remembered.
async fn emptied(talk: &mut Talk<'_>, addresses: i64, present: &XmlFiles) -> Result<XmlFiles> {
    let numbers = format!(
        "SELECT p.parent_order_sn AS name FROM temu_orders AS p
         JOIN OPENJSON(@P2) WITH (name NVARCHAR(400) '$.name') AS j
             ON p.parent_order_sn = j.name COLLATE Latin1_General_BIN2
         WHERE p.parent_order_sn IN ({PAST})"
    );
    let collective = format!(
        "SELECT DISTINCT x.file_name AS name FROM temu_xml_export AS x
         JOIN OPENJSON(@P2) WITH (name NVARCHAR(400) '$.name') AS j
             ON x.file_name = j.name COLLATE Latin1_General_BIN2
         WHERE NOT EXISTS (SELECT 1 FROM temu_xml_export AS y WHERE y.file_name = x.file_name AND y.content <> ''
                               AND y.parent_order_sn NOT IN ({PAST}))"
    );
    Ok(XmlFiles {
        numbers: names(talk, &numbers, addresses, &present.numbers).await?,
        collective: names(talk, &collective, addresses, &present.collective).await?,
    })
}

async fn names(
    talk: &mut Talk<'_>,
    sql: &str,
    before: i64,
    present: &[String],
) -> Result<Vec<String>> {
    let present = list(present.iter().map(|name| json!({ "name": name })))?;
    talk.select(sql, &[before.into(), (&present).into()], |row| get(row, "name")).await
}
