//! What a window sees of the DATEV folders.

use std::sync::{MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use kontor_core::{Code, Problem};

use super::checking::CheckedFile;
use super::folders::entries;
use super::inbox::{Candidate, candidates};
use super::results::{ConvertedSource, kept};
use crate::App;
use crate::data_folder::file_problem;
use crate::jobs::SeenFile;

/// How long a person is taken to be at work with the inbox after the last sign of it.
const ATTENDED: TimeDelta = TimeDelta::minutes(10);

/// A file in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingFile {
    /// Its name.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// When it was changed last.
    pub at: DateTime<Utc>,
}

impl App {
    /// What lies in the inbox, by name; hidden files are left out.
    ///
    /// # Errors
    /// `file.*`.
    pub fn datev_inbox(&self) -> Result<Vec<WaitingFile>, Problem> {
        let mut waiting: Vec<WaitingFile> = entries(&self.datev_folders()?.inbox())
            .iter()
            .filter_map(|path| {
                let file = path.file_name()?.to_string_lossy().into_owned();
                let data = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
                let at = data.modified().ok()?.into();
                (!file.starts_with('.')).then_some(WaitingFile { file, bytes: data.len(), at })
            })
            .collect();
        waiting.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(waiting)
    }

    /// A person is at work with the inbox: for ten minutes it is not converted behind their back.
    pub(crate) fn attend_datev(&self) {
        *self.datev_attended() = Some(self.clock.now());
    }

    fn datev_attended(&self) -> MutexGuard<'_, Option<DateTime<Utc>>> {
        self.workplace.datev_attended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Files of the inbox that are at rest, for whoever watches it; none while a person is at work with it.
    ///
    /// # Errors
    /// `file.*`.
    pub(crate) fn ready_batches(&self) -> Result<Vec<SeenFile>, Problem> {
        let now = self.clock.now();
        if self.datev_attended().is_some_and(|at| (now - at).abs() < ATTENDED) {
            return Ok(Vec::new());
        }
        let settle = TimeDelta::seconds(self.config.datev.settle_seconds.into());
        let all = candidates(&self.datev_folders()?.inbox(), now, settle)?.into_iter();
        let at_rest = all.filter_map(|candidate| match candidate {
            Candidate::Ready(path) => SeenFile::at_rest(path, now, settle),
            Candidate::StillWritten(_) | Candidate::Unsupported(_) => None,
        });
        Ok(at_rest.collect())
    }

    /// The last 50 conversions, newest first.
    ///
    /// # Errors
    /// `file.write_failed` when the folders cannot be made.
    pub fn datev_results(&self) -> Result<Vec<ConvertedSource>, Problem> {
        Ok(kept(&self.datev_folders()?))
    }

    /// Checks a file that lies in no folder of Kontor's; nothing of it is kept.
    ///
    /// # Errors
    /// As [`App::check_datev`].
    pub async fn check_datev_content(
        &self,
        name: &str,
        bytes: &[u8],
    ) -> Result<Vec<CheckedFile>, Problem> {
        let work = tempfile::tempdir()
            .map_err(|e| Problem::new(Code::FileWriteFailed).about(name).detail(e))?;
        let path = work.path().join(name);
        std::fs::write(&path, bytes).map_err(|e| file_problem(&path, &e))?;
        self.check_datev(&path).await.map_err(|problem| match &problem.subject {
            Some(subject) if *subject == path.display().to_string() => problem.about(name),
            _ => problem,
        })
    }
}
