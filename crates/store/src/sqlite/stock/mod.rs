//! The stock part of the SQLite file.

mod list;
mod plans;
mod pushes;
mod skus;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::stock::{
    GoodsEdit, GuardStop, OpenPush, PendingLine, PlanId, PushOutcome, RemoteSku, SkuKey, SkuOp,
    SkuRead, SkuRule, StockPlan, StockSubject, Want,
};

use super::SqliteStore;
use crate::Result;
use crate::stock::{
    KeptPlan, ListReading, PlanState, PushRecord, SkuTally, StockCount, StockFilter, StockPage,
    StockStore,
};

#[async_trait]
impl StockStore for SqliteStore {
    async fn upsert_skus(&self, reading: ListReading, skus: &[RemoteSku]) -> Result<SkuTally> {
        let skus = skus.to_vec();
        self.write(move |t| skus::upsert(t, reading, &skus)).await
    }

    async fn deactivate_unseen(&self, since: DateTime<Utc>) -> Result<u64> {
        self.write(move |t| skus::deactivate_unseen(t, since)).await
    }

    async fn stock_subjects(&self) -> Result<Vec<StockSubject>> {
        self.read(skus::subjects).await
    }

    async fn pending_lines(&self) -> Result<Vec<PendingLine>> {
        self.read(skus::pending_lines).await
    }

    async fn save_wants(&self, at: DateTime<Utc>, wants: &[(SkuKey, Want)]) -> Result<()> {
        if wants.is_empty() {
            return Ok(());
        }
        let wants = wants.to_vec();
        self.write(move |t| skus::save_wants(t, at, &wants)).await
    }

    async fn propose_plan(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        plan: &StockPlan,
        stops: &[GuardStop],
    ) -> Result<()> {
        let (run, plan, stops) = (run.clone(), plan.clone(), stops.to_vec());
        self.write(move |t| plans::propose(t, &run, at, &plan, &stops)).await
    }

    async fn kept_plan(&self, id: &PlanId) -> Result<Option<KeptPlan>> {
        let id = id.clone();
        self.read(move |c| plans::by_id(c, &id)).await
    }

    async fn kept_plans(&self, limit: u32) -> Result<Vec<KeptPlan>> {
        self.read(move |c| plans::newest(c, limit)).await
    }

    async fn plans_in(&self, state: PlanState) -> Result<Vec<KeptPlan>> {
        self.read(move |c| plans::in_state(c, state)).await
    }

    async fn set_plan_state(
        &self,
        at: DateTime<Utc>,
        id: &PlanId,
        state: PlanState,
        by: Option<&str>,
    ) -> Result<()> {
        let (id, by) = (id.clone(), by.map(str::to_owned));
        self.write(move |t| plans::set_state(t, at, &id, state, by.as_deref())).await
    }

    async fn settle_plan(&self, plan: &StockPlan) -> Result<()> {
        let plan = plan.clone();
        self.write(move |t| plans::settle(t, &plan)).await
    }

    async fn begin_push(
        &self,
        run: &RunId,
        plan: &PlanId,
        at: DateTime<Utc>,
        edits: &[GoodsEdit],
    ) -> Result<()> {
        let (run, plan, edits) = (run.clone(), plan.clone(), edits.to_vec());
        self.write(move |t| pushes::begin(t, &run, &plan, at, &edits)).await
    }

    async fn settle_push(&self, at: DateTime<Utc>, outcomes: &[PushOutcome]) -> Result<()> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let outcomes = outcomes.to_vec();
        self.write(move |t| pushes::settle(t, at, &outcomes)).await
    }

    async fn open_pushes(&self) -> Result<Vec<OpenPush>> {
        self.read(pushes::open).await
    }

    async fn save_reads(&self, reads: &[SkuRead]) -> Result<()> {
        if reads.is_empty() {
            return Ok(());
        }
        let reads = reads.to_vec();
        self.write(move |t| pushes::save_reads(t, &reads)).await
    }

    async fn last_push(&self) -> Result<Vec<SkuOp>> {
        self.read(pushes::last).await
    }

    async fn list_stock(
        &self,
        filter: &StockFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<StockPage> {
        let (filter, after) = (filter.clone(), after.map(str::to_owned));
        self.read(move |c| list::page(c, &filter, after.as_deref(), limit)).await
    }

    async fn count_stock(&self) -> Result<Vec<StockCount>> {
        self.read(list::count_by_status).await
    }

    async fn pushes_of(&self, key: SkuKey, limit: u32) -> Result<Vec<PushRecord>> {
        self.read(move |c| pushes::of_sku(c, key, limit)).await
    }

    async fn pushes_of_run(
        &self,
        run: &RunId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<PushRecord>> {
        let run = run.clone();
        self.read(move |c| pushes::of_run(c, &run, after, limit)).await
    }

    async fn set_sku_rule(
        &self,
        at: DateTime<Utc>,
        key: SkuKey,
        rule: &SkuRule,
        by: &str,
    ) -> Result<()> {
        let (rule, by) = (*rule, by.to_owned());
        self.write(move |t| skus::set_rule(t, at, key, &rule, &by)).await
    }
}
