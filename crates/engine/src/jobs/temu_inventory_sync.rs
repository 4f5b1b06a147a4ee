//! The stock workflow as a job. What its guard stops waits for the operator: a schedule approves nothing; a wish may carry
//! the operator's word (`approve`, `by`), SKUs (`only`), or ask for the last push to be reversed (mode `undo`).

use async_trait::async_trait;
use kontor_core::stock::{PlanId, SkuKey};
use kontor_core::{Code, Problem};
use serde::Deserialize;
use serde_json::Value;

use super::{Job, JobOrder, Options};
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
        &["full", "quick", "undo"]
    }

    fn scheduled_mode(&self) -> &'static str {
        "quick"
    }

    fn check(&self, options: &Options) -> Result<(), Problem> {
        Wish::read(options).map(|_| ())
    }

    async fn run(&self, app: &App, order: JobOrder) -> Result<(), Problem> {
        let wish = Wish::read(&order.options)?;
        let options = StockOptions {
            mode: match order.mode.as_str() {
                "full" => StockMode::Full,
                "quick" => StockMode::Quick,
                "undo" => StockMode::Undo,
                unknown => return Err(Problem::new(Code::ConfigInvalidValue).about(unknown)),
            },
            approve: wish.approve.map(PlanId::new),
            by: wish.by,
            only: wish.only,
            dry_run: false,
            progress: silent(),
            cancel: order.cancel,
        };
        app.sync_stock_for(options, &order.origin).await.map(|_| ())
    }
}

/// What a wish may carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wish {
    /// The kept plan that is to be applied.
    approve: Option<String>,
    /// Who approves.
    by: String,
    /// Only these SKUs.
    only: Vec<SkuKey>,
}

impl Wish {
    fn read(options: &Options) -> Result<Self, Problem> {
        let wish: Self = serde_json::from_value(Value::Object(options.clone()))
            .map_err(|e| Problem::new(Code::ConfigInvalidValue).about(JOB).detail(e))?;
        if wish.approve.is_some() && wish.by.trim().is_empty() {
            return Err(Problem::new(Code::ConfigInvalidValue).about("by"));
        }
        Ok(wish)
    }
}
