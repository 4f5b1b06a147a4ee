//! Invoices, credit notes and advertising invoices that never existed, composed as PDF in every layout that Kontor must read,
//! each with the truth about it. The same seed composes the same documents.
//!
//! The labels are written here once more, apart from the rules that read them: a wrong rule must not agree with itself.
//! Nothing of Kontor's is imported.

mod compose;
mod hostile;
mod paper;
mod print;
mod style;
mod write;

pub use hostile::{Hostile, hostile};
pub use paper::{PAPERS, Paper};
pub use write::with_attachment;

/// What is in a document. Amounts in cents with the sign that they mean (negative in a credit note), rates in basis points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of a document")]
pub struct Truth {
    pub country: String,
    pub kind: &'static str,
    pub number: String,
    pub date: String,
    pub period: Option<(String, String)>,
    pub net: i64,
    pub vat: i64,
    pub gross: i64,
    /// (rate, net, VAT), the highest rate first.
    pub rates: Vec<(u32, i64, i64)>,
    pub currency: &'static str,
    pub supplier: String,
    pub supplier_vat_id: String,
    pub reverse_charge: bool,
}

/// A composed document.
#[derive(Clone, Debug)]
pub struct Specimen {
    /// A file name.
    pub name: String,
    /// The PDF.
    pub pdf: Vec<u8>,
    /// What is in it.
    pub truth: Truth,
    /// How it was composed, for a failing test to say.
    pub style: String,
}

/// Composes `count` documents, going through all papers in turn.
pub fn specimens(seed: u64, count: usize) -> Vec<Specimen> {
    (0..count).map(|index| specimen(seed, index)).collect()
}

/// The document `index` of a seed.
pub fn specimen(seed: u64, index: usize) -> Specimen {
    let paper = &PAPERS[index % PAPERS.len()];
    let mut random =
        fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(index as u64));
    let style = style::Style::random(&mut random, paper);
    let (pages, truth) = compose::compose(paper, &style, &mut random);
    let pdf = write::pdf(&pages, &style, &mut random);
    Specimen {
        name: format!("{:04}_{}_{}.pdf", index, truth.country, truth.kind),
        pdf,
        truth,
        style: format!("{style:?}"),
    }
}
