//! The hand-over to JTL: what an order needs for it, and the outbox that makes it happen exactly once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ParentOrderSn, RunId};

/// Where orders are handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A collective file a run in `temu/xml/`.
    #[default]
    File,
    /// A row a order in JTL's `dbo.tXMLBestellImport`.
    Database,
    /// Both: the row hands over, the file is a second copy for an operator who wants to see or import it.
    Both,
}

impl Target {
    /// The single channels of the target.
    pub fn channels(self) -> &'static [Channel] {
        match self {
            Self::File => &[Channel::File],
            Self::Database => &[Channel::Database],
            Self::Both => &[Channel::Database, Channel::File],
        }
    }
}

/// One way to JTL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A file in the drop folder.
    File,
    /// A row in the import table.
    Database,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::File, Self::Database];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Database => "database",
        }
    }

    /// Reads the stable text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}

/// How far a hand-over has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// The content is recorded; nothing has left.
    Prepared,
    /// The act is under way: after a crash it is looked up before it is repeated.
    Publishing,
    /// It has left: the file lies under its final name, or the row was inserted.
    Written,
    /// JTL shows the order.
    Accepted,
    /// Given up before it left (the order changed, or JTL had it already).
    Withdrawn,
}

impl OutboxState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Prepared, Self::Publishing, Self::Written, Self::Accepted, Self::Withdrawn];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Publishing => "publishing",
            Self::Written => "written",
            Self::Accepted => "accepted",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the stable text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// A row of the outbox (`temu_xml_export`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Row id; 0 before it is stored.
    pub id: i64,
    /// The order.
    pub parent_order_sn: ParentOrderSn,
    /// The way to JTL.
    pub channel: Channel,
    /// 1 for the first hand-over of the order on this channel, one more for each re-export.
    pub generation: i64,
    /// The run that prepared it.
    pub run_id: RunId,
    /// The `tBestellung` element as text (Latin-1 with numeric references, so every character is at most U+00FF).
    #[serde(skip)]
    pub content: String,
    /// SHA-256 of the content's bytes, lower-case hex.
    pub content_hash: String,
    /// The order's version that the content was made of.
    pub order_version: i64,
    /// How far it has come.
    pub state: OutboxState,
    /// Name of the collective file (channel `file`), relative to the drop folder.
    pub file_name: Option<String>,
    /// What shows that it left or arrived: `file:<name>`, `tXMLBestellImport:<id>`, `tAuftrag:<number>`.
    pub proof: Option<String>,
    /// When it was prepared.
    pub prepared_at: DateTime<Utc>,
    /// When it left.
    pub written_at: Option<DateTime<Utc>>,
}
