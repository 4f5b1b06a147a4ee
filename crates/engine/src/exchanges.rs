//! TEMU's answers as they came, one file each, under `temu/api_responses/<run>/`. They can be replayed.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use chrono::{DateTime, Duration, Utc};
use kontor_core::Problem;
use kontor_temu::{Exchange, ExchangeRecorder};

use crate::data_folder::{DataFolder, file_problem};

/// Writes answers on a thread of its own, so that a slow disk does not hold up requests (until its queue is full).
pub(crate) struct ExchangeFiles {
    queue: Mutex<Option<SyncSender<Exchange>>>,
    writer: Mutex<Option<JoinHandle<Result<(), Problem>>>>,
}

const QUEUE: usize = 512;

impl ExchangeFiles {
    /// Starts writing into `folder`, which is made.
    ///
    /// # Errors
    /// `file.write_failed`, `file.disk_full`.
    pub(crate) fn start(folder: PathBuf) -> Result<Self, Problem> {
        std::fs::create_dir_all(&folder).map_err(|e| file_problem(&folder, &e))?;
        let (queue, answers) = sync_channel::<Exchange>(QUEUE);
        let writer = std::thread::Builder::new()
            .name("exchanges".into())
            .spawn(move || {
                // After the first failure the queue is still drained, so that nobody waits for it.
                let mut outcome = Ok(());
                for exchange in answers {
                    if outcome.is_ok() {
                        outcome = write(&folder, &exchange);
                    }
                }
                outcome
            })
            .map_err(|e| file_problem(Path::new("exchanges"), &e))?;
        Ok(Self { queue: Mutex::new(Some(queue)), writer: Mutex::new(Some(writer)) })
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// The first write that failed.
    pub(crate) fn finish(&self) -> Result<(), Problem> {
        drop(self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
        let writer = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        writer.map_or(Ok(()), |w| w.join().unwrap_or(Ok(())))
    }
}

impl ExchangeRecorder for ExchangeFiles {
    fn record(&self, exchange: Exchange) {
        if let Some(queue) = &*self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
        {
            let _ = queue.send(exchange);
        }
    }
}

fn write(folder: &Path, exchange: &Exchange) -> Result<(), Problem> {
    let path = folder.join(file_name(exchange));
    std::fs::write(&path, &exchange.body).map_err(|e| file_problem(&path, &e))
}

/// `000042_bg.order.amount.query_PO-076-….json`; the order's number or the SKU list only where one was asked for.
fn file_name(exchange: &Exchange) -> String {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Asked {
        parent_order_sn: Option<String>,
        sku_search_type: Option<i64>,
    }
    let asked = serde_json::from_str::<Asked>(&exchange.parameters)
        .ok()
        .and_then(|a| a.parent_order_sn.or_else(|| a.sku_search_type.map(|list| list.to_string())));
    let subject = asked.map(|sn| format!("_{}", safe(&sn))).unwrap_or_default();
    format!("{:06}_{}{subject}.json", exchange.sequence, safe(&exchange.api))
}

fn safe(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).take(80).collect()
}

/// Deletes the answers of runs that are older than `days`; returns how many runs' folders went. Only folders that are
/// named as runs are looked at.
pub(crate) fn delete_old(folder: &DataFolder, now: DateTime<Utc>, days: u32) -> usize {
    let old = old_responses(folder, now - Duration::days(i64::from(days)));
    old.iter().filter(|path| std::fs::remove_dir_all(path).is_ok()).count()
}

/// The folders of runs from before a time.
pub(crate) fn old_responses(folder: &DataFolder, before: DateTime<Utc>) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder.responses()) else { return Vec::new() };
    let is_old = |name: &str| started_at(name).is_some_and(|at| at < before);
    entries
        .flatten()
        .filter(|entry| is_old(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect()
}

/// When a run started, by its id.
fn started_at(run_id: &str) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = uuid::Uuid::parse_str(run_id).ok()?.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_runs_older_than_the_retention_are_deleted() {
        let dir = tempfile::tempdir().expect("folder");
        let folder = DataFolder::open(Some(dir.path().to_owned())).expect("data folder");
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("time");
        let run = |days_ago: i64| {
            let seconds =
                u64::try_from((now - Duration::days(days_ago)).timestamp()).expect("positive");
            let id = uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, 0))
                .to_string();
            std::fs::create_dir(folder.responses().join(&id)).expect("run folder");
            id
        };
        let (old, new) = (run(20), run(3));
        std::fs::create_dir(folder.responses().join("notes")).expect("another folder");
        assert_eq!(delete_old(&folder, now, 14), 1);
        assert!(!folder.responses().join(old).exists());
        assert!(folder.responses().join(new).exists());
        assert!(folder.responses().join("notes").exists());
    }
}
