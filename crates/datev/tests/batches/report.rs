use std::io::{Cursor, Read as _};

use chrono::{NaiveDate, TimeZone as _, Utc};
use kontor_datev::{BatchSummary, ReportBook};
use zip::ZipArchive;

use crate::files::{Batch, converted, row};

/// The text of all parts of a workbook.
fn parts(book: Vec<u8>) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(book)).expect("a workbook");
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).expect("a part");
            let mut text = String::new();
            part.read_to_string(&mut text).expect("text");
            (part.name().expect("a name").into_owned(), text)
        })
        .collect()
}

fn book() -> Vec<(String, String)> {
    let folder = std::env::temp_dir();
    let rows = vec![
        row("028-1234567-1234567", "8400"),
        row("028-9999999-9999999", "8400"),
        row("028-1234567-0000003", "0"),
    ];
    let done = converted(&Batch::new(rows).bytes()).expect("a batch");
    let at = Utc.with_ymd_and_hms(2026, 11, 24, 8, 30, 0).unwrap();
    let local = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(9, 30, 0).unwrap();
    let mut report = ReportBook::new(&folder, at, local).expect("a report");
    for finding in &done.findings {
        report.finding("EXTF_=a.csv", finding).expect("a row");
    }
    let summary =
        BatchSummary { source: "EXTF_=a.csv", output: "#_EXTF_=a.csv", conversion: &done.done };
    report.batch(&summary).expect("a summary");
    let mut into = Cursor::new(Vec::new());
    report.save(&mut into).expect("saved");
    parts(into.into_inner())
}

#[test]
fn the_report_has_its_four_sheets_and_says_where_what_changed() {
    let parts = book();
    let workbook = &parts.iter().find(|(n, _)| n == "xl/workbook.xml").expect("a workbook").1;
    for name in ["Zusammenfassung", "Änderungen", "Nicht gefunden", "Warnungen"] {
        assert!(workbook.contains(name), "{name}");
    }
    let sheet = |n: u8| {
        let name = format!("xl/worksheets/sheet{n}.xml");
        parts.iter().find(|(part, _)| *part == name).expect("a sheet").1.clone()
    };
    assert!(sheet(2).contains("K10001") && sheet(2).contains("<v>3</v>"), "{}", sheet(2));
    assert!(sheet(3).contains("028-9999999-9999999"));
    assert!(sheet(4).contains("K10003, K10004") && sheet(4).contains("kritischen"));
}

#[test]
fn no_cell_of_the_report_is_a_formula() {
    assert!(book().iter().all(|(_, text)| !text.contains("<f>")));
}
