//! The check of a batch against DATEV's rules: every violation in words with line and field; nothing is changed.

mod field;
mod meta;
mod rule;

use std::io::Read;

use kontor_core::Problem;
use serde::Serialize;

pub use rule::{Rule, Severity, Violation};

use crate::convert::{MAX_ROWS, Source};
use crate::encoding::Encoding;
use crate::fields::{FIELDS, REQUIRED, VERSIONS};
use crate::head::Head;
use crate::row::{Row, Rows, unquoted};
use crate::sums::{ControlSums, cents};
use field::{document_day, field};
use meta::Period;

/// Violations of one rule beyond this many are counted, not listed.
const LISTED_PER_RULE: u64 = 100;
const LOCK: usize = 113;
const SERVICE_DATE: usize = 114;
const TAX_PERIOD: usize = 115;
const DOCUMENT_DATE: usize = 9;
/// The service date became bound to the tax period with these fields (version 7 and later).
const FIELDS_WITH_TAX_PERIOD: usize = 116;

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// How characters are written.
    pub encoding: Encoding,
    /// Format version of line 1.
    pub version: String,
    /// Rows and amounts.
    pub sums: ControlSums,
    /// Errors, listed or not.
    pub errors: u64,
    /// Warnings, listed or not.
    pub warnings: u64,
    /// What was found, at most 100 of each rule.
    pub violations: Vec<Violation>,
    /// How often each rule was violated.
    pub counts: Vec<(Rule, u64)>,
}

/// Checks a batch. `file_name` is judged too.
///
/// # Errors
/// `datev.empty`, `datev.not_extf`, `datev.encoding_unsupported`: what is no batch cannot be checked as one; `file.*`.
pub fn check(source: &(impl Source + ?Sized), file_name: &str) -> Result<CheckReport, Problem> {
    let mut rows = Rows::new(source.open()?)?;
    let head = Head::read(&mut rows)?;
    let mut check = Check::new(&head);
    check.name_and_encoding(file_name);
    check.meta();
    check.headings();
    check.rows(&mut rows)?;
    Ok(check.report)
}

struct Check<'a> {
    head: &'a Head,
    report: CheckReport,
    period: Option<Period>,
    locks: [bool; 2],
    last_line_end: usize,
}

impl<'a> Check<'a> {
    fn new(head: &'a Head) -> Self {
        let version = head.meta.get(4).cloned().unwrap_or_default();
        let report = CheckReport {
            encoding: head.encoding,
            version,
            sums: ControlSums::default(),
            errors: 0,
            warnings: 0,
            violations: Vec::new(),
            counts: Vec::new(),
        };
        let period = meta::period(&head.meta_raw);
        Self { head, report, period, locks: [false; 2], last_line_end: 2 }
    }

    fn found(&mut self, line: u64, rule: Rule, place: Option<(usize, String)>, value: String) {
        let severity = rule.severity();
        match severity {
            Severity::Error => self.report.errors += 1,
            Severity::Warning => self.report.warnings += 1,
        }
        let counts = &mut self.report.counts;
        let count = match counts.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                counts.push((rule, 1));
                1
            }
        };
        if count <= LISTED_PER_RULE {
            let (field, heading) = place.map_or((None, None), |(n, h)| (Some(n + 1), Some(h)));
            let value = value.chars().take(60).collect();
            self.report.violations.push(Violation { line, field, heading, rule, severity, value });
        }
    }

    fn name_and_encoding(&mut self, file_name: &str) {
        let is_named = file_name.starts_with("EXTF_")
            && file_name
                .get(file_name.len().saturating_sub(4)..)
                .is_some_and(|end| end.eq_ignore_ascii_case(".csv"));
        if !is_named {
            self.found(0, Rule::FileName, None, file_name.to_owned());
        }
        match self.head.encoding {
            Encoding::Windows1252 => {}
            Encoding::Utf8 => self.found(0, Rule::Utf8WithoutMark, None, String::new()),
            Encoding::Utf8Bom => self.found(0, Rule::Utf8WithMark, None, String::new()),
        }
        for (line, line_end) in (1..).zip(self.head.line_ends) {
            if line_end == 1 {
                self.found(line, Rule::LineEnd, None, String::new());
            }
        }
        self.last_line_end = self.head.line_ends[1];
    }

    fn meta(&mut self) {
        let head = self.head;
        if head.meta_raw.len() != 31 {
            self.found(1, Rule::HeaderWidth, None, head.meta_raw.len().to_string());
        }
        for (index, rule) in meta::violations(&head.meta_raw) {
            let value = head.meta.get(index).cloned().unwrap_or_default();
            self.found(1, rule, Some((index, meta::name(index).to_owned())), value);
        }
        if let Some(rule) = self.period.as_ref().and_then(Period::violation) {
            self.found(1, rule, Some((14, "Datum von".to_owned())), String::new());
        }
    }

    fn headings(&mut self) {
        let head = self.head;
        let width = VERSIONS.iter().find(|(n, _)| *n == self.report.version).map(|(_, w)| *w);
        if width.is_some_and(|width| width != head.headings.len()) {
            self.found(2, Rule::HeadingWidth, None, head.headings.len().to_string());
        }
        for (index, (found, (wanted, _))) in head.headings.iter().zip(FIELDS).enumerate() {
            let is_old_name = index == 102 && found.starts_with("Leerfeld");
            if found != wanted && !is_old_name {
                self.found(2, Rule::HeadingName, Some((index, wanted.to_owned())), found.clone());
            }
        }
    }

    fn rows(&mut self, rows: &mut Rows<impl Read>) -> Result<(), Problem> {
        use kontor_core::Code::{DatevRowMalformed, DatevRowTooLong};
        let mut line = 2;
        loop {
            line += 1;
            match rows.next() {
                Ok(Some(row)) => self.row(&row),
                Ok(None) => break,
                Err(p) if matches!(p.code, DatevRowMalformed | DatevRowTooLong) => {
                    self.found(line, Rule::RowUnreadable, None, String::new());
                    return Ok(());
                }
                Err(problem) => return Err(problem),
            }
        }
        if self.last_line_end == 0 {
            self.found(line - 1, Rule::LastLineEnd, None, String::new());
        }
        if self.locks == [true; 2] {
            self.found(
                0,
                Rule::LockMixed,
                Some((LOCK, "Festschreibung".to_owned())),
                String::new(),
            );
        }
        match self.report.sums.rows {
            0 => self.found(0, Rule::NoRows, None, String::new()),
            rows if rows > MAX_ROWS => self.found(0, Rule::TooManyRows, None, rows.to_string()),
            _ => {}
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) {
        self.last_line_end = row.line_end;
        if row.line_end == 1 {
            self.found(row.number, Rule::LineEnd, None, String::new());
        }
        if row.is_blank() {
            return self.found(row.number, Rule::BlankLine, None, String::new());
        }
        self.add(row);
        if row.width() != self.head.headings.len() {
            return self.found(row.number, Rule::RowWidth, None, row.width().to_string());
        }
        for (index, (_, kind)) in FIELDS.iter().enumerate().take(row.width()) {
            let raw = row.raw(index);
            let is_missing = unquoted(raw).is_empty() && REQUIRED.contains(&index);
            let rule = match field(raw, *kind, self.head.encoding) {
                _ if is_missing && index == LOCK => Some(Rule::LockEmpty),
                _ if is_missing => Some(Rule::Required),
                rule => rule,
            };
            if let Some(rule) = rule {
                self.found_in(row, index, rule);
            }
        }
        self.dates_and_lock(row);
    }

    fn found_in(&mut self, row: &Row<'_>, index: usize, rule: Rule) {
        let heading = FIELDS.get(index).map_or("", |(heading, _)| heading).to_owned();
        let value = self.head.encoding.content(row.raw(index));
        self.found(row.number, rule, Some((index, heading)), value);
    }

    fn add(&mut self, row: &Row<'_>) {
        let sums = &mut self.report.sums;
        sums.rows += 1;
        match (cents(row.inner(0)), row.inner(1)) {
            (Some(cents), b"S") => sums.debit += i128::from(cents),
            (Some(cents), b"H") => sums.credit += i128::from(cents),
            _ => sums.unreadable += 1,
        }
    }

    fn dates_and_lock(&mut self, row: &Row<'_>) {
        let date = row.inner(DOCUMENT_DATE);
        if let Some(period) = self.period.filter(|_| field::is_digits(date, 4, 4)) {
            match document_day(date, period.year_start) {
                None => self.found_in(row, DOCUMENT_DATE, Rule::DateForm),
                Some(day) if day < period.from || day > period.to => {
                    self.found_in(row, DOCUMENT_DATE, Rule::DateOutside);
                }
                Some(_) => {}
            }
        }
        match row.inner(LOCK) {
            b"0" => self.locks[0] = true,
            b"1" => self.locks[1] = true,
            _ => {}
        }
        let has_period = row.width() >= FIELDS_WITH_TAX_PERIOD;
        if has_period && !row.inner(SERVICE_DATE).is_empty() && row.inner(TAX_PERIOD).is_empty() {
            self.found_in(row, TAX_PERIOD, Rule::ServiceDateAlone);
        }
    }
}
