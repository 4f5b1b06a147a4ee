//! The web pages of the window: what is checked about them, and their build.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::run;

/// Installs what the lock file names, then types, lints, tests and builds.
///
/// # Errors
/// The first of them that fails; Node.js that is missing.
pub(crate) fn test(root: &Path) -> Result<()> {
    let folder = root.join("ui").display().to_string();
    run("npm", &["--prefix", &folder, "ci", "--no-audit", "--no-fund"])
        .context("Node.js 20.19 or newer with npm is needed for the window's pages")?;
    for script in ["check", "lint", "test", "build"] {
        run("npm", &["--prefix", &folder, "run", script])?;
    }
    Ok(())
}
