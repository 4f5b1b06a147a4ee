//! Money in integer cents, VAT rates in basis points, and the net price by integer arithmetic.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use serde::{Deserialize, Serialize};

/// An amount in minor units (cents) of the order's currency.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cents(pub i64);

impl Cents {
    /// No money at all.
    pub const ZERO: Self = Self(0);

    /// The amount `quantity` times; `None` when it does not fit.
    pub fn times(self, quantity: i64) -> Option<Self> {
        self.0.checked_mul(quantity).map(Self)
    }

    /// The part of a gross amount that is VAT, rounded half away from zero to a cent.
    pub fn vat_included(self, rate: VatRate) -> Self {
        let whole = i128::from(VatRate::ONE) + i128::from(rate.0);
        let net = div_round(i128::from(self.0) * i128::from(VatRate::ONE), whole);
        Self(self.0 - i64::try_from(net).unwrap_or(self.0))
    }

    /// The net of a gross amount in 1/100,000 of the currency's unit (five decimals), rounded half away from zero.
    pub fn net(self, rate: VatRate) -> NetPrice {
        let whole = i128::from(VatRate::ONE) + i128::from(rate.0);
        let scaled = i128::from(self.0) * 1_000 * i128::from(VatRate::ONE);
        NetPrice(i64::try_from(div_round(scaled, whole)).unwrap_or(i64::MAX))
    }
}

fn div_round(numerator: i128, denominator: i128) -> i128 {
    let half = denominator / 2;
    if numerator >= 0 { (numerator + half) / denominator } else { (numerator - half) / denominator }
}

impl Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Cents {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Cents {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// `19.99`: a decimal point, two decimals, no thousands mark.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", abs / 100, abs % 100)
    }
}

/// A net price with five decimals, as JTL's order XML wants it (`fPreisEinzelNetto`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetPrice(i64);

impl fmt::Display for NetPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:05}", abs / 100_000, abs % 100_000)
    }
}

/// A VAT rate in basis points: 1900 is 19 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VatRate(pub u32);

impl VatRate {
    /// 100 % in basis points.
    pub const ONE: u32 = 10_000;

    /// Reads TEMU's scaled rate (`rate × scale`); `None` when it is negative, above 30 % or not a whole number of
    /// basis points: such a rate is not one that the EU knows, and is not rounded into one.
    pub fn from_scaled(value: i64, scale: i64) -> Option<Self> {
        let scaled = i128::from(value) * i128::from(Self::ONE);
        let scale = i128::from(scale);
        if scale <= 0 || scaled < 0 || scaled % scale != 0 {
            return None;
        }
        u32::try_from(scaled / scale).ok().filter(|bp| *bp <= 3_000).map(Self)
    }
}

/// Percent with two decimals: `19.00`.
impl fmt::Display for VatRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// An ISO 4217 code, e.g. `EUR`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Currency(pub String);

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn net_prices_are_those_of_the_jtl_sample() {
        assert_eq!(Cents(1999).net(VatRate(1900)).to_string(), "16.79832");
        assert_eq!(Cents(490).net(VatRate(1900)).to_string(), "4.11765");
        assert_eq!(Cents(-490).net(VatRate(1900)).to_string(), "-4.11765");
        assert_eq!(Cents(1000).net(VatRate(0)).to_string(), "10.00000");
    }

    #[test]
    fn amounts_are_written_with_a_point_and_two_decimals() {
        assert_eq!(Cents(4488).to_string(), "44.88");
        assert_eq!(Cents(-5).to_string(), "-0.05");
        assert_eq!(VatRate(550).to_string(), "5.50");
    }

    #[test]
    fn a_rate_that_is_no_whole_basis_point_is_not_rounded() {
        assert_eq!(VatRate::from_scaled(19_000_000, 100_000_000), Some(VatRate(1900)));
        assert_eq!(VatRate::from_scaled(5_500_000, 100_000_000), Some(VatRate(550)));
        assert_eq!(VatRate::from_scaled(19_000_001, 100_000_000), None);
        assert_eq!(VatRate::from_scaled(19_000_000, 10_000_000), None);
        assert_eq!(VatRate::from_scaled(-1, 100_000_000), None);
    }

    proptest::proptest! {
        #[test]
        fn gross_comes_back_from_net_and_rate(cents in 0_i64..10_000_000, bp in 0_u32..3000) {
            let net = Cents(cents).net(VatRate(bp)).0;
            let gross = div_round(i128::from(net) * i128::from(VatRate::ONE + bp), 10_000_000);
            proptest::prop_assert_eq!(gross, i128::from(cents));
        }
    }
}
