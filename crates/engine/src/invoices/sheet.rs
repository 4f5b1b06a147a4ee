//! The tables: XLSX with numbers that can be reckoned with, and CSV for German spreadsheets (semicolon, decimal comma,
//! UTF-8 with its mark).

use chrono::{Datelike as _, NaiveDate};
use kontor_core::money::{Cents, VatRate};
use kontor_core::{Code, Problem};
use kontor_invoice::{Document, Kind};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::register::Entry;

const AMOUNT: &str = "#,##0.00";
const RATE: &str = "0.00\"%\"";
const DATE: &str = "dd.mm.yyyy";

/// A cell.
enum Value {
    Text(String),
    Amount(Option<Cents>),
    Rate(Option<VatRate>),
    Day(Option<NaiveDate>),
    Number(u8),
}

const HEADINGS: [(&str, f64); 17] = [
    ("Datei", 32.0),
    ("Land", 7.0),
    ("Art", 11.0),
    ("Nummer", 24.0),
    ("Datum", 11.0),
    ("Zeitraum von", 12.0),
    ("Zeitraum bis", 12.0),
    ("Netto", 13.0),
    ("Steuer", 13.0),
    ("Satz", 8.0),
    ("Brutto", 13.0),
    ("Währung", 9.0),
    ("Aussteller", 32.0),
    ("USt-IdNr.", 16.0),
    ("Sicherheit %", 11.0),
    ("Hinweise", 44.0),
    ("Kopie", 32.0),
];

fn row(entry: &Entry) -> [Value; HEADINGS.len()] {
    let Document { country, number, currency, supplier, supplier_vat_id, flags, .. } =
        &entry.document;
    let document = &entry.document;
    let text = |t: &Option<String>| Value::Text(t.clone().unwrap_or_default());
    let words: Vec<String> = flags.iter().map(ToString::to_string).collect();
    [
        Value::Text(document.file.clone()),
        text(country),
        Value::Text(document.kind.map_or("", Kind::as_str).to_owned()),
        text(number),
        Value::Day(document.date),
        Value::Day(document.period_start),
        Value::Day(document.period_end),
        Value::Amount(document.net),
        Value::Amount(document.vat),
        Value::Rate(document.vat_rate),
        Value::Amount(document.gross),
        text(currency),
        text(supplier),
        text(supplier_vat_id),
        Value::Number(document.confidence),
        Value::Text(words.join(", ")),
        text(&entry.copy),
    ]
}

/// The workbook. The same entries make the same bytes.
pub(super) fn xlsx(name: &str, entries: &[&Entry]) -> Result<Vec<u8>, Problem> {
    workbook(name, entries).map_err(|e| Problem::new(Code::InternalError).about(name).detail(e))
}

fn workbook(name: &str, entries: &[&Entry]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A fixed time: a file that says nothing new must not differ.
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?;
    let bold = Format::new().set_bold();
    for (column, (heading, width)) in (0_u16..).zip(HEADINGS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, heading, &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let formats = [AMOUNT, RATE, DATE].map(|f| Format::new().set_num_format(f));
    for (line, entry) in (1_u32..).zip(entries) {
        for (column, value) in (0_u16..).zip(row(entry)) {
            write(sheet, line, column, &value, &formats)?;
        }
    }
    let last = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, u16::try_from(HEADINGS.len() - 1).unwrap_or(0))?;
    workbook.save_to_buffer()
}

fn write(
    sheet: &mut Worksheet,
    line: u32,
    column: u16,
    value: &Value,
    [amount, rate, date]: &[Format; 3],
) -> Result<(), XlsxError> {
    match value {
        Value::Text(text) if text.is_empty() => {}
        Value::Text(text) => {
            sheet.write_string(line, column, text)?;
        }
        Value::Amount(Some(cents)) => {
            sheet.write_number_with_format(line, column, hundredths(cents.0), amount)?;
        }
        Value::Rate(Some(rate_of)) => {
            sheet.write_number_with_format(line, column, hundredths(i64::from(rate_of.0)), rate)?;
        }
        Value::Day(Some(day)) => {
            let (year, month) = (u16::try_from(day.year()).unwrap_or(0), day.month());
            let (month, day) =
                (u8::try_from(month).unwrap_or(0), u8::try_from(day.day()).unwrap_or(0));
            let day = ExcelDateTime::from_ymd(year, month, day)?;
            sheet.write_datetime_with_format(line, column, &day, date)?;
        }
        Value::Number(number) => {
            sheet.write_number(line, column, f64::from(*number))?;
        }
        Value::Amount(None) | Value::Rate(None) | Value::Day(None) => {}
    }
    Ok(())
}

/// A spreadsheet knows only binary numbers; below 90 trillion every cent has one that prints right.
#[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53 cents")]
fn hundredths(cents: i64) -> f64 {
    cents as f64 / 100.0
}

/// The same table as CSV.
pub(super) fn csv(entries: &[&Entry]) -> Result<Vec<u8>, Problem> {
    let failed = |e: csv::Error| Problem::new(Code::InternalError).detail(e);
    let mut out = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    out.write_record(HEADINGS.iter().map(|(heading, _)| *heading)).map_err(failed)?;
    for entry in entries {
        out.write_record(row(entry).iter().map(cell)).map_err(failed)?;
    }
    out.into_inner().map_err(|e| Problem::new(Code::InternalError).detail(e))
}

fn cell(value: &Value) -> String {
    match value {
        // A text that a spreadsheet would take for a formula is marked as text.
        Value::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            format!("'{text}")
        }
        Value::Text(text) => text.clone(),
        Value::Amount(cents) => cents.map_or_else(String::new, |c| c.to_string().replace('.', ",")),
        Value::Rate(rate) => rate.map_or_else(String::new, |r| r.to_string().replace('.', ",")),
        Value::Day(day) => day.map_or_else(String::new, |d| d.format("%d.%m.%Y").to_string()),
        Value::Number(number) => number.to_string(),
    }
}
