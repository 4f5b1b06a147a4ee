//! The meta line: 31 fields, their quotes and values.

use chrono::{Days, Months, NaiveDate};

use super::field::is_digits;
use super::rule::Rule;
use crate::row::{is_quoted, unquoted};

/// The period of a batch, when line 1 gives one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    pub(super) year_start: NaiveDate,
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
}

type Test = fn(&[u8]) -> bool;

/// Name, whether it stands in quotes, and the test of a value that is not empty.
const FIELDS: [(&str, bool, Test); 31] = [
    ("Kennzeichen", true, |v| v == b"EXTF"),
    ("Versionsnummer", false, |v| v == b"700"),
    ("Formatkategorie", false, |v| v == b"21"),
    ("Formatname", true, |v| v == b"Buchungsstapel"),
    ("Formatversion", false, |v| crate::fields::VERSIONS.iter().any(|(n, _)| n.as_bytes() == v)),
    ("Erzeugt am", false, |v| is_digits(v, 17, 17) && day(v).is_some()),
    ("Importiert", false, |v| v.is_empty()),
    ("Herkunft", true, |v| v.len() <= 2),
    ("Exportiert von", true, |v| v.len() <= 25),
    ("Importiert von", true, |v| v.len() <= 25),
    ("Beraternummer", false, |v| between(v, 1_001, 9_999_999)),
    ("Mandantennummer", false, |v| between(v, 1, 99_999)),
    ("WJ-Beginn", false, |v| is_digits(v, 8, 8) && day(v).is_some()),
    ("Sachkontenlänge", false, |v| between(v, 4, 8)),
    ("Datum von", false, |v| is_digits(v, 8, 8) && day(v).is_some()),
    ("Datum bis", false, |v| is_digits(v, 8, 8) && day(v).is_some()),
    ("Bezeichnung", true, |v| v.len() <= 30 && v.iter().all(is_title_byte)),
    ("Diktatkürzel", true, |v| v.len() == 2 && v.iter().all(u8::is_ascii_uppercase)),
    ("Buchungstyp", false, |v| matches!(v, b"1" | b"2")),
    ("Rechnungslegungszweck", false, |v| matches!(v, b"0" | b"30" | b"40" | b"50" | b"64")),
    ("Festschreibung", false, |v| matches!(v, b"0" | b"1")),
    ("WKZ", true, |v| v.len() == 3 && v.iter().all(u8::is_ascii_uppercase)),
    ("Reserviert", false, |v| v.is_empty()),
    ("Derivatskennzeichen", true, |v| v.is_empty()),
    ("Reserviert", false, |v| v.is_empty()),
    ("Reserviert", false, |v| v.is_empty()),
    ("Sachkontenrahmen", true, |v| is_digits(v, 2, 2)),
    ("ID der Branchenlösung", false, |v| is_digits(v, 1, 4)),
    ("Reserviert", false, |v| v.is_empty()),
    ("Reserviert", true, |v| v.is_empty()),
    ("Anwendungsinformation", true, |v| v.len() <= 16),
];

/// Fields without which a batch is not offered, counted from 0.
const ORDER_TERMS: [usize; 5] = [10, 11, 12, 14, 15];
/// Other fields that must not be empty.
const REQUIRED: [usize; 8] = [0, 1, 2, 3, 4, 5, 13, 20];

/// The name of a field.
pub(super) fn name(index: usize) -> &'static str {
    FIELDS.get(index).map_or("", |(name, _, _)| name)
}

/// What each field violates, counted from 0.
pub(super) fn violations(raw: &[Vec<u8>]) -> Vec<(usize, Rule)> {
    let mut found = Vec::new();
    for (index, (cell, (_, is_text, test))) in raw.iter().zip(FIELDS).enumerate() {
        let inner = unquoted(cell);
        if inner.is_empty() && ORDER_TERMS.contains(&index) {
            found.push((index, Rule::HeaderOrderTerm));
        } else if inner.is_empty() && REQUIRED.contains(&index) {
            found.push((index, Rule::Required));
        } else if is_text && !is_quoted(cell) {
            found.push((index, Rule::QuoteMissing));
        } else if !is_text && cell.contains(&b'"') {
            found.push((index, Rule::QuoteUnwanted));
        } else if !inner.is_empty() && !test(inner) {
            found.push((index, Rule::HeaderValue));
        }
    }
    found
}

/// The period of line 1; `None` when one of its dates is missing or none.
pub(super) fn period(raw: &[Vec<u8>]) -> Option<Period> {
    let date = |index: usize| raw.get(index).and_then(|cell| day(unquoted(cell)));
    Some(Period { year_start: date(12)?, from: date(14)?, to: date(15)? })
}

impl Period {
    /// What it violates.
    pub(super) fn violation(&self) -> Option<Rule> {
        if self.from > self.to {
            return Some(Rule::PeriodOrder);
        }
        let next = self.year_start.checked_add_months(Months::new(12));
        let last = next.and_then(|day| day.checked_sub_days(Days::new(1)));
        let is_inside = self.from >= self.year_start && last.is_some_and(|last| self.to <= last);
        (!is_inside).then_some(Rule::PeriodOutsideYear)
    }
}

fn day(text: &[u8]) -> Option<NaiveDate> {
    let text = std::str::from_utf8(text.get(..8)?).ok()?;
    NaiveDate::parse_from_str(text, "%Y%m%d").ok()
}

fn between(text: &[u8], low: u64, high: u64) -> bool {
    let number = std::str::from_utf8(text).ok().and_then(|t| t.parse::<u64>().ok());
    is_digits(text, 1, 9) && number.is_some_and(|n| (low..=high).contains(&n))
}

fn is_title_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.-/ ".contains(byte) || *byte >= 0xc0
}
