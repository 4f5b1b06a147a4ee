//! `temu_parcels`: what JTL packed, and how far TEMU knows of it.

use chrono::{DateTime, Utc};
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::order::Hold;
use kontor_core::parcel::{JtlParcel, ReportState, StoredParcel};
use kontor_core::state::{Event, OrderState};
use rusqlite::{Connection, Transaction, params};

use super::failures::problem;
use super::import::Change;
use super::rows::{json, millis, numbers};
use crate::{CarrierVerdict, Result, TimelineKind, rows};

pub(super) fn save(
    t: &Transaction<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    parcels: &[JtlParcel],
    complete: &[ParentOrderSn],
) -> Result<u64> {
    let change = Change { run: Some(run), at };
    let mut upsert = t
        .prepare_cached(
            "INSERT INTO temu_parcels (parent_order_sn, jtl_id, tracking_number, shipping_method, logistics, shipped_at,
                contents, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting')
             ON CONFLICT (parent_order_sn, jtl_id) DO UPDATE SET tracking_number = excluded.tracking_number,
                shipping_method = excluded.shipping_method, logistics = excluded.logistics,
                shipped_at = excluded.shipped_at, contents = excluded.contents
             WHERE report = 'waiting'",
        )
        .map_err(problem)?;
    for parcel in parcels {
        upsert
            .execute(params![
                parcel.parent_order_sn.as_str(),
                parcel.jtl_id,
                parcel.tracking_number,
                parcel.shipping_method,
                parcel.logistics,
                millis(parcel.shipped_at),
                json(&parcel.contents)?,
            ])
            .map_err(problem)?;
    }
    let mut tracked = 0;
    let Some(transition) = OrderState::Accepted.on(Event::Track) else { return Ok(0) };
    let sql = "SELECT 1 FROM temu_orders WHERE parent_order_sn = ?1 AND state = 'accepted'";
    let mut is_accepted = t.prepare_cached(sql).map_err(problem)?;
    for sn in complete {
        if is_accepted.exists(params![sn.as_str()]).map_err(problem)? {
            change.transition(t, sn, transition)?;
            tracked += 1;
        }
    }
    Ok(tracked)
}

pub(super) fn of(connection: &Connection, sns: &[ParentOrderSn]) -> Result<Vec<StoredParcel>> {
    let sql = "SELECT p.* FROM json_each(?1) AS asked JOIN temu_parcels AS p ON p.parent_order_sn = asked.value
               ORDER BY p.parent_order_sn, p.jtl_id";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![numbers(sns)?]).map_err(problem)?;
    let mut parcels = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        parcels.push(rows::order::parcel(row)?);
    }
    Ok(parcels)
}

pub(super) fn set_carriers(t: &Transaction<'_>, verdicts: &[CarrierVerdict]) -> Result<()> {
    let sql = "UPDATE temu_parcels SET carrier_id = ?3, carrier_name = ?4, problem_code = ?5, problem_detail = ?6
               WHERE parent_order_sn = ?1 AND tracking_number = ?2 AND report = 'waiting'";
    let mut statement = t.prepare_cached(sql).map_err(problem)?;
    for verdict in verdicts {
        let carrier = verdict.verdict.as_ref().ok();
        let reason = verdict.verdict.as_ref().err();
        statement
            .execute(params![
                verdict.parent_order_sn.as_str(),
                verdict.tracking_number,
                carrier.map(|c| c.0),
                carrier.map(|c| c.1.as_str()),
                reason.map(|r| r.code.as_str()),
                reason.map(|r| r.detail.as_str()),
            ])
            .map_err(problem)?;
    }
    Ok(())
}

pub(super) fn set_report(
    t: &Transaction<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    sn: &ParentOrderSn,
    report: ReportState,
    reason: Option<&Hold>,
) -> Result<()> {
    let change = Change { run: Some(run), at };
    let reported_at = (report == ReportState::Reported).then(|| at.timestamp_millis());
    t.prepare_cached(
        "UPDATE temu_parcels SET report = ?2, problem_code = ?3, problem_detail = ?4, reported_at = ?5
         WHERE parent_order_sn = ?1 AND report <> 'reported'",
    )
    .map_err(problem)?
    .execute(params![
        sn.as_str(),
        report.as_str(),
        reason.map(|r| r.code.as_str()),
        reason.map(|r| r.detail.as_str()),
        reported_at,
    ])
    .map_err(problem)?;
    if let Some(reason) = reason {
        change.event(t, sn, TimelineKind::Report, Some(reason.code), reason.detail.clone())?;
    }
    match (report, OrderState::Tracked.on(Event::Report)) {
        (ReportState::Reported, Some(transition)) => change.transition(t, sn, transition),
        _ => Ok(()),
    }
}
