//! The 125 fields of a posting, format version 13 (DATEV, February 2024), with what each may hold.

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number with a decimal comma: at most so many digits before and after it.
    Amount { digits: u8, decimals: u8, is_zero_allowed: bool },
    /// An exchange rate: 1-4 digits, comma, 2-6 digits, not 0.
    Rate,
    /// An account: 1-9 digits, not all 0.
    Account,
    /// A whole number.
    Digits { min: u8, max: u8 },
    /// One of these digits, without quotes.
    DigitOf(&'static str),
    /// Any text up to a length in characters.
    Text(u16),
    /// Digits that stand in quotes.
    DigitText(u8),
    /// One of these characters.
    OneOf(&'static str),
    /// Exactly so many letters.
    Letters(u8),
    /// A document number: `A-Z a-z 0-9 _ $ & % * + - /`. More than recommended is a warning.
    Document { max: u8, recommended: u8 },
    /// `DDMM`, four digits.
    DayMonth,
    /// `DDMMYYYY`.
    FullDate,
    /// `YYYY`.
    Year,
}

use Kind::{
    Account, Amount, DayMonth, DigitOf, DigitText, Digits, Document, FullDate, Letters, OneOf,
    Rate, Text, Year,
};

impl Kind {
    /// Whether the field stands in quotes.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Text(_) | DigitText(_) | OneOf(_) | Letters(_) | Document { .. })
    }
}

/// Fields that must not be empty, by their place counted from 0.
pub(crate) const REQUIRED: [usize; 6] = [0, 1, 6, 7, 9, 113];

/// Format versions with their number of fields.
pub(crate) const VERSIONS: [(&str, usize); 9] = [
    ("13", 125),
    ("12", 124),
    ("11", 122),
    ("10", 121),
    ("9", 120),
    ("8", 117),
    ("7", 116),
    ("6", 113),
    ("5", 110),
];

/// The headings of format version 13 in their order.
pub fn headings() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|(heading, _)| *heading)
}

/// Headings and kinds in their order.
pub(crate) const FIELDS: [(&str, Kind); 125] = [
    ("Umsatz (ohne Soll/Haben-Kz)", Amount { digits: 10, decimals: 2, is_zero_allowed: false }),
    ("Soll/Haben-Kennzeichen", OneOf("SH")),
    ("WKZ Umsatz", Letters(3)),
    ("Kurs", Rate),
    ("Basis-Umsatz", Amount { digits: 10, decimals: 2, is_zero_allowed: false }),
    ("WKZ Basis-Umsatz", Letters(3)),
    ("Konto", Account),
    ("Gegenkonto (ohne BU-Schlüssel)", Account),
    ("BU-Schlüssel", DigitText(4)),
    ("Belegdatum", DayMonth),
    ("Belegfeld 1", Document { max: 36, recommended: 36 }),
    ("Belegfeld 2", Document { max: 36, recommended: 12 }),
    ("Skonto", Amount { digits: 8, decimals: 2, is_zero_allowed: false }),
    ("Buchungstext", Text(60)),
    ("Postensperre", DigitOf("01")),
    ("Diverse Adressnummer", Text(9)),
    ("Geschäftspartnerbank", Digits { min: 1, max: 3 }),
    ("Sachverhalt", Digits { min: 1, max: 2 }),
    ("Zinssperre", DigitOf("01")),
    ("Beleglink", Text(210)),
    ("Beleginfo - Art 1", Text(20)),
    ("Beleginfo - Inhalt 1", Text(210)),
    ("Beleginfo - Art 2", Text(20)),
    ("Beleginfo - Inhalt 2", Text(210)),
    ("Beleginfo - Art 3", Text(20)),
    ("Beleginfo - Inhalt 3", Text(210)),
    ("Beleginfo - Art 4", Text(20)),
    ("Beleginfo - Inhalt 4", Text(210)),
    ("Beleginfo - Art 5", Text(20)),
    ("Beleginfo - Inhalt 5", Text(210)),
    ("Beleginfo - Art 6", Text(20)),
    ("Beleginfo - Inhalt 6", Text(210)),
    ("Beleginfo - Art 7", Text(20)),
    ("Beleginfo - Inhalt 7", Text(210)),
    ("Beleginfo - Art 8", Text(20)),
    ("Beleginfo - Inhalt 8", Text(210)),
    ("KOST1 - Kostenstelle", Text(36)),
    ("KOST2 - Kostenstelle", Text(36)),
    ("Kost-Menge", Amount { digits: 12, decimals: 4, is_zero_allowed: true }),
    ("EU-Land u. UStID (Bestimmung)", Text(15)),
    ("EU-Steuersatz (Bestimmung)", Amount { digits: 2, decimals: 2, is_zero_allowed: true }),
    ("Abw. Versteuerungsart", OneOf("IKPS")),
    ("Sachverhalt L+L", Digits { min: 1, max: 3 }),
    ("Funktionsergänzung L+L", Digits { min: 1, max: 3 }),
    ("BU 49 Hauptfunktionstyp", Digits { min: 1, max: 1 }),
    ("BU 49 Hauptfunktionsnummer", Digits { min: 1, max: 2 }),
    ("BU 49 Funktionsergänzung", Digits { min: 1, max: 3 }),
    ("Zusatzinformation - Art 1", Text(20)),
    ("Zusatzinformation- Inhalt 1", Text(210)),
    ("Zusatzinformation - Art 2", Text(20)),
    ("Zusatzinformation- Inhalt 2", Text(210)),
    ("Zusatzinformation - Art 3", Text(20)),
    ("Zusatzinformation- Inhalt 3", Text(210)),
    ("Zusatzinformation - Art 4", Text(20)),
    ("Zusatzinformation- Inhalt 4", Text(210)),
    ("Zusatzinformation - Art 5", Text(20)),
    ("Zusatzinformation- Inhalt 5", Text(210)),
    ("Zusatzinformation - Art 6", Text(20)),
    ("Zusatzinformation- Inhalt 6", Text(210)),
    ("Zusatzinformation - Art 7", Text(20)),
    ("Zusatzinformation- Inhalt 7", Text(210)),
    ("Zusatzinformation - Art 8", Text(20)),
    ("Zusatzinformation- Inhalt 8", Text(210)),
    ("Zusatzinformation - Art 9", Text(20)),
    ("Zusatzinformation- Inhalt 9", Text(210)),
    ("Zusatzinformation - Art 10", Text(20)),
    ("Zusatzinformation- Inhalt 10", Text(210)),
    ("Zusatzinformation - Art 11", Text(20)),
    ("Zusatzinformation- Inhalt 11", Text(210)),
    ("Zusatzinformation - Art 12", Text(20)),
    ("Zusatzinformation- Inhalt 12", Text(210)),
    ("Zusatzinformation - Art 13", Text(20)),
    ("Zusatzinformation- Inhalt 13", Text(210)),
    ("Zusatzinformation - Art 14", Text(20)),
    ("Zusatzinformation- Inhalt 14", Text(210)),
    ("Zusatzinformation - Art 15", Text(20)),
    ("Zusatzinformation- Inhalt 15", Text(210)),
    ("Zusatzinformation - Art 16", Text(20)),
    ("Zusatzinformation- Inhalt 16", Text(210)),
    ("Zusatzinformation - Art 17", Text(20)),
    ("Zusatzinformation- Inhalt 17", Text(210)),
    ("Zusatzinformation - Art 18", Text(20)),
    ("Zusatzinformation- Inhalt 18", Text(210)),
    ("Zusatzinformation - Art 19", Text(20)),
    ("Zusatzinformation- Inhalt 19", Text(210)),
    ("Zusatzinformation - Art 20", Text(20)),
    ("Zusatzinformation- Inhalt 20", Text(210)),
    ("Stück", Digits { min: 1, max: 8 }),
    ("Gewicht", Amount { digits: 8, decimals: 2, is_zero_allowed: true }),
    ("Zahlweise", Digits { min: 1, max: 2 }),
    ("Forderungsart", Text(10)),
    ("Veranlagungsjahr", Year),
    ("Zugeordnete Fälligkeit", FullDate),
    ("Skontotyp", Digits { min: 1, max: 1 }),
    ("Auftragsnummer", Text(30)),
    ("Buchungstyp", Letters(2)),
    ("USt-Schlüssel (Anzahlungen)", Digits { min: 1, max: 4 }),
    ("EU-Land (Anzahlungen)", Letters(2)),
    ("Sachverhalt L+L (Anzahlungen)", Digits { min: 1, max: 3 }),
    ("EU-Steuersatz (Anzahlungen)", Amount { digits: 2, decimals: 2, is_zero_allowed: true }),
    ("Erlöskonto (Anzahlungen)", Digits { min: 4, max: 8 }),
    ("Herkunft-Kz", Letters(2)),
    ("Buchungs GUID", Text(36)),
    ("KOST-Datum", FullDate),
    ("SEPA-Mandatsreferenz", Text(35)),
    ("Skontosperre", DigitOf("01")),
    ("Gesellschaftername", Text(76)),
    ("Beteiligtennummer", Digits { min: 1, max: 4 }),
    ("Identifikationsnummer", Text(11)),
    ("Zeichnernummer", Text(20)),
    ("Postensperre bis", FullDate),
    ("Bezeichnung SoBil-Sachverhalt", Text(30)),
    ("Kennzeichen SoBil-Buchung", Digits { min: 1, max: 2 }),
    ("Festschreibung", DigitOf("01")),
    ("Leistungsdatum", FullDate),
    ("Datum Zuord. Steuerperiode", FullDate),
    ("Fälligkeit", FullDate),
    ("Generalumkehr (GU)", OneOf("01G")),
    ("Steuersatz", Amount { digits: 2, decimals: 2, is_zero_allowed: true }),
    ("Land", Letters(2)),
    ("Abrechnungsreferenz", Text(50)),
    ("BVV-Position", DigitOf("12345")),
    ("EU-Land u. UStID (Ursprung)", Text(15)),
    ("EU-Steuersatz (Ursprung)", Amount { digits: 2, decimals: 2, is_zero_allowed: true }),
    ("Abw. Skontokonto", Digits { min: 1, max: 9 }),
];
