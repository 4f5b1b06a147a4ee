//! Lists over 100,000 orders.

use std::time::Instant;

use anyhow::Result;
use kontor_core::state::OrderState;
use kontor_store::{OrderFilter, OrderSort, SqliteStore, Store};

use crate::{Figure, store_work};

/// The slowest of several answers of each list, in milliseconds; the promise is that of the product's figures.
pub(crate) async fn measure() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("kontor.db");
    store_work::import(&file, 100_000).await?;
    let store = SqliteStore::open(&file)?;
    let of_state = OrderFilter {
        states: vec![OrderState::Imported, OrderState::OnHold],
        ..OrderFilter::default()
    };
    let by_deadline = OrderFilter { sort: OrderSort::Deadline, ..OrderFilter::default() };
    let by_number = OrderFilter {
        number_prefix: Some("PO-076-2190000000000".into()),
        ..OrderFilter::default()
    };
    let of_sort = |sort| OrderFilter { sort, ..OrderFilter::default() };
    let of_search =
        |text: &str| OrderFilter { search: Some(text.into()), ..OrderFilter::default() };
    let lists = [
        ("by total", of_sort(OrderSort::Highest)),
        ("searched by five digits", of_search("12345")),
        ("searched by two digits", of_search("12")),
        ("searched, all found", of_search("PO-")),
        ("searched, nothing found", of_search("zzzz")),
        ("newest", OrderFilter::default()),
        ("of states", of_state),
        ("by deadline", by_deadline),
        ("by number", by_number),
    ];
    let mut figures = Vec::new();
    for (name, filter) in lists {
        let mut slowest = 0.0_f64;
        let mut after = None;
        for _ in 0..10 {
            let begun = Instant::now();
            let page = store.list_orders(&filter, after.as_deref(), 200).await?;
            slowest = slowest.max(begun.elapsed().as_secs_f64() * 1e3);
            after = page.next;
        }
        figures.push(Figure {
            name: format!("list {name}, 100,000 orders"),
            value: slowest,
            promise: 50.0,
            unit: "ms, slowest of 10",
        });
    }
    Ok(figures)
}
