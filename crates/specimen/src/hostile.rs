//! Files that do harm to a careless reader, each with what must be said about it.

use crate::specimen;
use crate::write::{plain_page, raw_page, raw_pdf, zlib};

/// A file and the flag that it must get (`broken`, `encrypted`, `no_text`, `unknown_layout`).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "told by their names")]
pub struct Hostile {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub flag: &'static str,
}

fn file(name: &'static str, flag: &'static str, bytes: Vec<u8>) -> Hostile {
    Hostile { name, bytes, flag }
}

/// All of them but the 200 MB one, which a test makes by itself.
pub fn hostile() -> Vec<Hostile> {
    let good = specimen(1, 0).pdf;
    let text = [
        "Rechnungsnummer: R-2026-17",
        "Rechnungsdatum: 01.02.2026",
        "Gesamtsumme EUR 100.00 EUR 19.00 EUR 119.00",
    ];
    let mut files = vec![
        file("empty.pdf", "broken", Vec::new()),
        file("cut-off.pdf", "broken", good[..good.len() / 8].to_vec()),
        file("cut-off-late.pdf", "broken", good[..good.len() * 9 / 10].to_vec()),
        file("no-pdf.pdf", "broken", b"This is a text, and no PDF at all.".repeat(50)),
        file("head-only.pdf", "broken", b"%PDF-1.7\n%%EOF\n".to_vec()),
        file("encrypted.pdf", "encrypted", encrypted()),
        file("scanned.pdf", "no_text", scanned()),
        file("scanned-with-recognised-text.pdf", "no_text", plain_page(&text, true)),
        file("blank.pdf", "no_text", plain_page(&[], false)),
        file("letter.pdf", "unknown_layout", plain_page(&["Sehr geehrte Damen und Herren"], false)),
    ];
    files.extend(nested());
    files.extend(unfolding());
    files.extend(circles());
    files
}

/// A password is set, and it is not the empty one.
fn encrypted() -> Vec<u8> {
    let key = "0123456789abcdef0123456789abcdef";
    let dictionary = format!("<</Filter/Standard/V 1/R 2/O({key})/U({key})/P -44>>");
    let id = "/Encrypt 6 0 R/ID[(0123456789abcdef)(0123456789abcdef)]";
    raw_pdf(b"BT ET", "", &[dictionary.into_bytes()], id)
}

fn scanned() -> Vec<u8> {
    let image = "q 500 0 0 700 40 70 cm\nBI /W 8 /H 8 /BPC 1 /CS /G ID \u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7} EI Q";
    raw_page(image.as_bytes(), "")
}

/// Arrays, dictionaries, strings and saved states within each other.
fn nested() -> Vec<Hostile> {
    let deep = 200_000;
    let mut arrays = b"%PDF-1.7\n1 0 obj".to_vec();
    arrays.extend(b"[".repeat(deep));
    let mut dictionaries = b"%PDF-1.7\n1 0 obj".to_vec();
    dictionaries.extend(b"<</A".repeat(deep));
    let mut trailer = b"%PDF-1.7\ntrailer".to_vec();
    trailer.extend(b"<</Root[".repeat(deep));
    vec![
        file("nested-arrays.pdf", "broken", arrays),
        file("nested-dictionaries.pdf", "broken", dictionaries),
        file("nested-trailer.pdf", "broken", trailer),
        file("nested-operands.pdf", "no_text", raw_page(&b"[".repeat(deep), "")),
        file("nested-strings.pdf", "no_text", raw_page(&b"(".repeat(deep), "")),
        file("nested-states.pdf", "no_text", raw_page(&b"q ".repeat(deep), "")),
    ]
}

/// Small streams that unfold to gigabytes.
fn unfolding() -> Vec<Hostile> {
    let once = zlib(&vec![b' '; 100 << 20]);
    let twice = zlib(&once);
    let zeros = zlib(&vec![b'0'; 80 << 20]);
    vec![
        file("unfolding.pdf", "broken", raw_page(&once, "/Filter/FlateDecode")),
        file(
            "unfolding-twice.pdf",
            "broken",
            raw_page(&twice, "/Filter[/FlateDecode/FlateDecode]"),
        ),
        file(
            "unfolding-objects.pdf",
            "broken",
            raw_page(&zeros, "/Type/ObjStm/N 9999999/First 9/Filter/FlateDecode"),
        ),
        file(
            "unfolding-under-a-false-name.pdf",
            "broken",
            raw_page(&once, "/Subtype/Image/Filter/#46lateDecode"),
        ),
        file("unfolding-many.pdf", "broken", many(&zlib(&vec![b' '; 60 << 20]))),
    ]
}

fn many(stream: &[u8]) -> Vec<u8> {
    let mut object = b"<</Filter/FlateDecode>>stream\n".to_vec();
    object.extend_from_slice(stream);
    object.extend_from_slice(b"\nendstream");
    raw_pdf(b"BT ET", "", &vec![object; 10], "")
}

/// Objects that lead back to themselves.
fn circles() -> Vec<Hostile> {
    let pages = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
        2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF";
    let chain = b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 2/Prev 9>>\nstartxref\n9\n%%EOF";
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X1 4 0 R>>>>";
    let calls = b"/X1 Do ".repeat(40);
    vec![
        file("page-tree-in-a-circle.pdf", "broken", pages.to_vec()),
        file("table-in-a-circle.pdf", "broken", chain.to_vec()),
        file("form-that-draws-itself.pdf", "no_text", raw_page(&calls, form)),
        file("forms-that-multiply.pdf", "broken", multiplying(&calls)),
    ]
}

/// Ten forms, each of which draws the next one forty times.
fn multiplying(calls: &[u8]) -> Vec<u8> {
    let form = |next: u32| {
        format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X1 {next} 0 R>>>>")
    };
    let more: Vec<Vec<u8>> = (7..16)
        .map(|next| {
            let mut object =
                format!("<</Length {}{}>>stream\n", calls.len(), form(next)).into_bytes();
            object.extend_from_slice(calls);
            object.extend_from_slice(b"\nendstream");
            object
        })
        .collect();
    raw_pdf(calls, &form(6), &more, "")
}
