//! The reader of DATEV files: whatever comes, it ends with a result; a file that is taken comes out with the same sums, and a
//! second conversion changes nothing more.
#![no_main]

use std::sync::LazyLock;

use chrono::NaiveDate;
use kontor_datev::{ConvertSettings, JtlNumbers, Marketplace, Replacement, convert, verify};
use libfuzzer_sys::fuzz_target;

const HEAD: &[u8] = b"\"EXTF\";700;21;\"Buchungsstapel\";13\r\n\
    Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Gegenkonto (ohne BU-Schl\xfcssel);Belegfeld 1;\
    Zusatzinformation - Art 1;Zusatzinformation- Inhalt 1\r\n";

static SETTINGS: LazyLock<Option<ConvertSettings>> = LazyLock::new(settings);

fn settings() -> Option<ConvertSettings> {
    let amazon = Marketplace::new("Amazon", "[0-9]{3}-[0-9]{7}-[0-9]{7}", "Check durchgeführt am");
    Some(ConvertSettings {
        marketplaces: vec![amazon.ok()?, Marketplace::new("short", "A[0-9]", "am").ok()?],
        replacement: Replacement::CustomerNumber,
        critical: 0..=20,
        day: NaiveDate::from_ymd_opt(2026, 11, 24)?,
    })
}

fn run(source: &[u8], settings: &ConvertSettings) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut lookup = |numbers: &[String]| {
        let answer = |n: &String| JtlNumbers {
            external: n.clone(),
            customer: "K1".into(),
            order: String::new(),
        };
        Ok(numbers.iter().map(answer).collect())
    };
    let done = convert(source, &mut out, settings, &mut lookup, &mut |_| Ok(())).ok()?;
    assert!(verify(out.as_slice(), &done.sums).is_ok(), "the sums differ");
    if done.changed == 0 {
        assert_eq!(out, source, "nothing was to change");
    }
    Some(out)
}

fuzz_target!(|data: &[u8]| {
    let Some(settings) = &*SETTINGS else { return };
    for source in [data.to_vec(), [HEAD, data].concat()] {
        if let Some(once) = run(&source, settings) {
            assert_eq!(run(&once, settings), Some(once), "converted twice");
        }
    }
});
