//! TEMU's invoice documents into the inbox of the invoice reader, once each.
//!
//! A document is written under a temporary name and synced, then recorded with its hash, then renamed. What broke off in
//! between is settled at the begin of the next run, as with the files for JTL: only the rename removes the temporary name.
//! Then the inboxes are read.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use kontor_core::remote::hex;
use kontor_core::run::InvoiceCounts;
use kontor_core::{Class, Code, Problem};
use kontor_store::{FetchState, FetchedInvoice};
use kontor_temu::{InvoiceEntry, TemuClient, UpdateWindow};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::data_folder::file_problem;
use crate::jobs::Origin;
use crate::progress::{ProgressSink, Step};
use crate::report::RunReport;

type Run = crate::run::Run<InvoiceCounts>;

/// The job's name in runs and reports.
pub const JOB: &str = "fetch_invoices";
/// The mode that only reads what lies in the inboxes.
pub(crate) const READ: &str = "read";
/// Everything that TEMU issued up to it is in the inbox.
const CURSOR: &str = "temu.invoices.issued_at";
/// Days that the first run looks back.
const INITIAL_DAYS: i64 = 90;
/// Days by which the windows of two runs overlap: a document may be listed some time after its date.
const OVERLAP_DAYS: i64 = 7;

/// How invoices are fetched.
#[derive(Clone)]
pub struct FetchOptions {
    /// Takes signs of life.
    pub progress: ProgressSink,
    /// Ends the run between two documents.
    pub cancel: CancellationToken,
}

/// The report of such a run; it has no dry run.
pub type FetchReport = RunReport<InvoiceCounts, ()>;

impl App {
    /// Fetches the documents that TEMU issued since the last run. It always ends with a report; only a run that could not
    /// begin is an error.
    ///
    /// # Errors
    /// `run.already_running`, problems of the store.
    pub async fn fetch_invoices(&self, options: FetchOptions) -> Result<FetchReport, Problem> {
        self.fetch_invoices_for(options, &Origin::default()).await
    }

    /// Reads what lies in the inboxes as a run of the job; TEMU is not asked.
    pub(crate) async fn read_invoices_for(
        &self,
        options: FetchOptions,
        origin: &Origin,
    ) -> Result<FetchReport, Problem> {
        let now = self.clock.now();
        let mut run = Run::new(JOB, READ, now, options.progress, options.cancel);
        let held = self.begin(&mut run, origin).await?;
        let end = held.watch(Box::pin(read(self, &mut run))).await;
        self.end(&mut run, held, end).await?;
        Ok(run.report())
    }

    /// The same for whoever asked for it.
    pub(crate) async fn fetch_invoices_for(
        &self,
        options: FetchOptions,
        origin: &Origin,
    ) -> Result<FetchReport, Problem> {
        let now = self.clock.now();
        let mut run = Run::new(JOB, "full", now, options.progress, options.cancel);
        let held = self.begin(&mut run, origin).await?;
        let end = held.watch(Box::pin(fetch(self, &mut run))).await;
        self.end(&mut run, held, end).await?;
        Ok(run.report())
    }
}

async fn fetch(app: &App, run: &mut Run) {
    run.begins(Step::Recover);
    if let Err(problem) = recover(app, run).await {
        run.step_failed(Step::Recover, problem);
    }
    if run.goes_on() {
        run.begins(Step::Documents);
        if let Err(problem) = try_fetch(app, run).await {
            run.step_failed(Step::Documents, problem);
        }
    }
    // What lies in the inboxes does not wait for TEMU.
    if !run.cancel.is_cancelled() {
        read(app, run).await;
    }
}

/// Brings the tables of the inboxes up to date, and tells what is wrong with documents that were not known before; older
/// ones were told by their runs. A document that needs a look does not make a fetching fail; a reading that found nothing
/// else is partial.
async fn read(app: &App, run: &mut Run) {
    run.begins(Step::Read);
    let report = match app.read_invoice_inbox().await {
        Ok(report) => report,
        // Whoever reads just now, or the next run, reads these too.
        Err(problem) if problem.code == Code::RunAlreadyRunning => return run.problem(problem),
        Err(problem) => return run.step_failed(Step::Read, problem),
    };
    app.workplace.events.tell_changed("invoices");
    run.done(Step::Read, report.documents.len() as u64);
    for told in report.problems {
        let subject = told.subject.unwrap_or_default();
        let Ok(code) = told.code.parse::<Code>() else { continue };
        if !report.new.contains(&subject) {
            continue;
        }
        let problem = Problem::new(code).about(subject);
        let problem = match told.detail {
            Some(detail) => problem.detail(detail),
            None => problem,
        };
        if run.mode == READ {
            run.item_failed(Step::Read, app.clock.now(), problem);
        } else {
            run.problem(problem);
        }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Settles documents whose rename was not recorded.
async fn recover(app: &App, run: &mut Run) -> Result<(), Problem> {
    let inbox = inbox(app)?;
    for invoice in app.store.unfinished_invoices().await? {
        let path = inbox.join(&invoice.file_name);
        if temporary(&path).exists() {
            rename(&path)?;
        }
        app.store.mark_invoice_stored(invoice.invoice_id).await?;
        run.done(Step::Recover, 1);
    }
    delete_leftovers(&inbox);
    Ok(())
}

async fn try_fetch(app: &App, run: &mut Run) -> Result<(), Problem> {
    let client = app.temu(None)?;
    let end = app.clock.now();
    let window = UpdateWindow { start: begin(app, end).await?, end };
    let (listed, problems) = client.invoices(window).await?;
    run.counts.listed = listed.len() as u64;
    let is_whole = problems.is_empty();
    problems.into_iter().for_each(|problem| run.item_failed(Step::Documents, end, problem));
    let ids: Vec<i64> = listed.iter().map(|entry| entry.id).collect();
    let known: HashSet<i64> = app.store.known_invoices(&ids).await?.into_iter().collect();
    run.counts.known = known.len() as u64;
    run.done(Step::Documents, known.len() as u64);
    let new: Vec<InvoiceEntry> = listed.into_iter().filter(|e| !known.contains(&e.id)).collect();
    let total = new.len() as u64;
    let mut failed = 0;
    for (done, entry) in (0_u64..).zip(&new) {
        run.check_cancelled()?;
        run.progress(Step::Documents, done, Some(total));
        match fetch_one(app, run, &client, entry).await {
            Ok(()) => run.done(Step::Documents, 1),
            // A missing right, a full disk: the others would fail the same way.
            Err(problem) if matches!(problem.class(), Class::Permanent | Class::Bug) => {
                return Err(problem);
            }
            Err(problem) => {
                failed += 1;
                run.item_failed(Step::Documents, app.clock.now(), problem.about(&entry.number));
            }
        }
    }
    if is_whole && failed == 0 { app.store.set_cursor(CURSOR, end).await } else { Ok(()) }
}

async fn begin(app: &App, end: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
    Ok(match app.store.cursor(CURSOR).await? {
        Some(cursor) => cursor.min(end) - Duration::days(OVERLAP_DAYS),
        None => end - Duration::days(INITIAL_DAYS),
    })
}

async fn fetch_one(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    entry: &InvoiceEntry,
) -> Result<(), Problem> {
    let content = client.invoice_document(entry.id).await?;
    let content_hash = hex(&Sha256::digest(&content));
    let mut invoice = FetchedInvoice {
        invoice_id: entry.id,
        number: entry.number.clone(),
        parent_order_sn: entry.parent_order_sn.clone(),
        issued_at: entry.issued_at,
        file_name: file_name(entry),
        content_hash,
        run_id: run.id.clone(),
        fetched_at: app.clock.now(),
        state: FetchState::Publishing,
    };
    if let Some(first) = app.store.invoice_with_content(&invoice.content_hash).await? {
        invoice.state = FetchState::Doubled;
        invoice.file_name = first.file_name;
        run.counts.doubled += 1;
        return app.store.record_invoice(&invoice).await;
    }
    let path = inbox(app)?.join(&invoice.file_name);
    write(&path, &content)?;
    app.store.record_invoice(&invoice).await?;
    rename(&path)?;
    app.store.mark_invoice_stored(entry.id).await?;
    run.counts.fetched += 1;
    run.files.push(path.display().to_string());
    Ok(())
}

/// `temu_<number>_<id>.pdf`, of characters that every file system takes.
fn file_name(entry: &InvoiceEntry) -> String {
    let safe = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let number: String = entry.number.chars().filter(safe).take(80).collect();
    format!("temu_{number}_{}.pdf", entry.id)
}

fn inbox(app: &App) -> Result<PathBuf, Problem> {
    let inbox = app.folder.invoice_inbox();
    std::fs::create_dir_all(&inbox).map_err(|e| file_problem(&inbox, &e))?;
    Ok(inbox)
}

/// The temporary name: it begins with a dot and does not end as a PDF, so that nobody takes it.
fn temporary(path: &Path) -> PathBuf {
    let name = name_of(path);
    path.with_file_name(format!(".{name}.tmp"))
}

fn write(path: &Path, content: &[u8]) -> Result<(), Problem> {
    let temporary = temporary(path);
    let problem = |e: std::io::Error| file_problem(&temporary, &e);
    let mut file = File::create(&temporary).map_err(problem)?;
    file.write_all(content).map_err(problem)?;
    file.sync_all().map_err(problem)
}

fn rename(path: &Path) -> Result<(), Problem> {
    std::fs::rename(temporary(path), path).map_err(|e| file_problem(path, &e))
}

/// Temporary files that no record speaks of: their run died before it could record them.
fn delete_leftovers(inbox: &Path) {
    let Ok(entries) = std::fs::read_dir(inbox) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(".temu_") && name.ends_with(".tmp") {
            let _ = std::fs::remove_file(&path);
        }
    }
}
