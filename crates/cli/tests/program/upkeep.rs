//! Health tells where it breaks off; what is past its time is forgotten; the support bundle tells nothing about people.

use std::io::Read as _;

use anyhow::Result;
use kontor_sandbox::jtl::{Right, ShipRequest};
use kontor_sandbox::temu::{TemuFault, TemuFaultKind};
use serde_json::Value;

use crate::desk::Desk;

/// The state of each check of a subject, in their order.
fn states<'a>(health: &'a Value, subject: &str) -> Vec<&'a str> {
    let checks = health["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_of = |check: &&Value| {
        check["name"].as_str().is_some_and(|name| name.split('.').next() == Some(subject))
    };
    checks.iter().filter(is_of).filter_map(|check| check["state"].as_str()).collect()
}

fn check<'a>(health: &'a Value, name: &str) -> &'a Value {
    let checks = health["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
    checks.iter().find(|check| check["name"] == name).unwrap_or(&Value::Null)
}

/// The step at which JTL breaks off, with its code; all before it went well, all after it were not reached.
fn jtl_breaks_off_at(health: &Value) -> (String, String) {
    let found = states(health, "jtl");
    let Some(at) = found.iter().position(|state| *state == "stop") else {
        return ("nowhere".to_owned(), String::new());
    };
    assert!(found[..at].iter().all(|state| *state == "ok"), "{health:#}");
    assert!(found[at + 1..].iter().all(|state| *state == "unknown"), "{health:#}");
    let names = ["dns", "tcp", "tls", "login", "database", "rights", "version", "objects"];
    let broken = check(health, &format!("jtl.{}", names[at]));
    (names[at].to_owned(), broken["problem"]["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_desk_shows_every_step_of_both_connections() -> Result<()> {
    let desk = Desk::open(5).await?;
    desk.json(&["orders", "sync"]).await?;
    let (health, code) = desk.json(&["health"]).await?;
    assert_eq!(states(&health, "jtl"), ["ok"; 8], "{health:#}");
    assert_eq!(states(&health, "temu"), ["ok"; 6], "{health:#}");
    assert_eq!(states(&health, "store"), ["ok"]);
    assert_eq!(check(&health, "job.temu_orders_sync.full")["state"], "ok");
    assert_eq!(check(&health, "job.temu_orders_sync.tracking_only")["state"], "unknown");
    assert_eq!(check(&health, "orders.silence")["state"], "unknown", "five orders are no rhythm");
    let wanted = if health["state"] == "warn" { 4 } else { 0 };
    assert_eq!(code, wanted, "a full disk of this machine is a warning");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_works_is_told_beside_a_broken_store_and_broken_settings() -> Result<()> {
    let desk = Desk::open(5).await?;
    desk.json(&["orders", "sync"]).await?;
    let file = desk.data().join("kontor.db");
    let kept = std::fs::read(&file)?;
    std::fs::write(&file, "this is no database, and long enough to be one".repeat(50))?;
    let (health, code) = desk.json(&["health"]).await?;
    assert_eq!((code, &health["state"]), (1, &Value::from("stop")));
    assert_eq!(check(&health, "store")["problem"]["code"], "store.damaged", "{health:#}");
    assert_eq!((states(&health, "jtl"), states(&health, "temu")), (vec!["ok"; 8], vec!["ok"; 6]));
    assert!(states(&health, "job").is_empty(), "an empty store knows no jobs");
    let bundle = desk.folder().join("support.zip");
    let named = bundle.display().to_string();
    let (written, code) = desk.json(&["support-bundle", "--out", &named]).await?;
    assert_eq!((code, bundle.is_file()), (0, true), "{written:#}");
    std::fs::write(&file, kept)?;
    desk.configure(|text| format!("{text}\n[nonsense"))?;
    let (health, code) = desk.json(&["health"]).await?;
    assert_eq!(code, 1);
    assert_eq!(check(&health, "settings")["problem"]["code"], "config.unreadable", "{health:#}");
    assert_eq!(check(&health, "folder")["state"], "ok");
    assert_eq!(
        (states(&health, "jtl"), states(&health, "temu")),
        (vec!["unknown"], vec!["unknown"])
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn jtl_breaks_off_at_the_step_that_is_to_be_mended() -> Result<()> {
    let desk = Desk::open(1).await?;
    let broken = |step: &str, code: &str| (step.to_owned(), code.to_owned());
    for (change, expected) in [
        ("jtl.port=9", broken("tcp", "jtl.unreachable")),
        ("jtl.ca_file=", broken("tls", "jtl.tls_failed")),
        ("jtl.user=nobody", broken("login", "jtl.login_failed")),
        ("jtl.database=mandant7", broken("database", "jtl.database_missing")),
    ] {
        let (health, code) = desk.json(&["health", "--set", change]).await?;
        assert_eq!(jtl_breaks_off_at(&health), expected, "{change}: {health:#}");
        assert_eq!(code, 1);
    }
    let jtl = desk.sandbox.jtl();
    jtl.set_right("kontor", Right::Select, "dbo.tVersand", false);
    let (health, _) = desk.json(&["health"]).await?;
    assert_eq!(jtl_breaks_off_at(&health), broken("rights", "jtl.right_missing"), "{health:#}");
    jtl.set_right("kontor", Right::Select, "dbo.tVersand", true);
    jtl.execute_as_admin("DROP TABLE dbo.tVersand")?;
    let (health, _) = desk.json(&["health"]).await?;
    assert_eq!(jtl_breaks_off_at(&health), broken("objects", "jtl.object_missing"), "{health:#}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn temu_tells_what_it_refuses() -> Result<()> {
    let desk = Desk::open(1).await?;
    let api = "bg.open.accesstoken.info.get";
    for (code, light) in [
        (3_000_001, "temu.signature"),
        (3_000_012, "temu.clock"),
        (3_000_034, "temu.token"),
        (5_000_003, "temu.ip_list"),
    ] {
        desk.sandbox.gateway().state().clear_faults();
        let fault = TemuFault::on(api, TemuFaultKind::Error { code });
        desk.sandbox.gateway().state().inject(fault);
        let (health, exit) = desk.json(&["health"]).await?;
        assert_eq!(check(&health, light)["state"], "stop", "{code}: {health:#}");
        assert!(check(&health, light)["problem"]["en"]["remedy"].is_string());
        assert_eq!(check(&health, "temu.reachable")["state"], "ok");
        assert_eq!(check(&health, "temu.scopes")["state"], "unknown");
        assert_eq!(exit, 1);
    }
    desk.sandbox.gateway().state().clear_faults();
    desk.sandbox.gateway().state().missing_scopes = vec!["bg.order.amount.query".into()];
    let (health, _) = desk.json(&["health"]).await?;
    let scopes = check(&health, "temu.scopes");
    assert_eq!(scopes["problem"]["detail"], "bg.order.amount.query", "{health:#}");
    let (health, _) = desk.json(&["health", "--set", "temu.base_url=http://127.0.0.1:9"]).await?;
    assert_eq!(check(&health, "temu.reachable")["problem"]["code"], "temu.unreachable");
    Ok(())
}

fn database(desk: &Desk) -> Result<rusqlite::Connection> {
    Ok(rusqlite::Connection::open(desk.data().join("kontor.db"))?)
}

/// Every personal value that the store knows.
fn people(desk: &Desk) -> Result<Vec<String>> {
    let connection = database(desk)?;
    let mut statement =
        connection.prepare("SELECT address FROM temu_orders WHERE address IS NOT NULL")?;
    let texts: Vec<String> =
        statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut values = Vec::new();
    for text in texts {
        let address: Value = serde_json::from_str(&text)?;
        for field in ["last_name", "street", "phone", "email"] {
            let value = address[field].as_str().unwrap_or_default().trim();
            if value.len() > 3 {
                values.push(value.to_owned());
            }
        }
    }
    Ok(values)
}

/// All orders reported, and long ago.
async fn old_shop(orders: usize) -> Result<Desk> {
    let desk = Desk::open(orders).await?;
    desk.json(&["orders", "sync"]).await?;
    desk.import()?;
    desk.sandbox.jtl().ship(&ShipRequest::default())?;
    desk.json(&["orders", "sync", "--mode", "tracking_only"]).await?;
    let long_ago = "UPDATE temu_orders SET changed_at = changed_at - 200 * 86400000
                    WHERE state IN ('reported', 'cancelled')";
    assert!(database(&desk)?.execute(long_ago, [])? > orders / 2);
    Ok(desk)
}

fn bytes_of_the_store(desk: &Desk) -> Result<String> {
    let mut all = Vec::new();
    for name in ["kontor.db", "kontor.db-wal"] {
        if let Ok(bytes) = std::fs::read(desk.data().join(name)) {
            all.extend(bytes);
        }
    }
    Ok(String::from_utf8_lossy(&all).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_orders_long_done_are_forgotten_everywhere_and_the_books_still_agree()
-> Result<()> {
    let desk = old_shop(60).await?;
    // Every buyer of the sandbox has a mail address of their own.
    let mails = |done: bool| -> Result<Vec<String>> {
        let connection = database(&desk)?;
        let sql = "SELECT mail FROM (
                     SELECT json_extract(address, '$.email') AS mail, state FROM temu_orders)
                   WHERE mail <> '' AND (state IN ('reported', 'cancelled')) = ?1";
        let mut statement = connection.prepare(sql)?;
        let found = statement.query_map([done], |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    };
    let theirs = mails(true)?;
    assert!(theirs.len() > 30, "{theirs:?}");
    let (dry, _) = desk.json(&["privacy", "run", "--dry-run"]).await?;
    assert!(dry["orders"].as_u64() > Some(30), "{dry:#}");
    assert!(!mails(true)?.is_empty(), "a dry run deletes nothing");
    let archive = desk.data().join("temu/export");
    let mut archived = Vec::new();
    for entry in std::fs::read_dir(&archive)? {
        let path = entry?.path();
        archived.push((std::fs::read(&path)?, path));
    }
    let (done, code) = desk.json(&["privacy", "run"]).await?;
    assert_eq!((code, &done["orders"], &done["xml_files"]), (0, &dry["orders"], &dry["xml_files"]));
    let mut everything = vec![bytes_of_the_store(&desk)?];
    crate::mistakes::collect(&desk.data().join("temu/export"), &mut everything)?;
    crate::mistakes::collect(&desk.data().join("temu/xml"), &mut everything)?;
    assert!(mails(true)?.is_empty());
    for mail in &theirs {
        let place = everything.iter().position(|text| text.contains(mail.as_str()));
        assert_eq!(place, None, "{mail} is still there");
    }
    let (again, _) = desk.json(&["privacy", "run"]).await?;
    assert_eq!((&again["orders"], &again["xml_files"]), (&Value::from(0), &Value::from(0)));
    // As if the program had died between the store and the folder.
    let (content, left) = archived.iter().find(|(_, path)| !path.exists()).expect("one went");
    std::fs::write(left, content)?;
    let (swept, _) = desk.json(&["privacy", "run"]).await?;
    assert_eq!((&swept["orders"], &swept["xml_files"]), (&Value::from(0), &Value::from(1)));
    assert!(!left.exists());
    let (report, code) = desk.json(&["orders", "sync"]).await?;
    assert_eq!((code, report["counts"]["reported"].as_u64()), (0, Some(0)), "{report:#}");
    let agreement = desk.sandbox.agreement()?;
    assert!(agreement.agrees, "{agreement:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_younger_than_its_retention_stays() -> Result<()> {
    let desk = Desk::open(10).await?;
    desk.json(&["orders", "sync"]).await?;
    let before = people(&desk)?;
    let (done, _) = desk.json(&["privacy", "run"]).await?;
    assert_eq!((&done["orders"], &done["raw_runs"]), (&Value::from(0), &Value::from(0)));
    assert_eq!(people(&desk)?, before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_support_bundle_holds_no_secret_no_person_and_no_order_number() -> Result<()> {
    let desk = Desk::open(40).await?;
    // A run with problems about orders, and a log that breaks every rule.
    desk.json(&["orders", "sync"]).await?;
    let people = people(&desk)?;
    let numbers: Vec<String> = desk.sandbox.gateway().state().orders.keys().cloned().collect();
    let secrets: Vec<String> = desk.secrets().into_iter().map(|(_, secret)| secret).collect();
    let planted = [people.clone(), numbers.clone(), secrets.clone()].concat().join("; ");
    std::fs::create_dir_all(desk.data().join("logs/app"))?;
    std::fs::write(desk.data().join("logs/app/kontor.log"), format!("failed: {planted}\n"))?;
    let typed =
        ["xml.payment_method=Anke Beispiel", "carriers.\"Bote Erika Muster, Hafenweg 7\"=DPD"];
    for setting in typed {
        let (set, code) = desk.json(&["settings", "set", setting]).await?;
        assert_eq!(code, 0, "{set:#}");
    }
    let zip = desk.folder().join("support.zip");
    let out = zip.display().to_string();
    let (made, code) = desk.json(&["support-bundle", "--out", &out]).await?;
    assert_eq!(code, 0, "{made:#}");
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&zip)?)?;
    let mut names = Vec::new();
    let mut text = String::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at)?;
        names.push(file.name()?.into_owned());
        file.read_to_string(&mut text)?;
    }
    let expected = [
        "about.txt",
        "versions.json",
        "settings.txt",
        "health.json",
        "runs.json",
        "logs/app/kontor.log",
    ];
    for name in expected {
        assert!(names.iter().any(|n| n == name), "{name}: {names:?}");
    }
    assert!(text.contains("failed: <person:") && text.contains("temu.rate_per_second"), "{text}");
    for value in people.iter().chain(&numbers).chain(&secrets) {
        assert!(!text.contains(value.as_str()), "{value} stands in the bundle");
    }
    for value in ["Anke", "Beispiel", "Erika", "Hafenweg"] {
        assert!(!text.contains(value), "{value} was typed as a setting and stands in the bundle");
    }
    let preview = desk.run(&["support-bundle", "--preview"]).await?;
    let shown = String::from_utf8(preview.stdout)?;
    assert!(names.iter().all(|name| shown.contains(name.as_str())), "{shown}");
    let again = desk.json(&["support-bundle", "--out", &out]).await?;
    assert_eq!(again.1, 1, "a file that is there is not overwritten");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_a_password_and_a_key_that_is_nowhere_are_refused() -> Result<()> {
    let desk = Desk::open(1).await?;
    for refused in [
        &["settings", "set", "temu.base_url=https://u:geheim@gw.example/"][..],
        &["settings", "set", "temu.base_url=https://gw.example/?token=1"],
        &["settings", "reset", "temu.nothing"],
        &["jobs", "stats", "temu_orders_sync", "--days", "nie"],
    ] {
        assert_eq!(desk.run(refused).await?.status.code(), Some(2), "{refused:?}");
    }
    let (stats, code) =
        desk.json(&["jobs", "stats", "temu_orders_sync", "--days", "999999999"]).await?;
    assert_eq!((code, &stats[0]["runs"]), (0, &Value::from(0)), "{stats:#}");
    let (switched, code) = desk.json(&["jobs", "disable", "fetch_invoices"]).await?;
    assert_eq!((code, &switched["enabled"]), (0, &Value::from(false)));
    Ok(())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_its_owner_looks_into_a_new_data_folder() -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::open(1).await?;
    desk.json(&["orders", "list"]).await?;
    assert_eq!(std::fs::metadata(desk.data())?.permissions().mode() & 0o777, 0o700);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_set_counts_before_the_command_and_after_it() -> Result<()> {
    let desk = Desk::open(1).await?;
    let set =
        ["--set", "stock.buffer=5", "settings", "get", "stock.buffer", "--set", "stock.cap=9"];
    let (got, code) = desk.json(&set).await?;
    assert_eq!((code, got.to_string().contains("command_line")), (0, true), "{got:#}");
    Ok(())
}
