//! Kontor's own data. [`Store`] is the trait; [`SqliteStore`] keeps it in a file, [`MssqlStore`] in a SQL Server's database
//! that several desks share.
//!
//! The store never talks to TEMU or JTL, never reads a clock (times are passed in), and never changes an order's state
//! but by a [`kontor_core::state::Transition`].

mod copy;
mod desk;
mod invoice_fetch;
mod jobs;
mod mssql;
mod rows;
mod sqlite;
mod stock;
mod types;
mod upkeep;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::Problem;
use kontor_core::export::OutboxEntry;
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::import::ImportOp;
use kontor_core::order::{Hold, StoredOrder};
use kontor_core::parcel::{JtlParcel, ReportState, StoredParcel};
use kontor_core::state::{OrderState, Transition};

pub use copy::{
    Column, ColumnKind, CopiedTable, CopyMark, CopyOptions, CopyProgress, CopyReport, Digest, Row,
    RowStore, Table, copy_store, tables,
};
pub use desk::{DeskAct, DeskStore, ParcelPage, ParcelRow, ParcelView, SavedView, UnmappedMethod};
pub use invoice_fetch::{FetchState, FetchedInvoice, InvoiceFetchStore};
pub use jobs::{
    Beat, Beaten, Begin, Begun, Claim, Ended, Interrupted, ItemRecord, JobHead, JobRequest,
    JobStats, JobStore, JobsNow, Lease, LogFilter, LogLevel, LogLine, LogPage, LogRow, Mark,
    MarkMove, NewRequest, RequestState, RunDetail, RunFilter, RunPage, RunRecord, StepRecord,
};
pub use kontor_mssql::{Encryption, Server, SignIn, Trust};
pub use mssql::{GREETING, MssqlStore, POOL_SIZE, ServerProbe, probe_server};
pub use sqlite::SqliteStore;
pub use stock::{
    KeptPlan, ListReading, PlanState, PushRecord, SkuTally, StockCount, StockFilter, StockPage,
    StockRow, StockSort, StockStatus, StockStore,
};
pub use types::{
    Accepted, CarrierVerdict, ImportTally, NewEvent, OrderEvent, OrderFilter, OrderPage, OrderRow,
    OrderSort, StateCount, StoreHealth, TimelineKind,
};
pub use upkeep::{Forgotten, ForgottenHistory, JobState, Pulse, UpkeepStore, XmlFiles};

/// Result of a store call.
pub type Result<T> = std::result::Result<T, Problem>;

/// Kontor's own database.
#[async_trait]
pub trait Store:
    DeskStore + InvoiceFetchStore + JobStore + StockStore + UpkeepStore + Send + Sync
{
    // ---- import -------------------------------------------------------------------------------------------------
    /// The stored orders among `sns`, in no particular order. One statement for any number up to 1,000.
    async fn orders_by_sn(&self, sns: &[ParentOrderSn]) -> Result<Vec<StoredOrder>>;
    /// Applies a batch in ONE transaction: either all of it or nothing. A row whose version has moved since it was
    /// planned makes the whole batch `store.conflict`. Each op also writes its timeline events (insert, update, state
    /// change, every alert as an event that needs attention).
    async fn apply_import(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        ops: &[ImportOp],
    ) -> Result<ImportTally>;
    /// Orders about which TEMU is to be asked again, by number, after `after`, at most `limit`: those on hold that an
    /// answer may mend, and those that a person has corrected since TEMU was asked.
    async fn incomplete_orders(
        &self,
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>>;
    /// Puts a hold on an imported order or takes it off again (holds other than TEMU's own answers, e.g. a SKU that JTL
    /// does not know); changes the state by `transition`. An order that is not there, or that does not stand where the
    /// transition begins, is `store.conflict`.
    async fn set_holds(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        sn: &ParentOrderSn,
        holds: &[Hold],
        transition: Option<Transition>,
    ) -> Result<()>;

    // ---- export -------------------------------------------------------------------------------------------------
    /// Orders that may be handed over now: state `imported`, TEMU status 2; by number after `after`, at most `limit`.
    async fn exportable_orders(
        &self,
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>>;
    /// Orders on hold for a given reason only, by number, after `after`, at most `limit`.
    async fn orders_held_for(
        &self,
        code: kontor_core::Code,
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>>;
    /// Records the intent: inserts the entries as `prepared` in one transaction and returns them with their ids. An
    /// order that is no longer `imported` at its `order_version`, or that already has an entry of the same channel and
    /// generation, makes the whole call `store.conflict`.
    async fn prepare_export(&self, entries: Vec<OutboxEntry>) -> Result<Vec<OutboxEntry>>;
    /// The generation that the next hand-over of each order must carry: one more than the highest of any of its entries,
    /// 1 for an order without entries.
    async fn next_generations(&self, sns: &[ParentOrderSn]) -> Result<Vec<(ParentOrderSn, i64)>>;
    /// Entries that are `prepared` or `publishing` (left by an earlier run, or of this one), with content, by id.
    async fn unfinished_exports(&self) -> Result<Vec<OutboxEntry>>;
    /// `prepared` → `publishing` for the entries, with the file's name if there is one. Durable when it returns.
    async fn mark_publishing(&self, ids: &[i64], file_name: Option<&str>) -> Result<()>;
    /// `prepared`/`publishing` → back to `prepared` (it certainly did not leave).
    async fn mark_prepared_again(&self, ids: &[i64]) -> Result<()>;
    /// → `written` with a proof each; their orders go `imported → exported` (with the target `both` as soon as the first
    /// entry has left). One transaction. Returns how many orders moved.
    async fn mark_written(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        proofs: &[(i64, String)],
    ) -> Result<u64>;
    /// → `withdrawn` (never left). One transaction.
    async fn withdraw(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        ids: &[i64],
        reason: &Hold,
    ) -> Result<()>;
    /// Orders seen in JTL: entries → `accepted` with proof `tAuftrag:<number>`, orders → `accepted` (from `exported`, or
    /// from `imported` when JTL had them already). Orders in another state are left alone. Returns how many changed.
    async fn mark_accepted(&self, run: &RunId, at: DateTime<Utc>, seen: &[Accepted])
    -> Result<u64>;
    /// Marks one order for another hand-over on the operator's word: `exported → imported`, its entries stay as they
    /// are (the next generation is made by the export).
    async fn re_export(&self, at: DateTime<Utc>, sn: &ParentOrderSn, by: &str) -> Result<()>;

    // ---- tracking -----------------------------------------------------------------------------------------------
    /// Orders in any of `states`, by number after `after`, at most `limit`.
    async fn orders_in(
        &self,
        states: &[OrderState],
        after: Option<&ParentOrderSn>,
        limit: u32,
    ) -> Result<Vec<StoredOrder>>;
    /// Stores the parcels of orders (new ones inserted as `waiting`, known ones refreshed while `waiting`, others left
    /// alone) and moves the orders named in `complete` from `accepted` to `tracked`. One transaction. Returns how many
    /// orders moved.
    async fn save_parcels(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        parcels: &[JtlParcel],
        complete: &[ParentOrderSn],
    ) -> Result<u64>;
    /// Parcels of the orders, by order and `kVersand`.
    async fn parcels_of(&self, sns: &[ParentOrderSn]) -> Result<Vec<StoredParcel>>;
    /// Records the carrier (or the reason why there is none) of waiting parcels.
    async fn set_carriers(&self, verdicts: &[CarrierVerdict]) -> Result<()>;
    /// Records the report state of all parcels of an order; `Reported` also moves the order `tracked → reported`. One
    /// transaction; durable when it returns.
    async fn set_report(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        sn: &ParentOrderSn,
        report: ReportState,
        problem: Option<&Hold>,
    ) -> Result<()>;

    // ---- lists --------------------------------------------------------------------------------------------------
    /// A page of orders; filtered, sorted and cut in SQL, answered from an index.
    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<OrderPage>;
    /// How many orders stand in each state.
    async fn count_by_state(&self) -> Result<Vec<StateCount>>;
    /// The timeline of an order, oldest first.
    async fn timeline(&self, sn: &ParentOrderSn) -> Result<Vec<OrderEvent>>;
    /// The outbox entries of an order, oldest first, with content.
    async fn exports_of(&self, sn: &ParentOrderSn) -> Result<Vec<OutboxEntry>>;
    /// Adds timeline events.
    async fn add_events(&self, events: &[NewEvent]) -> Result<()>;
    /// Alerts (events that a person must see), newest first, at most `limit`.
    async fn open_alerts(&self, limit: u32) -> Result<Vec<OrderEvent>>;

    // ---- cursors ------------------------------------------------------------------------------------------------
    /// A cursor's value.
    async fn cursor(&self, name: &str) -> Result<Option<DateTime<Utc>>>;
    /// Sets a cursor.
    async fn set_cursor(&self, name: &str, value: DateTime<Utc>) -> Result<()>;
    /// Takes a cursor away.
    async fn clear_cursor(&self, name: &str) -> Result<()>;
    /// Integrity, size, schema version.
    async fn health(&self) -> Result<StoreHealth>;
}
