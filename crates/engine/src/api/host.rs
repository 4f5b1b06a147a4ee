//! What the commands need of the program around the core: the window, the bridge, the command line.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::wire::Done;
use crate::Desk;

/// The program around the core. It grows only when a command needs it.
#[async_trait]
pub trait Host: Send + Sync {
    /// The desk of the moment.
    fn desk(&self) -> Arc<Desk>;
    /// Whether the desk of the moment is the demo's.
    fn is_demo(&self) -> bool;
    /// Puts the demo's desk in place of the real one.
    ///
    /// # Errors
    /// `host.not_possible` where there is no demo; problems of its start.
    async fn start_demo(&self) -> Result<(), Problem>;
    /// Puts the real desk back; nothing of the demo is left.
    ///
    /// # Errors
    /// `host.not_possible` where there is no demo.
    async fn leave_demo(&self) -> Result<(), Problem>;
    /// Opens a folder in the file manager.
    ///
    /// # Errors
    /// `host.not_possible` where there is none.
    fn show_folder(&self, folder: &Path) -> Result<(), Problem>;
}

/// A desk without a window: commands that need one are refused.
pub struct Headless(pub Arc<Desk>);

#[async_trait]
impl Host for Headless {
    fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.0)
    }

    fn is_demo(&self) -> bool {
        false
    }

    async fn start_demo(&self) -> Result<(), Problem> {
        Err(Problem::new(Code::HostNotPossible).about("demo"))
    }

    async fn leave_demo(&self) -> Result<(), Problem> {
        Err(Problem::new(Code::HostNotPossible).about("demo"))
    }

    fn show_folder(&self, folder: &Path) -> Result<(), Problem> {
        Err(Problem::new(Code::HostNotPossible).about(folder.display()))
    }
}

pub(super) async fn demo_start(host: &dyn Host, (): ()) -> Result<Done, Problem> {
    host.start_demo().await?;
    Ok(Done { at: host.desk().app().clock.now() })
}

pub(super) async fn demo_leave(host: &dyn Host, (): ()) -> Result<Done, Problem> {
    host.leave_demo().await?;
    Ok(Done { at: host.desk().app().clock.now() })
}

/// A folder of Kontor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Folder {
    /// The data folder itself.
    Data,
    /// Collective files for JTL.
    Xml,
    /// One archive file per order.
    Export,
    /// Log files.
    Logs,
    /// Inboxes, tables and rules of the invoice reader.
    Invoices,
    /// Inbox, batches and reports for DATEV.
    Datev,
}

/// A folder to be shown.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct FolderRequest {
    /// Which.
    pub folder: Folder,
}

pub(super) async fn folder_show(host: &dyn Host, request: FolderRequest) -> Result<Done, Problem> {
    let app = host.desk().app();
    let folder = match request.folder {
        Folder::Data => app.folder.root().to_owned(),
        Folder::Xml => app.folder.drop_folder(),
        Folder::Export => app.folder.archive_folder(),
        Folder::Logs => app.folder.root().join("logs"),
        Folder::Invoices => app.invoice_folder()?,
        Folder::Datev => app.datev_folders()?.root().to_owned(),
    };
    host.show_folder(&folder)?;
    Ok(Done { at: app.clock.now() })
}
