//! The digest of a table's rows. Databases sort texts by rules of their own, so it does not depend on the rows' order.

use std::fmt;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Number of rows, and the sum of their hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    rows: u64,
    sum: (u128, u128),
}

impl Digest {
    /// Adds a row.
    pub fn add(&mut self, row: &[Value]) {
        let mut hash = Sha256::new();
        for value in row {
            // JSON keeps a text apart from a number and from nothing.
            hash.update(value.to_string());
            hash.update([0]);
        }
        let hash = hash.finalize();
        let half = |from: usize| {
            hash.iter().skip(from).take(16).fold(0_u128, |n, byte| n << 8 | u128::from(*byte))
        };
        self.rows += 1;
        self.sum = (self.sum.0.wrapping_add(half(0)), self.sum.1.wrapping_add(half(16)));
    }

    /// How many rows it is of.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}{:032x}", self.sum.0, self.sum.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(rows: &[Value]) -> String {
        let mut digest = Digest::default();
        for row in rows {
            digest.add(row.as_array().expect("a row"));
        }
        digest.to_string()
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_every_value_does() {
        let rows = [json!(["a", 1]), json!(["b", null])];
        let turned = [rows[1].clone(), rows[0].clone()];
        assert_eq!(of(&rows), of(&turned));
        for other in [json!(["b", 0]), json!(["b", ""]), json!(["B", null]), json!(["b"])] {
            assert_ne!(of(&rows), of(&[rows[0].clone(), other.clone()]), "{other}");
        }
        assert_ne!(of(&[json!(["1"])]), of(&[json!([1])]));
        assert_ne!(of(&[json!(["a", "b"])]), of(&[json!(["ab", ""])]));
    }
}
