//! Parcels: what JTL packed, under which tracking number, with which carrier.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::ParentOrderSn;

/// A parcel as JTL shows it (`dbo.tVersand`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JtlParcel {
    /// The order.
    pub parent_order_sn: ParentOrderSn,
    /// JTL's `kVersand`.
    pub jtl_id: i64,
    /// Tracking number without white space at its ends; never empty.
    pub tracking_number: String,
    /// Name of the shipping method (`tversandart.cName`), may be empty.
    pub shipping_method: String,
    /// Name of the logistics firm (`tLogistik.cName`), may be empty.
    pub logistics: String,
    /// When it left; `None` when JTL has no time.
    pub shipped_at: Option<DateTime<Utc>>,
    /// What is in it by JTL's numbers; empty when JTL does not say.
    pub contents: Vec<ParcelContent>,
}

/// Pieces of one article in a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelContent {
    /// `cArtNr`.
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
}

/// What JTL knows about an order's shipping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JtlShipping {
    /// The order.
    pub parent_order_sn: ParentOrderSn,
    /// Whether JTL calls it wholly delivered (`nKomplettAusgeliefert`).
    pub complete: bool,
    /// All parcels with a tracking number, by `kVersand`, each number once.
    pub parcels: Vec<JtlParcel>,
}

/// How far the report of a parcel to TEMU has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Not sent yet.
    Waiting,
    /// The intent is recorded; whether TEMU has it is not known until it is read back.
    Sending,
    /// TEMU has it.
    Reported,
    /// TEMU refused it; a person must look.
    Refused,
}

impl ReportState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sending, Self::Reported, Self::Refused];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Reported => "reported",
            Self::Refused => "refused",
        }
    }

    /// Reads the stable text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// A parcel as Kontor keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredParcel {
    /// What JTL says.
    #[serde(flatten)]
    pub parcel: JtlParcel,
    /// TEMU's carrier id, once mapped.
    pub carrier_id: Option<i64>,
    /// TEMU's carrier name, once mapped.
    pub carrier_name: Option<String>,
    /// How far the report has come.
    pub report: ReportState,
    /// Why it waits or was refused.
    pub problem: Option<crate::order::Hold>,
    /// When TEMU had it.
    pub reported_at: Option<DateTime<Utc>>,
}
