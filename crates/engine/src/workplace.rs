//! What a running program has once, whatever its settings: its name among other programs, its events, its log, and the
//! runs that are under way in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kontor_core::ids::RunId;
use kontor_store::Store;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::data_folder::DataFolder;
use crate::events::EventBus;
use crate::jobs::Owner;
use crate::logs::LogService;

/// The parts.
pub(crate) struct Workplace {
    pub(crate) owner: Owner,
    pub(crate) events: EventBus,
    pub(crate) logs: LogService,
    /// Told when there may be something for the scheduler to do.
    pub(crate) wake: Notify,
    under_way: Mutex<HashMap<RunId, CancellationToken>>,
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
            under_way: Mutex::default(),
        }
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
