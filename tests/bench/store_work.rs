//! Parse, upsert and XML of saved answers, against rusqlite alone inserting the same rows in one transaction.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use kontor_core::assess::{Answers, Rules, assess};
use kontor_core::country::{CountryRow, CountryTable};
use kontor_core::export::{Channel, OutboxEntry, OutboxState};
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::import::{ImportOp, plan};
use kontor_core::money::Currency;
use kontor_core::remote::hex;
use kontor_engine::config::Config;
use kontor_jtl::{OrderXmlSettings, latin1, render_order};
use kontor_store::{SqliteStore, Store};
use kontor_temu::replay;
use rusqlite::{Connection, params_from_iter, types::Value as Cell};

use crate::documents;

const BATCH: usize = 500;
const TABLES: [&str; 4] = ["temu_orders", "temu_order_items", "order_events", "temu_xml_export"];

/// Measures one size and prints it as JSON.
pub(crate) async fn child(orders: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let ours_file = folder.path().join("ours.db");
    let ours = import(&ours_file, orders).await?;
    let peak = peak_mib()?;
    let alone = insert_same_rows(&ours_file, &folder.path().join("alone.db"))?;
    let report = serde_json::json!({
        "ratio": ours.as_secs_f64() / alone.as_secs_f64(),
        "peak_mib": peak,
        "micros_per_order": ours.as_secs_f64() * 1e6 / orders as f64,
    });
    println!("{report}");
    Ok(())
}

/// The store filled with orders; also used by the list benchmark.
pub(crate) async fn import(file: &Path, orders: usize) -> Result<Duration> {
    let store = SqliteStore::open(file)?;
    let rules = rules();
    let settings = xml_settings()?;
    let run = RunId::new("bench");
    let at = DateTime::from_timestamp(1_764_000_000, 0).context("a time")?;
    let mut spent = Duration::ZERO;
    for from in (0..orders).step_by(BATCH) {
        let to = (from + BATCH).min(orders);
        // Making the answers is not part of the work.
        let page = documents::page(from, to);
        let answers: Vec<documents::Answers> = (from..to).map(documents::answers).collect();
        let begun = Instant::now();
        let sns = upsert(&store, &run, at, &page, &answers, &rules).await?;
        write_xml(&store, &run, at, &sns, &settings, &rules).await?;
        spent += begun.elapsed();
    }
    Ok(spent)
}

fn rules() -> Rules {
    let germany = CountryRow {
        code: "DE".into(),
        name: "Deutschland".into(),
        spellings: vec!["Germany".into()],
    };
    Rules {
        countries: CountryTable::new([germany]),
        currencies: vec![Currency("EUR".into())],
        tax_rate_scale: 100_000_000,
    }
}

fn xml_settings() -> Result<OrderXmlSettings> {
    let xml = Config::load(None)?.xml;
    Ok(OrderXmlSettings {
        company_id: xml.company_id,
        user_id: xml.user_id,
        shipping_method: xml.shipping_method,
        payment_method: xml.payment_method,
        date_format: xml.date_format,
        country_form: xml.country_form,
        mark_paid: xml.mark_paid,
        origin: xml.origin,
    })
}

async fn upsert(
    store: &SqliteStore,
    run: &RunId,
    at: DateTime<Utc>,
    page: &[u8],
    answers: &[documents::Answers],
    rules: &Rules,
) -> Result<Vec<ParentOrderSn>> {
    let listed = replay::order_list(page)?;
    let sns: Vec<ParentOrderSn> = listed.iter().map(|o| o.parent_order_sn.clone()).collect();
    let known = store.orders_by_sn(&sns).await?;
    let mut ops: Vec<ImportOp> = Vec::with_capacity(listed.len());
    for (remote, bodies) in listed.iter().zip(answers) {
        let address = replay::address(&bodies.address)?;
        let amounts = replay::amounts(&bodies.amounts)?;
        let order =
            assess(remote, Answers { address: Some(&address), amounts: Some(&amounts) }, rules);
        anyhow::ensure!(order.holds.is_empty(), "{:?}", order.holds);
        ops.push(plan(
            known.iter().find(|k| k.order.parent_order_sn == remote.parent_order_sn),
            order,
        ));
    }
    store.apply_import(run, at, &ops).await?;
    Ok(sns)
}

async fn write_xml(
    store: &SqliteStore,
    run: &RunId,
    at: DateTime<Utc>,
    sns: &[ParentOrderSn],
    settings: &OrderXmlSettings,
    rules: &Rules,
) -> Result<()> {
    use sha2::{Digest as _, Sha256};
    let mut entries = Vec::with_capacity(sns.len());
    for stored in store.orders_by_sn(sns).await? {
        let content = render_order(&stored.order, None, settings, &rules.countries)?;
        entries.push(OutboxEntry {
            id: 0,
            parent_order_sn: stored.order.parent_order_sn,
            channel: Channel::File,
            generation: 1,
            run_id: run.clone(),
            content_hash: hex(&Sha256::digest(latin1(&content))),
            content,
            order_version: stored.version,
            state: OutboxState::Prepared,
            file_name: None,
            proof: None,
            prepared_at: at,
            written_at: None,
        });
    }
    store.prepare_export(entries).await?;
    Ok(())
}

/// Copies every row into an empty database of the same schema, in one transaction; only the inserts are timed.
fn insert_same_rows(ours: &Path, alone: &Path) -> Result<Duration> {
    drop(SqliteStore::open(alone)?);
    let from = Connection::open(ours)?;
    let mut to = Connection::open(alone)?;
    to.pragma_update(None, "synchronous", "FULL")?;
    to.pragma_update(None, "cache_size", -16_384)?;
    let transaction = to.transaction()?;
    let mut spent = Duration::ZERO;
    for table in TABLES {
        let mut select = from.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = select.column_count();
        let places = vec!["?"; columns].join(", ");
        let mut insert = transaction.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let cells: Vec<Cell> =
                (0..columns).map(|c| row.get(c)).collect::<rusqlite::Result<_>>()?;
            let begun = Instant::now();
            insert.execute(params_from_iter(cells))?;
            spent += begun.elapsed();
        }
    }
    let begun = Instant::now();
    transaction.commit()?;
    Ok(spent + begun.elapsed())
}

/// The process's highest resident memory so far.
pub(crate) fn peak_mib() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).context("VmHWM")?;
    let kib: f64 = line.split_whitespace().nth(1).context("VmHWM")?.parse()?;
    Ok(kib / 1_024.0)
}
