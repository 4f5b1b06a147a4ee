//! Runs: lists, one run, its end.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::run::{Counts, Outcome, Trigger};
use kontor_core::{Code, Problem};
use kontor_store::{ItemRecord, RunDetail, RunFilter, RunRecord, StepRecord};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::csv::{self, Csv};
use super::host::Host;
use super::wire::{Done, PageRequest, TextFile};
use crate::report::ProblemReport;

/// A run.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct RunRequest {
    /// Its id.
    pub run_id: String,
}

pub(super) async fn run_cancel(host: &dyn Host, request: RunRequest) -> Result<Done, Problem> {
    let desk = host.desk();
    desk.cancel(&RunId::new(request.run_id)).await?;
    Ok(Done { at: desk.app().clock.now() })
}

/// A run.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RunView {
    /// Its id.
    pub run_id: String,
    /// The job.
    pub job: String,
    /// The mode.
    pub mode: String,
    /// What made it begin.
    #[ts(type = "Trigger")]
    pub trigger: Trigger,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// The run that it tries again.
    pub parent_run: Option<String>,
    /// Start.
    #[ts(type = "string")]
    pub started_at: DateTime<Utc>,
    /// End; nothing while it runs.
    #[ts(type = "string | null")]
    pub ended_at: Option<DateTime<Utc>>,
    /// Outcome; nothing while it runs.
    #[ts(type = "Outcome | null")]
    pub outcome: Option<Outcome>,
    /// What it counted.
    #[ts(type = "Record<string, number>")]
    pub counts: BTreeMap<String, u64>,
    /// Problems.
    pub problems: Vec<ProblemReport>,
}

impl From<RunRecord> for RunView {
    fn from(run: RunRecord) -> Self {
        let Counts(counts) = run.counts;
        Self {
            run_id: run.run_id.to_string(),
            job: run.job,
            mode: run.mode,
            trigger: run.trigger,
            attempt: run.attempt,
            parent_run: run.parent_run.map(|r| r.to_string()),
            started_at: run.started_at,
            ended_at: run.ended_at,
            outcome: run.outcome,
            counts,
            problems: run.problems.into_iter().map(ProblemReport::from).collect(),
        }
    }
}

/// Which runs.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct RunQuery {
    /// Only this job.
    pub job: Option<String>,
    /// Only this outcome.
    #[ts(type = "Outcome | null")]
    pub outcome: Option<Outcome>,
    /// Only runs that began at or after this time.
    #[ts(type = "string | null")]
    pub since: Option<DateTime<Utc>>,
}

impl From<RunQuery> for RunFilter {
    fn from(query: RunQuery) -> Self {
        Self { job: query.job, outcome: query.outcome, since: query.since }
    }
}

/// A page of runs.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct RunListRequest {
    /// Which runs.
    pub query: RunQuery,
    /// Which page.
    pub page: PageRequest,
}

/// A page of runs.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RunListPage {
    /// The runs, newest first.
    pub runs: Vec<RunView>,
    /// Pass it as `after` for the next page; nothing at the end.
    pub next: Option<String>,
}

pub(super) async fn runs_list(
    host: &dyn Host,
    request: RunListRequest,
) -> Result<RunListPage, Problem> {
    let (after, limit) = (request.page.after.as_deref(), request.page.rows());
    let page = host.desk().runs(&request.query.into(), after, limit).await?;
    Ok(RunListPage { runs: page.runs.into_iter().map(RunView::from).collect(), next: page.next })
}

/// Runs for a spreadsheet.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct RunCsvRequest {
    /// Which runs.
    pub query: RunQuery,
}

pub(super) async fn runs_csv(host: &dyn Host, request: RunCsvRequest) -> Result<TextFile, Problem> {
    let (desk, filter) = (host.desk(), RunFilter::from(request.query));
    let head = ["run", "job", "mode", "trigger", "start", "end", "outcome", "counts", "problems"];
    let mut rows = Csv::new(&head);
    let mut after: Option<String> = None;
    loop {
        let page = desk.runs(&filter, after.as_deref(), csv::PAGE).await?;
        for run in page.runs {
            let Counts(counts) = &run.counts;
            let counts: Vec<String> =
                counts.iter().map(|(name, n)| format!("{name} {n}")).collect();
            let problems: Vec<&str> = run.problems.iter().map(|p| p.code.as_str()).collect();
            rows.row(&[
                run.run_id.to_string(),
                run.job,
                run.mode,
                run.trigger.as_str().to_owned(),
                csv::time(Some(run.started_at)),
                csv::time(run.ended_at),
                run.outcome.map(|o| o.as_str().to_owned()).unwrap_or_default(),
                counts.join(", "),
                problems.join(" "),
            ])?;
        }
        after = page.next;
        if after.is_none() {
            return rows.file("laeufe.csv");
        }
    }
}

/// A run with its steps and the records that failed.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RunDetailView {
    /// The run.
    pub run: RunView,
    /// Its steps in their order.
    pub steps: Vec<StepView>,
    /// Records that failed.
    pub items: Vec<RunItemView>,
}

/// A step of a run.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StepView {
    /// Its name.
    pub step: String,
    /// Start.
    #[ts(type = "string")]
    pub started_at: DateTime<Utc>,
    /// End.
    #[ts(type = "string")]
    pub ended_at: DateTime<Utc>,
    /// Records that were as they should be after it.
    pub done: u64,
    /// Records for which it failed.
    pub failed: u64,
}

/// What a run did with one record.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RunItemView {
    /// The step.
    pub step: String,
    /// The record.
    pub subject: String,
    /// `done` or `failed`.
    pub state: String,
    /// What failed.
    #[ts(type = "ProblemCode | null")]
    pub code: Option<Code>,
    /// Particulars.
    pub detail: String,
    /// When.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
}

impl From<RunDetail> for RunDetailView {
    fn from(detail: RunDetail) -> Self {
        let step = |s: StepRecord| StepView {
            step: s.step,
            started_at: s.started_at,
            ended_at: s.ended_at,
            done: s.done,
            failed: s.failed,
        };
        let item = |i: ItemRecord| RunItemView {
            step: i.step,
            subject: i.subject,
            state: i.state,
            code: i.code,
            detail: i.detail,
            at: i.at,
        };
        Self {
            run: detail.run.into(),
            steps: detail.steps.into_iter().map(step).collect(),
            items: detail.items.into_iter().map(item).collect(),
        }
    }
}

pub(super) async fn run(host: &dyn Host, request: RunRequest) -> Result<RunDetailView, Problem> {
    Ok(host.desk().run_detail(&RunId::new(request.run_id)).await?.into())
}
