//! Jobs: what is run by schedule, by a wish, or by a command. One file per job; the frame around each run, its lease and
//! its retries are the same for all.

mod datev_convert;
mod fetch_invoices;
mod lease;
mod owner;
mod scheduler;
mod settings;
mod status;
mod temu_inventory_sync;
mod temu_orders_sync;
#[cfg(test)]
mod tests;
mod ticks;
mod watch;

use std::sync::Arc;

use async_trait::async_trait;
use kontor_core::ids::RunId;
use kontor_core::run::Trigger;
use kontor_core::{Code, Problem};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::App;

pub use lease::LEASE;
pub(crate) use owner::Owner;
pub(crate) use scheduler::Scheduler;
pub use settings::{JobSection, JobsSection};
pub use status::{JobStatus, NextStart, RunningJob, ScheduleStatus};
pub use watch::Ready;
pub(crate) use watch::SeenFile;

/// The options of a run, by name.
pub type Options = Map<String, Value>;

/// A job that the scheduler knows.
#[async_trait]
pub trait Job: Send + Sync {
    /// Its name in settings, runs and logs.
    fn name(&self) -> &'static str;
    /// Its modes, the one that covers most first.
    fn modes(&self) -> &'static [&'static str];
    /// The mode of its plain `schedule`.
    fn scheduled_mode(&self) -> &'static str {
        self.modes().first().copied().unwrap_or_default()
    }
    /// Whether these options mean something to it.
    ///
    /// # Errors
    /// `config.invalid_value` naming the option.
    fn check(&self, options: &Options) -> Result<(), Problem> {
        match options.keys().next() {
            Some(name) => Err(Problem::new(Code::ConfigInvalidValue).about(name)),
            None => Ok(()),
        }
    }
    /// What lies in the inbox that it watches and waits for a run; nothing for a job without an inbox.
    ///
    /// # Errors
    /// When the inbox cannot be read.
    async fn ready(&self, _app: &App) -> Result<Option<Ready>, Problem> {
        Ok(None)
    }
    /// Runs it once: begins a run as the order's origin says, and ends it.
    ///
    /// # Errors
    /// Only when the run could not begin, or its end could not be recorded.
    async fn run(&self, app: &App, order: JobOrder) -> Result<(), Problem>;
}

/// What a job is to do.
#[derive(Clone, Debug)]
pub struct JobOrder {
    /// One of its modes.
    pub mode: String,
    /// Options that it accepts.
    pub options: Options,
    /// Where the wish comes from.
    pub origin: Origin,
    /// Ends the run between two items.
    pub cancel: CancellationToken,
}

/// Where a run comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What made it begin.
    pub trigger: Trigger,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// The run that it tries again.
    pub parent: Option<RunId>,
    /// The request that it follows.
    pub request: Option<i64>,
    /// The request's options as JSON.
    pub options: String,
}

impl Default for Origin {
    /// A command that is the run itself.
    fn default() -> Self {
        Self {
            trigger: Trigger::Cli,
            attempt: 1,
            parent: None,
            request: None,
            options: "{}".into(),
        }
    }
}

/// Every job of Kontor's.
pub(crate) fn all() -> Vec<Arc<dyn Job>> {
    vec![
        Arc::new(temu_orders_sync::TemuOrdersSync),
        Arc::new(temu_inventory_sync::TemuInventorySync),
        Arc::new(fetch_invoices::FetchInvoices),
        Arc::new(datev_convert::DatevConvert),
    ]
}
