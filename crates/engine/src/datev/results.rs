//! What became of sources, kept for the screen as one small JSON file per conversion and deleted with its report.

use std::path::Path;

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Berlin;
use kontor_core::Problem;
use kontor_datev::{FindingKind, Warning};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::folders::{DatevFolders, entries, free, stamp, temporary};
use super::source::{BatchReport, SourceReport};
use crate::data_folder::file_problem;

/// Conversions that are listed.
const LISTED: usize = 50;

/// A source that was converted, or that would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvertedSource {
    /// Its file name.
    pub source: String,
    /// When.
    pub at: DateTime<Utc>,
    /// File name of the XLSX report; nothing in a dry run.
    pub report: Option<String>,
    /// Its batches.
    pub batches: Vec<DatevBatch>,
}

/// A batch of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DatevBatch {
    /// Its file name.
    pub name: String,
    /// File name of what was put out; nothing in a dry run.
    pub output: Option<String>,
    /// Postings.
    pub rows: u64,
    /// Rows whose number was replaced or that JTL does not know.
    pub found: u64,
    /// Rows whose number was replaced.
    pub replaced: u64,
    /// Rows whose number JTL does not know.
    pub not_found: u64,
    /// Their numbers, as far as they are among the first 200 findings; the report lists all.
    pub missing: Vec<String>,
    /// Rows with a critical contra account.
    pub critical: u64,
    /// Rows before and after, as far as they are among the first 200 findings.
    pub preview: Vec<DatevRow>,
}

/// A cell before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DatevRow {
    /// Line of the file; the first posting is 3.
    pub row: u64,
    /// The field.
    pub field: String,
    /// What stood there.
    pub before: String,
    /// What stands there now; nothing when it stays.
    pub after: Option<String>,
}

impl ConvertedSource {
    /// The record of a report.
    pub fn new(report: &SourceReport, at: DateTime<Utc>) -> Self {
        let is_dry = report.report.is_none();
        Self {
            source: report.source.clone(),
            at,
            report: report.report.as_deref().map(name_of),
            batches: report.batches.iter().map(|batch| batch_of(batch, is_dry)).collect(),
        }
    }
}

fn batch_of(batch: &BatchReport, is_dry: bool) -> DatevBatch {
    let done = &batch.conversion;
    let preview: Vec<DatevRow> = batch
        .findings
        .iter()
        .filter_map(|finding| {
            let (before, after) = match &finding.kind {
                FindingKind::Changed { old, new, .. } => (old, Some(new.clone())),
                FindingKind::NotFound { number, .. }
                | FindingKind::Warning(
                    Warning::Ambiguous { number, .. } | Warning::NumberUnusable { number, .. },
                ) => (number, None),
                FindingKind::Warning(_) => return None,
            };
            let (row, field) = (finding.line, "Belegfeld 1".to_owned());
            Some(DatevRow { row, field, before: before.clone(), after })
        })
        .collect();
    let missing = batch.findings.iter().filter_map(|finding| match &finding.kind {
        FindingKind::NotFound { number, .. } => Some(number.clone()),
        _ => None,
    });
    DatevBatch {
        name: batch.name.clone(),
        output: (!is_dry).then(|| name_of(&batch.output)),
        rows: done.sums.rows,
        found: done.changed + done.not_found,
        replaced: done.changed,
        not_found: done.not_found,
        missing: missing.collect(),
        critical: done.critical,
        preview,
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Keeps the records of sources that were converted.
pub(super) fn keep(folders: &DatevFolders, sources: &[ConvertedSource]) -> Result<(), Problem> {
    for source in sources {
        let local = source.at.with_timezone(&Berlin).naive_local();
        let name = format!("{}_{}.json", stamp(local), source.source);
        let path = free(&folders.results(), &name, &[]);
        let unfinished = temporary(&path);
        let failed = |e: std::io::Error| file_problem(&path, &e);
        let text = serde_json::to_vec(source).map_err(|e| failed(e.into()))?;
        std::fs::write(&unfinished, text).map_err(failed)?;
        std::fs::rename(&unfinished, &path).map_err(failed)?;
    }
    Ok(())
}

/// The newest records, newest first. One that cannot be read any more is left out: it only repeats what the report says.
pub(super) fn kept(folders: &DatevFolders) -> Vec<ConvertedSource> {
    let mut paths = entries(&folders.results());
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.sort_by(|a, b| b.cmp(a));
    let read = |path: &std::path::PathBuf| serde_json::from_slice(&std::fs::read(path).ok()?).ok();
    paths.iter().filter_map(read).take(LISTED).collect()
}
