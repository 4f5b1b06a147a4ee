//! A checker of EXTF files that is written from the field table and DATEV's file rules, and shares nothing with the writer.

use std::collections::BTreeSet;

use chrono::NaiveDate;

/// DATEV's own example of line 1: which of its fields stand in quotes is taken from here.
const EXAMPLE: &str = r#""EXTF";700;21;"Buchungsstapel";13;20240130140440439;;"RE";"";"";29098;55003;20240101;4;20240101;20240831;"Buchungsstapel";"WD";1;0;0;"EUR";;"";;;"03";;;"";"""#;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) rows: u64,
    pub(crate) debit: i128,
    pub(crate) credit: i128,
    /// Of the rows with Generalumkehr, debit minus credit.
    pub(crate) reversed: i128,
}

/// Fails with the first breach; the sums of a good file.
pub(crate) fn approve(bytes: &[u8]) -> Result<Sums, String> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err("BOM".into());
    }
    if !bytes.ends_with(b"\r\n") {
        return Err("the last line has no CRLF".into());
    }
    let unassigned = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
    if bytes.iter().any(|b| unassigned.contains(b)) {
        return Err("not Windows-1252".into());
    }
    // Latin-1 is enough to look at lengths and alphabets.
    let text: String = bytes.iter().map(|b| char::from(*b)).collect();
    let body = text.strip_suffix("\r\n").unwrap_or_default();
    if body.replace("\r\n", "").contains(['\r', '\n']) {
        return Err("a bare line end".into());
    }
    let mut lines = body.split("\r\n");
    let period = meta(lines.next().ok_or("no line 1")?)?;
    let table: Vec<[&str; 4]> = include_str!("../datev_v13_fields.tsv")
        .lines()
        .skip(1)
        .map(|line| {
            let mut columns = line.split('\t');
            [(); 4].map(|()| columns.next().expect("four columns"))
        })
        .collect();
    let headings: Vec<String> =
        lines.next().ok_or("no line 2")?.split(';').map(str::to_owned).collect();
    let wanted: Vec<String> = table.iter().map(|row| latin(row[1])).collect();
    if headings != wanted {
        return Err("the headings differ".into());
    }
    let mut sums = Sums::default();
    for line in lines {
        sums.rows += 1;
        posting(line, &table, &period, &mut sums).map_err(|e| format!("row {}: {e}", sums.rows))?;
    }
    if sums.rows > 99_999 {
        return Err("too many rows".into());
    }
    Ok(sums)
}

/// A text as Windows-1252 read as Latin-1: only `ü` and the like occur in headings.
fn latin(text: &str) -> String {
    assert!(text.chars().all(|c| u32::from(c) < 256));
    text.to_owned()
}

fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_inside = false;
    for character in line.chars() {
        match character {
            ';' if !is_inside => cells.push(String::new()),
            other => {
                is_inside ^= other == '"';
                cells.last_mut().expect("a cell").push(other);
            }
        }
    }
    cells
}

fn date(text: &str, form: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, form).map_err(|_| format!("{text} is no date"))
}

fn meta(line: &str) -> Result<(NaiveDate, NaiveDate), String> {
    let (found, example) = (cells(line), cells(EXAMPLE));
    if found.len() != 31 {
        return Err(format!("{} fields in line 1", found.len()));
    }
    for (index, (cell, sample)) in found.iter().zip(&example).enumerate() {
        if cell.starts_with('"') != sample.starts_with('"') {
            return Err(format!("quotes of field {} in line 1", index + 1));
        }
    }
    for fixed in [0, 1, 2, 3, 4, 21] {
        if found[fixed] != example[fixed] {
            return Err(format!("field {} of line 1", fixed + 1));
        }
    }
    for empty in [6, 22, 24, 25, 28] {
        if !found[empty].is_empty() {
            return Err(format!("field {} of line 1 is not empty", empty + 1));
        }
    }
    let is_stamp = found[5].len() == 17 && found[5].chars().all(|c| c.is_ascii_digit());
    let number = |index: usize| found[index].parse::<u32>().map_err(|e| e.to_string());
    let in_bounds = (1_001..=9_999_999).contains(&number(10)?)
        && (1..=99_999).contains(&number(11)?)
        && (4..=8).contains(&number(13)?)
        && ["0", "1"].contains(&found[20].as_str())
        && found[16].chars().count() <= 32
        && found[30].len() <= 18;
    if !is_stamp || !in_bounds {
        return Err("line 1 is out of bounds".into());
    }
    let (year, from, to) =
        (date(&found[12], "%Y%m%d")?, date(&found[14], "%Y%m%d")?, date(&found[15], "%Y%m%d")?);
    let next = year.checked_add_months(chrono::Months::new(12)).expect("a year");
    if year <= from && from <= to && to < next { Ok((from, to)) } else { Err("period".into()) }
}

fn posting(
    line: &str,
    table: &[[&str; 4]],
    (from, to): &(NaiveDate, NaiveDate),
    sums: &mut Sums,
) -> Result<(), String> {
    let cells = cells(line);
    if cells.len() != 125 {
        return Err(format!("{} fields", cells.len()));
    }
    for (cell, [number, heading, kind, limit]) in cells.iter().zip(table) {
        field(cell, kind, limit).map_err(|e| format!("field {number} {heading}: {e}: {cell}"))?;
    }
    for required in [1, 2, 7, 8, 10, 114] {
        if cells[required - 1].trim_matches('"').is_empty() {
            return Err(format!("field {required} is empty"));
        }
    }
    use chrono::Datelike as _;
    let day = &cells[9];
    let years: BTreeSet<i32> = [from.year(), to.year()].into();
    let fits = years
        .iter()
        .any(|y| date(&format!("{day}{y}"), "%d%m%Y").is_ok_and(|d| (*from..=*to).contains(&d)));
    if !fits {
        return Err(format!("{day} is not in the period"));
    }
    let amount: i128 = cells[0].replace(',', "").parse().map_err(|_| "amount")?;
    let signed = match cells[1].as_str() {
        "\"S\"" => amount,
        _ => -amount,
    };
    if signed > 0 {
        sums.debit += amount;
    } else {
        sums.credit += amount;
    }
    if cells[117] == "\"1\"" {
        sums.reversed += signed;
    }
    Ok(())
}

fn field(cell: &str, kind: &str, limit: &str) -> Result<(), String> {
    let is_quoted = cell.len() >= 2 && cell.starts_with('"') && cell.ends_with('"');
    if (kind == "text") != is_quoted || (kind != "text" && cell.contains('"')) {
        return Err("quotes".into());
    }
    let inner =
        if is_quoted { cell[1..cell.len() - 1].replace("\"\"", "\u{1}") } else { cell.to_owned() };
    if inner.contains('"') {
        return Err("a single quote".into());
    }
    let inner = inner.replace('\u{1}', "\"");
    if inner.chars().any(|c| u32::from(c) < 32) {
        return Err("control character".into());
    }
    if inner.is_empty() {
        return Ok(());
    }
    let first = limit.split([' ', ';', '(']).next().unwrap_or_default();
    let fits = match kind {
        "text" => text(&inner, first, limit),
        "date" => date_of(&inner, limit),
        _ => number(&inner, first, limit),
    };
    if fits { Ok(()) } else { Err(format!("not as {limit} says")) }
}

fn text(inner: &str, first: &str, limit: &str) -> bool {
    let length = inner.chars().count();
    if limit.contains("same characters") || limit.contains("only A-Z") {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_$&%*+-/".contains(c);
        return length <= first.trim_end_matches(',').parse().expect("a length")
            && inner.chars().all(is_allowed);
    }
    if limit.contains("letters") {
        return length == first.parse::<usize>().expect("a length")
            && inner.chars().all(|c| c.is_ascii_alphabetic());
    }
    match limit {
        l if l.starts_with("S or H") => ["S", "H"].contains(&inner),
        "max 4 digits" => length <= 4 && inner.chars().all(|c| c.is_ascii_digit()),
        "I/K/P/S" => ["I", "K", "P", "S"].contains(&inner),
        l if l.starts_with("0/1") => ["0", "1", "G"].contains(&inner),
        _ => length <= first.parse().expect("a length"),
    }
}

fn date_of(inner: &str, limit: &str) -> bool {
    match limit.split([',', ' ', ';']).next() {
        Some("DDMM") => inner.len() == 4 && date(&format!("{inner}2024"), "%d%m%Y").is_ok(),
        Some("DDMMYYYY") => inner.len() == 8 && date(inner, "%d%m%Y").is_ok(),
        _ => inner.len() == 4 && inner.parse::<u16>().is_ok(),
    }
}

fn number(inner: &str, first: &str, limit: &str) -> bool {
    let is_digits = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit());
    if limit.starts_with("0/1") {
        return ["0", "1"].contains(&inner);
    }
    let is_zero = inner.chars().all(|c| matches!(c, '0' | ','));
    if is_zero && (limit.contains("not 0") || limit.contains(">0") || limit.contains("not all 0")) {
        return false;
    }
    if limit.starts_with("1-10 digits , 2") || first.contains(',') {
        let (digits, decimals) = first.split_once(',').unwrap_or(("10", "2"));
        let (digits, decimals): (usize, usize) =
            (digits.parse().expect("digits"), decimals.parse().expect("decimals"));
        let (whole, fraction) = inner.split_once(',').unwrap_or((inner, "0"));
        return is_digits(whole)
            && is_digits(fraction)
            && whole.len() <= digits
            && fraction.len() <= decimals;
    }
    let most = first.rsplit('-').next().and_then(|n| n.parse().ok()).expect("a length");
    is_digits(inner) && inner.len() <= most
}
