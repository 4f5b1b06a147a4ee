//! A small tree of elements, bounded in size and depth. Document types are refused: with them come entities.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const MAX_ELEMENTS: usize = 200_000;
const MAX_DEPTH: usize = 64;

/// An element without its namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    /// `schemeID`
    pub(super) scheme: Option<String>,
    /// `currencyID`
    pub(super) currency: Option<String>,
    pub(super) children: Vec<Self>,
}

impl Element {
    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.name == name)
    }

    /// All children of that name.
    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// The element at the end of a path of first children; each step may have several names (`A|B`).
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        path.split('/')
            .try_fold(self, |element, step| step.split('|').find_map(|name| element.child(name)))
    }

    /// The text at the end of a path, empty when it is missing.
    pub(super) fn get(&self, path: &str) -> &str {
        self.at(path).map_or("", |e| e.text.trim())
    }
}

/// Reads the document.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, &'static str> {
    const DAMAGED: &str = "the XML is damaged";
    let text = decoded(bytes)?;
    let mut reader = Reader::from_str(&text);
    let mut open: Vec<Element> = vec![Element::default()];
    let mut elements = 0_usize;
    loop {
        match reader.read_event().map_err(|_| DAMAGED)? {
            Event::Start(start) => {
                elements += 1;
                if elements > MAX_ELEMENTS || open.len() > MAX_DEPTH {
                    return Err("the XML is larger or deeper than any invoice");
                }
                open.push(element(&start));
            }
            Event::Empty(start) => {
                elements += 1;
                let parent = open.last_mut().ok_or(DAMAGED)?;
                if elements <= MAX_ELEMENTS {
                    parent.children.push(element(&start));
                }
            }
            Event::End(_) => {
                let done = open.pop().ok_or(DAMAGED)?;
                open.last_mut().ok_or(DAMAGED)?.children.push(done);
            }
            Event::Text(part) => push(&mut open, &part.xml_content(version())),
            Event::CData(part) => push(&mut open, &part.xml_content(version())),
            Event::GeneralRef(reference) => {
                let c = match reference.resolve_char_ref() {
                    Ok(Some(c)) => Some(c),
                    _ => predefined(reference.as_ref()),
                };
                push(&mut open, c.ok_or(DAMAGED)?.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err("the XML has a document type"),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    let [root] = open.as_mut_slice() else { return Err("the XML is cut off") };
    root.children.pop().ok_or(DAMAGED)
}

fn version() -> quick_xml::XmlVersion {
    quick_xml::XmlVersion::Implicit1_0
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let attribute = |name: &str| {
        let found = start.attributes().flatten().find(|a| a.key.local_name().as_ref() == name)?;
        Some(found.value.trim().to_owned())
    };
    Element {
        name: start.local_name().as_ref().to_owned(),
        scheme: attribute("schemeID"),
        currency: attribute("currencyID"),
        ..Element::default()
    }
}

/// UTF-8, or UTF-16 with its mark, or Latin-1 when the declaration says so.
fn decoded(bytes: &[u8]) -> Result<String, &'static str> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|p| unit([p[0], p[1]])).collect();
        String::from_utf16(&units).map_err(|_| "the XML is no valid UTF-16")
    };
    match bytes {
        [0xfe, 0xff, rest @ ..] => return wide(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => return wide(rest, u16::from_le_bytes),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => {
            let declaration = bytes.get(..100).unwrap_or(bytes).to_ascii_lowercase();
            let latin = declaration.windows(10).any(|w| w == b"iso-8859-1");
            if latin {
                Ok(bytes.iter().map(|b| char::from(*b)).collect())
            } else {
                Err("the XML is no valid UTF-8")
            }
        }
    }
}
