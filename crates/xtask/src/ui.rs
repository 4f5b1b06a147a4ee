//! The web pages of the window: what is checked about them, and their build.

use std::path::Path;

use anyhow::{Context as _, Result};

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
