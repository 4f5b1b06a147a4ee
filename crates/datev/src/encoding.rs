//! Encodings of DATEV files: Windows-1252 by rule, UTF-8 with or without its mark in practice.

use std::borrow::Cow;

use encoding_rs::{UTF_8, WINDOWS_1252};
use serde::Serialize;

use crate::row::unquoted;

/// How a file's characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Windows-1252, what DATEV's batch import takes.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// UTF-8 without a mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 with its mark.
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
}

impl Encoding {
    /// Judges by the mark, else by the headings (their umlauts are the first beyond ASCII in a batch).
    pub fn of_headings(headings: &[u8], has_bom: bool) -> Self {
        if has_bom {
            Self::Utf8Bom
        } else if !headings.is_ascii() && std::str::from_utf8(headings).is_ok() {
            Self::Utf8
        } else {
            Self::Windows1252
        }
    }

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Windows1252 => "Windows-1252",
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 (BOM)",
        }
    }

    /// The text of bytes; what does not belong to the encoding becomes U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        let encoding = if self == Self::Windows1252 { WINDOWS_1252 } else { UTF_8 };
        encoding.decode_without_bom_handling(bytes).0
    }

    /// The bytes of a text; `None` when the encoding has no such character.
    pub fn encode(self, text: &str) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Windows1252 => {
                let (bytes, _, is_lossy) = WINDOWS_1252.encode(text);
                (!is_lossy).then_some(bytes)
            }
            Self::Utf8 | Self::Utf8Bom => Some(Cow::Borrowed(text.as_bytes())),
        }
    }

    /// Whether bytes do not belong to the encoding (five are not assigned in Windows-1252).
    pub(crate) fn has_strangers(self, bytes: &[u8]) -> bool {
        match self {
            Self::Windows1252 => bytes.iter().any(|b| [0x81, 0x8d, 0x8f, 0x90, 0x9d].contains(b)),
            Self::Utf8 | Self::Utf8Bom => std::str::from_utf8(bytes).is_err(),
        }
    }

    /// The content of a field: decoded, without its quotes, inner ones single.
    pub fn content(self, raw: &[u8]) -> String {
        let text = self.decode(unquoted(raw));
        if raw.starts_with(b"\"") { text.replace("\"\"", "\"") } else { text.into_owned() }
    }
}
