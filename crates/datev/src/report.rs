//! The XLSX report of a conversion: Zusammenfassung, Änderungen, Nicht gefunden, Warnungen.
//!
//! Rows go to temporary files as they come, so that a report of many changes needs no memory of its own.

use std::io::{Seek, Write};
use std::path::Path;

use chrono::{DateTime, Datelike as _, NaiveDateTime, Timelike as _, Utc};
use kontor_core::{Code, Problem};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::convert::Conversion;
use crate::finding::{Finding, FindingKind};
use crate::sums::comma;

const SUMMARY: usize = 0;
const CHANGES: usize = 1;
const NOT_FOUND: usize = 2;
const WARNINGS: usize = 3;
/// Rows of a sheet; Excel takes 1,048,576.
const MAX_SHEET_ROWS: u32 = 1_000_000;

type Columns = &'static [(&'static str, f64)];

const SHEETS: [(&str, Columns); 4] = [
    ("Zusammenfassung", &[("Angabe", 44.0), ("Wert", 60.0)]),
    (
        "Änderungen",
        &[
            ("Datei", 36.0),
            ("Zeile", 8.0),
            ("Marktplatz", 12.0),
            ("Belegfeld 1 alt", 28.0),
            ("Belegfeld 1 neu", 24.0),
            ("Vermerk in Zusatzinformation", 28.0),
        ],
    ),
    (
        "Nicht gefunden",
        &[("Datei", 36.0), ("Zeile", 8.0), ("Marktplatz", 12.0), ("Belegfeld 1", 28.0)],
    ),
    ("Warnungen", &[("Datei", 36.0), ("Zeile", 8.0), ("Gegenstand", 28.0), ("Warnung", 80.0)]),
];

/// A report under way.
pub struct ReportBook {
    workbook: Workbook,
    rows: [u32; 4],
    left_out: u64,
    bold: Format,
}

/// What the summary says about one batch.
#[derive(Clone, Debug)]
pub struct BatchSummary<'a> {
    /// The source's name.
    pub source: &'a str,
    /// The name of what was put out.
    pub output: &'a str,
    /// What was done.
    pub conversion: &'a Conversion,
}

impl ReportBook {
    /// An empty report. `folder` holds temporary files until it is saved; `local` is the time that the report shows.
    ///
    /// # Errors
    /// `datev.report_failed`.
    pub fn new(folder: &Path, at: DateTime<Utc>, local: NaiveDateTime) -> Result<Self, Problem> {
        Self::begin(folder, at, local).map_err(|e| failed(&e))
    }

    fn begin(folder: &Path, at: DateTime<Utc>, local: NaiveDateTime) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder)?;
        let created = excel_time(at.naive_utc())?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let bold = Format::new().set_bold();
        for (index, (name, columns)) in SHEETS.into_iter().enumerate() {
            let sheet = if index == SUMMARY {
                workbook.add_worksheet()
            } else {
                workbook.add_worksheet_with_constant_memory()?
            };
            sheet.set_name(name)?;
            for (column, (heading, width)) in (0_u16..).zip(columns) {
                sheet.write_string_with_format(0, column, *heading, &bold)?;
                sheet.set_column_width(column, *width)?;
            }
            sheet.set_freeze_panes(1, 0)?;
        }
        let mut book = Self { workbook, rows: [1; 4], left_out: 0, bold };
        book.fact("Erstellt", &local.format("%d.%m.%Y %H:%M").to_string())?;
        Ok(book)
    }

    /// Adds a finding about a batch.
    ///
    /// # Errors
    /// `datev.report_failed`.
    pub fn finding(&mut self, batch: &str, finding: &Finding) -> Result<(), Problem> {
        self.list(batch, finding).map_err(|e| failed(&e))
    }

    fn list(&mut self, batch: &str, finding: &Finding) -> Result<(), XlsxError> {
        match &finding.kind {
            FindingKind::Changed { marketplace, old, new, pair } => {
                let mark = pair.map_or_else(|| "–".to_owned(), |n| n.to_string());
                self.line(CHANGES, batch, finding.line, &[marketplace, old, new, &mark])
            }
            FindingKind::NotFound { marketplace, number } => {
                self.line(NOT_FOUND, batch, finding.line, &[marketplace, number])
            }
            FindingKind::Warning(warning) => {
                let text = warning.german();
                self.line(WARNINGS, batch, finding.line, &[warning.subject(), &text])
            }
        }
    }

    fn line(
        &mut self,
        sheet: usize,
        batch: &str,
        line: u64,
        cells: &[&str],
    ) -> Result<(), XlsxError> {
        let Some((worksheet, row)) = self.next_row(sheet)? else { return Ok(()) };
        worksheet.write_string(row, 0, batch)?;
        worksheet.write_number(row, 1, line as f64)?;
        for (column, text) in (2_u16..).zip(cells) {
            worksheet.write_string(row, column, *text)?;
        }
        Ok(())
    }

    fn next_row(&mut self, sheet: usize) -> Result<Option<(&mut Worksheet, u32)>, XlsxError> {
        let Some(row) = self.rows.get_mut(sheet).filter(|row| **row < MAX_SHEET_ROWS) else {
            self.left_out += 1;
            return Ok(None);
        };
        let place = *row;
        *row += 1;
        Ok(Some((self.workbook.worksheet_from_index(sheet)?, place)))
    }

    fn fact(&mut self, name: &str, value: &str) -> Result<(), XlsxError> {
        if let Some((sheet, row)) = self.next_row(SUMMARY)? {
            sheet.write_string(row, 0, name)?;
            sheet.write_string(row, 1, value)?;
        }
        Ok(())
    }

    fn count(&mut self, name: &str, value: u64) -> Result<(), XlsxError> {
        if let Some((sheet, row)) = self.next_row(SUMMARY)? {
            sheet.write_string(row, 0, name)?;
            sheet.write_number(row, 1, value as f64)?;
        }
        Ok(())
    }

    /// Adds a batch to the summary.
    ///
    /// # Errors
    /// `datev.report_failed`.
    pub fn batch(&mut self, summary: &BatchSummary<'_>) -> Result<(), Problem> {
        self.summarise(summary).map_err(|e| failed(&e))
    }

    fn summarise(&mut self, summary: &BatchSummary<'_>) -> Result<(), XlsxError> {
        let bold = self.bold.clone();
        if let Some((sheet, row)) = self.next_row(SUMMARY)? {
            sheet.write_string_with_format(row, 0, "Datei", &bold)?;
            sheet.write_string_with_format(row, 1, summary.source, &bold)?;
        }
        let done = summary.conversion;
        self.fact("Ausgegeben als", summary.output)?;
        self.fact("Zeichenkodierung", done.encoding.as_str())?;
        self.count("Buchungen", done.sums.rows)?;
        self.fact("Summe Soll (vorher = nachher)", &comma(done.sums.debit))?;
        self.fact("Summe Haben (vorher = nachher)", &comma(done.sums.credit))?;
        self.count("Umsätze, die nicht lesbar sind", done.sums.unreadable)?;
        self.count("Belegfeld 1 ersetzt", done.changed)?;
        self.count("Nicht gefunden", done.not_found)?;
        self.count("Warnungen", done.warnings)?;
        self.count("davon kritische Gegenkonten", done.critical)?;
        if done.critical > 0 {
            let text = "Der Dateiname beginnt mit #_: DATEVs Stapelverarbeitung bietet die Datei erst an, wenn #_ entfernt ist.";
            self.fact("Hinweis", text)?;
        }
        Ok(())
    }

    /// Adds a remark to the summary.
    ///
    /// # Errors
    /// `datev.report_failed`.
    pub fn remark(&mut self, name: &str, text: &str) -> Result<(), Problem> {
        self.fact(name, text).map_err(|e| failed(&e))
    }

    /// Writes the workbook.
    ///
    /// # Errors
    /// `datev.report_failed`.
    pub fn save(mut self, into: impl Write + Seek + Send) -> Result<(), Problem> {
        self.end(into).map_err(|e| failed(&e))
    }

    fn end(&mut self, into: impl Write + Seek + Send) -> Result<(), XlsxError> {
        if self.left_out > 0 {
            self.count("Nicht aufgeführt (Blatt voll)", self.left_out)?;
        }
        for (index, (_, columns)) in SHEETS.into_iter().enumerate().skip(CHANGES) {
            let last = self.rows.get(index).map_or(0, |row| row - 1);
            let width = u16::try_from(columns.len()).unwrap_or(1);
            self.workbook.worksheet_from_index(index)?.autofilter(0, 0, last, width - 1)?;
        }
        self.workbook.save_to_writer(into)
    }
}

fn excel_time(time: NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    let small = |n: u32| u8::try_from(n).unwrap_or(0);
    ExcelDateTime::from_ymd(
        u16::try_from(time.year()).unwrap_or(1900),
        small(time.month()),
        small(time.day()),
    )?
    .and_hms(u16::try_from(time.hour()).unwrap_or(0), small(time.minute()), time.second())
}

fn failed(error: &XlsxError) -> Problem {
    Problem::new(Code::DatevReportFailed).detail(error)
}
