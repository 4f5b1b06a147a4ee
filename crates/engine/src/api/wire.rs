//! What several commands share: reasons, pages, files.

use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::order::Hold;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why something is held or waits.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Reason {
    /// The code; its texts come from the window's translations.
    #[ts(type = "ProblemCode")]
    pub code: Code,
    /// Particulars, e.g. the unknown country's name.
    pub detail: String,
}

impl From<&Hold> for Reason {
    fn from(hold: &Hold) -> Self {
        Self { code: hold.code, detail: hold.detail.clone() }
    }
}

/// Where a page begins and how long it is.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PageRequest {
    /// The `next` of the page before; nothing for the first page.
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows, 1 to 1,000.
    pub limit: u32,
}

impl PageRequest {
    /// The rows asked for, within bounds.
    pub(super) fn rows(&self) -> u32 {
        self.limit.clamp(1, 1_000)
    }
}

/// A text file that a person saves.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TextFile {
    /// Suggested name.
    pub name: String,
    /// Its content.
    pub content: String,
}

/// A file that a person saves and that is no text.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DataFile {
    /// Suggested name.
    pub name: String,
    /// Its bytes.
    pub content_base64: String,
}

/// Something that was done, and when.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Done {
    /// When.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
}
