//! `kontor inventory`: the stock workflow, its lists, its plans and the operator's rules.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use kontor_engine::core::stock::{PlanId, SkuKey, SkuRule};
use kontor_engine::core::{Code, Problem};
use kontor_engine::stock::{StockMode, StockOptions};
use kontor_engine::store::{StockFilter, StockSort, StockStatus};
use kontor_engine::{App, operator};
use tokio_util::sync::CancellationToken;

use crate::args::GlobalArgs;
use crate::commands::{exit_code, open, open_local, progress};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum InventoryCommand {
    /// Run the workflow: TEMU's SKUs, JTL's stock, plan, guard, push, proof.
    Sync(InventorySyncArgs),
    /// Import SKU lists from a folder of saved answers, offline.
    Import {
        /// Folder with the saved answers of a run.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// Ask JTL and show what would be planned; store nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// List SKUs that TEMU should show otherwise.
    Deltas(PageArgs),
    /// List SKUs without an article, and those whose stock is not known.
    Unmatched(PageArgs),
    /// List SKUs.
    List(StockListArgs),
    /// Set back what the last push changed.
    Undo {
        /// Show what would be set back; change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Show what the three stock formulas give for some article numbers.
    CompareFormulas {
        /// Article numbers; none: some of TEMU's SKUs.
        numbers: Vec<String>,
    },
    /// List the plans that were kept.
    Plans {
        /// Plans to show.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Show a plan that was kept.
    Plan {
        /// Its id.
        plan: String,
    },
    /// Set buffer, cap or fixed quantity of a SKU; without options, take its rule away.
    Rule(RuleArgs),
    /// Show what was sent of a SKU.
    Pushes {
        /// goodsId/skuId.
        sku: String,
    },
    /// List JTL's warehouses.
    Warehouses,
}

#[derive(ClapArgs)]
pub(crate) struct InventorySyncArgs {
    /// All four steps, or only JTL's stock and the push.
    #[arg(long, value_enum, default_value_t = StockModeArg::Full)]
    mode: StockModeArg,
    /// Show what would be sent; change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Apply this plan, exactly, or say what has changed since.
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["dry_run", "only"])]
    approve: Option<String>,
    /// Push only this SKU, goodsId/skuId (repeatable).
    #[arg(long, value_name = "SKU")]
    only: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum StockModeArg {
    Full,
    Quick,
}

#[derive(ClapArgs)]
pub(crate) struct PageArgs {
    /// Rows of a page.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Continue after a page: its "next".
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
}

#[derive(ClapArgs)]
pub(crate) struct StockListArgs {
    /// Only these (repeatable): delta, synced, unknown, unmatched, unread.
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
    /// Only SKUs with this reason, e.g. stock.unknown_in_jtl.
    #[arg(long, value_name = "CODE")]
    reason: Option<String>,
    /// Only SKUs whose number, goods or variant contains this.
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Only SKUs whose number another SKU carries too.
    #[arg(long)]
    doubled: bool,
    /// The largest difference first instead of by number.
    #[arg(long)]
    difference: bool,
    #[command(flatten)]
    page: PageArgs,
}

#[derive(ClapArgs)]
pub(crate) struct RuleArgs {
    /// goodsId/skuId.
    sku: String,
    /// Pieces held back beside JTL's buffer.
    #[arg(long, default_value_t = 0)]
    buffer: i64,
    /// The most that TEMU shall show.
    #[arg(long)]
    cap: Option<i64>,
    /// A fixed quantity, whatever JTL counts.
    #[arg(long)]
    fixed: Option<i64>,
}

/// Runs the command.
pub(crate) async fn run(
    global: &GlobalArgs,
    command: InventoryCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    match command {
        InventoryCommand::Sync(args) => sync(global, args, output).await,
        InventoryCommand::Import { from, dry_run } => {
            let options = StockOptions { dry_run, ..options(StockMode::Replay(from)) };
            workflow(&open(global).await?, output, options).await
        }
        InventoryCommand::Undo { dry_run } => {
            let options = StockOptions { dry_run, ..options(StockMode::Undo) };
            workflow(&open(global).await?, output, options).await
        }
        InventoryCommand::Deltas(page) => {
            let filter = StockFilter {
                statuses: vec![StockStatus::Delta],
                sort: StockSort::Difference,
                ..StockFilter::default()
            };
            list(global, &filter, &page, output).await
        }
        InventoryCommand::Unmatched(page) => {
            let statuses = vec![StockStatus::Unmatched, StockStatus::Unknown];
            list(global, &StockFilter { statuses, ..StockFilter::default() }, &page, output).await
        }
        InventoryCommand::List(args) => list(global, &filter(&args)?, &args.page, output).await,
        InventoryCommand::CompareFormulas { numbers } => {
            output.formulas(&open(global).await?.compare_formulas(&numbers).await?);
            Ok(ExitCode::SUCCESS)
        }
        InventoryCommand::Warehouses => {
            output.warehouses(&open(global).await?.warehouses().await?);
            Ok(ExitCode::SUCCESS)
        }
        // What is left needs nothing but Kontor's own data.
        InventoryCommand::Plans { limit } => {
            output.plans(&open_local(global).await?.stock_plans(limit).await?);
            Ok(ExitCode::SUCCESS)
        }
        InventoryCommand::Plan { plan } => {
            output.kept_plan(&open_local(global).await?.stock_plan(&PlanId::new(plan)).await?);
            Ok(ExitCode::SUCCESS)
        }
        InventoryCommand::Rule(args) => set_rule(&open_local(global).await?, &args, output).await,
        InventoryCommand::Pushes { sku: text } => {
            let key = sku(&text)?;
            output.pushes(&open_local(global).await?.stock_pushes(key, 100).await?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn set_rule(app: &App, args: &RuleArgs, output: &Output) -> Result<ExitCode, Problem> {
    let rule = SkuRule { buffer: args.buffer, cap: args.cap, fixed: args.fixed };
    let key = sku(&args.sku)?;
    app.set_sku_rule(key, &rule, &operator()).await?;
    output.sku_rule(key, &rule);
    Ok(ExitCode::SUCCESS)
}

async fn sync(
    global: &GlobalArgs,
    args: InventorySyncArgs,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let mode = match args.mode {
        StockModeArg::Full => StockMode::Full,
        StockModeArg::Quick => StockMode::Quick,
    };
    let only = args.only.iter().map(|text| sku(text)).collect::<Result<_, _>>()?;
    let approve = args.approve.map(PlanId::new);
    let options = StockOptions { approve, only, dry_run: args.dry_run, ..options(mode) };
    workflow(&open(global).await?, output, options).await
}

/// Plain options of a run.
pub(crate) fn options(mode: StockMode) -> StockOptions {
    StockOptions {
        mode,
        approve: None,
        by: operator(),
        only: Vec::new(),
        dry_run: false,
        progress: kontor_engine::progress::silent(),
        cancel: CancellationToken::new(),
    }
}

async fn workflow(app: &App, output: &Output, options: StockOptions) -> Result<ExitCode, Problem> {
    let (progress, bar) = progress(output);
    let cancel = options.cancel.clone();
    let stop_on_ctrl_c = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            cancel.cancel();
        }
    });
    let is_dry_run = options.dry_run;
    let report = app.sync_stock(StockOptions { progress, ..options }).await;
    stop_on_ctrl_c.abort();
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let report = report?;
    output.stock_run(&report, is_dry_run);
    Ok(exit_code(report.outcome))
}

async fn list(
    global: &GlobalArgs,
    filter: &StockFilter,
    page: &PageArgs,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let app = open_local(global).await?;
    output.stock(&app.stock_page(filter, page.after.as_deref(), page.limit).await?);
    Ok(ExitCode::SUCCESS)
}

fn filter(args: &StockListArgs) -> Result<StockFilter, Problem> {
    let mut statuses = Vec::new();
    for word in &args.status {
        let status = StockStatus::parse(word);
        statuses.push(status.ok_or_else(|| usage("--status", word))?);
    }
    let reason = args.reason.as_deref().map(|code| code.parse().map_err(|e| usage("--reason", e)));
    Ok(StockFilter {
        statuses,
        reason: reason.transpose()?,
        text: args.text.clone(),
        doubled: args.doubled,
        sort: if args.difference { StockSort::Difference } else { StockSort::Number },
    })
}

fn sku(text: &str) -> Result<SkuKey, Problem> {
    text.parse().map_err(|e| usage("SKU", e))
}

fn usage(option: &str, error: impl std::fmt::Display) -> Problem {
    Problem::new(Code::ConfigInvalidValue).about(option).detail(error)
}
