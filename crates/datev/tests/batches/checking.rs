use kontor_core::problem::Language;
use kontor_datev::{CheckReport, Rule, check};

use crate::files::{Batch, Charset, META, converted, headings, row};

/// A batch that keeps every rule, headings as DATEV writes them.
fn good() -> Vec<String> {
    let mut cells = row("RE-1", "8400");
    for (index, cell) in cells.iter_mut().enumerate() {
        let is_number = include_str!("../datev_v13_fields.tsv")
            .lines()
            .nth(index + 1)
            .is_some_and(|line| line.split('\t').nth(2) != Some("text"));
        if is_number && cell == "\"\"" {
            cell.clear();
        }
    }
    cells
}

fn checked(rows: Vec<Vec<String>>) -> CheckReport {
    check(Batch::new(rows).bytes().as_slice(), "EXTF_a.csv").expect("a batch")
}

fn rules(report: &CheckReport) -> Vec<Rule> {
    report.violations.iter().map(|v| v.rule).collect()
}

#[test]
fn a_batch_that_keeps_every_rule_has_no_violation() {
    let report = checked(vec![good(), good()]);
    assert_eq!(report.violations, []);
    assert_eq!((report.sums.rows, report.sums.debit, report.errors), (2, 23_800, 0));
}

#[test]
fn every_breach_in_a_field_is_named_with_its_line_and_field() {
    let cases: [(usize, &str, Rule); 31] = [
        (0, "", Rule::Required),
        (0, "0,00", Rule::AmountZero),
        (0, "1.234,00", Rule::AmountForm),
        (0, "-1,00", Rule::AmountForm),
        (0, "\"1,00\"", Rule::QuoteUnwanted),
        (0, "12345678901,00", Rule::AmountForm),
        (1, "\"X\"", Rule::NotAllowed),
        (1, "S", Rule::QuoteMissing),
        (2, "\"EU\"", Rule::LettersForm),
        (3, "1,5", Rule::AmountForm),
        (6, "0000", Rule::AccountForm),
        (7, "0", Rule::AccountForm),
        (7, "84-00", Rule::AccountForm),
        (8, "\"12345\"", Rule::NumberForm),
        (9, "502", Rule::DateForm),
        (9, "3102", Rule::DateForm),
        (9, "0111", Rule::DateOutside),
        (10, "\"RE 1\"", Rule::DocumentForm),
        (10, "\"1234567890123456789012345678901234567\"", Rule::TooLong),
        (11, "\"1234567890123\"", Rule::LongerThanUsual),
        (13, "\"a\"b\"", Rule::QuoteStray),
        (13, "\"Zeile\tzwei\"", Rule::ControlCharacter),
        (13, "\"1234567890123456789012345678901234567890123456789012345678901\"", Rule::TooLong),
        (14, "2", Rule::NotAllowed),
        (41, "\"X\"", Rule::NotAllowed),
        (87, "1,5", Rule::NumberForm),
        (92, "31022026", Rule::DateForm),
        (113, "", Rule::LockEmpty),
        (114, "01012024", Rule::ServiceDateAlone),
        (117, "\"2\"", Rule::NotAllowed),
        (121, "6", Rule::NotAllowed),
    ];
    for (index, cell, rule) in cases {
        let mut cells = good();
        cells[index] = cell.into();
        let report = checked(vec![good(), cells]);
        let found = report.violations.first().unwrap_or_else(|| panic!("{index} {cell}"));
        assert_eq!((found.rule, found.line), (rule, 4), "{index} {cell}: {:?}", report.violations);
        let field = if rule == Rule::ServiceDateAlone { index + 2 } else { index + 1 };
        assert_eq!(found.field, Some(field), "{cell}");
        assert_eq!(report.violations.len(), 1, "{cell}: {:?}", report.violations);
    }
}

#[test]
fn line_ends_encodings_and_names_are_judged() {
    let mut batch = Batch::new(vec![good()]);
    batch.line_end = "\n";
    let report = check(batch.bytes().as_slice(), "EXTF_a.csv").expect("a batch");
    assert_eq!(rules(&report), [Rule::LineEnd; 3]);
    batch.line_end = "\r\n";
    batch.has_last_line_end = false;
    let report = check(batch.bytes().as_slice(), "#_EXTF_a.csv").expect("a batch");
    assert_eq!(rules(&report), [Rule::FileName, Rule::LastLineEnd]);
    batch.has_last_line_end = true;
    for (charset, rule) in
        [(Charset::Utf8, Rule::Utf8WithoutMark), (Charset::Utf8Bom, Rule::Utf8WithMark)]
    {
        batch.charset = charset;
        let report = check(batch.bytes().as_slice(), "EXTF_a.csv").expect("a batch");
        assert_eq!(rules(&report), [rule]);
    }
}

#[test]
fn the_meta_line_is_judged_field_by_field() {
    let cases = [
        (10, "1000", Rule::HeaderValue),
        (11, "", Rule::HeaderOrderTerm),
        (12, "20240231", Rule::HeaderValue),
        (13, "9", Rule::HeaderValue),
        (16, "\"zu/viel!\"", Rule::HeaderValue),
        (17, "\"wd\"", Rule::HeaderValue),
        (20, "", Rule::Required),
        (7, "RE", Rule::QuoteMissing),
    ];
    for (index, cell, rule) in cases {
        let mut meta: Vec<&str> = META.split(';').collect();
        meta[index] = cell;
        let text =
            format!("{}\r\n{}\r\n{}\r\n", meta.join(";"), headings().join(";"), good().join(";"));
        let bytes: Vec<u8> = Charset::Windows.bytes(&text);
        let report = check(bytes.as_slice(), "EXTF_a.csv").expect("a batch");
        let found = &report.violations[0];
        assert_eq!((found.line, found.field, found.rule), (1, Some(index + 1), rule), "{cell}");
    }
}

#[test]
fn a_period_beyond_one_fiscal_year_is_an_error() {
    let meta = META.replace("20240831", "20250131");
    let text = format!("{meta}\r\n{}\r\n{}\r\n", headings().join(";"), good().join(";"));
    let report = check(Charset::Windows.bytes(&text).as_slice(), "EXTF_a.csv").expect("a batch");
    assert_eq!(rules(&report), [Rule::PeriodOutsideYear]);
}

#[test]
fn rows_that_do_not_fit_and_locks_that_differ_are_named() {
    let mut short = good();
    short.truncate(124);
    let mut locked = good();
    locked[113] = "1".into();
    let report = checked(vec![good(), short, locked]);
    assert_eq!(rules(&report), [Rule::RowWidth, Rule::LockMixed]);
    let mut open = good();
    open[13] = "\"offen".into();
    let report = checked(vec![good(), open]);
    assert_eq!(rules(&report), [Rule::RowUnreadable]);
}

#[test]
fn many_breaches_of_one_rule_are_counted_and_a_hundred_listed() {
    let mut cells = good();
    cells[113] = String::new();
    let report = checked(vec![cells; 250]);
    assert_eq!((report.errors, report.violations.len()), (250, 100));
    assert_eq!(report.counts, [(Rule::LockEmpty, 250)]);
}

#[test]
fn contra_account_0_is_critical_for_convert_and_a_violation_for_check() {
    let mut cells = good();
    cells[7] = "0".into();
    let source = Batch::new(vec![cells]).bytes();
    assert_eq!(converted(&source).expect("a batch").done.critical, 1);
    let report = check(source.as_slice(), "EXTF_a.csv").expect("a batch");
    assert_eq!(rules(&report), [Rule::AccountForm]);
}

#[test]
fn every_rule_is_said_in_german_and_english() {
    for rule in Rule::ALL {
        let texts = [Language::De, Language::En].map(|language| rule.text(language));
        assert!(texts.iter().all(|t| t.len() > 10) && texts[0] != texts[1], "{rule:?}");
    }
}
