//! The command table over a real store: what it answers, what it refuses, and what its other side is told.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use kontor_core::Code;
use kontor_engine::Desk;
use kontor_engine::api::{self, Headless, Host as _};
use kontor_engine::orders::Mode;
use kontor_tests::{Shop, sync};
use serde_json::{Value, json};

async fn desk(shop: &Shop) -> Result<Headless> {
    Ok(Headless(Arc::new(Desk::new(shop.kontor("").await?))))
}

async fn synced(orders: usize) -> Result<(Shop, Headless)> {
    let shop = Shop::open(orders).await?;
    let desk = desk(&shop).await?;
    sync(&desk.desk().app(), Mode::Full).await?;
    Ok((shop, desk))
}

fn list(query: &Value, after: &Value) -> Value {
    json!({ "query": query, "page": { "after": after, "limit": 20 } })
}

#[test]
fn the_typescript_of_the_table_is_committed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/rpc/gen.ts");
    let committed = std::fs::read_to_string(file).expect("ui/src/rpc/gen.ts");
    assert!(committed == api::typescript(), "out of date: cargo xtask codegen");
}

#[tokio::test]
async fn pages_of_a_query_show_every_order_once() -> Result<()> {
    let (_shop, desk) = synced(60).await?;
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = api::call(&desk, "orders_list", list(&json!({}), &after)).await?;
        assert_eq!(page["total"], 60);
        let rows = page["orders"].as_array().expect("rows").clone();
        seen.extend(rows.iter().map(|o| o["parent_order_sn"].to_string()));
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 60);
    Ok(())
}

#[tokio::test]
async fn an_order_is_found_by_what_people_have_at_hand() -> Result<()> {
    let (_shop, desk) = synced(60).await?;
    let all = api::call(&desk, "orders_list", list(&json!({"states": ["exported"]}), &json!(null)))
        .await?;
    let sn = all["orders"][0]["parent_order_sn"].as_str().expect("an order").to_owned();
    let detail = api::call(&desk, "order", json!({ "parent_order_sn": sn })).await?;
    let family = detail["address"]["last_name"].as_str().expect("a name").to_lowercase();
    let sku = detail["items"][0]["seller_sku"].as_str().expect("a SKU").to_lowercase();
    let keys = [sn.clone(), sn.replace("PO-", ""), sn[sn.len() - 5..].to_owned(), family, sku];
    for key in keys {
        let found =
            api::call(&desk, "orders_list", list(&json!({ "search": key }), &json!(null))).await?;
        let rows = found["orders"].as_array().expect("rows");
        assert!(rows.iter().any(|o| o["parent_order_sn"] == sn.as_str()), "{key}");
        assert!(found["total"].as_u64() < Some(60), "{key} finds everything");
    }
    let nothing =
        api::call(&desk, "orders_list", list(&json!({ "search": "zzzz" }), &json!(null))).await?;
    assert_eq!(
        (nothing["total"].as_u64(), nothing["orders"].as_array().map(Vec::len)),
        (Some(0), Some(0))
    );
    Ok(())
}

#[tokio::test]
async fn a_command_that_is_unknown_or_ill_formed_is_refused() -> Result<()> {
    let (_shop, desk) = synced(3).await?;
    let refused = [
        ("orders_drop", json!(null), Code::CommandUnknown),
        (
            "orders_list",
            json!({ "query": {}, "page": { "limit": "many" } }),
            Code::CommandParametersInvalid,
        ),
        (
            "orders_list",
            json!({ "query": { "stats": [] }, "page": { "limit": 1 } }),
            Code::CommandParametersInvalid,
        ),
        ("order", json!({ "parent_order_sn": "PO-0" }), Code::OrderNotFound),
    ];
    for (name, parameters, code) in refused {
        let problem = api::call(&desk, name, parameters).await.expect_err(name);
        assert_eq!(problem.code, code, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_csv_holds_every_order_of_its_filter_and_no_formula() -> Result<()> {
    let (_shop, desk) = synced(40).await?;
    let file = api::call(&desk, "orders_csv", json!({ "query": {} })).await?;
    let content = file["content"].as_str().expect("a text");
    assert!(content.starts_with("\u{feff}parent_order_sn;state;"));
    assert_eq!(content.lines().count(), 41);
    let begins = |c: char| content.split([';', '\n']).any(|cell| cell.starts_with(c));
    assert!(!begins('=') && !begins('@'));
    Ok(())
}

#[tokio::test]
async fn a_view_is_kept_replaced_and_deleted() -> Result<()> {
    let (_shop, desk) = synced(1).await?;
    let save = |content: &str| json!({ "screen": "orders", "name": "Eilig", "content": content });
    let first = api::call(&desk, "view_save", save("1")).await?;
    api::call(&desk, "view_save", save("2")).await?;
    let views = api::call(&desk, "views_list", json!({ "screen": "orders" })).await?;
    assert_eq!(
        views,
        json!([{ "id": first["id"], "screen": "orders", "name": "Eilig", "content": "2" }])
    );
    api::call(&desk, "view_delete", json!({ "id": first["id"] })).await?;
    assert_eq!(api::call(&desk, "views_list", json!({ "screen": "orders" })).await?, json!([]));
    Ok(())
}

#[tokio::test]
async fn a_carrier_that_is_mapped_in_the_window_is_in_force_at_once() -> Result<()> {
    let (_shop, desk) = synced(1).await?;
    let request = json!({ "shipping_method": "Bote Süd", "carrier": "DPD" });
    let changed = api::call(&desk, "carrier_map", request).await?;
    assert_eq!((&changed["in_force"], &changed["problems"]), (&json!(true), &json!([])));
    let settings = api::call(&desk, "settings", json!(null)).await?;
    let row = settings["settings"].as_array().into_iter().flatten();
    let row = row.into_iter().find(|s| s["key"].as_str().is_some_and(|k| k.contains("Bote Süd")));
    assert_eq!(row.map(|r| (&r["value"], &r["source"])), Some((&json!("DPD"), &json!("file"))));
    Ok(())
}

#[tokio::test]
async fn a_secret_goes_in_and_never_comes_out() -> Result<()> {
    let (shop, desk) = synced(1).await?;
    let secrets = api::call(&desk, "secrets", json!(null)).await?;
    let names: Vec<&str> =
        secrets.as_array().into_iter().flatten().filter_map(|s| s["name"].as_str()).collect();
    let all =
        ["temu.app_key", "temu.app_secret", "temu.access_token", "jtl.password", "store.password"];
    assert_eq!(names, all);
    let connection = shop.sandbox.connection();
    let planted =
        [&connection.temu.app_secret, &connection.temu.access_token, &connection.jtl.password];
    let questions =
        ["about", "settings", "secrets", "overview", "health", "jobs_status", "bundle_preview"];
    for command in questions {
        let answer = api::call(&desk, command, json!(null)).await?.to_string();
        assert!(planted.iter().all(|secret| !answer.contains(secret.as_str())), "{command}");
    }
    let refused = json!({ "name": "temu.app_secret", "value": "Geheim-4711" });
    let problem = api::call(&desk, "secret_set", refused).await.expect_err("there is no keychain");
    assert_eq!(problem.code, Code::SecretKeychainNone);
    assert!(!format!("{problem:?}").contains("Geheim-4711"));
    Ok(())
}
