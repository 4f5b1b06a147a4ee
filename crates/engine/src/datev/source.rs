//! One source: its batches are converted under temporary names, read again, reported, and moved to their places together.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};
use kontor_core::{Code, Problem};
use kontor_datev::{
    BatchSummary, Conversion, ConvertSettings, Finding, Lookup, ReportBook, ZipLimits, convert,
    unpack, verify,
};
use serde::Serialize;

use super::folders::{DatevFolders, free, stamp, temporary};
use super::inbox::{is_supported, is_zip};
use super::journal::{self, Move, Print};
use crate::data_folder::file_problem;

/// Findings of a batch that are handed back; the report lists all.
const LISTED: usize = 200;

/// Longest name of a source in bytes.
const LONGEST_NAME: usize = 200;

/// What sources are converted with.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) folders: DatevFolders,
    pub(super) settings: ConvertSettings,
    pub(super) limits: ZipLimits,
    pub(super) now: DateTime<Utc>,
    /// The same by German time.
    pub(super) local: NaiveDateTime,
    /// Nothing is kept of what is written.
    pub(super) dry_run: bool,
    /// The source goes to the archive afterwards.
    pub(super) archives: bool,
}

/// What became of a source.
#[derive(Clone, Debug, Serialize)]
pub struct SourceReport {
    /// Its file name.
    pub source: String,
    /// Its batches: one, or those of a ZIP file.
    pub batches: Vec<BatchReport>,
    /// Entries of a ZIP file that are no batches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// Path of the XLSX report; `None` in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<PathBuf>,
}

/// What became of a batch.
#[derive(Clone, Debug, Serialize)]
pub struct BatchReport {
    /// Its file name.
    pub name: String,
    /// The path that it was put out to; in a dry run the one that it would have.
    pub output: PathBuf,
    /// What was done.
    #[serde(flatten)]
    pub conversion: Conversion,
    /// The first 200 findings.
    pub findings: Vec<Finding>,
}

impl Desk {
    /// Converts a CSV or ZIP file.
    pub(super) fn convert(
        &self,
        source: &Path,
        lookup: &mut Lookup<'_>,
    ) -> Result<SourceReport, Problem> {
        let name = file_name(source);
        let ended = self.convert_named(source, &name, lookup);
        // The subject is the source, whatever a part of it was called.
        ended.map_err(|problem| match problem.subject.clone() {
            Some(part) if part != name => problem.about(format!("{name}: {part}")),
            _ => problem.about(&name),
        })
    }

    fn convert_named(
        &self,
        source: &Path,
        name: &str,
        lookup: &mut Lookup<'_>,
    ) -> Result<SourceReport, Problem> {
        if !is_supported(source) {
            return Err(Problem::new(Code::DatevFileUnsupported));
        }
        // The report and the archived source bear it with a time before it; file systems take 255 bytes.
        if name.len() > LONGEST_NAME {
            return Err(Problem::new(Code::UploadNameUnusable));
        }
        let before = Print::of(source)?;
        let mut work =
            Work { desk: self, moves: Vec::new(), targets: Vec::new(), begun: Vec::new() };
        let ended = work.run(source, name, lookup).and_then(|report| {
            if Print::of(source)? != before {
                return Err(Problem::new(Code::DatevChangedMeanwhile));
            }
            Ok(report)
        });
        let report = match ended {
            Ok(report) if !self.dry_run => report,
            other => {
                work.discard();
                return other;
            }
        };
        let mut moves = work.moves;
        if self.archives {
            let archived = format!("{}_{name}", stamp(self.local));
            moves.push(Move {
                from: source.to_owned(),
                to: free(&self.folders.archive(), &archived, &[]),
                print: before,
            });
        }
        journal::commit(&self.folders.journal(), &moves)?;
        Ok(report)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A batch by its name, and where it can be read.
type NamedPart = (String, PathBuf);

/// A source under way.
struct Work<'a> {
    desk: &'a Desk,
    moves: Vec<Move>,
    targets: Vec<PathBuf>,
    /// Temporary files and folders.
    begun: Vec<PathBuf>,
}

impl Work<'_> {
    fn run(
        &mut self,
        source: &Path,
        name: &str,
        lookup: &mut Lookup<'_>,
    ) -> Result<SourceReport, Problem> {
        let desk = self.desk;
        let mut report = ReportBook::new(&desk.folders.work(), desk.now, desk.local)?;
        let (parts, skipped) = self.parts(source, name)?;
        let mut batches = Vec::new();
        for (part_name, part) in &parts {
            let batch = self.batch(part_name, part, lookup, &mut report);
            let is_whole = parts.len() == 1 && part_name == name;
            batches.push(batch.map_err(|p| if is_whole { p } else { p.about(part_name) })?);
        }
        for entry in &skipped {
            report.remark("Nicht verarbeitet (keine CSV-Datei)", entry)?;
        }
        let report = if desk.dry_run { None } else { Some(self.save(report, name)?) };
        if let Some(folder) = self.begun.iter().find(|path| path.is_dir()) {
            let _ = std::fs::remove_dir_all(folder);
        }
        Ok(SourceReport { source: name.to_owned(), batches, skipped, report })
    }

    /// The batches of a source with their names: itself, or what a ZIP file holds.
    fn parts(
        &mut self,
        source: &Path,
        name: &str,
    ) -> Result<(Vec<NamedPart>, Vec<String>), Problem> {
        if !is_zip(source) {
            return Ok((vec![(name.to_owned(), source.to_owned())], Vec::new()));
        }
        let folder = self.desk.folders.work().join(uuid::Uuid::now_v7().to_string());
        std::fs::create_dir_all(&folder).map_err(|e| file_problem(&folder, &e))?;
        self.begun.push(folder.clone());
        let unpacked = unpack_into(source, &folder, self.desk.limits)?;
        let parts = unpacked.batches.into_iter().map(|batch| {
            let path = folder.join(&batch);
            (batch, path)
        });
        Ok((parts.collect(), unpacked.skipped))
    }

    fn batch(
        &mut self,
        name: &str,
        part: &Path,
        lookup: &mut Lookup<'_>,
        report: &mut ReportBook,
    ) -> Result<BatchReport, Problem> {
        let desk = self.desk;
        let mut findings = Vec::new();
        let mut sink = |finding: Finding| {
            report.finding(name, &finding)?;
            if findings.len() < LISTED {
                findings.push(finding);
            }
            Ok(())
        };
        // Whether the name gets its prefix is known at the end only.
        let unfinished = temporary(&desk.folders.outbox().join(uuid::Uuid::now_v7().to_string()));
        let conversion = if desk.dry_run {
            convert(part, &mut std::io::sink(), &desk.settings, lookup, &mut sink)?
        } else {
            self.begun.push(unfinished.clone());
            let file = File::create(&unfinished).map_err(|e| file_problem(&unfinished, &e))?;
            let mut out = BufWriter::with_capacity(1 << 20, file);
            convert(part, &mut out, &desk.settings, lookup, &mut sink)?
        };
        let prefix = if conversion.critical > 0 { "#_" } else { "" };
        let output = free(&desk.folders.outbox(), &format!("{prefix}{name}"), &self.targets);
        self.targets.push(output.clone());
        if !desk.dry_run {
            verify(unfinished.as_path(), &conversion.sums)?;
            journal::sync_file(&unfinished).map_err(|e| file_problem(&output, &e))?;
            self.moves.push(Move::plan(unfinished, output.clone())?);
        }
        let put_out = file_name(&output);
        let summary = BatchSummary { source: name, output: &put_out, conversion: &conversion };
        report.batch(&summary)?;
        Ok(BatchReport { name: name.to_owned(), output, conversion, findings })
    }

    fn save(&mut self, report: ReportBook, name: &str) -> Result<PathBuf, Problem> {
        let reports = self.desk.folders.reports();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let target = free(&reports, &format!("{}_{stem}.xlsx", stamp(self.desk.local)), &[]);
        let unfinished = temporary(&target);
        self.begun.push(unfinished.clone());
        let failed = |e| Problem::new(Code::DatevReportFailed).detail(e);
        let file = File::create(&unfinished).map_err(failed)?;
        report.save(BufWriter::new(&file))?;
        file.sync_all().map_err(failed)?;
        self.moves.push(Move::plan(unfinished, target.clone())?);
        Ok(target)
    }

    /// Takes away everything that was begun.
    fn discard(&self) {
        for path in &self.begun {
            let _ = if path.is_dir() {
                std::fs::remove_dir_all(path)
            } else {
                std::fs::remove_file(path)
            };
        }
    }
}

/// Unpacks the batches of a ZIP file into a folder.
pub(super) fn unpack_into(
    source: &Path,
    folder: &Path,
    limits: ZipLimits,
) -> Result<kontor_datev::Unpacked, Problem> {
    let failed = |e| Problem::new(Code::FileReadFailed).about(source.display()).detail(e);
    let mut file = File::open(source).map_err(failed)?;
    let mut begin = [0; 2];
    // A file that is named .zip and is none is told apart from a damaged one early, and rewound by opening it again.
    if file.read(&mut begin).map_err(failed)? < 2 || &begin != b"PK" {
        return Err(Problem::new(Code::DatevZipUnreadable).detail("no ZIP file"));
    }
    let file = File::open(source).map_err(failed)?;
    unpack(std::io::BufReader::new(file), limits, &mut |name| {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|e| file_problem(&path, &e))?;
        Ok(Box::new(BufWriter::new(file)) as Box<dyn Write>)
    })
}
