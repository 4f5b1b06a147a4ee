//! ZIP files of batches, unpacked with bounds: names that lead outside, links, too many entries and too many bytes are refused;
//! archives inside of archives are not opened.

use std::io::{Read, Seek, Write};

use kontor_core::{Code, Problem};
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

/// What an archive may hold.
#[derive(Clone, Copy, Debug)]
pub struct ZipLimits {
    /// Entries of any kind.
    pub max_files: usize,
    /// Bytes of all batches when unpacked, counted as they come and not as the archive claims.
    pub max_bytes: u64,
}

/// What was unpacked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// File names of the batches, in the archive's order, each once.
    pub batches: Vec<String>,
    /// Entries that are no batches.
    pub skipped: Vec<String>,
}

/// Opens the file that a batch of the given name is unpacked into.
pub type OpenFile<'a> = dyn FnMut(&str) -> Result<Box<dyn Write>, Problem> + 'a;

/// Unpacks the CSV files of an archive. When it fails, what was unpacked so far must be thrown away.
///
/// # Errors
/// `datev.zip_unreadable`, `datev.zip_unsafe`, `datev.zip_too_large`, `datev.zip_empty`, and what `open` says.
pub fn unpack(
    archive: impl Read + Seek,
    limits: ZipLimits,
    open: &mut OpenFile<'_>,
) -> Result<Unpacked, Problem> {
    let mut archive = ZipArchive::new(archive).map_err(|e| unreadable(&e))?;
    if archive.len() > limits.max_files {
        let detail = format!("{} entries", archive.len());
        return Err(Problem::new(Code::DatevZipTooLarge).detail(detail));
    }
    let mut unpacked = Unpacked::default();
    let mut chosen = Vec::new();
    // All names are judged before anything is unpacked.
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|e| unreadable(&e))?;
        let name = safe_name(&entry)?;
        if entry.is_dir() {
            continue;
        }
        match batch_name(&name) {
            Some(batch) => {
                let free = free_name(batch, &unpacked.batches);
                chosen.push((index, free.clone()));
                unpacked.batches.push(free);
            }
            None => unpacked.skipped.push(name),
        }
    }
    let mut left = limits.max_bytes;
    for (index, name) in chosen {
        let mut entry = archive.by_index(index).map_err(|e| unreadable(&e))?;
        let mut file = open(&name)?;
        left -= copy(&mut entry, &mut file, left)?;
    }
    if unpacked.batches.is_empty() {
        return Err(Problem::new(Code::DatevZipEmpty).detail(unpacked.skipped.join(", ")));
    }
    Ok(unpacked)
}

fn unreadable(error: &ZipError) -> Problem {
    Problem::new(Code::DatevZipUnreadable).detail(error)
}

/// Copies at most `left` bytes; how many.
fn copy(entry: &mut impl Read, file: &mut dyn Write, left: u64) -> Result<u64, Problem> {
    let mut buffer = vec![0; 1 << 16];
    let mut copied = 0_u64;
    loop {
        let count = match entry.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Problem::new(Code::DatevZipUnreadable).detail(e)),
        };
        copied += count as u64;
        if copied > left {
            return Err(Problem::new(Code::DatevZipTooLarge).detail("too many bytes"));
        }
        let bytes = buffer.get(..count).unwrap_or_default();
        file.write_all(bytes).map_err(|e| Problem::new(Code::FileWriteFailed).detail(e))?;
    }
    file.flush().map_err(|e| Problem::new(Code::FileWriteFailed).detail(e))?;
    Ok(copied)
}

fn safe_name<R: Read + Seek>(entry: &ZipFile<'_, R>) -> Result<String, Problem> {
    let name = entry.name().map_err(|e| unreadable(&e))?.into_owned();
    let shown: String = name.chars().take(200).collect();
    let refused = |code| Err(Problem::new(code).detail(shown));
    if entry.encrypted() {
        return refused(Code::DatevZipUnreadable);
    }
    let leads_outside = name.starts_with(['/', '\\'])
        || name.contains([':', '\0'])
        || name.split(['/', '\\']).any(|part| part == "..");
    if leads_outside || entry.is_symlink() {
        return refused(Code::DatevZipUnsafe);
    }
    Ok(name)
}

/// Longest name of a batch in bytes: file systems take 255, and a prefix, a time or a number may be added.
const LONGEST_NAME: usize = 160;

/// The file name of a batch inside of an archive; `None` for what is none. It is judged as it will be used: without the
/// characters that a file system refuses, a name may begin with a dot that did not before.
fn batch_name(path: &str) -> Option<String> {
    let is_plain = |c: &char| !c.is_control() && !"<>\"|?*".contains(*c);
    let name: String = path.rsplit(['/', '\\']).next()?.chars().filter(is_plain).collect();
    let is_mac_shadow = path.starts_with("__MACOSX/") || name.starts_with('.');
    if is_mac_shadow || !name.to_ascii_lowercase().ends_with(".csv") {
        return None;
    }
    if name.len() <= LONGEST_NAME {
        return Some(name);
    }
    let end = name.floor_char_boundary(LONGEST_NAME - 4);
    name.get(..end).map(|stem| format!("{stem}.csv"))
}

fn free_name(name: String, taken: &[String]) -> String {
    let is_taken = |n: &str| taken.iter().any(|t| t.eq_ignore_ascii_case(n));
    let stem = name.get(..name.len().saturating_sub(4)).unwrap_or(&name).to_owned();
    let mut free = name;
    let mut number = 1;
    while is_taken(&free) {
        number += 1;
        free = format!("{stem}_{number}.csv");
    }
    free
}
