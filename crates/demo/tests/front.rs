//! The demo takes the place of the real desk, works, and leaves nothing behind.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use kontor_demo::{DemoOptions, Front};
use kontor_engine::Desk;
use kontor_engine::api::{self, Host as _};
use kontor_engine::app::Setup;
use kontor_engine::events::Event;
use serde_json::{Value, json};

async fn front(folder: &tempfile::TempDir) -> Result<Front> {
    let setup = Setup { data: Some(folder.path().to_owned()), ..Setup::default() };
    let options = DemoOptions { orders: 40, skus: 40, ..DemoOptions::default() };
    Ok(Front::new(Arc::new(Desk::open(setup).await?), options, None))
}

async fn ask(front: &Front, command: &str, parameters: Value) -> Result<Value> {
    Ok(api::call(front, command, parameters).await?)
}

/// Runs a job to its end; its outcome.
async fn run(front: &Front, job: &str, mode: &str) -> Result<Value> {
    let mut events = front.desk().events();
    ask(front, "job_run", json!({ "job": job, "mode": mode })).await?;
    loop {
        match events.next().await {
            Some(Event::RunFinished { run_id, job: ended, .. }) if ended == job => {
                return ask(front, "run", json!({ "run_id": run_id })).await;
            }
            Some(_) => {}
            None => anyhow::bail!("nobody tells any more"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_works_beside_the_real_desk_and_leaves_nothing_behind() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let front = front(&folder).await?;
    assert_eq!(ask(&front, "about", json!(null)).await?["is_set_up"], false);
    tokio::try_join!(front.start_demo(), front.start_demo())?;
    let about = ask(&front, "about", json!(null)).await?;
    assert_eq!((&about["is_demo"], &about["is_set_up"]), (&json!(true), &json!(true)));
    let demo_folder = PathBuf::from(about["data_folder"].as_str().expect("a folder"));
    let ended = run(&front, "temu_orders_sync", "full").await?;
    assert_eq!(ended["run"]["outcome"], "success", "{ended:#}");
    let counts = ask(&front, "orders_counts", json!(null)).await?;
    assert!(
        counts.as_array().is_some_and(|states| states.iter().any(|s| s["state"] == "exported"))
    );
    front.leave_demo().await?;
    assert!(!demo_folder.exists(), "the demo's folder is gone");
    assert_eq!(
        ask(&front, "orders_counts", json!(null)).await?,
        json!([]),
        "the real store is empty"
    );
    front.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_is_changed_in_the_demo_is_in_force_and_the_sandbox_stays_connected()
-> Result<()> {
    let folder = tempfile::tempdir()?;
    let front = front(&folder).await?;
    front.start_demo().await?;
    let change =
        json!({ "changes": [{ "key": "jobs.temu_orders_sync.schedule", "value": "15 7 * * *" }] });
    let changed = ask(&front, "settings_change", change).await?;
    assert_eq!((&changed["in_force"], &changed["problems"]), (&json!(true), &json!([])));
    let jobs = ask(&front, "jobs_status", json!(null)).await?;
    let texts: Vec<&str> = jobs[0]["schedules"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|s| s["text"].as_str())
        .collect();
    assert!(texts.contains(&"15 7 * * *"), "{jobs:#}");
    assert_eq!(ask(&front, "about", json!(null)).await?["is_set_up"], true);
    front.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_the_guard_stops_is_applied_on_the_operators_word() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let front = front(&folder).await?;
    front.start_demo().await?;
    let limits = json!({ "changes": [{ "key": "guard.max_changed_percent", "value": 1 }, { "key": "guard.min_changed", "value": 0 }] });
    assert_eq!(ask(&front, "settings_change", limits).await?["in_force"], true);
    let stopped = run(&front, "temu_inventory_sync", "full").await?;
    assert_eq!(stopped["run"]["outcome"], "needs_approval", "{stopped:#}");
    let plans = ask(&front, "stock_plans", json!(null)).await?;
    assert_eq!(plans[0]["state"], "proposed");
    let planned = plans[0]["plan"]["ops"].as_array().map_or(0, Vec::len);
    let preview = ask(&front, "stock_preview", json!({ "mode": "quick" })).await?;
    assert_eq!(preview["plan"]["id"], plans[0]["plan"]["id"], "the same is planned again");
    let mut events = front.desk().events();
    ask(&front, "stock_apply", json!({ "id": plans[0]["plan"]["id"] })).await?;
    while let Some(event) = events.next().await {
        if matches!(event, Event::RunFinished { .. }) {
            break;
        }
    }
    let after = ask(&front, "stock_plans", json!(null)).await?;
    assert_eq!(after[0]["state"], "applied", "{after:#}");
    assert!(planned > 0);
    assert!(after[0]["changed_by"].as_str().is_some_and(|by| by.contains('@')));
    front.close().await;
    Ok(())
}
