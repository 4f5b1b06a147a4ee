//! What is read out of a document.

use std::fmt;

use chrono::NaiveDate;
use kontor_core::money::{Cents, VatRate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An invoice.
    Rechnung,
    /// A credit note: its amounts are negative.
    Gutschrift,
    /// An invoice for advertising.
    Werbung,
}

impl Kind {
    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rechnung => "rechnung",
            Self::Gutschrift => "gutschrift",
            Self::Werbung => "werbung",
        }
    }
}

/// A field of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the field of the same name in Document")]
pub enum Field {
    Country,
    Type,
    Number,
    Date,
    Period,
    Net,
    Vat,
    VatRate,
    Gross,
    Currency,
    Supplier,
    SupplierVatId,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 12] = [
        Self::Country,
        Self::Type,
        Self::Number,
        Self::Date,
        Self::Period,
        Self::Net,
        Self::Vat,
        Self::VatRate,
        Self::Gross,
        Self::Currency,
        Self::Supplier,
        Self::SupplierVatId,
    ];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Type => "type",
            Self::Number => "number",
            Self::Date => "date",
            Self::Period => "period",
            Self::Net => "net",
            Self::Vat => "vat",
            Self::VatRate => "vat_rate",
            Self::Gross => "gross",
            Self::Currency => "currency",
            Self::Supplier => "supplier",
            Self::SupplierVatId => "supplier_vat_id",
        }
    }
}

/// What a person should know about a document. The list is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Net and VAT do not make up the gross amount (more than 2 cents apart).
    SumMismatch,
    /// The same document, or another with its number, is there already.
    Duplicate,
    /// It belongs into the other inbox.
    WrongInbox,
    /// No text in it: a scan.
    NoText,
    /// No rule knows this layout.
    UnknownLayout,
    /// The recipient owes the VAT.
    ReverseCharge,
    /// More than one VAT rate: see the list of rates.
    SeveralRates,
    /// It cannot be opened without a password.
    Encrypted,
    /// It cannot be read: damaged, cut off, empty, too large, or built to do harm.
    Broken,
    /// This field could not be read with certainty and is empty.
    Unclear(Field),
}

const PLAIN_FLAGS: [(Flag, &str); 9] = [
    (Flag::SumMismatch, "sum_mismatch"),
    (Flag::Duplicate, "duplicate"),
    (Flag::WrongInbox, "wrong_inbox"),
    (Flag::NoText, "no_text"),
    (Flag::UnknownLayout, "unknown_layout"),
    (Flag::ReverseCharge, "reverse_charge"),
    (Flag::SeveralRates, "several_rates"),
    (Flag::Encrypted, "encrypted"),
    (Flag::Broken, "broken"),
];

const UNCLEAR: &str = "field_unclear:";

impl Flag {
    /// Whether somebody must look at the document. A second rate or a reverse charge is only told.
    pub fn needs_a_look(self) -> bool {
        !matches!(self, Self::ReverseCharge | Self::SeveralRates)
    }
}

/// The stable text form: `sum_mismatch`, `field_unclear:net`.
impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Unclear(field) = self {
            return write!(f, "{UNCLEAR}{}", field.as_str());
        }
        let text = PLAIN_FLAGS.iter().find(|(flag, _)| flag == self).map_or("", |(_, text)| text);
        f.write_str(text)
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let field = text
            .strip_prefix(UNCLEAR)
            .and_then(|name| Field::ALL.into_iter().find(|f| f.as_str() == name));
        let plain = PLAIN_FLAGS.iter().find(|(_, t)| *t == text).map(|(flag, _)| *flag);
        field
            .map(Self::Unclear)
            .or(plain)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no flag")))
    }
}

/// The part of a document that one VAT rate applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLine {
    /// The rate; in JSON in percent.
    #[serde(with = "percent")]
    pub rate: VatRate,
    /// The net amount.
    #[serde(rename = "net_cents")]
    pub net: Cents,
    /// The VAT.
    #[serde(rename = "vat_cents")]
    pub vat: Cents,
}

/// One document. What could not be read with certainty is empty, and flagged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Name of the file.
    pub file: String,
    /// Marketplace or country of the issuer: `de`, `co.uk`, …
    pub country: Option<String>,
    /// Invoice, credit note or advertising.
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    /// Number of the document.
    pub number: Option<String>,
    /// Date of the document.
    pub date: Option<NaiveDate>,
    /// First day of the period that is invoiced.
    pub period_start: Option<NaiveDate>,
    /// Last day of it.
    pub period_end: Option<NaiveDate>,
    /// Net amount in cents; negative in a credit note.
    #[serde(rename = "net_cents")]
    pub net: Option<Cents>,
    /// VAT in cents.
    #[serde(rename = "vat_cents")]
    pub vat: Option<Cents>,
    /// Gross amount in cents.
    #[serde(rename = "gross_cents")]
    pub gross: Option<Cents>,
    /// The one VAT rate; empty when there are several. In JSON in percent.
    #[serde(with = "percent::optional")]
    pub vat_rate: Option<VatRate>,
    /// Every rate with its net and VAT, when the document lists them.
    pub rates: Vec<RateLine>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The company that issued it.
    pub supplier: Option<String>,
    /// Its VAT id.
    pub supplier_vat_id: Option<String>,
    /// Share of the expected fields that were read, 0 to 100; at most 50 when the sums disagree.
    pub confidence: u8,
    /// What a person should know.
    pub flags: Vec<Flag>,
    /// Which rule or which XML profile read it.
    pub layout: Option<String>,
    /// Particulars for a technician, when it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Document {
    /// A document that could not be read at all.
    pub fn unread(file: &str, flag: Flag, detail: impl fmt::Display) -> Self {
        let detail = detail.to_string();
        Self {
            file: file.to_owned(),
            flags: vec![flag],
            detail: (!detail.is_empty()).then_some(detail),
            ..Self::default()
        }
    }

    /// Adds a flag once.
    pub fn flag(&mut self, flag: Flag) {
        if !self.flags.contains(&flag) {
            self.flags.push(flag);
            self.flags.sort_unstable();
        }
    }

    /// Whether the flag is set.
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// Whether somebody must look at it.
    pub fn needs_a_look(&self) -> bool {
        self.flags.iter().any(|flag| flag.needs_a_look())
    }

    /// Whether the field has a value.
    pub fn has_field(&self, field: Field) -> bool {
        match field {
            Field::Country => self.country.is_some(),
            Field::Type => self.kind.is_some(),
            Field::Number => self.number.is_some(),
            Field::Date => self.date.is_some(),
            Field::Period => self.period_start.is_some() && self.period_end.is_some(),
            Field::Net => self.net.is_some(),
            Field::Vat => self.vat.is_some(),
            Field::VatRate => self.vat_rate.is_some() || self.rates.len() > 1,
            Field::Gross => self.gross.is_some(),
            Field::Currency => self.currency.is_some(),
            Field::Supplier => self.supplier.is_some(),
            Field::SupplierVatId => self.supplier_vat_id.is_some(),
        }
    }

    /// Checks the sums, flags every expected field that is empty, and grades the reading.
    pub(crate) fn judge(&mut self) {
        if let (Some(net), Some(vat), Some(gross)) = (self.net, self.vat, self.gross)
            && (net + vat - gross).0.abs() > TOLERANCE
        {
            self.flag(Flag::SumMismatch);
        }
        if self.rates.len() > 1 {
            self.vat_rate = None;
            self.flag(Flag::SeveralRates);
        }
        let expected: Vec<Field> = Field::ALL
            .into_iter()
            .filter(|f| *f != Field::Period || self.kind == Some(Kind::Werbung))
            .collect();
        let read = expected.iter().filter(|f| self.has_field(**f)).count();
        for field in &expected {
            if !self.has_field(*field) {
                self.flag(Flag::Unclear(*field));
            }
        }
        let share = u8::try_from(read * 100 / expected.len()).unwrap_or(0);
        self.confidence = if self.has(Flag::SumMismatch) { share.min(50) } else { share };
    }
}

/// Cents by which rounded sums may differ.
pub(crate) const TOLERANCE: i64 = 2;

/// A rate as JSON number in percent: `19`, `5.5`. Only whole numbers are reckoned with inside.
mod percent {
    use kontor_core::money::VatRate;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(rate: &VatRate, to: S) -> Result<S::Ok, S::Error> {
        if rate.0.is_multiple_of(100) {
            to.serialize_u32(rate.0 / 100)
        } else {
            to.serialize_f64(f64::from(rate.0) / 100.0)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<VatRate, D::Error> {
        let percent = f64::deserialize(from)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float cast saturates, and the range is checked"
        )]
        let basis_points = (percent * 100.0).round() as u32;
        if (0.0..=100.0).contains(&percent) {
            Ok(VatRate(basis_points))
        } else {
            Err(serde::de::Error::custom("a rate is between 0 and 100"))
        }
    }

    pub(super) mod optional {
        use kontor_core::money::VatRate;
        use serde::{Deserialize, Deserializer, Serializer};

        pub(crate) fn serialize<S: Serializer>(
            rate: &Option<VatRate>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match rate {
                Some(rate) => super::serialize(rate, to),
                None => to.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<VatRate>, D::Error> {
            #[derive(Deserialize)]
            struct Percent(#[serde(deserialize_with = "super::deserialize")] VatRate);
            Ok(Option::<Percent>::deserialize(from)?.map(|p| p.0))
        }
    }
}
