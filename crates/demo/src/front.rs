//! The real desk or the demo's: what a window or a bridge talks to.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use kontor_engine::Desk;
use kontor_engine::api::Host;
use kontor_engine::core::{Code, Problem};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::profile::{Demo, DemoOptions};

/// Opens a folder in the file manager.
pub type ShowFolder = Box<dyn Fn(&Path) -> Result<(), Problem> + Send + Sync>;

/// The real desk, and the demo while it runs. The jobs of both are served as long as they are open.
pub struct Front {
    real: Serving,
    options: DemoOptions,
    show_folder: Option<ShowFolder>,
    demo: RwLock<Option<(Demo, Serving)>>,
    /// Held while a demo starts or ends, so that two clicks start one.
    switching: Mutex<()>,
    switched: watch::Sender<()>,
}

impl Front {
    /// A front before the real desk.
    pub fn new(real: Arc<Desk>, options: DemoOptions, show_folder: Option<ShowFolder>) -> Self {
        let (demo, switching) = (RwLock::new(None), Mutex::new(()));
        let (real, switched) = (Serving::begin(real), watch::Sender::new(()));
        Self { real, options, show_folder, demo, switching, switched }
    }

    /// The real desk, also while the demo runs.
    pub fn real(&self) -> &Arc<Desk> {
        &self.real.desk
    }

    /// Tells of every change of desk: whoever listens to the events of one asks for the next.
    pub fn switches(&self) -> watch::Receiver<()> {
        self.switched.subscribe()
    }

    /// Ends the demo and the jobs of the real desk; a run that is under way ends after its item.
    pub async fn close(&self) {
        // Without a demo there is nothing to leave.
        let _ = self.leave_demo().await;
        self.real.end().await;
    }
}

/// A desk whose jobs run by their schedules and by request.
struct Serving {
    desk: Arc<Desk>,
    stop: CancellationToken,
    served: TaskTracker,
}

impl Serving {
    fn begin(desk: Arc<Desk>) -> Self {
        let (stop, served) = (CancellationToken::new(), TaskTracker::new());
        served.spawn({
            let (desk, stop) = (Arc::clone(&desk), stop.clone());
            async move {
                tokio::join!(desk.follow_settings(stop.clone()), desk.follow_store(stop));
            }
        });
        served.spawn(serve(Arc::clone(&desk), stop.clone()));
        served.close();
        Self { desk, stop, served }
    }

    async fn end(&self) {
        self.stop.cancel();
        self.served.wait().await;
    }
}

/// Serves a desk from when it is set up: before, every start would only fail.
async fn serve(desk: Arc<Desk>, stop: CancellationToken) {
    let mut changes = desk.changes();
    while !desk.app().is_set_up() {
        tokio::select! {
            () = stop.cancelled() => return,
            Ok(()) = changes.changed() => {}
        }
    }
    if let Err(problem) = desk.serve(stop).await {
        tracing::error!(problem.code = %problem.code, "jobs are not served");
    }
}

#[async_trait]
impl Host for Front {
    fn desk(&self) -> Arc<Desk> {
        let demo = self.demo.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(demo.as_ref().map_or(&self.real.desk, |(_, serving)| &serving.desk))
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
        let serving = Serving::begin(demo.desk());
        *self.demo.write().unwrap_or_else(PoisonError::into_inner) = Some((demo, serving));
        self.switched.send_replace(());
        Ok(())
    }

    async fn leave_demo(&self) -> Result<(), Problem> {
        let _switching = self.switching.lock().await;
        let left = self.demo.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((demo, serving)) = left {
            self.switched.send_replace(());
            serving.end().await;
            // The sandbox is stopped and its folder deleted last, when no run needs them any more.
            drop(demo);
        }
        Ok(())
    }

    fn show_folder(&self, folder: &Path) -> Result<(), Problem> {
        match &self.show_folder {
            Some(show) => show(folder),
            None => Err(Problem::new(Code::HostNotPossible).about(folder.display())),
        }
    }
}
