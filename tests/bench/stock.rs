//! Stock: the statements of a plan, its arithmetic, the window's list, and a push at the rate limit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use kontor_core::stock::{
    Article, GoodsId, Reading, SkuId, SkuKey, SkuRule, StockRules, StockSubject, article_key, plan,
};
use kontor_engine::progress::Step;
use kontor_engine::stock::{StockMode, StockOptions};
use kontor_sandbox::temu::EditedBy;
use kontor_sandbox::{Sandbox, SandboxOptions};
use kontor_store::{StockFilter, StockSort, StockStatus};
use kontor_tests::stock_options;

use crate::Figure;
use crate::sync::open;

const SKUS: usize = 20_000;
const RATE: u32 = 500;
/// The catalogue has 8 goods for every 25 SKUs; of some goods no SKU is known to JTL.
const SKUS_OF_2000_GOODS: usize = 7_400;

pub(crate) async fn measure() -> Result<Vec<Figure>> {
    let mut figures = vec![arithmetic()];
    figures.extend(statements_and_list().await?);
    figures.push(push().await?);
    Ok(figures)
}

/// The pure plan of 20,000 SKUs, a third of which change.
fn arithmetic() -> Figure {
    let number = |n: usize| format!("ART-{n:05}");
    let subjects: Vec<StockSubject> = (0..SKUS)
        .map(|n| StockSubject {
            key: SkuKey { goods_id: GoodsId(n as i64 / 3), sku_id: SkuId(n as i64) },
            sku_sn: Some(number(n)),
            rule: SkuRule::default(),
            known: Some(if n % 3 == 0 { 1 } else { 7 }),
            last: None,
        })
        .collect();
    let readings: HashMap<String, Reading> = (0..SKUS)
        .map(|n| {
            let article = Article {
                number: number(n),
                jtl_id: n as i64,
                is_parent: false,
                is_tracked: true,
                oversells: false,
                is_bill_of_materials: false,
                buffer: 0,
                on_hand: Some(7.into()),
                warehouses: 1,
                reserved: Some(0.into()),
                available: Some(7.into()),
            };
            (article_key(&number(n)), Reading::Article(article))
        })
        .collect();
    let begun = Instant::now();
    let (_, plan) = plan(subjects, &readings, &StockRules::default(), &[]);
    let spent = begun.elapsed();
    assert!(plan.ops.len() > SKUS / 4);
    Figure {
        name: "stock plan of 20,000 SKUs".into(),
        value: spent.as_secs_f64() * 1_000.0,
        promise: 50.0,
        unit: "ms",
    }
}

async fn statements_and_list() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::start(SandboxOptions {
        orders: 0,
        skus: SKUS,
        rate: 5_000,
        work_dir: folder.path().join("sandbox"),
        ..SandboxOptions::default()
    })
    .await?;
    let app = open(&sandbox, folder.path()).await?;
    sandbox.jtl().clear_statements();
    let report = app.sync_stock(stock_options(StockMode::Full)).await?;
    ensure!(report.counts.listed as usize == SKUS, "{report:#?}");
    let statements = sandbox
        .jtl()
        .statements()
        .iter()
        .filter(|s| s.text.contains("SELECT") && !s.text.contains("@@TRANCOUNT"))
        .count();
    let filters = [
        StockFilter::default(),
        StockFilter { sort: StockSort::Difference, ..StockFilter::default() },
        StockFilter { statuses: vec![StockStatus::Delta], ..StockFilter::default() },
        StockFilter { text: Some("ART-19".into()), ..StockFilter::default() },
        StockFilter { doubled: true, ..StockFilter::default() },
    ];
    let mut slowest = Duration::ZERO;
    for filter in filters {
        app.stock_page(&filter, None, 200).await?;
        let begun = Instant::now();
        app.stock_page(&filter, None, 200).await?;
        slowest = slowest.max(begun.elapsed());
    }
    Ok(vec![
        Figure {
            name: "JTL statements for 20,000 SKUs".into(),
            value: statements as f64,
            promise: 23.0,
            unit: "statements",
        },
        Figure {
            name: "slowest list of 20,000 SKUs".into(),
            value: slowest.as_secs_f64() * 1_000.0,
            promise: 50.0,
            unit: "ms",
        },
    ])
}

/// 2,000 goods at 500 requests a second and 20 ms a request, from the finished plan to the last proof.
async fn push() -> Result<Figure> {
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::start(SandboxOptions {
        orders: 0,
        skus: SKUS_OF_2000_GOODS,
        rate: RATE,
        latency: Duration::from_millis(20),
        work_dir: folder.path().join("sandbox"),
        ..SandboxOptions::default()
    })
    .await?;
    {
        let mut state = sandbox.gateway().state();
        state.stock.lag_millis = 0;
        let ids: Vec<i64> = state.stock.skus.keys().copied().collect();
        for id in ids {
            state.stock.change(id, EditedBy::Seller, 100_000, 0);
        }
    }
    let no_guard = "[guard]\nmax_changed_percent = 100\nmax_zeroed = 1000000\n[stock]\nverify_after_seconds = 0\n";
    let app = crate::sync::open_with(&sandbox, folder.path(), no_guard).await?;
    let planned: Arc<Mutex<Option<Instant>>> = Arc::default();
    let calls = || -> u64 { sandbox.gateway().state().counts.values().sum() };
    let mark = Arc::clone(&planned);
    let options = StockOptions {
        progress: Arc::new(move |p| {
            if p.step == Step::Stock && Some(p.done) == p.total {
                let mut mark = mark.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                mark.get_or_insert(Instant::now());
            }
        }),
        ..stock_options(StockMode::Full)
    };
    let report = app.sync_stock(options).await?;
    let begun = planned.lock().ok().and_then(|m| *m).context("a plan")?;
    let spent = begun.elapsed().as_secs_f64();
    ensure!(report.counts.proven == report.counts.planned, "{:#?}", report.counts);
    let lists: u64 = {
        let state = sandbox.gateway().state();
        let of_lists = |(name, _): &(&String, &u64)| name.contains("sku.list.query");
        state.counts.iter().filter(of_lists).map(|(_, n)| *n).sum()
    };
    let pushed = calls() - lists;
    ensure!(pushed > 2_000, "{pushed} calls");
    Ok(Figure {
        name: format!("push of 2,000 goods ({pushed} calls)"),
        value: spent / (pushed as f64 / f64::from(RATE)),
        promise: 1.15,
        unit: "× calls ÷ limit",
    })
}
