//! The delivery address of an order.

use serde::{Deserialize, Serialize};

use crate::country::CountryCode;

/// A complete delivery address: what a parcel needs is there, the rest may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Given name; empty when TEMU sent only one name for both.
    pub first_name: String,
    /// Family name, or the whole name when TEMU did not part it.
    pub last_name: String,
    /// Street with house number (`addressLine1`).
    pub street: String,
    /// What else belongs to it: additional name, address lines 2 and 3.
    pub extra: String,
    /// Postal code.
    pub post_code: String,
    /// Town (`regionName3`).
    pub city: String,
    /// State or province (`regionName2`), may be empty.
    pub state: String,
    /// Country by ISO 3166-1 alpha-2.
    pub country: CountryCode,
    /// TEMU's proxy phone number, may be empty.
    pub phone: String,
    /// TEMU's virtual mail address, may be empty.
    pub email: String,
}

impl Address {
    /// The buyer's whole name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}
