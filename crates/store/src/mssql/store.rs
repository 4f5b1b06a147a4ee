//! [`Store`], statement by statement.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::export::OutboxEntry;
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::import::ImportOp;
use kontor_core::order::{Hold, StoredOrder};
use kontor_core::parcel::{JtlParcel, ReportState, StoredParcel};
use kontor_core::state::{OrderState, Transition};

use super::{MssqlStore, cursors, events, import, lists, orders, outbox, parcels};
use crate::{
    Accepted, CarrierVerdict, ImportTally, NewEvent, OrderEvent, OrderFilter, OrderPage, Result,
    StateCount, Store, StoreHealth,
};

#[async_trait]
impl Store for MssqlStore {
    async fn orders_by_sn(&self, sns: &[ParentOrderSn]) -> Result<Vec<StoredOrder>> {
        self.read(|talk| Box::pin(orders::by_sn(talk, sns))).await
    }

    async fn apply_import(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        ops: &[ImportOp],
    ) -> Result<ImportTally> {
        self.write(|talk| Box::pin(import::apply(talk, run, at, ops))).await
    }

    async fn incomplete_orders(
        &self,
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>> {
        self.read(|talk| Box::pin(orders::incomplete(talk, after, limit))).await
    }

    async fn set_holds(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        sn: &ParentOrderSn,
        holds: &[Hold],
        transition: Option<Transition>,
    ) -> Result<()> {
        self.write(|talk| Box::pin(import::set_holds(talk, run, at, sn, holds, transition))).await
    }

    async fn exportable_orders(
        &self,
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>> {
        self.read(|talk| Box::pin(orders::exportable(talk, after, limit))).await
    }

    async fn orders_held_for(
        &self,
        code: Code,
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>> {
        self.read(|talk| Box::pin(orders::held_for(talk, code, after, limit))).await
    }

    async fn prepare_export(&self, entries: Vec<OutboxEntry>) -> Result<Vec<OutboxEntry>> {
        self.write(|talk| Box::pin(outbox::prepare(talk, &entries))).await
    }

    async fn next_generations(&self, sns: &[ParentOrderSn]) -> Result<Vec<(ParentOrderSn, i64)>> {
        self.read(|talk| Box::pin(outbox::next_generations(talk, sns))).await
    }

    async fn unfinished_exports(&self) -> Result<Vec<OutboxEntry>> {
        self.read(|talk| Box::pin(outbox::unfinished(talk))).await
    }

    async fn mark_publishing(&self, ids: &[i64], file_name: Option<&str>) -> Result<()> {
        self.write(|talk| Box::pin(outbox::mark_publishing(talk, ids, file_name))).await
    }

    async fn mark_prepared_again(&self, ids: &[i64]) -> Result<()> {
        self.write(|talk| Box::pin(outbox::mark_prepared_again(talk, ids))).await
    }

    async fn mark_written(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        proofs: &[(i64, String)],
    ) -> Result<u64> {
        self.write(|talk| Box::pin(outbox::mark_written(talk, run, at, proofs))).await
    }

    async fn withdraw(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        ids: &[i64],
        reason: &Hold,
    ) -> Result<()> {
        self.write(|talk| Box::pin(outbox::withdraw(talk, run, at, ids, reason))).await
    }

    async fn mark_accepted(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        seen: &[Accepted],
    ) -> Result<u64> {
        self.write(|talk| Box::pin(outbox::mark_accepted(talk, run, at, seen))).await
    }

    async fn re_export(&self, at: DateTime<Utc>, sn: &ParentOrderSn, by: &str) -> Result<()> {
        self.write(|talk| Box::pin(outbox::re_export(talk, at, sn, by))).await
    }

    async fn orders_in(
        &self,
        states: &[OrderState],
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>> {
        self.read(|talk| Box::pin(orders::in_states(talk, states, after, limit))).await
    }

    async fn save_parcels(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        parcels: &[JtlParcel],
        complete: &[ParentOrderSn],
    ) -> Result<u64> {
        self.write(|talk| Box::pin(parcels::save(talk, run, at, parcels, complete))).await
    }

    async fn parcels_of(&self, sns: &[ParentOrderSn]) -> Result<Vec<StoredParcel>> {
        self.read(|talk| Box::pin(parcels::of(talk, sns))).await
    }

    async fn set_carriers(&self, verdicts: &[CarrierVerdict]) -> Result<()> {
        self.write(|talk| Box::pin(parcels::set_carriers(talk, verdicts))).await
    }

    async fn set_report(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        sn: &ParentOrderSn,
        report: ReportState,
        problem: Option<&Hold>,
    ) -> Result<()> {
        self.write(|talk| Box::pin(parcels::set_report(talk, run, at, sn, report, problem))).await
    }

    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<OrderPage> {
        self.read(|talk| Box::pin(lists::list(talk, filter, after, limit))).await
    }

    async fn count_by_state(&self) -> Result<Vec<StateCount>> {
        self.read(|talk| Box::pin(lists::count_by_state(talk))).await
    }

    async fn timeline(&self, sn: &ParentOrderSn) -> Result<Vec<OrderEvent>> {
        self.read(|talk| Box::pin(events::timeline(talk, sn))).await
    }

    async fn exports_of(&self, sn: &ParentOrderSn) -> Result<Vec<OutboxEntry>> {
        self.read(|talk| Box::pin(outbox::of(talk, sn))).await
    }

    async fn add_events(&self, events: &[NewEvent]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        self.write(|talk| Box::pin(events::add(talk, events))).await
    }

    async fn open_alerts(&self, limit: u32) -> Result<Vec<OrderEvent>> {
        self.read(|talk| Box::pin(events::alerts(talk, limit))).await
    }

    async fn cursor(&self, name: &str) -> Result<Option<DateTime<Utc>>> {
        self.read(|talk| Box::pin(cursors::cursor(talk, name))).await
    }

    async fn set_cursor(&self, name: &str, value: DateTime<Utc>) -> Result<()> {
        self.write(|talk| Box::pin(cursors::set(talk, name, value))).await
    }

    async fn clear_cursor(&self, name: &str) -> Result<()> {
        self.write(|talk| Box::pin(cursors::clear(talk, name))).await
    }

    async fn health(&self) -> Result<StoreHealth> {
        self.schema_health().await
    }
}
