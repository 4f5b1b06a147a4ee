//! `kontor datev convert`, killed at any moment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

const META: &str = r#""EXTF";700;21;"Buchungsstapel";13;20260130140440439;;"RE";"";"";29098;55003;20260101;4;20260101;20261231;"";"WD";1;0;0;"EUR";;"";;;"03";;;"";"""#;
const HEADINGS: &str = "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Gegenkonto (ohne BU-Schl\u{fc}ssel);Belegfeld 1";

/// A batch of so many postings that JTL need not be asked about.
fn batch(number: usize, rows: usize) -> Vec<u8> {
    let rows: String =
        (0..rows).map(|row| format!("119,00;\"S\";8400;\"RE-{number}-{row}\"\r\n")).collect();
    let text = format!("{META}\r\n{HEADINGS}\r\n{rows}");
    text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

struct Books {
    folder: TempDir,
    /// Every batch that was ever put into the inbox.
    put: BTreeMap<String, Vec<u8>>,
}

impl Books {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("kontor.toml"), "[datev]\nsettle_seconds = 0\n")?;
        let books = Self { folder, put: BTreeMap::new() };
        std::fs::create_dir_all(books.path("eingang"))?;
        Ok(books)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join("data").join("csv_verarbeiter").join(below)
    }

    fn put(&mut self, rows: usize) -> Result<()> {
        let number = self.put.len();
        let (name, bytes) = (format!("EXTF_{number:02}.csv"), batch(number, rows));
        std::fs::write(self.path("eingang").join(&name), &bytes)?;
        self.put.insert(name, bytes);
        Ok(())
    }

    fn kontor(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
        command.args(["datev", "convert", "--json", "--config"]);
        command.arg(self.folder.path().join("kontor.toml"));
        command.arg("--data").arg(self.folder.path().join("data"));
        command
    }

    /// Every batch is in the inbox or in the archive, once and whole; what was put out is whole.
    fn check(&self) -> Result<()> {
        let (inbox, archive) = (files(&self.path("eingang"))?, files(&self.path("archiv"))?);
        for (name, bytes) in &self.put {
            let archived: Vec<_> = archive.iter().filter(|(n, _)| n.ends_with(name)).collect();
            let places = usize::from(inbox.contains_key(name)) + archived.len();
            ensure!(places == 1, "{name} is in {places} places");
            let there = inbox.get(name).or(archived.first().map(|(_, bytes)| *bytes));
            ensure!(there == Some(bytes), "{name} was changed");
        }
        for (name, bytes) in files(&self.path("ausgang"))? {
            ensure!(self.put.get(&name) == Some(&bytes), "{name} is not what it was made of");
        }
        Ok(())
    }
}

/// The files of a folder that are not hidden.
fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(files) };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().context("a name")?.to_string_lossy().into_owned();
        if !name.starts_with('.') && path.is_file() {
            files.insert(name, std::fs::read(&path)?);
        }
    }
    Ok(files)
}

#[test]
fn killed_at_any_moment_every_batch_is_converted_once() -> Result<()> {
    let mut books = Books::new()?;
    for round in 0..15 {
        for rows in [4_000, 40, 4_000, 40] {
            books.put(rows)?;
        }
        let mut child = books
            .kontor()
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()?;
        thread::park_timeout(Duration::from_millis(fastrand::u64(20..900)));
        child.kill()?;
        child.wait()?;
        books.check().with_context(|| format!("round {round}"))?;
    }
    let output = books.kontor().output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    books.check()?;
    assert_eq!(files(&books.path("ausgang"))?, books.put);
    assert_eq!(files(&books.path("eingang"))?.len(), 0);
    assert_eq!(files(&books.path("reports"))?.len(), books.put.len());
    let left = ["ausgang", "reports", "archiv", "tmp"].map(|folder| books.path(folder));
    for folder in left {
        let hidden = std::fs::read_dir(&folder)?.flatten();
        let hidden = hidden.filter(|e| e.file_name().to_string_lossy().starts_with('.')).count();
        assert_eq!(hidden, 0, "{}", folder.display());
    }
    assert!(!books.path("umbenennungen.json").exists());
    Ok(())
}
