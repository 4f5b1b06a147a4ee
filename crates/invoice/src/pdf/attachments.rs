//! XML that is embedded in a PDF/A-3: ZUGFeRD, Factur-X, XRechnung.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Object, Stream, String as PdfString};

/// Names under which invoices are embedded, the newest standard first (ZUGFeRD 2.1 and Factur-X, XRechnung, 2.0, 1.0).
const NAMES: [&str; 4] =
    ["factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml"];
/// Attachments that are looked at.
const MAX_FILES: usize = 200;
const MAX_DEPTH: usize = 32;

/// The embedded invoice XML, when there is one. A file under another name is taken when it is the only XML.
pub(crate) fn attached_xml(pdf: &Pdf) -> Option<Vec<u8>> {
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())?;
    let mut files = Vec::new();
    if let Some(tree) = root
        .get::<Dict<'_>>(&b"Names"[..])
        .and_then(|names| names.get::<Dict<'_>>(&b"EmbeddedFiles"[..]))
    {
        walk(&tree, &mut files, 0);
    }
    if let Some(associated) = root.get::<Array<'_>>(&b"AF"[..]) {
        files.extend(dicts(&associated).filter_map(|spec| file(&spec)));
    }
    let by_name = NAMES.iter().find_map(|wanted| {
        files.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, stream)| stream)
    });
    let only_xml = || {
        let mut found: Vec<_> =
            files.iter().filter(|(name, _)| name.to_lowercase().ends_with(".xml")).collect();
        found.dedup_by_key(|(name, _)| name.clone());
        match found.as_slice() {
            [(_, stream)] => Some(stream),
            _ => None,
        }
    };
    by_name.or_else(only_xml)?.decoded_data().ok().map(|data| data.into_owned())
}

/// The dictionaries among the elements (names stand between them).
fn dicts<'a>(array: &Array<'a>) -> impl Iterator<Item = Dict<'a>> {
    array.iter::<Object<'a>>().take(2 * MAX_FILES).filter_map(Object::into_dict)
}

fn walk<'a>(node: &Dict<'a>, files: &mut Vec<(String, Stream<'a>)>, depth: usize) {
    if depth > MAX_DEPTH || files.len() >= MAX_FILES {
        return;
    }
    if let Some(names) = node.get::<Array<'a>>(&b"Names"[..]) {
        files.extend(dicts(&names).filter_map(|spec| file(&spec)));
    }
    if let Some(kids) = node.get::<Array<'a>>(&b"Kids"[..]) {
        for kid in dicts(&kids) {
            walk(&kid, files, depth + 1);
        }
    }
}

/// Name and content of a file specification.
fn file<'a>(spec: &Dict<'a>) -> Option<(String, Stream<'a>)> {
    let name = spec
        .get::<PdfString<'_>>(&b"UF"[..])
        .or_else(|| spec.get::<PdfString<'_>>(&b"F"[..]))
        .map(|name| text(name.as_bytes()))?;
    let content = spec.get::<Dict<'a>>(&b"EF"[..])?;
    let stream =
        content.get::<Stream<'a>>(&b"F"[..]).or_else(|| content.get::<Stream<'a>>(&b"UF"[..]))?;
    Some((name, stream))
}

/// A PDF text string: UTF-16 with a mark, or one byte a character.
fn text(bytes: &[u8]) -> String {
    match bytes.strip_prefix(&[0xfe, 0xff]) {
        Some(wide) => {
            let units: Vec<u16> =
                wide.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}
