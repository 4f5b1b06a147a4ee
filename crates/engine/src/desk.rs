//! A running Kontor: what outlives a change of settings.

use std::sync::Arc;

use kontor_core::Problem;
use tokio::sync::watch;

use crate::App;
use crate::app::Setup;
use crate::config::Config;
use crate::secrets::Secrets;

/// One workplace with a running Kontor. Work takes the [`App`] of the moment at its begin and keeps it to its end; new
/// settings make a new one for the work that comes after.
pub struct Desk {
    app: watch::Sender<Arc<App>>,
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
        Ok(Self::new(App::open(setup).await?))
    }

    /// A desk around an app that is there already.
    pub fn new(app: App) -> Self {
        Self { app: watch::Sender::new(Arc::new(app)) }
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
        let next = App::assemble(
            config,
            now.folder.clone(),
            Arc::clone(&now.store),
            secrets,
            Arc::clone(&now.clock),
        )?;
        self.app.send_replace(Arc::new(next));
        Ok(())
    }
}
