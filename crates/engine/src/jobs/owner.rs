//! Who holds a lease, and whether it still lives.
//!
//! A process that runs jobs keeps a file of its own under `owners/` locked; the operating system frees the lock when the
//! process ends, however it ends. So a program on the same data folder knows at once that an owner is gone, and never
//! takes a job from one that merely slept. Of an owner elsewhere only the lease's time tells.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use kontor_core::Problem;
use kontor_store::Lease;

use crate::data_folder::{DataFolder, file_problem};

/// This process as an owner of leases.
#[derive(Debug)]
pub(crate) struct Owner {
    id: String,
    host: String,
    folder: PathBuf,
    lock: Mutex<Option<File>>,
}

/// What is known of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Alive,
    Gone,
    Unknown,
}

impl Owner {
    pub(crate) fn new(folder: &DataFolder) -> Self {
        Self {
            id: uuid::Uuid::now_v7().to_string(),
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            folder: folder.owners(),
            lock: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Makes this process known as alive; before the first lease.
    pub(crate) fn appear(&self) -> Result<(), Problem> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_some() {
            return Ok(());
        }
        std::fs::create_dir_all(&self.folder).map_err(|e| file_problem(&self.folder, &e))?;
        let path = self.file_of(&self.id);
        // Another process may look at the file, and even tidy it away, before it is locked.
        loop {
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
                .map_err(|e| file_problem(&path, &e))?;
            file.lock().map_err(|e| file_problem(&path, &e))?;
            if path.exists() {
                *lock = Some(file);
                return Ok(());
            }
        }
    }

    /// Whether nobody works under a lease any more; `works_here` tells of a run whether it is under way in this process.
    pub(crate) fn may_take(
        &self,
        lease: &Lease,
        now: DateTime<Utc>,
        works_here: impl Fn(&Lease) -> bool,
    ) -> bool {
        if lease.owner == self.id {
            return !works_here(lease);
        }
        match self.life_of(&lease.owner) {
            Life::Alive => false,
            Life::Gone => true,
            Life::Unknown => lease.expires_at <= now,
        }
    }

    fn life_of(&self, owner: &str) -> Life {
        let Ok(file) = OpenOptions::new().write(true).open(self.file_of(owner)) else {
            return Life::Unknown;
        };
        match file.try_lock() {
            Ok(()) => Life::Gone,
            Err(TryLockError::WouldBlock) => Life::Alive,
            Err(TryLockError::Error(_)) => Life::Unknown,
        }
    }

    /// Removes the files of owners that are gone and hold no lease any more.
    pub(crate) fn tidy(&self, leases: &[Lease]) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_stem().map(|s| s.to_string_lossy().into_owned());
            let Some(owner) = name.filter(|o| leases.iter().all(|l| l.owner != *o)) else {
                continue;
            };
            if owner != self.id && self.life_of(&owner) == Life::Gone {
                let _ = std::fs::remove_file(path);
            }
        }
    }

    fn file_of(&self, owner: &str) -> PathBuf {
        self.folder.join(format!("{owner}.lock"))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let lock = self.lock.get_mut().unwrap_or_else(PoisonError::into_inner);
        if lock.take().is_some() {
            let _ = std::fs::remove_file(self.file_of(&self.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kontor_core::ids::RunId;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).expect("time")
    }

    fn lease(owner: &str) -> Lease {
        Lease {
            job: "j".into(),
            run_id: RunId::new("r"),
            owner: owner.into(),
            host: "elsewhere".into(),
            pid: 1,
            fence: 1,
            taken_at: at(0),
            heartbeat_at: at(0),
            expires_at: at(30),
            cancel: false,
            step: None,
            done: 0,
            total: None,
        }
    }

    #[test]
    fn a_living_owner_keeps_its_lease_however_long_it_slept_and_a_dead_one_loses_it_at_once() {
        let dir = tempfile::tempdir().expect("folder");
        let folder = DataFolder::open(Some(dir.path().to_owned())).expect("data folder");
        let (me, other) = (Owner::new(&folder), Owner::new(&folder));
        other.appear().expect("locked");
        let held = lease(other.id());
        let never = |_: &Lease| false;
        assert!(!me.may_take(&held, at(100_000), never), "it lives");
        let id = other.id().to_owned();
        drop(other);
        std::fs::write(folder.owners().join(format!("{id}.lock")), "").expect("left behind");
        assert!(me.may_take(&held, at(1), never), "it died and left its file behind");
        me.tidy(&[held]);
        assert!(folder.owners().join(format!("{id}.lock")).exists(), "its lease is not settled");
        me.tidy(&[]);
        assert!(!folder.owners().join(format!("{id}.lock")).exists());
    }

    #[test]
    fn an_owner_elsewhere_loses_its_lease_by_time_and_an_own_one_when_nothing_runs() {
        let dir = tempfile::tempdir().expect("folder");
        let folder = DataFolder::open(Some(dir.path().to_owned())).expect("data folder");
        let me = Owner::new(&folder);
        let elsewhere = lease("somebody");
        assert!(!me.may_take(&elsewhere, at(29), |_| false));
        assert!(me.may_take(&elsewhere, at(30), |_| false));
        let own = lease(me.id());
        assert!(!me.may_take(&own, at(100), |_| true));
        assert!(me.may_take(&own, at(1), |_| false));
    }
}
