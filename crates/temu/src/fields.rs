//! Single values of TEMU's JSON, read without buffering: a value of an unexpected kind is kept as "something else", so
//! that it counts as missing and nothing is made of it.

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use kontor_core::money::{Cents, Currency};
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A JSON scalar, or something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scalar {
    #[default]
    Missing,
    Int(i64),
    Text(String),
    Bool(bool),
}

impl Scalar {
    /// An integer, also one in a text (ids come both ways).
    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Missing | Self::Bool(_) => None,
        }
    }

    /// A number of things.
    pub(crate) fn count(&self) -> Option<usize> {
        self.int().and_then(|count| usize::try_from(count).ok())
    }

    /// A text that is not empty.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text),
            Self::Int(value) => Some(value.to_string()),
            Self::Text(_) | Self::Missing | Self::Bool(_) => None,
        }
    }

    /// A time in epoch seconds; 0, negative and far-off ones (milliseconds, say) are none.
    pub(crate) fn time(&self) -> Option<DateTime<Utc>> {
        const YEAR_2100: i64 = 4_102_444_800;
        let seconds = self.int().filter(|s| (1..YEAR_2100).contains(s))?;
        DateTime::from_timestamp(seconds, 0)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Int(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(value).map_or(Scalar::Missing, Scalar::Int))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Scalar, E> {
        Ok(Scalar::Missing)
    }
    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(value))
    }
    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Missing)
    }
    fn visit_none<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Missing)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        deserializer.deserialize_any(Self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Missing)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Missing)
    }
}

/// Makes a visitor take every kind of value that it does not read itself as missing.
macro_rules! other_scalars_are_missing {
    ($value:ty) => {
        type Value = $value;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON value")
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
}

/// An object, or nothing: any other value counts as missing. (serde's own structs would also take an array, and read its
/// values by their position.)
pub(crate) struct Record<T>(pub(crate) Option<T>);

impl<T> Default for Record<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Default> Record<T> {
    /// The object; one without members when there is none.
    pub(crate) fn or_empty(self) -> T {
        self.0.unwrap_or_default()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Record<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RecordVisitor(PhantomData))
    }
}

struct RecordVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for RecordVisitor<T> {
    other_scalars_are_missing!(Record<T>);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Record<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Record(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Record<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|record| Record(Some(record)))
    }
}

/// A list, or nothing: any other value counts as missing.
pub(crate) struct List<T>(pub(crate) Option<Vec<T>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.unwrap_or_default().into_iter()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    other_scalars_are_missing!(List<T>);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = seq.next_element()? {
            entries.push(entry);
        }
        Ok(List(Some(entries)))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<T>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List(None))
    }
}

/// `{currency, amount}`; the amount is in minor units.
#[derive(Default, Deserialize)]
pub(crate) struct Amount {
    #[serde(default)]
    currency: Scalar,
    #[serde(default)]
    amount: Scalar,
}

impl Amount {
    /// The amount; its currency joins `currencies`.
    pub(crate) fn cents(self, currencies: &mut Vec<Currency>) -> Option<Cents> {
        let cents = self.amount.int()?;
        if let Some(currency) = self.currency.text().map(|c| Currency(c.trim().to_uppercase()))
            && !currencies.contains(&currency)
        {
            currencies.push(currency);
        }
        Some(Cents(cents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_kind_is_missing_and_never_rounded() {
        let read = |json: &str| serde_json::from_str::<Scalar>(json).expect("any JSON");
        assert_eq!(read("1999").int(), Some(1999));
        assert_eq!(read("\"1999\"").int(), Some(1999));
        for other in ["19.99", "\"19.99\"", "null", "[1]", "{\"a\":1}", "true"] {
            assert_eq!(read(other).int(), None, "{other}");
        }
    }

    #[test]
    fn milliseconds_are_no_seconds() {
        assert_eq!(Scalar::Int(1_763_622_700_000).time(), None);
        assert!(Scalar::Int(1_763_622_700).time().is_some());
        assert_eq!(Scalar::Int(0).time(), None);
    }
}
