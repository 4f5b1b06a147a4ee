//! Amounts and dates as they are printed.

use chrono::{Datelike as _, NaiveDate};

use crate::paper::Paper;
use crate::style::{CurrencyAt, Negative, Style};

/// An amount in the style's notation, with its currency.
pub(crate) fn amount(cents: i64, paper: &Paper, style: &Style) -> String {
    let text = bare(cents, style);
    match style.currency {
        CurrencyAt::Before => format!("{} {text}", paper.currency),
        CurrencyAt::Behind => format!("{text} {}", paper.currency),
        CurrencyAt::Sign => match paper.currency {
            "EUR" => format!("{text} €"),
            "GBP" if cents < 0 && style.negative == Negative::Before => {
                format!("-£{}", bare(-cents, style))
            }
            "GBP" => format!("£{text}"),
            "PLN" => format!("{text} zł"),
            _ => format!("{text} kr"),
        },
        CurrencyAt::Heading => text,
    }
}

/// An amount without its currency.
pub(crate) fn bare(cents: i64, style: &Style) -> String {
    let digits = (cents.abs() / 100).to_string();
    let mut whole = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if let Some(mark) =
            style.grouping.filter(|_| at > 0 && (digits.len() - at).is_multiple_of(3))
        {
            whole.push(mark);
        }
        whole.push(digit);
    }
    signed(cents, &format!("{whole}{}{:02}", style.decimal, cents.abs() % 100), style)
}

/// `1234.50`, whatever the country.
pub(crate) fn plain(cents: i64, style: &Style) -> String {
    signed(cents, &format!("{}.{:02}", cents.abs() / 100, cents.abs() % 100), style)
}

fn signed(cents: i64, text: &str, style: &Style) -> String {
    match style.negative {
        _ if cents >= 0 => text.to_owned(),
        Negative::Before => format!("-{text}"),
        Negative::Behind => format!("{text}-"),
        Negative::Brackets => format!("({text})"),
        Negative::Unsigned => text.to_owned(),
    }
}

/// A rate in percent.
pub(crate) fn rate(basis_points: u32, style: &Style) -> String {
    if basis_points.is_multiple_of(100) {
        format!("{}%", basis_points / 100)
    } else {
        format!("{}{}{}%", basis_points / 100, style.decimal, basis_points % 100 / 10)
    }
}

/// A date in the style's form.
pub(crate) fn date(date: NaiveDate, paper: &Paper, style: &Style) -> String {
    let month = paper.language.words().0[date.month0() as usize];
    let (day, year) = (date.day(), date.year());
    match style.date {
        0 => date.format("%d.%m.%Y").to_string(),
        1 => date.format("%d/%m/%Y").to_string(),
        2 => date.format("%Y-%m-%d").to_string(),
        _ => match paper.language {
            crate::paper::Language::De => format!("{day}. {month} {year}"),
            crate::paper::Language::Es => format!("{day} de {month} de {year}"),
            _ => format!("{day} {month} {year}"),
        },
    }
}
