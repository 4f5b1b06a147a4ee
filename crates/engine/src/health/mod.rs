//! Health: what works and what does not, each red light with its remedy. Every check is bounded in time, and all of them
//! look at once.

mod jtl;
mod local;
mod store;
mod temu;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use kontor_core::{Code, Problem};
use serde::Serialize;

use crate::report::ProblemReport;
use crate::settings::Said;
use crate::{App, Desk};

/// Nothing is waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(30);
/// The keychain may ask a person; health does not wait for one.
const KEYCHAIN_PATIENCE: Duration = Duration::from_secs(3);

/// How something is; the worst of several is the whole's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Ok,
    /// It could not be told, or does not apply yet.
    Unknown,
    /// It works, but somebody should look.
    Warn,
    /// It does not work.
    Stop,
}

impl State {
    /// Every state, from good to bad.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Unknown, Self::Warn, Self::Stop];
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Its name: what it belongs to and what it is, e.g. `jtl.login`.
    pub name: String,
    /// How it is.
    pub state: State,
    /// What was found.
    pub fact: Said,
    /// What is wrong, with its code and remedy.
    pub problem: Option<ProblemReport>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl Check {
    fn new(name: impl Into<String>, state: State, fact: Said) -> Self {
        Self { name: name.into(), state, fact, problem: None, duration_ms: 0 }
    }

    pub(crate) fn of_problem(name: impl Into<String>, state: State, problem: Problem) -> Self {
        let report = ProblemReport::from(problem);
        let fact = Said::new(report.de.title, report.en.title);
        Self { problem: Some(report), ..Self::new(name, state, fact) }
    }

    pub(crate) fn not_reached(name: impl Into<String>) -> Self {
        Self::new(name, State::Unknown, Said::new("nicht erreicht", "not reached"))
    }

    fn took(mut self, duration: Duration) -> Self {
        self.duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self
    }
}

/// All checks.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// The worst of them; what is unknown is no fault.
    pub state: State,
    /// The checks, in the order of their subjects.
    pub checks: Vec<Check>,
}

impl Health {
    fn of(checks: Vec<Check>) -> Self {
        let known = checks.iter().map(|check| check.state).filter(|state| *state != State::Unknown);
        Self { state: known.max().unwrap_or(State::Unknown), checks }
    }
}

impl App {
    /// Looks at everything but the keychain.
    pub async fn health(&self) -> Health {
        Health::of(self.checks().await)
    }

    async fn checks(&self) -> Vec<Check> {
        let (store, folder, jobs, temu, jtl) = tokio::join!(
            bounded("store", store::checks(self)),
            bounded("folder", local::folder(self)),
            bounded("jobs", local::jobs(self)),
            reached("temu", Code::TemuTimeout, temu::checks(self)),
            reached("jtl", Code::JtlTimeout, jtl::checks(self)),
        );
        [store, folder, jobs, temu, jtl].concat()
    }

    /// Tests the connection to TEMU with the settings and credentials of this app.
    pub async fn test_temu(&self) -> Health {
        Health::of(reached("temu", Code::TemuTimeout, temu::checks(self)).await)
    }

    /// Tests the connection to JTL step by step with the settings and credentials of this app.
    pub async fn probe_jtl(&self) -> Health {
        Health::of(reached("jtl", Code::JtlTimeout, jtl::checks(self)).await)
    }
}

impl Desk {
    /// Looks at everything.
    pub async fn health(&self) -> Health {
        let app = self.app();
        let keychain = self.keychain().clone().with_patience(KEYCHAIN_PATIENCE);
        let needed = app.secrets();
        let (mut checks, secrets) =
            tokio::join!(app.checks(), bounded("keychain", local::keychain(&keychain, needed)));
        checks.extend(secrets);
        checks.extend(local::settings(&self.settings_problems()));
        Health::of(match &self.unopened {
            Some(unopened) => unopened.tell(checks),
            None => checks,
        })
    }
}

/// The checks of a subject, or that it could not be told how it is in the time.
async fn bounded(name: &str, checks: impl Future<Output = Vec<Check>>) -> Vec<Check> {
    let said = Said::new("keine Antwort in der Zeit", "no answer in time");
    in_time(checks, || Check::new(name, State::Unknown, said)).await
}

/// The checks of something that must answer: when it hangs, it does not work.
async fn reached(name: &str, hangs: Code, checks: impl Future<Output = Vec<Check>>) -> Vec<Check> {
    let problem = Problem::new(hangs).detail(format!("{} s", PATIENCE.as_secs()));
    in_time(checks, || Check::of_problem(name, State::Stop, problem)).await
}

async fn in_time(
    checks: impl Future<Output = Vec<Check>>,
    late: impl FnOnce() -> Check,
) -> Vec<Check> {
    let begun = Instant::now();
    match tokio::time::timeout(PATIENCE, checks).await {
        Ok(checks) => checks,
        Err(_) => vec![late().took(begun.elapsed())],
    }
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    match bytes / MIB {
        0 => format!("{} KiB", bytes >> 10),
        mib if mib < 10_240 => format!("{mib} MiB"),
        mib => format!("{} GiB", mib >> 10),
    }
}
