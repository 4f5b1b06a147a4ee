//! The order workflow as a job.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Europe::Berlin;
use chrono_tz::Tz;
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
            None => since(options, Berlin).and(only(options).map(|_| ())),
        }
    }

    async fn run(&self, app: &App, order: JobOrder) -> Result<(), Problem> {
        let options = SyncOptions {
            mode: match order.mode.as_str() {
                "tracking_only" => Mode::TrackingOnly,
                "export_only" => Mode::ExportOnly,
                _ => Mode::Full,
            },
            since: since(&order.options, app.orders_zone())?,
            only: only(&order.options)?,
            dry_run: false,
            progress: silent(),
            cancel: order.cancel,
        };
        app.sync_orders_for(options, &order.origin).await.map(|_| ())
    }
}

fn since(options: &Options, zone: Tz) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(value) = options.get(SINCE) else { return Ok(None) };
    let text = value.as_str().unwrap_or_default();
    let day = || Some(begin_of_day(text.parse().ok()?, zone));
    let time = || DateTime::parse_from_rfc3339(text).ok().map(|t| t.with_timezone(&Utc));
    day().or_else(time).map(Some).ok_or_else(|| {
        let given = if let Value::String(text) = value { text.clone() } else { value.to_string() };
        Problem::new(Code::ConfigInvalidValue).about(SINCE).detail(given)
    })
}

impl App {
    /// When a day begins for the order workflow: in the time zone of its schedule.
    pub fn begin_of_day(&self, day: NaiveDate) -> DateTime<Utc> {
        begin_of_day(day, self.orders_zone())
    }

    fn orders_zone(&self) -> Tz {
        let section = self.config.jobs.get(JOB);
        section.and_then(|section| section.timezone.parse().ok()).unwrap_or(Berlin)
    }
}

/// The first moment of a day; where clocks go forward at midnight, the day begins later.
fn begin_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let at = |hours| zone.from_local_datetime(&(midnight + TimeDelta::hours(hours))).earliest();
    (0..=3).find_map(at).map_or_else(|| midnight.and_utc(), |begin| begin.to_utc())
}

fn only(options: &Options) -> Result<Vec<ParentOrderSn>, Problem> {
    let Some(value) = options.get(ONLY) else { return Ok(Vec::new()) };
    serde_json::from_value(value.clone())
        .map_err(|e| Problem::new(Code::ConfigInvalidValue).about(ONLY).detail(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_where_the_shop_is() {
        let begin = |text: &str, zone| {
            let options = Options::from_iter([(SINCE.to_owned(), Value::from(text))]);
            since(&options, zone).expect("a day or time").expect("given").to_rfc3339()
        };
        assert_eq!(begin("2026-07-01", Berlin), "2026-06-30T22:00:00+00:00");
        assert_eq!(begin("2026-11-25", Berlin), "2026-11-24T23:00:00+00:00");
        assert_eq!(begin("2026-03-29", Berlin), "2026-03-28T23:00:00+00:00");
        assert_eq!(begin("2026-07-01", Tz::UTC), "2026-07-01T00:00:00+00:00");
        assert_eq!(begin("2026-07-01T08:00:00+02:00", Tz::UTC), "2026-07-01T06:00:00+00:00");
    }
}
