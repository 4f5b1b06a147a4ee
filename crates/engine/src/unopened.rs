//! A Kontor that cannot be opened can still be looked at: what works beside what is broken, and what to send to support.

use std::sync::Arc;

use kontor_core::Problem;
use kontor_store::SqliteStore;

use crate::app::Setup;
use crate::clock::SystemClock;
use crate::config::first;
use crate::data_folder::{DataFolder, file_problem};
use crate::health::{Check, State};
use crate::settings::Layers;
use crate::{App, Desk};

/// Why a desk is not the real one: it stands on an empty store of its own, which goes with it.
pub(crate) struct Unopened {
    problem: Problem,
    is_of_settings: bool,
    _store: tempfile::TempDir,
}

impl Desk {
    /// Opens Kontor, or as much of it as there is, to look at it: nothing may be run on it.
    ///
    /// # Errors
    /// As [`Desk::open`], when not even a look is possible: the data folder cannot be made.
    pub async fn open_to_look(setup: Setup) -> Result<Self, Problem> {
        match Self::open(setup.clone()).await {
            Ok(desk) => Ok(desk),
            Err(problem) => Self::without_data(setup, problem).await,
        }
    }

    async fn without_data(setup: Setup, problem: Problem) -> Result<Self, Problem> {
        let folder = DataFolder::open(setup.data.clone())?;
        let settings = setup.settings(&folder);
        let settled = settings.settle();
        let is_of_settings = settled.is_err();
        let (config, values) = match settled {
            Ok(settled) => (settled.config, Some(settled.values)),
            Err(_) => (Layers::default().settle().map_err(first)?.config, None),
        };
        let place = tempfile::tempdir().map_err(|e| file_problem(folder.root(), &e))?;
        let store = Arc::new(SqliteStore::open(&place.path().join("kontor.db"))?);
        let secrets = setup.secrets.clone().filled_from(&setup.keychain).await;
        let app = App::assemble(config, folder, store, secrets, Arc::new(SystemClock))?;
        let unopened = Unopened { problem, is_of_settings, _store: place };
        let mut desk = Self::around(app, settings, values, setup);
        desk.unopened = Some(unopened);
        Ok(desk)
    }
}

impl Unopened {
    /// The checks without those that only tell of the empty store or of settings that are not there, and why it is so.
    pub(crate) fn tell(&self, checks: Vec<Check>) -> Vec<Check> {
        let subject = self.problem.code.as_str().split('.').next().unwrap_or_default();
        let name = if subject == "config" { "settings" } else { subject };
        let mut told = vec![Check::of_problem(name, State::Stop, self.problem.clone())];
        let is_empty = |check: &Check| {
            let of = |subject: &str| check.name.split('.').next() == Some(subject);
            of("job") || of("orders") || check.name == "store" || check.name == name
        };
        let needs_settings = |check: &Check| {
            self.is_of_settings && (check.name.starts_with("temu") || check.name.starts_with("jtl"))
        };
        let kept = checks.into_iter().filter(|check| !is_empty(check) && !needs_settings(check));
        told.extend(kept);
        if self.is_of_settings {
            told.extend(["store", "temu", "jtl"].map(Check::not_reached));
        }
        told
    }
}
