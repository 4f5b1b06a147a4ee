//! Files that would harm a careless reader end with a clear flag, and the memory stays bounded.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::sync::Arc;

use kontor_invoice::{Document, Flag, Limits, Rules, first_page, read};
use kontor_specimen::{hostile, specimen};

fn read_it(name: &str, bytes: Vec<u8>) -> Document {
    let rules = Arc::new(Rules::shipped().expect("shipped rules"));
    read(name, bytes, &rules, &Limits::default())
}

/// Peak memory of this process in MiB.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

#[test]
fn every_hostile_file_gets_its_flag_and_the_others_go_on() {
    for file in hostile() {
        let document = read_it(file.name, file.bytes);
        let flags: Vec<String> = document.flags.iter().map(Flag::to_string).collect();
        assert_eq!(flags, [file.flag], "{}: {:?}", file.name, document.detail);
        assert_eq!(document.gross, None, "{}", file.name);
    }
    let good = specimen(7, 0);
    assert_eq!(read_it(&good.name, good.pdf).number, Some(good.truth.number));
    if let Some(peak) = peak_mib() {
        assert!(peak < 1_024, "{peak} MiB at the peak");
    }
}

#[test]
fn a_file_of_200_mb_is_refused_before_it_is_opened() {
    let mut bytes = specimen(7, 0).pdf;
    bytes.resize(200 << 20, b'%');
    let document = read_it("huge.pdf", bytes);
    assert!(document.has(Flag::Broken));
    assert!(document.detail.is_some_and(|d| d.contains("max_file_mb")));
}

#[test]
fn a_cut_off_or_altered_document_is_never_read_wrongly() {
    let good = specimen(7, 0);
    let whole = read_it(&good.name, good.pdf.clone());
    let mut random = fastrand::Rng::with_seed(3);
    for round in 0..150 {
        let mut bytes = good.pdf.clone();
        if round % 3 == 0 {
            bytes.truncate(random.usize(..bytes.len()));
        } else {
            // Structure is damaged, not the digits of the text: those could be another invoice's.
            let at = random.usize(..bytes.len());
            let shift = random.usize(1..9);
            bytes.drain(at..(at + shift).min(good.pdf.len()));
        }
        let document = read_it("damaged.pdf", bytes);
        if let (Some(net), Some(vat), Some(gross)) = (document.net, document.vat, document.gross) {
            let agrees = (net + vat - gross).0.abs() <= 2;
            assert!(agrees || document.has(Flag::SumMismatch), "round {round}: {document:?}");
        }
        if !document.needs_a_look() {
            assert_eq!(document.gross, whole.gross, "round {round}");
        }
    }
}

#[test]
fn the_first_page_is_copied_alone() {
    let long = (0..200).map(|i| specimen(7, i)).find(|s| s.style.contains("items: 90"));
    let long = long.expect("a document of several pages");
    let copy = first_page(long.pdf.clone(), &Limits::default()).expect("a copy");
    let text = String::from_utf8_lossy(&copy).into_owned();
    assert_eq!(text.matches("/Type /Page\n").count(), 1);
    let read_copy = read_it("copy.pdf", copy);
    assert_eq!(read_copy.number, Some(long.truth.number), "its first page has the number");
    assert_eq!(first_page(b"no PDF".to_vec(), &Limits::default()), None);
}
