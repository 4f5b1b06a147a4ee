//! The store in one SQLite file: WAL, one writer, one reader beside it.

mod copy;
mod desk;
mod events;
mod failures;
mod history;
mod import;
mod invoice_fetch;
mod job_store;
mod leases;
mod lists;
mod log;
mod migrate;
mod orders;
mod outbox;
mod parcels;
mod requests;
mod rows;
mod runs;
mod search;
mod stock;
mod upkeep;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::export::OutboxEntry;
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::import::ImportOp;
use kontor_core::order::{Hold, StoredOrder};
use kontor_core::parcel::{JtlParcel, ReportState, StoredParcel};
use kontor_core::state::{OrderState, Transition};
use kontor_core::{Code, Problem};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{
    Accepted, CarrierVerdict, ImportTally, NewEvent, OrderEvent, OrderFilter, OrderPage, Result,
    StateCount, Store, StoreHealth,
};
pub(crate) use failures::problem;
pub(crate) use migrate::fresh_schema;

/// Kontor's data in a SQLite file.
pub struct SqliteStore {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

impl SqliteStore {
    /// Opens the file, making it when it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// `store.newer_than_program` (the file is left as it is), `store.damaged`, `store.disk_full`, `store.locked`,
    /// `store.unavailable`; `store.copy_unfinished` for one into which a copy has not ended.
    pub fn open(path: &Path) -> Result<Self> {
        let store = Self::open_for_copy(path)?;
        let connection = store.reader.lock().unwrap_or_else(PoisonError::into_inner);
        copy::refuse_unfinished(&connection).map_err(|p| p.about(path.display()))?;
        drop(connection);
        Ok(store)
    }

    /// Opens the file for a copy into it ([`crate::copy_store`]), also when an earlier one has not ended.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_for_copy(path: &Path) -> Result<Self> {
        let about = |p: Problem| p.about(path.display());
        let mut writer = connect(path).map_err(problem).map_err(about)?;
        migrate::migrate(&mut writer).map_err(about)?;
        let reader = connect(path).map_err(problem).map_err(about)?;
        Ok(Self { writer: Arc::new(Mutex::new(writer)), reader: Arc::new(Mutex::new(reader)) })
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let reader = Arc::clone(&self.reader);
        blocking(move || work(&reader.lock().unwrap_or_else(PoisonError::into_inner))).await
    }

    /// Runs `work` in one transaction: all of it or nothing.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let writer = Arc::clone(&self.writer);
        blocking(move || {
            let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(problem)?;
            let value = work(&transaction)?;
            transaction.commit().map_err(problem)?;
            Ok(value)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| Problem::new(Code::InternalError).detail(e))?
}

/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// A configured connection. A file that another process is just turning to WAL, or is recovering, is refused at once
/// and not after the busy time-out: tried again.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let begun = Instant::now();
    loop {
        match Connection::open(path).and_then(|c| configure(&c).map(|()| c)) {
            Err(e) if is_busy(&e) && begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(10));
            }
            connection => return connection,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

/// Durable commits (`FULL`), readers beside the writer (WAL), patience with another process.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted or overwritten is zeroed, so that an address that was forgotten is gone from the file.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.set_prepared_statement_cache_capacity(64);
    search::add_folding(connection)
}

#[async_trait]
impl Store for SqliteStore {
    async fn orders_by_sn(&self, sns: &[ParentOrderSn]) -> Result<Vec<StoredOrder>> {
        let sns = sns.to_vec();
        self.read(move |c| orders::by_sn(c, &sns)).await
    }

    async fn apply_import(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        ops: &[ImportOp],
    ) -> Result<ImportTally> {
        let (run, ops) = (run.clone(), ops.to_vec());
        self.write(move |t| import::apply(t, &run, at, &ops)).await
    }

    async fn incomplete_orders(
        &self,
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>> {
        let after = after.cloned();
        self.read(move |c| orders::incomplete(c, after.as_ref(), limit)).await
    }

    async fn set_holds(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        sn: &ParentOrderSn,
        holds: &[Hold],
        transition: Option<Transition>,
    ) -> Result<()> {
        let (run, sn, holds) = (run.clone(), sn.clone(), holds.to_vec());
        self.write(move |t| import::set_holds(t, &run, at, &sn, &holds, transition)).await
    }

    async fn exportable_orders(
        &self,
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>> {
        let after = after.cloned();
        self.read(move |c| orders::exportable(c, after.as_ref(), limit)).await
    }

    async fn orders_held_for(
        &self,
        code: Code,
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>> {
        let after = after.cloned();
        self.read(move |c| orders::held_for(c, code, after.as_ref(), limit)).await
    }

    async fn prepare_export(&self, entries: Vec<OutboxEntry>) -> Result<Vec<OutboxEntry>> {
        self.write(move |t| outbox::prepare(t, entries)).await
    }

    async fn next_generations(&self, sns: &[ParentOrderSn]) -> Result<Vec<(ParentOrderSn, i64)>> {
        let sns = sns.to_vec();
        self.read(move |c| outbox::next_generations(c, &sns)).await
    }

    async fn unfinished_exports(&self) -> Result<Vec<OutboxEntry>> {
        self.read(outbox::unfinished).await
    }

    async fn mark_publishing(&self, ids: &[i64], file_name: Option<&str>) -> Result<()> {
        let (ids, file_name) = (ids.to_vec(), file_name.map(str::to_owned));
        self.write(move |t| outbox::mark_publishing(t, &ids, file_name.as_deref())).await
    }

    async fn mark_prepared_again(&self, ids: &[i64]) -> Result<()> {
        let ids = ids.to_vec();
        self.write(move |t| outbox::mark_prepared_again(t, &ids)).await
    }

    async fn mark_written(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        proofs: &[(i64, String)],
    ) -> Result<u64> {
        let (run, proofs) = (run.clone(), proofs.to_vec());
        self.write(move |t| outbox::mark_written(t, &run, at, &proofs)).await
    }

    async fn withdraw(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        ids: &[i64],
        reason: &Hold,
    ) -> Result<()> {
        let (run, ids, reason) = (run.clone(), ids.to_vec(), reason.clone());
        self.write(move |t| outbox::withdraw(t, &run, at, &ids, &reason)).await
    }

    async fn mark_accepted(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        seen: &[Accepted],
    ) -> Result<u64> {
        let (run, seen) = (run.clone(), seen.to_vec());
        self.write(move |t| outbox::mark_accepted(t, &run, at, &seen)).await
    }

    async fn re_export(&self, at: DateTime<Utc>, sn: &ParentOrderSn, by: &str) -> Result<()> {
        let (sn, by) = (sn.clone(), by.to_owned());
        self.write(move |t| outbox::re_export(t, at, &sn, &by)).await
    }

    async fn orders_in(
        &self,
        states: &[OrderState],
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>> {
        let (states, after) = (states.to_vec(), after.cloned());
        self.read(move |c| orders::in_states(c, &states, after.as_ref(), limit)).await
    }

    async fn save_parcels(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        parcels: &[JtlParcel],
        complete: &[ParentOrderSn],
    ) -> Result<u64> {
        let (run, parcels, complete) = (run.clone(), parcels.to_vec(), complete.to_vec());
        self.write(move |t| parcels::save(t, &run, at, &parcels, &complete)).await
    }

    async fn parcels_of(&self, sns: &[ParentOrderSn]) -> Result<Vec<StoredParcel>> {
        let sns = sns.to_vec();
        self.read(move |c| parcels::of(c, &sns)).await
    }

    async fn set_carriers(&self, verdicts: &[CarrierVerdict]) -> Result<()> {
        let verdicts = verdicts.to_vec();
        self.write(move |t| parcels::set_carriers(t, &verdicts)).await
    }

    async fn set_report(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        sn: &ParentOrderSn,
        report: ReportState,
        problem: Option<&Hold>,
    ) -> Result<()> {
        let (run, sn, problem) = (run.clone(), sn.clone(), problem.cloned());
        self.write(move |t| parcels::set_report(t, &run, at, &sn, report, problem.as_ref())).await
    }

    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<OrderPage> {
        let (filter, after) = (filter.clone(), after.map(str::to_owned));
        self.read(move |c| lists::list(c, &filter, after.as_deref(), limit)).await
    }

    async fn count_by_state(&self) -> Result<Vec<StateCount>> {
        self.read(lists::count_by_state).await
    }

    async fn timeline(&self, sn: &ParentOrderSn) -> Result<Vec<OrderEvent>> {
        let sn = sn.clone();
        self.read(move |c| events::timeline(c, &sn)).await
    }

    async fn exports_of(&self, sn: &ParentOrderSn) -> Result<Vec<OutboxEntry>> {
        let sn = sn.clone();
        self.read(move |c| outbox::of(c, &sn)).await
    }

    async fn add_events(&self, events: &[NewEvent]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let events = events.to_vec();
        self.write(move |t| events.iter().try_for_each(|event| events::add(t, event))).await
    }

    async fn open_alerts(&self, limit: u32) -> Result<Vec<OrderEvent>> {
        self.read(move |c| events::alerts(c, limit)).await
    }

    async fn cursor(&self, name: &str) -> Result<Option<DateTime<Utc>>> {
        let name = name.to_owned();
        self.read(move |c| runs::cursor(c, &name)).await
    }

    async fn set_cursor(&self, name: &str, value: DateTime<Utc>) -> Result<()> {
        let name = name.to_owned();
        self.write(move |t| runs::set_cursor(t, &name, value)).await
    }

    async fn clear_cursor(&self, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.write(move |t| runs::clear_cursor(t, &name)).await
    }

    async fn health(&self) -> Result<StoreHealth> {
        self.read(migrate::health).await
    }
}
