//! Speed and memory, as ratios within one run: `cargo xtask bench [--json FILE] [--only NAME]`.

mod datev;
mod documents;
mod invoices;
mod jobs;
mod list;
mod stock;
mod store_work;
mod sync;

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

/// One measured figure beside its promise.
struct Figure {
    name: String,
    value: f64,
    promise: f64,
    unit: &'static str,
}

impl Figure {
    fn holds(&self) -> bool {
        self.value <= self.promise
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name, "value": self.value, "promise": self.promise, "unit": self.unit, "holds": self.holds()
        })
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|a| a == name)?;
        arguments.get(at + 1).cloned()
    };
    // A size of its own process, so that its peak memory is its own.
    if let Some(orders) = option("--store-work") {
        return store_work::child(orders.parse()?).await;
    }
    if let Some(rows) = option("--datev") {
        return datev::child(rows.parse()?);
    }
    let only = option("--only");
    let wanted = |name: &str| only.as_deref().is_none_or(|o| o == name);
    let mut figures = Vec::new();
    if wanted("store") {
        for orders in [1_000, 10_000, 100_000] {
            figures.extend(measured_in_child(orders)?);
        }
    }
    if wanted("list") {
        figures.extend(list::measure().await?);
    }
    if wanted("jobs") {
        figures.extend(jobs::measure().await?);
    }
    if wanted("sync") {
        figures.extend(sync::measure().await?);
    }
    if wanted("stock") {
        figures.extend(stock::measure().await?);
    }
    if wanted("invoices") {
        figures.extend(invoices::measure()?);
    }
    if wanted("datev") {
        for rows in [100_000, 1_000_000] {
            figures.extend(datev::figures(rows, &in_child("--datev", rows)?)?);
        }
    }
    print_table(&figures);
    if let Some(file) = option("--json") {
        let report: Vec<Value> = figures.iter().map(Figure::json).collect();
        std::fs::write(&file, serde_json::to_string_pretty(&report)?).context(file)?;
    }
    if figures.iter().all(Figure::holds) { Ok(()) } else { bail!("a promise does not hold") }
}

/// What a process of its own measured.
fn in_child(option: &str, size: usize) -> Result<Value> {
    let output =
        Command::new(std::env::current_exe()?).args([option, &size.to_string()]).output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn measured_in_child(orders: usize) -> Result<Vec<Figure>> {
    let measured = in_child("--store-work", orders)?;
    let number = |name: &str| measured[name].as_f64().with_context(|| name.to_owned());
    Ok(vec![
        Figure {
            name: format!("parse + upsert + XML, {orders} orders"),
            value: number("ratio")?,
            promise: 3.0,
            unit: "× SQLite alone",
        },
        Figure {
            name: format!("peak memory, {orders} orders"),
            value: number("peak_mib")?,
            promise: 200.0,
            unit: "MiB",
        },
        Figure {
            name: format!("time per order, {orders} orders"),
            value: number("micros_per_order")?,
            promise: f64::INFINITY,
            unit: "µs",
        },
    ])
}

fn print_table(figures: &[Figure]) {
    println!("{:<46} {:>10} {:>10}  unit", "figure", "measured", "promise");
    for figure in figures {
        let mark = if figure.holds() { " " } else { "!" };
        println!(
            "{mark}{:<45} {:>10.2} {:>10.2}  {}",
            figure.name, figure.value, figure.promise, figure.unit
        );
    }
}
