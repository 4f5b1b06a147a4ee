//! EXTF batches of Kontor's own orders: sales, shipping, cancellations.
//!
//! One file a month, at most 99,999 postings each, format version 13, Windows-1252 without BOM, CRLF.

mod posting;
mod series;
mod writer;

use std::collections::BTreeMap;

use kontor_core::money::VatRate;
use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};

pub use posting::{BookedOrder, Posting, PostingKind, Side, postings};
pub use series::{BatchSeries, OpenBatch, WrittenBatch};

/// Accounts, keys and names of the export. The tax adviser decides them.
#[derive(Clone, Debug)]
pub struct ExportSettings {
    /// DATEV consultant number, 1001-9999999.
    pub consultant: u32,
    /// DATEV client number, 1-99999.
    pub client: u32,
    /// First month of the fiscal year.
    pub first_month: u32,
    /// Digits of G/L accounts, 4-8. Debtors have one more.
    pub account_length: u8,
    /// Chart of accounts, `03` or `04`.
    pub chart: String,
    /// Collective debtor of the marketplace.
    pub debtor: u32,
    /// Country whose rates are posted to `revenue`, ISO 3166-1.
    pub home: String,
    /// Revenue accounts at home by VAT rate.
    pub revenue: BTreeMap<VatRate, u32>,
    /// Accounts of shipping charges at home by VAT rate; a rate that is not there goes to `revenue`.
    pub shipping: BTreeMap<VatRate, u32>,
    /// Account of distance sales into other EU countries; 0: none.
    pub oss: u32,
    /// BU key of distance sales.
    pub oss_key: String,
    /// Account of sales into third countries; 0: none.
    pub third_country: u32,
    /// How a cancellation is posted.
    pub cancellation: Cancellation,
    /// What stands in `Belegfeld 1`.
    pub document: DocumentNumber,
    /// Two capitals of the person who dictates, or nothing.
    pub dictation: String,
}

/// How the sale of a cancelled order is taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancellation {
    /// The same posting with Generalumkehr: it leaves no turnover.
    #[default]
    Generalumkehr,
    /// Debit and credit swapped, like a credit note.
    Swap,
}

/// What stands in `Belegfeld 1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentNumber {
    /// TEMU's order number.
    #[default]
    Temu,
    /// JTL's order number, TEMU's where JTL has none.
    Jtl,
}

impl ExportSettings {
    /// Whether DATEV would take what is written with these settings.
    ///
    /// # Errors
    /// `datev.export_not_configured` naming the first setting that it would not.
    pub fn check(&self) -> Result<(), Problem> {
        let length = u32::from(self.account_length);
        let is_ledger = |account: u32| digits(account) == length;
        let is_optional = |account: u32| account == 0 || is_ledger(account);
        let is_dictation = self.dictation.is_empty()
            || (self.dictation.len() == 2
                && self.dictation.bytes().all(|b| b.is_ascii_uppercase()));
        let is_key = self.oss_key.len() <= 4 && self.oss_key.bytes().all(|b| b.is_ascii_digit());
        let tests = [
            ("consultant", (1_001..=9_999_999).contains(&self.consultant)),
            ("client", (1..=99_999).contains(&self.client)),
            ("fiscal_year_first_month", (1..=12).contains(&self.first_month)),
            ("account_length", (4..=8).contains(&self.account_length)),
            ("chart", matches!(self.chart.as_str(), "03" | "04")),
            ("debtor", digits(self.debtor) == length + 1),
            ("revenue", self.revenue.values().all(|a| is_ledger(*a))),
            ("shipping", self.shipping.values().all(|a| is_ledger(*a))),
            ("oss_account", is_optional(self.oss)),
            ("oss_key", is_key),
            ("third_country_account", is_optional(self.third_country)),
            ("dictation", is_dictation),
        ];
        match tests.into_iter().find(|(_, holds)| !holds) {
            None => Ok(()),
            Some((key, _)) => {
                Err(Problem::new(Code::DatevExportNotConfigured)
                    .about(format!("datev.export.{key}")))
            }
        }
    }
}

fn digits(number: u32) -> u32 {
    number.checked_ilog10().map_or(0, |log| log + 1)
}
