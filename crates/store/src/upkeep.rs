//! What the store is asked for its own upkeep: how the jobs fare, and forgetting what is past its time.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::run::Outcome;
use serde::{Deserialize, Serialize};

use crate::Result;

/// How a job fared last in one of its modes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobState {
    /// The job.
    pub job: String,
    /// The mode.
    pub mode: String,
    /// End of its last run that ended.
    pub last_end: Option<DateTime<Utc>>,
    /// How that one ended.
    pub last_outcome: Option<Outcome>,
    /// End of its last success.
    pub last_success: Option<DateTime<Utc>>,
}

/// What was forgotten, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// Orders whose name, address and XML went.
    pub orders: u64,
    /// Of the files asked about, those in which nobody is left that is remembered.
    pub files: XmlFiles,
    /// Particulars of runs that went.
    pub run_items: u64,
}

/// History that went, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgottenHistory {
    /// Runs with their steps and particulars.
    pub runs: u64,
    /// Stock plans.
    pub stock_plans: u64,
    /// Stock values that were sent.
    pub stock_pushes: u64,
}

/// Order XML that lies in folders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct XmlFiles {
    /// Numbers of the orders that have archive files.
    pub numbers: Vec<String>,
    /// Names of collective files.
    pub collective: Vec<String>,
}

/// Marks that move when something changes, whoever changes it. They say nothing but whether they are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// The newest entry of any order's timeline.
    pub orders: i64,
    /// Begins and ends of runs.
    pub runs: i64,
    /// Wishes to run a job.
    pub requests: i64,
    /// Settled alerts and stored corrections.
    pub desk: i64,
}

/// The store's upkeep.
#[async_trait]
pub trait UpkeepStore: Send + Sync {
    /// How a job fared last in a mode: what goes well every quarter of an hour says nothing about what goes wrong every
    /// morning. All is `None` when it never ran.
    async fn job_state(&self, job: &str, mode: &str) -> Result<JobState>;
    /// What has changed since it was asked last, so that a desk can tell its window what other desks and programs did. One
    /// statement that reads only ends of indexes: it may be asked every second.
    async fn pulse(&self) -> Result<Pulse>;
    /// Takes the personal data out of orders that were reported or cancelled before `addresses_before` (name, address,
    /// corrections of it, order XML), and deletes particulars of runs from before `items_before`; in one transaction, and
    /// overwritten on the disk. With `dry_run` nothing changes. An order whose hand-over is not settled is left alone. `present` are
    /// the XML files that are there: also those of orders forgotten earlier are told, for their deletion may have failed.
    async fn forget(
        &self,
        addresses_before: DateTime<Utc>,
        items_before: DateTime<Utc>,
        present: XmlFiles,
        dry_run: bool,
    ) -> Result<Forgotten>;
    /// Deletes history from before `before`, in one transaction: runs, stock plans, stock pushes. Kept whatever their age: of
    /// each SKU the last push and the last confirmed one, pushes of unknown outcome, the runs and plans that kept pushes
    /// belong to, plans that are proposed or approved, runs under way, and of each job in each mode the last run that
    /// ended and the last success. With `dry_run` nothing changes.
    async fn forget_history(
        &self,
        before: DateTime<Utc>,
        dry_run: bool,
    ) -> Result<ForgottenHistory>;
}
