//! Electronic invoices: CII (ZUGFeRD, Factur-X, XRechnung) and UBL (XRechnung, Peppol).

mod cii;
mod tree;
mod ubl;

use chrono::NaiveDate;
use kontor_core::money::{Cents, VatRate};

use crate::document::{Document, Flag, Kind, RateLine};
use crate::reading::is_advertising;
use crate::rules::Rules;
use crate::text::Text;
use tree::Element;

/// Whether the bytes are XML, not a PDF.
pub(crate) fn is_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    matches!(bytes, [0xfe, 0xff, ..] | [0xff, 0xfe, ..])
        || bytes.trim_ascii_start().starts_with(b"<")
}

/// Reads an invoice in XML.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Document, &'static str> {
    let root = tree::parse(bytes)?;
    let mut document = match root.name.as_str() {
        "CrossIndustryInvoice" | "CrossIndustryDocument" => cii::read(&root),
        "Invoice" | "CreditNote" => ubl::read(&root),
        _ => return Err("the XML is no invoice"),
    };
    document.file = file.to_owned();
    negate(&mut document);
    document.judge();
    Ok(document)
}

/// What the visible text adds to embedded XML: whether it is an invoice for advertising.
pub(crate) fn with_text(mut document: Document, text: &Text, rules: &Rules) -> Document {
    if document.kind == Some(Kind::Rechnung) && is_advertising(text, rules) {
        document.kind = Some(Kind::Werbung);
        document.judge();
    }
    document
}

/// The amounts of a credit note are negative here, and mostly positive in XML.
fn negate(document: &mut Document) {
    if document.kind != Some(Kind::Gutschrift) {
        return;
    }
    let negative = |c: Cents| Cents(-c.0.abs());
    for amount in [&mut document.net, &mut document.vat, &mut document.gross] {
        *amount = amount.map(negative);
    }
    for line in &mut document.rates {
        *line = RateLine { net: negative(line.net), vat: negative(line.vat), ..*line };
    }
}

/// UN/EDIFACT 1001: which kind of document a code means.
fn kind(code: &str) -> Option<Kind> {
    match code {
        "380" | "384" | "389" | "326" | "386" | "875" | "876" | "877" => Some(Kind::Rechnung),
        "381" | "396" | "81" | "83" | "261" | "532" => Some(Kind::Gutschrift),
        _ => None,
    }
}

/// The name of the country that the marketplaces use.
fn country(code: &str) -> Option<String> {
    let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic());
    is_code.then(|| if code == "GB" { "co.uk".into() } else { code.to_lowercase() })
}

fn currency(code: &str) -> Option<String> {
    let is_code = code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
    is_code.then(|| code.to_owned())
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A decimal with a point in cents; `None` when it has fractions of a cent.
fn cents(text: &str) -> Option<Cents> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let decimals = decimals.trim_end_matches('0');
    let plain = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 12
        || decimals.len() > 2
        || !plain(whole)
        || !plain(decimals)
    {
        return None;
    }
    let cents: i64 = format!("{whole}{decimals:0<2}").parse().ok()?;
    Some(Cents(if negative { -cents } else { cents }))
}

/// A rate in percent: a whole number of basis points up to 100 %.
fn rate(text: &str) -> Option<VatRate> {
    let basis_points = u32::try_from(cents(text)?.0).ok()?;
    (basis_points <= VatRate::ONE).then_some(VatRate(basis_points))
}

/// `20260131` or `2026-01-31`.
fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y%m%d")
        .or_else(|_| NaiveDate::parse_from_str(text.get(..10).unwrap_or(text), "%Y-%m-%d"))
        .ok()
}

/// Rates of the same percentage together; a reverse charge (category AE) is told.
fn take_rates(document: &mut Document, parts: Vec<(Option<RateLine>, &str)>) {
    if parts.iter().any(|(_, category)| *category == "AE") {
        document.flag(Flag::ReverseCharge);
    }
    let whole: Option<Vec<RateLine>> = parts.into_iter().map(|(line, _)| line).collect();
    let mut merged: Vec<RateLine> = Vec::new();
    for line in whole.unwrap_or_default() {
        match merged.iter_mut().find(|m| m.rate == line.rate) {
            Some(known) => {
                known.net = known.net + line.net;
                known.vat = known.vat + line.vat;
            }
            None => merged.push(line),
        }
    }
    merged.sort_by_key(|line| std::cmp::Reverse(line.rate));
    if let [line] = merged.as_slice() {
        document.vat_rate = Some(line.rate);
    }
    document.rates = merged;
}

/// The amount in the invoice's currency, when several are given.
fn in_currency<'e>(amounts: &[&'e Element], currency: Option<&str>) -> Option<&'e Element> {
    match amounts {
        [one] => Some(one),
        several => several.iter().copied().find(|a| a.currency.as_deref() == currency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_xml_are_exact_or_none() {
        assert_eq!(cents("119"), Some(Cents(11_900)));
        assert_eq!(cents("119.5"), Some(Cents(11_950)));
        assert_eq!(cents("-0.0500"), Some(Cents(-5)));
        for text in ["", "1,50", "1.005", ".5", "1e3", "9999999999999.00"] {
            assert_eq!(cents(text), None, "{text}");
        }
    }
}
