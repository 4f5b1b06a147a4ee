//! `cargo xtask demo`: from a fresh clone to the first orders on screen.

use std::path::Path;

use anyhow::Result;

use crate::{run, setup, ui};

/// Opens the window on the sandbox where there is a display, else tells the order workflow in the terminal.
///
/// # Errors
/// A step that fails; the terminal's demo ends with its own exit code.
pub(crate) fn run_demo(root: &Path, headless: bool, rest: &[String]) -> Result<()> {
    if !headless && has_display() {
        return window(root, rest);
    }
    if !headless {
        println!("== no display: the demo stays in the terminal");
    }
    setup::compiler()?;
    cargo_run("kontor-cli", "kontor", "demo", rest)
}

fn window(root: &Path, rest: &[String]) -> Result<()> {
    setup::window()?;
    ui::build(root)?;
    cargo_run("kontor-desktop", "kontor-desktop", "--demo", rest)
}

fn cargo_run(package: &str, program: &str, first: &str, rest: &[String]) -> Result<()> {
    let mut arguments =
        vec!["run", "--quiet", "--locked", "-p", package, "--bin", program, "--", first];
    arguments.extend(rest.iter().map(String::as_str));
    run("cargo", &arguments)
}

/// Whether a window could be seen. Windows and macOS always have a display.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || is_set("WAYLAND_DISPLAY") || is_set("DISPLAY")
}
