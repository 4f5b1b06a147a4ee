//! Country names as TEMU writes them, mapped to ISO 3166-1 codes by a table. An unknown name stays unknown.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// ISO 3166-1 alpha-2, upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CountryCode(String);

impl CountryCode {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One row of `config/countries.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountryRow {
    /// ISO code, two letters.
    pub code: String,
    /// Name for JTL when it wants names instead of codes (German).
    pub name: String,
    /// Every spelling that TEMU is known to send; the code and the name count too.
    #[serde(default)]
    pub spellings: Vec<String>,
}

/// The table of known country names.
#[derive(Clone, Debug, Default)]
pub struct CountryTable {
    by_spelling: HashMap<String, CountryCode>,
    names: HashMap<CountryCode, String>,
}

impl CountryTable {
    /// Builds the table; later rows win where two claim the same spelling.
    pub fn new(rows: impl IntoIterator<Item = CountryRow>) -> Self {
        let mut table = Self::default();
        for row in rows {
            let code = CountryCode(row.code.trim().to_uppercase());
            for spelling in [&row.code, &row.name].into_iter().chain(&row.spellings) {
                table.by_spelling.insert(fold(spelling), code.clone());
            }
            table.names.insert(code, row.name);
        }
        table
    }

    /// The code for a name; case and surrounding blanks do not matter. `None`: unknown, and nothing is assumed.
    pub fn code(&self, name: &str) -> Option<&CountryCode> {
        self.by_spelling.get(&fold(name))
    }

    /// The German name of a code in the table.
    pub fn name(&self, code: &CountryCode) -> Option<&str> {
        self.names.get(code).map(String::as_str)
    }
}

fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}
