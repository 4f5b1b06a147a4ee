//! What is known of an inbox's documents without reading any: the register, and the files that lie there.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use kontor_core::Problem;
use kontor_invoice::{Document, Flag, Limits, Page, page};
use serde::Serialize;

use super::hashes::FileHashes;
use super::inbox::{self, Inbox};
use super::register::Entry;
use super::{blocking, file_name, sheet};
use crate::App;
use crate::data_folder::DataFolder;
use crate::jobs::SeenFile;

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In the inbox, not read yet.
    Inbox,
    /// Read; nothing needs a look.
    Read,
    /// Read; something needs a look.
    Flagged,
    /// A file that is neither PDF nor XML.
    Foreign,
    /// It cannot be read.
    Broken,
}

/// A document that is known.
#[derive(Clone, Debug)]
pub struct KnownDocument {
    /// Unique: the file's name, or the content's hash once the file is gone.
    pub id: String,
    /// What was read of it.
    pub document: Document,
    /// Where it stands.
    pub standing: Standing,
    /// Whether its file is in the inbox.
    pub is_there: bool,
}

impl App {
    /// The documents of an inbox: its files by name, then what was read of files that are gone.
    ///
    /// # Errors
    /// `invoice.register_unreadable`, `file.*`.
    pub async fn invoice_documents(&self, inbox: Inbox) -> Result<Vec<KnownDocument>, Problem> {
        let (data, limits) = (self.folder.clone(), self.invoice_limits());
        let hashes = Arc::clone(&self.workplace.hashes);
        blocking(move || documents(&data, inbox, &limits, &hashes)).await
    }

    /// The table of what was read as CSV for German spreadsheets; a head without rows before the first reading.
    ///
    /// # Errors
    /// `invoice.register_unreadable`, `file.read_failed`.
    pub async fn invoice_csv(&self, inbox: Inbox) -> Result<Vec<u8>, Problem> {
        let data = self.folder.clone();
        blocking(move || sheet::csv(&inbox::register(&data, inbox)?.sorted())).await
    }

    /// The same as a workbook.
    ///
    /// # Errors
    /// `invoice.register_unreadable`, `file.read_failed`.
    pub async fn invoice_xlsx(&self, inbox: Inbox) -> Result<Vec<u8>, Problem> {
        let data = self.folder.clone();
        blocking(move || sheet::xlsx(inbox.as_str(), &inbox::register(&data, inbox)?.sorted()))
            .await
    }

    /// The first page of a file in an inbox; `None` when it is no PDF, cannot be read, or its file is gone.
    ///
    /// # Errors
    /// `file.read_failed`.
    pub async fn invoice_page(&self, inbox: Inbox, name: String) -> Result<Option<Page>, Problem> {
        let (path, limits) = (inbox.folder(&self.folder).join(name), self.invoice_limits());
        blocking(move || {
            if !path.is_file() {
                return Ok(None);
            }
            Ok(page(inbox::bytes(&path, &limits)?, &limits))
        })
        .await
    }

    /// The folder of the invoice reader, with its inboxes.
    ///
    /// # Errors
    /// `file.*` when they cannot be made.
    pub fn invoice_folder(&self) -> Result<PathBuf, Problem> {
        inbox::make_folders(&self.folder)?;
        Ok(self.folder.invoice_reader())
    }

    /// Files of the inboxes that nobody has read yet and that have not changed for a while.
    ///
    /// # Errors
    /// As [`App::invoice_documents`].
    pub(crate) async fn unread_invoices(&self) -> Result<Vec<SeenFile>, Problem> {
        let (data, limits) = (self.folder.clone(), self.invoice_limits());
        let (hashes, now) = (Arc::clone(&self.workplace.hashes), self.clock.now());
        let settle = self.config.invoices.settle_seconds.try_into().unwrap_or(i64::from(u16::MAX));
        let settle = TimeDelta::seconds(settle);
        blocking(move || {
            let mut unread = Vec::new();
            for inbox in Inbox::ALL {
                let all = documents(&data, inbox, &limits, &hashes)?.into_iter();
                let new = all.filter(|known| known.standing == Standing::Inbox);
                let paths = new.map(|known| inbox.folder(&data).join(known.document.file));
                unread.extend(paths.filter_map(|path| SeenFile::at_rest(path, now, settle)));
            }
            Ok(unread)
        })
        .await
    }
}

fn documents(
    data: &DataFolder,
    inbox: Inbox,
    limits: &Limits,
    hashes: &FileHashes,
) -> Result<Vec<KnownDocument>, Problem> {
    inbox::make_folders(data)?;
    let register = inbox::register(data, inbox)?;
    let by_hash = register.by_hash();
    let listing = inbox::list(&inbox.folder(data))?;
    hashes.forget_others(inbox, &listing.files, data);
    let (mut known, mut seen) = (Vec::new(), HashSet::new());
    for file in &listing.files {
        // A file that went away since the folder was listed.
        let Ok(sha256) = hashes.of(file, limits) else { continue };
        let entry = by_hash.get(sha256.as_str());
        let document = entry.map(|entry| entry.document.clone()).unwrap_or_default();
        let mut document = Document { file: file_name(&file.path), ..document };
        let is_first = seen.insert(sha256);
        if !is_first && entry.is_some() {
            document.flag(Flag::Duplicate);
        }
        let standing = entry.map_or(Standing::Inbox, |_| standing(&document));
        known.push(KnownDocument { id: document.file.clone(), document, standing, is_there: true });
    }
    for path in &listing.others {
        let document = Document { file: file_name(path), ..Document::default() };
        let standing = Standing::Foreign;
        known.push(KnownDocument { id: document.file.clone(), document, standing, is_there: true });
    }
    let gone = |e: &&Entry| e.document.kind.is_some() && !seen.contains(&e.sha256);
    known.extend(register.sorted().into_iter().filter(gone).map(|entry| KnownDocument {
        id: entry.sha256.clone(),
        standing: standing(&entry.document),
        document: entry.document.clone(),
        is_there: false,
    }));
    Ok(known)
}

fn standing(document: &Document) -> Standing {
    let is_broken = |flag: &Flag| matches!(flag, Flag::Broken | Flag::Encrypted | Flag::NoText);
    if document.flags.iter().any(is_broken) {
        Standing::Broken
    } else if document.needs_a_look() {
        Standing::Flagged
    } else {
        Standing::Read
    }
}
