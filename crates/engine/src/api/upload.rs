//! Files that a person drops into the window: their names are judged, and an inbox takes them whole or not at all.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use kontor_core::{Code, Problem};
use serde::Serialize;
use ts_rs::TS;

use crate::data_folder::file_problem;

/// Longest name in bytes: file systems take 255, and a number may be added.
const LONGEST_NAME: usize = 200;

/// A file that is in an inbox now.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AddedFile {
    /// When.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
    /// The name that it got; numbered when another file had it.
    pub file: String,
}

/// A name that stays inside of its folder on every system: no separators, no `..`, nothing hidden.
///
/// # Errors
/// `upload.name_unusable`.
pub(super) fn plain_name(name: &str) -> Result<&str, Problem> {
    let is_forbidden = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    let is_plain = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.contains(is_forbidden)
        && !name.starts_with(['.', '~'])
        && !name.ends_with(['.', ' ']);
    if is_plain {
        Ok(name)
    } else {
        let shown: String = name.chars().take(LONGEST_NAME).collect();
        Err(Problem::new(Code::UploadNameUnusable).about(shown))
    }
}

/// The bytes of a file that came as Base64; `name` is the file's.
///
/// # Errors
/// `upload.too_large` when there are more than `limit`, told before anything is decoded; `command.parameters_invalid`.
pub(super) fn content(name: &str, text: &str, limit: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        let limit = format!("> {} MiB", limit >> 20);
        Problem::new(Code::UploadTooLarge).about(name).detail(limit)
    };
    // Four characters stand for three bytes; the last two may be padding.
    if (text.len() / 4).saturating_mul(3) > limit.saturating_add(2) {
        return Err(too_large());
    }
    let bytes = BASE64_STANDARD.decode(text).map_err(|e| {
        Problem::new(Code::CommandParametersInvalid).about("content_base64").detail(e)
    })?;
    if bytes.len() > limit { Err(too_large()) } else { Ok(bytes) }
}

/// Puts a file into a folder, synced, under its own name or a numbered one; the name. Nothing is overwritten, and nobody
/// ever sees a part of it.
///
/// # Errors
/// `file.*`.
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<String, Problem> {
    let failed = |e: std::io::Error| file_problem(folder, &e);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new()
        .prefix(".kontor-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let mut number = 1;
    loop {
        let free = numbered(name, number);
        match file.persist_noclobber(folder.join(&free)) {
            Ok(_) => return Ok(free),
            Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => file = e.file,
            Err(e) => return Err(failed(e.error)),
        }
        number += 1;
    }
}

fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        _ if number == 1 => name.to_owned(),
        Some((stem, ending)) => format!("{stem}_{number}.{ending}"),
        None => format!("{name}_{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        for name in ["", "..", "../a.pdf", "a/b.pdf", "a\\b.pdf", "C:a.pdf", ".a.pdf", "a\0.pdf"] {
            let problem = plain_name(name).expect_err(name);
            assert_eq!(problem.code, Code::UploadNameUnusable, "{name}");
        }
        assert_eq!(plain_name("Rechnung Größe (2).pdf").expect("plain"), "Rechnung Größe (2).pdf");
    }

    #[test]
    fn a_second_file_of_a_name_is_numbered() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |bytes: &[u8]| put(folder.path(), "a.b.pdf", bytes).expect("put");
        assert_eq!([put(b"1"), put(b"2"), put(b"3")], ["a.b.pdf", "a.b_2.pdf", "a.b_3.pdf"]);
        assert_eq!(std::fs::read(folder.path().join("a.b.pdf")).expect("the first"), b"1");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 3);
    }

    #[test]
    fn what_is_too_large_is_refused_at_its_bound() {
        let text = |bytes: usize| BASE64_STANDARD.encode(vec![0; bytes]);
        assert_eq!(content("a", &text(30), 30).expect("fits").len(), 30);
        let problem = content("a", &text(31), 30).expect_err("too large");
        assert_eq!(problem.code, Code::UploadTooLarge);
        let problem = content("a", "%", 30).expect_err("no Base64");
        assert_eq!(problem.code, Code::CommandParametersInvalid);
    }
}
