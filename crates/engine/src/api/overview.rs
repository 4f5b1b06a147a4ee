//! What the first screen shows, and what Kontor says about itself.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Europe::Berlin;
use kontor_core::problem::{Class, Language};
use kontor_core::state::OrderState;
use kontor_core::{Code, Problem};
use kontor_store::{DeskAct, OrderFilter, OrderSort};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

use super::host::Host;
use super::order::EventView;
use super::orders::OrderRowView;
use super::parcels::ParcelCount;
use super::wire::Done;
use crate::operator;
use crate::report::TextReport;

/// What Kontor says about itself.
#[derive(Clone, Debug, Serialize, TS)]
pub struct About {
    /// Version of the program.
    pub version: String,
    /// The data folder.
    pub data_folder: String,
    /// Who works here.
    pub operator: String,
    /// Whether this is the demo.
    pub is_demo: bool,
    /// Whether TEMU's gateway and JTL are set up.
    pub is_set_up: bool,
}

pub(super) async fn about(host: &dyn Host, (): ()) -> Result<About, Problem> {
    let app = host.desk().app();
    Ok(About {
        version: env!("CARGO_PKG_VERSION").into(),
        data_folder: app.folder.root().display().to_string(),
        operator: operator(),
        is_demo: host.is_demo(),
        is_set_up: app.is_set_up(),
    })
}

/// The texts of a problem code.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ProblemText {
    /// The code.
    #[ts(type = "ProblemCode")]
    pub code: Code,
    /// Its class.
    #[ts(type = "ProblemClass")]
    pub class: Class,
    /// German.
    pub de: TextReport,
    /// English.
    pub en: TextReport,
}

pub(super) async fn problem_texts(_: &dyn Host, (): ()) -> Result<Vec<ProblemText>, Problem> {
    let text = |code: &Code| ProblemText {
        code: *code,
        class: code.class(),
        de: TextReport::of(*code, Language::De),
        en: TextReport::of(*code, Language::En),
    };
    Ok(Code::ALL.iter().map(text).collect())
}

/// Orders that are on their way and have a deadline, most urgent first.
const OPEN: [OrderState; 5] = [
    OrderState::Imported,
    OrderState::OnHold,
    OrderState::Exported,
    OrderState::Accepted,
    OrderState::Tracked,
];
/// Deadlines on the first screen.
const DEADLINES: u32 = 12;
/// Alerts on the first screen.
const ALERTS: u32 = 50;

/// What waits for a person.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Overview {
    /// Held orders by reason.
    pub holds: Vec<HoldCount>,
    /// Alerts that nobody has settled, newest first.
    pub alerts: Vec<EventView>,
    /// How many there are in all.
    pub open_alerts: u64,
    /// Parcels by what is to be done about them.
    pub parcels: Vec<ParcelCount>,
    /// Open orders by their deadline, most urgent first.
    pub deadlines: Vec<OrderRowView>,
    /// When this was read.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
}

/// Held orders of a reason.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HoldCount {
    /// The reason.
    #[ts(type = "ProblemCode")]
    pub code: Code,
    /// Whether TEMU is asked again by itself.
    pub waits_for_temu: bool,
    /// Orders.
    pub orders: u64,
}

pub(super) async fn overview(host: &dyn Host, (): ()) -> Result<Overview, Problem> {
    let app = host.desk().app();
    let holds = app.store.holds_by_code().await?;
    let parcels = app.store.count_parcels().await?;
    let filter =
        OrderFilter { states: OPEN.to_vec(), sort: OrderSort::Deadline, ..OrderFilter::default() };
    let deadlines = app.store.list_orders(&filter, None, DEADLINES).await?;
    Ok(Overview {
        holds: holds
            .into_iter()
            .map(|(code, orders)| HoldCount {
                code,
                waits_for_temu: code.is_mended_by_asking_again(),
                orders,
            })
            .collect(),
        alerts: app.store.open_alerts(ALERTS).await?.into_iter().map(EventView::from).collect(),
        open_alerts: app.store.count_open_alerts().await?,
        parcels: parcels.into_iter().map(|(task, parcels)| ParcelCount { task, parcels }).collect(),
        deadlines: deadlines
            .orders
            .into_iter()
            .filter(|o| o.ship_by.is_some())
            .map(OrderRowView::from)
            .collect(),
        at: app.clock.now(),
    })
}

/// How many days back.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DaysRequest {
    /// Days up to today, 1 to 366.
    pub days: u32,
}

/// Orders of a day.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DayCount {
    /// The day in Berlin.
    #[ts(type = "string")]
    pub day: NaiveDate,
    /// Orders.
    pub orders: u64,
}

pub(super) async fn orders_by_day(
    host: &dyn Host,
    request: DaysRequest,
) -> Result<Vec<DayCount>, Problem> {
    let app = host.desk().app();
    let now = app.clock.now();
    let today = now.with_timezone(&Berlin).date_naive();
    let days = u64::from(request.days.clamp(1, 366)) - 1;
    let first = today.checked_sub_days(Days::new(days)).unwrap_or(today);
    let from = midnight(first).unwrap_or(now);
    let hours = app.store.orders_by_hour(from, now).await?;
    let mut counts: BTreeMap<NaiveDate, u64> =
        first.iter_days().take_while(|day| *day <= today).map(|day| (day, 0)).collect();
    for (hour, orders) in hours {
        *counts.entry(hour.with_timezone(&Berlin).date_naive()).or_default() += orders;
    }
    Ok(counts.into_iter().map(|(day, orders)| DayCount { day, orders }).collect())
}

/// Begin of a day in Berlin; the clocks there never change at midnight.
fn midnight(day: NaiveDate) -> Option<DateTime<Utc>> {
    day.and_hms_opt(0, 0, 0)?.and_local_timezone(Berlin).earliest().map(|t| t.to_utc())
}

/// An alert.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AlertRequest {
    /// Its id in the timeline.
    pub id: i64,
}

pub(super) async fn alert_settle(host: &dyn Host, request: AlertRequest) -> Result<Done, Problem> {
    let app = host.desk().app();
    let act = DeskAct { at: app.clock.now(), by: operator() };
    if app.store.settle_alert(request.id, &act).await? {
        Ok(Done { at: act.at })
    } else {
        Err(Problem::new(Code::AlertNotOpen).about(request.id))
    }
}
