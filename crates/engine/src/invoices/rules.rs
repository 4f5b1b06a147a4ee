//! The rules: the shipped ones and the operator's own in `pdf_reader/regeln`.

use std::path::{Path, PathBuf};

use kontor_core::{Code, Problem};
use kontor_invoice::Rules;

use crate::data_folder::DataFolder;

/// Where the operator's rules lie.
pub(super) fn folder(data: &DataFolder) -> PathBuf {
    data.invoice_reader().join("regeln")
}

/// Reads all rules. The operator's files come in the order of their names.
pub(super) fn load(data: &DataFolder) -> Result<Rules, Problem> {
    let folder = folder(data);
    let mut paths: Vec<PathBuf> = match std::fs::read_dir(&folder) {
        Ok(entries) => entries.flatten().map(|e| e.path()).collect(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(e) => return Err(Problem::new(Code::FileReadFailed).about(folder.display()).detail(e)),
    };
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    let own = paths.iter().map(|path| text(path)).collect::<Result<Vec<_>, _>>()?;
    with(&own)
}

/// Reads one file over the shipped rules.
pub(super) fn check(path: &Path) -> Result<Rules, Problem> {
    with(&[text(path)?])
}

fn with(own: &[(String, String)]) -> Result<Rules, Problem> {
    Rules::with(own).map_err(|e| Problem::new(Code::InvoiceRulesInvalid).detail(e))
}

fn text(path: &Path) -> Result<(String, String), Problem> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Problem::new(Code::FileReadFailed).about(path.display()).detail(e))?;
    Ok((super::file_name(path), text))
}
