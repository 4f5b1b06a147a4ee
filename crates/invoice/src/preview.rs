//! How a page looks: its text at its places, for a person who holds the fields against the document.

use crate::limits::Limits;
use crate::pdf::{self, PageGlyphs, Unreadable};
use crate::text::{Line, Word, text};

/// Words of a page that are shown; an invoice has some hundreds.
const WORDS: usize = 5_000;

/// The first page of a document. Lengths are tenths of a point, from the upper left corner of the upright page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its width.
    pub width: i32,
    /// Its height.
    pub height: i32,
    /// Pages of the document.
    pub pages: usize,
    /// Its words, line by line.
    pub words: Vec<PlacedWord>,
}

/// A word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedWord {
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

/// The first page of a PDF.
pub(crate) fn preview(bytes: &[u8], limits: &Limits) -> Result<Page, Unreadable> {
    let pdf = pdf::open(bytes, limits)?;
    let pages = pdf.pages().len();
    let first = pdf.pages().iter().next().ok_or(Unreadable::Broken("the document has no page"))?;
    let (width, height) = first.render_dimensions();
    let limits = Limits { pages: 1, ..*limits };
    let glyphs: Vec<PageGlyphs> = pdf::glyphs(&pdf, &limits).pages;
    let lines = text(&glyphs).lines;
    let words = lines.iter().flat_map(placed).take(WORDS).collect();
    Ok(Page { width: tenths(f64::from(width)), height: tenths(f64::from(height)), pages, words })
}

fn placed(line: &Line) -> impl Iterator<Item = PlacedWord> {
    let direction = line.block.1;
    line.cells.iter().flat_map(|cell| &cell.words).map(move |word| place(word, line, direction))
}

/// Turns a word back from the frame in which its text runs to the right.
fn place(word: &Word, line: &Line, direction: u8) -> PlacedWord {
    let (along, across) = (word.x0, line.y);
    let (x, y) = match direction {
        0 => (along, across),
        1 => (-across, along),
        2 => (-along, -across),
        _ => (across, -along),
    };
    PlacedWord {
        text: word.text.clone(),
        x: tenths(x),
        y: tenths(y),
        width: tenths(word.x1 - word.x0),
        size: tenths(line.size),
        turn: u16::from(direction) * 90,
    }
}

/// Pages are at most some thousand points wide; what a hostile document says beyond that is cut.
#[expect(clippy::cast_possible_truncation, reason = "bounded before")]
fn tenths(points: f64) -> i32 {
    if points.is_finite() { (points * 10.0).round().clamp(-200_000.0, 200_000.0) as i32 } else { 0 }
}
