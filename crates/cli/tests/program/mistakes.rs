//! Mistakes of people and machines: each a clear message, a matching exit code, and nothing lost.

use std::path::Path;

use anyhow::Result;

use crate::desk::{Desk, codes};

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_setting_is_a_usage_error_that_names_it_and_makes_nothing() -> Result<()> {
    let desk = Desk::open(5).await?;
    desk.configure(|text| text.replace("rate_per_second", "rate_per_secnd"))?;
    let output = desk.run(&["orders", "sync"]).await?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("config.unknown_key") && said.contains("temu.rate_per_secnd"), "{said}");
    assert!(!desk.data().exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_gateway_fails_the_run_with_its_code() -> Result<()> {
    let desk = Desk::open(5).await?;
    let base_url = desk.sandbox.connection().temu.base_url.clone();
    desk.configure(|text| text.replace(&base_url, "http://127.0.0.1:9"))?;
    let (report, code) = desk.json(&["orders", "sync"]).await?;
    assert_eq!((report["outcome"].as_str(), code), (Some("failed"), 1));
    assert!(codes(&report).contains(&"temu.unreachable"), "{report:#}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_loses_nothing_and_is_named() -> Result<()> {
    let desk = Desk::open(20).await?;
    let mut command = desk.kontor(&["orders", "sync", "--json"]);
    command.env("KONTOR_JTL_PASSWORD", "wrong");
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    assert!(codes(&report).contains(&"jtl.login_failed"), "{report:#}");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(report["counts"]["exported"], 0);
    let (report, code) = desk.json(&["orders", "sync"]).await?;
    assert_eq!(code, 0, "{report:#}");
    desk.import()?;
    assert!(desk.sandbox.agreement()?.agrees);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_a_needed_table_is_named_with_both_causes() -> Result<()> {
    let desk = Desk::open(20).await?;
    desk.sandbox.jtl().execute_as_admin("DROP TABLE dbo.tVersand")?;
    let (report, code) = desk.json(&["jtl", "test"]).await?;
    assert_eq!((codes(&report), code), (vec!["jtl.object_missing"], 1), "{report:#}");
    assert!(
        report["problems"][0]["detail"].as_str().is_some_and(|d| d.contains("dbo.tVersand")),
        "{report:#}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connections_can_be_tested() -> Result<()> {
    let desk = Desk::open(1).await?;
    let (test, code) = desk.json(&["jtl", "test"]).await?;
    assert_eq!((code, test["objects"].as_array().map(Vec::len)), (0, Some(11)), "{test:#}");
    let (token, code) = desk.json(&["temu", "token"]).await?;
    assert_eq!((code, &token["mall_type"]), (0, &serde_json::json!(100)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupt_saved_answer_is_named_and_the_others_are_imported() -> Result<()> {
    let desk = Desk::open(40).await?;
    let (live, _) = desk.json(&["orders", "sync"]).await?;
    let saved =
        desk.data().join("temu/api_responses").join(live["run_id"].as_str().unwrap_or_default());
    let victim = std::fs::read_dir(&saved)?
        .flatten()
        .map(|e| e.path())
        .find(|p| p.to_string_lossy().contains("amount"))
        .expect("a saved answer");
    std::fs::write(&victim, "{\"success\": tr")?;
    let other = Desk::open(0).await?;
    let folder = saved.display().to_string();
    let (report, code) = other.json(&["orders", "import", "--from", &folder]).await?;
    assert_eq!((report["outcome"].as_str(), code), (Some("partial"), 4), "{report:#}");
    assert!(codes(&report).contains(&"import.response_unreadable"));
    assert_eq!(report["counts"]["imported"], 40);
    let (report, code) = other.json(&["orders", "import", "--from", "/nowhere"]).await?;
    assert_eq!((codes(&report), code), (vec!["import.folder_missing"], 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_program_is_refused_and_left_as_it_is() -> Result<()> {
    let desk = Desk::open(3).await?;
    desk.json(&["orders", "list"]).await?;
    let file = desk.data().join("kontor.db");
    rusqlite::Connection::open(&file)?.pragma_update(None, "user_version", 99)?;
    let (report, code) = desk.json(&["orders", "list"]).await?;
    assert_eq!((codes(&report), code), (vec!["store.newer_than_program"], 1));
    let version: i64 =
        rusqlite::Connection::open(&file)?.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    assert_eq!(version, 99);
    std::fs::write(
        &file,
        "this is no database, and long enough to be looked at as one".repeat(50),
    )?;
    let (report, code) = desk.json(&["orders", "list"]).await?;
    assert_eq!((codes(&report), code), (vec!["store.damaged"], 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_begin_in_the_future_and_an_unknown_state_are_usage_errors() -> Result<()> {
    let desk = Desk::open(1).await?;
    for arguments in [
        &["orders", "sync", "--since", "2099-01-01"][..],
        &["orders", "list", "--state", "shipped"],
    ] {
        let (report, code) = desk.json(arguments).await?;
        assert_eq!((codes(&report), code), (vec!["config.invalid_value"], 2));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_signature_is_printed_for_comparison() -> Result<()> {
    let desk = Desk::open(1).await?;
    let parameters = r#"{"pageNumber":1,"pageSize":10}"#;
    let mut command = desk.kontor(&[
        "temu",
        "sign",
        "--type",
        "bg.order.list.v2.get",
        "--timestamp",
        "1700000000",
    ]);
    command.args(["--params", parameters]);
    command.env("KONTOR_TEMU_APP_KEY", "testappkey").env("KONTOR_TEMU_APP_SECRET", "testsecret");
    command.env("KONTOR_TEMU_ACCESS_TOKEN", "testtoken");
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let printed = String::from_utf8(output.stdout)?;
    assert_eq!(printed.lines().last(), Some("41BC6CDCD41C3A36A7EFCA0361920A02"), "{printed}");
    assert!(!printed.contains("testsecret") && !printed.contains("testtoken"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_printed_logged_or_written() -> Result<()> {
    let desk = Desk::open(30).await?;
    let mut printed = Vec::new();
    for arguments in [
        &["orders", "sync"][..],
        &["orders", "tracking"],
        &["temu", "token"],
        &["temu", "sign", "--type", "bg.order.list.v2.get", "--timestamp", "1700000000"],
    ] {
        let mut command = desk.kontor(arguments);
        command.env("KONTOR_LOG", "trace");
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        printed.extend(output.stdout);
        printed.extend(output.stderr);
    }
    let mut everything = vec![String::from_utf8_lossy(&printed).into_owned()];
    collect(&desk.data(), &mut everything)?;
    // The app key is an identifier that `temu sign` shows; the three secrets must not appear anywhere.
    for (name, secret) in desk.secrets().iter().filter(|(name, _)| *name != "KONTOR_TEMU_APP_KEY") {
        assert!(everything.iter().all(|text| !text.contains(secret.as_str())), "{name} was found");
    }
    Ok(())
}

/// The text of every file of a folder.
pub(crate) fn collect(folder: &Path, into: &mut Vec<String>) -> Result<()> {
    for path in std::fs::read_dir(folder)?.flatten().map(|e| e.path()) {
        if path.is_dir() {
            collect(&path, into)?;
        } else {
            into.push(String::from_utf8_lossy(&std::fs::read(&path)?).into_owned());
        }
    }
    Ok(())
}
