//! DECIMAL as SQL Server has it: up to 38 digits, exact.

use std::fmt;

/// The most digits of a SQL Server DECIMAL, and so its largest scale.
pub(super) const MAX_DIGITS: u8 = 38;

/// `units` divided by ten to the power of `scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// The value without its decimal point.
    pub units: i128,
    /// Digits after the decimal point, at most 38.
    pub scale: u8,
}

impl Number {
    /// A whole number.
    #[must_use]
    pub fn whole(units: i64) -> Self {
        Self { units: i128::from(units), scale: 0 }
    }

    /// Reads `-12.50`, `12`, `.5` or `1e-7`; `None` for anything else or beyond 38 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = [whole, fraction].concat();
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let magnitude: i128 = all.parse().ok()?;
        let units = if negative { -magnitude } else { magnitude };
        Self::from_exponent(units, i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?)
    }

    fn from_exponent(units: i128, scale: i32) -> Option<Self> {
        if scale < 0 {
            let factor = 10i128.checked_pow(scale.unsigned_abs())?;
            return Some(Self { units: units.checked_mul(factor)?, scale: 0 });
        }
        let scale = u8::try_from(scale).ok().filter(|scale| *scale <= MAX_DIGITS)?;
        Some(Self { units, scale })
    }

    /// The decimal number that a float is printed as, so that 16.79832 stays 16.79832.
    #[must_use]
    pub fn from_float(value: f64) -> Option<Self> {
        Self::parse(&format!("{value:e}"))
    }

    /// The same value with `scale` digits after the point, halves rounded away from zero; `None`
    /// when it does not fit.
    #[must_use]
    pub fn rescale(self, scale: u8) -> Option<Self> {
        if scale >= self.scale {
            let factor = 10i128.checked_pow(u32::from(scale - self.scale))?;
            return Some(Self { units: self.units.checked_mul(factor)?, scale });
        }
        let factor = 10i128.checked_pow(u32::from(self.scale - scale))?;
        let half = if self.units < 0 { -(factor / 2) } else { factor / 2 };
        Some(Self { units: self.units.checked_add(half)? / factor, scale })
    }

    /// The exact sum; `None` beyond 38 digits.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let (left, right) = (self.rescale(scale)?, other.rescale(scale)?);
        Some(Self { units: left.units.checked_add(right.units)?, scale })
    }

    /// The same number with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { units: -self.units, scale: self.scale }
    }

    /// The largest whole number that is not greater.
    #[must_use]
    pub fn floor(self) -> i128 {
        self.units.div_euclid(10i128.pow(u32::from(self.scale.min(MAX_DIGITS))))
    }

    /// How often `part` goes wholly into this; `None` for a part of zero or less, or beyond 38 digits.
    #[must_use]
    pub fn whole_times(self, part: Self) -> Option<i128> {
        let scale = self.scale.max(part.scale);
        let (whole, part) = (self.rescale(scale)?.units, part.rescale(scale)?.units);
        (part > 0).then(|| whole.div_euclid(part))
    }

    /// Digits without the sign, at least 1.
    #[must_use]
    pub fn digits(self) -> u8 {
        self.units.unsigned_abs().checked_ilog10().map_or(1, |log| log as u8 + 1)
    }

    /// Takes trailing zeros after the point away.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.units % 10 == 0 {
            self.units /= 10;
            self.scale -= 1;
        }
        self
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let digits =
            format!("{:0>width$}", self.units.unsigned_abs(), width = usize::from(self.scale) + 1);
        let (whole, fraction) = digits.split_at(digits.len() - usize::from(self.scale));
        if fraction.is_empty() {
            write!(f, "{sign}{whole}")
        } else {
            write!(f, "{sign}{whole}.{fraction}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_print_as_they_were_read() {
        for text in
            ["0", "-0.05", "12.50", "16.7983193277311", "99999999999999999999999999999999999.999"]
        {
            assert_eq!(Number::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Number::parse("1e-7").unwrap().to_string(), "0.0000001");
        assert_eq!(Number::parse("2.5e3").unwrap().to_string(), "2500");
        for text in ["", "-", ".", "1,5", "1.2.3", "abc", "1e99"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn rounding_goes_half_away_from_zero_and_floats_keep_their_printed_digits() {
        let rounded = |text: &str| Number::parse(text).unwrap().rescale(2).unwrap().to_string();
        assert_eq!(rounded("1.005"), "1.01");
        assert_eq!(rounded("-1.005"), "-1.01");
        assert_eq!(Number::from_float(16.79832).unwrap().to_string(), "16.79832");
        assert_eq!(Number::from_float(f64::NAN), None);
    }

    #[test]
    fn ten_cents_added_ten_times_are_one_euro() {
        let cents = Number::from_float(0.1).unwrap();
        let sum = (0..10).try_fold(Number::whole(0), |sum, _| sum.plus(cents)).unwrap();
        assert_eq!(sum.to_string(), "1.0");
    }
}
