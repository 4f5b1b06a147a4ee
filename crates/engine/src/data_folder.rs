//! The folder that holds everything Kontor keeps.

use std::path::{Path, PathBuf};

use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::{Code, Problem};

/// The data folder.
#[derive(Clone, Debug)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// Opens (and makes) the folder: `root`, or the operating system's place for application data.
    ///
    /// # Errors
    /// `file.write_failed` when it cannot be made.
    pub fn open(root: Option<PathBuf>) -> Result<Self, Problem> {
        let root = match root {
            Some(root) => root,
            None => directories::ProjectDirs::from("de", "Kontor", "Kontor")
                .map(|dirs| dirs.data_dir().to_owned())
                .ok_or_else(|| {
                    Problem::new(Code::FileWriteFailed).detail("no home folder; use --data")
                })?,
        };
        make_private(&root).map_err(|e| file_problem(&root, &e))?;
        let folder = Self { root };
        for path in [folder.responses(), folder.drop_folder(), folder.archive_folder()] {
            std::fs::create_dir_all(&path).map_err(|e| file_problem(&path, &e))?;
        }
        Ok(folder)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Kontor's database.
    pub fn database(&self) -> PathBuf {
        self.root.join("kontor.db")
    }

    /// The operator's configuration, beside the data.
    pub fn config_file(&self) -> PathBuf {
        self.root.join("kontor.toml")
    }

    /// Saved answers of all runs.
    pub fn responses(&self) -> PathBuf {
        self.root.join("temu").join("api_responses")
    }

    /// Saved answers of one run.
    pub fn responses_of(&self, run: &RunId) -> PathBuf {
        self.responses().join(run.as_str())
    }

    /// Where JTL (or a person) takes the collective files from. Nothing else ever lies here under a final name.
    pub fn drop_folder(&self) -> PathBuf {
        self.root.join("temu").join("xml")
    }

    /// One file per order, for looking at.
    pub fn archive_folder(&self) -> PathBuf {
        self.root.join("temu").join("export")
    }

    /// The archive file of an order's hand-over; later generations carry their number.
    pub fn archive_file(&self, sn: &ParentOrderSn, generation: i64) -> PathBuf {
        let suffix = if generation > 1 { format!("_{generation}") } else { String::new() };
        self.archive_folder().join(format!("{sn}{suffix}.xml"))
    }

    /// One locked file per process that runs jobs.
    pub fn owners(&self) -> PathBuf {
        self.root.join("owners")
    }

    /// Log files.
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// Where the invoice reader takes marketplace invoices from.
    pub fn invoice_inbox(&self) -> PathBuf {
        self.root.join("pdf_reader").join("eingang").join("rechnungen")
    }

    /// What belongs to the invoice reader: inboxes, results, the operator's rules.
    pub fn invoice_reader(&self) -> PathBuf {
        self.root.join("pdf_reader")
    }
}

/// Makes the folder when it is not there. What lies in it names buyers: on Unix only its owner looks into a new one.
fn make_private(root: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(root)
}

/// A failed write as a problem: a full disk has its own code.
pub fn file_problem(path: &Path, error: &std::io::Error) -> Problem {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    let code = match error.kind() {
        StorageFull | QuotaExceeded => Code::FileDiskFull,
        _ => Code::FileWriteFailed,
    };
    Problem::new(code).about(path.display()).detail(error)
}
