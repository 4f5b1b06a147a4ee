//! One reading of the inboxes.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kontor_core::remote::hex;
use kontor_core::{Code, Problem};
use kontor_invoice::{Document, Flag, Kind, Limits, Rules, first_page, read};
use sha2::{Digest as _, Sha256};

use super::inbox::{self, Inbox, Listing, Seen};
use super::register::{Entry, Register};
use super::{InvoiceReport, blocking, output, problems_of, sheet};
use crate::clock::Clock;
use crate::data_folder::DataFolder;

/// What is the same for the whole reading.
struct Reading {
    data: DataFolder,
    rules: Arc<Rules>,
    limits: Limits,
    documents: Vec<Document>,
    problems: Vec<Problem>,
    /// Files whose content was not in the register.
    new: Vec<String>,
    files: Vec<String>,
}

/// Reads the given inboxes.
pub(super) async fn run(
    data: DataFolder,
    inboxes: Vec<Inbox>,
    clock: Arc<dyn Clock>,
    rules: Arc<Rules>,
    limits: Limits,
    settle: Duration,
) -> Result<InvoiceReport, Problem> {
    inbox::make_folders(&data)?;
    let lock = inbox::lock(&data)?;
    output::delete_leftovers(&inbox::output(&data));
    let listings = inboxes
        .into_iter()
        .map(|inbox| inbox::list(&inbox.folder(&data)).map(|listing| (inbox, listing)))
        .collect::<Result<Vec<_>, _>>()?;
    // A file that was changed a moment ago may still be written: wait, then look whether it has grown.
    let files = listings.iter().flat_map(|(_, listing)| &listing.files);
    let wait = inbox::wait_for(files, SystemTime::from(clock.now()), settle);
    tokio::time::sleep(wait).await;
    blocking(move || {
        let mut reading = Reading {
            data,
            rules,
            limits,
            documents: Vec::new(),
            problems: Vec::new(),
            new: Vec::new(),
            files: Vec::new(),
        };
        for (inbox, listing) in listings {
            reading.read_inbox(inbox, listing)?;
        }
        drop(lock);
        let Reading { documents, problems, new, files, .. } = reading;
        Ok(InvoiceReport { new, ..InvoiceReport::new(documents, 0, problems, files) })
    })
    .await
}

impl Reading {
    fn read_inbox(&mut self, inbox: Inbox, listing: Listing) -> Result<(), Problem> {
        let folder = inbox::output(&self.data);
        let path = inbox::register_path(&self.data, inbox);
        let mut register = Register::load(&path)?;
        for other in &listing.others {
            let problem = Problem::new(Code::InvoiceFileKind).about(super::file_name(other));
            self.problems.push(problem);
        }
        let known: HashSet<String> = register.by_hash().into_keys().map(str::to_owned).collect();
        let mut read = Vec::new();
        for file in &listing.files {
            match self.read_file(inbox, file, &register) {
                Ok(entry) => read.push(entry),
                Err(problem) => self.problems.push(problem),
            }
        }
        let new = read.iter().filter(|entry| !known.contains(&entry.sha256));
        self.new.extend(new.map(|entry| entry.document.file.clone()));
        // What could not be read stays only as long as its file is there.
        let is_there = |e: &Entry| read.iter().any(|r| r.sha256 == e.sha256);
        register.documents.retain(|e| e.document.kind.is_some() || is_there(e));
        let belongs = |entry: &&Entry| !entry.document.has(Flag::WrongInbox);
        read.iter().filter(belongs).for_each(|entry| register.put(entry.clone()));
        register.elsewhere = read.iter().filter(|entry| !belongs(entry)).cloned().collect();
        register.flag_duplicates();
        if inbox == Inbox::Werbung {
            self.copy_first_pages(&mut register, &listing.files, &read)?;
        }
        self.report(&register, read);
        if register.documents.is_empty() && register.elsewhere.is_empty() && !path.exists() {
            return Ok(());
        }
        let entries = register.sorted();
        self.write(
            &folder.join(format!("{}.xlsx", inbox.as_str())),
            &sheet::xlsx(inbox.as_str(), &entries)?,
        )?;
        self.write(&folder.join(format!("{}.csv", inbox.as_str())), &sheet::csv(&entries)?)?;
        // Last: what it holds is in the tables.
        self.write(&path, &register.json()?)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Problem> {
        if output::write(path, bytes)? {
            self.files.push(path.display().to_string());
        }
        Ok(())
    }

    /// Reads a file, or takes what the register knows about the same content.
    fn read_file(&self, inbox: Inbox, file: &Seen, register: &Register) -> Result<Entry, Problem> {
        let name = super::file_name(&file.path);
        let still_written = || Problem::new(Code::InvoiceStillWritten).about(&name);
        if !file.is_unchanged() {
            return Err(still_written());
        }
        let bytes = inbox::bytes(&file.path, &self.limits)?;
        if !file.is_unchanged() {
            return Err(still_written());
        }
        let sha256 = hex(&Sha256::digest(&bytes));
        let rules = format!("{:016x}-{}", self.rules.fingerprint(), env!("CARGO_PKG_VERSION"));
        if let Some(known) = register.find(&sha256).filter(|e| e.is_settled(&rules)) {
            let document = Document { file: name, ..known.document.clone() };
            return Ok(Entry { document, ..known.clone() });
        }
        let mut document = read(&name, bytes, &self.rules, &self.limits);
        if document.kind.is_some_and(|kind| !inbox.takes(kind)) {
            document.flag(Flag::WrongInbox);
        }
        Ok(Entry { sha256, rules, copy: None, document })
    }

    /// Tells about every file of the inbox, with the flags of the register. The same content under two names is told twice,
    /// the second time as a duplicate.
    fn report(&mut self, register: &Register, read: Vec<Entry>) {
        let mut told: Vec<String> = Vec::new();
        for entry in read {
            let mut document = entry.document;
            if let Some(known) = register.find(&entry.sha256) {
                document.flags.clone_from(&known.document.flags);
            }
            if told.contains(&entry.sha256) {
                document.flag(Flag::Duplicate);
            }
            told.push(entry.sha256);
            self.problems.extend(problems_of(&document));
            self.documents.push(document);
        }
    }

    /// Copies the first page of every advertising invoice whose country and period are known.
    fn copy_first_pages(
        &mut self,
        register: &mut Register,
        files: &[Seen],
        read: &[Entry],
    ) -> Result<(), Problem> {
        let folder = inbox::output(&self.data);
        let mut taken: Vec<String> =
            register.documents.iter().filter_map(|e| e.copy.clone()).collect();
        for entry in &mut register.documents {
            let there = entry.copy.as_ref().is_some_and(|name| folder.join(name).exists());
            let Some(name) = copy_name(&entry.document).filter(|_| !there) else { continue };
            let source = read.iter().position(|r| r.sha256 == entry.sha256);
            let file = source.and_then(|_| {
                files.iter().find(|f| super::file_name(&f.path) == entry.document.file)
            });
            let Some(file) = file else { continue };
            let bytes = inbox::bytes(&file.path, &self.limits)?;
            let Some(page) = first_page(bytes, &self.limits) else { continue };
            let name = entry.copy.clone().unwrap_or_else(|| free_name(&name, &taken));
            taken.push(name.clone());
            self.write(&folder.join(&name), &page)?;
            entry.copy = Some(name);
        }
        Ok(())
    }
}

/// `de_2026-01-01_2026-01-31`
fn copy_name(document: &Document) -> Option<String> {
    if document.kind != Some(Kind::Werbung) || document.has(Flag::Duplicate) {
        return None;
    }
    let country = document.country.as_ref()?;
    Some(format!("{country}_{}_{}", document.period_start?, document.period_end?))
}

/// The name with its ending; a second invoice of the same country and period is numbered.
fn free_name(name: &str, taken: &[String]) -> String {
    let plain = format!("{name}.pdf");
    let numbered = (2..).map(|n| format!("{name}_{n}.pdf"));
    std::iter::once(plain).chain(numbered).find(|n| !taken.contains(n)).unwrap_or_default()
}
