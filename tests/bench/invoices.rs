//! Documents a second on one core, beside `pdftotext -layout` over the same files in the same run.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use kontor_invoice::{Limits, Rules, read};
use kontor_specimen::specimens;

use super::Figure;

const DOCUMENTS: usize = 420;

/// Measures the reader; the comparison says so when `pdftotext` is not there.
pub(crate) fn measure() -> Result<Vec<Figure>> {
    let rules = Arc::new(Rules::shipped().context("shipped rules")?);
    let limits = Limits::default();
    let specimens = specimens(7, DOCUMENTS);
    let begun = Instant::now();
    let read_whole = specimens
        .iter()
        .filter(|s| read(&s.name, s.pdf.clone(), &rules, &limits).confidence == 100)
        .count();
    let ours = begun.elapsed().as_secs_f64() * 1_000.0 / DOCUMENTS as f64;
    println!("invoices: {read_whole} of {DOCUMENTS} read whole");
    let mut figures = vec![Figure {
        name: "invoice, read with all fields".into(),
        value: ours,
        promise: 10.0,
        unit: "ms (100 documents/s)",
    }];
    match pdftotext(&specimens)? {
        Some(theirs) => figures.push(Figure {
            name: "the same with pdftotext -layout".into(),
            value: theirs,
            promise: f64::INFINITY,
            unit: "ms (text only)",
        }),
        None => println!("invoices: pdftotext is not installed, nothing to compare with"),
    }
    Ok(figures)
}

/// Milliseconds a document; a process each, as the tool is used.
fn pdftotext(specimens: &[kontor_specimen::Specimen]) -> Result<Option<f64>> {
    let there = Command::new("pdftotext").arg("-v").stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    let mut paths = Vec::new();
    for specimen in specimens {
        let path = folder.path().join(&specimen.name);
        std::fs::write(&path, &specimen.pdf)?;
        paths.push(path);
    }
    let begun = Instant::now();
    for path in &paths {
        Command::new("pdftotext")
            .arg("-layout")
            .arg(path)
            .arg("-")
            .stdout(Stdio::null())
            .status()?;
    }
    Ok(Some(begun.elapsed().as_secs_f64() * 1_000.0 / paths.len() as f64))
}
