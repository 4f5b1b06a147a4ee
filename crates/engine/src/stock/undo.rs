//! The last push, reversed: what TEMU shows now decides what can be set back, what JTL gives now what may be raised.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::TimeDelta;
use kontor_core::stock::{Change, SkuId, SkuKey, SkuOp, SkuRead, StockPlan, StockSubject, undo};
use kontor_core::{Code, Problem};
use kontor_temu::TemuClient;

use super::read_back::look;
use super::{JOB, Run, planning};
use crate::App;
use crate::progress::Step;

/// What an undo would do.
pub(super) struct Undo {
    pub(super) plan: StockPlan,
    /// What of the last push cannot be reversed.
    pub(super) lost: Vec<Change>,
    /// SKUs that it would raise above JTL's stock.
    pub(super) above: HashSet<SkuKey>,
}

impl App {
    /// The plan that would reverse the last push as far as is known without asking anybody, and what of it cannot be
    /// reversed.
    ///
    /// # Errors
    /// `stock.nothing_to_undo` when nothing was ever pushed, and problems of the store.
    pub async fn undo_plan(&self) -> Result<(StockPlan, Vec<Change>), Problem> {
        Ok(undo(&self.last_push().await?, &self.store.stock_subjects().await?))
    }

    async fn last_push(&self) -> Result<Vec<SkuOp>, Problem> {
        let pushed = self.store.last_push().await?;
        if pushed.is_empty() {
            return Err(Problem::new(Code::StockNothingToUndo));
        }
        Ok(pushed)
    }

    /// Asks TEMU what it shows of the last push, so that nothing is set back that somebody has changed since, and JTL what
    /// it gives. With `keeps` what TEMU shows is stored.
    pub(super) async fn undo_now(
        &self,
        run: &mut Run,
        client: &TemuClient,
        keeps: bool,
    ) -> Result<Undo, Problem> {
        let pushed = self.last_push().await?;
        let mut subjects = self.store.stock_subjects().await?;
        self.wait_until_shown(run).await?;
        let skus: HashSet<SkuId> = pushed.iter().map(|op| op.key.sku_id).collect();
        let shown = look(client, &skus.into_iter().collect::<Vec<_>>()).await?;
        if keeps {
            let at = self.clock.now();
            let reads = shown.iter().map(|(key, stock)| SkuRead { key: *key, stock: *stock, at });
            self.store.save_reads(&reads.collect::<Vec<_>>()).await?;
        }
        overlay(&mut subjects, &shown);
        let (plan, lost) = undo(&pushed, &subjects);
        run.progress(Step::Stock, plan.ops.len() as u64, Some(plan.ops.len() as u64));
        let above = match planning::above_jtl(self, subjects, &plan.ops).await {
            Ok(above) => above,
            // Without JTL nobody knows what may be raised: all of it waits for a person.
            Err(problem) => {
                run.problem(problem);
                plan.ops.iter().map(|op| op.key).collect()
            }
        };
        Ok(Undo { plan, lost, above })
    }

    /// TEMU shows a change some seconds after it was made: after a run that ended just now it is waited for.
    async fn wait_until_shown(&self, run: &Run) -> Result<(), Problem> {
        let pause = i64::try_from(self.config.stock.verify_after_seconds).unwrap_or(i64::MAX);
        let pause = TimeDelta::try_seconds(pause).unwrap_or(TimeDelta::MAX);
        let newest = self.store.runs(Some(JOB), 2).await?;
        let ended = newest.iter().filter_map(|run| run.ended_at).max();
        let left = ended.map_or(TimeDelta::zero(), |at| pause - (self.clock.now() - at));
        let left = left.clamp(TimeDelta::zero(), pause).to_std().unwrap_or(Duration::ZERO);
        tokio::select! {
            () = tokio::time::sleep(left) => Ok(()),
            () = run.cancel.cancelled() => Err(Problem::new(Code::RunCancelled)),
        }
    }
}

fn overlay(subjects: &mut [StockSubject], shown: &HashMap<SkuKey, i64>) {
    for subject in subjects {
        if let Some(stock) = shown.get(&subject.key) {
            subject.known = Some(*stock);
        }
    }
}
