//! The name of a setting: the parts of its path in the file.

use std::fmt;
use std::str::FromStr;

use kontor_core::{Code, Problem};

/// The path of a setting. `Display` writes it as TOML does: `temu.base_url`, `carriers."Bote Süd"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Vec<String>);

impl Key {
    /// A key of parts.
    pub fn new(parts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(parts.into_iter().map(Into::into).collect())
    }

    /// The parts.
    pub fn parts(&self) -> &[String] {
        &self.0
    }

    /// The first part: the section.
    pub fn section(&self) -> &str {
        self.0.first().map(String::as_str).unwrap_or_default()
    }

    /// This key with one part more.
    #[must_use]
    pub fn join(&self, part: &str) -> Self {
        let mut parts = self.0.clone();
        parts.push(part.to_owned());
        Self(parts)
    }

    /// Whether the key is of a pattern's shape; a `*` in the pattern is any one part.
    pub fn matches(&self, pattern: &Self) -> bool {
        self.0.len() == pattern.0.len()
            && self.0.iter().zip(&pattern.0).all(|(part, wanted)| wanted == "*" || part == wanted)
    }

    /// The environment variable of the key: `KONTOR_TEMU__RATE_PER_SECOND`.
    pub fn variable(&self) -> String {
        let parts: Vec<String> = self.0.iter().map(|part| part.to_uppercase()).collect();
        format!("KONTOR_{}", parts.join("__"))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.0.iter().enumerate() {
            let dot = if place == 0 { "" } else { "." };
            let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            if part.chars().all(is_bare) && !part.is_empty() || part == "*" {
                write!(f, "{dot}{part}")?;
            } else {
                write!(f, "{dot}{}", toml_edit::Value::from(part.as_str()))?;
            }
        }
        Ok(())
    }
}

impl FromStr for Key {
    type Err = Problem;

    /// Reads a key as TOML writes it; a `*` may stand bare.
    fn from_str(text: &str) -> Result<Self, Problem> {
        let parts = toml_edit::Key::parse(&text.replace(".*", ".\"*\""))
            .map_err(|_| Problem::new(Code::ConfigUnknownKey).about(text))?;
        Ok(Self(parts.iter().map(|key| key.get().to_owned()).collect()))
    }
}

impl serde::Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
