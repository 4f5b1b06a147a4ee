//! `temu_xml_export`: the outbox of the hand-over to JTL.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::export::OutboxEntry;
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::order::Hold;
use kontor_core::state::{Event, OrderState, Transition};
use kontor_mssql::Row;
use serde_json::json;

use super::errors::conflict;
use super::import::Change;
use super::rows::{get, ids as id_list, list, numbers};
use super::session::Talk;
use crate::rows::order::entry;
use crate::rows::word;
use crate::{Accepted, Result, TimelineKind};

pub(super) async fn prepare(
    talk: &mut Talk<'_>,
    entries: &[OutboxEntry],
) -> Result<Vec<OutboxEntry>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    hold_orders(talk, entries).await?;
    let rows = list((0_i64..).zip(entries).map(row))?;
    let sql = format!(
        "INSERT INTO temu_xml_export (parent_order_sn, channel, generation, run_id, content, content_hash,
             order_version, state, prepared_at)
         SELECT j.sn, j.channel, j.generation, j.run_id, j.content, j.content_hash, j.order_version, 'prepared',
             j.prepared_at
         FROM OPENJSON(@P1) WITH ({ENTRY}) AS j ORDER BY j.n"
    );
    talk.execute(&sql, &[(&rows).into()]).await?;
    // Babelfish knows no OUTPUT beside an ORDER BY: the ids are asked for.
    let sql = format!(
        "SELECT e.id, e.parent_order_sn, e.channel, e.generation
         FROM OPENJSON(@P1) WITH ({ENTRY}) AS j
         JOIN temu_xml_export AS e ON e.parent_order_sn = j.sn COLLATE Latin1_General_BIN2
             AND e.channel = j.channel COLLATE Latin1_General_BIN2 AND e.generation = j.generation"
    );
    let made = talk.select(&sql, &[(&rows).into()], key_and_id).await?;
    let made: HashMap<Key, i64> = made.into_iter().collect();
    let with_id = |e: &OutboxEntry| {
        let key = (e.parent_order_sn.to_string(), e.channel.as_str().to_owned(), e.generation);
        let id = made.get(&key).copied().ok_or_else(|| conflict(&e.parent_order_sn))?;
        Ok(OutboxEntry { id, ..e.clone() })
    };
    entries.iter().map(with_id).collect()
}

/// An entry as it is opened from JSON.
const ENTRY: &str = "n BIGINT '$.n', sn NVARCHAR(64) '$.sn', channel NVARCHAR(32) '$.channel',
    generation BIGINT '$.generation', run_id NVARCHAR(64) '$.run', content NVARCHAR(MAX) '$.content',
    content_hash NVARCHAR(128) '$.hash', order_version BIGINT '$.version', prepared_at BIGINT '$.at'";

fn row((n, entry): (i64, &OutboxEntry)) -> serde_json::Value {
    json!({
        "n": n,
        "sn": entry.parent_order_sn.as_str(),
        "channel": entry.channel.as_str(),
        "generation": entry.generation,
        "run": entry.run_id.as_str(),
        "content": entry.content,
        "hash": entry.content_hash,
        "version": entry.order_version,
        "at": entry.prepared_at.timestamp_millis(),
    })
}

type Key = (String, String, i64);

fn key_and_id(row: &Row) -> Result<(Key, i64)> {
    let key = (get(row, "parent_order_sn")?, get(row, "channel")?, get(row, "generation")?);
    Ok((key, get(row, "id")?))
}

/// Every order must still stand at its version; until the commit nobody else changes it.
async fn hold_orders(talk: &mut Talk<'_>, entries: &[OutboxEntry]) -> Result<()> {
    let sql = "UPDATE o SET version = o.version
               FROM temu_orders AS o
               JOIN OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn', version BIGINT '$.version') AS j
                   ON o.parent_order_sn = j.sn COLLATE Latin1_General_BIN2
               WHERE o.state = 'imported' AND o.version = j.version";
    let orders: BTreeSet<(&str, i64)> =
        entries.iter().map(|e| (e.parent_order_sn.as_str(), e.order_version)).collect();
    let rows = orders.iter().map(|(sn, version)| json!({ "sn": sn, "version": version }));
    let there = talk.execute(sql, &[(&list(rows)?).into()]).await?;
    match orders.first() {
        Some((sn, _)) if there != orders.len() as u64 => Err(conflict(sn)),
        _ => Ok(()),
    }
}

pub(super) async fn next_generations(
    talk: &mut Talk<'_>,
    sns: &[ParentOrderSn],
) -> Result<Vec<(ParentOrderSn, i64)>> {
    let sql = "SELECT e.parent_order_sn AS parent_order_sn, MAX(e.generation) AS generation
               FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn') AS asked
               JOIN temu_xml_export AS e ON e.parent_order_sn = asked.sn COLLATE Latin1_General_BIN2
               GROUP BY e.parent_order_sn";
    let highest: HashMap<String, i64> = talk
        .select(sql, &[(&numbers(sns)?).into()], |row| {
            Ok((get(row, "parent_order_sn")?, get(row, "generation")?))
        })
        .await?
        .into_iter()
        .collect();
    let next = |sn: &ParentOrderSn| highest.get(sn.as_str()).copied().unwrap_or(0) + 1;
    Ok(sns.iter().map(|sn| (sn.clone(), next(sn))).collect())
}

pub(super) async fn unfinished(talk: &mut Talk<'_>) -> Result<Vec<OutboxEntry>> {
    let sql = "SELECT * FROM temu_xml_export WHERE state IN ('prepared', 'publishing') ORDER BY id";
    talk.select(sql, &[], entry).await
}

pub(super) async fn of(talk: &mut Talk<'_>, sn: &ParentOrderSn) -> Result<Vec<OutboxEntry>> {
    let sql = "SELECT * FROM temu_xml_export WHERE parent_order_sn = @P1 ORDER BY id";
    talk.select(sql, &[sn.as_str().into()], entry).await
}

pub(super) async fn mark_publishing(
    talk: &mut Talk<'_>,
    ids: &[i64],
    file_name: Option<&str>,
) -> Result<()> {
    let sql = "UPDATE temu_xml_export SET state = 'publishing', file_name = @P2
               WHERE id IN (SELECT j.id FROM OPENJSON(@P1) WITH (id BIGINT '$.id') AS j)
                   AND state IN ('prepared', 'publishing')";
    let changed = talk.execute(sql, &[(&id_list(ids)?).into(), file_name.into()]).await?;
    if changed == ids.len() as u64 { Ok(()) } else { Err(conflict(ids.len())) }
}

pub(super) async fn mark_prepared_again(talk: &mut Talk<'_>, ids: &[i64]) -> Result<()> {
    let sql = "UPDATE temu_xml_export SET state = 'prepared', file_name = NULL
               WHERE id IN (SELECT j.id FROM OPENJSON(@P1) WITH (id BIGINT '$.id') AS j)
                   AND state IN ('prepared', 'publishing')";
    talk.execute(sql, &[(&id_list(ids)?).into()]).await?;
    Ok(())
}

/// An order is exported as soon as one of its entries has left; with the target `both` the other one is a copy.
pub(super) async fn mark_written(
    talk: &mut Talk<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    proofs: &[(i64, String)],
) -> Result<u64> {
    let marked = unfinished_among(talk, proofs.iter().map(|(id, _)| *id)).await?;
    let open: BTreeSet<i64> = marked.iter().map(|(id, _)| *id).collect();
    let rows = proofs
        .iter()
        .filter(|(id, _)| open.contains(id))
        .map(|(id, proof)| (*id, json!({ "id": id, "proof": proof })))
        .collect::<BTreeMap<_, _>>();
    let sql = "UPDATE e SET state = 'written', proof = j.proof, written_at = @P2
               FROM temu_xml_export AS e
               JOIN OPENJSON(@P1) WITH (id BIGINT '$.id', proof NVARCHAR(400) '$.proof') AS j ON e.id = j.id
               WHERE e.state IN ('prepared', 'publishing')";
    let rows = list(rows.values())?;
    let changed = talk.execute(sql, &[(&rows).into(), at.timestamp_millis().into()]).await?;
    if changed != open.len() as u64 {
        return Err(conflict(open.len()));
    }
    let sns = orders_of(marked, proofs.iter().map(|(id, _)| *id));
    let moves = moves(talk, &sns, Event::Export).await?;
    let mut change = Change::new(Some(run), at);
    change.transitions(talk, &moves).await?;
    change.finish(talk).await?;
    Ok(moves.len() as u64)
}

/// Those of the entries that have not left yet, with their orders. The lock keeps them so until the commit; where it does
/// nothing, the update's own condition and the count of its rows do.
async fn unfinished_among(
    talk: &mut Talk<'_>,
    ids: impl Iterator<Item = i64>,
) -> Result<Vec<(i64, ParentOrderSn)>> {
    let sql = "SELECT e.id, e.parent_order_sn FROM OPENJSON(@P1) WITH (id BIGINT '$.id') AS j
               JOIN temu_xml_export AS e WITH (UPDLOCK) ON e.id = j.id
               WHERE e.state IN ('prepared', 'publishing')";
    let ids: BTreeSet<i64> = ids.collect();
    let ids = id_list(&ids.into_iter().collect::<Vec<_>>())?;
    talk.select(sql, &[(&ids).into()], id_and_order).await
}

fn id_and_order(row: &Row) -> Result<(i64, ParentOrderSn)> {
    Ok((get(row, "id")?, ParentOrderSn::new(get::<String>(row, "parent_order_sn")?)))
}

/// The orders of marked entries, once each, in the order in which the entries were asked for.
fn orders_of(
    marked: Vec<(i64, ParentOrderSn)>,
    asked: impl Iterator<Item = i64>,
) -> Vec<ParentOrderSn> {
    let mut marked: HashMap<i64, ParentOrderSn> = marked.into_iter().collect();
    let mut seen = BTreeSet::new();
    let orders = asked.filter_map(|id| marked.remove(&id));
    orders.filter(|sn| seen.insert(sn.to_string())).collect()
}

/// The transitions that `event` means for those of the orders that know one.
async fn moves<'a>(
    talk: &mut Talk<'_>,
    sns: &'a [ParentOrderSn],
    event: Event,
) -> Result<Vec<(&'a ParentOrderSn, Transition)>> {
    if sns.is_empty() {
        return Ok(Vec::new());
    }
    // The lock keeps others from changing the state until the commit; where it does nothing, the transition's own
    // condition makes store.conflict of it.
    let sql = "SELECT o.parent_order_sn AS parent_order_sn, o.state AS state
               FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn') AS asked
               JOIN temu_orders AS o WITH (UPDLOCK) ON o.parent_order_sn = asked.sn COLLATE Latin1_General_BIN2";
    let states: HashMap<String, OrderState> = talk
        .select(sql, &[(&numbers(sns)?).into()], |row| {
            Ok((get(row, "parent_order_sn")?, word(&get::<String>(row, "state")?)?))
        })
        .await?
        .into_iter()
        .collect();
    let next = |sn: &ParentOrderSn| states.get(sn.as_str()).and_then(|state| state.on(event));
    Ok(sns.iter().filter_map(|sn| Some((sn, next(sn)?))).collect())
}

pub(super) async fn withdraw(
    talk: &mut Talk<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    ids: &[i64],
    reason: &Hold,
) -> Result<()> {
    let marked = unfinished_among(talk, ids.iter().copied()).await?;
    let open: Vec<i64> = marked.iter().map(|(id, _)| *id).collect();
    let sql = "UPDATE temu_xml_export SET state = 'withdrawn'
               WHERE id IN (SELECT j.id FROM OPENJSON(@P1) WITH (id BIGINT '$.id') AS j)
                   AND state IN ('prepared', 'publishing')";
    if talk.execute(sql, &[(&id_list(&open)?).into()]).await? != open.len() as u64 {
        return Err(conflict(open.len()));
    }
    let mut marked: HashMap<i64, ParentOrderSn> = marked.into_iter().collect();
    let mut change = Change::new(Some(run), at);
    for sn in ids.iter().filter_map(|id| marked.remove(id)) {
        change.note(&sn, TimelineKind::Note, Some(reason.code), reason.detail.clone());
    }
    change.finish(talk).await
}

pub(super) async fn mark_accepted(
    talk: &mut Talk<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    seen: &[Accepted],
) -> Result<u64> {
    // The first number that JTL shows for an order counts.
    let mut first: BTreeSet<&str> = BTreeSet::new();
    let seen: Vec<&Accepted> =
        seen.iter().filter(|a| first.insert(a.parent_order_sn.as_str())).collect();
    let sns: Vec<ParentOrderSn> = seen.iter().map(|a| a.parent_order_sn.clone()).collect();
    let moves = moves(talk, &sns, Event::Accept).await?;
    if moves.is_empty() {
        return Ok(0);
    }
    let mut change = Change::new(Some(run), at);
    change.transitions(talk, &moves).await?;
    let moved: BTreeSet<&str> = moves.iter().map(|(sn, _)| sn.as_str()).collect();
    let rows = seen.iter().filter(|a| moved.contains(a.parent_order_sn.as_str())).map(|a| {
        json!({ "sn": a.parent_order_sn.as_str(), "number": a.jtl_order_number,
            "proof": format!("tAuftrag:{}", a.jtl_order_number) })
    });
    let rows = list(rows)?;
    let sql = "UPDATE o SET jtl_order_number = j.number FROM temu_orders AS o
               JOIN OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn', number NVARCHAR(100) '$.number') AS j
                   ON o.parent_order_sn = j.sn COLLATE Latin1_General_BIN2";
    talk.execute(sql, &[(&rows).into()]).await?;
    let sql = "UPDATE e SET state = 'accepted', proof = j.proof FROM temu_xml_export AS e
               JOIN OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn', proof NVARCHAR(400) '$.proof') AS j
                   ON e.parent_order_sn = j.sn COLLATE Latin1_General_BIN2
               WHERE e.state = 'written'";
    talk.execute(sql, &[(&rows).into()]).await?;
    change.finish(talk).await?;
    Ok(moves.len() as u64)
}

pub(super) async fn re_export(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
    sn: &ParentOrderSn,
    by: &str,
) -> Result<()> {
    let moves = moves(talk, std::slice::from_ref(sn), Event::ReExport).await?;
    if moves.is_empty() {
        return Err(conflict(sn));
    }
    let mut change = Change::new(None, at);
    change.transitions(talk, &moves).await?;
    change.note(sn, TimelineKind::Note, Some(Code::OrderExportedAgain), by);
    change.finish(talk).await
}

/// Moves those of the orders that stand in `from`; they may be named twice. Returns how many moved.
pub(super) async fn move_those_in(
    talk: &mut Talk<'_>,
    change: &mut Change<'_>,
    sns: &[ParentOrderSn],
    event: Event,
) -> Result<u64> {
    let mut seen = BTreeSet::new();
    let once: Vec<ParentOrderSn> =
        sns.iter().filter(|sn| seen.insert(sn.as_str())).cloned().collect();
    let moves = moves(talk, &once, event).await?;
    change.transitions(talk, &moves).await?;
    Ok(moves.len() as u64)
}
