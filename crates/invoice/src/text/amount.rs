//! Amounts in the notation of any country. Two decimals are demanded: then the last mark is the decimal one, whatever the
//! country, and `1.234` (a thousand, or one and a bit?) is not taken for an amount.

use kontor_core::money::{Cents, VatRate};

use super::Word;

/// An amount with the currency that stands at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) cents: Cents,
    pub(crate) currency: Option<&'static str>,
}

/// Currencies by the signs that stand for them. `kr` is Swedish only by the layout: see [`KRONA`].
const SIGNS: [(&str, &str); 16] = [
    ("eur", "EUR"),
    ("€", "EUR"),
    ("gbp", "GBP"),
    ("£", "GBP"),
    ("pln", "PLN"),
    ("zł", "PLN"),
    ("zl", "PLN"),
    ("sek", "SEK"),
    ("usd", "USD"),
    ("us$", "USD"),
    ("$", "USD"),
    ("chf", "CHF"),
    ("czk", "CZK"),
    ("dkk", "DKK"),
    ("nok", "NOK"),
    ("kr", KRONA),
];

/// Signs for minus.
const MINUS: [char; 3] = ['-', '\u{2212}', '\u{2013}'];

/// A crown of which country is not said.
pub(crate) const KRONA: &str = "kr";

/// The currency that a word names.
pub(crate) fn currency(word: &str) -> Option<&'static str> {
    let word = word.trim_matches(['(', ')', ':', '.', ',']).to_lowercase();
    SIGNS.iter().find(|(sign, _)| *sign == word).map(|(_, code)| *code)
}

/// Reads words as nothing but amounts and currencies; `None` when anything else is among them.
pub(crate) fn amounts(words: &[Word]) -> Option<Vec<Amount>> {
    let mut found: Vec<Amount> = Vec::new();
    let mut pending: Option<&'static str> = None;
    let mut at = 0;
    while at < words.len() {
        let word = words[at].text.as_str();
        if let Some(code) = currency(word) {
            // Before an amount or behind it: the one behind belongs to an amount that has none.
            match found.last_mut() {
                Some(last) if last.currency.is_none() && pending.is_none() => {
                    last.currency = Some(code);
                }
                _ => pending = Some(code),
            }
            at += 1;
            continue;
        }
        let (amount, used) = longest(&words[at..])?;
        let currency = pending.take().or(amount.currency);
        found.push(Amount { currency, ..amount });
        at += used;
    }
    Some(found)
}

/// The amount that the words begin with; blanks may part its thousands.
fn longest(words: &[Word]) -> Option<(Amount, usize)> {
    (1..=words.len().min(5)).rev().find_map(|count| {
        let parts: Vec<&str> = words[..count].iter().map(|w| w.text.as_str()).collect();
        amount(&parts).map(|amount| (amount, count))
    })
}

/// One amount: parts after the first are groups of three digits; the sign may stand apart.
fn amount(parts: &[&str]) -> Option<Amount> {
    let joined = match parts {
        [one] => (*one).to_owned(),
        ["-" | "\u{2212}" | "+", rest @ ..] if !rest.is_empty() => {
            format!("{}{}", parts[0], rest.join("\u{202f}"))
        }
        _ => parts.join("\u{202f}"),
    };
    // `-£5.00`: the sign stands before the currency.
    if let Some(rest) = joined.strip_prefix(MINUS)
        && let (text, Some(code)) = without_currency(rest)
    {
        let unsigned = cents(text).filter(|c| c.0 >= 0)?;
        return Some(Amount { cents: -unsigned, currency: Some(code) });
    }
    let (text, currency) = without_currency(&joined);
    cents(text).map(|cents| Amount { cents, currency })
}

/// Takes off a currency that is written at the amount: `€23.99`, `23,99€`, `EUR23.99`, `-£5.00`.
fn without_currency(text: &str) -> (&str, Option<&'static str>) {
    let is_mark = |c: char| c.is_alphabetic() || matches!(c, '€' | '£' | '$');
    let start = text.find(|c: char| !is_mark(c)).unwrap_or(text.len());
    if let Some(code) = currency(&text[..start]) {
        return (text[start..].trim_start_matches(char::is_whitespace), Some(code));
    }
    let end = text
        .rfind(|c: char| !is_mark(c))
        .map_or(0, |i| i + text[i..].chars().next().map_or(0, char::len_utf8));
    match currency(&text[end..]) {
        Some(code) => (text[..end].trim_end_matches(char::is_whitespace), Some(code)),
        None => (text, None),
    }
}

/// Cents of a number with exactly two decimals.
fn cents(text: &str) -> Option<Cents> {
    let (text, negative) = sign(text)?;
    let (whole, decimals) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let mark = whole.chars().last().filter(|c| matches!(c, ',' | '.'))?;
    let whole = whole.strip_suffix(mark)?;
    if !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = ungrouped(whole, mark)?;
    let cents: i64 = format!("{digits}{decimals}").parse().ok()?;
    // A trillion in an invoice is a misreading.
    (cents < 100_000_000_000_000).then_some(Cents(if negative { -cents } else { cents }))
}

/// A minus before or behind, or brackets.
fn sign(text: &str) -> Option<(&str, bool)> {
    if let Some(inner) = text.strip_prefix('(') {
        return inner.strip_suffix(')').map(|inner| (inner, true));
    }
    if let Some(rest) = text.strip_prefix(MINUS) {
        return Some((rest, true));
    }
    if let Some(rest) = text.strip_suffix(MINUS) {
        return Some((rest, true));
    }
    Some((text.strip_prefix('+').unwrap_or(text), false))
}

/// Digits without thousands marks; every group but the first must have three, and all marks must be the same and another one
/// than the decimal mark.
fn ungrouped(whole: &str, decimal: char) -> Option<String> {
    let is_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let Some(mark) = whole.chars().find(|c| !c.is_ascii_digit()) else {
        // Without marks any length is allowed, but no leading zero before other digits.
        let plain = is_digits(whole) && (whole == "0" || !whole.starts_with('0'));
        return plain.then(|| whole.to_owned());
    };
    let allowed = matches!(mark, '.' | ',' | '\'' | '\u{2019}') || mark.is_whitespace();
    if !allowed || mark == decimal {
        return None;
    }
    let mut groups = whole.split(mark);
    let first = groups.next().filter(|g| is_digits(g) && g.len() <= 3 && !g.starts_with('0'))?;
    let mut digits = first.to_owned();
    for group in groups {
        if !is_digits(group) || group.len() != 3 {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

/// A rate: `19%`, `(19,00%)`, `5.5%`. Above 30 % none is one.
pub(crate) fn percent(word: &str) -> Option<VatRate> {
    let inner = word.trim_matches(['(', ')', ':', ',', ';']).strip_suffix('%')?.trim_end();
    let (whole, decimals) = inner.split_once([',', '.']).unwrap_or((inner, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 2
        || decimals.len() > 2
        || !digits(whole)
        || !digits(decimals)
    {
        return None;
    }
    let basis_points: u32 = format!("{whole}{decimals:0<2}").parse().ok()?;
    (basis_points <= 3_000).then_some(VatRate(basis_points))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Word> {
        let word =
            |t: &str| Word { text: t.into(), folded: super::super::fold(t), x0: 0.0, x1: 0.0 };
        text.split(' ').map(word).collect()
    }

    fn read(text: &str) -> Option<Vec<(i64, Option<&'static str>)>> {
        Some(amounts(&words(text))?.into_iter().map(|a| (a.cents.0, a.currency)).collect())
    }

    #[test]
    fn every_notation_is_read() {
        for (text, cents) in [
            ("1.234,56", 123_456),
            ("1,234.56", 123_456),
            ("1 234,56", 123_456),
            ("1\u{a0}234\u{a0}567,89", 123_456_789),
            ("1'234.56", 123_456),
            ("0,05", 5),
            ("-12,00", -1_200),
            ("12,00-", -1_200),
            ("(12.00)", -1_200),
            ("\u{2212}12.00", -1_200),
            ("- 1 234,56", -123_456),
        ] {
            assert_eq!(read(text), Some(vec![(cents, None)]), "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_amount() {
        for text in [
            "1.234",
            "1,234",
            "12",
            "1.23.45",
            "1.2345,67",
            "12.345.67",
            "01,50",
            "1,234,56",
            "1.234.56",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_currency_at_an_amount_is_its_own() {
        assert_eq!(read("EUR 100.00 EUR 19.00 EUR 119.00").map(|a| a.len()), Some(3));
        assert_eq!(read("€23.99"), Some(vec![(2_399, Some("EUR"))]));
        assert_eq!(read("23,99€"), Some(vec![(2_399, Some("EUR"))]));
        assert_eq!(read("-£5.00"), Some(vec![(-500, Some("GBP"))]));
        assert_eq!(read("1 234,56 zł"), Some(vec![(123_456, Some("PLN"))]));
        assert_eq!(
            read("100,00 € 19,00 €"),
            Some(vec![(10_000, Some("EUR")), (1_900, Some("EUR"))])
        );
        assert_eq!(read("ca. 100,00"), None);
    }

    #[test]
    fn rates_are_read_in_basis_points() {
        assert_eq!(percent("(19%)"), Some(VatRate(1_900)));
        assert_eq!(percent("5,5%"), Some(VatRate(550)));
        assert_eq!(percent("19.00%"), Some(VatRate(1_900)));
        assert_eq!(percent("100%"), None);
        assert_eq!(percent("31%"), None);
    }
}
