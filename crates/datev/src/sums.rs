//! Control sums: rows and amounts by side, to compare a file before and after.

use serde::Serialize;

use crate::head::Columns;
use crate::row::Row;

/// Rows and amounts of a batch. Amounts are cents of whatever currency stands in the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ControlSums {
    /// Postings.
    pub rows: u64,
    /// Sum of the amounts with `S`.
    pub debit: i128,
    /// Sum of the amounts with `H`.
    pub credit: i128,
    /// Rows whose amount or side cannot be read; they are in neither sum.
    pub unreadable: u64,
}

impl ControlSums {
    /// Adds a row. `false` when its amount or side cannot be read.
    pub(crate) fn add(&mut self, row: &Row<'_>, columns: &Columns) -> bool {
        self.rows += 1;
        let (Some(amount), Some(side)) = (columns.amount, columns.side) else { return true };
        match (cents(row.inner(amount)), row.inner(side)) {
            (Some(cents), b"S") => self.debit += i128::from(cents),
            (Some(cents), b"H") => self.credit += i128::from(cents),
            _ => {
                self.unreadable += 1;
                return false;
            }
        }
        true
    }
}

/// An amount with a decimal comma and at most two decimals, as cents. `None` for anything else.
pub(crate) fn cents(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let (whole, decimals) = match memchr::memchr(b',', digits) {
        Some(comma) => (digits.get(..comma)?, digits.get(comma + 1..)?),
        None => (digits, &b""[..]),
    };
    let is_number = !whole.is_empty() && whole.len() <= 15 && decimals.len() <= 2;
    if !is_number || (decimals.is_empty() && digits.len() != whole.len()) {
        return None;
    }
    let mut value = 0_i64;
    for index in 0..whole.len() + 2 {
        let digit = match index.checked_sub(whole.len()) {
            None => *whole.get(index)?,
            Some(place) => decimals.get(place).copied().unwrap_or(b'0'),
        };
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some(if is_negative { -value } else { value })
}

/// Cents with a decimal comma: `1234,50`.
pub(crate) fn comma(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let whole = cents.unsigned_abs();
    format!("{sign}{},{:02}", whole / 100, whole % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_a_comma_and_nothing_else() {
        for (text, wanted) in [
            ("12,34", Some(1234)),
            ("7", Some(700)),
            ("0,5", Some(50)),
            ("-3,00", Some(-300)),
            ("1.234,00", None),
            ("12.34", None),
            ("12,345", None),
            ("12,", None),
            ("", None),
            (",50", None),
            ("1e3", None),
            ("9999999999999999", None),
        ] {
            assert_eq!(cents(text.as_bytes()), wanted, "{text}");
        }
        assert_eq!(comma(-5), "-0,05");
    }
}
