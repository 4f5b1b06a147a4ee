//! The clockwork: `tokio-cron-scheduler` wakes the scheduler at every start of every schedule.
//!
//! What is due is decided by `core::schedule`, not here: the clockwork keeps a zone's offset as it was when it was wound
//! up, and knows nothing of starts that were missed or made by another process.

use std::sync::Arc;

use kontor_core::schedule::Schedule;
use kontor_core::{Code, Problem};
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use crate::workplace::Workplace;

/// A running clockwork.
pub(super) struct Ticks {
    clockwork: JobScheduler,
}

impl Ticks {
    /// Winds it up for these schedules.
    pub(super) async fn start(
        schedules: &[Schedule],
        workplace: &Arc<Workplace>,
    ) -> Result<Self, Problem> {
        let clockwork = JobScheduler::new().await.map_err(problem)?;
        for schedule in schedules {
            let Some(cron) = schedule.as_cron() else { continue };
            let workplace = Arc::clone(workplace);
            // Six fields: seconds come first.
            let wake = Job::new_async_tz(format!("0 {cron}"), schedule.zone(), move |_, _| {
                let workplace = Arc::clone(&workplace);
                Box::pin(async move { workplace.wake.notify_one() })
            });
            clockwork.add(wake.map_err(problem)?).await.map_err(problem)?;
        }
        clockwork.start().await.map_err(problem)?;
        Ok(Self { clockwork })
    }

    /// Stops it.
    pub(super) async fn stop(mut self) {
        if let Err(error) = self.clockwork.shutdown().await {
            tracing::warn!(%error, "the clockwork did not stop");
        }
    }
}

fn problem(error: JobSchedulerError) -> Problem {
    Problem::new(Code::InternalError).about("scheduler").detail(error)
}
