//! `kontor jobs`: processes beside each other on one store, and processes that die.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::desk::{Desk, codes};

/// Longer than a lease lasts: what has not happened by then does not happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again until the answer is there.
async fn until<T>(
    desk: &Desk,
    arguments: &[&str],
    found: impl Fn(&Value) -> Option<T>,
) -> Result<T> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let (answer, _) = desk.json(arguments).await?;
        if let Some(found) = found(&answer) {
            return Ok(found);
        }
        tokio::task::yield_now().await;
    }
    bail!("{arguments:?} did not come to what was awaited")
}

/// A process that is killed at the end of the test, if it lives that long.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(mut command: Command) -> Result<Process> {
    Ok(Process(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?))
}

/// A desk whose order runs take long: two requests a second.
async fn slow_desk() -> Result<Desk> {
    let desk = Desk::open(60).await?;
    desk.configure(|text| {
        let text = text.replace("rate_per_second = 5000", "rate_per_second = 2");
        format!("{text}\n[jobs.temu_orders_sync]\nenabled = false\n[jobs.fetch_invoices]\nenabled = false\n")
    })?;
    Ok(desk)
}

fn running(job: &str) -> impl Fn(&Value) -> Option<String> + '_ {
    move |jobs| {
        let job = jobs.as_array()?.iter().find(|j| j["job"] == job)?;
        Some(job["running"]["run_id"].as_str()?.to_owned())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_by_request_tells_its_end_and_leaves_a_log() -> Result<()> {
    let desk = Desk::open(20).await?;
    let (detail, code) = desk.json(&["jobs", "run", "temu_orders_sync", "--wait"]).await?;
    assert_eq!((code, detail["run"]["outcome"].as_str()), (0, Some("success")), "{detail:#}");
    assert_eq!(detail["run"]["trigger"], "manual");
    let steps: Vec<&str> = detail["steps"]
        .as_array()
        .context("steps")?
        .iter()
        .filter_map(|s| s["step"].as_str())
        .collect();
    assert_eq!(steps, ["recover", "import", "export", "tracking", "report"]);
    let run = detail["run"]["run_id"].as_str().context("id")?;
    let (log, _) = desk.json(&["jobs", "logs", "--run", run, "--limit", "100"]).await?;
    let said: Vec<&str> = log["lines"]
        .as_array()
        .context("lines")?
        .iter()
        .filter_map(|l| l["message"].as_str())
        .collect();
    assert!(said[0].starts_with("run ended outcome=success"), "{said:#?}");
    assert!(said.last().is_some_and(|first| first.starts_with("run started trigger=manual")));
    let (stats, _) = desk.json(&["jobs", "stats", "temu_orders_sync"]).await?;
    assert_eq!((&stats[0]["runs"], &stats[0]["success_permille"]), (&1.into(), &1000.into()));
    let (_, code) = desk.json(&["jobs", "run", "nothing"]).await?;
    assert_eq!(code, 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_of_a_job_at_once_are_refused_and_a_cancelled_one_ends_between_two_records()
-> Result<()> {
    let desk = slow_desk().await?;
    let _first = start(desk.kontor(&["orders", "sync"]))?;
    let run = until(&desk, &["jobs", "list"], running("temu_orders_sync")).await?;
    let (report, code) = desk.json(&["orders", "sync"]).await?;
    assert_eq!((codes(&report), code), (vec!["run.already_running"], 1));
    let (invoices, code) = desk.json(&["jobs", "run", "fetch_invoices", "--wait"]).await?;
    assert_eq!(code, 0, "another job goes its own way: {invoices:#}");
    let (_, code) = desk.json(&["jobs", "list"]).await?;
    assert_eq!(code, 0);
    let output = desk.run(&["jobs", "cancel", &run]).await?;
    assert!(output.status.success());
    let outcome = |detail: &Value| Some(detail["run"]["outcome"].as_str()?.to_owned());
    assert_eq!(until(&desk, &["jobs", "show", &run], outcome).await?, "cancelled");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_the_owner_hands_over_to_the_other_within_the_lease_time() -> Result<()> {
    let desk = slow_desk().await?;
    let mut owner = start(desk.kontor(&["jobs", "serve"]))?;
    let output = desk.run(&["jobs", "run", "temu_orders_sync"]).await?;
    assert!(output.status.success());
    let first = until(&desk, &["jobs", "list"], running("temu_orders_sync")).await?;
    let _heir = start(desk.kontor(&["jobs", "serve"]))?;
    owner.0.kill()?;
    owner.0.wait()?;
    let killed = Instant::now();
    let other = |jobs: &Value| running("temu_orders_sync")(jobs).filter(|run| *run != first);
    let second = until(&desk, &["jobs", "list"], other).await?;
    assert!(killed.elapsed() < Duration::from_secs(30), "{:?}", killed.elapsed());
    let (detail, _) = desk.json(&["jobs", "show", &first]).await?;
    assert_eq!(codes(&detail["run"]), ["run.interrupted"], "{detail:#}");
    let (detail, _) = desk.json(&["jobs", "show", &second]).await?;
    assert_eq!(
        (&detail["run"]["trigger"], &detail["run"]["parent_run"]),
        (&"retry".into(), &first.into())
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_store_make_each_start_once() -> Result<()> {
    let desk = Desk::open(1).await?;
    desk.configure(|text| {
        format!(
            "{text}\n[jobs.temu_orders_sync]\nenabled = false\n[jobs.fetch_invoices]\n\
             schedule = \"10s\"\n"
        )
    })?;
    let _servers =
        [start(desk.kontor(&["jobs", "serve"]))?, start(desk.kontor(&["jobs", "serve"]))?];
    let starts = until(&desk, &["jobs", "runs", "--job", "fetch_invoices"], |page| {
        let runs = page["runs"].as_array()?;
        let at = |run: &Value| {
            chrono::DateTime::parse_from_rfc3339(run["started_at"].as_str()?)
                .ok()
                .map(|t| t.timestamp())
        };
        (runs.len() >= 3).then(|| runs.iter().filter_map(at).collect::<Vec<i64>>())
    })
    .await?;
    let mut slots: Vec<i64> = starts.iter().map(|at| at / 10).collect();
    slots.dedup();
    assert_eq!(slots.len(), starts.len(), "{starts:?}");
    Ok(())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn told_to_end_the_server_lets_its_run_end_and_leaves_none_running() -> Result<()> {
    let desk = slow_desk().await?;
    let mut server = start(desk.kontor(&["jobs", "serve"]))?;
    desk.run(&["jobs", "run", "temu_orders_sync"]).await?;
    let run = until(&desk, &["jobs", "list"], running("temu_orders_sync")).await?;
    Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status()?;
    let status = tokio::task::spawn_blocking(move || server.0.wait()).await??;
    assert!(status.success(), "{status}");
    let (detail, _) = desk.json(&["jobs", "show", &run]).await?;
    assert_eq!(detail["run"]["outcome"], "cancelled", "{detail:#}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_and_no_address_stands_in_a_log() -> Result<()> {
    let desk = Desk::open(30).await?;
    let planted = ["Pflanzmann", "Geheimweg 77", "12321", "Verstecktal", "geheim@planted.example"];
    for order in desk.sandbox.gateway().state().orders.values_mut() {
        if let Some(address) = &mut order.address {
            address.first_name = "Erika Pflanzmann".into();
            address.last_name = "Pflanzmann".into();
            address.street = "Geheimweg 77".into();
            address.post_code = "12321".into();
            address.city = "Verstecktal".into();
            address.mail = "geheim@planted.example".into();
        }
    }
    for arguments in [
        &["jobs", "run", "temu_orders_sync", "--wait"][..],
        &["jobs", "run", "fetch_invoices", "--wait"],
    ] {
        let mut command = desk.kontor(arguments);
        command.env("KONTOR_LOG", "trace");
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let mut written = Vec::new();
    for file in std::fs::read_dir(desk.data().join("logs"))?.flatten() {
        written.push(std::fs::read_to_string(file.path())?);
    }
    assert!(written.iter().any(|text| text.contains("run.id")), "the files hold lines of runs");
    let store = rusqlite::Connection::open(desk.data().join("kontor.db"))?;
    for sql in [
        "SELECT group_concat(job_id || job_type || message || coalesce(status, ''), char(10)) FROM scheduler_logs",
        "SELECT group_concat(counts || problems || options, char(10)) FROM runs",
        "SELECT coalesce(group_concat(subject || detail, char(10)), '') FROM run_items",
        "SELECT group_concat(options, char(10)) FROM job_requests",
    ] {
        written.push(store.query_row(sql, [], |row| row.get(0))?);
    }
    for (name, secret) in desk.secrets() {
        assert!(written.iter().all(|text| !text.contains(&secret)), "{name}");
    }
    for personal in planted {
        assert!(written.iter().all(|text| !text.contains(personal)), "{personal}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_to_come_is_a_failed_run_and_an_unknown_job_has_no_runs() -> Result<()> {
    let desk = Desk::open(1).await?;
    let wish = ["jobs", "run", "temu_orders_sync", "--option", "since=2099-01-01", "--wait"];
    let (detail, code) = desk.json(&wish).await?;
    assert_eq!((code, detail["run"]["outcome"].as_str()), (1, Some("failed")), "{detail:#}");
    assert_eq!(detail["run"]["problems"][0]["code"], "config.invalid_value");
    let (page, _) = desk.json(&["jobs", "runs"]).await?;
    assert_eq!(page["runs"].as_array().map(Vec::len), Some(1));
    let (report, code) = desk.json(&["jobs", "runs", "--job", "nope"]).await?;
    assert_eq!((crate::desk::codes(&report), code), (vec!["job.unknown"], 2), "{report:#}");
    Ok(())
}
