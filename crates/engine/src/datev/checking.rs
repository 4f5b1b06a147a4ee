//! The check of files against DATEV's rules.

use std::path::Path;

use kontor_core::{Code, Problem};
use kontor_datev::{CheckReport, ZipLimits, check};
use serde::Serialize;

use super::inbox::is_zip;
use super::source::unpack_into;
use crate::App;

/// A file with its result.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedFile {
    /// Its name; for a batch of a ZIP file that of the archive before it.
    pub file: String,
    /// The result.
    #[serde(flatten)]
    pub report: CheckReport,
}

impl App {
    /// Checks a CSV file, or all batches of a ZIP file. Nothing is changed.
    ///
    /// # Errors
    /// `datev.*` for what is no batch at all, `file.*`.
    pub async fn check_datev(&self, file: &Path) -> Result<Vec<CheckedFile>, Problem> {
        // Not among the files under way: a conversion that begins meanwhile clears those away.
        let work = tempfile::tempdir()
            .map_err(|e| Problem::new(Code::FileWriteFailed).about(file.display()).detail(e))?;
        let limits = self.config.datev.zip_limits();
        let file = file.to_owned();
        tokio::task::spawn_blocking(move || {
            let checked = check_file(&file, work.path(), limits);
            checked.map_err(|p| if p.subject.is_none() { p.about(file.display()) } else { p })
        })
        .await
        .map_err(|e| Problem::new(Code::InternalError).detail(e))?
    }
}

fn check_file(file: &Path, work: &Path, limits: ZipLimits) -> Result<Vec<CheckedFile>, Problem> {
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if !is_zip(file) {
        return Ok(vec![CheckedFile { report: check(file, &name)?, file: name }]);
    }
    let unpacked = unpack_into(file, work, limits)?;
    let one = |batch: &String| {
        let report = check(work.join(batch).as_path(), batch).map_err(|p| p.about(batch))?;
        Ok(CheckedFile { file: format!("{name}: {batch}"), report })
    };
    unpacked.batches.iter().map(one).collect()
}
