//! What a batch can violate, in words.

use kontor_core::problem::Language;
use serde::Serialize;

/// How grave a violation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// DATEV refuses it, or does something that nobody wants.
    Error,
    /// DATEV takes it in some ways only, or sources contradict each other.
    Warning,
}

macro_rules! rules {
    ($($name:ident, $severity:ident, $de:literal, $en:literal;)*) => {
        /// DATEV's rules, as far as they can be checked in a file alone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "each rule is documented by its texts")]
        pub enum Rule { $($name,)* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// How grave a violation is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// What is wrong, in words.
            pub fn text(self, language: Language) -> &'static str {
                match (self, language) { $((Self::$name, Language::De) => $de, (Self::$name, Language::En) => $en,)* }
            }
        }
    };
}

rules! {
    FileName, Error, "Der Dateiname muss mit EXTF_ beginnen und auf .csv enden, sonst bietet die Stapelverarbeitung die Datei nicht an", "the file name must begin with EXTF_ and end with .csv, or batch processing does not offer it";
    Utf8WithMark, Warning, "UTF-8 mit BOM: nur der Import von Hand und die Online-Schnittstelle nehmen das; üblich ist Windows-1252", "UTF-8 with BOM: only manual import and the online interface take it; Windows-1252 is usual";
    Utf8WithoutMark, Error, "UTF-8 ohne BOM: DATEV liest Umlaute falsch; Windows-1252 wird erwartet", "UTF-8 without BOM: DATEV misreads umlauts; Windows-1252 is expected";
    CharacterUnknown, Error, "Ein Byte gehört nicht zur Zeichenkodierung der Datei", "a byte does not belong to the file's encoding";
    LineEnd, Error, "Die Zeile endet nicht mit CRLF", "the line does not end with CRLF";
    LastLineEnd, Error, "Der letzten Zeile fehlt das Zeilenende CRLF", "the last line lacks its line end CRLF";
    BlankLine, Error, "Eine leere Zeile zwischen oder nach den Buchungen", "a blank line between or after the postings";
    RowUnreadable, Error, "Ab hier ist die Datei nicht lesbar: ein Anführungszeichen wird nicht geschlossen, oder die Zeile ist zu lang", "from here on the file cannot be read: a quote is never closed, or the row is too long";
    HeaderWidth, Error, "Die erste Zeile muss 31 Felder haben", "line 1 must have 31 fields";
    HeaderValue, Error, "Dieses Feld der ersten Zeile hat einen Wert, den DATEV nicht zulässt", "this field of line 1 has a value that DATEV does not allow";
    HeaderOrderTerm, Error, "Ohne dieses Ordnungsmerkmal wird der Stapel nicht angeboten (Berater, Mandant, Wirtschaftsjahr, von, bis)", "without this ordering term the batch is not offered (consultant, client, fiscal year, from, to)";
    PeriodOrder, Error, "Das Datum „von“ liegt nach dem Datum „bis“", "the date \"from\" lies after the date \"to\"";
    PeriodOutsideYear, Error, "Der Zeitraum liegt nicht in einem einzigen Wirtschaftsjahr", "the period does not lie in a single fiscal year";
    HeadingWidth, Error, "Die Zahl der Überschriften passt nicht zur Formatversion", "the number of headings does not fit the format version";
    HeadingName, Warning, "Die Überschrift heißt anders als in DATEVs Formatbeschreibung", "the heading differs from DATEV's format description";
    RowWidth, Error, "Die Zeile hat nicht so viele Felder wie Überschriften", "the row has not as many fields as there are headings";
    TooManyRows, Error, "Mehr als 99.999 Buchungen in einer Datei", "more than 99,999 postings in a file";
    NoRows, Warning, "Der Stapel enthält keine Buchung", "the batch holds no posting";
    QuoteMissing, Error, "Textfelder stehen in Anführungszeichen, auch leere", "text fields stand in quotes, empty ones too";
    QuoteUnwanted, Error, "Zahlen und Daten stehen nie in Anführungszeichen", "numbers and dates never stand in quotes";
    QuoteStray, Error, "Ein Anführungszeichen steht mitten im Feld; es muss verdoppelt sein", "a quote stands in the middle of a field; it must be doubled";
    ControlCharacter, Error, "Steuerzeichen sind im Text nicht erlaubt", "control characters are not allowed in text";
    Required, Error, "Dieses Feld darf nicht leer sein", "this field must not be empty";
    TooLong, Error, "Der Text ist länger als erlaubt", "the text is longer than allowed";
    LongerThanUsual, Warning, "Länger als 12 Zeichen: DATEVs Angaben widersprechen sich (12 oder 36)", "longer than 12 characters: DATEV's papers contradict each other (12 or 36)";
    AmountForm, Error, "Kein Betrag in DATEVs Form (Dezimalkomma, ohne Tausenderzeichen und Vorzeichen)", "no amount in DATEV's form (decimal comma, no thousands mark, no sign)";
    AmountZero, Error, "Der Wert darf nicht 0 sein", "the value must not be 0";
    NumberForm, Error, "Keine ganze Zahl in der erlaubten Länge", "no whole number of the allowed length";
    AccountForm, Error, "Kein Konto: 1 bis 9 Ziffern, nicht nur Nullen", "no account: 1 to 9 digits, not all zero";
    NotAllowed, Error, "Dieser Wert ist hier nicht vorgesehen", "this value is not provided for here";
    LettersForm, Error, "Hier stehen nur Buchstaben in fester Anzahl", "only a fixed number of letters may stand here";
    DocumentForm, Error, "Nur A-Z a-z 0-9 _ $ & % * + - / sind erlaubt", "only A-Z a-z 0-9 _ $ & % * + - / are allowed";
    DateForm, Error, "Kein Datum in DATEVs Form (Belegdatum TTMM mit führender Null, sonst TTMMJJJJ)", "no date in DATEV's form (document date DDMM with leading zero, else DDMMYYYY)";
    DateOutside, Error, "Das Belegdatum liegt nicht im Zeitraum der ersten Zeile", "the document date lies outside of the period in line 1";
    LockEmpty, Error, "Festschreibung ist leer: DATEV schreibt die Buchung unwiderruflich fest; 0 oder 1 eintragen", "the lock flag is empty: DATEV locks the posting irrevocably; enter 0 or 1";
    LockMixed, Warning, "Eine einzige Buchung mit Festschreibung 1 schreibt den ganzen Stapel fest", "a single posting with lock flag 1 locks the whole batch";
    ServiceDateAlone, Error, "Ein Leistungsdatum braucht das Feld „Datum Zuord. Steuerperiode“", "a service date needs the field \"Datum Zuord. Steuerperiode\"";
}

/// A violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Line of the file; 1 is the meta line, 3 the first posting.
    pub line: u64,
    /// The field, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<usize>,
    /// The field's heading, or its name in the meta line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// The rule.
    pub rule: Rule,
    /// How grave it is.
    pub severity: Severity,
    /// What stands there, cut to 60 characters.
    pub value: String,
}
