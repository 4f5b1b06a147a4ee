//! The order workflow as a run: its steps in their order, its report.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use kontor_core::ids::ParentOrderSn;
use kontor_core::{Code, Problem};
use kontor_temu::TemuClient;
use tokio_util::sync::CancellationToken;

use super::Run;
use super::export::{self, export};
use super::fetch::fetch;
use super::recover::recover;
use super::report::{self, report};
use super::tracking::tracking;
use super::{JOB, replay};
use crate::App;
use crate::exchanges::{ExchangeFiles, delete_old};
use crate::jobs::Origin;
use crate::progress::{ProgressSink, Step};
use crate::report::{Plan, RunReport};

/// What a run of the order workflow covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// All five steps.
    #[default]
    Full,
    /// Parcels only: steps four and five.
    TrackingOnly,
    /// Only the hand-over to JTL.
    ExportOnly,
    /// Only the import, from a folder of saved answers.
    Replay(PathBuf),
}

impl Mode {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::TrackingOnly => "tracking_only",
            Self::ExportOnly => "export_only",
            Self::Replay(_) => "replay",
        }
    }
}

/// How a run is done.
#[derive(Clone)]
pub struct SyncOptions {
    /// What it covers.
    pub mode: Mode,
    /// Poll again from this time, whatever the last run reached.
    pub since: Option<DateTime<Utc>>,
    /// Hand over and report only these; empty: all. What TEMU and JTL know is read for all.
    pub only: Vec<ParentOrderSn>,
    /// Show what would be done and change nothing.
    pub dry_run: bool,
    /// Takes signs of life.
    pub progress: ProgressSink,
    /// Ends the run between two records.
    pub cancel: CancellationToken,
}

impl App {
    /// Runs the order workflow, by itself: it is not tried again. It always ends with a report; only a run that could
    /// not begin is an error.
    ///
    /// # Errors
    /// `run.already_running`, `config.invalid_value` for a begin in the future, and problems of the store.
    pub async fn sync_orders(&self, options: SyncOptions) -> Result<RunReport, Problem> {
        self.sync_orders_for(options, &Origin::default()).await
    }

    /// The same for whoever asked for it.
    pub(crate) async fn sync_orders_for(
        &self,
        options: SyncOptions,
        origin: &Origin,
    ) -> Result<RunReport, Problem> {
        let mut run = Run::new(
            JOB,
            options.mode.as_str(),
            self.clock.now(),
            options.progress.clone(),
            options.cancel.clone(),
        );
        if options.since.is_some_and(|since| since >= self.clock.now()) {
            return Err(Problem::new(Code::ConfigInvalidValue)
                .about("--since")
                .detail("in the future"));
        }
        if options.dry_run {
            let plan = Box::pin(self.dry_run(&mut run, &options)).await;
            return Ok(RunReport { plan: Some(plan), ..run.report() });
        }
        let held = self.begin(&mut run, origin).await?;
        // The steps' futures are large: each lies on the heap, so that a small stack (Windows, tests) is enough.
        let end = held.watch(Box::pin(self.steps(&mut run, &options))).await;
        delete_old(&self.folder, self.clock.now(), self.config.retention.raw_days);
        self.end(&mut run, held, end).await?;
        Ok(run.report())
    }

    async fn steps(&self, run: &mut Run, options: &SyncOptions) {
        let recorder = match self.recorder(run, &options.mode) {
            Ok(recorder) => recorder,
            Err(problem) => return run.step_failed(Step::Import, problem),
        };
        let client = match self.client_for(&options.mode, recorder.clone()) {
            Ok(client) => client,
            Err(problem) => return run.step_failed(Step::Import, problem),
        };
        run.begins(Step::Recover);
        Box::pin(recover(self, run)).await;
        match (&options.mode, &client) {
            (Mode::Full, Some(client)) => {
                if run.goes_on() {
                    run.begins(Step::Import);
                    Box::pin(fetch(self, run, client, options.since, false)).await;
                }
                if run.goes_on() {
                    run.begins(Step::Export);
                    Box::pin(export(self, run, &options.only)).await;
                }
                self.parcels(run, client, &options.only).await;
            }
            (Mode::TrackingOnly, Some(client)) => self.parcels(run, client, &options.only).await,
            (Mode::ExportOnly, _) if run.goes_on() => {
                run.begins(Step::Export);
                Box::pin(export(self, run, &options.only)).await;
            }
            (Mode::Replay(folder), _) if run.goes_on() => {
                run.begins(Step::Import);
                replay::replay(self, run, folder).await;
            }
            _ => {}
        }
        drop(client);
        if let Some(Err(problem)) = recorder.map(|r| r.finish()) {
            run.step_failed(Step::Import, problem);
        }
    }

    async fn parcels(&self, run: &mut Run, client: &TemuClient, only: &[ParentOrderSn]) {
        if run.goes_on() {
            run.begins(Step::Tracking);
            Box::pin(tracking(self, run)).await;
        }
        if run.goes_on() {
            run.begins(Step::Report);
            Box::pin(report(self, run, client, only)).await;
        }
    }

    /// Where the run's answers are kept; runs that ask TEMU nothing keep none.
    fn recorder(&self, run: &Run, mode: &Mode) -> Result<Option<Arc<ExchangeFiles>>, Problem> {
        match mode {
            Mode::Full | Mode::TrackingOnly => {
                Ok(Some(Arc::new(ExchangeFiles::start(self.folder.responses_of(&run.id))?)))
            }
            Mode::ExportOnly | Mode::Replay(_) => Ok(None),
        }
    }

    fn client_for(
        &self,
        mode: &Mode,
        recorder: Option<Arc<ExchangeFiles>>,
    ) -> Result<Option<TemuClient>, Problem> {
        match mode {
            Mode::Full | Mode::TrackingOnly => {
                let recorder = recorder.map(|r| r as Arc<dyn kontor_temu::ExchangeRecorder>);
                self.temu(recorder).map(Some)
            }
            Mode::ExportOnly | Mode::Replay(_) => Ok(None),
        }
    }

    /// The steps without their effects: TEMU and JTL are only read, nothing is stored.
    async fn dry_run(&self, run: &mut Run, options: &SyncOptions) -> Plan {
        let mut plan = Plan::default();
        let asks_temu = matches!(options.mode, Mode::Full | Mode::TrackingOnly);
        let client = match asks_temu.then(|| self.temu(None)).transpose() {
            Ok(client) => client,
            Err(problem) => {
                run.step_failed(Step::Import, problem);
                return plan;
            }
        };
        match (&options.mode, &client) {
            (Mode::Full, Some(client)) => {
                plan.import = fetch(self, run, client, options.since, true).await
            }
            (Mode::Replay(folder), _) => plan.import = replay::preview(self, run, folder).await,
            _ => {}
        }
        if matches!(options.mode, Mode::Full | Mode::ExportOnly) && run.goes_on() {
            match export::preview(self).await {
                Ok((planned, waiting)) => {
                    plan.export = planned;
                    plan.waiting.extend(waiting);
                }
                Err(problem) => run.step_failed(Step::Export, problem),
            }
        }
        if let Some(client) = client.filter(|_| run.goes_on()) {
            match report::preview(self, &client).await {
                Ok((planned, waiting)) => {
                    plan.report = planned;
                    plan.waiting.extend(waiting);
                }
                Err(problem) => run.step_failed(Step::Report, problem),
            }
        }
        plan
    }

    /// Lets the next export hand over an order once more that JTL does not show.
    ///
    /// # Errors
    /// `order.not_found`, `order.not_exportable`, `run.already_running`.
    pub async fn allow_export_again(&self, sn: &ParentOrderSn, by: &str) -> Result<(), Problem> {
        if !sn.is_well_formed() {
            return Err(Problem::new(Code::OrderNotFound).about(sn));
        }
        self.refuse_while_running(JOB).await?;
        export::allow_again(self, sn, by).await
    }
}
