//! `cargo xtask fuzz`: the readers of foreign files against whatever libFuzzer thinks of.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::setup;

/// Runs the targets one after the other, `seconds` in total; without names, all of `fuzz/fuzz_targets`.
pub(crate) fn run(root: &Path, seconds: u64, wanted: &[String]) -> Result<()> {
    setup::compiler()?;
    setup::fuzzer()?;
    let known = targets(root)?;
    let chosen: Vec<&String> = match wanted {
        [] => known.iter().collect(),
        names => names.iter().collect(),
    };
    if let Some(unknown) = chosen.iter().find(|name| !known.contains(name)) {
        bail!("{unknown} is no target; there are: {}", known.join(", "));
    }
    let each = (seconds / chosen.len().max(1) as u64).max(1);
    for name in chosen {
        println!("\n== {name} ({each} s)");
        target(root, name, each)?;
    }
    Ok(())
}

fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz").join("fuzz_targets");
    let entries = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|e| e.path().file_stem().map(|s| s.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// The seeds of a target lie in `fuzz/seeds/<target>`; what libFuzzer finds is kept in `fuzz/corpus/<target>`.
fn target(root: &Path, name: &str, seconds: u64) -> Result<()> {
    let fuzz = root.join("fuzz");
    let corpus = fuzz.join("corpus").join(name);
    std::fs::create_dir_all(&corpus)?;
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["fuzz", "run", name]).arg(&corpus);
    let seeds = fuzz.join("seeds").join(name);
    if seeds.is_dir() {
        command.arg(seeds);
    }
    command.arg("--").arg(format!("-max_total_time={seconds}")).args([
        "-timeout=20",
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
    ]);
    // The sanitizer flags are unstable; the stable compiler takes them under this variable.
    command.env("RUSTC_BOOTSTRAP", "1");
    let status = command.status().context("cargo fuzz")?;
    if !status.success() {
        bail!("{name}: a finding lies in fuzz/artifacts/{name}");
    }
    Ok(())
}
