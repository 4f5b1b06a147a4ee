//! One EXTF file: line 1, the headings, the postings.

use std::io::Write;

use chrono::{Datelike as _, Months, NaiveDate, NaiveDateTime};
use encoding_rs::WINDOWS_1252;
use kontor_core::{Code, Problem};

use super::ExportSettings;
use super::posting::{Posting, PostingKind};
use crate::fields::{FIELDS, Kind};
use crate::sums::comma;

/// The month of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month {
    pub(super) year: i32,
    pub(super) month: u32,
}

impl Month {
    pub(super) fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    fn first(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year, self.month, 1)
    }

    fn last(self) -> Option<NaiveDate> {
        self.first()?.checked_add_months(Months::new(1))?.pred_opt()
    }

    /// Begin of the fiscal year that it lies in.
    fn year_start(self, first_month: u32) -> Option<NaiveDate> {
        let year = if self.month >= first_month { self.year } else { self.year - 1 };
        NaiveDate::from_ymd_opt(year, first_month, 1)
    }
}

/// Line 1 and the headings.
pub(super) fn head(
    settings: &ExportSettings,
    month: Month,
    created: NaiveDateTime,
) -> Result<Vec<u8>, Problem> {
    let no_date = || Problem::new(Code::InternalError).detail("no such month");
    let day =
        |date: Option<NaiveDate>| date.map(|d| d.format("%Y%m%d").to_string()).ok_or_else(no_date);
    let meta = format!(
        "\"EXTF\";700;21;\"Buchungsstapel\";13;{};;\"RE\";\"Kontor\";\"\";{};{};{};{};{};{};\"Kontor TEMU {}-{:02}\";\
         \"{}\";1;0;0;\"EUR\";;\"\";;;\"{}\";;;\"\";\"Kontor\"",
        created.format("%Y%m%d%H%M%S%3f"),
        settings.consultant,
        settings.client,
        day(month.year_start(settings.first_month))?,
        settings.account_length,
        day(month.first())?,
        day(month.last())?,
        month.year,
        month.month,
        settings.dictation,
        settings.chart,
    );
    let headings: Vec<&str> = FIELDS.iter().map(|(heading, _)| *heading).collect();
    Ok(windows(&format!("{meta}\r\n{}\r\n", headings.join(";"))))
}

/// Writes a posting as a row.
pub(super) fn row(
    out: &mut dyn Write,
    posting: &Posting,
    settings: &ExportSettings,
) -> Result<(), Problem> {
    let mut line = String::with_capacity(420);
    for (index, (_, kind)) in FIELDS.iter().enumerate() {
        if index > 0 {
            line.push(';');
        }
        let value = value(index, posting, settings);
        if kind.is_text() {
            let max = if let Kind::Text(max) = kind { usize::from(*max) } else { 36 };
            line.push('"');
            let kept = value.chars().filter(|c| !c.is_control()).take(max);
            kept.for_each(|c| if c == '"' { line.push_str("\"\"") } else { line.push(c) });
            line.push('"');
        } else {
            line.push_str(&value);
        }
    }
    line.push_str("\r\n");
    out.write_all(&windows(&line)).map_err(|e| Problem::new(Code::FileWriteFailed).detail(e))
}

/// The content of a field, counted from 0; empty for most.
fn value(index: usize, posting: &Posting, settings: &ExportSettings) -> String {
    match index {
        0 => comma(posting.amount.0.into()),
        1 => format!("{:?}", posting.side),
        2 => "EUR".to_owned(),
        6 => settings.debtor.to_string(),
        7 => posting.contra.to_string(),
        8 => posting.key.clone(),
        9 => posting.day.format("%d%m").to_string(),
        10 => posting.document.clone(),
        13 => format!("{} {}", word(posting.kind), posting.order_number),
        39 => posting.destination.as_ref().map(|(country, _)| country.clone()).unwrap_or_default(),
        40 => posting.destination.as_ref().map(|(_, r)| comma(r.0.into())).unwrap_or_default(),
        94 => posting.order_number.clone(),
        113 => "0".to_owned(),
        117 if posting.is_reversal => "1".to_owned(),
        _ => String::new(),
    }
}

fn word(kind: PostingKind) -> &'static str {
    match kind {
        PostingKind::Sale => "TEMU Verkauf",
        PostingKind::Shipping => "TEMU Versand",
        PostingKind::SaleCancelled => "TEMU Storno",
        PostingKind::ShippingCancelled => "TEMU Storno Versand",
    }
}

/// Windows-1252; characters that it lacks become `?`.
fn windows(text: &str) -> Vec<u8> {
    if let (bytes, _, false) = WINDOWS_1252.encode(text) {
        return bytes.into_owned();
    }
    let is_known = |c: char| !WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])).2;
    let known: String = text.chars().map(|c| if is_known(c) { c } else { '?' }).collect();
    WINDOWS_1252.encode(&known).0.into_owned()
}
