//! A running Kontor: what outlives a change of settings.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kontor_core::{Code, Problem};
use secrecy::SecretString;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::app::Setup;
use crate::config::Config;
use crate::events::Event;
use crate::health::Health;
use crate::jobs::{self, Job};
use crate::keychain::Keychain;
use crate::secrets::{SecretName, SecretState, SecretStatus, Secrets};
use crate::settings::{
    Change, ChangePreview, Overrides, Settings, SettingsFile, SettingsSnapshot, Values,
};
use crate::unopened::Unopened;

/// How often the operator's file is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// One workplace with a running Kontor. Work takes the [`App`] of the moment at its begin and keeps it to its end; new
/// settings make a new one for the work that comes after.
pub struct Desk {
    app: watch::Sender<Arc<App>>,
    pub(crate) jobs: Arc<[Arc<dyn Job>]>,
    settings: Settings,
    known: Mutex<Known>,
    /// The credentials of the environment, before the keychain was asked.
    given: Secrets,
    keychain: Keychain,
    pub(crate) unopened: Option<Unopened>,
}

/// What was last read of the settings.
#[derive(Default)]
struct Known {
    /// The values in force; `None` until they are first read here.
    values: Option<Values>,
    /// Why the file that is there now is not in force.
    problems: Vec<Problem>,
}

/// What became of a change of settings.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Changed {
    /// The change.
    #[serde(flatten)]
    pub preview: ChangePreview,
    /// It is in force. `false`: it is written, but something else in the file is wrong, which `waits_for` names.
    pub in_force: bool,
    /// What is to be mended first.
    pub waits_for: Vec<Problem>,
}

/// Who works here: the user and the PC, as they stand in timelines.
pub fn operator() -> String {
    let user = ["USER", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let host = gethostname::gethostname();
    format!("{}@{}", user.unwrap_or_else(|| "?".into()), host.to_string_lossy())
}

impl Desk {
    /// Opens configuration, data folder and store.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open(setup: Setup) -> Result<Self, Problem> {
        let app = App::open(setup.clone()).await?;
        let settings = setup.settings(&app.folder);
        let values = settings.settle().ok().map(|settled| settled.values);
        Ok(Self::around(app, settings, values, setup))
    }

    pub(crate) fn around(
        app: App,
        settings: Settings,
        values: Option<Values>,
        setup: Setup,
    ) -> Self {
        Self {
            app: watch::Sender::new(Arc::new(app)),
            jobs: jobs::all().into(),
            settings,
            known: Mutex::new(Known { values, problems: Vec::new() }),
            given: setup.secrets,
            keychain: setup.keychain,
            unopened: None,
        }
    }

    /// Opens all that, but asks no keychain, which may wait for a person; [`Desk::refresh_secrets`] does that afterwards.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_before_secrets(setup: Setup) -> Result<Self, Problem> {
        let keychain = setup.keychain.clone();
        let quick = Setup { keychain: Keychain::default(), ..setup.clone() };
        match Self::open(quick).await {
            Ok(desk) => Ok(Self { keychain, ..desk }),
            // Without its password the store on a server cannot be opened: here a person is waited for.
            Err(p) if p.code == Code::StoreCredentialsMissing => Self::open(setup).await,
            Err(problem) => Err(problem),
        }
    }

    /// A desk around an app that is there already; its settings are those of the file beside the data.
    pub fn new(app: App) -> Self {
        Self::with_jobs(app, jobs::all())
    }

    /// A desk around an app that runs other jobs than Kontor's own.
    pub fn with_jobs(app: App, jobs: Vec<Arc<dyn Job>>) -> Self {
        let file = SettingsFile::new(app.folder.config_file());
        Self {
            given: app.secrets().clone(),
            keychain: Keychain::default(),
            app: watch::Sender::new(Arc::new(app)),
            jobs: jobs.into(),
            settings: Settings::new(file, Overrides::default()),
            known: Mutex::default(),
            unopened: None,
        }
    }

    /// Kontor with the settings of the moment.
    pub fn app(&self) -> Arc<App> {
        self.app.borrow().clone()
    }

    /// Tells of every change of settings; the present ones count as seen.
    pub fn changes(&self) -> watch::Receiver<Arc<App>> {
        self.app.subscribe()
    }

    /// Puts other settings and credentials in force, on the same data.
    ///
    /// # Errors
    /// As [`App::assemble`]; the settings in force stay.
    pub fn put_in_force(&self, config: Config, secrets: Secrets) -> Result<(), Problem> {
        let now = self.app();
        let next = now.with_settings(config, secrets)?;
        self.app.send_replace(Arc::new(next));
        now.workplace.events.tell(Event::SettingsChanged);
        Ok(())
    }

    /// All settings with what is in force, and why the file is not when it is broken.
    ///
    /// # Errors
    /// `internal.error` when the shipped schema is broken.
    pub fn settings(&self) -> Result<SettingsSnapshot, Problem> {
        self.settings.snapshot(self.known().values.as_ref())
    }

    /// What changes would do; nothing is written.
    ///
    /// # Errors
    /// As [`Settings::preview`].
    pub fn preview_settings(&self, changes: &[Change]) -> Result<ChangePreview, Problem> {
        self.settings.preview(changes)
    }

    /// Writes changes into the operator's file and puts them in force. With a `basis` (of [`Desk::settings`]), only when
    /// the file is still the one that was looked at.
    ///
    /// # Errors
    /// As [`Settings::apply`]; nothing has changed then.
    pub async fn change_settings(
        &self,
        changes: Vec<Change>,
        basis: Option<String>,
    ) -> Result<Changed, Vec<Problem>> {
        let settings = self.settings.clone();
        let applied =
            tokio::task::spawn_blocking(move || settings.apply(&changes, basis.as_deref()));
        let bug = |e| vec![Problem::new(Code::InternalError).detail(e)];
        let preview = applied.await.map_err(bug)??;
        let waits_for = self.reload_settings().err().unwrap_or_default();
        Ok(Changed { preview, in_force: waits_for.is_empty(), waits_for })
    }

    /// Reads the settings anew and puts them in force when they differ; whether they did.
    ///
    /// # Errors
    /// Everything that is wrong; the settings in force stay.
    pub fn reload_settings(&self) -> Result<bool, Vec<Problem>> {
        let settled = self.settings.settle().inspect_err(|problems| {
            let mut known = self.known();
            if known.problems != *problems {
                tracing::warn!(problem.code = %problems[0].code, "settings stay as they were");
                known.problems.clone_from(problems);
            }
        })?;
        let secrets = self.app().secrets().clone();
        let differs = self.known().values.as_ref() != Some(&settled.values);
        if differs {
            self.put_in_force(settled.config, secrets).map_err(|p| vec![p])?;
        }
        *self.known() = Known { values: Some(settled.values), problems: Vec::new() };
        Ok(differs)
    }

    /// Why the operator's file, as it was last read, is not in force; empty when it is.
    pub fn settings_problems(&self) -> Vec<Problem> {
        self.known().problems.clone()
    }

    /// Puts in force what somebody writes into the operator's file by hand, until cancelled. A broken text changes
    /// nothing.
    pub async fn follow_settings(&self, cancel: CancellationToken) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = look.tick() => drop(self.reload_settings()),
            }
        }
    }

    /// What is known of every secret; never a value.
    ///
    /// # Errors
    /// `store.*`.
    pub async fn secrets(&self) -> Result<Vec<SecretStatus>, Problem> {
        let mut states = Vec::new();
        let mut trouble: Option<Problem> = None;
        for name in SecretName::ALL.iter().copied() {
            let state = if self.given.has(name) {
                SecretState::Environment
            } else if let Some(problem) = &trouble {
                SecretState::Unknown { problem: problem.clone().about(name) }
            } else {
                match self.keychain.get(name).await {
                    Ok(Some(_)) => SecretState::Keychain,
                    Ok(None) => SecretState::Missing,
                    Err(problem) => {
                        // One that does not answer is asked once: each question may wait for a person.
                        trouble = Some(problem.clone());
                        SecretState::Unknown { problem }
                    }
                }
            };
            let set_at = self.app().store.cursor(&set_at(name)).await?;
            let variable = name.variable();
            states.push(SecretStatus { name, state, variable, set_at });
        }
        Ok(states)
    }

    /// Stores a secret in the keychain and puts it in force.
    ///
    /// # Errors
    /// As [`Keychain::set`]; `store.*`.
    pub async fn set_secret(&self, name: SecretName, secret: SecretString) -> Result<(), Problem> {
        self.keychain.set(name, secret).await?;
        let app = self.app();
        app.store.set_cursor(&set_at(name), app.clock.now()).await?;
        self.refresh_secrets().await
    }

    /// Deletes a secret from the keychain; whether there was one.
    ///
    /// # Errors
    /// As [`Keychain::delete`]; `store.*`.
    pub async fn delete_secret(&self, name: SecretName) -> Result<bool, Problem> {
        let was_there = self.keychain.delete(name).await?;
        self.app().store.clear_cursor(&set_at(name)).await?;
        self.refresh_secrets().await?;
        Ok(was_there)
    }

    /// Asks the keychain again, as after somebody has unlocked it, and puts in force what it says.
    ///
    /// # Errors
    /// As [`Desk::put_in_force`].
    pub async fn refresh_secrets(&self) -> Result<(), Problem> {
        let secrets = self.given.clone().filled_from(&self.keychain).await;
        self.put_in_force(self.app().config.clone(), secrets)
    }

    pub(crate) fn keychain(&self) -> &Keychain {
        &self.keychain
    }

    /// Tests the connection to TEMU with settings and credentials that are not stored yet.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub async fn test_temu(
        &self,
        changes: &[Change],
        secrets: Vec<(SecretName, SecretString)>,
    ) -> Result<Health, Vec<Problem>> {
        Ok(self.tried(changes, secrets)?.test_temu().await)
    }

    /// Tests the connection to JTL step by step with settings and credentials that are not stored yet.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub async fn test_jtl(
        &self,
        changes: &[Change],
        secrets: Vec<(SecretName, SecretString)>,
    ) -> Result<Health, Vec<Problem>> {
        Ok(self.tried(changes, secrets)?.probe_jtl().await)
    }

    /// Kontor as it would be with these changes and credentials.
    fn tried(
        &self,
        changes: &[Change],
        secrets: Vec<(SecretName, SecretString)>,
    ) -> Result<App, Vec<Problem>> {
        let now = self.app();
        // Without changes the settings in force are tested, whatever the file says.
        let config = match changes {
            [] => now.config.clone(),
            changes => self.settings.tried(changes)?.config,
        };
        let all = secrets
            .into_iter()
            .fold(now.secrets().clone(), |all, (name, secret)| all.with(name, secret));
        let (store, clock) = (Arc::clone(&now.store), Arc::clone(&now.clock));
        App::assemble(config, now.folder.clone(), store, all, clock).map_err(|p| vec![p])
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Under which name the store keeps when a secret was set.
fn set_at(name: SecretName) -> String {
    format!("secret:{name}")
}
