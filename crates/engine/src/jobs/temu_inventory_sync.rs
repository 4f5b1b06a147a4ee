//! The stock workflow as a job. What its guard stops waits for the operator: a job approves nothing.

use async_trait::async_trait;
use kontor_core::Problem;
use tokio_util::sync::CancellationToken;

use super::{Job, JobOrder};
use crate::App;
use crate::progress::silent;
use crate::stock::{JOB, StockMode, StockOptions};

/// `temu_inventory_sync`.
pub(super) struct TemuInventorySync;

#[async_trait]
impl Job for TemuInventorySync {
    fn name(&self) -> &'static str {
        JOB
    }

    fn modes(&self) -> &'static [&'static str] {
        &["full", "quick"]
    }

    fn scheduled_mode(&self) -> &'static str {
        "quick"
    }

    async fn run(&self, app: &App, order: JobOrder) -> Result<(), Problem> {
        let mode = if order.mode == "full" { StockMode::Full } else { StockMode::Quick };
        let options = options(mode, order.cancel);
        app.sync_stock_for(options, &order.origin).await.map(|_| ())
    }
}

fn options(mode: StockMode, cancel: CancellationToken) -> StockOptions {
    StockOptions {
        mode,
        approve: None,
        by: String::new(),
        only: Vec::new(),
        dry_run: false,
        progress: silent(),
        cancel,
    }
}
