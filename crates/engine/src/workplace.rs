//! What a running program has once, whatever its settings: its name among other programs, its events, its log, and the
//! runs that are under way in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_store::Store;
use kontor_temu::Pace;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::data_folder::DataFolder;
use crate::events::EventBus;
use crate::invoices::FileHashes;
use crate::jobs::Owner;
use crate::logs::LogService;

/// The parts.
pub(crate) struct Workplace {
    pub(crate) owner: Owner,
    pub(crate) events: EventBus,
    pub(crate) logs: LogService,
    /// Told when there may be something for the scheduler to do.
    pub(crate) wake: Notify,
    /// Hashes of the files in the inboxes of the invoice reader.
    pub(crate) hashes: Arc<FileHashes>,
    /// When a person last added or previewed a DATEV batch.
    pub(crate) datev_attended: Mutex<Option<DateTime<Utc>>>,
    under_way: Mutex<HashMap<RunId, CancellationToken>>,
    /// The pace of TEMU's calls by app key, calls a second and calls under way: a handful at most, as settings change.
    paces: Mutex<HashMap<(String, u32, usize), Arc<Pace>>>,
}

impl Workplace {
    pub(crate) fn new(folder: &DataFolder, store: &Arc<dyn Store>) -> Self {
        let events = EventBus::default();
        let logs = LogService::new(Arc::clone(store), events.clone());
        Self {
            owner: Owner::new(folder),
            events,
            logs,
            wake: Notify::new(),
            hashes: Arc::default(),
            datev_attended: Mutex::default(),
            under_way: Mutex::default(),
            paces: Mutex::default(),
        }
    }

    /// The pace that all clients of an app key keep together, whichever job they work for: TEMU counts by the key.
    pub(crate) fn pace(&self, app_key: &str, rate: u32, in_flight: usize) -> Arc<Pace> {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (app_key.to_owned(), rate, in_flight);
        let pace = || Arc::new(Pace::new(rate, in_flight));
        Arc::clone(paces.entry(key).or_insert_with(pace))
    }

    /// Notes a run as under way until the guard is dropped.
    pub(crate) fn begins(self: &Arc<Self>, run: &RunId, cancel: &CancellationToken) -> UnderWay {
        self.runs().insert(run.clone(), cancel.clone());
        UnderWay { workplace: Arc::clone(self), run: run.clone() }
    }

    /// Whether a run is under way in this process.
    pub(crate) fn is_under_way(&self, run: &RunId) -> bool {
        self.runs().contains_key(run)
    }

    /// Ends a run of this process between two items; `false` when there is none.
    pub(crate) fn cancel(&self, run: &RunId) -> bool {
        self.runs().get(run).inspect(|cancel| cancel.cancel()).is_some()
    }

    /// Ends all runs of this process between two items.
    pub(crate) fn cancel_all(&self) {
        self.runs().values().for_each(CancellationToken::cancel);
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<RunId, CancellationToken>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run that is under way here.
pub(crate) struct UnderWay {
    workplace: Arc<Workplace>,
    run: RunId,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.workplace.runs().remove(&self.run);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kontor_store::{SqliteStore, Store};

    use super::Workplace;
    use crate::data_folder::DataFolder;

    #[test]
    fn one_app_key_has_one_pace_until_the_rate_is_set_anew() {
        let dir = tempfile::tempdir().expect("folder");
        let folder = DataFolder::open(Some(dir.path().to_owned())).expect("folder");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.database()).expect("store"));
        let place = Workplace::new(&folder, &store);
        let pace = place.pace("key", 20, 8);
        assert!(Arc::ptr_eq(&pace, &place.pace("key", 20, 8)));
        assert!(!Arc::ptr_eq(&pace, &place.pace("other", 20, 8)));
        assert!(!Arc::ptr_eq(&pace, &place.pace("key", 10, 8)));
    }
}
