//! `temu_parcels`: what JTL packed, and how far TEMU knows of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::order::Hold;
use kontor_core::parcel::{JtlParcel, ReportState, StoredParcel};
use kontor_core::state::{Event, OrderState};
use serde_json::{Value as Json, json};

use super::import::Change;
use super::outbox::move_those_in;
use super::rows::{json_text, list, millis, numbers};
use super::session::Talk;
use crate::rows::order::parcel;
use crate::{CarrierVerdict, Result, TimelineKind};

const OPENED: &str = "sn NVARCHAR(64) '$.sn', jtl_id BIGINT '$.jtl_id', tracking NVARCHAR(200) '$.tracking',
    method NVARCHAR(400) '$.method', logistics NVARCHAR(400) '$.logistics', shipped_at BIGINT '$.shipped_at',
    contents NVARCHAR(MAX) '$.contents'";

pub(super) async fn save(
    talk: &mut Talk<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    parcels: &[JtlParcel],
    complete: &[ParentOrderSn],
) -> Result<u64> {
    store(talk, parcels).await?;
    let mut change = Change::new(Some(run), at);
    let tracked = move_those_in(talk, &mut change, complete, Event::Track).await?;
    change.finish(talk).await?;
    Ok(tracked)
}

/// New parcels are inserted as waiting, known ones follow JTL while they wait. Of a parcel named twice the last counts.
async fn store(talk: &mut Talk<'_>, parcels: &[JtlParcel]) -> Result<()> {
    let mut rows: BTreeMap<(&str, i64), Json> = BTreeMap::new();
    for parcel in parcels {
        rows.insert((parcel.parent_order_sn.as_str(), parcel.jtl_id), row(parcel)?);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows = list(rows.values())?;
    let sql = format!(
        "UPDATE p SET tracking_number = j.tracking, shipping_method = j.method, logistics = j.logistics,
             shipped_at = j.shipped_at, contents = j.contents
         FROM temu_parcels AS p
         JOIN OPENJSON(@P1) WITH ({OPENED}) AS j
             ON p.parent_order_sn = j.sn COLLATE Latin1_General_BIN2 AND p.jtl_id = j.jtl_id
         WHERE p.report = 'waiting'"
    );
    talk.execute(&sql, &[(&rows).into()]).await?;
    let sql = format!(
        "INSERT INTO temu_parcels (parent_order_sn, jtl_id, tracking_number, shipping_method, logistics, shipped_at,
             contents, report)
         SELECT j.sn, j.jtl_id, j.tracking, j.method, j.logistics, j.shipped_at, j.contents, 'waiting'
         FROM OPENJSON(@P1) WITH ({OPENED}) AS j
         WHERE NOT EXISTS (SELECT 1 FROM temu_parcels AS p
             WHERE p.parent_order_sn = j.sn COLLATE Latin1_General_BIN2 AND p.jtl_id = j.jtl_id)"
    );
    talk.execute(&sql, &[(&rows).into()]).await?;
    Ok(())
}

fn row(parcel: &JtlParcel) -> Result<Json> {
    Ok(json!({
        "sn": parcel.parent_order_sn.as_str(),
        "jtl_id": parcel.jtl_id,
        "tracking": parcel.tracking_number,
        "method": parcel.shipping_method,
        "logistics": parcel.logistics,
        "shipped_at": millis(parcel.shipped_at),
        "contents": json_text(&parcel.contents)?,
    }))
}

pub(super) async fn of(talk: &mut Talk<'_>, sns: &[ParentOrderSn]) -> Result<Vec<StoredParcel>> {
    let sql = "SELECT p.* FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn') AS asked
               JOIN temu_parcels AS p ON p.parent_order_sn = asked.sn COLLATE Latin1_General_BIN2
               ORDER BY p.parent_order_sn, p.jtl_id";
    talk.select(sql, &[(&numbers(sns)?).into()], parcel).await
}

pub(super) async fn set_carriers(talk: &mut Talk<'_>, verdicts: &[CarrierVerdict]) -> Result<()> {
    // Of two verdicts about one number the last counts.
    let mut rows: BTreeMap<(&str, &str), Json> = BTreeMap::new();
    for verdict in verdicts {
        let carrier = verdict.verdict.as_ref().ok();
        let reason = verdict.verdict.as_ref().err();
        let (sn, tracking) = (verdict.parent_order_sn.as_str(), verdict.tracking_number.as_str());
        let row = json!({
            "sn": sn,
            "tracking": tracking,
            "carrier": carrier.map(|c| c.0),
            "name": carrier.map(|c| c.1.as_str()),
            "code": reason.map(|r| r.code.as_str()),
            "detail": reason.map(|r| r.detail.as_str()),
        });
        rows.insert((sn, tracking), row);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "UPDATE p SET carrier_id = j.carrier, carrier_name = j.name, problem_code = j.code,
                   problem_detail = j.detail
               FROM temu_parcels AS p
               JOIN OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn', tracking NVARCHAR(200) '$.tracking',
                   carrier BIGINT '$.carrier', name NVARCHAR(400) '$.name', code NVARCHAR(64) '$.code',
                   detail NVARCHAR(MAX) '$.detail') AS j
                   ON p.parent_order_sn = j.sn COLLATE Latin1_General_BIN2
                       AND p.tracking_number = j.tracking COLLATE Latin1_General_BIN2
               WHERE p.report = 'waiting'";
    talk.execute(sql, &[(&list(rows.values())?).into()]).await?;
    Ok(())
}

pub(super) async fn set_report(
    talk: &mut Talk<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    sn: &ParentOrderSn,
    report: ReportState,
    reason: Option<&Hold>,
) -> Result<()> {
    let reported_at = (report == ReportState::Reported).then(|| at.timestamp_millis());
    let sql = "UPDATE temu_parcels SET report = @P2, problem_code = @P3, problem_detail = @P4, reported_at = @P5
               WHERE parent_order_sn = @P1 AND report <> 'reported'";
    let values = [
        sn.as_str().into(),
        report.as_str().into(),
        reason.map(|r| r.code.as_str()).into(),
        reason.map(|r| r.detail.as_str()).into(),
        reported_at.into(),
    ];
    talk.execute(sql, &values).await?;
    let mut change = Change::new(Some(run), at);
    if let Some(reason) = reason {
        change.note(sn, TimelineKind::Report, Some(reason.code), reason.detail.clone());
    }
    if let (ReportState::Reported, Some(transition)) =
        (report, OrderState::Tracked.on(Event::Report))
    {
        change.transitions(talk, &[(sn, transition)]).await?;
    }
    change.finish(talk).await
}
