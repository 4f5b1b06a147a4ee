//! Rules of the repository that no compiler knows. They run as a test.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::codegen;

/// Who may import whom (ARCHITECTURE.md). `kontor-tests` is the only one that may import adapters to test them.
const IMPORTS: &[(&str, &[&str])] = &[
    ("kontor-core", &[]),
    ("kontor-mssql", &["kontor-sandbox"]),
    ("kontor-store", &["kontor-core", "kontor-mssql", "kontor-sandbox"]),
    ("kontor-temu", &["kontor-core"]),
    ("kontor-jtl", &["kontor-core", "kontor-mssql"]),
    ("kontor-datev", &["kontor-core"]),
    ("kontor-invoice", &["kontor-core", "kontor-specimen"]),
    (
        "kontor-engine",
        &[
            "kontor-core",
            "kontor-store",
            "kontor-temu",
            "kontor-jtl",
            "kontor-invoice",
            "kontor-datev",
        ],
    ),
    ("kontor-demo", &["kontor-engine", "kontor-sandbox"]),
    ("kontor-cli", &["kontor-engine", "kontor-sandbox", "kontor-demo", "kontor-specimen"]),
    ("kontor-desktop", &["kontor-engine", "kontor-demo"]),
    ("kontor-sandbox", &[]),
    ("kontor-specimen", &[]),
    ("kontor-xtask", &[]),
    (
        "kontor-tests",
        &[
            "kontor-core",
            "kontor-engine",
            "kontor-store",
            "kontor-temu",
            "kontor-jtl",
            "kontor-mssql",
            "kontor-invoice",
            "kontor-datev",
            "kontor-sandbox",
            "kontor-specimen",
        ],
    ),
];

/// Libraries that only some packages may use.
const WRAPPED: &[(&str, &[&str])] = &[
    ("tiberius", &["kontor-mssql", "kontor-sandbox"]),
    ("reqwest", &["kontor-temu", "kontor-sandbox", "kontor-tests"]),
    ("rusqlite", &["kontor-store", "kontor-sandbox", "kontor-tests"]),
    ("tauri", &["kontor-desktop"]),
];

const MAX_LINES: usize = 800;
const VAGUE_NAMES: [&str; 6] = ["util", "utils", "helper", "helpers", "manager", "common"];

/// Checks all rules; every breach is named.
pub(crate) fn run(root: &Path) -> Result<()> {
    let files = tracked_files(root)?;
    let mut breaches = imports()?;
    breaches.extend(decisions(&files));
    breaches.extend(architecture(root)?);
    breaches.extend(sizes(root, &files)?);
    breaches.extend(names(&files));
    breaches.extend(unfinished(root, &files)?);
    breaches.extend(migrations(&files));
    breaches.extend(secrets(&files));
    breaches.extend(links(root, &files)?);
    breaches.extend(generated(root)?);
    if breaches.is_empty() {
        return Ok(());
    }
    breaches.iter().for_each(|breach| eprintln!("tidy: {breach}"));
    bail!("{} breaches of the repository's rules", breaches.len());
}

fn tracked_files(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files"])
        .current_dir(root)
        .output()
        .context("git ls-files")?;
    let listed = String::from_utf8(output.stdout)?;
    Ok(listed.lines().map(str::to_owned).filter(|file| root.join(file).exists()).collect())
}

fn imports() -> Result<Vec<String>> {
    let metadata = MetadataCommand::new().no_deps().exec().context("cargo metadata")?;
    let allowed: BTreeMap<&str, &[&str]> = IMPORTS.iter().copied().collect();
    let mut breaches = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some(may) = allowed.get(name) else {
            breaches.push(format!("{name} is not in the table of imports"));
            continue;
        };
        for dependency in &package.dependencies {
            let other = dependency.name.as_str();
            let is_ours = other.starts_with("kontor-");
            if is_ours && !may.contains(&other) {
                breaches.push(format!("{name} may not import {other}"));
            }
            let wrapped = WRAPPED.iter().find(|(library, _)| *library == other);
            if wrapped.is_some_and(|(_, users)| {
                !users.contains(&name) && dependency.kind == DependencyKind::Normal
            }) {
                breaches.push(format!("{name} may not use {other}"));
            }
        }
    }
    Ok(breaches)
}

fn sources(files: &[String]) -> impl Iterator<Item = &String> {
    files.iter().filter(|f| Path::new(f).extension().is_some_and(|e| e == "rs"))
}

fn sizes(root: &Path, files: &[String]) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for file in sources(files) {
        let lines = std::fs::read_to_string(root.join(file))?.lines().count();
        if lines > MAX_LINES {
            breaches.push(format!("{file} has {lines} lines, more than {MAX_LINES}"));
        }
    }
    Ok(breaches)
}

fn names(files: &[String]) -> Vec<String> {
    let is_vague = |file: &&String| {
        let stem = Path::new(file.as_str()).file_stem().map(|s| s.to_string_lossy().to_lowercase());
        stem.is_some_and(|s| VAGUE_NAMES.contains(&s.as_str()))
    };
    files
        .iter()
        .filter(is_vague)
        .map(|file| format!("{file}: a name should say what is in it"))
        .collect()
}

/// Marks of unfinished work, put together here so that this file does not find itself.
fn unfinished(root: &Path, files: &[String]) -> Result<Vec<String>> {
    let marks =
        [["TO", "DO"], ["FIX", "ME"], ["#[ig", "nore"], ["todo", "!("], ["unimpl", "emented!("]]
            .map(|m| m.concat());
    let mut breaches = Vec::new();
    for file in sources(files) {
        let text = std::fs::read_to_string(root.join(file))?;
        for mark in marks.iter().filter(|mark| text.contains(*mark)) {
            breaches.push(format!("{file} contains {mark}"));
        }
    }
    Ok(breaches)
}

/// `0001_…`, `0002_…`: numbered without gaps.
fn migrations(files: &[String]) -> Vec<String> {
    let mut numbers: Vec<&str> = files
        .iter()
        .filter_map(|f| f.strip_prefix("migrations/sqlite/"))
        .filter_map(|f| f.split('_').next())
        .collect();
    numbers.sort_unstable();
    let expected = (1..).map(|n| format!("{n:04}"));
    numbers
        .into_iter()
        .zip(expected)
        .filter(|(number, expected)| number != expected)
        .map(|(number, expected)| format!("migration {number} should be {expected}"))
        .collect()
}

/// Decisions are numbered once each.
fn decisions(files: &[String]) -> Vec<String> {
    let mut numbers: Vec<&str> = files
        .iter()
        .filter_map(|f| f.strip_prefix("docs/adr/"))
        .filter_map(|f| f.split('-').next())
        .collect();
    numbers.sort_unstable();
    let doubled = numbers.windows(2).filter(|pair| pair[0] == pair[1]);
    doubled.map(|pair| format!("two decisions carry the number {}", pair[0])).collect()
}

/// Every package has one row in ARCHITECTURE.md, and no table there says the same thing twice.
fn architecture(root: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md"))?;
    let mut rows: Vec<&str> =
        text.lines().filter_map(|l| l.strip_prefix("| ")?.split(" |").next()).collect();
    let mut breaches = Vec::new();
    for (package, _) in IMPORTS {
        let folder = format!("`crates/{}`", package.trim_start_matches("kontor-"));
        let is_a_crate = root.join(folder.trim_matches('`')).exists();
        if is_a_crate && !rows.contains(&folder.as_str()) {
            breaches.push(format!("ARCHITECTURE.md has no row for {folder}"));
        }
    }
    rows.sort_unstable();
    let doubled = rows.windows(2).filter(|pair| pair[0] == pair[1]);
    breaches.extend(doubled.map(|pair| format!("ARCHITECTURE.md has two rows for {}", pair[0])));
    Ok(breaches)
}

fn secrets(files: &[String]) -> Vec<String> {
    let is_secret = |file: &&String| {
        let name = Path::new(file.as_str())
            .file_name()
            .map(|n| n.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        [".env", ".pem", ".key", ".p12", ".pfx"].iter().any(|end| name.ends_with(end))
    };
    files.iter().filter(is_secret).map(|file| format!("{file} looks like a secret")).collect()
}

/// Relative links of the documents lead somewhere.
fn links(root: &Path, files: &[String]) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for file in files.iter().filter(|f| Path::new(f).extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(root.join(file))?;
        let folder = root.join(file).parent().map(Path::to_owned).unwrap_or_default();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains("://") && !folder.join(path).exists() {
                breaches.push(format!("{file}: the link {target} leads nowhere"));
            }
        }
    }
    Ok(breaches)
}

fn generated(root: &Path) -> Result<Vec<String>> {
    let made = [
        (codegen::ERROR_CODES, codegen::error_codes(root)?),
        (codegen::MANUAL_ERRORS, codegen::manual_errors(root)?),
    ];
    let is_old = |(file, wanted): &(&str, String)| {
        std::fs::read_to_string(root.join(file)).unwrap_or_default() != *wanted
    };
    let old = made.into_iter().filter(is_old);
    Ok(old.map(|(file, _)| format!("{file} is out of date: cargo xtask codegen")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_keeps_its_rules() {
        let root = crate::root().expect("the workspace");
        run(&root).expect("no breaches");
    }

    #[test]
    fn a_gap_between_migrations_is_found() {
        let files =
            ["migrations/sqlite/0001_a.sql".to_owned(), "migrations/sqlite/0003_b.sql".to_owned()];
        assert_eq!(migrations(&files), ["migration 0003 should be 0002"]);
    }

    #[test]
    fn vague_names_and_secrets_are_found() {
        let files = ["src/utils.rs".to_owned(), "src/carrier.rs".to_owned(), "demo.env".to_owned()];
        assert_eq!(names(&files).len(), 1);
        assert_eq!(secrets(&files).len(), 1);
    }
}
