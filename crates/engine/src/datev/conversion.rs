//! A run over the inbox, or over files that the operator names.

use std::path::PathBuf;

use chrono::Duration;
use chrono_tz::Europe::Berlin;
use kontor_core::run::DatevCounts;
use kontor_core::{Code, Problem};
use kontor_datev::JtlNumbers;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::folders::DatevFolders;
use super::inbox::{Candidate, candidates, left_alone};
use super::journal;
use super::results::{ConvertedSource, keep};
use super::source::{Desk, SourceReport};
use crate::App;
use crate::jobs::Origin;
use crate::progress::{ProgressSink, Step};
use crate::report::RunReport;
use crate::run::Run;

/// The job's name.
pub(crate) const JOB: &str = "datev_convert";
/// The mode that takes the inbox.
pub(crate) const INBOX: &str = "inbox";

/// How a conversion is done.
#[derive(Clone)]
pub struct ConvertOptions {
    /// These files, which stay where they are; empty: the inbox, whose files go to the archive.
    pub files: Vec<PathBuf>,
    /// Show what would be changed; write nothing.
    pub dry_run: bool,
    /// Takes signs of life.
    pub progress: ProgressSink,
    /// Ends the run between two files.
    pub cancel: CancellationToken,
}

/// What a conversion did.
#[derive(Clone, Debug, Serialize)]
pub struct DatevReport {
    /// Counts, outcome and problems.
    #[serde(flatten)]
    pub run: RunReport<DatevCounts, ()>,
    /// The files that were converted.
    pub sources: Vec<SourceReport>,
}

struct Question {
    numbers: Vec<String>,
    reply: oneshot::Sender<Result<Vec<JtlNumbers>, Problem>>,
}

impl App {
    /// The folders of DATEV batches.
    ///
    /// # Errors
    /// `file.write_failed` when they cannot be made.
    pub fn datev_folders(&self) -> Result<DatevFolders, Problem> {
        DatevFolders::open(&self.folder)
    }

    /// Converts the inbox or the named files. It always ends with a report; only a run that could not begin is an error.
    ///
    /// # Errors
    /// `run.already_running`, `file.*`, `config.invalid_value`, and problems of the store.
    pub async fn convert_datev(&self, options: ConvertOptions) -> Result<DatevReport, Problem> {
        let archives = options.files.is_empty();
        self.convert(options, archives, &Origin::default()).await
    }

    /// The same for files that lie in the inbox, whose sources go to the archive; none: all that are at rest.
    ///
    /// # Errors
    /// As [`App::convert_datev`].
    pub(crate) async fn convert_datev_inbox(
        &self,
        options: ConvertOptions,
        origin: &Origin,
    ) -> Result<DatevReport, Problem> {
        self.convert(options, true, origin).await
    }

    async fn convert(
        &self,
        options: ConvertOptions,
        archives: bool,
        origin: &Origin,
    ) -> Result<DatevReport, Problem> {
        let folders = self.datev_folders()?;
        let _lock = folders.lock()?;
        journal::finish(&folders.journal())?;
        folders.delete_leftovers();
        let mode = if archives { INBOX } else { "files" };
        let now = self.clock.now();
        let (progress, cancel) = (options.progress.clone(), options.cancel.clone());
        let mut run: Run<DatevCounts> = Run::new(JOB, mode, now, progress, cancel);
        let files = self.sources_of(&mut run, &folders, &options)?;
        let local = now.with_timezone(&Berlin).naive_local();
        let desk = Desk {
            folders: folders.clone(),
            settings: self.config.datev.conversion(local.date())?,
            limits: self.config.datev.zip_limits(),
            now,
            local,
            dry_run: options.dry_run,
            archives,
        };
        let mut sources = Vec::new();
        // A look into an inbox where nothing is to be done leaves no trace, unless a request waits for its run.
        let has_work = run.counts.seen > run.counts.waiting;
        let is_kept = !options.dry_run && (has_work || origin.request.is_some());
        if is_kept {
            let held = self.begin(&mut run, origin).await?;
            let work = self.convert_all(&mut run, &desk, files, &mut sources);
            let end = held.watch(Box::pin(work)).await;
            self.keep_results(&mut run, &folders, &sources);
            self.workplace.events.tell_changed("invoices");
            folders.delete_old(now, self.config.datev.keep_days);
            self.end(&mut run, held, end).await?;
        } else {
            self.convert_all(&mut run, &desk, files, &mut sources).await;
        }
        Ok(DatevReport { run: run.report(), sources })
    }

    /// The batches are in place already: a record that cannot be kept is told, and nothing more.
    fn keep_results(
        &self,
        run: &mut Run<DatevCounts>,
        folders: &DatevFolders,
        sources: &[SourceReport],
    ) {
        let now = self.clock.now();
        let records: Vec<_> = sources.iter().map(|s| ConvertedSource::new(s, now)).collect();
        if let Err(problem) = keep(folders, &records) {
            run.problem(problem);
        }
    }

    fn sources_of(
        &self,
        run: &mut Run<DatevCounts>,
        folders: &DatevFolders,
        options: &ConvertOptions,
    ) -> Result<Vec<PathBuf>, Problem> {
        if !options.files.is_empty() {
            run.counts.seen = options.files.len() as u64;
            return Ok(options.files.clone());
        }
        let settle = Duration::seconds(self.config.datev.settle_seconds.into());
        let mut files = Vec::new();
        for candidate in candidates(&folders.inbox(), run.started_at, settle)? {
            run.counts.seen += 1;
            match candidate {
                Candidate::Ready(path) => files.push(path),
                Candidate::StillWritten(path) => {
                    run.counts.waiting += 1;
                    run.problem(left_alone(&path, Code::DatevStillWritten));
                }
                Candidate::Unsupported(path) => {
                    let problem = left_alone(&path, Code::DatevFileUnsupported);
                    run.item_failed(Step::Convert, run.started_at, problem);
                }
            }
        }
        Ok(files)
    }

    async fn convert_all(
        &self,
        run: &mut Run<DatevCounts>,
        desk: &Desk,
        files: Vec<PathBuf>,
        sources: &mut Vec<SourceReport>,
    ) {
        let total = files.len() as u64;
        run.begins(Step::Convert);
        let mut jtl_fails = None;
        for (done, file) in (0..).zip(files) {
            run.progress(Step::Convert, done, Some(total));
            if let Err(problem) = run.check_cancelled() {
                run.step_failed(Step::Convert, problem);
                break;
            }
            match self.convert_source(desk, file, &mut jtl_fails).await {
                Ok(source) => {
                    count(&mut run.counts, &source);
                    run.done(Step::Convert, 1);
                    sources.push(source);
                }
                Err(problem) => {
                    // Where nothing can be written, nothing more is tried.
                    let is_lasting = matches!(
                        problem.code,
                        Code::FileDiskFull | Code::FileWriteFailed | Code::DatevReportFailed
                    );
                    run.item_failed(Step::Convert, self.clock.now(), problem);
                    if is_lasting {
                        break;
                    }
                }
            }
        }
    }

    /// Converts one source on a thread of its own; what it asks of JTL is answered here. Once JTL has failed it is not
    /// asked again in this run: files that need nothing of it go on without waiting.
    async fn convert_source(
        &self,
        desk: &Desk,
        file: PathBuf,
        jtl_fails: &mut Option<Problem>,
    ) -> Result<SourceReport, Problem> {
        let (ask, mut asked) = mpsc::channel::<Question>(1);
        let desk = desk.clone();
        let work = tokio::task::spawn_blocking(move || {
            let gone = || Problem::new(Code::RunCancelled);
            desk.convert(&file, &mut |numbers| {
                let (reply, answer) = oneshot::channel();
                let question = Question { numbers: numbers.to_vec(), reply };
                ask.blocking_send(question).map_err(|_| gone())?;
                answer.blocking_recv().map_err(|_| gone())?
            })
        });
        while let Some(question) = asked.recv().await {
            let answer = match &*jtl_fails {
                Some(problem) => Err(problem.clone()),
                None => self.datev_numbers(&question.numbers).await,
            };
            if let Err(problem) = &answer {
                *jtl_fails = Some(problem.clone());
            }
            let _ = question.reply.send(answer);
        }
        work.await.map_err(|e| Problem::new(Code::InternalError).detail(e))?
    }

    async fn datev_numbers(&self, numbers: &[String]) -> Result<Vec<JtlNumbers>, Problem> {
        let found = self.tested_jtl().await?.order_numbers(numbers).await?;
        Ok(found
            .into_iter()
            .map(|n| JtlNumbers { external: n.external, customer: n.customer, order: n.order })
            .collect())
    }
}

fn count(counts: &mut DatevCounts, source: &SourceReport) {
    counts.converted += 1;
    for batch in &source.batches {
        counts.changed += batch.conversion.changed;
        counts.not_found += batch.conversion.not_found;
        counts.warnings += batch.conversion.warnings;
    }
}
