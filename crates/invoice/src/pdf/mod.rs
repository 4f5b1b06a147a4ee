//! PDF: opening within bounds, positioned text, attachments, a copy of the first page.

mod attachments;
mod interpret;
mod scan;

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_write::pdf_writer::{self, Ref};
use hayro_write::{ChunkSettings, ExtractionQuery};

use crate::limits::Limits;

pub(crate) use attachments::attached_xml;
pub(crate) use interpret::{Glyph, PageGlyphs, glyphs};
pub(crate) use scan::is_encrypted;

/// Why a file gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// It wants a password.
    #[error("a password is needed")]
    Encrypted,
    /// It is damaged, or built to do harm.
    #[error("{0}")]
    Broken(&'static str),
}

/// Opens a PDF after a look at what it would cost.
pub(crate) fn open(bytes: &[u8], limits: &Limits) -> Result<Pdf, Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::Broken("the file is empty"));
    }
    if bytes.len() > limits.file_bytes {
        return Err(Unreadable::Broken("the file is larger than invoices.max_file_mb allows"));
    }
    scan::check(bytes, limits)?;
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Unreadable::Encrypted,
        LoadPdfError::Decryption(_) => Unreadable::Encrypted,
        LoadPdfError::Invalid => Unreadable::Broken("no PDF, or damaged beyond repair"),
    })?;
    if pdf.pages().is_empty() {
        return Err(Unreadable::Broken("the document has no page"));
    }
    Ok(pdf)
}

/// A PDF with the first page alone.
pub(crate) fn first_page(pdf: &Pdf) -> Result<Vec<u8>, Unreadable> {
    let failed = Unreadable::Broken("the first page cannot be copied");
    let mut copy = pdf_writer::Pdf::new();
    let mut next = Ref::new(1);
    let catalog = next.bump();
    let extracted = hayro_write::extract(
        pdf,
        Box::new(|| next.bump()),
        ChunkSettings::default(),
        &[ExtractionQuery::new_page(0)],
    )
    .map_err(|_| failed)?;
    let tree = extracted.page_tree_parent_ref;
    let page = extracted.root_refs.first().copied().ok_or(failed)?.map_err(|_| failed)?;
    copy.catalog(catalog).pages(tree);
    copy.pages(tree).kids([page]).count(1);
    copy.extend(&extracted.chunk);
    Ok(copy.finish())
}
