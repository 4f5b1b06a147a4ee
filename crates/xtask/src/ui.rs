//! The web pages of the window: what is checked about them, and their build.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::run;

/// Installs what the lock file names, then types, lints, tests and builds.
///
/// # Errors
/// The first of them that fails; Node.js that is missing.
pub(crate) fn test(root: &Path) -> Result<()> {
    install(root)?;
    ["check", "lint", "test", "build"].into_iter().try_for_each(|script| npm_run(root, script))
}

/// Builds the pages into `ui/dist`, from which they are built into the shell.
///
/// # Errors
/// As [`test`].
pub(crate) fn build(root: &Path) -> Result<()> {
    install(root)?;
    npm_run(root, "build")
}

/// Runs every screen in a browser, on the engine and the sandbox.
///
/// # Errors
/// A screen that fails.
pub(crate) fn browser_test(root: &Path) -> Result<()> {
    bridge()?;
    on_bridge(root, "npm", &["--prefix", "ui", "run", "e2e"])
}

/// Where the pictures of the screens are kept.
const PICTURES: &str = "docs/screenshots";

/// Takes the pictures of every screen anew, for README and manual.
///
/// # Errors
/// As [`build`], and a screen that cannot be shown.
pub(crate) fn screenshots(root: &Path) -> Result<()> {
    build(root)?;
    bridge()?;
    on_bridge(root, "node", &["ui/e2e/screenshots.mjs", PICTURES])?;
    // The manual in the window shows them, too.
    npm_run(root, "build")
}

/// Builds `kontor` with its bridge, with the features that everything else is built with.
fn bridge() -> Result<()> {
    let build =
        ["build", "--locked", "--workspace", "--bin", "kontor", "--features", crate::FEATURES];
    run("cargo", &build)
}

/// Runs a program of the window's tests, which finds `kontor` where cargo has put it.
fn on_bridge(root: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec()?;
    let kontor = metadata.target_directory.join("debug/kontor");
    let mut command = Command::new(program);
    let status = command.args(arguments).current_dir(root).env("KONTOR", kontor).status();
    let status = status.with_context(|| format!("{program} could not be started"))?;
    ensure!(status.success(), "{program} {} ended with {status}", arguments.join(" "));
    Ok(())
}

fn install(root: &Path) -> Result<()> {
    npm(root, &["ci", "--no-audit", "--no-fund"])
        .context("Node.js 20.19 or newer with npm is needed for the window's pages")
}

fn npm_run(root: &Path, script: &str) -> Result<()> {
    npm(root, &["run", script])
}

fn npm(root: &Path, arguments: &[&str]) -> Result<()> {
    let folder = root.join("ui").display().to_string();
    run("npm", &[&["--prefix", &folder], arguments].concat())
}
