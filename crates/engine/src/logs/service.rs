//! Lines on their way into the store: a bounded queue, written in batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use kontor_core::Problem;
use kontor_core::ids::RunId;
use kontor_store::{JobStats, LogFilter, LogLevel, LogLine, LogPage, Store};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{Mutex, oneshot};

use crate::events::{Event, EventBus};
use crate::redact;

/// The target of lines that come from here.
pub(super) const JOB_LINES: &str = "kontor::job";
/// Lines that wait to be stored; beyond, they are dropped, and that is said.
const QUEUE: usize = 20_000;
/// Lines of one transaction.
const BATCH: usize = 2_000;
/// A line waits no longer than this for others.
const PATIENCE: Duration = Duration::from_millis(500);
/// Characters of a message.
const LONGEST: usize = 2_000;

/// The log of jobs. Clones write into the same queue.
#[derive(Clone)]
pub struct LogService {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<dyn Store>,
    events: EventBus,
    queue: Sender<Entry>,
    dropped: Arc<AtomicU64>,
    started: AtomicBool,
    lines: Mutex<Option<Receiver<Entry>>>,
}

enum Entry {
    Line(LogLine),
    Flush(oneshot::Sender<()>),
}

impl LogService {
    pub(crate) fn new(store: Arc<dyn Store>, events: EventBus) -> Self {
        let (queue, lines) = channel(QUEUE);
        let shared = Shared {
            store,
            events,
            queue,
            dropped: Arc::default(),
            started: AtomicBool::new(false),
            lines: Mutex::new(Some(lines)),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Begins to store what waits; at the first run of the process.
    pub(crate) fn start(&self) {
        let shared = &self.shared;
        if shared.started.swap(true, Ordering::AcqRel) {
            return;
        }
        let lines = shared.lines.try_lock().ok().and_then(|mut lines| lines.take());
        if let Some(lines) = lines {
            let (store, dropped) = (Arc::clone(&shared.store), Arc::clone(&shared.dropped));
            tokio::spawn(write(store, lines, dropped));
        }
    }

    /// Adds a line, without secrets and personal data, and tells it live. Never waits: when the queue is full the line is
    /// dropped and counted.
    pub fn log_job(&self, line: LogLine) {
        tell_files(&line);
        self.keep(line);
    }

    /// The same for a line that `tracing` has given to the files already.
    pub(super) fn keep(&self, mut line: LogLine) {
        let cleaned = redact::clean(&line.message);
        line.message = cleaned.chars().take(LONGEST).collect();
        if self.shared.events.has_readers() {
            self.shared.events.tell(Event::Log(line.clone()));
        }
        if self.shared.queue.try_send(Entry::Line(line)).is_err() {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until every line so far is stored (or could not be).
    pub async fn flush(&self) {
        if !self.shared.started.load(Ordering::Acquire) {
            return;
        }
        let (done, stored) = oneshot::channel();
        if self.shared.queue.send(Entry::Flush(done)).await.is_ok() {
            let _ = stored.await;
        }
    }

    /// A page of the log, newest first.
    ///
    /// # Errors
    /// Problems of the store.
    pub async fn get_job_logs(
        &self,
        filter: &LogFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<LogPage, Problem> {
        self.shared.store.logs(filter, before, limit).await
    }

    /// Success rate, mean and p95 duration and counts of a job's runs since a time.
    ///
    /// # Errors
    /// Problems of the store.
    pub async fn get_job_stats(
        &self,
        job: &str,
        since: DateTime<Utc>,
    ) -> Result<JobStats, Problem> {
        self.shared.store.job_stats(job, since).await
    }
}

/// The same line for the log files; [`super::JobLogLayer`] lets it pass, for it is in the store's queue already.
fn tell_files(line: &LogLine) {
    let LogLine { job, message, .. } = line;
    let run = line.run_id.as_ref().map_or("-", RunId::as_str);
    match line.level {
        LogLevel::Error => tracing::error!(target: JOB_LINES, "{message} job={job} run.id={run}"),
        LogLevel::Warn => tracing::warn!(target: JOB_LINES, "{message} job={job} run.id={run}"),
        LogLevel::Info | LogLevel::Debug => {
            tracing::info!(target: JOB_LINES, "{message} job={job} run.id={run}");
        }
    }
}

/// Stores lines in batches until nobody is left to add any.
async fn write(store: Arc<dyn Store>, mut queue: Receiver<Entry>, dropped: Arc<AtomicU64>) {
    let mut waiting: Vec<Entry> = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut waiting, BATCH).await > 0 {
        let until = tokio::time::Instant::now() + PATIENCE;
        while waiting.len() < BATCH && !waiting.iter().any(|e| matches!(e, Entry::Flush(_))) {
            let room = BATCH - waiting.len();
            match tokio::time::timeout_at(until, queue.recv_many(&mut waiting, room)).await {
                Ok(1..) => {}
                Ok(0) | Err(_) => break,
            }
        }
        let (mut lines, mut flushes) = (Vec::with_capacity(waiting.len()), Vec::new());
        for entry in waiting.drain(..) {
            match entry {
                Entry::Line(line) => lines.push(line),
                Entry::Flush(done) => flushes.push(done),
            }
        }
        let own = u64::try_from(lines.len()).unwrap_or_default();
        let told = tell_dropped(&mut lines, &dropped);
        if let Err(problem) = store.add_logs(&lines).await {
            // Not through the log: it would come back here.
            dropped.fetch_add(own + told, Ordering::Relaxed);
            tracing::error!("log lines were not stored: {problem}");
        }
        for done in flushes {
            let _ = done.send(());
        }
    }
}

/// Says beside the last line how many are missing, and how many it said. Without a line to stand beside it is said with
/// the next ones.
fn tell_dropped(lines: &mut Vec<LogLine>, dropped: &AtomicU64) -> u64 {
    let Some(last) = lines.last().cloned() else { return 0 };
    let count = dropped.swap(0, Ordering::Relaxed);
    if count > 0 {
        lines.push(LogLine {
            level: LogLevel::Warn,
            message: format!("log lines were dropped count={count}"),
            status: None,
            run_id: None::<RunId>,
            ..last
        });
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_said_beside_the_next_line_and_not_forgotten_by_a_flush() {
        let dropped = AtomicU64::new(3);
        let mut lines = Vec::new();
        assert_eq!(tell_dropped(&mut lines, &dropped), 0, "a batch of flushes");
        lines.push(LogLine {
            at: DateTime::UNIX_EPOCH,
            job: "temu_orders_sync".into(),
            job_type: "full".into(),
            run_id: None,
            level: LogLevel::Info,
            message: "run started".into(),
            status: None,
        });
        assert_eq!(tell_dropped(&mut lines, &dropped), 3);
        let said: Vec<&str> = lines.iter().map(|line| line.message.as_str()).collect();
        assert_eq!(said, ["run started", "log lines were dropped count=3"]);
        assert_eq!((tell_dropped(&mut lines, &dropped), lines.len()), (0, 2), "once");
    }
}
