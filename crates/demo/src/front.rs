//! The real desk or the demo's: what a window or a bridge talks to.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use kontor_engine::Desk;
use kontor_engine::api::Host;
use kontor_engine::core::{Code, Problem};
use tokio::sync::Mutex;

use crate::profile::{Demo, DemoOptions};

/// Opens a folder in the file manager.
pub type ShowFolder = Box<dyn Fn(&Path) -> Result<(), Problem> + Send + Sync>;

/// The real desk, and the demo while it runs.
pub struct Front {
    real: Arc<Desk>,
    options: DemoOptions,
    show_folder: Option<ShowFolder>,
    demo: RwLock<Option<Demo>>,
    /// Held while a demo starts or ends, so that two clicks start one.
    switching: Mutex<()>,
}

impl Front {
    /// A front before the real desk.
    pub fn new(real: Arc<Desk>, options: DemoOptions, show_folder: Option<ShowFolder>) -> Self {
        Self { real, options, show_folder, demo: RwLock::new(None), switching: Mutex::new(()) }
    }
}

#[async_trait]
impl Host for Front {
    fn desk(&self) -> Arc<Desk> {
        let demo = self.demo.read().unwrap_or_else(PoisonError::into_inner);
        demo.as_ref().map_or_else(|| Arc::clone(&self.real), Demo::desk)
    }

    fn is_demo(&self) -> bool {
        self.demo.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    async fn start_demo(&self) -> Result<(), Problem> {
        let _switching = self.switching.lock().await;
        if self.is_demo() {
            return Ok(());
        }
        let demo = Demo::start(self.options.clone()).await?;
        *self.demo.write().unwrap_or_else(PoisonError::into_inner) = Some(demo);
        Ok(())
    }

    async fn leave_demo(&self) -> Result<(), Problem> {
        let _switching = self.switching.lock().await;
        let demo = self.demo.write().unwrap_or_else(PoisonError::into_inner).take();
        // The sandbox is stopped and its folder deleted outside the lock.
        drop(demo);
        Ok(())
    }

    fn show_folder(&self, folder: &Path) -> Result<(), Problem> {
        match &self.show_folder {
            Some(show) => show(folder),
            None => Err(Problem::new(Code::HostNotPossible).about(folder.display())),
        }
    }
}
