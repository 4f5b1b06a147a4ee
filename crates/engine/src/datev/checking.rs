//! The check of files against DATEV's rules.

use std::path::{Path, PathBuf};

use kontor_core::{Code, Problem};
use kontor_datev::{CheckReport, ZipLimits, check};
use serde::Serialize;

use super::inbox::is_zip;
use super::source::unpack_into;
use crate::App;
use crate::data_folder::file_problem;

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
        let work = self.datev_folders()?.work().join(uuid::Uuid::now_v7().to_string());
        let limits = self.config.datev.zip_limits();
        let file = file.to_owned();
        tokio::task::spawn_blocking(move || {
            let checked = check_file(&file, &work, limits);
            let _ = std::fs::remove_dir_all(&work);
            checked.map_err(|p| if p.subject.is_none() { p.about(file.display()) } else { p })
        })
        .await
        .map_err(|e| Problem::new(Code::InternalError).detail(e))?
    }
}

fn check_file(file: &Path, work: &PathBuf, limits: ZipLimits) -> Result<Vec<CheckedFile>, Problem> {
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if !is_zip(file) {
        return Ok(vec![CheckedFile { report: check(file, &name)?, file: name }]);
    }
    std::fs::create_dir_all(work).map_err(|e| file_problem(work, &e))?;
    let unpacked = unpack_into(file, work, limits)?;
    let one = |batch: &String| {
        let report = check(work.join(batch).as_path(), batch).map_err(|p| p.about(batch))?;
        Ok(CheckedFile { file: format!("{name}: {batch}"), report })
    };
    unpacked.batches.iter().map(one).collect()
}
