//! Identifiers of TEMU and of Kontor. Newtypes, so that an item's number never stands where an order's belongs.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The text of the identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// A TEMU parent order, `PO-<region>-<17 digits>`: the unit that JTL imports.
    ParentOrderSn
}
text_id! {
    /// One line of a parent order, `<region>-<17 digits>`.
    OrderSn
}
text_id! {
    /// One execution of a job (a UUID v7, so that runs sort by their start).
    RunId
}

impl ParentOrderSn {
    /// Whether the text has the alphabet of TEMU's numbers (letters, digits, `-`), at most 50 characters: JTL keeps
    /// it in an `nvarchar(50)`, and file names and SQL patterns are made of it.
    pub fn is_well_formed(&self) -> bool {
        let text = self.as_str();
        !text.is_empty()
            && text.len() <= 50
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
}
