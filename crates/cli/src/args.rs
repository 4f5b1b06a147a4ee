//! The command line.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::api::ApiCommand;
#[cfg(feature = "bridge")]
use crate::bridge::BridgeArgs;
use crate::datev::DatevCommand;
use crate::inventory::InventoryCommand;
use crate::invoices::InvoicesCommand;
use crate::jobs::JobsCommand;
use crate::language::LanguageArg;
use crate::secrets::SecretsCommand;
use crate::settings::SettingsCommand;
use crate::store::StoreCommand;
use crate::upkeep::{BundleArgs, PrivacyCommand};

/// Orders, stock and parcels between TEMU and JTL-Wawi.
#[derive(Parser)]
#[command(name = "kontor", version, about, propagate_version = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(ClapArgs, Clone)]
pub(crate) struct GlobalArgs {
    /// Configuration file; without it, kontor.toml beside the data.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Data folder; without it, the operating system's place for application data.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Set a value above the file and the environment, e.g. jtl.port=1433 (repeatable).
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Print JSON for programs instead of text for people.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of the texts.
    #[arg(long, global = true, value_enum, env = "KONTOR_LANG")]
    pub(crate) lang: Option<LanguageArg>,
}

impl Args {
    /// The command line of this process. Each `--set` counts, before the command and after it: clap keeps only one of the
    /// two places.
    pub(crate) fn of_process() -> Self {
        let mut args = Self::parse();
        args.global.set = every_set(std::env::args());
        args
    }
}

fn every_set(arguments: impl Iterator<Item = String>) -> Vec<String> {
    let mut arguments = arguments.take_while(|argument| argument != "--");
    let mut found = Vec::new();
    while let Some(argument) = arguments.next() {
        if argument == "--set" {
            found.extend(arguments.next());
        } else if let Some(value) = argument.strip_prefix("--set=") {
            found.push(value.to_owned());
        }
    }
    found
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// The order workflow and its lists.
    #[command(subcommand)]
    Orders(OrdersCommand),
    /// Jobs: schedules, runs, log.
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// The stock workflow, its lists and its plans.
    #[command(subcommand)]
    Inventory(InventoryCommand),
    /// TEMU's gateway.
    #[command(subcommand)]
    Temu(TemuCommand),
    /// JTL's database.
    #[command(subcommand)]
    Jtl(JtlCommand),
    /// Look at everything: store, disk, JTL, TEMU, keychain, jobs.
    Health,
    /// What is kept about people, and for how long.
    #[command(subcommand)]
    Privacy(PrivacyCommand),
    /// A ZIP file for whoever helps, without secrets and without people.
    SupportBundle(BundleArgs),
    /// Kontor's own data: move them to another place.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Credentials in the operating system's keychain.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Look at the settings and change them.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Invoices out of PDF and XML.
    #[command(subcommand)]
    Invoices(InvoicesCommand),
    /// Posting batches for DATEV.
    #[command(subcommand)]
    Datev(DatevCommand),
    /// A local TEMU gateway and JTL server with sample data.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Everything that a window can ask, from the command line.
    #[command(subcommand)]
    Api(ApiCommand),
    /// The same over loopback HTTP with a token, for tests in a browser.
    #[cfg(feature = "bridge")]
    Bridge(BridgeArgs),
    /// Show both workflows, orders and stock, on the sandbox.
    Demo(DemoArgs),
}

#[derive(Subcommand)]
pub(crate) enum OrdersCommand {
    /// Run the workflow.
    Sync(SyncArgs),
    /// Import from a folder of saved answers, offline.
    Import {
        /// Folder with the saved answers of a run.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// Show what would be stored; store nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Hand over to JTL what may go.
    Export {
        /// Show what would be handed over; hand over nothing.
        #[arg(long)]
        dry_run: bool,
        /// Hand over this order once more (only one that JTL does not show).
        #[arg(long, value_name = "ORDER")]
        again: Vec<String>,
    },
    /// Look up parcels in JTL and report them to TEMU.
    Tracking {
        /// Show what would be reported; report nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// List orders.
    List(ListArgs),
    /// Show one order with its items, parcels, hand-overs and timeline.
    Show {
        /// Number of the order (PO-…).
        order: String,
    },
}

#[derive(ClapArgs)]
pub(crate) struct SyncArgs {
    /// All five steps, or only parcels.
    #[arg(long, value_enum, default_value_t = ModeArg::Full)]
    pub(crate) mode: ModeArg,
    /// Poll again from this day (JJJJ-MM-TT, UTC).
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<NaiveDate>,
    /// Show what would be done; change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum ModeArg {
    Full,
    TrackingOnly,
}

#[derive(ClapArgs)]
pub(crate) struct ListArgs {
    /// Only orders in this state (repeatable): imported, on_hold, exported, accepted, tracked, reported, cancelled.
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Vec<String>,
    /// Only orders held for this reason, e.g. order.country_unknown.
    #[arg(long, value_name = "CODE")]
    pub(crate) hold: Option<String>,
    /// Only orders whose number begins so.
    #[arg(long, value_name = "TEXT")]
    pub(crate) number: Option<String>,
    /// Next shipping deadline first instead of newest first.
    #[arg(long)]
    pub(crate) deadline: bool,
    /// Rows of a page.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
    /// Continue after a page: its "next".
    #[arg(long, value_name = "NEXT")]
    pub(crate) after: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum TemuCommand {
    /// Print the text that is signed (secret masked) and its signature.
    Sign(SignArgs),
    /// Ask TEMU about the access token: shop, scopes, days left.
    Token,
}

#[derive(ClapArgs)]
pub(crate) struct SignArgs {
    /// API type, e.g. bg.order.list.v2.get.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) api: String,
    /// Business parameters as a JSON object.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) params: String,
    /// Unix time in seconds.
    #[arg(long, value_name = "N")]
    pub(crate) timestamp: i64,
}

#[derive(Subcommand)]
pub(crate) enum JtlCommand {
    /// Test connection, version, objects and rights.
    Test,
}

#[derive(Subcommand)]
pub(crate) enum SandboxCommand {
    /// Serve until told to stop (Ctrl-C, or end of standard input with --until-stdin-closes).
    Serve(ServeArgs),
}

#[derive(ClapArgs)]
pub(crate) struct ServeArgs {
    /// The same number makes the same orders, SKUs and stock.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Orders to begin with.
    #[arg(long, default_value_t = 250)]
    pub(crate) orders: usize,
    /// SKUs that TEMU lists; JTL has the articles for them.
    #[arg(long, default_value_t = 500)]
    pub(crate) skus: usize,
    /// Port of the TEMU gateway; 0: any.
    #[arg(long, default_value_t = 0)]
    pub(crate) temu_port: u16,
    /// Port of the JTL server; 0: any.
    #[arg(long, default_value_t = 0)]
    pub(crate) jtl_port: u16,
    /// Requests per second that the gateway allows.
    #[arg(long, default_value_t = 20)]
    pub(crate) rate: u32,
    /// Time that the gateway takes for an answer.
    #[arg(long, default_value_t = 0)]
    pub(crate) latency_ms: u64,
    /// Write a configuration that points Kontor here, and FILE.env with the credentials beside it.
    #[arg(long, value_name = "FILE")]
    pub(crate) write_config: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub(crate) struct DemoArgs {
    /// The same number makes the same orders, SKUs and stock.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Orders to show.
    #[arg(long, default_value_t = 250)]
    pub(crate) orders: usize,
}
