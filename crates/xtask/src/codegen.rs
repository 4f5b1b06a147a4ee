//! Files that are made of others: `docs/error-codes.md` of the problem texts, `ui/src/rpc/gen.ts` of the command table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

const TEXTS: &str = "crates/core/src/problem/texts.toml";
/// The file that is made.
pub(crate) const ERROR_CODES: &str = "docs/error-codes.md";

#[derive(Deserialize)]
struct Entry {
    class: String,
    de: Text,
    en: Text,
}

#[derive(Deserialize)]
struct Text {
    title: String,
    meaning: String,
    remedy: String,
}

/// The document as it should be.
pub(crate) fn error_codes(root: &Path) -> Result<String> {
    let text = std::fs::read_to_string(root.join(TEXTS)).context(TEXTS)?;
    let entries: BTreeMap<String, Entry> = toml::from_str(&text).context(TEXTS)?;
    let mut document = String::from(
        "# Problem codes\n\nMade by `cargo xtask codegen` from the problem texts; do not edit.\n\n\
         Classes: `retry` passes by itself · `permanent` stops the run until somebody changes something · `business` is \
         about one order, the others go on · `operator` waits for a decision · `bug` is a fault of Kontor's · \
         `cancelled` was stopped.\n",
    );
    for (code, entry) in entries {
        let Entry { class, de, en } = entry;
        write!(
            document,
            "\n## `{code}` ({class})\n\n**{}** {} → {}\n\n**{}** {} → {}\n",
            sentence(&de.title),
            de.meaning,
            de.remedy,
            sentence(&en.title),
            en.meaning,
            en.remedy
        )?;
    }
    Ok(document)
}

fn sentence(title: &str) -> String {
    format!("{}.", title.trim_end_matches('.'))
}

/// The TypeScript of the command table.
const TYPESCRIPT: &str = "ui/src/rpc/gen.ts";

/// Writes the documents and sources that are made of others.
pub(crate) fn write(root: &Path) -> Result<()> {
    save(&root.join(ERROR_CODES), &error_codes(root)?)?;
    save(&root.join(TYPESCRIPT), &typescript()?)
}

fn save(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| path.display().to_string())
}

fn typescript() -> Result<String> {
    let program = ["run", "--quiet", "--locked", "-p", "kontor-cli", "--bin", "kontor", "--"];
    let output = Command::new("cargo")
        .args(program)
        .args(["api", "typescript"])
        .output()
        .context("kontor")?;
    if !output.status.success() {
        bail!("kontor api typescript: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
