//! The desk's lists, views and corrections.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::correction::Correction;
use kontor_core::ids::ParentOrderSn;
use kontor_core::order::StoredOrder;
use kontor_core::state::Transition;
use kontor_mssql::Row;

use super::import::{self, Change};
use super::rows::{get, json_text, numbers};
use super::session::Talk;
use super::{MssqlStore, events};
use crate::desk::{
    DeskAct, DeskStore, ParcelPage, ParcelRow, ParcelView, SavedView, UnmappedMethod,
};
use crate::rows::desk::{method, view as saved_view};
use crate::rows::order::parcel_row;
use crate::rows::{damaged, from_json, no_page, time, word};
use crate::{Result, TimelineKind};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

#[async_trait]
impl DeskStore for MssqlStore {
    async fn list_parcels(
        &self,
        view: ParcelView,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ParcelPage> {
        self.read(|talk| Box::pin(list_parcels(talk, view, after, limit))).await
    }

    async fn count_parcels(&self) -> Result<Vec<(ParcelView, u64)>> {
        self.read(|talk| Box::pin(count_parcels(talk))).await
    }

    async fn unmapped_methods(&self) -> Result<Vec<UnmappedMethod>> {
        self.read(|talk| Box::pin(unmapped_methods(talk))).await
    }

    async fn orders_by_hour(
        &self,
        from: DateTime<Utc>,
        before: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, u64)>> {
        self.read(|talk| Box::pin(orders_by_hour(talk, from, before))).await
    }

    async fn holds_by_code(&self) -> Result<Vec<(Code, u64)>> {
        self.read(|talk| Box::pin(holds_by_code(talk))).await
    }

    async fn count_open_alerts(&self) -> Result<u64> {
        self.read(|talk| Box::pin(events::count_open_alerts(talk))).await
    }

    async fn settle_alert(&self, id: i64, act: &DeskAct) -> Result<bool> {
        self.write(|talk| Box::pin(events::settle(talk, id, act.at, &act.by))).await
    }

    async fn corrections(
        &self,
        sns: &[ParentOrderSn],
    ) -> Result<Vec<(ParentOrderSn, Vec<Correction>)>> {
        self.read(|talk| Box::pin(corrections(talk, sns))).await
    }

    async fn correct_order(
        &self,
        act: &DeskAct,
        corrected: &StoredOrder,
        correction: &Correction,
        transition: Option<Transition>,
    ) -> Result<()> {
        self.write(|talk| Box::pin(correct(talk, act, corrected, correction, transition))).await
    }

    async fn saved_views(&self, screen: &str) -> Result<Vec<SavedView>> {
        self.read(|talk| Box::pin(saved_views(talk, screen))).await
    }

    async fn save_view(&self, screen: &str, name: &str, content: &str) -> Result<i64> {
        self.write(|talk| Box::pin(save_view(talk, screen, name, content))).await
    }

    async fn delete_view(&self, id: i64) -> Result<bool> {
        self.write(|talk| Box::pin(delete_view(talk, id))).await
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

async fn list_parcels(
    talk: &mut Talk<'_>,
    view: ParcelView,
    after: Option<&str>,
    limit: u32,
) -> Result<ParcelPage> {
    let (sn, jtl_id) = after.map_or(Ok((String::new(), i64::MIN)), parcel_key)?;
    let sql = format!(
        "SELECT TOP (@P3) p.*, o.state, o.buyer, o.ship_by FROM temu_parcels AS p
         JOIN temu_orders AS o ON o.parent_order_sn = p.parent_order_sn
         WHERE {} AND p.parent_order_sn >= @P1 AND (p.parent_order_sn > @P1 OR p.jtl_id > @P2)
         ORDER BY p.parent_order_sn, p.jtl_id",
        condition(view)
    );
    let values = [(&sn).into(), jtl_id.into(), limit.saturating_add(1).into()];
    let mut parcels = talk.select(&sql, &values, |row| parcel_row(row, view)).await?;
    let has_more = parcels.len() > limit as usize;
    parcels.truncate(limit as usize);
    let key =
        |r: &ParcelRow| format!("{}/{}", r.parcel.parcel.jtl_id, r.parcel.parcel.parent_order_sn);
    let next = parcels.last().filter(|_| has_more).map(key);
    Ok(ParcelPage { parcels, next, total: count_of(talk, view).await? })
}

fn parcel_key(text: &str) -> Result<(String, i64)> {
    text.split_once('/')
        .and_then(|(id, sn)| Some((sn.to_owned(), id.parse().ok()?)))
        .ok_or_else(|| no_page(text))
}

async fn count_of(talk: &mut Talk<'_>, view: ParcelView) -> Result<u64> {
    let sql = format!(
        "SELECT COUNT_BIG(*) AS number FROM temu_parcels AS p
         JOIN temu_orders AS o ON o.parent_order_sn = p.parent_order_sn WHERE {}",
        condition(view)
    );
    Ok(u64::try_from(talk.number(&sql, &[]).await?).unwrap_or_default())
}

async fn count_parcels(talk: &mut Talk<'_>) -> Result<Vec<(ParcelView, u64)>> {
    let mut counts = Vec::new();
    for view in ParcelView::ALL {
        counts.push((view, count_of(talk, view).await?));
    }
    Ok(counts)
}

async fn unmapped_methods(talk: &mut Talk<'_>) -> Result<Vec<UnmappedMethod>> {
    let sql = format!(
        "SELECT p.shipping_method, p.logistics, p.problem_code, COUNT_BIG(*) AS parcels FROM temu_parcels AS p
         WHERE {} GROUP BY p.shipping_method, p.logistics, p.problem_code
         ORDER BY COUNT_BIG(*) DESC, p.shipping_method",
        condition(ParcelView::Unmapped)
    );
    talk.select(&sql, &[], method).await
}

/// How many something is counted, as `orders`.
fn orders(row: &Row) -> Result<u64> {
    Ok(u64::try_from(get::<i64>(row, "orders")?).unwrap_or_default())
}

async fn orders_by_hour(
    talk: &mut Talk<'_>,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, u64)>> {
    let sql = format!(
        "SELECT h.hour AS hour, COUNT_BIG(*) AS orders
         FROM (SELECT sort_newest / {HOUR} AS hour FROM temu_orders WHERE sort_newest >= @P1 AND sort_newest < @P2) AS h
         GROUP BY h.hour ORDER BY h.hour"
    );
    // Orders without a time have the key 0.
    let values = [from.timestamp_millis().max(1).into(), before.timestamp_millis().into()];
    let hour = |row: &Row| Ok((time(get::<i64>(row, "hour")? * HOUR)?, orders(row)?));
    talk.select(&sql, &values, hour).await
}

async fn holds_by_code(talk: &mut Talk<'_>) -> Result<Vec<(Code, u64)>> {
    let sql = "SELECT h.code, COUNT_BIG(*) AS orders FROM temu_orders AS o
               JOIN order_holds AS h ON h.parent_order_sn = o.parent_order_sn
               WHERE o.state = 'on_hold' GROUP BY h.code ORDER BY COUNT_BIG(*) DESC, h.code";
    let held = |row: &Row| Ok((word(&get::<String>(row, "code")?)?, orders(row)?));
    talk.select(sql, &[], held).await
}

async fn corrections(
    talk: &mut Talk<'_>,
    sns: &[ParentOrderSn],
) -> Result<Vec<(ParentOrderSn, Vec<Correction>)>> {
    let sql = "SELECT c.parent_order_sn, c.value FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn') AS asked
               JOIN order_corrections AS c ON c.parent_order_sn = asked.sn COLLATE Latin1_General_BIN2
               ORDER BY c.parent_order_sn, c.field, c.order_sn";
    let mut found: Vec<(ParentOrderSn, Vec<Correction>)> = Vec::new();
    for row in talk.rows(sql, &[(&numbers(sns)?).into()]).await? {
        let sn = ParentOrderSn::new(get::<String>(&row, "parent_order_sn")?);
        let correction = from_json(&get::<String>(&row, "value")?)?;
        match found.last_mut().filter(|(last, _)| *last == sn) {
            Some((_, of_order)) => of_order.push(correction),
            None => found.push((sn, vec![correction])),
        }
    }
    Ok(found)
}

async fn correct(
    talk: &mut Talk<'_>,
    act: &DeskAct,
    corrected: &StoredOrder,
    correction: &Correction,
    transition: Option<Transition>,
) -> Result<()> {
    let order = &corrected.order;
    let sn = &order.parent_order_sn;
    let (field, line) = match correction {
        Correction::Address { .. } => ("address", ""),
        Correction::Sku { order_sn, .. } => ("sku", order_sn.as_str()),
    };
    import::update(talk, act.at, &[(order, corrected.version)]).await?;
    import::insert_items(talk, &[order]).await?;
    import::insert_holds(talk, std::iter::once((sn, order.holds.as_slice()))).await?;
    keep_correction(talk, act, sn, (field, line), &json_text(correction)?).await?;
    let mut change = Change::new(None, act.at);
    change.holds(sn, TimelineKind::Note, &order.notes);
    let detail = format!("{} {}", if line.is_empty() { field } else { line }, act.by);
    change.note(sn, TimelineKind::Note, Some(Code::OrderCorrected), detail);
    if let Some(transition) = transition {
        change.transitions(talk, &[(sn, transition)]).await?;
    }
    change.finish(talk).await
}

async fn keep_correction(
    talk: &mut Talk<'_>,
    act: &DeskAct,
    sn: &ParentOrderSn,
    (field, line): (&str, &str),
    value: &str,
) -> Result<()> {
    let values = [
        sn.as_str().into(),
        field.into(),
        line.into(),
        value.into(),
        act.at.timestamp_millis().into(),
        (&act.by).into(),
    ];
    let sql = "UPDATE order_corrections SET value = @P4, corrected_at = @P5, corrected_by = @P6
               WHERE parent_order_sn = @P1 AND field = @P2 AND order_sn = @P3";
    if talk.execute(sql, &values).await? == 0 {
        let sql = "INSERT INTO order_corrections (parent_order_sn, field, order_sn, value, corrected_at, corrected_by)
                   VALUES (@P1, @P2, @P3, @P4, @P5, @P6)";
        talk.execute(sql, &values).await?;
    }
    Ok(())
}

async fn saved_views(talk: &mut Talk<'_>, screen: &str) -> Result<Vec<SavedView>> {
    let sql = "SELECT * FROM saved_views WHERE screen = @P1 ORDER BY position, id";
    talk.select(sql, &[screen.into()], saved_view).await
}

async fn save_view(talk: &mut Talk<'_>, screen: &str, name: &str, content: &str) -> Result<i64> {
    let values = [screen.into(), name.into(), content.into()];
    let sql = "UPDATE saved_views SET content = @P3 OUTPUT INSERTED.id AS id WHERE screen = @P1 AND name = @P2";
    let known = talk.row(sql, &values).await?;
    let row = match known {
        Some(row) => Some(row),
        None => {
            let sql = "INSERT INTO saved_views (screen, name, content, position) OUTPUT INSERTED.id AS id
                       SELECT @P1, @P2, @P3, COALESCE(MAX(v.position), 0) + 1 FROM saved_views AS v WHERE v.screen = @P1";
            talk.row(sql, &values).await?
        }
    };
    get(&row.ok_or_else(|| damaged("saved view"))?, "id")
}

async fn delete_view(talk: &mut Talk<'_>, id: i64) -> Result<bool> {
    Ok(talk.execute("DELETE FROM saved_views WHERE id = @P1", &[id.into()]).await? == 1)
}
