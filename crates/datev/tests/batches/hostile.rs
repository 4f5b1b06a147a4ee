use kontor_core::Code;
use kontor_datev::{FindingKind, MAX_ROW, Warning};

use crate::files::{Batch, META, converted, headings, row};

fn refused(source: &[u8]) -> (Code, String) {
    let problem = converted(source).expect_err("refused");
    (problem.code, problem.detail.unwrap_or_default())
}

#[test]
fn an_empty_file_is_called_empty() {
    assert_eq!(refused(b"").0, Code::DatevEmpty);
    assert_eq!(refused(b"\xef\xbb\xbf").0, Code::DatevEmpty);
}

#[test]
fn utf_16_is_refused_with_and_without_its_mark() {
    let text = String::from_utf8_lossy(&Batch::new(vec![row("RE-1", "8400")]).bytes()).into_owned();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for source in [
        [b"\xff\xfe", little.as_slice()].concat(),
        little.clone(),
        [b"\xfe\xff", big.as_slice()].concat(),
        big,
    ] {
        assert_eq!(refused(&source).0, Code::DatevEncodingUnsupported);
    }
}

#[test]
fn what_is_no_batch_is_refused() {
    for source in [
        "a;b;c\r\n1;2;3\r\n",
        "\"EXTF\";700;16;\"Debitoren\"\r\nx\r\n",
        "PK\u{3}\u{4}rest",
        "\n\n\n",
    ] {
        assert_eq!(refused(source.as_bytes()).0, Code::DatevNotExtf, "{source}");
    }
    assert_eq!(refused(META.as_bytes()).0, Code::DatevNotExtf);
}

#[test]
fn a_missing_column_is_named() {
    let source = format!("{META}\r\nUmsatz;Belegfeld 1\r\n1;2\r\n");
    assert_eq!(
        refused(source.as_bytes()),
        (Code::DatevColumnMissing, "Gegenkonto (ohne BU-Schlüssel)".to_owned())
    );
}

#[test]
fn a_row_with_a_field_too_few_or_too_many_is_refused_by_its_line() {
    for change in [0, 2] {
        let mut cells = row("RE-1", "8400");
        cells.resize(124 + change, "x".into());
        let source = Batch::new(vec![row("RE-0", "8400"), cells]).bytes();
        let (code, detail) = refused(&source);
        assert_eq!(code, Code::DatevRowMalformed);
        assert!(detail.starts_with("line 4: "), "{detail}");
    }
}

#[test]
fn a_delimiter_at_the_end_of_a_row_is_harmless() {
    let mut cells = row("028-1234567-1234567", "8400");
    cells.push(String::new());
    let done = converted(&Batch::new(vec![cells]).bytes()).expect("a batch");
    assert_eq!(done.done.changed, 1);
    assert!(done.bytes.ends_with(b";\r\n"));
}

#[test]
fn a_quote_that_is_never_closed_is_refused_and_not_read_to_the_end_in_memory() {
    let mut cells = row("RE-1", "8400");
    cells[13] = "\"offen".into();
    let mut source = Batch::new(vec![cells]).bytes();
    let (code, _) = refused(&source);
    assert_eq!(code, Code::DatevRowMalformed);
    source.resize(source.len() + 3 * MAX_ROW, b'x');
    assert_eq!(refused(&source).0, Code::DatevRowTooLong);
}

#[test]
fn a_quote_in_the_middle_is_kept_and_warned_of() {
    for text in ["Schrank 5\" TV", "\"Schrank \"5\" TV\""] {
        let mut cells = row("028-1234567-1234567", "8400");
        cells[13] = text.into();
        let done = converted(&Batch::new(vec![cells, row("RE-2", "8400")]).bytes()).expect(text);
        let found = String::from_utf8_lossy(&done.bytes).into_owned();
        assert!(found.contains(text), "{found}");
        assert_eq!(done.done.changed, 1);
        let stray: Vec<u64> = done
            .findings
            .iter()
            .filter(|f| matches!(f.kind, FindingKind::Warning(Warning::StrayQuote)))
            .map(|f| f.line)
            .collect();
        assert_eq!(stray, [3]);
    }
}

#[test]
fn blank_lines_and_the_old_end_of_file_character_stay() {
    let mut source = Batch::new(vec![row("028-1234567-1234567", "8400")]).bytes();
    source.extend_from_slice(b"\r\n\r\n\x1a");
    let done = converted(&source).expect("a batch");
    assert!(done.bytes.ends_with(b"\r\n\r\n\r\n\x1a"));
    assert_eq!((done.done.sums.rows, done.done.changed), (1, 1));
}

#[test]
fn a_hundred_thousand_rows_go_through_and_are_said_to_be_too_many() {
    let mut source = format!("{META}\r\n{}\r\n", headings().join(";")).replace('ü', "\u{fc}");
    let line = row("028-1234567-1234567", "8400").join(";");
    for _ in 0..100_000 {
        source.push_str(&line);
        source.push_str("\r\n");
    }
    let source: Vec<u8> =
        source.chars().map(|c| u8::try_from(u32::from(c)).expect("latin")).collect();
    let done = converted(&source).expect("a batch");
    assert_eq!((done.done.changed, done.done.sums.rows), (100_000, 100_000));
    assert!(
        done.findings
            .iter()
            .any(|f| { f.kind == FindingKind::Warning(Warning::TooManyRows { rows: 100_000 }) })
    );
}

#[test]
fn amounts_and_accounts_that_cannot_be_read_are_warned_of_and_in_no_sum() {
    let mut cells = row("RE-1", "Kasse");
    cells[0] = "1.234,00".into();
    let done = converted(&Batch::new(vec![cells]).bytes()).expect("a batch");
    assert_eq!((done.done.warnings, done.done.sums.unreadable), (2, 1));
    assert_eq!(done.done.sums.debit, 0);
}
