//! Invoices: what lies in the inboxes, what was read of it, and a way in.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, NaiveDate, Utc};
use kontor_core::run::Outcome;
use kontor_core::{Code, Problem};
use kontor_invoice::{Document, Kind, Page, PlacedWord};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::host::Host;
use super::upload::{AddedFile, content, plain_name, put};
use super::wire::DataFile;
use crate::invoices::{Inbox, KnownDocument, Standing};
use crate::report::ProblemReport;

/// One of the two inboxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Invoices and credit notes.
    Rechnungen,
    /// Invoices for advertising.
    Werbung,
}

impl From<DocumentKind> for Inbox {
    fn from(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Rechnungen => Self::Rechnungen,
            DocumentKind::Werbung => Self::Werbung,
        }
    }
}

/// An inbox.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DocumentsRequest {
    /// Which.
    pub kind: DocumentKind,
}

/// A document. What was not read with certainty is `null`, and flagged.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DocumentView {
    /// Unique in its list: the file's name, or the content's hash once the file is gone.
    pub id: String,
    /// Name of the file.
    pub file: String,
    /// Where it stands.
    #[ts(type = "'inbox' | 'read' | 'flagged' | 'foreign' | 'broken'")]
    pub state: Standing,
    /// Whether its file is still in the inbox.
    pub is_there: bool,
    /// Marketplace or country of the issuer.
    pub country: Option<String>,
    /// Invoice, credit note or advertising.
    #[serde(rename = "type")]
    #[ts(type = "'rechnung' | 'gutschrift' | 'werbung' | null")]
    pub kind: Option<Kind>,
    /// Its number.
    pub number: Option<String>,
    /// Its date.
    #[ts(type = "string | null")]
    pub date: Option<NaiveDate>,
    /// First day of what is invoiced.
    #[ts(type = "string | null")]
    pub period_start: Option<NaiveDate>,
    /// Last day of it.
    #[ts(type = "string | null")]
    pub period_end: Option<NaiveDate>,
    /// Net amount; negative in a credit note.
    pub net_cents: Option<i64>,
    /// VAT.
    pub vat_cents: Option<i64>,
    /// Gross amount.
    pub gross_cents: Option<i64>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The company that issued it.
    pub supplier: Option<String>,
    /// What a person should know, e.g. `duplicate`, `field_unclear:net`.
    pub flags: Vec<String>,
    /// Why it cannot be read.
    pub detail: Option<String>,
}

impl From<KnownDocument> for DocumentView {
    fn from(known: KnownDocument) -> Self {
        let KnownDocument { id, document, standing, is_there } = known;
        let Document { file, country, kind, number, date, period_start, period_end, .. } = document;
        Self {
            id,
            file,
            state: standing,
            is_there,
            country,
            kind,
            number,
            date,
            period_start,
            period_end,
            net_cents: document.net.map(|c| c.0),
            vat_cents: document.vat.map(|c| c.0),
            gross_cents: document.gross.map(|c| c.0),
            currency: document.currency,
            supplier: document.supplier,
            flags: document.flags.iter().map(ToString::to_string).collect(),
            detail: document.detail,
        }
    }
}

pub(super) async fn documents_list(
    host: &dyn Host,
    request: DocumentsRequest,
) -> Result<Vec<DocumentView>, Problem> {
    let known = host.desk().app().invoice_documents(request.kind.into()).await?;
    Ok(known.into_iter().map(DocumentView::from).collect())
}

/// A document on its way into an inbox.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DocumentAddRequest {
    /// Which inbox.
    pub kind: DocumentKind,
    /// Its file name, without a folder.
    pub name: String,
    /// Its bytes, at most `invoices.max_file_mb`.
    pub content_base64: String,
}

pub(super) async fn document_add(
    host: &dyn Host,
    request: DocumentAddRequest,
) -> Result<AddedFile, Problem> {
    let app = host.desk().app();
    let name = plain_name(&request.name)?;
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    if !matches!(ending.as_str(), "pdf" | "xml") {
        return Err(Problem::new(Code::InvoiceFileKind).about(name));
    }
    let bytes = content(name, &request.content_base64, app.config.invoices.max_file_mb << 20)?;
    let file = put(&Inbox::from(request.kind).folder(&app.folder), name, &bytes)?;
    Ok(AddedFile { at: app.clock.now(), file })
}

/// What a reading of an inbox came to.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DocumentsRead {
    /// When it ended.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
    /// `success`: nothing needs a look.
    #[ts(type = "Outcome")]
    pub outcome: Outcome,
    /// Documents that were looked at.
    pub documents: usize,
    /// What somebody should do about them.
    pub problems: Vec<ProblemReport>,
}

pub(super) async fn documents_read(
    host: &dyn Host,
    request: DocumentsRequest,
) -> Result<DocumentsRead, Problem> {
    let app = host.desk().app();
    let report = app.read_invoice_inboxes(vec![request.kind.into()]).await?;
    Ok(DocumentsRead {
        at: app.clock.now(),
        outcome: report.outcome,
        documents: report.documents.len(),
        problems: report.problems,
    })
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TableFormat {
    /// For German spreadsheets: semicolon, decimal comma.
    Csv,
    /// With numbers that can be reckoned with.
    Xlsx,
}

/// A table of what was read.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DocumentsTableRequest {
    /// Of which inbox.
    pub kind: DocumentKind,
    /// How it is written.
    pub format: TableFormat,
}

pub(super) async fn documents_table(
    host: &dyn Host,
    request: DocumentsTableRequest,
) -> Result<DataFile, Problem> {
    let (inbox, app) = (Inbox::from(request.kind), host.desk().app());
    let (ending, bytes) = match request.format {
        TableFormat::Csv => ("csv", app.invoice_csv(inbox).await?),
        TableFormat::Xlsx => ("xlsx", app.invoice_xlsx(inbox).await?),
    };
    let name = format!("{}.{ending}", inbox.as_str());
    Ok(DataFile { name, content_base64: BASE64_STANDARD.encode(bytes) })
}

/// A document whose page is to be shown.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DocumentPageRequest {
    /// In which inbox.
    pub kind: DocumentKind,
    /// Its file name.
    pub file: String,
}

/// The text of a document's first page at its places. Lengths are tenths of a point, from the upper left corner.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PageView {
    /// Its width.
    pub width: i32,
    /// Its height.
    pub height: i32,
    /// Pages of the document.
    pub pages: usize,
    /// Its words, line by line; none: a scan.
    pub words: Vec<WordView>,
}

/// A word with its place.
#[derive(Clone, Debug, Serialize, TS)]
pub struct WordView {
    /// The word.
    pub text: String,
    /// Where it begins.
    pub x: i32,
    /// Its baseline.
    pub y: i32,
    /// Its length along the baseline.
    pub width: i32,
    /// The height of its font.
    pub size: i32,
    /// Clockwise turn in degrees: 0, 90, 180 or 270.
    pub turn: u16,
}

impl From<Page> for PageView {
    fn from(page: Page) -> Self {
        let word = |word: PlacedWord| {
            let PlacedWord { text, x, y, width, size, turn } = word;
            WordView { text, x, y, width, size, turn }
        };
        let Page { width, height, pages, words } = page;
        Self { width, height, pages, words: words.into_iter().map(word).collect() }
    }
}

pub(super) async fn document_page(
    host: &dyn Host,
    request: DocumentPageRequest,
) -> Result<Option<PageView>, Problem> {
    let name = plain_name(&request.file)?.to_owned();
    let page = host.desk().app().invoice_page(request.kind.into(), name).await?;
    Ok(page.map(PageView::from))
}
