//! A run under way: its counts, its problems, its steps.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::order::Hold;
use kontor_core::run::{JobCounts, Outcome, StepTally, outcome};
use kontor_core::{Class, Code, Problem};
use kontor_store::{ItemRecord, RunRecord, Store};
use tokio_util::sync::CancellationToken;

use crate::progress::{Progress, ProgressSink, Step};
use crate::report::{ProblemReport, RunReport};

/// Problems of one code beyond this many are counted, not listed.
const LISTED_PER_CODE: usize = 20;

/// A run under way; `C` is what its job counts.
pub(crate) struct Run<C> {
    pub(crate) id: RunId,
    pub(crate) job: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) counts: C,
    pub(crate) files: Vec<String>,
    pub(crate) cancel: CancellationToken,
    progress: ProgressSink,
    steps: BTreeMap<&'static str, StepTally>,
    problems: Vec<(Problem, u64)>,
    items: Vec<ItemRecord>,
    stopped: bool,
    waits_for_approval: bool,
}

impl<C: JobCounts> Run<C> {
    pub(crate) fn new(
        job: &'static str,
        mode: &'static str,
        started_at: DateTime<Utc>,
        progress: ProgressSink,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            id: RunId::new(uuid::Uuid::now_v7().to_string()),
            job,
            mode,
            started_at,
            counts: C::default(),
            files: Vec::new(),
            cancel,
            progress,
            steps: BTreeMap::new(),
            problems: Vec::new(),
            items: Vec::new(),
            stopped: false,
            waits_for_approval: false,
        }
    }

    /// Tells how far a step is.
    pub(crate) fn progress(&self, step: Step, done: u64, total: Option<u64>) {
        (self.progress)(Progress { step, done, total });
    }

    /// Records that are as they should be after the step.
    pub(crate) fn done(&mut self, step: Step, records: u64) {
        self.steps.entry(step.as_str()).or_default().done += records;
    }

    /// One record failed; it is recorded, the others go on.
    pub(crate) fn item_failed(&mut self, step: Step, at: DateTime<Utc>, problem: Problem) {
        self.steps.entry(step.as_str()).or_default().failed += 1;
        self.counts.add_failed();
        self.items.push(ItemRecord {
            step: step.as_str().into(),
            subject: problem.subject.clone().unwrap_or_default(),
            state: "failed".into(),
            code: Some(problem.code),
            detail: problem.detail.clone().unwrap_or_default(),
            at,
        });
        self.problem(problem);
    }

    /// The step broke off. A permanent problem stops the run: the steps after it are not begun.
    pub(crate) fn step_failed(&mut self, step: Step, problem: Problem) {
        self.steps.entry(step.as_str()).or_default().failed += 1;
        if problem.code == Code::RunCancelled {
            self.cancel.cancel();
            return;
        }
        tracing::warn!(run.id = %self.id, step = step.as_str(), problem.code = %problem.code, "step broke off");
        self.stopped |= matches!(problem.class(), Class::Permanent | Class::Bug);
        self.problem(problem);
    }

    /// Something the operator should know that is no failure of the run.
    pub(crate) fn problem(&mut self, problem: Problem) {
        if let Some((_, count)) = self.problems.iter_mut().find(|(known, _)| *known == problem) {
            *count += 1;
            return;
        }
        let same_code = |p: &&(Problem, u64)| p.0.code == problem.code;
        if self.problems.iter().filter(same_code).count() < LISTED_PER_CODE {
            self.problems.push((problem, 1));
        } else if let Some((_, count)) =
            self.problems.iter_mut().rev().find(|(p, _)| p.code == problem.code)
        {
            *count += 1;
        }
    }

    /// A plan waits for the operator.
    #[expect(dead_code, reason = "the stock workflow, which is next, asks for it")]
    pub(crate) fn needs_approval(&mut self) {
        self.waits_for_approval = true;
    }

    /// Something about one order that waits for a person.
    pub(crate) fn waits(&mut self, subject: impl std::fmt::Display, reason: &Hold) {
        self.problem(Problem::new(reason.code).about(subject).detail(&reason.detail));
    }

    /// Whether further steps may begin.
    pub(crate) fn goes_on(&self) -> bool {
        !self.stopped && !self.cancel.is_cancelled()
    }

    /// Ends a step between two records when the operator asked for it.
    pub(crate) fn check_cancelled(&self) -> Result<(), Problem> {
        if self.cancel.is_cancelled() { Err(Problem::new(Code::RunCancelled)) } else { Ok(()) }
    }

    fn outcome(&self) -> Outcome {
        let steps: Vec<StepTally> = self.steps.values().copied().collect();
        outcome(&steps, self.cancel.is_cancelled(), self.waits_for_approval)
    }

    pub(crate) fn record(&self, ended_at: Option<DateTime<Utc>>) -> RunRecord {
        RunRecord {
            run_id: self.id.clone(),
            job: self.job.into(),
            mode: self.mode.into(),
            started_at: self.started_at,
            ended_at,
            outcome: ended_at.map(|_| self.outcome()),
            counts: self.counts.into(),
            problems: self.problems.iter().map(|(problem, _)| problem.clone()).collect(),
        }
    }

    /// Writes the failed items so far to the store.
    pub(crate) async fn save_items(&mut self, store: &dyn Store) -> Result<(), Problem> {
        if self.items.is_empty() {
            return Ok(());
        }
        store.add_run_items(&self.id, &self.items).await?;
        self.items.clear();
        Ok(())
    }

    pub(crate) fn report<P>(&self) -> RunReport<C, P> {
        RunReport {
            run_id: self.id.clone(),
            job: self.job.into(),
            mode: self.mode.into(),
            outcome: self.outcome(),
            counts: self.counts,
            problems: self
                .problems
                .iter()
                .map(|(problem, count)| ProblemReport::new(problem, *count))
                .collect(),
            files: self.files.clone(),
            plan: None,
        }
    }
}
