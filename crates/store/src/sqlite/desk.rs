//! The desk's lists, views and corrections.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::correction::Correction;
use kontor_core::ids::ParentOrderSn;
use kontor_core::order::StoredOrder;
use kontor_core::state::Transition;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::failures::{damaged, problem};
use super::import::{self, Change};
use super::rows::{from_json, get, json, no_page, numbers, time, word};
use super::{SqliteStore, events};
use crate::desk::{
    DeskAct, DeskStore, ParcelPage, ParcelRow, ParcelView, SavedView, UnmappedMethod,
};
use crate::{Result, TimelineKind, rows};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

#[async_trait]
impl DeskStore for SqliteStore {
    async fn list_parcels(
        &self,
        view: ParcelView,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ParcelPage> {
        let after = after.map(str::to_owned);
        self.read(move |c| list_parcels(c, view, after.as_deref(), limit)).await
    }

    async fn count_parcels(&self) -> Result<Vec<(ParcelView, u64)>> {
        self.read(count_parcels).await
    }

    async fn unmapped_methods(&self) -> Result<Vec<UnmappedMethod>> {
        self.read(unmapped_methods).await
    }

    async fn orders_by_hour(
        &self,
        from: DateTime<Utc>,
        before: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, u64)>> {
        self.read(move |c| orders_by_hour(c, from, before)).await
    }

    async fn holds_by_code(&self) -> Result<Vec<(Code, u64)>> {
        self.read(holds_by_code).await
    }

    async fn count_open_alerts(&self) -> Result<u64> {
        self.read(events::count_open_alerts).await
    }

    async fn settle_alert(&self, id: i64, act: &DeskAct) -> Result<bool> {
        let act = act.clone();
        self.write(move |t| events::settle(t, id, act.at, &act.by)).await
    }

    async fn corrections(
        &self,
        sns: &[ParentOrderSn],
    ) -> Result<Vec<(ParentOrderSn, Vec<Correction>)>> {
        let sns = sns.to_vec();
        self.read(move |c| corrections(c, &sns)).await
    }

    async fn correct_order(
        &self,
        act: &DeskAct,
        corrected: &StoredOrder,
        correction: &Correction,
        transition: Option<Transition>,
    ) -> Result<()> {
        let (act, corrected, correction) = (act.clone(), corrected.clone(), correction.clone());
        self.write(move |t| correct(t, &act, &corrected, &correction, transition)).await
    }

    async fn saved_views(&self, screen: &str) -> Result<Vec<SavedView>> {
        let screen = screen.to_owned();
        self.read(move |c| saved_views(c, &screen)).await
    }

    async fn save_view(&self, screen: &str, name: &str, content: &str) -> Result<i64> {
        let (screen, name, content) = (screen.to_owned(), name.to_owned(), content.to_owned());
        self.write(move |t| save_view(t, &screen, &name, &content)).await
    }

    async fn delete_view(&self, id: i64) -> Result<bool> {
        self.write(move |t| {
            let deleted = t.execute("DELETE FROM saved_views WHERE id = ?1", params![id]);
            Ok(deleted.map_err(problem)? == 1)
        })
        .await
    }
}

/// What makes a parcel belong to a view; `p` is the parcel, `o` its order. Each begins with the report's state, which
/// has an index.
fn condition(view: ParcelView) -> &'static str {
    match view {
        ParcelView::Incomplete => {
            "p.report = 'waiting' AND p.problem_code IS NULL AND o.state = 'accepted'"
        }
        ParcelView::Ready => {
            "p.report = 'waiting' AND p.problem_code IS NULL AND o.state = 'tracked'"
        }
        ParcelView::Unmapped => {
            "p.report = 'waiting' AND p.problem_code IN ('carrier.unmapped', 'carrier.unknown_to_temu')"
        }
        ParcelView::Unclear => "p.report = 'sending'",
        ParcelView::Refused => {
            "(p.report = 'refused' OR p.report = 'waiting' AND p.problem_code IS NOT NULL
             AND p.problem_code NOT IN ('carrier.unmapped', 'carrier.unknown_to_temu'))"
        }
        ParcelView::Reported => "p.report = 'reported'",
    }
}

fn list_parcels(
    connection: &Connection,
    view: ParcelView,
    after: Option<&str>,
    limit: u32,
) -> Result<ParcelPage> {
    let (sn, jtl_id) = after.map_or(Ok((String::new(), i64::MIN)), parcel_key)?;
    let sql = format!(
        "SELECT p.*, o.state, o.buyer, o.ship_by FROM temu_parcels AS p
         JOIN temu_orders AS o ON o.parent_order_sn = p.parent_order_sn
         WHERE {} AND (p.parent_order_sn, p.jtl_id) > (?1, ?2) ORDER BY p.parent_order_sn, p.jtl_id LIMIT ?3",
        condition(view)
    );
    let mut statement = connection.prepare_cached(&sql).map_err(problem)?;
    let mut rows =
        statement.query(params![sn, jtl_id, limit.saturating_add(1)]).map_err(problem)?;
    let mut parcels = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        parcels.push(rows::order::parcel_row(row, view)?);
    }
    let has_more = parcels.len() > limit as usize;
    parcels.truncate(limit as usize);
    let key =
        |r: &ParcelRow| format!("{}/{}", r.parcel.parcel.jtl_id, r.parcel.parcel.parent_order_sn);
    let next = parcels.last().filter(|_| has_more).map(key);
    Ok(ParcelPage { parcels, next, total: count_of(connection, view)? })
}

fn parcel_key(text: &str) -> Result<(String, i64)> {
    text.split_once('/')
        .and_then(|(id, sn)| Some((sn.to_owned(), id.parse().ok()?)))
        .ok_or_else(|| no_page(text))
}

fn count_of(connection: &Connection, view: ParcelView) -> Result<u64> {
    let sql = format!(
        "SELECT count(*) FROM temu_parcels AS p JOIN temu_orders AS o ON o.parent_order_sn = p.parent_order_sn WHERE {}",
        condition(view)
    );
    let mut statement = connection.prepare_cached(&sql).map_err(problem)?;
    let count: i64 = statement.query_row([], |row| row.get(0)).map_err(problem)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

fn count_parcels(connection: &Connection) -> Result<Vec<(ParcelView, u64)>> {
    ParcelView::ALL.into_iter().map(|view| Ok((view, count_of(connection, view)?))).collect()
}

fn unmapped_methods(connection: &Connection) -> Result<Vec<UnmappedMethod>> {
    let sql = format!(
        "SELECT p.shipping_method, p.logistics, p.problem_code, count(*) AS parcels FROM temu_parcels AS p
         WHERE {} GROUP BY p.shipping_method, p.logistics, p.problem_code ORDER BY parcels DESC, p.shipping_method",
        condition(ParcelView::Unmapped)
    );
    let mut statement = connection.prepare_cached(&sql).map_err(problem)?;
    let mut rows = statement.query([]).map_err(problem)?;
    let mut methods = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        methods.push(rows::desk::method(row)?);
    }
    Ok(methods)
}

fn orders_by_hour(
    connection: &Connection,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, u64)>> {
    let sql = "SELECT sort_newest / ?3 AS hour, count(*) AS orders FROM temu_orders
               WHERE sort_newest >= ?1 AND sort_newest < ?2 GROUP BY hour ORDER BY hour";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    // Orders without a time have the key 0.
    let from = from.timestamp_millis().max(1);
    let mut rows =
        statement.query(params![from, before.timestamp_millis(), HOUR]).map_err(problem)?;
    let mut hours = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        let orders = u64::try_from(get::<i64>(row, "orders")?).unwrap_or_default();
        hours.push((time(get::<i64>(row, "hour")? * HOUR)?, orders));
    }
    Ok(hours)
}

fn holds_by_code(connection: &Connection) -> Result<Vec<(Code, u64)>> {
    let sql = "SELECT h.code, count(*) AS orders FROM temu_orders AS o
               JOIN order_holds AS h ON h.parent_order_sn = o.parent_order_sn
               WHERE o.state = 'on_hold' GROUP BY h.code ORDER BY orders DESC, h.code";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query([]).map_err(problem)?;
    let mut holds = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        let orders = u64::try_from(get::<i64>(row, "orders")?).unwrap_or_default();
        holds.push((word(&get::<String>(row, "code")?)?, orders));
    }
    Ok(holds)
}

fn corrections(
    connection: &Connection,
    sns: &[ParentOrderSn],
) -> Result<Vec<(ParentOrderSn, Vec<Correction>)>> {
    let sql = "SELECT c.parent_order_sn, c.value FROM json_each(?1) AS asked
               JOIN order_corrections AS c ON c.parent_order_sn = asked.value ORDER BY c.parent_order_sn";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![numbers(sns)?]).map_err(problem)?;
    let mut found: Vec<(ParentOrderSn, Vec<Correction>)> = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        let sn = ParentOrderSn::new(get::<String>(row, "parent_order_sn")?);
        let correction = from_json(&get::<String>(row, "value")?)?;
        match found.last_mut().filter(|(last, _)| *last == sn) {
            Some((_, of_order)) => of_order.push(correction),
            None => found.push((sn, vec![correction])),
        }
    }
    Ok(found)
}

fn correct(
    t: &Transaction<'_>,
    act: &DeskAct,
    corrected: &StoredOrder,
    correction: &Correction,
    transition: Option<Transition>,
) -> Result<()> {
    let change = Change { run: None, at: act.at };
    let sn = &corrected.order.parent_order_sn;
    let (field, line) = match correction {
        Correction::Address { .. } => ("address", ""),
        Correction::Sku { order_sn, .. } => ("sku", order_sn.as_str()),
    };
    t.prepare_cached(
        "INSERT INTO order_corrections (parent_order_sn, field, order_sn, value, corrected_at, corrected_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (parent_order_sn, field, order_sn) DO UPDATE SET
            value = excluded.value, corrected_at = excluded.corrected_at, corrected_by = excluded.corrected_by",
    )
    .map_err(problem)?
    .execute(params![sn.as_str(), field, line, json(correction)?, act.at.timestamp_millis(), act.by])
    .map_err(problem)?;
    import::update(t, &change, &corrected.order, corrected.version)?;
    let detail = format!("{} {}", if line.is_empty() { field } else { line }, act.by);
    change.event(t, sn, TimelineKind::Note, Some(Code::OrderCorrected), detail)?;
    transition.map_or(Ok(()), |transition| change.transition(t, sn, transition))
}

fn saved_views(connection: &Connection, screen: &str) -> Result<Vec<SavedView>> {
    let sql = "SELECT * FROM saved_views WHERE screen = ?1 ORDER BY position, id";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![screen]).map_err(problem)?;
    let mut views = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        views.push(rows::desk::view(row)?);
    }
    Ok(views)
}

fn save_view(t: &Transaction<'_>, screen: &str, name: &str, content: &str) -> Result<i64> {
    t.query_row(
        "INSERT INTO saved_views (screen, name, content, position)
         VALUES (?1, ?2, ?3, (SELECT coalesce(max(position), 0) + 1 FROM saved_views WHERE screen = ?1))
         ON CONFLICT (screen, name) DO UPDATE SET content = excluded.content RETURNING id",
        params![screen, name, content],
        |row| row.get(0),
    )
    .optional()
    .map_err(problem)?
    .ok_or_else(|| damaged("saved view"))
}
