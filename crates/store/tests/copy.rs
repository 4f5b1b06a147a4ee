//! A store is copied into another one: whole, resumable, compared, and never over other data.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::ids::{OrderSn, ParentOrderSn, RunId};
use kontor_core::import::ImportOp;
use kontor_core::money::Cents;
use kontor_core::order::{Hold, Order, OrderItem};
use kontor_core::problem::Code;
use kontor_core::remote::TemuStatus;
use kontor_core::state::OrderState;
use kontor_core::stock::{GoodsId, RemoteSku, SkuId, SkuKey, SkuList, SkuRule};
use kontor_core::{Problem, stock::Want};
use kontor_store::{
    CopyMark, CopyOptions, CopyReport, ListReading, LogLevel, LogLine, Row, RowStore, SqliteStore,
    StockStore, Store, Table, copy_store, tables,
};
use serde_json::Value;

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_764_000_000, 0).expect("a time")
}

fn order(number: usize) -> Order {
    let item = OrderItem {
        order_sn: OrderSn::new(format!("076-{number}")),
        goods_id: Some(i64::MAX),
        sku_id: None,
        seller_sku: Some("ÄRT-1 \u{1F4E6}".into()),
        name: "Kanne \"ß\" \\ \n ł".into(),
        variant: String::new(),
        quantity: Some(2),
        unit_gross: Some(Cents(1_999)),
        vat: None,
        seller_discount: Cents::ZERO,
        shipping_gross: Cents::ZERO,
        shipping_vat: None,
    };
    Order {
        parent_order_sn: ParentOrderSn::new(format!("PO-076-{number:05}")),
        temu_status: TemuStatus::UN_SHIPPING,
        region_id: None,
        ordered_at: Some(at()),
        confirmed_at: None,
        ship_by: None,
        deliver_by: None,
        updated_at: None,
        labels: vec![],
        currency: None,
        items: vec![item],
        address: None,
        holds: vec![Hold::new(Code::OrderAddressMissing, "")],
        notes: vec![],
        given_address: None,
        remote_digest: String::new(),
    }
}

/// Orders with lines, holds and events, SKUs with stock and a rule, and a log.
async fn fill(store: &SqliteStore, orders: usize) {
    let insert = |n| ImportOp::Insert {
        order: Box::new(order(n)),
        state: OrderState::OnHold,
        alerts: vec![Hold::new(Code::OrderRiskAlert, "sieh nach")],
    };
    let ops: Vec<ImportOp> = (0..orders).map(insert).collect();
    store.apply_import(&RunId::new("r1"), at(), &ops).await.expect("orders");
    let key = SkuKey { goods_id: GoodsId(7), sku_id: SkuId(8) };
    let sku = RemoteSku {
        key,
        list: SkuList::Available,
        sku_sn: Some("A".into()),
        goods_name: "Kanne".into(),
        variant: String::new(),
        stock: Some(3),
    };
    store.upsert_skus(ListReading::at(at()), &[sku]).await.expect("sku");
    let want = Want::Pieces { wanted: 4, counted: 4, pending: 0 };
    store.save_wants(at(), &[(key, want)]).await.expect("want");
    let rule = SkuRule { buffer: 1, cap: None, fixed: None };
    store.set_sku_rule(at(), key, &rule, "anna").await.expect("rule");
    let line = LogLine {
        at: at(),
        job: "temu_orders_sync".into(),
        job_type: "full".into(),
        run_id: None,
        level: LogLevel::Info,
        message: "über".into(),
        status: None,
    };
    kontor_store::JobStore::add_logs(store, &[line.clone(), line]).await.expect("log");
}

fn options() -> CopyOptions {
    CopyOptions { source: "quelle.db".into(), restart: false }
}

async fn copy(from: &dyn RowStore, to: &dyn RowStore) -> Result<CopyReport, Problem> {
    copy_store(from, to, &options(), &|_| {}).await
}

fn opened(folder: &tempfile::TempDir, name: &str) -> SqliteStore {
    SqliteStore::open_for_copy(&folder.path().join(name)).expect("opens")
}

fn refusal(path: &Path) -> Option<Code> {
    SqliteStore::open(path).err().map(|p| p.code)
}

/// A target whose machine dies at one of its writes.
struct Dying {
    store: SqliteStore,
    writes_left: AtomicU32,
}

#[async_trait]
impl RowStore for Dying {
    async fn row_count(&self, table: &Table) -> Result<u64, Problem> {
        self.store.row_count(table).await
    }
    async fn rows_after(
        &self,
        table: &Table,
        after: Option<&[Value]>,
        limit: u32,
    ) -> Result<Vec<Row>, Problem> {
        self.store.rows_after(table, after, limit).await
    }
    async fn copy_marks(&self) -> Result<Vec<CopyMark>, Problem> {
        self.store.copy_marks().await
    }
    async fn append_rows(
        &self,
        table: &Table,
        rows: Vec<Row>,
        mark: &CopyMark,
        before: u64,
    ) -> Result<(), Problem> {
        if self.writes_left.fetch_sub(1, Ordering::Relaxed) == 0 {
            return Err(Problem::new(Code::StoreUnavailable));
        }
        self.store.append_rows(table, rows, mark, before).await
    }
    async fn clear_table(&self, table: &Table) -> Result<(), Problem> {
        self.store.clear_table(table).await
    }
    async fn end_copy(&self) -> Result<(), Problem> {
        self.store.end_copy().await
    }
}

#[tokio::test]
async fn every_table_arrives_as_it_was_and_a_second_copy_changes_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let (from, to) = (opened(&folder, "a.db"), opened(&folder, "b.db"));
    fill(&from, 1_203).await;
    let report = copy(&from, &to).await.expect("copied");
    let rows = |name: &str| report.tables.iter().find(|t| t.name == name).map(|t| t.rows);
    assert_eq!(rows("temu_orders"), Some(1_203));
    assert_eq!(rows("order_events"), Some(2 * 1_203));
    assert_eq!(rows("scheduler_logs"), Some(2));
    assert_eq!(report.tables.len(), tables().expect("read").len());
    assert_eq!(refusal(&folder.path().join("b.db")), None, "a whole copy is a store");
    let last = ParentOrderSn::new("PO-076-01202");
    let (theirs, ours) =
        (from.orders_by_sn(std::slice::from_ref(&last)).await, to.orders_by_sn(&[last]).await);
    assert_eq!(theirs, ours);
    assert_eq!(from.stock_subjects().await, to.stock_subjects().await);
    let again = copy(&from, &to).await.expect("the same is there already");
    assert_eq!((again.written, again.tables), (0, report.tables));
}

#[tokio::test]
async fn a_copy_that_was_cut_off_anywhere_goes_on_and_is_no_store_until_then() {
    let folder = tempfile::tempdir().expect("folder");
    let from = opened(&folder, "a.db");
    fill(&from, 1_203).await;
    for writes in 0.. {
        let name = format!("{writes}.db");
        let dying = Dying { store: opened(&folder, &name), writes_left: AtomicU32::new(writes) };
        let cut = copy(&from, &dying).await;
        drop(dying);
        let Err(problem) = cut else {
            assert!(writes > 8, "each table is written at least once");
            return;
        };
        assert_eq!(problem.code, Code::StoreUnavailable);
        let begun = (writes > 0).then_some(Code::StoreCopyUnfinished);
        assert_eq!(refusal(&folder.path().join(&name)), begun, "{writes}");
        let to = opened(&folder, &name);
        let report = copy(&from, &to).await.expect("goes on");
        assert_eq!(report.resumed > 0, writes > 0);
        assert_eq!(
            report.resumed + report.written,
            report.tables.iter().map(|t| t.rows).sum::<u64>()
        );
        assert_eq!(refusal(&folder.path().join(&name)), None);
    }
}

#[tokio::test]
async fn a_target_with_other_data_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("folder");
    let (from, used) = (opened(&folder, "a.db"), opened(&folder, "b.db"));
    fill(&from, 3).await;
    fill(&used, 2).await;
    let refused = copy(&from, &used).await.expect_err("refused");
    assert_eq!(refused.code, Code::StoreCopyTargetUsed);
    let restart = CopyOptions { restart: true, ..options() };
    let still = copy_store(&from, &used, &restart, &|_| {}).await.expect_err("refused");
    assert_eq!(still.code, Code::StoreCopyTargetUsed, "only what a copy has left is thrown away");
    assert_eq!(used.exportable_orders(None, 9).await, Ok(vec![]));
    assert_eq!(used.count_by_state().await.expect("read")[0].orders, 2);
}

#[tokio::test]
async fn a_source_that_changes_meanwhile_is_noticed_and_the_copy_can_be_begun_anew() {
    let folder = tempfile::tempdir().expect("folder");
    let from = opened(&folder, "a.db");
    fill(&from, 3).await;
    let cut = Dying { store: opened(&folder, "b.db"), writes_left: AtomicU32::new(6) };
    copy(&from, &cut).await.expect_err("cut off");
    let to = cut.store;
    let held = [Hold::new(Code::OrderRiskAlert, "")];
    let sn = ParentOrderSn::new("PO-076-00001");
    from.set_holds(&RunId::new("r2"), at(), &sn, &held, None).await.expect("changed");
    let differs = copy(&from, &to).await.expect_err("another order by now");
    assert_eq!(differs.code, Code::StoreCopyDiffers);
    assert_eq!(refusal(&folder.path().join("b.db")), Some(Code::StoreCopyUnfinished));
    let other = CopyOptions { source: "andere.db".into(), restart: false };
    let foreign = copy_store(&from, &to, &other, &|_| {}).await.expect_err("of another source");
    assert_eq!(foreign.code, Code::StoreCopyTargetUsed);
    let restart = CopyOptions { restart: true, ..options() };
    let report = copy_store(&from, &to, &restart, &|_| {}).await.expect("begun anew");
    assert_eq!(report.resumed, 0);
    assert_eq!(from.orders_by_sn(std::slice::from_ref(&sn)).await, to.orders_by_sn(&[sn]).await);
}
