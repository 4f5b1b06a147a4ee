//! Rows of a DATEV file as the bytes that they are: nothing is decoded, trimmed or rebuilt.
//!
//! The dialect is DATEV's: `;` between fields, quotes only at a field's begin, inner quotes doubled, a row ends with CRLF or a
//! bare LF outside of quotes. A quote that stands elsewhere is taken as a character and noted.

use std::io::{ErrorKind, Read};
use std::ops::Range;

use kontor_core::{Code, Problem};
use memchr::memchr;

/// Bytes of the longest row that is read. 125 fields at their limits have about 8,000.
pub const MAX_ROW: usize = 1 << 20;
const FIRST_BUFFER: usize = 1 << 18;

/// The mark of UTF-8 at a file's begin.
pub(crate) const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads row after row in a buffer of bounded size.
pub struct Rows<R> {
    input: R,
    buffer: Vec<u8>,
    filled: usize,
    at: usize,
    ended: bool,
    number: u64,
    ends: Vec<u32>,
    has_bom: bool,
}

/// One row.
pub struct Row<'a> {
    /// All its bytes with the line end.
    pub bytes: &'a [u8],
    /// Its number in the file; the first is 1.
    pub number: u64,
    /// A quote stands where none may stand.
    pub has_stray_quote: bool,
    /// Bytes of the line end: 2, 1, or 0 at the end of a file without one.
    pub line_end: usize,
    ends: &'a [u32],
}

impl<'a> Row<'a> {
    /// How many fields it has.
    pub fn width(&self) -> usize {
        self.ends.len()
    }

    /// Where a field stands in the row's bytes; empty beyond the last.
    pub fn place(&self, index: usize) -> Range<usize> {
        let Some(&end) = self.ends.get(index) else {
            return self.bytes.len()..self.bytes.len();
        };
        let before = index.checked_sub(1).and_then(|i| self.ends.get(i));
        let start = before.map_or(0, |&end| end as usize + 1);
        start..end as usize
    }

    /// A field as it stands, with its quotes.
    pub fn raw(&self, index: usize) -> &'a [u8] {
        self.bytes.get(self.place(index)).unwrap_or_default()
    }

    /// What stands between a field's quotes; doubled quotes stay doubled.
    pub fn inner(&self, index: usize) -> &'a [u8] {
        unquoted(self.raw(index))
    }

    /// Nothing, or only the end-of-file character of old systems.
    pub fn is_blank(&self) -> bool {
        self.width() == 1 && matches!(self.raw(0), b"" | b"\x1a")
    }
}

/// A field's bytes without the quotes around them.
pub(crate) fn unquoted(raw: &[u8]) -> &[u8] {
    match raw {
        [b'"', inner @ .., b'"'] => inner,
        other => other,
    }
}

/// Whether a field stands in quotes.
pub(crate) fn is_quoted(raw: &[u8]) -> bool {
    raw.len() >= 2 && raw.starts_with(b"\"") && raw.ends_with(b"\"")
}

impl<R: Read> Rows<R> {
    /// Begins to read; a UTF-8 mark is taken off.
    ///
    /// # Errors
    /// `file.read_failed`; `datev.encoding_unsupported` for UTF-16.
    pub fn new(input: R) -> Result<Self, Problem> {
        let mut rows = Self {
            input,
            buffer: vec![0; FIRST_BUFFER],
            filled: 0,
            at: 0,
            ended: false,
            number: 0,
            ends: Vec::with_capacity(128),
            has_bom: false,
        };
        while rows.filled < 4 && !rows.ended {
            rows.read_more()?;
        }
        let begin = rows.buffer.get(..rows.filled.min(4)).unwrap_or_default();
        if begin.starts_with(b"\xff\xfe") || begin.starts_with(b"\xfe\xff") || begin.contains(&0) {
            return Err(Problem::new(Code::DatevEncodingUnsupported).detail("UTF-16"));
        }
        if begin.starts_with(UTF8_BOM) {
            rows.has_bom = true;
            rows.at = UTF8_BOM.len();
        }
        Ok(rows)
    }

    /// Whether the file begins with the UTF-8 mark.
    pub fn has_bom(&self) -> bool {
        self.has_bom
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// `file.read_failed`; `datev.row_malformed` for a quote that is never closed; `datev.row_too_long`.
    #[expect(clippy::should_implement_trait, reason = "a row borrows the buffer")]
    pub fn next(&mut self) -> Result<Option<Row<'_>>, Problem> {
        let scanned = loop {
            let data = self.buffer.get(self.at..self.filled).unwrap_or_default();
            if data.is_empty() && self.ended {
                return Ok(None);
            }
            match scan(data, self.ended, &mut self.ends) {
                Scan::Row(scanned) => break scanned,
                Scan::Unclosed => return Err(self.problem(Code::DatevRowMalformed)),
                Scan::NeedsMore => self.make_room()?,
            }
        };
        let begin = self.at;
        self.at += scanned.length;
        self.number += 1;
        Ok(Some(Row {
            bytes: self.buffer.get(begin..self.at).unwrap_or_default(),
            number: self.number,
            has_stray_quote: scanned.has_stray_quote,
            line_end: scanned.line_end,
            ends: &self.ends,
        }))
    }

    fn problem(&self, code: Code) -> Problem {
        Problem::new(code).detail(format!("line {}", self.number + 1))
    }

    fn make_room(&mut self) -> Result<(), Problem> {
        if self.at > 0 {
            self.buffer.copy_within(self.at..self.filled, 0);
            self.filled -= self.at;
            self.at = 0;
        }
        if self.filled == self.buffer.len() {
            if self.buffer.len() >= MAX_ROW {
                return Err(self.problem(Code::DatevRowTooLong));
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        self.read_more()
    }

    fn read_more(&mut self) -> Result<(), Problem> {
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        loop {
            match self.input.read(room) {
                Ok(0) => self.ended = true,
                Ok(count) => self.filled += count,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => return Err(Problem::new(Code::FileReadFailed).detail(e)),
            }
            return Ok(());
        }
    }
}

struct Scanned {
    length: usize,
    line_end: usize,
    has_stray_quote: bool,
}

enum Scan {
    Row(Scanned),
    NeedsMore,
    Unclosed,
}

/// Finds the ends of the fields of the first row in `data`.
fn scan(data: &[u8], is_all: bool, ends: &mut Vec<u32>) -> Scan {
    ends.clear();
    let mut has_stray_quote = false;
    let mut at = 0;
    loop {
        // Most fields of a batch are empty, with quotes or without.
        match data.get(at..) {
            Some([b';', ..]) => {
                ends.push(position(at));
                at += 1;
                continue;
            }
            Some([b'"', b'"', b';', ..]) => {
                ends.push(position(at + 2));
                at += 3;
                continue;
            }
            _ => {}
        }
        let start = at;
        if data.get(at) == Some(&b'"') {
            match closing_quote(data, at + 1) {
                Some(after) => at = after,
                None if is_all => return Scan::Unclosed,
                None => return Scan::NeedsMore,
            }
            has_stray_quote |= !matches!(data.get(at), None | Some(b';' | b'\n' | b'\r'));
        }
        let quoted_to = at;
        let rest = data.get(at..).unwrap_or_default();
        match rest.iter().position(|b| matches!(b, b';' | b'\n')) {
            Some(length) => at += length,
            None if is_all => at = data.len(),
            None => return Scan::NeedsMore,
        }
        let plain = data.get(quoted_to..at).unwrap_or_default();
        has_stray_quote |= !plain.is_empty() && plain.contains(&b'"');
        if data.get(at) == Some(&b';') {
            ends.push(position(at));
            at += 1;
            continue;
        }
        let has_newline = at < data.len();
        let has_return = has_newline && at > start && data.get(at - 1) == Some(&b'\r');
        ends.push(position(at - usize::from(has_return)));
        return Scan::Row(Scanned {
            length: at + usize::from(has_newline),
            line_end: usize::from(has_newline) + usize::from(has_return),
            has_stray_quote,
        });
    }
}

/// The place after the quote that closes a field whose content begins at `from`.
fn closing_quote(data: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        // Most quoted fields of a batch are empty: look before searching.
        if data.get(at) != Some(&b'"') {
            at += memchr(b'"', data.get(at..)?)?;
        }
        at += 1;
        if data.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

/// Rows are shorter than [`MAX_ROW`], so that every place fits.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
