//! Every layout, composed in many ways: nothing is read wrongly, and nearly everything is read.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::fmt::Write as _;
use std::sync::Arc;

use kontor_invoice::{Document, Field, Flag, Limits, Rules, read};
use kontor_specimen::{PAPERS, Specimen, Truth, specimens};

/// Documents of the fixed set; more than 14 of each layout.
const COUNT: usize = 420;

/// What a field holds as text, beside what it should hold.
fn fields(document: &Document, truth: &Truth) -> Vec<(Field, Option<String>, String)> {
    let cents = |c: Option<kontor_core::money::Cents>| c.map(|c| c.0.to_string());
    let period = document.period_start.zip(document.period_end).map(|(a, b)| format!("{a} {b}"));
    let one_rate = truth.rates.len() == 1;
    let rates = document
        .rates
        .iter()
        .map(|r| format!("{} {} {}", r.rate.0, r.net.0, r.vat.0))
        .collect::<Vec<_>>()
        .join(", ");
    let wanted_rates = truth
        .rates
        .iter()
        .map(|(rate, net, vat)| format!("{rate} {net} {vat}"))
        .collect::<Vec<_>>()
        .join(", ");
    let mut all = vec![
        (Field::Country, document.country.clone(), truth.country.clone()),
        (Field::Type, document.kind.map(|k| k.as_str().to_owned()), truth.kind.into()),
        (Field::Number, document.number.clone(), truth.number.clone()),
        (Field::Date, document.date.map(|d| d.to_string()), truth.date.clone()),
        (Field::Net, cents(document.net), truth.net.to_string()),
        (Field::Vat, cents(document.vat), truth.vat.to_string()),
        (Field::Gross, cents(document.gross), truth.gross.to_string()),
        (Field::Currency, document.currency.clone(), truth.currency.into()),
        (Field::Supplier, document.supplier.clone(), truth.supplier.clone()),
        (Field::SupplierVatId, document.supplier_vat_id.clone(), truth.supplier_vat_id.clone()),
    ];
    if one_rate {
        let rate = document.vat_rate.map(|r| r.0.to_string());
        all.push((Field::VatRate, rate, truth.rates[0].0.to_string()));
    } else {
        let read = (!rates.is_empty()).then_some(rates);
        all.push((Field::VatRate, read, wanted_rates));
    }
    if let Some((from, to)) = &truth.period {
        all.push((Field::Period, period, format!("{from} {to}")));
    }
    all
}

struct Tally {
    wrong: Vec<String>,
    unread: Vec<String>,
    read: usize,
    all: usize,
}

fn tally(specimens: &[Specimen]) -> Tally {
    let rules = Arc::new(Rules::shipped().expect("shipped rules"));
    let mut tally = Tally { wrong: Vec::new(), unread: Vec::new(), read: 0, all: 0 };
    for specimen in specimens {
        let document = read(&specimen.name, specimen.pdf.clone(), &rules, &Limits::default());
        for (field, found, wanted) in fields(&document, &specimen.truth) {
            tally.all += 1;
            let place = || format!("{} {}: {}", specimen.name, field.as_str(), specimen.style);
            match found {
                Some(found) if found == wanted => tally.read += 1,
                Some(found) => tally.wrong.push(format!("{found} for {wanted}: {}", place())),
                None => {
                    // What is empty is flagged, always.
                    if !document.has(Flag::Unclear(field)) && document.flags.is_empty() {
                        tally.wrong.push(format!("empty without a flag: {}", place()));
                    }
                    tally.unread.push(format!("{wanted} ({:?}): {}", document.flags, place()));
                }
            }
        }
    }
    tally
}

fn report(lines: &[String]) -> String {
    lines.iter().take(20).fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    })
}

#[test]
fn no_field_is_wrong_and_98_of_100_are_read_over_every_layout() {
    let specimens = specimens(7, COUNT);
    assert!(specimens.len() / PAPERS.len() >= 14);
    let tally = tally(&specimens);
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), report(&tally.wrong));
    let share = tally.read * 1_000 / tally.all;
    assert!(
        share >= 980,
        "{share} of 1000 read, {} unread:\n{}",
        tally.unread.len(),
        report(&tally.unread)
    );
}

#[test]
fn no_field_is_wrong_in_a_set_that_is_new_every_time() {
    let seed = fastrand::u64(..1_000_000);
    let tally = tally(&specimens(seed, 84));
    assert!(tally.wrong.is_empty(), "seed {seed}:\n{}", report(&tally.wrong));
}
