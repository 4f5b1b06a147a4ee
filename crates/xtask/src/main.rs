//! The repository's own commands: `cargo xtask demo | test | bench | fuzz | tidy | codegen | icons | screenshots`.

mod codegen;
mod demo;
mod fuzz;
mod icons;
mod setup;
mod tidy;
mod ui;

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing, build, and open the window on the sandbox; without a display, show the order workflow in the
    /// terminal.
    Demo {
        /// Stay in the terminal.
        #[arg(long)]
        headless: bool,
        /// Passed on to `kontor demo` (terminal) or `kontor-desktop --demo` (window).
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Set up what is missing and run everything that CI runs.
    Test,
    /// Measure speed and memory.
    Bench {
        /// Passed on to the benchmark (`--json FILE`, `--only NAME`).
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Run the fuzz targets (all, or those named).
    Fuzz {
        /// Seconds in total, shared by the targets.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Names of targets in fuzz/fuzz_targets.
        targets: Vec<String>,
    },
    /// Check the rules of the repository.
    Tidy,
    /// Write the files that are made of others.
    Codegen,
    /// Draw every size of the program's mark.
    Icons,
    /// Take the pictures of every screen, for README and manual.
    Screenshots,
}

fn main() -> Result<()> {
    match Args::parse().command {
        Task::Demo { headless, rest } => demo::run_demo(&root()?, headless, &rest),
        Task::Test => test(),
        Task::Bench { rest } => bench(&rest),
        Task::Fuzz { seconds, targets } => fuzz::run(&root()?, seconds, &targets),
        Task::Tidy => tidy::run(&root()?),
        Task::Codegen => codegen::write(&root()?),
        Task::Icons => icons::run_all(&root()?),
        Task::Screenshots => screenshots(),
    }
}

/// The workspace's folder.
fn root() -> Result<PathBuf> {
    let metadata =
        cargo_metadata::MetadataCommand::new().no_deps().exec().context("cargo metadata")?;
    Ok(metadata.workspace_root.into_std_path_buf())
}

/// Runs a program; a failure names it.
fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let status = Command::new(program)
        .args(arguments)
        .status()
        .with_context(|| format!("{program} could not be started"))?;
    if !status.success() {
        bail!("{program} {} ended with {status}", arguments.join(" "));
    }
    Ok(())
}

fn bench(rest: &[String]) -> Result<()> {
    setup::compiler()?;
    let mut arguments = vec!["bench", "--locked", "-p", "kontor-tests", "--bench", "kontor", "--"];
    arguments.extend(rest.iter().map(String::as_str));
    run("cargo", &arguments)
}

fn screenshots() -> Result<()> {
    setup::window()?;
    setup::browser()?;
    ui::screenshots(&root()?)
}

/// What is built for every step alike, so that the steps share it: the bridge is only for tests.
const FEATURES: &str = "kontor-cli/bridge";

fn test() -> Result<()> {
    let begun = Instant::now();
    setup::window_test()?;
    setup::browser()?;
    setup::keyring()?;
    setup::cargo_tools()?;
    let steps: [(&str, &str, &[&str]); 6] = [
        ("format", "cargo", &["fmt", "--all", "--check"]),
        (
            "lints",
            "cargo",
            &[
                "clippy",
                "--locked",
                "--workspace",
                "--all-targets",
                "--features",
                FEATURES,
                "--",
                "-D",
                "warnings",
            ],
        ),
        // Called by its own name: under `cargo run` it takes the word after `cargo` for a folder.
        ("unused dependencies", "cargo-machete", &[]),
        (
            "licences, sources, bans",
            "cargo",
            &["deny", "--offline", "check", "bans", "licenses", "sources"],
        ),
        (
            "tests",
            "cargo",
            &[
                "nextest",
                "run",
                "--locked",
                "--workspace",
                "--features",
                FEATURES,
                "--no-fail-fast",
            ],
        ),
        (
            "examples in the documentation",
            "cargo",
            &["test", "--locked", "--workspace", "--features", FEATURES, "--doc", "--quiet"],
        ),
    ];
    headline("rules of the repository", &begun);
    tidy::run(&root()?)?;
    headline("the window's pages", &begun);
    ui::test(&root()?)?;
    for (name, program, arguments) in steps {
        headline(name, &begun);
        run(program, arguments)?;
    }
    headline("every screen in a browser", &begun);
    ui::browser_test(&root()?)?;
    headline("all green", &begun);
    Ok(())
}

fn headline(name: &str, begun: &Instant) {
    println!("\n== {name} ({} s)", begun.elapsed().as_secs());
}
