use kontor_datev::{FindingKind, Replacement, Warning, control_sums};
use proptest::prelude::*;

use crate::files::{
    AMAZON_MARK, Batch, CONTRA, DOCUMENT, FIRST_PAIR, TEMU_MARK, batch, converted, converted_to,
    row,
};

/// What stands in a cell's place, by the rules of the paper and with no code of the conversion.
fn expected(batch: &Batch, to: Replacement) -> Batch {
    let value = |document: &str| match (document, to) {
        ("028-1234567-1234567", Replacement::CustomerNumber) => Some("K10001"),
        ("028-1234567-0000002", Replacement::CustomerNumber) => Some("K10002"),
        ("PO-076-12345678901234567", Replacement::CustomerNumber) => Some("K20001"),
        ("028-1234567-1234567", Replacement::OrderNumber) => Some("AU-1"),
        ("028-1234567-0000003", Replacement::OrderNumber) => Some("AU-4"),
        ("028-1234567-0000004", Replacement::OrderNumber) => Some("AU-5"),
        ("028-1234567-0000005", Replacement::OrderNumber) => Some("AU-6"),
        ("PO-076-12345678901234567", Replacement::OrderNumber) => Some("AU-7"),
        _ => None,
    };
    let mut wanted = batch.clone();
    for cells in &mut wanted.rows {
        let old = cells[DOCUMENT].clone();
        let document = old.trim_matches('"').to_owned();
        let Some(new) = value(&document) else { continue };
        cells[DOCUMENT] = if old.starts_with('"') { format!("\"{new}\"") } else { new.to_owned() };
        let is_empty = |cell: &str| cell.is_empty() || cell == "\"\"";
        let free = (0..20)
            .map(|n| FIRST_PAIR + 2 * n)
            .find(|at| is_empty(&cells[*at]) && is_empty(&cells[*at + 1]));
        if let Some(at) = free {
            let mark = if document.starts_with("PO") { TEMU_MARK } else { AMAZON_MARK };
            cells[at] = "\"Prüfung\"".to_owned();
            cells[at + 1] = format!("\"{mark}\"");
        }
    }
    wanted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn exactly_the_intended_cells_differ(batch in batch()) {
        for to in [Replacement::CustomerNumber, Replacement::OrderNumber] {
            let source = batch.bytes();
            let done = converted_to(&source, to).expect("a batch");
            let wanted = expected(&batch, to).bytes();
            let shown = (String::from_utf8_lossy(&done.bytes), String::from_utf8_lossy(&wanted));
            prop_assert!(done.bytes == wanted, "{}\n{}", shown.0, shown.1);
        }
    }

    #[test]
    fn a_file_without_marketplace_numbers_comes_out_as_the_same_bytes(batch in batch()) {
        let mut batch = batch;
        for cells in &mut batch.rows {
            cells[DOCUMENT] = "\"RE-17\"".into();
        }
        let source = batch.bytes();
        let done = converted(&source).expect("a batch");
        prop_assert_eq!(done.bytes, source);
        prop_assert!(done.lookups.is_empty());
    }

    #[test]
    fn control_sums_before_and_after_agree_and_are_those_of_the_cells(batch in batch()) {
        let source = batch.bytes();
        let done = converted(&source).expect("a batch");
        let after = control_sums(done.bytes.as_slice()).expect("a batch");
        prop_assert_eq!(done.done.sums, after);
        let side = |wanted: &str| -> i128 {
            let cells = batch.rows.iter().filter(|r| r[1].trim_matches('"') == wanted);
            cells.map(|r| r[0].replace(',', "").parse::<i128>().expect("digits")).sum()
        };
        prop_assert_eq!((after.debit, after.credit), (side("S"), side("H")));
        prop_assert_eq!(after.rows, batch.rows.len() as u64);
    }

    #[test]
    fn converting_twice_changes_nothing_more(batch in batch()) {
        let once = converted(&batch.bytes()).expect("a batch");
        let twice = converted(&once.bytes).expect("a batch");
        prop_assert_eq!(twice.bytes, once.bytes);
    }

    #[test]
    fn another_reader_of_csv_sees_the_same_table(batch in batch()) {
        let source = batch.bytes();
        let done = converted(&source).expect("a batch");
        let table = |bytes: &[u8]| -> Vec<csv::ByteRecord> {
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(b';')
                .has_headers(false)
                .flexible(true)
                .from_reader(bytes);
            reader.byte_records().map(|r| r.expect("a record")).collect()
        };
        let (before, after) = (table(&source), table(&done.bytes));
        prop_assert_eq!(before.len(), after.len());
        for (index, (old, new)) in before.iter().zip(&after).enumerate() {
            let changed: Vec<usize> = (0..125).filter(|c| old.get(*c) != new.get(*c)).collect();
            let line = index as u64 + 1;
            let is_reported = done.findings.iter().any(|f| {
                f.line == line && matches!(f.kind, FindingKind::Changed { .. })
            });
            prop_assert_eq!(changed.contains(&DOCUMENT), is_reported);
            prop_assert!(changed.len() <= 3 && changed.iter().all(|c| *c == DOCUMENT || (FIRST_PAIR..FIRST_PAIR + 40).contains(c)));
        }
    }
}

#[test]
fn all_numbers_of_a_file_are_looked_up_at_once_and_each_once() {
    let rows = (0..5_000).map(|n| row(&format!("028-1234567-{:07}", n % 1_000), "8400")).collect();
    let done = converted(&Batch::new(rows).bytes()).expect("a batch");
    assert_eq!(done.lookups.iter().map(Vec::len).collect::<Vec<_>>(), [1_000]);
}

#[test]
fn a_number_that_jtl_does_not_have_stays_and_is_listed() {
    let source = Batch::new(vec![row("028-9999999-9999999", "8400")]).bytes();
    let done = converted(&source).expect("a batch");
    assert_eq!(done.bytes, source);
    assert_eq!((done.done.not_found, done.done.changed), (1, 0));
    assert_eq!(done.findings[0].line, 3);
}

#[test]
fn orders_that_differ_leave_the_cell_and_warn() {
    let source = Batch::new(vec![row("028-1234567-0000003", "8400")]).bytes();
    let done = converted(&source).expect("a batch");
    assert_eq!(done.bytes, source);
    assert!(matches!(
        &done.findings[0].kind,
        FindingKind::Warning(Warning::Ambiguous { candidates, .. }) if candidates == &["K10003", "K10004"]
    ));
}

#[test]
fn a_customer_number_that_belegfeld_1_forbids_is_not_written() {
    let source = Batch::new(vec![row("028-1234567-0000005", "8400")]).bytes();
    let done = converted(&source).expect("a batch");
    assert_eq!(done.bytes, source);
    assert!(matches!(done.findings[0].kind, FindingKind::Warning(Warning::NumberUnusable { .. })));
}

#[test]
fn contra_accounts_from_0_to_20_are_critical_and_21_is_not() {
    let accounts = ["0", "00", "20", "0020", "21", "8400"];
    let rows = accounts.map(|account| row("RE-1", account)).to_vec();
    let done = converted(&Batch::new(rows).bytes()).expect("a batch");
    assert_eq!(done.done.critical, 4);
    let lines: Vec<u64> = done.findings.iter().map(|f| f.line).collect();
    assert_eq!(lines, [3, 4, 5, 6]);
}

#[test]
fn with_all_pairs_taken_the_number_is_replaced_without_a_mark_and_a_warning_says_so() {
    let mut cells = row("028-1234567-1234567", "8400");
    cells[FIRST_PAIR..FIRST_PAIR + 40].fill("\"x\"".into());
    let done = converted(&Batch::new(vec![cells]).bytes()).expect("a batch");
    assert_eq!((done.done.changed, done.done.warnings), (1, 1));
    assert!(!done.bytes.windows(7).any(|w| w == b"Pr\xfcfung"));
}

#[test]
fn the_mark_goes_into_the_first_pair_that_is_empty_on_both_sides() {
    let mut cells = row("028-1234567-1234567", "8400");
    cells[FIRST_PAIR + 1] = "\"nur Inhalt\"".into();
    cells[FIRST_PAIR + 2] = "\"nur Art\"".into();
    let done = converted(&Batch::new(vec![cells]).bytes()).expect("a batch");
    assert!(matches!(done.findings[0].kind, FindingKind::Changed { pair: Some(3), .. }));
}

#[test]
fn the_contra_column_may_be_quoted() {
    let mut cells = row("RE-1", "\"7\"");
    cells[CONTRA] = "\"7\"".into();
    assert_eq!(converted(&Batch::new(vec![cells]).bytes()).expect("a batch").done.critical, 1);
}
