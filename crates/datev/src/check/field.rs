//! Single fields of a posting against their kind.

use chrono::NaiveDate;

use super::rule::Rule;
use crate::convert::is_document_character;
use crate::encoding::Encoding;
use crate::fields::Kind;
use crate::row::{is_quoted, unquoted};

/// What a field violates; `None` when nothing.
pub(super) fn field(raw: &[u8], kind: Kind, encoding: Encoding) -> Option<Rule> {
    if let Some(rule) = quotes(raw, kind) {
        return Some(rule);
    }
    let inner = unquoted(raw);
    if inner.is_empty() {
        return None;
    }
    if inner.iter().any(|b| *b < 0x20 || *b == 0x7f) {
        return Some(Rule::ControlCharacter);
    }
    if encoding.has_strangers(inner) {
        return Some(Rule::CharacterUnknown);
    }
    match kind {
        Kind::Text(max) => longer(&encoding.content(raw), max.into()).then_some(Rule::TooLong),
        Kind::Document { max, recommended } => document(inner, max, recommended),
        Kind::OneOf(characters) => one_of(inner, characters),
        Kind::DigitOf(characters) => one_of(inner, characters),
        Kind::Letters(count) => {
            let fits =
                inner.len() == usize::from(count) && inner.iter().all(u8::is_ascii_alphabetic);
            (!fits).then_some(Rule::LettersForm)
        }
        Kind::DigitText(max) => (!is_digits(inner, 1, max)).then_some(Rule::NumberForm),
        Kind::Digits { min, max } => (!is_digits(inner, min, max)).then_some(Rule::NumberForm),
        Kind::Account => {
            let fits = is_digits(inner, 1, 9) && inner.iter().any(|b| *b != b'0');
            (!fits).then_some(Rule::AccountForm)
        }
        Kind::Amount { digits, decimals, is_zero_allowed } => {
            amount(inner, digits, 0..=decimals, is_zero_allowed)
        }
        Kind::Rate => amount(inner, 4, 2..=6, false),
        Kind::DayMonth => (!is_digits(inner, 4, 4)).then_some(Rule::DateForm),
        Kind::FullDate => full_date(inner).is_none().then_some(Rule::DateForm),
        Kind::Year => (!is_digits(inner, 4, 4)).then_some(Rule::DateForm),
    }
}

fn quotes(raw: &[u8], kind: Kind) -> Option<Rule> {
    if !kind.is_text() {
        return raw.contains(&b'"').then_some(Rule::QuoteUnwanted);
    }
    if !is_quoted(raw) {
        return Some(Rule::QuoteMissing);
    }
    let mut singles = unquoted(raw).split(|b| *b == b'"');
    // Doubled quotes leave an empty piece between them: every second piece is one.
    singles.next();
    while let Some(piece) = singles.next() {
        if !piece.is_empty() || singles.next().is_none() {
            return Some(Rule::QuoteStray);
        }
    }
    None
}

fn longer(text: &str, max: usize) -> bool {
    text.chars().count() > max
}

fn document(inner: &[u8], max: u8, recommended: u8) -> Option<Rule> {
    if !inner.iter().copied().all(is_document_character) {
        return Some(Rule::DocumentForm);
    }
    match inner.len() {
        length if length > usize::from(max) => Some(Rule::TooLong),
        length if length > usize::from(recommended) => Some(Rule::LongerThanUsual),
        _ => None,
    }
}

fn one_of(inner: &[u8], characters: &str) -> Option<Rule> {
    let fits = matches!(inner, [byte] if characters.as_bytes().contains(byte));
    (!fits).then_some(Rule::NotAllowed)
}

pub(super) fn is_digits(text: &[u8], min: u8, max: u8) -> bool {
    (usize::from(min)..=usize::from(max)).contains(&text.len())
        && text.iter().all(u8::is_ascii_digit)
}

fn amount(
    text: &[u8],
    digits: u8,
    decimals: std::ops::RangeInclusive<u8>,
    is_zero_allowed: bool,
) -> Option<Rule> {
    let mut parts = text.split(|b| *b == b',');
    let (whole, fraction) = (parts.next().unwrap_or_default(), parts.next());
    let fits_fraction = match fraction {
        Some(fraction) => is_digits(fraction, (*decimals.start()).max(1), *decimals.end()),
        None => *decimals.start() == 0,
    };
    if parts.next().is_some() || !is_digits(whole, 1, digits) || !fits_fraction {
        return Some(Rule::AmountForm);
    }
    let is_zero = text.iter().all(|b| matches!(b, b'0' | b','));
    (is_zero && !is_zero_allowed).then_some(Rule::AmountZero)
}

fn full_date(text: &[u8]) -> Option<NaiveDate> {
    let text = std::str::from_utf8(text).ok()?;
    if !is_digits(text.as_bytes(), 8, 8) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(number(4, 8)?).ok()?, number(2, 4)?, number(0, 2)?)
}

/// The day of a document date in the fiscal year that begins at `start`.
pub(super) fn document_day(text: &[u8], start: NaiveDate) -> Option<NaiveDate> {
    use chrono::Datelike as _;
    let text = std::str::from_utf8(text).ok()?;
    let day: u32 = text.get(0..2)?.parse().ok()?;
    let month: u32 = text.get(2..4)?.parse().ok()?;
    let in_year = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
    [start.year(), start.year() + 1].into_iter().filter_map(in_year).find(|date| *date >= start)
}
