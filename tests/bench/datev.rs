//! Conversion of a DATEV batch, against copying the file and reading it with the `csv` crate alone.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use kontor_datev::{ConvertSettings, JtlNumbers, Marketplace, Replacement, convert, verify};

use crate::{Figure, store_work::peak_mib};

/// A third of the rows carries a marketplace's number, each its own.
const EVERY: usize = 3;
/// The best of so many rounds counts on both sides: other programs disturb only upwards.
const ROUNDS: usize = 3;

/// Measures one size and prints it as JSON.
pub(crate) fn child(rows: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("EXTF_bench.csv");
    write_batch(&source, rows)?;
    let before = peak_mib()?;
    let mut ours = Duration::MAX;
    for _ in 0..ROUNDS {
        ours = ours.min(convert_file(&source, &folder.path().join("out.csv"))?);
    }
    let peak = peak_mib()?;
    let mut alone = Duration::MAX;
    for _ in 0..ROUNDS {
        alone = alone.min(copy_and_parse(&source, &folder.path().join("copy.csv"))?);
    }
    let report = serde_json::json!({
        "ratio": ours.as_secs_f64() / alone.as_secs_f64(),
        "rows_per_second": rows as f64 / ours.as_secs_f64(),
        "peak_mib": peak - before,
    });
    println!("{report}");
    Ok(())
}

/// The figures of a size, as a process of its own measured them.
pub(crate) fn figures(rows: usize, measured: &serde_json::Value) -> Result<Vec<Figure>> {
    let number = |name: &str| measured[name].as_f64().with_context(|| name.to_owned());
    Ok(vec![
        Figure {
            name: format!("DATEV convert + verify, {rows} rows"),
            value: number("ratio")?,
            promise: 2.0,
            unit: "× copy + csv crate",
        },
        Figure {
            name: format!("DATEV memory, {rows} rows"),
            value: number("peak_mib")?,
            promise: 64.0,
            unit: "MiB above the start",
        },
        Figure {
            name: format!("DATEV rows, {rows} rows"),
            value: number("rows_per_second")? / 1e6,
            promise: f64::INFINITY,
            unit: "million/s",
        },
    ])
}

fn number(row: usize) -> String {
    format!("{:03}-{:07}-{:07}", row % 1_000, row / 10_000_000, row % 10_000_000)
}

fn write_batch(path: &Path, rows: usize) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let headings: Vec<&str> = kontor_datev::headings().collect();
    let head = format!(
        "\"EXTF\";700;21;\"Buchungsstapel\";13;20260130140440439;;\"RE\";\"\";\"\";29098;55003;20260101;4;20260101;20261231;\"\";\"\";1;0;0;\"EUR\";;\"\";;;\"03\";;;\"\";\"\"\r\n{}\r\n",
        headings.join(";")
    );
    let head: Vec<u8> = head.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
    out.write_all(&head)?;
    // The fields between and after those that are filled, as DATEV writes them empty.
    let empty = "\"\";".repeat(36);
    let pairs = "\"\";".repeat(40);
    let rest = ";".repeat(25);
    for row in 0..rows {
        let document = if row % EVERY == 0 { number(row) } else { format!("RE-{row}") };
        write!(
            out,
            "{},{:02};\"S\";\"EUR\";;;\"\";10001;8400;\"\";0502;\"{document}\";{empty}{pairs}{rest}0;;;;\"\";;\"\";\"\";;\"\";;;\"Verkauf Nr. {row}\"\r\n",
            row % 900 + 1,
            row % 100
        )?;
    }
    out.flush()?;
    Ok(())
}

fn convert_file(source: &Path, target: &PathBuf) -> Result<Duration> {
    let settings = ConvertSettings {
        marketplaces: vec![
            Marketplace::new("Amazon", "[0-9]{3}-[0-9]{7}-[0-9]{7}", "AmazonOrderID-Check am")?,
            Marketplace::new("TEMU", "PO-[0-9]{3}-[0-9]{17}", "TEMU-Bestellnummer-Check am")?,
        ],
        replacement: Replacement::CustomerNumber,
        critical: 0..=20,
        day: chrono::NaiveDate::from_ymd_opt(2026, 11, 24).context("a day")?,
    };
    let mut lookup = |numbers: &[String]| {
        let answer = |n: &String| JtlNumbers {
            external: n.clone(),
            customer: "K12345".into(),
            order: String::new(),
        };
        Ok(numbers.iter().map(answer).collect())
    };
    let mut findings = 0_u64;
    let begun = Instant::now();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(target)?);
    let done = convert(source, &mut out, &settings, &mut lookup, &mut |_| {
        findings += 1;
        Ok(())
    })?;
    drop(out);
    verify(target.as_path(), &done.sums)?;
    let spent = begun.elapsed();
    anyhow::ensure!(done.changed + done.warnings == findings, "{done:?}");
    Ok(spent)
}

fn copy_and_parse(source: &Path, target: &Path) -> Result<Duration> {
    let begun = Instant::now();
    std::fs::copy(source, target)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .flexible(true)
        .from_path(source)?;
    let mut record = csv::ByteRecord::new();
    let mut fields = 0;
    while reader.read_byte_record(&mut record)? {
        fields += record.len();
    }
    let spent = begun.elapsed();
    anyhow::ensure!(fields > 0, "nothing was read");
    Ok(spent)
}
