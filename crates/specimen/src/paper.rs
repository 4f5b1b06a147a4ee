//! The layouts: labels and habits of each country and type.

/// One layout.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "labels, each named by its field")]
pub struct Paper {
    pub country: &'static str,
    pub kind: &'static str,
    pub language: Language,
    pub currency: &'static str,
    pub title: &'static str,
    pub number: &'static str,
    pub date: &'static str,
    pub period: &'static str,
    pub total: &'static str,
    /// The label of the invoice that a credit note refers to.
    pub reference: &'static str,
    /// First letters of the supplier's VAT id, and the country in its address.
    pub home: (&'static str, &'static str),
    pub domain: &'static str,
    pub rates: &'static [u32],
    pub supplier: &'static str,
}

/// Language of a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    De,
    Fr,
    Nl,
    It,
    Es,
    Pl,
    En,
    Sv,
}

const fn market(
    country: &'static str,
    language: Language,
    labels: [&'static str; 4],
    home: (&'static str, &'static str),
    rates: &'static [u32],
) -> Paper {
    Paper {
        country,
        kind: "rechnung",
        language,
        currency: "EUR",
        title: labels[0],
        number: labels[1],
        date: labels[2],
        period: "",
        total: labels[3],
        reference: "",
        home,
        domain: "",
        rates,
        supplier: "",
    }
}

const fn credit(of: Paper, labels: [&'static str; 3]) -> Paper {
    Paper {
        kind: "gutschrift",
        title: labels[0],
        number: labels[1],
        date: labels[2],
        reference: of.number,
        ..of
    }
}

const fn advertising(of: Paper, supplier: &'static str, labels: [&'static str; 4]) -> Paper {
    Paper {
        kind: "werbung",
        supplier,
        number: labels[0],
        date: labels[1],
        period: labels[2],
        total: labels[3],
        ..of
    }
}

const DE: Paper = Paper {
    domain: "amazon.de",
    ..market(
        "de",
        Language::De,
        ["Rechnung", "Rechnungsnummer:", "Rechnungsdatum:", "Gesamtsumme"],
        ("DE", "Deutschland"),
        &[1900, 700],
    )
};
const FR: Paper = Paper {
    domain: "amazon.fr",
    ..market(
        "fr",
        Language::Fr,
        ["Facture", "Facture n°:", "Date de la facture:", "Total"],
        ("FR", "France"),
        &[2000, 550, 1000],
    )
};
const BE_FR: Paper = Paper {
    country: "be",
    domain: "amazon.com.be",
    home: ("BE", "Belgique"),
    rates: &[2100, 600],
    ..FR
};
const NL: Paper = Paper {
    domain: "amazon.nl",
    ..market(
        "nl",
        Language::Nl,
        ["Factuur", "Factuurnummer:", "Factuurdatum:", "Totaal"],
        ("NL", "Nederland"),
        &[2100, 900],
    )
};
const BE: Paper = Paper {
    country: "be",
    domain: "amazon.com.be",
    home: ("BE", "België"),
    rates: &[2100, 600],
    ..NL
};
const IT: Paper = Paper {
    domain: "amazon.it",
    ..market(
        "it",
        Language::It,
        ["Fattura", "Numero fattura:", "Data fattura:", "Totale"],
        ("IT", "Italia"),
        &[2200, 1000, 400],
    )
};
const ES: Paper = Paper {
    domain: "amazon.es",
    ..market(
        "es",
        Language::Es,
        ["Factura", "Número de la factura:", "Fecha de la factura:", "Total"],
        ("ES", "España"),
        &[2100, 1000],
    )
};
const PL: Paper = Paper {
    domain: "amazon.pl",
    currency: "PLN",
    ..market(
        "pl",
        Language::Pl,
        ["Faktura", "Numer faktury:", "Data wystawienia faktury:", "Łączna"],
        ("PL", "Polska"),
        &[2300, 800],
    )
};
const UK: Paper = Paper {
    domain: "amazon.co.uk",
    currency: "GBP",
    ..market(
        "co.uk",
        Language::En,
        ["Invoice", "Invoice Number:", "Invoice Date:", "Total"],
        ("GB", "United Kingdom"),
        &[2000, 500],
    )
};
const IE: Paper = Paper {
    country: "ie",
    domain: "amazon.ie",
    currency: "EUR",
    home: ("IE", "Ireland"),
    rates: &[2300, 1350],
    ..UK
};
const SE: Paper = Paper {
    domain: "amazon.se",
    currency: "SEK",
    ..market(
        "se",
        Language::Sv,
        ["Faktura", "Fakturanummer:", "Fakturadatum:", "Total"],
        ("SE", "Sverige"),
        &[2500, 1200],
    )
};

const DE_CREDIT: [&str; 3] =
    ["Gutschrift", "Gutschriftennummer:", "Ausstellungsdatum der Gutschrift:"];
const FR_CREDIT: [&str; 3] =
    ["Note de crédit", "Numéro de note de crédit:", "Date d'émission de la note de crédit:"];
const NL_CREDIT: [&str; 3] = ["Creditnota", "Nummer creditnota:", "Creditnotadatum:"];
const EN_CREDIT: [&str; 3] = ["Credit Note", "Credit Note Number:", "Credit Note Issue Date:"];

/// Every layout.
pub const PAPERS: [Paper; 28] = [
    DE,
    FR,
    NL,
    BE,
    BE_FR,
    IT,
    ES,
    PL,
    UK,
    IE,
    SE,
    credit(DE, DE_CREDIT),
    credit(FR, FR_CREDIT),
    credit(NL, NL_CREDIT),
    credit(BE, NL_CREDIT),
    credit(BE_FR, FR_CREDIT),
    credit(IT, ["Nota di credito", "Numero nota di credito:", "Data emissione nota di credito:"]),
    credit(
        ES,
        [
            "Nota de crédito",
            "Número de nota de crédito:",
            "Fecha de emisión de la nota de crédito:",
        ],
    ),
    credit(PL, ["Faktura korygująca", "Nr faktury korygującej:", "Data faktury korygującej:"]),
    credit(UK, EN_CREDIT),
    credit(IE, EN_CREDIT),
    credit(SE, ["Kreditnota", "Kreditnota-nummer:", "Kreditfakturadatum:"]),
    advertising(
        DE,
        "Amazon Online Germany GmbH",
        ["Nummer der Rechnung", "Datum der Rechnung", "Rechnungszeitraum", "Fälliger Gesamtbetrag"],
    ),
    advertising(
        FR,
        "Amazon Online France SAS",
        [
            "Numéro de facture",
            "Date de facturation",
            "Période de facturation",
            "Montant de la facture dû",
        ],
    ),
    advertising(
        IT,
        "Amazon Online Italy S.r.l.",
        [
            "Numero della fattura",
            "Data della fattura",
            "Periodo della fattura",
            "Importo Totale Dovuto",
        ],
    ),
    advertising(
        ES,
        "Amazon Online Spain S.L.",
        [
            "Número de factura",
            "Fecha de la factura",
            "Periodo de facturación",
            "Importe de factura adeudado",
        ],
    ),
    advertising(
        UK,
        "Amazon Online UK Limited",
        ["Invoice Number", "Invoice Date", "Invoice Period", "Total Amount Due"],
    ),
    advertising(
        SE,
        "Amazon Online Sweden AB",
        ["Fakturanummer", "Fakturadatum", "Fakturaperiod", "Totalt belopp (inkl. moms)"],
    ),
];

impl Language {
    /// Month names, the word before the seller, the word for VAT, and for a part sum that is no total.
    pub(crate) fn words(
        self,
    ) -> (&'static [&'static str; 12], &'static str, &'static str, &'static str) {
        match self {
            Self::De => (&DE_MONTHS, "Verkauft von", "USt.", "Zwischensumme"),
            Self::Fr => (&FR_MONTHS, "Vendu par", "TVA", "Sous-total"),
            Self::Nl => (&NL_MONTHS, "Verkocht door", "Btw", "Subtotaal"),
            Self::It => (&IT_MONTHS, "Venduto da", "IVA", "Subtotale"),
            Self::Es => (&ES_MONTHS, "Vendido por", "IVA", "Subtotal"),
            Self::Pl => (&PL_MONTHS, "Sprzedane przez", "VAT", "Suma częściowa"),
            Self::En => (&EN_MONTHS, "Sold by", "VAT", "Subtotal"),
            Self::Sv => (&SV_MONTHS, "Såld av", "Moms", "Delsumma"),
        }
    }
}

const DE_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const FR_MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const NL_MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];
const IT_MONTHS: [&str; 12] = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
];
const ES_MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const PL_MONTHS: [&str; 12] = [
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
];
const EN_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const SV_MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];
