//! What a conversion found in single rows.

use serde::Serialize;

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Line of the file (the meta line is 1, the first posting 3).
    pub line: u64,
    /// What it is.
    #[serde(flatten)]
    pub kind: FindingKind,
}

/// Kinds of findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FindingKind {
    /// A number was replaced.
    Changed {
        /// Name of the marketplace.
        marketplace: String,
        /// The marketplace's number.
        old: String,
        /// What stands there now.
        new: String,
        /// Number of the pair of `Zusatzinformation` that carries the mark; `None` when none was free.
        pair: Option<u8>,
    },
    /// JTL has no order with the number, or no value for it.
    NotFound {
        /// Name of the marketplace.
        marketplace: String,
        /// The number, which stays.
        number: String,
    },
    /// Something to look at.
    Warning(Warning),
}

/// Things to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    /// The contra account lies in the critical range.
    CriticalAccount {
        /// The account.
        account: String,
    },
    /// Several JTL orders carry the number and differ; the cell stays.
    Ambiguous {
        /// The marketplace's number.
        number: String,
        /// What JTL has.
        candidates: Vec<String>,
    },
    /// JTL's number has characters or a length that `Belegfeld 1` forbids; the cell stays.
    NumberUnusable {
        /// The marketplace's number.
        number: String,
        /// JTL's number.
        value: String,
    },
    /// The number was replaced, but all pairs of `Zusatzinformation` are taken: no mark.
    NoFreePair {
        /// The marketplace's number.
        number: String,
    },
    /// A quote stands in the middle of a field; the row stays readable, DATEV may refuse it.
    StrayQuote,
    /// Amount or side cannot be read: the row is in no control sum.
    AmountUnreadable {
        /// The amount as it stands.
        amount: String,
    },
    /// The contra account is no number.
    AccountUnreadable {
        /// The account as it stands.
        account: String,
    },
    /// The batch has more postings than DATEV takes.
    TooManyRows {
        /// Postings.
        rows: u64,
    },
}

impl Warning {
    /// The German sentence of the report.
    pub fn german(&self) -> String {
        match self {
            Self::CriticalAccount { account } => {
                format!("Gegenkonto {account} liegt im kritischen Bereich")
            }
            Self::Ambiguous { candidates, .. } => {
                format!("Mehrere JTL-Aufträge mit verschiedenen Nummern: {}", candidates.join(", "))
            }
            Self::NumberUnusable { value, .. } => {
                format!("„{value}“ hat Zeichen oder eine Länge, die Belegfeld 1 nicht zulässt")
            }
            Self::NoFreePair { .. } => {
                "Ersetzt, aber ohne Vermerk: alle 20 Zusatzinformationen sind belegt".to_owned()
            }
            Self::StrayQuote => "Anführungszeichen mitten in einem Feld".to_owned(),
            Self::AmountUnreadable { amount } => {
                format!("Umsatz „{amount}“ oder Soll/Haben ist nicht lesbar")
            }
            Self::AccountUnreadable { account } => format!("Gegenkonto „{account}“ ist keine Zahl"),
            Self::TooManyRows { rows } => {
                format!("{rows} Buchungen; DATEV nimmt höchstens 99.999 je Datei")
            }
        }
    }

    /// The English sentence.
    pub fn english(&self) -> String {
        match self {
            Self::CriticalAccount { account } => {
                format!("contra account {account} lies in the critical range")
            }
            Self::Ambiguous { candidates, .. } => {
                format!("several JTL orders with different numbers: {}", candidates.join(", "))
            }
            Self::NumberUnusable { value, .. } => {
                format!("\"{value}\" has characters or a length that Belegfeld 1 forbids")
            }
            Self::NoFreePair { .. } => {
                "replaced, but without a mark: all 20 pairs of Zusatzinformation are taken"
                    .to_owned()
            }
            Self::StrayQuote => "a quote in the middle of a field".to_owned(),
            Self::AmountUnreadable { amount } => {
                format!("amount \"{amount}\" or its side cannot be read")
            }
            Self::AccountUnreadable { account } => {
                format!("contra account \"{account}\" is no number")
            }
            Self::TooManyRows { rows } => {
                format!("{rows} postings; DATEV takes at most 99,999 a file")
            }
        }
    }

    /// What it is about: a number or an account, may be empty.
    pub fn subject(&self) -> &str {
        match self {
            Self::CriticalAccount { account } | Self::AccountUnreadable { account } => account,
            Self::Ambiguous { number, .. }
            | Self::NumberUnusable { number, .. }
            | Self::NoFreePair { number } => number,
            Self::AmountUnreadable { amount } => amount,
            Self::StrayQuote | Self::TooManyRows { .. } => "",
        }
    }
}
