//! Generated batches. The generator keeps every cell as the bytes that it wrote, so that a test can say to the byte what must
//! come out.

use chrono::NaiveDate;
use kontor_core::Problem;
use kontor_datev::{
    Conversion, ConvertSettings, Finding, JtlNumbers, Marketplace, Replacement, convert,
};
use proptest::prelude::*;

pub(crate) const META: &str = r#""EXTF";700;21;"Buchungsstapel";13;20240130140440439;;"RE";"";"";29098;55003;20240101;4;20240101;20240831;"Buchungsstapel";"WD";1;0;0;"EUR";;"";;;"03";;;"";"""#;
pub(crate) const DOCUMENT: usize = 10;
pub(crate) const CONTRA: usize = 7;
pub(crate) const FIRST_PAIR: usize = 47;
pub(crate) const AMAZON_MARK: &str = "AmazonOrderID-Check durchgeführt am 24.11.2026";
pub(crate) const TEMU_MARK: &str = "TEMU-Bestellnummer-Check durchgeführt am 24.11.2026";

/// The headings of version 13.
pub(crate) fn headings() -> Vec<&'static str> {
    let table = include_str!("../datev_v13_fields.tsv");
    table.lines().skip(1).filter_map(|line| line.split('\t').nth(1)).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    Windows,
    Utf8,
    Utf8Bom,
}

impl Charset {
    pub(crate) fn bytes(self, text: &str) -> Vec<u8> {
        match self {
            Self::Windows => encoding_of(text),
            Self::Utf8 | Self::Utf8Bom => text.as_bytes().to_vec(),
        }
    }
}

/// Windows-1252 by hand: the generator knows only these characters beyond ASCII.
fn encoding_of(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| match c {
            '€' => 0x80,
            '–' => 0x96,
            c => u8::try_from(u32::from(c)).expect("a character of the generator"),
        })
        .collect()
}

/// A generated batch: cells as text, with their quotes.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) charset: Charset,
    pub(crate) line_end: &'static str,
    pub(crate) has_last_line_end: bool,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Batch {
    pub(crate) fn new(rows: Vec<Vec<String>>) -> Self {
        Self { charset: Charset::Windows, line_end: "\r\n", has_last_line_end: true, rows }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut lines = vec![META.to_owned(), headings().join(";")];
        lines.extend(self.rows.iter().map(|cells| cells.join(";")));
        let mut text = lines.join(self.line_end);
        if self.has_last_line_end {
            text.push_str(self.line_end);
        }
        let mut bytes = self.charset.bytes(&text);
        if self.charset == Charset::Utf8Bom {
            bytes.splice(0..0, *b"\xef\xbb\xbf");
        }
        bytes
    }
}

/// A row with the usual cells.
pub(crate) fn row(document: &str, contra: &str) -> Vec<String> {
    let mut cells: Vec<String> = vec!["\"\"".to_owned(); 125];
    for (index, cell) in [
        (0, "119,00"),
        (1, "\"S\""),
        (2, "\"EUR\""),
        (3, ""),
        (4, ""),
        (6, "10001"),
        (CONTRA, contra),
        (8, "\"\""),
        (9, "0502"),
        (12, ""),
        (13, "\"Verkauf\""),
        (113, "0"),
    ] {
        cells[index] = cell.to_owned();
    }
    cells[DOCUMENT] = format!("\"{document}\"");
    cells
}

/// What the imagined JTL has.
pub(crate) fn jtl() -> Vec<JtlNumbers> {
    let numbers = |external: &str, customer: &str, order: &str| JtlNumbers {
        external: external.into(),
        customer: customer.into(),
        order: order.into(),
    };
    vec![
        numbers("028-1234567-1234567", "K10001", "AU-1"),
        numbers("028-1234567-0000002", "K10002", "AU-2"),
        numbers("028-1234567-0000002", "K10002", "AU-3"),
        numbers("028-1234567-0000003", "K10003", "AU-4"),
        numbers("028-1234567-0000003", "K10004", "AU-4"),
        numbers("028-1234567-0000004", " ", "AU-5"),
        numbers("028-1234567-0000005", "K 5ü", "AU-6"),
        numbers("PO-076-12345678901234567", "K20001", "AU-7"),
    ]
}

/// The documents of generated rows; some JTL knows.
pub(crate) const DOCUMENTS: [&str; 10] = [
    "028-1234567-1234567",
    "028-1234567-0000002",
    "028-1234567-0000003",
    "028-1234567-0000004",
    "028-1234567-0000005",
    "PO-076-12345678901234567",
    "028-9999999-9999999",
    "PO-076-99999999999999999",
    "RE-2024-17",
    "",
];

pub(crate) fn settings(replacement: Replacement) -> ConvertSettings {
    let marketplace = |name, pattern, mark| Marketplace::new(name, pattern, mark).expect("valid");
    ConvertSettings {
        marketplaces: vec![
            marketplace(
                "Amazon",
                "[0-9]{3}-[0-9]{7}-[0-9]{7}",
                "AmazonOrderID-Check durchgeführt am",
            ),
            marketplace(
                "TEMU",
                "PO-[0-9]{3}-[0-9]{17}",
                "TEMU-Bestellnummer-Check durchgeführt am",
            ),
        ],
        replacement,
        critical: 0..=20,
        day: NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day"),
    }
}

/// What came out.
#[derive(Debug)]
pub(crate) struct Converted {
    pub(crate) bytes: Vec<u8>,
    pub(crate) done: Conversion,
    pub(crate) findings: Vec<Finding>,
    pub(crate) lookups: Vec<Vec<String>>,
}

pub(crate) fn converted(source: &[u8]) -> Result<Converted, Problem> {
    converted_to(source, Replacement::CustomerNumber)
}

pub(crate) fn converted_to(source: &[u8], to: Replacement) -> Result<Converted, Problem> {
    let (mut bytes, mut findings, mut lookups) = (Vec::new(), Vec::new(), Vec::new());
    let done = convert(
        source,
        &mut bytes,
        &settings(to),
        &mut |numbers| {
            lookups.push(numbers.to_vec());
            Ok(jtl().into_iter().filter(|j| numbers.contains(&j.external)).collect())
        },
        &mut |finding| {
            findings.push(finding);
            Ok(())
        },
    )?;
    Ok(Converted { bytes, done, findings, lookups })
}

/// Cells that other programs have spoilt, or might.
const CELLS: [&str; 24] = [
    "",
    "",
    "",
    "\"\"",
    "\"\"",
    "\"\"",
    "\"\"",
    "NA",
    "null",
    "\"NA\"",
    "\"null\"",
    "nan",
    "0",
    "007",
    "1,50",
    " ",
    "\" \"",
    "\"a;b\"",
    "\"ein \"\"Zitat\"\"\"",
    "\"\"\"\"",
    "\"zwei\r\nZeilen\"",
    "\"zwei\nZeilen;\"",
    "\"Größe – 5 €\"",
    "Straße ´x",
];

fn cell() -> impl Strategy<Value = String> {
    prop::sample::select(CELLS.to_vec()).prop_map(str::to_owned)
}

fn posting() -> impl Strategy<Value = Vec<String>> {
    let is_full = prop::bool::weighted(0.1);
    let document = prop::sample::select(DOCUMENTS.to_vec());
    let contra = prop::sample::select(vec!["8400", "0", "20", "21", "0008", "10001", "\"8400\""]);
    (
        prop::collection::vec(cell(), 125),
        document,
        contra,
        any::<bool>(),
        1_u32..10_000_000,
        any::<bool>(),
        is_full,
    )
        .prop_map(|(mut cells, document, contra, is_quoted, amount, is_debit, is_full)| {
            cells[0] = format!("{},{:02}", amount / 100, amount % 100);
            cells[1] = if is_debit { "\"S\"".into() } else { "H".into() };
            cells[CONTRA] = contra.into();
            cells[DOCUMENT] =
                if is_quoted { format!("\"{document}\"") } else { document.to_owned() };
            if is_full {
                cells[FIRST_PAIR..FIRST_PAIR + 40].fill("\"belegt\"".into());
            }
            cells
        })
}

/// Any batch.
pub(crate) fn batch() -> impl Strategy<Value = Batch> {
    (
        prop::sample::select(vec![Charset::Windows, Charset::Utf8, Charset::Utf8Bom]),
        prop::sample::select(vec!["\r\n", "\n"]),
        any::<bool>(),
        prop::collection::vec(posting(), 0..12),
    )
        .prop_map(|(charset, line_end, has_last_line_end, rows)| Batch {
            charset,
            line_end,
            has_last_line_end,
            rows,
        })
}
