//! Kontor's own data in another place.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::desk::Desk;

fn text(path: &std::path::Path) -> Result<&str> {
    path.to_str().context("a path")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_moves_to_another_file_and_is_the_same_there() -> Result<()> {
    let desk = Desk::open(12).await?;
    desk.json(&["orders", "sync"]).await?;
    let (from, to) = (desk.data().join("kontor.db"), desk.folder().join("neu.db"));
    let copy = ["store", "copy", "--from", text(&from)?, "--to", text(&to)?];
    let (report, code) = desk.json(&copy).await?;
    assert_eq!(code, 0, "{report}");
    let rows = |report: &Value, name: &str| {
        let tables = report["tables"].as_array().cloned().unwrap_or_default();
        tables.iter().find(|t| t["name"] == name).and_then(|t| t["rows"].as_u64())
    };
    assert!(rows(&report, "temu_orders") > Some(0), "{report}");
    let (again, code) = desk.json(&copy).await?;
    assert_eq!((code, &again["written"]), (0, &Value::from(0)), "the same is there already");
    let back = ["store", "copy", "--from", text(&to)?, "--to", text(&from)?];
    assert_eq!(desk.json(&back).await?.0["tables"], report["tables"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_none_and_a_target_with_other_data_are_refused() -> Result<()> {
    let desk = Desk::open(3).await?;
    desk.json(&["orders", "sync"]).await?;
    let (from, to) = (desk.data().join("kontor.db"), desk.folder().join("neu.db"));
    let (from, to) = (text(&from)?, text(&to)?);
    let secret = "mssql://kontor:geheim@127.0.0.1:1/kontor";
    let (problem, code) = desk.json(&["store", "copy", "--from", from, "--to", secret]).await?;
    assert_eq!(
        (code, &problem["problems"][0]["code"]),
        (2, &Value::from("store.url_invalid")),
        "{problem}"
    );
    assert!(!problem.to_string().contains("geheim"), "{problem}");
    desk.json(&["store", "copy", "--from", from, "--to", to]).await?;
    desk.json(&["orders", "sync"]).await?;
    let before = std::fs::read(to)?;
    let (problem, code) = desk.json(&["store", "copy", "--from", from, "--to", to]).await?;
    assert_eq!(
        (code, &problem["problems"][0]["code"]),
        (1, &Value::from("store.copy_target_used")),
        "{problem}"
    );
    assert_eq!(std::fs::read(to)?, before);
    let nowhere = desk.folder().join("nirgends.db");
    let gone = ["store", "copy", "--from", text(&nowhere)?, "--to", to];
    let (problem, code) = desk.json(&gone).await?;
    assert_eq!(
        (code, &problem["problems"][0]["code"]),
        (1, &Value::from("store.unavailable")),
        "{problem}"
    );
    assert!(!nowhere.exists(), "looking for a source makes none");
    Ok(())
}
