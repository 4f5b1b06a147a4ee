//! The conversion: marketplace order numbers become JTL's, and every byte that is not meant to change stays.
//!
//! Two readers go over the source. The one ahead collects the distinct numbers; all of them are looked up at once; the one
//! behind copies the rows and rewrites the cells. Beyond [`WINDOW`] distinct numbers (DATEV takes fewer rows a file) this goes
//! window by window, so that memory stays flat.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use kontor_core::{Code, Problem};
use serde::Serialize;

use crate::encoding::Encoding;
use crate::finding::{Finding, FindingKind, Warning};
use crate::head::{Columns, Head};
use crate::marketplace::{Answer, Lookup, Marketplace, Replacement, answers, key};
use crate::row::{Row, Rows, UTF8_BOM, is_quoted};
use crate::sums::ControlSums;

/// Distinct numbers that are looked up at once.
pub const WINDOW: usize = 100_000;
/// Postings that DATEV takes in a file.
pub const MAX_ROWS: u64 = 99_999;
/// Longest `Belegfeld 1`.
const DOCUMENT_LENGTH: usize = 36;
/// `Zusatzinformation - Art` of the mark.
const MARK_KIND: &str = "Prüfung";

/// Something that can be read from its begin as often as needed.
pub trait Source {
    /// A reader at the begin.
    ///
    /// # Errors
    /// `file.read_failed` and what the container says.
    fn open(&self) -> Result<Box<dyn Read + '_>, Problem>;
}

impl Source for [u8] {
    fn open(&self) -> Result<Box<dyn Read + '_>, Problem> {
        Ok(Box::new(self))
    }
}

impl Source for std::path::Path {
    fn open(&self) -> Result<Box<dyn Read + '_>, Problem> {
        let failed = |e| Problem::new(Code::FileReadFailed).about(self.display()).detail(e);
        Ok(Box::new(std::fs::File::open(self).map_err(failed)?))
    }
}

/// How a conversion is done.
#[derive(Clone, Debug)]
pub struct ConvertSettings {
    /// Whose numbers are looked for; the first that matches counts.
    pub marketplaces: Vec<Marketplace>,
    /// What stands in their place.
    pub replacement: Replacement,
    /// Contra accounts that are flagged.
    pub critical: RangeInclusive<u64>,
    /// The day in the mark.
    pub day: NaiveDate,
}

/// What a conversion did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conversion {
    /// How characters are written.
    pub encoding: Encoding,
    /// Rows and amounts of the source.
    pub sums: ControlSums,
    /// Rows whose number was replaced.
    pub changed: u64,
    /// Rows whose number JTL does not know.
    pub not_found: u64,
    /// Warnings, critical accounts among them.
    pub warnings: u64,
    /// Rows with a critical contra account.
    pub critical: u64,
}

/// Converts `source` into `out`. Nothing of `out` may be used when this fails.
///
/// # Errors
/// `datev.*` when the source is no posting batch, `file.*`, and what `lookup` says.
pub fn convert(
    source: &(impl Source + ?Sized),
    out: &mut dyn Write,
    settings: &ConvertSettings,
    lookup: &mut Lookup<'_>,
    sink: &mut dyn FnMut(Finding) -> Result<(), Problem>,
) -> Result<Conversion, Problem> {
    let mut ahead = Rows::new(source.open()?)?;
    let head = Head::read(&mut ahead)?;
    let columns = head.columns()?;
    let mut behind = Rows::new(source.open()?)?;
    if Head::read(&mut behind)?.bytes != head.bytes {
        return Err(Problem::new(Code::DatevChangedMeanwhile));
    }
    let mut rewriter = Rewriter::new(&head, &columns, settings, out, sink)?;
    if head.encoding == Encoding::Utf8Bom {
        rewriter.write(UTF8_BOM)?;
    }
    rewriter.write(&head.bytes)?;
    loop {
        let window = collect(&mut ahead, &columns, settings, head.encoding, &mut rewriter.done)?;
        let found = match window.numbers.as_slice() {
            [] => HashMap::new(),
            numbers => answers(lookup(numbers)?, settings.replacement),
        };
        for _ in 0..window.rows {
            let row = behind.next()?.ok_or_else(|| Problem::new(Code::DatevChangedMeanwhile))?;
            rewriter.row(&row, &found)?;
        }
        if window.is_last {
            break;
        }
    }
    rewriter.finish()
}

/// Reads a written file again and compares its control sums with those that it must have.
///
/// # Errors
/// `datev.sums_differ`, and those of reading.
pub fn verify(written: &(impl Source + ?Sized), wanted: &ControlSums) -> Result<(), Problem> {
    let sums = control_sums(written)?;
    if sums == *wanted {
        return Ok(());
    }
    let detail = format!("{wanted:?} before, {sums:?} after");
    Err(Problem::new(Code::DatevSumsDiffer).detail(detail))
}

/// The control sums of a batch.
///
/// # Errors
/// `datev.*` when it is no posting batch.
pub fn control_sums(source: &(impl Source + ?Sized)) -> Result<ControlSums, Problem> {
    let mut rows = Rows::new(source.open()?)?;
    let columns = Head::read(&mut rows)?.columns()?;
    let mut sums = ControlSums::default();
    while let Some(row) = rows.next()? {
        if columns.fits(&row)? {
            sums.add(&row, &columns);
        }
    }
    Ok(sums)
}

struct Window {
    rows: u64,
    numbers: Vec<String>,
    is_last: bool,
}

/// Reads on until enough distinct numbers are collected, adding up what it passes.
fn collect(
    rows: &mut Rows<impl Read>,
    columns: &Columns,
    settings: &ConvertSettings,
    encoding: Encoding,
    done: &mut Conversion,
) -> Result<Window, Problem> {
    let mut seen: HashSet<Box<[u8]>> = HashSet::new();
    let mut passed = 0;
    while seen.len() < WINDOW {
        let Some(row) = rows.next()? else {
            return Ok(window(passed, &seen, encoding, true));
        };
        passed += 1;
        if !columns.fits(&row)? {
            continue;
        }
        done.sums.add(&row, columns);
        if let Some((number, _)) = marketplace_number(&row, columns, &settings.marketplaces)
            && !seen.contains(number)
        {
            seen.insert(number.into());
        }
    }
    Ok(window(passed, &seen, encoding, false))
}

fn window(rows: u64, seen: &HashSet<Box<[u8]>>, encoding: Encoding, is_last: bool) -> Window {
    let mut numbers: Vec<String> = seen.iter().map(|n| encoding.decode(n).into_owned()).collect();
    numbers.sort_unstable();
    Window { rows, numbers, is_last }
}

fn marketplace_number<'a, 's>(
    row: &Row<'a>,
    columns: &Columns,
    marketplaces: &'s [Marketplace],
) -> Option<(&'a [u8], (usize, &'s Marketplace))> {
    let number = row.inner(columns.document).trim_ascii();
    if number.is_empty() {
        return None;
    }
    marketplaces.iter().enumerate().find(|(_, m)| m.matches(number)).map(|found| (number, found))
}

/// The cells of a mark, quoted and encoded.
struct Mark {
    kind: Vec<u8>,
    content: Vec<u8>,
}

struct Rewriter<'a> {
    columns: &'a Columns,
    settings: &'a ConvertSettings,
    encoding: Encoding,
    marks: Vec<Mark>,
    out: &'a mut dyn Write,
    sink: &'a mut dyn FnMut(Finding) -> Result<(), Problem>,
    done: Conversion,
    rewritten: Vec<u8>,
}

impl<'a> Rewriter<'a> {
    fn new(
        head: &Head,
        columns: &'a Columns,
        settings: &'a ConvertSettings,
        out: &'a mut dyn Write,
        sink: &'a mut dyn FnMut(Finding) -> Result<(), Problem>,
    ) -> Result<Self, Problem> {
        let marks = settings.marketplaces.iter().map(|m| mark(m, settings.day, head.encoding));
        Ok(Self {
            columns,
            settings,
            encoding: head.encoding,
            marks: marks.collect::<Result<_, _>>()?,
            out,
            sink,
            done: Conversion {
                encoding: head.encoding,
                sums: ControlSums::default(),
                changed: 0,
                not_found: 0,
                warnings: 0,
                critical: 0,
            },
            rewritten: Vec::new(),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        write(self.out, bytes)
    }

    fn row(&mut self, row: &Row<'_>, found: &HashMap<Vec<u8>, Answer>) -> Result<(), Problem> {
        if !self.columns.fits(row)? {
            return self.write(row.bytes);
        }
        self.look_at(row)?;
        let columns = self.columns;
        let settings = self.settings;
        let Some((number, (index, marketplace))) =
            marketplace_number(row, columns, &settings.marketplaces)
        else {
            return self.write(row.bytes);
        };
        let text = self.encoding.decode(number).into_owned();
        match found.get(&key(number)) {
            Some(Answer::One(value)) if is_document_number(value) => {
                return self.replace(row, (index, marketplace), text, value);
            }
            Some(Answer::One(value)) => {
                let value = value.clone();
                self.warn(row, Warning::NumberUnusable { number: text, value })?;
            }
            Some(Answer::Several(candidates)) => {
                let candidates = candidates.clone();
                self.warn(row, Warning::Ambiguous { number: text, candidates })?;
            }
            Some(Answer::NotFound) | None => {
                self.done.not_found += 1;
                let marketplace = marketplace.name().to_owned();
                let kind = FindingKind::NotFound { marketplace, number: text };
                (self.sink)(Finding { line: row.number, kind })?;
            }
        }
        self.write(row.bytes)
    }

    /// What is wrong with a row whatever its number.
    fn look_at(&mut self, row: &Row<'_>) -> Result<(), Problem> {
        if row.has_stray_quote {
            self.warn(row, Warning::StrayQuote)?;
        }
        let account = row.inner(self.columns.contra).trim_ascii();
        match account_number(account) {
            Some(number) if self.settings.critical.contains(&number) => {
                self.done.critical += 1;
                let account = self.encoding.decode(account).into_owned();
                self.warn(row, Warning::CriticalAccount { account })?;
            }
            Some(_) => {}
            None => {
                let account = self.encoding.decode(account).into_owned();
                self.warn(row, Warning::AccountUnreadable { account })?;
            }
        }
        if !ControlSums::default().add(row, self.columns) {
            let raw = self.columns.amount.map(|c| row.inner(c)).unwrap_or_default();
            let amount = self.encoding.decode(raw).into_owned();
            self.warn(row, Warning::AmountUnreadable { amount })?;
        }
        Ok(())
    }

    fn replace(
        &mut self,
        row: &Row<'_>,
        (index, marketplace): (usize, &Marketplace),
        old: String,
        new: &str,
    ) -> Result<(), Problem> {
        let columns = self.columns;
        let is_free = |(kind, content): &&(usize, usize)| {
            row.inner(*kind).is_empty() && row.inner(*content).is_empty()
        };
        let pair = columns.pairs.iter().find(is_free);
        let document = if is_quoted(row.raw(columns.document)) {
            format!("\"{new}\"").into_bytes()
        } else {
            new.as_bytes().to_vec()
        };
        let mut cells: Vec<(usize, &[u8])> = vec![(columns.document, &document)];
        if let (Some((kind, content)), Some(mark)) = (pair, self.marks.get(index)) {
            cells.extend([(*kind, mark.kind.as_slice()), (*content, mark.content.as_slice())]);
        }
        cells.sort_unstable_by_key(|(column, _)| *column);
        splice(&mut self.rewritten, row, &cells);
        write(self.out, &self.rewritten)?;
        self.done.changed += 1;
        if pair.is_none() {
            self.warn(row, Warning::NoFreePair { number: old.clone() })?;
        }
        let place = pair.and_then(|p| columns.pairs.iter().position(|q| q == p));
        let kind = FindingKind::Changed {
            marketplace: marketplace.name().to_owned(),
            old,
            new: new.to_owned(),
            pair: place.and_then(|p| u8::try_from(p + 1).ok()),
        };
        (self.sink)(Finding { line: row.number, kind })
    }

    fn warn(&mut self, row: &Row<'_>, warning: Warning) -> Result<(), Problem> {
        self.done.warnings += 1;
        (self.sink)(Finding { line: row.number, kind: FindingKind::Warning(warning) })
    }

    fn finish(mut self) -> Result<Conversion, Problem> {
        let rows = self.done.sums.rows;
        if rows > MAX_ROWS {
            self.done.warnings += 1;
            let kind = FindingKind::Warning(Warning::TooManyRows { rows });
            (self.sink)(Finding { line: 1, kind })?;
        }
        self.out.flush().map_err(|e| Problem::new(Code::FileWriteFailed).detail(e))?;
        Ok(self.done)
    }
}

fn write(out: &mut dyn Write, bytes: &[u8]) -> Result<(), Problem> {
    out.write_all(bytes).map_err(|e| {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        let is_full = matches!(e.kind(), StorageFull | QuotaExceeded);
        Problem::new(if is_full { Code::FileDiskFull } else { Code::FileWriteFailed }).detail(e)
    })
}

/// The row with other bytes in some cells; `cells` in the order of the columns.
fn splice(into: &mut Vec<u8>, row: &Row<'_>, cells: &[(usize, &[u8])]) {
    into.clear();
    let mut copied = 0;
    for (column, bytes) in cells {
        let place = row.place(*column);
        into.extend_from_slice(row.bytes.get(copied..place.start).unwrap_or_default());
        into.extend_from_slice(bytes);
        copied = place.end;
    }
    into.extend_from_slice(row.bytes.get(copied..).unwrap_or_default());
}

fn mark(marketplace: &Marketplace, day: NaiveDate, encoding: Encoding) -> Result<Mark, Problem> {
    let quoted = |text: String| {
        let unwritable = || {
            Problem::new(Code::ConfigInvalidValue)
                .about(marketplace.name())
                .detail(format!("the mark cannot be written as {}", encoding.as_str()))
        };
        encoding.encode(&format!("\"{text}\"")).map(|b| b.into_owned()).ok_or_else(unwritable)
    };
    let content = format!("{} {}", marketplace.mark(), day.format("%d.%m.%Y"));
    Ok(Mark { kind: quoted(MARK_KIND.to_owned())?, content: quoted(content)? })
}

/// Whether `Belegfeld 1` takes a text.
pub(crate) fn is_document_number(text: &str) -> bool {
    (1..=DOCUMENT_LENGTH).contains(&text.len()) && text.bytes().all(is_document_character)
}

/// Characters of `Belegfeld 1` and `Belegfeld 2`.
pub(crate) fn is_document_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_$&%*+-/".contains(&byte)
}

fn account_number(text: &[u8]) -> Option<u64> {
    let is_number = !text.is_empty() && text.len() <= 18 && text.iter().all(u8::is_ascii_digit);
    is_number.then(|| text.iter().fold(0, |n, digit| n * 10 + u64::from(digit - b'0')))
}
