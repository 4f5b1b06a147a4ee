//! `docs/error-codes.md`, made of the problem texts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
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

/// Writes the document.
pub(crate) fn write(root: &Path) -> Result<()> {
    let path = root.join(ERROR_CODES);
    std::fs::write(&path, error_codes(root)?).with_context(|| path.display().to_string())
}
