//! Invoices: the two inboxes are read, the results stand in `pdf_reader/ausgang` as XLSX, CSV and JSON.
//!
//! The inbox is never changed. What was read once stays in the register (`rechnungen.json`, `werbung.json`) and in the
//! tables, also when its file is taken away; a second run over the same files changes nothing. Every result is written under
//! a temporary name, synced and renamed, so that a killed run leaves the old files or the new ones.

mod hashes;
mod inbox;
mod listing;
mod output;
mod register;
mod rules;
mod run;
mod sheet;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kontor_core::run::{Outcome, StepTally, outcome};
use kontor_core::{Code, Problem};
use kontor_invoice::{Document, Explanation, Flag, Limits, explain, read};
use serde::Serialize;

use crate::App;
use crate::report::ProblemReport;

pub(crate) use hashes::FileHashes;
pub use inbox::Inbox;
pub use listing::{KnownDocument, Standing};

/// What a reading hands back, as `--json` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct InvoiceReport {
    /// `success`: nothing needs a look. `partial`: something does. `failed`: nothing could be read.
    pub outcome: Outcome,
    /// Every document that was looked at.
    pub documents: Vec<Document>,
    /// What somebody should do about them, one entry per document and kind.
    pub problems: Vec<ProblemReport>,
    /// Files of an inbox that were not known before.
    #[serde(skip)]
    pub new: Vec<String>,
    /// Results that were written because they changed.
    pub files: Vec<String>,
}

impl InvoiceReport {
    /// `unread` counts files that could not even be opened.
    fn new(
        documents: Vec<Document>,
        unread: u64,
        problems: Vec<Problem>,
        files: Vec<String>,
    ) -> Self {
        let is_read = |d: &&Document| d.kind.is_some() && !d.has(Flag::WrongInbox);
        let done = documents.iter().filter(is_read).count() as u64;
        let reading = StepTally { done, failed: documents.len() as u64 - done + unread };
        let looked_at = StepTally { done: 1, failed: problems.len() as u64 };
        Self {
            outcome: outcome(&[reading, looked_at], false, false),
            documents,
            problems: problems.into_iter().map(ProblemReport::from).collect(),
            new: Vec::new(),
            files,
        }
    }
}

impl App {
    /// Reads the given files; nothing is written.
    ///
    /// # Errors
    /// `invoice.rules_invalid` when one of the operator's rules is wrong. A file that cannot be read is a problem in the
    /// report.
    pub async fn read_invoices(&self, files: Vec<PathBuf>) -> Result<InvoiceReport, Problem> {
        let (rules, limits) = (Arc::new(rules::load(&self.folder)?), self.invoice_limits());
        blocking(move || {
            let (mut documents, mut problems) = (Vec::new(), Vec::new());
            for path in files {
                let name = file_name(&path);
                match inbox::bytes(&path, &limits) {
                    Ok(bytes) => documents.push(read(&name, bytes, &rules, &limits)),
                    Err(problem) => problems.push(problem),
                }
            }
            let unread = problems.len() as u64;
            problems.extend(documents.iter().flat_map(problems_of));
            Ok(InvoiceReport::new(documents, unread, problems, Vec::new()))
        })
        .await
    }

    /// Reads what lies in the inboxes and brings the results up to date.
    ///
    /// # Errors
    /// `run.already_running` when another reading is under way, `invoice.rules_invalid`, `invoice.register_unreadable`,
    /// `file.*` when a folder or a result cannot be read or written.
    pub async fn read_invoice_inbox(&self) -> Result<InvoiceReport, Problem> {
        self.read_invoice_inboxes(Inbox::ALL.to_vec()).await
    }

    /// The same for some of the inboxes.
    ///
    /// # Errors
    /// As [`App::read_invoice_inbox`].
    pub async fn read_invoice_inboxes(
        &self,
        inboxes: Vec<Inbox>,
    ) -> Result<InvoiceReport, Problem> {
        let settle = Duration::from_secs(self.config.invoices.settle_seconds);
        let rules = Arc::new(rules::load(&self.folder)?);
        let (clock, limits) = (Arc::clone(&self.clock), self.invoice_limits());
        run::run(self.folder.clone(), inboxes, clock, rules, limits, settle).await
    }

    /// Tells how one document is read.
    ///
    /// # Errors
    /// As [`App::read_invoices`], and `file.read_failed`.
    pub async fn explain_invoice(&self, file: PathBuf) -> Result<Explanation, Problem> {
        let (rules, limits) = (Arc::new(rules::load(&self.folder)?), self.invoice_limits());
        blocking(move || {
            let bytes = inbox::bytes(&file, &limits)?;
            Ok(explain(&file_name(&file), bytes, &rules, &limits))
        })
        .await
    }

    /// Checks a file of rules over the shipped ones; the ids of all layouts.
    ///
    /// # Errors
    /// `invoice.rules_invalid` with the place, `file.read_failed`.
    pub fn check_invoice_rules(&self, file: &Path) -> Result<Vec<String>, Problem> {
        rules::check(file).map(|rules| rules.ids().map(str::to_owned).collect())
    }

    fn invoice_limits(&self) -> Limits {
        let section = &self.config.invoices;
        Limits {
            file_bytes: section.max_file_mb << 20,
            time: Duration::from_secs(section.max_seconds),
            ..Limits::default()
        }
    }
}

/// Runs work that waits for files and threads apart from the others.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.map_err(|e| Problem::new(Code::InternalError).detail(e))?
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// What somebody should do about a document.
fn problems_of(document: &Document) -> Vec<Problem> {
    let unclear: Vec<&str> = document
        .flags
        .iter()
        .filter_map(|flag| match flag {
            Flag::Unclear(field) => Some(field.as_str()),
            _ => None,
        })
        .collect();
    let plain = document.flags.iter().filter_map(|flag| {
        let problem = Problem::new(code(*flag)?).about(&document.file);
        Some(match &document.detail {
            Some(detail) => problem.detail(detail),
            None => problem,
        })
    });
    let fields = (!unclear.is_empty()).then(|| {
        Problem::new(Code::InvoiceFieldUnclear).about(&document.file).detail(unclear.join(", "))
    });
    plain.chain(fields).collect()
}

fn code(flag: Flag) -> Option<Code> {
    match flag {
        Flag::SumMismatch => Some(Code::InvoiceSumMismatch),
        Flag::Duplicate => Some(Code::InvoiceDuplicate),
        Flag::WrongInbox => Some(Code::InvoiceWrongInbox),
        Flag::NoText => Some(Code::InvoiceNoText),
        Flag::UnknownLayout => Some(Code::InvoiceUnknownLayout),
        Flag::Encrypted => Some(Code::InvoiceEncrypted),
        Flag::Broken => Some(Code::InvoiceBroken),
        Flag::ReverseCharge | Flag::SeveralRates | Flag::Unclear(_) => None,
    }
}
