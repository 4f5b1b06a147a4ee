//! SKUs, what they should show, plans and pushes; a call of any size in a fixed number of statements.

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

use super::MssqlStore;
use crate::Result;
use crate::stock::{
    KeptPlan, ListReading, PlanState, PushRecord, SkuTally, StockCount, StockFilter, StockPage,
    StockStore,
};

#[async_trait]
impl StockStore for MssqlStore {
    async fn upsert_skus(&self, reading: ListReading, skus: &[RemoteSku]) -> Result<SkuTally> {
        self.write(|talk| Box::pin(skus::upsert(talk, reading, skus))).await
    }

    async fn deactivate_unseen(&self, since: DateTime<Utc>) -> Result<u64> {
        self.write(|talk| Box::pin(skus::deactivate_unseen(talk, since))).await
    }

    async fn stock_subjects(&self) -> Result<Vec<StockSubject>> {
        self.read(|talk| Box::pin(skus::subjects(talk))).await
    }

    async fn pending_lines(&self) -> Result<Vec<PendingLine>> {
        self.read(|talk| Box::pin(skus::pending_lines(talk))).await
    }

    async fn save_wants(&self, at: DateTime<Utc>, wants: &[(SkuKey, Want)]) -> Result<()> {
        if wants.is_empty() {
            return Ok(());
        }
        self.write(|talk| Box::pin(skus::save_wants(talk, at, wants))).await
    }

    async fn propose_plan(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        plan: &StockPlan,
        stops: &[GuardStop],
    ) -> Result<()> {
        self.write(|talk| Box::pin(plans::propose(talk, run, at, plan, stops))).await
    }

    async fn kept_plan(&self, id: &PlanId) -> Result<Option<KeptPlan>> {
        self.read(|talk| Box::pin(plans::by_id(talk, id))).await
    }

    async fn kept_plans(&self, limit: u32) -> Result<Vec<KeptPlan>> {
        self.read(|talk| Box::pin(plans::newest(talk, limit))).await
    }

    async fn plans_in(&self, state: PlanState) -> Result<Vec<KeptPlan>> {
        self.read(|talk| Box::pin(plans::in_state(talk, state))).await
    }

    async fn set_plan_state(
        &self,
        at: DateTime<Utc>,
        id: &PlanId,
        state: PlanState,
        by: Option<&str>,
    ) -> Result<()> {
        self.write(|talk| Box::pin(plans::set_state(talk, at, id, state, by))).await
    }

    async fn settle_plan(&self, plan: &StockPlan) -> Result<()> {
        self.write(|talk| Box::pin(plans::settle(talk, plan))).await
    }

    async fn begin_push(
        &self,
        run: &RunId,
        plan: &PlanId,
        at: DateTime<Utc>,
        edits: &[GoodsEdit],
    ) -> Result<()> {
        self.write(|talk| Box::pin(pushes::begin(talk, run, plan, at, edits))).await
    }

    async fn settle_push(&self, at: DateTime<Utc>, outcomes: &[PushOutcome]) -> Result<()> {
        if outcomes.is_empty() {
            return Ok(());
        }
        self.write(|talk| Box::pin(pushes::settle(talk, at, outcomes))).await
    }

    async fn open_pushes(&self) -> Result<Vec<OpenPush>> {
        self.read(|talk| Box::pin(pushes::open(talk))).await
    }

    async fn save_reads(&self, reads: &[SkuRead]) -> Result<()> {
        if reads.is_empty() {
            return Ok(());
        }
        self.write(|talk| Box::pin(pushes::save_reads(talk, reads))).await
    }

    async fn last_push(&self) -> Result<Vec<SkuOp>> {
        self.read(|talk| Box::pin(pushes::last(talk))).await
    }

    async fn list_stock(
        &self,
        filter: &StockFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<StockPage> {
        self.read(|talk| Box::pin(list::page(talk, filter, after, limit))).await
    }

    async fn count_stock(&self) -> Result<Vec<StockCount>> {
        self.read(|talk| Box::pin(list::count_by_status(talk))).await
    }

    async fn pushes_of(&self, key: SkuKey, limit: u32) -> Result<Vec<PushRecord>> {
        self.read(|talk| Box::pin(pushes::of_sku(talk, key, limit))).await
    }

    async fn pushes_of_run(
        &self,
        run: &RunId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<PushRecord>> {
        self.read(|talk| Box::pin(pushes::of_run(talk, run, after, limit))).await
    }

    async fn set_sku_rule(
        &self,
        at: DateTime<Utc>,
        key: SkuKey,
        rule: &SkuRule,
        by: &str,
    ) -> Result<()> {
        self.write(|talk| Box::pin(skus::set_rule(talk, at, key, rule, by))).await
    }
}
