//! This machine: store, folder, disk, jobs, keychain, settings.

use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Europe::Berlin;
use kontor_core::run::Outcome;
use kontor_core::schedule::Schedule;
use kontor_core::silence::{Silence, Verdict, judge};
use kontor_core::{Code, Problem};
use kontor_store::JobState;

use super::{Check, State, size};
use crate::jobs::Job;
use crate::keychain::Keychain;
use crate::secrets::{SecretName, Secrets};
use crate::settings::Said;
use crate::{App, orders};

/// Below this the disk will soon be full, below the second nothing should be begun.
const DISK_WARN: u64 = 2 << 30;
const DISK_STOP: u64 = 200 << 20;
/// However often a job starts, a success that is younger is recent.
const JOB_WARN_LEAST: Duration = Duration::hours(2);
/// What the silence is compared with: eight weeks, and one more to begin in.
const HISTORY_DAYS: i64 = 63;

/// Whether the folder can be written, and how much room there is.
pub(super) async fn folder(app: &App) -> Vec<Check> {
    let root = app.folder.root().to_owned();
    let looked = tokio::task::spawn_blocking(move || {
        let begun = Instant::now();
        let written = tempfile::NamedTempFile::new_in(&root)
            .map_err(|e| crate::data_folder::file_problem(&root, &e));
        let writable = match written {
            Ok(_) => {
                let said = Said::new("beschreibbar", "can be written");
                Check::new("folder", State::Ok, said)
            }
            Err(problem) => Check::of_problem("folder", State::Stop, problem),
        };
        vec![writable.took(begun.elapsed()), disk(fs4::available_space(&root))]
    });
    looked.await.unwrap_or_default()
}

fn disk(available: std::io::Result<u64>) -> Check {
    let Ok(bytes) = available else {
        let said = Said::new("nicht zu erfahren", "cannot be told");
        return Check::new("disk", State::Unknown, said);
    };
    let said = Said::new(format!("{} frei", size(bytes)), format!("{} free", size(bytes)));
    if bytes < DISK_STOP {
        let problem = Problem::new(Code::FileDiskFull).detail(size(bytes));
        return Check { fact: said, ..Check::of_problem("disk", State::Stop, problem) };
    }
    Check::new("disk", if bytes < DISK_WARN { State::Warn } else { State::Ok }, said)
}

/// The age of the last success of each job in each of its scheduled modes, and whether the silence of orders is plausible.
pub(super) async fn jobs(app: &App) -> Vec<Check> {
    let begun = Instant::now();
    let mut checks = Vec::new();
    for known in crate::jobs::all() {
        match job(app, &*known).await {
            Ok(found) => checks.extend(found),
            Err(problem) => {
                let name = format!("job.{}", known.name());
                checks.push(Check::of_problem(name, State::Stop, problem));
            }
        }
    }
    checks.push(match app.store.cursor(orders::CURSOR).await {
        Ok(polled) => silence(app, polled).await,
        Err(problem) => Check::of_problem("orders.silence", State::Unknown, problem),
    });
    checks.into_iter().map(|check| check.took(begun.elapsed())).collect()
}

async fn job(app: &App, job: &dyn Job) -> Result<Vec<Check>, Problem> {
    let section = app.config.jobs.get(job.name()).filter(|section| section.enabled);
    let schedules = section.map(|s| s.schedules(job.name(), job.scheduled_mode())).transpose()?;
    let schedules = schedules.unwrap_or_default();
    if schedules.is_empty() {
        let said = Said::new("läuft nur auf Wunsch", "runs on request only");
        return Ok(vec![Check::new(format!("job.{}", job.name()), State::Unknown, said)]);
    }
    let mut checks = Vec::with_capacity(schedules.len());
    for (schedule, mode) in &schedules {
        let state = app.store.job_state(job.name(), mode).await?;
        checks.push(scheduled(&state, schedule, app.clock.now()));
    }
    Ok(checks)
}

fn scheduled(state: &JobState, schedule: &Schedule, now: DateTime<Utc>) -> Check {
    let name = format!("job.{}.{}", state.job, state.mode);
    let Some(success) = state.last_success else {
        let said = Said::new("noch nie erfolgreich", "never a success yet");
        let tried = if state.last_end.is_some() { State::Warn } else { State::Unknown };
        return Check::new(name, tried, said);
    };
    let age = now - success;
    let hours = age.num_hours();
    let said = Said::new(
        format!("zuletzt erfolgreich vor {hours} h {} min", age.num_minutes() % 60),
        format!("last success {hours} h {} min ago", age.num_minutes() % 60),
    );
    let failed = matches!(state.last_outcome, Some(Outcome::Failed | Outcome::Partial));
    let state = if failed || age >= longest(schedule, success) { State::Warn } else { State::Ok };
    Check::new(name, state, said)
}

/// The age from which a success is told: twice the longer of the waits for the next start and for the one after it, so
/// that neither one missed start nor a weekend does.
fn longest(schedule: &Schedule, success: DateTime<Utc>) -> Duration {
    let next = schedule.next_after(success);
    let second = next.and_then(|next| schedule.next_after(next));
    let waits = [next.map(|n| n - success), next.zip(second).map(|(n, s)| s - n)];
    let wait = waits.into_iter().flatten().max().unwrap_or_default();
    (wait * 2).max(JOB_WARN_LEAST)
}

/// No orders for longer than the rhythm of the weekday makes plausible, up to the moment that TEMU was last asked about:
/// looking up parcels every quarter of an hour is no question for orders.
async fn silence(app: &App, polled: Option<DateTime<Utc>>) -> Check {
    const NAME: &str = "orders.silence";
    let Some(polled) = polled else {
        let said = Said::new("noch nie abgerufen", "never fetched yet");
        return Check::new(NAME, State::Unknown, said);
    };
    let from = polled - Duration::days(HISTORY_DAYS);
    match app.store.orders_by_hour(from, polled + Duration::hours(1)).await {
        Ok(hours) => told(NAME, &judge(&hours, polled, &Berlin)),
        Err(problem) => Check::of_problem(NAME, State::Unknown, problem),
    }
}

fn told(name: &str, silence: &Silence) -> Check {
    let hours = silence.since.map_or(0, |since| (silence.until - since).num_hours().max(0));
    let compared: Vec<String> = silence.compared.iter().map(u64::to_string).collect();
    let compared = compared.join(", ");
    let said = match silence.verdict {
        Verdict::Unknown => Said::new(
            format!("zu wenig Verlauf ({} Wochen) für ein Urteil", silence.compared.len()),
            format!("too little history ({} weeks) to judge", silence.compared.len()),
        ),
        _ if hours == 0 => Said::new("keine Stille", "no silence"),
        _ => Said::new(
            format!(
                "seit {hours} h keine Bestellung; in denselben Stunden der Vorwochen: {compared}"
            ),
            format!("no order for {hours} h; in the same hours of the weeks before: {compared}"),
        ),
    };
    match silence.verdict {
        Verdict::Plausible => Check::new(name, State::Ok, said),
        Verdict::Unknown => Check::new(name, State::Unknown, said),
        Verdict::Implausible => {
            let problem = Problem::new(Code::OrdersSilent).detail(format!("{hours} h: {compared}"));
            Check { fact: said, ..Check::of_problem(name, State::Warn, problem) }
        }
    }
}

/// Whether the keychain answers. One that is missing matters only when something that it should hold is missing too.
pub(super) async fn keychain(keychain: &Keychain, secrets: &Secrets) -> Vec<Check> {
    let begun = Instant::now();
    let complete = SecretName::ALL.iter().all(|name| secrets.has(*name));
    let check = if !keychain.is_on() {
        let said = Said::new("nicht benutzt", "not used");
        Check::new("keychain", State::Unknown, said)
    } else {
        match keychain.get(SecretName::TemuAppKey).await {
            Ok(_) => Check::new("keychain", State::Ok, Said::new("antwortet", "answers")),
            Err(problem) => {
                let state = if complete { State::Unknown } else { State::Warn };
                Check::of_problem("keychain", state, problem)
            }
        }
    };
    vec![check.took(begun.elapsed())]
}

/// Whether the operator's file is in force.
pub(super) fn settings(problems: &[Problem]) -> Vec<Check> {
    match problems.first() {
        None => {
            let said = Said::new("in Kraft", "in force");
            vec![Check::new("settings", State::Ok, said)]
        }
        Some(problem) => vec![Check::of_problem("settings", State::Warn, problem.clone())],
    }
}
