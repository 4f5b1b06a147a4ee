//! Dates: the day before the month everywhere, months also by name, years with four digits.

use chrono::{Datelike as _, NaiveDate};

/// Months in one language: for each its spellings, folded.
pub(crate) type Months = Vec<Vec<String>>;

/// The date that the text is, from beginning to end.
pub(crate) fn date(text: &str, months: &Months) -> Option<NaiveDate> {
    let parts: Vec<&str> = text
        .split(|c: char| {
            c.is_whitespace() || matches!(c, '.' | '/' | '-' | ',' | '\u{2010}' | '\u{2011}')
        })
        .filter(|p| !p.is_empty() && !matches!(*p, "de" | "of"))
        .collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let found = if a.len() == 4 {
        day_of(c, number(b, 2), a)
    } else if number(a, 2).is_some() && number(b, 2).is_some() {
        day_of(a, number(b, 2), c)
    } else if let Some(month) = month(b, months) {
        day_of(a, Some(month), c)
    } else {
        day_of(b, month(a, months), c)
    };
    found.filter(|d| (2000..2100).contains(&d.year()))
}

fn day_of(day: &str, month: Option<u32>, year: &str) -> Option<NaiveDate> {
    let day = day.trim_end_matches(['º', '°']).trim_end_matches("er");
    let year = if year.len() == 4 { number(year, 4)? } else { return None };
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month?, number(day, 2)?)
}

fn number(text: &str, digits: usize) -> Option<u32> {
    let plain = text.len() <= digits && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn month(name: &str, months: &Months) -> Option<u32> {
    let folded = super::fold(name);
    let at = months.iter().position(|spellings| spellings.contains(&folded))?;
    u32::try_from(at + 1).ok()
}

/// The two dates of a period. A short word may stand before them and between them (`vom … bis …`).
pub(crate) fn period(text: &str, months: &Months) -> Option<(NaiveDate, NaiveDate)> {
    let is_small = |word: &&str| {
        word.chars().count() <= 5
            && !word.chars().any(|c| c.is_ascii_digit())
            && month(word, months).is_none()
    };
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words.first().is_some_and(is_small) {
        words.remove(0);
    }
    let at = |from: usize, to: usize| {
        let (first, second) = (words.get(..from)?.join(" "), words.get(to..)?.join(" "));
        Some((date(&first, months)?, date(&second, months)?))
    };
    let found = (1..words.len()).find_map(|split| {
        let between = words.get(split).filter(|w| is_small(w));
        between.and_then(|_| at(split, split + 1)).or_else(|| at(split, split))
    });
    found.or_else(|| joined(text, months)).filter(|(from, to)| from <= to)
}

/// `01.01.2026-31.01.2026` without blanks.
fn joined(text: &str, months: &Months) -> Option<(NaiveDate, NaiveDate)> {
    text.char_indices().filter(|(_, c)| matches!(c, '-' | '\u{2013}' | '\u{2014}')).find_map(
        |(at, c)| Some((date(&text[..at], months)?, date(&text[at + c.len_utf8()..], months)?)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months() -> Months {
        let names = [
            "januar janvier january",
            "februar",
            "marz mars maerz",
            "april",
            "mai",
            "juni",
            "juli",
            "august",
            "september",
            "oktober",
            "november",
            "dezember",
        ];
        names.iter().map(|n| n.split(' ').map(str::to_owned).collect()).collect()
    }

    fn day(text: &str) -> Option<String> {
        date(text, &months()).map(|d| d.to_string())
    }

    #[test]
    fn dates_are_read_in_every_form() {
        for text in [
            "31.01.2026",
            "31/01/2026",
            "31-01-2026",
            "2026-01-31",
            "31. Januar 2026",
            "31 janvier 2026",
            "January 31, 2026",
        ] {
            assert_eq!(day(text).as_deref(), Some("2026-01-31"), "{text}");
        }
        assert_eq!(day("5. März 2026").as_deref(), Some("2026-03-05"));
    }

    #[test]
    fn what_is_no_whole_date_is_none() {
        for text in [
            "01/31/2026",
            "31.02.2026",
            "31.01.26",
            "31.01.",
            "2026",
            "31.01.1026",
            "vom 31.01.2026",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn periods_have_two_dates_in_order() {
        let read = |t: &str| period(t, &months()).map(|(a, b)| format!("{a} {b}"));
        for text in [
            "01.01.2026 - 31.01.2026",
            "01.01.2026-31.01.2026",
            "01.01.2026 bis 31.01.2026",
            "1. Januar 2026 – 31. Januar 2026",
            "vom 01.01.2026 bis 31.01.2026",
        ] {
            assert_eq!(read(text).as_deref(), Some("2026-01-01 2026-01-31"), "{text}");
        }
        assert_eq!(read("31.01.2026 - 01.01.2026"), None);
        assert_eq!(read("01.01.2026"), None);
    }
}
