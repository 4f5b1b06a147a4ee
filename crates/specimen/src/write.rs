//! From placed text to the bytes of a PDF.

use std::collections::BTreeMap;
use std::io::Write as _;

use fastrand::Rng;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::AssociationKind;
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::style::{Script, Style};

pub(crate) const WIDTH: f32 = 595.0;
pub(crate) const HEIGHT: f32 = 842.0;

/// A run of text; `y` from the top edge, `angle` counter-clockwise in degrees.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) size: f32,
    pub(crate) angle: f32,
    pub(crate) text: String,
}

/// The text of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) runs: Vec<Run>,
}

/// Width of a character in Helvetica, in 1/1000 of its size; near enough for placing.
fn char_width(c: char) -> f32 {
    match c {
        ' ' | '\u{a0}' | '.' | ',' | ':' | ';' | '/' | 'I' | 't' | 'f' => 278.0,
        'i' | 'j' | 'l' | '\'' => 222.0,
        '(' | ')' | '-' | 'r' => 333.0,
        'm' | 'M' => 833.0,
        'w' | 'C' | 'D' | 'H' | 'N' | 'R' | 'U' => 722.0,
        'W' => 944.0,
        '%' => 889.0,
        'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' | '&' => 667.0,
        'G' | 'O' | 'Q' => 778.0,
        'F' | 'T' | 'Z' => 611.0,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 500.0,
        _ => 556.0,
    }
}

/// Width of a text in points.
pub(crate) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(char_width).sum::<f32>() * size / 1000.0
}

/// The codes that a document gives its characters.
struct Codes {
    /// Windows-1252 under its own name, or own codes with glyph names.
    windows: bool,
    codes: BTreeMap<char, u8>,
}

impl Codes {
    fn new(pages: &[Page], scrambled: bool, random: &mut Rng) -> Self {
        let mut chars: Vec<char> =
            pages.iter().flat_map(|p| &p.runs).flat_map(|r| r.text.chars()).collect();
        chars.sort_unstable();
        chars.dedup();
        let windows = !scrambled && chars.iter().all(|c| windows_code(*c).is_some());
        if windows {
            let codes = chars.into_iter().filter_map(|c| Some((c, windows_code(c)?))).collect();
            return Self { windows, codes };
        }
        random.shuffle(&mut chars);
        Self { windows, codes: chars.into_iter().zip(33_u8..).collect() }
    }

    fn bytes(&self, text: &str) -> Vec<u8> {
        text.chars().filter_map(|c| self.codes.get(&c).copied()).collect()
    }
}

fn windows_code(c: char) -> Option<u8> {
    match c {
        '€' => Some(0x80),
        '–' => Some(0x96),
        '’' => Some(0x92),
        ' '..='~' | '\u{a0}'..='ÿ' => u8::try_from(u32::from(c)).ok(),
        _ => None,
    }
}

/// The name of a character in Adobe's list; by its number where it has no short one.
fn glyph_name(c: char) -> String {
    let name = match c {
        'a'..='z' | 'A'..='Z' => return c.to_string(),
        '0'..='9' => {
            let digits =
                ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
            digits[(c as usize) - ('0' as usize)]
        }
        ' ' | '\u{a0}' => "space",
        '.' => "period",
        ',' => "comma",
        ':' => "colon",
        '-' => "hyphen",
        '/' => "slash",
        '(' => "parenleft",
        ')' => "parenright",
        '%' => "percent",
        '&' => "ampersand",
        '°' => "degree",
        '·' => "periodcentered",
        '–' => "endash",
        '€' => "Euro",
        '£' => "sterling",
        'ł' => "lslash",
        'Ł' => "Lslash",
        'ą' => "aogonek",
        'ę' => "eogonek",
        'ż' => "zdotaccent",
        'ü' => "udieresis",
        'ö' => "odieresis",
        'ä' => "adieresis",
        'é' => "eacute",
        _ => return format!("uni{:04X}", u32::from(c)),
    };
    name.to_owned()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes);
    debug_assert!(written.is_ok(), "a vector takes everything");
    encoder.finish().unwrap_or_default()
}

/// Writes the document.
pub(crate) fn pdf(pages: &[Page], style: &Style, random: &mut Rng) -> Vec<u8> {
    let codes = Codes::new(pages, style.script == Script::Scrambled, random);
    let mut pdf = Pdf::new();
    let (catalog, tree, font) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let mut next = 4;
    let mut id = || {
        next += 1;
        Ref::new(next)
    };
    let ids: Vec<(Ref, Ref, Ref)> = pages.iter().map(|_| (id(), id(), id())).collect();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids(ids.iter().map(|i| i.0)).count(i32::try_from(pages.len()).unwrap_or(0));
    write_font(&mut pdf, font, &codes);
    for (page, (page_id, content_id, form_id)) in pages.iter().zip(ids) {
        let drawn = draw(page, style, &codes, random);
        let (outer, form) = if style.in_form {
            (placed(style.rotate, None), Some(drawn))
        } else {
            (placed(style.rotate, Some(&drawn)), None)
        };
        let mut out = pdf.page(page_id);
        out.parent(tree).media_box(media_box(style.rotate)).contents(content_id);
        if style.rotate != 0 {
            out.rotate(style.rotate);
        }
        let mut resources = out.resources();
        resources.fonts().pair(Name(b"F1"), font);
        if form.is_some() {
            resources.x_objects().pair(Name(b"X1"), form_id);
        }
        resources.finish();
        out.finish();
        if style.compressed {
            pdf.stream(content_id, &packed(&outer)).filter(Filter::FlateDecode);
        } else {
            pdf.stream(content_id, &outer);
        }
        if let Some(form) = form {
            let mut out = pdf.form_xobject(form_id, &form);
            out.bbox(Rect::new(0.0, 0.0, WIDTH, HEIGHT));
            out.resources().fonts().pair(Name(b"F1"), font);
        }
    }
    pdf.finish()
}

fn write_font(pdf: &mut Pdf, id: Ref, codes: &Codes) {
    let mut font = pdf.type1_font(id);
    font.base_font(Name(b"Helvetica"));
    if codes.windows {
        font.encoding_predefined(Name(b"WinAnsiEncoding"));
        return;
    }
    let mut by_code: Vec<(u8, char)> = codes.codes.iter().map(|(c, code)| (*code, *c)).collect();
    by_code.sort_unstable();
    let first = by_code.first().map_or(33, |b| b.0);
    let last = by_code.last().map_or(33, |b| b.0);
    font.first_char(first).last_char(last);
    font.widths(by_code.iter().map(|(_, c)| char_width(*c)));
    let names: Vec<String> = by_code.iter().map(|(_, c)| glyph_name(*c)).collect();
    font.encoding_custom()
        .differences()
        .consecutive(first, names.iter().map(|n| Name(n.as_bytes())));
}

fn media_box(rotate: i32) -> Rect {
    if rotate % 180 == 0 {
        Rect::new(0.0, 0.0, WIDTH, HEIGHT)
    } else {
        Rect::new(0.0, 0.0, HEIGHT, WIDTH)
    }
}

/// Turns the upright page so that the viewer's rotation sets it upright again.
fn placed(rotate: i32, inner: Option<&[u8]>) -> Vec<u8> {
    let mut content = Content::new();
    content.save_state();
    content.transform(match rotate {
        90 => [0.0, 1.0, -1.0, 0.0, HEIGHT, 0.0],
        180 => [-1.0, 0.0, 0.0, -1.0, WIDTH, HEIGHT],
        270 => [0.0, -1.0, 1.0, 0.0, 0.0, WIDTH],
        _ => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    });
    if inner.is_none() {
        content.x_object(Name(b"X1"));
    }
    let mut bytes = content.as_bytes().to_vec();
    bytes.push(b'\n');
    bytes.extend_from_slice(inner.unwrap_or_default());
    bytes.extend_from_slice(b"\nQ\n");
    bytes
}

fn draw(page: &Page, style: &Style, codes: &Codes, random: &mut Rng) -> Vec<u8> {
    let mut runs: Vec<&Run> = page.runs.iter().filter(|r| !r.text.is_empty()).collect();
    if style.shuffled {
        random.shuffle(&mut runs);
    }
    let mut content = Content::new();
    content.begin_text();
    for run in runs {
        content.set_font(Name(b"F1"), run.size);
        match style.script {
            Script::Plain => show(&mut content, run, 0.0, &codes.bytes(&run.text)),
            Script::Scrambled => show_kerned(&mut content, run, &codes.bytes(&run.text), random),
            Script::Words => {
                let mut x = 0.0;
                for word in run.text.split_inclusive(' ') {
                    show(&mut content, run, x, &codes.bytes(word.trim_end_matches(' ')));
                    x += width(word, run.size);
                }
            }
            Script::Characters => {
                let mut x = 0.0;
                for c in run.text.chars() {
                    if c != ' ' {
                        show(&mut content, run, x, &codes.bytes(c.encode_utf8(&mut [0; 4])));
                    }
                    x += width(c.encode_utf8(&mut [0; 4]), run.size);
                }
            }
        }
    }
    content.end_text();
    content.finish().to_vec()
}

fn place(content: &mut Content, run: &Run, along: f32) {
    let (sin, cos) = run.angle.to_radians().sin_cos();
    let (x, y) = (run.x + along * cos, HEIGHT - run.y + along * sin);
    content.set_text_matrix([cos, sin, -sin, cos, x, y]);
}

fn show(content: &mut Content, run: &Run, along: f32, bytes: &[u8]) {
    if !bytes.is_empty() {
        place(content, run, along);
        content.show(Str(bytes));
    }
}

fn show_kerned(content: &mut Content, run: &Run, bytes: &[u8], random: &mut Rng) {
    place(content, run, 0.0);
    let mut positioned = content.show_positioned();
    let mut items = positioned.items();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (part, left) = rest.split_at(random.usize(1..=rest.len().min(6)));
        items.show(Str(part));
        if !left.is_empty() {
            items.adjust(random.i32(-30..30) as f32);
        }
        rest = left;
    }
}

/// A page of plain lines with a file attached, as ZUGFeRD and Factur-X do it.
pub fn with_attachment(lines: &[&str], name: &str, content: &[u8]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let [catalog, tree, page, text, font, spec, file] = [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
    let mut root = pdf.catalog(catalog);
    root.pages(tree);
    root.names().embedded_files().names().insert(Str(name.as_bytes()), spec);
    root.finish();
    pdf.pages(tree).kids([page]).count(1);
    let mut out = pdf.page(page);
    out.parent(tree).media_box(media_box(0)).contents(text);
    out.resources().fonts().pair(Name(b"F1"), font);
    out.finish();
    pdf.type1_font(font)
        .base_font(Name(b"Helvetica"))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
    let mut drawn = Content::new();
    drawn.begin_text().set_font(Name(b"F1"), 10.0);
    for (at, line) in lines.iter().enumerate() {
        let bytes: Vec<u8> = line.chars().filter_map(windows_code).collect();
        drawn.set_text_matrix([1.0, 0.0, 0.0, 1.0, 50.0, 780.0 - 14.0 * at as f32]);
        drawn.show(Str(&bytes));
    }
    drawn.end_text();
    pdf.stream(text, &drawn.finish());
    let mut out = pdf.file_spec(spec);
    out.path(Str(name.as_bytes())).unic_file(TextStr(name)).embedded_file(file);
    out.association_kind(AssociationKind::Alternative);
    out.finish();
    pdf.embedded_file(file, &packed(content))
        .subtype(Name(b"text/xml"))
        .filter(Filter::FlateDecode);
    pdf.finish()
}

/// A page of plain lines.
pub(crate) fn plain_page(lines: &[&str], draw_nothing: bool) -> Vec<u8> {
    let mode = if draw_nothing { "3 Tr" } else { "0 Tr" };
    let mut content = format!("BT {mode} /F1 10 Tf 1 0 0 1 50 800 Tm 14 TL\n").into_bytes();
    for line in lines {
        content.push(b'(');
        content.extend(line.chars().filter_map(windows_code));
        content.extend_from_slice(b") Tj T*\n");
    }
    content.extend_from_slice(b"ET");
    raw_page(&content, "")
}

/// A one-page PDF around raw content; `extra` goes into the content stream's dictionary.
pub(crate) fn raw_page(content: &[u8], extra: &str) -> Vec<u8> {
    raw_pdf(content, extra, &[], "")
}

/// A one-page PDF with more objects (numbered from 6) and more in its trailer.
pub(crate) fn raw_pdf(content: &[u8], extra: &str, more: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut stream = format!("<</Length {}{extra}>>stream\n", content.len()).into_bytes();
    stream.extend_from_slice(content);
    stream.extend_from_slice(b"\nendstream");
    let mut objects: Vec<Vec<u8>> = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
         /Resources<</Font<</F1 5 0 R>>/XObject<</X1 4 0 R>>>>>>",
    ]
    .map(|o| o.as_bytes().to_vec())
    .to_vec();
    objects.push(stream);
    objects
        .push(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_vec());
    objects.extend_from_slice(more);
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (at, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend(format!("{} 0 obj\n", at + 1).bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let start = pdf.len();
    let size = objects.len() + 1;
    pdf.extend(table.bytes());
    pdf.extend(
        format!("trailer\n<</Root 1 0 R/Size {size}{trailer}>>\nstartxref\n{start}\n%%EOF\n")
            .bytes(),
    );
    pdf
}

/// Bytes under zlib.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    packed(bytes)
}
