//! A run under way: its counts, its problems, its steps.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::order::Hold;
use kontor_core::run::{JobCounts, Outcome, StepTally, outcome};
use kontor_core::{Class, Code, Problem};
use kontor_store::{ItemRecord, RunRecord, StepRecord};
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, SystemClock};
use crate::events::{Event, EventBus};
use crate::jobs::Origin;
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
    origin: Origin,
    live: Live,
    steps: Vec<StepUnderWay>,
    problems: Vec<(Problem, u64)>,
    items: Vec<ItemRecord>,
    stopped: bool,
    waits_for_approval: bool,
    broke_off: bool,
}

/// The name of what the run itself failed at, beside its steps.
const WHOLE_RUN: &str = "run";

struct StepUnderWay {
    name: &'static str,
    tally: StepTally,
    started_at: DateTime<Utc>,
    ended_at: DateTime<Utc>,
}

/// How a run is told of while it goes on.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: EventBus,
    /// The last progress, for the lease.
    pub(crate) last: Arc<Mutex<Option<Progress>>>,
}

impl Default for Live {
    fn default() -> Self {
        let clock = Arc::new(SystemClock);
        Self { clock, events: EventBus::default(), last: Arc::default() }
    }
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
            origin: Origin::default(),
            live: Live::default(),
            steps: Vec::new(),
            problems: Vec::new(),
            items: Vec::new(),
            stopped: false,
            waits_for_approval: false,
            broke_off: false,
        }
    }

    /// Says where the run comes from and whom to tell of it.
    pub(crate) fn attach(&mut self, origin: &Origin, live: Live) {
        self.origin = origin.clone();
        self.live = live;
    }

    /// Tells how far a step is.
    pub(crate) fn progress(&self, step: Step, done: u64, total: Option<u64>) {
        let progress = Progress { step, done, total };
        *self.live.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress.clone());
        self.live.events.tell(Event::Progress {
            run_id: self.id.clone(),
            job: self.job.into(),
            step: step.as_str().into(),
            done,
            total,
        });
        (self.progress)(progress);
    }

    /// A step begins.
    pub(crate) fn begins(&mut self, step: Step) {
        self.step(step.as_str());
        self.progress(step, 0, None);
    }

    /// The tally of a step; its time goes on until now. A step that nobody began begins where the last one ended.
    fn step(&mut self, name: &'static str) -> &mut StepTally {
        let now = self.live.clock.now();
        let at = match self.steps.iter().position(|s| s.name == name) {
            Some(at) => at,
            None => {
                let started_at = self.steps.last().map_or(self.started_at, |s| s.ended_at);
                self.live.events.tell(Event::StepStarted {
                    run_id: self.id.clone(),
                    job: self.job.into(),
                    step: name.into(),
                    at: started_at,
                });
                tracing::info!(step = name, "step started");
                let tally = StepTally::default();
                self.steps.push(StepUnderWay { name, tally, started_at, ended_at: now });
                self.steps.len() - 1
            }
        };
        let step = &mut self.steps[at];
        step.ended_at = now;
        &mut step.tally
    }

    /// Records that are as they should be after the step.
    pub(crate) fn done(&mut self, step: Step, records: u64) {
        self.step(step.as_str()).done += records;
    }

    /// One record failed; it is recorded, the others go on.
    pub(crate) fn item_failed(&mut self, step: Step, at: DateTime<Utc>, problem: Problem) {
        self.step(step.as_str()).failed += 1;
        self.counts.add_failed();
        self.live.events.tell(Event::ItemFailed {
            run_id: self.id.clone(),
            step: step.as_str().into(),
            subject: problem.subject.clone().unwrap_or_default(),
            code: problem.code,
        });
        tracing::info!(step = step.as_str(), item = problem.subject.as_deref().unwrap_or_default(), problem.code = %problem.code, "one record failed");
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
        self.step(step.as_str()).failed += 1;
        if problem.code == Code::RunCancelled {
            self.cancel.cancel();
            return;
        }
        tracing::warn!(step = step.as_str(), problem.code = %problem.code, "step broke off");
        self.stopped |= matches!(problem.class(), Class::Permanent | Class::Bug);
        self.problem(problem);
    }

    /// The run as a whole ended before its work did: its outcome is `failed`, whatever its steps had done.
    pub(crate) fn breaks_off(&mut self, problem: Problem) {
        self.step(WHOLE_RUN).failed += 1;
        self.broke_off = true;
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
        let steps: Vec<StepTally> = self.steps.iter().map(|step| step.tally).collect();
        outcome(&steps, self.cancel.is_cancelled() && !self.broke_off, self.waits_for_approval)
    }

    /// The steps so far.
    pub(crate) fn step_records(&self) -> Vec<StepRecord> {
        let record = |s: &StepUnderWay| StepRecord {
            step: s.name.into(),
            started_at: s.started_at,
            ended_at: s.ended_at,
            done: s.tally.done,
            failed: s.tally.failed,
        };
        self.steps.iter().map(record).collect()
    }

    /// The records that failed, once.
    pub(crate) fn take_items(&mut self) -> Vec<ItemRecord> {
        std::mem::take(&mut self.items)
    }

    pub(crate) fn record(&self, ended_at: Option<DateTime<Utc>>) -> RunRecord {
        RunRecord {
            run_id: self.id.clone(),
            job: self.job.into(),
            mode: self.mode.into(),
            trigger: self.origin.trigger,
            attempt: self.origin.attempt,
            parent_run: self.origin.parent.clone(),
            options: self.origin.options.clone(),
            started_at: self.started_at,
            ended_at,
            outcome: ended_at.map(|_| self.outcome()),
            counts: self.counts.into(),
            problems: self.problems.iter().map(|(problem, _)| problem.clone()).collect(),
        }
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
