//! Inboxes that are watched: while a program runs the jobs it looks into them every `watch_seconds`, and asks for a run when
//! something new has come to rest there.
//!
//! A look every few seconds, and no notification by the operating system: those are lost on network folders, and say nothing
//! of when a copy has ended. A file counts when it was the same at two looks and its time of change is some seconds old.
//! What was once asked for is not asked for again until it changes: a file that cannot be taken makes no endless runs.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use kontor_core::Problem;
use kontor_core::run::Trigger;
use kontor_store::NewRequest;

use super::{Job, JobSection};
use crate::App;

/// A file as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SeenFile {
    path: PathBuf,
    bytes: u64,
    changed: SystemTime,
}

impl SeenFile {
    /// The file, when it last changed longer ago than `settle`. A time of change that is still to come says nothing: whether
    /// the file is at rest is seen at the next look.
    pub(crate) fn at_rest(path: PathBuf, now: DateTime<Utc>, settle: TimeDelta) -> Option<Self> {
        let data = std::fs::metadata(&path).ok()?;
        let changed = data.modified().ok()?;
        let age = now - DateTime::<Utc>::from(changed);
        let is_young = age >= TimeDelta::zero() && age < settle;
        (!is_young).then_some(Self { path, bytes: data.len(), changed })
    }
}

/// What lies ready in an inbox.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The mode that takes it.
    pub(crate) mode: &'static str,
    /// The files.
    pub(crate) files: Vec<SeenFile>,
}

/// What is remembered of one inbox.
#[derive(Default)]
struct Inbox {
    looked_at: Option<DateTime<Utc>>,
    /// As it was at the last look.
    last: HashSet<SeenFile>,
    /// What a run was asked for.
    asked: HashSet<SeenFile>,
}

/// What is remembered of the inboxes of all jobs, for as long as this process runs them.
#[derive(Default)]
pub(super) struct Watch {
    inboxes: HashMap<&'static str, Inbox>,
}

impl Watch {
    /// Looks into the inbox of a job when it is time for it, and asks for a run when something new has come to rest.
    pub(super) async fn look(&mut self, app: &App, job: &dyn Job) -> Result<(), Problem> {
        let watched = |s: &&JobSection| s.enabled && s.watch_seconds > 0;
        let Some(section) = app.config.jobs.get(job.name()).filter(watched) else {
            self.inboxes.remove(job.name());
            return Ok(());
        };
        let (now, inbox) = (app.clock.now(), self.inboxes.entry(job.name()).or_default());
        let pause = TimeDelta::seconds(i64::from(section.watch_seconds));
        // A clock that was set back must not end the watching.
        if inbox.looked_at.is_some_and(|last| (now - last).abs() < pause) {
            return Ok(());
        }
        inbox.looked_at = Some(now);
        let Some(Ready { mode, files }) = job.ready(app).await? else { return Ok(()) };
        let there: HashSet<SeenFile> = files.into_iter().collect();
        inbox.asked.retain(|file| there.contains(file));
        let at_rest: HashSet<SeenFile> = there.intersection(&inbox.last).cloned().collect();
        inbox.last = there;
        if at_rest.is_subset(&inbox.asked) {
            return Ok(());
        }
        app.store.request_job(&wish(job, mode, now)).await?;
        inbox.asked.extend(at_rest);
        app.workplace.events.tell_changed("requests");
        app.workplace.wake.notify_one();
        Ok(())
    }
}

fn wish(job: &dyn Job, mode: &str, now: DateTime<Utc>) -> NewRequest {
    NewRequest {
        job: job.name().into(),
        mode: mode.into(),
        options: "{}".into(),
        trigger: Trigger::Schedule,
        attempt: 1,
        parent_run: None,
        requested_at: now,
        due_at: now,
    }
}
