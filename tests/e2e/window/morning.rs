//! A morning in the real window: the demo, both workflows, an approval, the XML, a schedule, and the next start.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::page::Window;
use crate::station::{LOOK, PATIENCE, Station};

const ORDERS: &str = "temu_orders_sync";
const STOCK: &str = "temu_inventory_sync";
/// How often an overtaken plan is approved anew.
const MOST_APPROVALS: usize = 10;
/// What would run by itself during the test.
const SCHEDULES: [&str; 4] = [
    "temu_orders_sync.schedule",
    "temu_orders_sync.tracking_schedule",
    "temu_inventory_sync.schedule",
    "temu_inventory_sync.full_schedule",
];
/// At five past six from Monday to Friday.
const SCHEDULE: &str = "5 6 * * 1-5";

#[tokio::test]
async fn a_person_tries_the_demo_works_through_a_morning_and_finds_a_schedule_again() -> Result<()>
{
    let station = Station::start()?;
    let window = station.open(&[]).await?;
    window.click("Demo starten").await?;
    no_schedules(&window).await?;
    window.click("Bestellungen abgleichen").await?;
    let outcome = outcome_of_the_first_run(&window, ORDERS).await?;
    ensure!(["success", "partial"].contains(&outcome.as_str()), "orders: {outcome}");
    window.click("Bestand abgleichen").await?;
    assert_eq!(outcome_of_the_first_run(&window, STOCK).await?, "needs_approval");
    window.picture("overview").await?;
    look_at_the_tables(&window).await?;
    approve(&window).await?;
    hand_over(&window, &station).await?;
    save_the_list(&window, &station).await?;
    assert_eq!(window.breaches().await?, Vec::<String>::new());
    leave_the_demo_and_change_a_schedule(&window).await?;
    window.close().await?;

    let window = station.open(&[]).await?;
    find_the_schedule(&window).await?;
    window.close().await
}

/// The real window refuses what the page may not do: the shell's own commands, commands that are not in the table, and
/// parameters of another type.
#[tokio::test]
async fn the_shell_refuses_the_page_what_it_may_not_do() -> Result<()> {
    let station = Station::start()?;
    let window = station.open(&[]).await?;
    window.sees("Womit möchten Sie beginnen?").await?;
    for forbidden in ["plugin:window|close", "plugin:path|resolve_directory", "plugin:event|emit"] {
        let refused = window.invoke(forbidden, json!({})).await?;
        let Err(refused) = refused else { bail!("{forbidden} was done") };
        ensure!(refused.to_string().contains("not allowed"), "{forbidden}: {refused}");
    }
    let rpc = |command: &str, params: Value| json!({ "command": command, "params": params });
    let refusals = [
        (rpc("delete_everything", Value::Null), "command.unknown"),
        (rpc("order", json!({ "parent_order_sn": 7 })), "command.parameters_invalid"),
        (rpc("secret_set", json!({ "name": "temu.app_key" })), "command.parameters_invalid"),
    ];
    for (call, code) in refusals {
        let refused = window.invoke("rpc", call.clone()).await?;
        assert_eq!(
            refused.err().and_then(|problem| problem.get("code").cloned()),
            Some(json!(code)),
            "{call}"
        );
    }
    window.close().await
}

/// Nothing runs by the clock: what ends is what was clicked.
async fn no_schedules(window: &Window) -> Result<()> {
    window.sees("Bestellungen abgleichen").await?;
    let changes: Vec<Value> =
        SCHEDULES.iter().map(|key| json!({ "key": format!("jobs.{key}"), "value": "" })).collect();
    window.rpc("settings_change", json!({ "changes": changes })).await?;
    Ok(())
}

async fn look_at_the_tables(window: &Window) -> Result<()> {
    for (place, tab) in
        [("Bestellungen", Some("Alle")), ("Tracking", None), ("Bestand", Some("Alle"))]
    {
        window.click_part(place).await?;
        if let Some(tab) = tab {
            window.click_part(tab).await?;
        }
        let rows = "return document.querySelectorAll('tbody tr[data-key]').length > 0 \
            || document.querySelector('.empty') !== null";
        window.until(rows).await.with_context(|| place.to_owned())?;
        window.picture(place).await?;
    }
    Ok(())
}

/// The guard has stopped the first plan: it is looked at, approved, and proven at TEMU.
async fn approve(window: &Window) -> Result<()> {
    window.click_part("Plan").await?;
    window.sees("Schutz hat den Versand angehalten").await?;
    window.picture("approval").await?;
    // JTL ships meanwhile: a plan that it has overtaken is planned anew, and asked about once more.
    for _ in 0..MOST_APPROVALS {
        let before = ended(window, STOCK).await?.len();
        window.sees(&waiting_plan(window).await?).await?;
        window.click_part("trotzdem senden").await?;
        window.click_in_dialog("senden").await?;
        let outcome = outcome(&until_more(window, STOCK, before).await?);
        if outcome != "needs_approval" {
            ensure!(["success", "partial"].contains(&outcome.as_str()), "push: {outcome}");
            return Ok(());
        }
    }
    bail!("every plan was overtaken")
}

/// How the window names the plan that waits.
async fn waiting_plan(window: &Window) -> Result<String> {
    let plans = window.rpc("stock_plans", Value::Null).await?;
    let mut kept = plans.as_array().into_iter().flatten();
    let waiting = kept.find(|kept| kept["state"] == "proposed");
    let id = waiting.and_then(|kept| kept["plan"]["id"].as_str()).context("no plan waits")?;
    Ok(format!("Plan {}", id.get(..9).unwrap_or(id)))
}

/// A held order is mended in place, handed over after its preview, and its XML is saved.
async fn hand_over(window: &Window, station: &Station) -> Result<()> {
    let number = mendable(window).await?;
    window.click_part("Bestellungen").await?;
    window.click_part("Angehalten").await?;
    go(window, &format!("orders/{number}?view=held")).await?;
    window.fill("Artikelnummer", &known_article(window).await?).await?;
    window.click("Artikelnummer speichern").await?;
    window.sees("geht mit dem nächsten Lauf an JTL").await?;
    let before = ended(window, ORDERS).await?.len();
    go(window, "orders?view=ready").await?;
    window.click_part("an JTL übergeben").await?;
    window.sees(&number).await?;
    window.picture("hand-over").await?;
    window.click_in_dialog("an JTL übergeben").await?;
    until_more(window, ORDERS, before).await?;
    go(window, &format!("orders/{number}?view=all")).await?;
    window.click("XML").await?;
    let file = saved(window, station, "xml").await?;
    ensure!(std::fs::read_to_string(&file)?.contains(&number), "{}", file.display());
    Ok(())
}

/// The list goes out as CSV, and the window says where it lies.
async fn save_the_list(window: &Window, station: &Station) -> Result<()> {
    go(window, "orders?view=all").await?;
    window.click("CSV").await?;
    let file = saved(window, station, "csv").await?;
    let rows = std::fs::read_to_string(&file)?.lines().count();
    ensure!(rows > 250, "{} has {rows} lines", file.display());
    Ok(())
}

async fn leave_the_demo_and_change_a_schedule(window: &Window) -> Result<()> {
    window.click("Demo beenden").await?;
    window.click("Einrichtung beginnen").await?;
    window.click("Aufträge & Protokoll").await?;
    window.fill("Zeitplan", SCHEDULE).await?;
    window.click("Zeitplan speichern").await?;
    window.sees("Zeitplan gespeichert").await
}

async fn find_the_schedule(window: &Window) -> Result<()> {
    window.until("return document.querySelector('main') !== null").await?;
    go(window, "jobs").await?;
    let holds = format!(
        "return [...document.querySelectorAll('main input')].some(field => field.value === '{SCHEDULE}')"
    );
    window.until(&holds).await?;
    window.picture("schedule").await
}

/// An order that is held because TEMU named no article.
async fn mendable(window: &Window) -> Result<String> {
    let query = json!({ "states": ["on_hold"], "hold": "order.sku_missing", "search": null, "country": null,
        "ordered_from": null, "ordered_before": null, "sort": "newest" });
    let page =
        window.rpc("orders_list", json!({ "query": query, "page": { "limit": 100 } })).await?;
    let orders = page["orders"].as_array().into_iter().flatten();
    let one_line = orders.into_iter().find(|order| order["items"] == 1);
    let number = one_line.and_then(|order| order["parent_order_sn"].as_str());
    Ok(number.with_context(|| format!("no order is held by its article: {page}"))?.to_owned())
}

/// An article that JTL has.
async fn known_article(window: &Window) -> Result<String> {
    let query = json!({ "statuses": ["synced"], "reason": null, "text": null, "doubled": false, "sort": "number" });
    let page = window.rpc("stock_list", json!({ "query": query, "page": { "limit": 1 } })).await?;
    Ok(page["rows"][0]["sku_sn"].as_str().with_context(|| page.to_string())?.to_owned())
}

async fn go(window: &Window, place: &str) -> Result<()> {
    window.until(&format!("location.hash = '#/{place}'; return true")).await
}

async fn ended(window: &Window, job: &str) -> Result<Vec<Value>> {
    let query = json!({ "job": job, "outcome": null, "since": null });
    let page = window.rpc("runs_list", json!({ "query": query, "page": { "limit": 50 } })).await?;
    let runs = page["runs"].as_array().cloned().unwrap_or_default();
    Ok(runs.into_iter().filter(|run| !run["ended_at"].is_null()).collect())
}

async fn until_more(window: &Window, job: &str, before: usize) -> Result<Vec<Value>> {
    let begun = Instant::now();
    let mut look = tokio::time::interval(LOOK);
    loop {
        let runs = ended(window, job).await?;
        if runs.len() > before {
            return Ok(runs);
        }
        ensure!(begun.elapsed() < PATIENCE * 2, "{job} did not end");
        look.tick().await;
    }
}

async fn outcome_of_the_first_run(window: &Window, job: &str) -> Result<String> {
    Ok(outcome(&until_more(window, job, 0).await?))
}

/// The outcome of the newest run.
fn outcome(runs: &[Value]) -> String {
    runs.first().and_then(|run| run["outcome"].as_str()).unwrap_or_default().to_owned()
}

/// Waits until the window says that a file lies in the folder for downloads; the file.
async fn saved(window: &Window, station: &Station, end: &str) -> Result<PathBuf> {
    let folder = station.downloads();
    let says = format!(
        "return [...document.querySelectorAll('.toast')].some(toast => \
         toast.innerText.includes('Gespeichert: {}') && toast.innerText.includes('.{end}'))",
        folder.display()
    );
    window.until(&says).await?;
    let mut entries = std::fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
    entries
        .find(|path| path.extension() == Some(OsStr::new(end)))
        .with_context(|| format!("no .{end} in {}", folder.display()))
}
