//! The way into the crate: each document is read on a thread of its own with a bound on stack and time, and a panic of a
//! library ends there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::document::{Document, Flag};
use crate::limits::Limits;
use crate::pdf::{self, Unreadable};
use crate::preview::{self, Page};
use crate::reading;
use crate::rules::Rules;
use crate::select::misfit;
use crate::text::label::Index;
use crate::text::{Text, text};
use crate::xml;

/// Enough for the deepest nesting that the PDF library follows.
const STACK: usize = 16 << 20;

/// Reads one document, whatever it holds. `file` is its name, for the result. A PDF, or the bare XML of an XRechnung.
///
/// The result always comes, within [`Limits::time`] and a few hundred MiB of memory: an encrypted, scanned, damaged or
/// hostile document is flagged, with the reason in its `detail`.
pub fn read(file: &str, bytes: Vec<u8>, rules: &Arc<Rules>, limits: &Limits) -> Document {
    let (name, rules, limits) = (file.to_owned(), Arc::clone(rules), *limits);
    isolated(limits.time, move || read_here(&name, &bytes, &rules, &limits))
        .unwrap_or_else(|reason| Document::unread(file, Flag::Broken, reason))
}

/// A PDF of the first page alone; `None` when the document cannot be read or copied.
pub fn first_page(bytes: Vec<u8>, limits: &Limits) -> Option<Vec<u8>> {
    let limits = *limits;
    isolated(limits.time, move || {
        pdf::open(&bytes, &limits).and_then(|pdf| pdf::first_page(&pdf)).ok()
    })
    .ok()
    .flatten()
}

/// The text of the first page at its places; `None` for what is no PDF or cannot be read. A scan is a page without words.
pub fn page(bytes: Vec<u8>, limits: &Limits) -> Option<Page> {
    let limits = *limits;
    isolated(limits.time, move || preview::preview(&bytes, &limits).ok()).ok().flatten()
}

/// How a document was read, for the one who writes a rule.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The result.
    pub document: Document,
    /// The visual lines, cells parted by ` | `.
    pub lines: Vec<String>,
    /// Every layout and why it does not fit; `None`: it fits.
    pub layouts: Vec<(String, Option<String>)>,
}

/// Reads a document and tells how.
pub fn explain(file: &str, bytes: Vec<u8>, rules: &Arc<Rules>, limits: &Limits) -> Explanation {
    let (name, rules, limits) = (file.to_owned(), Arc::clone(rules), *limits);
    let explained = isolated(limits.time, move || {
        let document = read_here(&name, &bytes, &rules, &limits);
        let text = pdf::open(&bytes, &limits)
            .map(|pdf| text(&pdf::glyphs(&pdf, &limits).pages))
            .unwrap_or_default();
        let index = Index::new(&text);
        let layouts = rules.layouts.iter().map(|l| (l.id.clone(), misfit(l, &index))).collect();
        let cells = |line: &crate::text::Line| {
            line.cells.iter().map(crate::text::Cell::text).collect::<Vec<_>>().join(" | ")
        };
        Explanation { document, lines: text.lines.iter().map(cells).collect(), layouts }
    });
    explained.unwrap_or_else(|reason| Explanation {
        document: Document::unread(file, Flag::Broken, reason),
        lines: Vec::new(),
        layouts: Vec::new(),
    })
}

fn read_here(file: &str, bytes: &[u8], rules: &Rules, limits: &Limits) -> Document {
    if xml::is_xml(bytes) {
        return if bytes.len() > limits.file_bytes {
            Document::unread(
                file,
                Flag::Broken,
                "the file is larger than invoices.max_file_mb allows",
            )
        } else {
            xml::read(file, bytes)
                .unwrap_or_else(|reason| Document::unread(file, Flag::Broken, reason))
        };
    }
    match pdf::open(bytes, limits) {
        Ok(pdf) => {
            let document = read_pdf(file, &pdf, rules, limits);
            let unreadable = document.has(Flag::NoText) || document.has(Flag::UnknownLayout);
            // Nothing to be made of it, and a part may be under a password.
            if unreadable && pdf::is_encrypted(bytes) {
                return Document::unread(file, Flag::Encrypted, "");
            }
            document
        }
        Err(Unreadable::Encrypted) => {
            Document::unread(file, Flag::Encrypted, Unreadable::Encrypted)
        }
        Err(broken) => Document::unread(file, Flag::Broken, broken),
    }
}

fn read_pdf(file: &str, pdf: &hayro_syntax::Pdf, rules: &Rules, limits: &Limits) -> Document {
    let embedded = pdf::attached_xml(pdf).and_then(|bytes| xml::read(file, &bytes).ok());
    let glyphs = pdf::glyphs(pdf, limits);
    let text: Text = text(&glyphs.pages);
    if let Some(document) = embedded {
        return xml::with_text(document, &text, rules);
    }
    if glyphs.damaged {
        return Document::unread(file, Flag::Broken, "a page is damaged or cut off");
    }
    if glyphs.cut_off {
        // The total may stand on what was not read.
        return Document::unread(file, Flag::Broken, "the document is longer than any invoice");
    }
    if text.is_empty() {
        return Document::unread(file, Flag::NoText, "");
    }
    reading::read(file, &text, rules)
}

/// Runs `work` on a thread of its own. A thread that is over its time is left behind: it ends by the other limits.
fn isolated<T: Send + 'static>(
    time: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, &'static str> {
    let (send, receive) = sync_channel(1);
    let caught = move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        let _ = send.send(result);
    };
    let thread = std::thread::Builder::new()
        .name("kontor-invoice".into())
        .stack_size(STACK)
        .spawn(caught)
        .map_err(|_| "no thread could be started")?;
    let received = receive.recv_timeout(time);
    if !matches!(received, Err(RecvTimeoutError::Timeout)) {
        // It has nothing more to do; waited for, its stack is free before the next document's is taken.
        let _ = thread.join();
    }
    match received {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(_)) => Err("the document made the PDF library fail"),
        Err(RecvTimeoutError::Timeout) => Err("the document takes too long"),
        Err(RecvTimeoutError::Disconnected) => Err("the document made the PDF library fail"),
    }
}
