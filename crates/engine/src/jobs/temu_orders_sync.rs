//! The order workflow as a job.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use kontor_core::ids::ParentOrderSn;
use kontor_core::{Code, Problem};
use serde_json::Value;

use super::{Job, JobOrder, Options};
use crate::App;
use crate::orders::{JOB, Mode, SyncOptions};
use crate::progress::silent;

/// Option: hand over and report only these orders, a list of numbers.
const ONLY: &str = "only";
/// Option: poll again from this day (`JJJJ-MM-TT`) or time (RFC 3339), whatever the last run reached.
const SINCE: &str = "since";

/// `temu_orders_sync`.
pub(super) struct TemuOrdersSync;

#[async_trait]
impl Job for TemuOrdersSync {
    fn name(&self) -> &'static str {
        JOB
    }

    fn modes(&self) -> &'static [&'static str] {
        &["full", "tracking_only", "export_only"]
    }

    fn check(&self, options: &Options) -> Result<(), Problem> {
        match options.keys().find(|name| ![SINCE, ONLY].contains(&name.as_str())) {
            Some(name) => Err(Problem::new(Code::ConfigInvalidValue).about(name)),
            None => since(options).and(only(options).map(|_| ())),
        }
    }

    async fn run(&self, app: &App, order: JobOrder) -> Result<(), Problem> {
        let options = SyncOptions {
            mode: match order.mode.as_str() {
                "tracking_only" => Mode::TrackingOnly,
                "export_only" => Mode::ExportOnly,
                _ => Mode::Full,
            },
            since: since(&order.options)?,
            only: only(&order.options)?,
            dry_run: false,
            progress: silent(),
            cancel: order.cancel,
        };
        app.sync_orders_for(options, &order.origin).await.map(|_| ())
    }
}

fn since(options: &Options) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(value) = options.get(SINCE) else { return Ok(None) };
    let text = value.as_str().unwrap_or_default();
    let day = || Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    let time = || DateTime::parse_from_rfc3339(text).ok().map(|t| t.with_timezone(&Utc));
    day().or_else(time).map(Some).ok_or_else(|| {
        let given = if let Value::String(text) = value { text.clone() } else { value.to_string() };
        Problem::new(Code::ConfigInvalidValue).about(SINCE).detail(given)
    })
}

fn only(options: &Options) -> Result<Vec<ParentOrderSn>, Problem> {
    let Some(value) = options.get(ONLY) else { return Ok(Vec::new()) };
    serde_json::from_value(value.clone())
        .map_err(|e| Problem::new(Code::ConfigInvalidValue).about(ONLY).detail(e))
}
