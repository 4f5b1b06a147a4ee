//! Characters become words, words cells (text between wider gaps), cells visual lines. Text that runs upward or downward is
//! turned first and makes lines of its own; slanted text (a stamp, a watermark) is left out.

use crate::pdf::{Glyph, PageGlyphs};

use super::fold;

/// Gap between two words, in heights of the font.
const WORD_GAP: f64 = 0.18;
/// Gap between two cells.
const CELL_GAP: f64 = 0.85;
/// Baselines that belong to one line lie this near, in heights of the font.
const SAME_LINE: f64 = 0.3;
/// A character that is drawn twice to look bold lies this near to the first.
const DOUBLED: f64 = 0.12;

/// A word with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) folded: String,
    pub(crate) x0: f64,
    pub(crate) x1: f64,
}

/// Words that stand together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) words: Vec<Word>,
}

/// A visual line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// Page and direction: only lines of one block are near each other.
    pub(crate) block: (usize, u8),
    pub(crate) y: f64,
    pub(crate) size: f64,
    pub(crate) cells: Vec<Cell>,
}

/// All lines of a document, block by block, downward.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    pub(crate) lines: Vec<Line>,
}

impl Cell {
    pub(crate) fn x0(&self) -> f64 {
        self.words.first().map_or(0.0, |w| w.x0)
    }

    pub(crate) fn x1(&self) -> f64 {
        self.words.last().map_or(0.0, |w| w.x1)
    }

    /// The words with single blanks.
    pub(crate) fn text(&self) -> String {
        joined(&self.words)
    }
}

/// Words with single blanks.
pub(crate) fn joined(words: &[Word]) -> String {
    words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
}

impl Text {
    /// Whether nothing can be read in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Every word.
    pub(crate) fn words(&self) -> impl Iterator<Item = &Word> {
        self.lines.iter().flat_map(|l| &l.cells).flat_map(|c| &c.words)
    }
}

/// The text of all pages.
pub(crate) fn text(pages: &[PageGlyphs]) -> Text {
    let mut lines = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        for direction in 0..4_u8 {
            let turned: Vec<Turned<'_>> =
                page.glyphs.iter().filter_map(|g| turn(g, direction)).collect();
            lines.extend(block(turned, (number, direction)));
        }
    }
    Text { lines }
}

/// A character in the frame in which its text runs to the right.
#[derive(Clone, Copy)]
struct Turned<'a> {
    text: &'a str,
    x0: f64,
    x1: f64,
    y: f64,
    size: f64,
}

/// The character, when its text runs in the direction: right, down, left, up.
fn turn(glyph: &Glyph, direction: u8) -> Option<Turned<'_>> {
    let (dx, dy) = (glyph.end.0 - glyph.start.0, glyph.end.1 - glyph.start.1);
    let rotate = |(x, y): (f64, f64)| match direction {
        0 => (x, y),
        1 => (y, -x),
        2 => (-x, -y),
        _ => (-y, x),
    };
    let (along, across) = rotate((dx, dy));
    let upright = dx == 0.0 && dy == 0.0 && direction == 0;
    if !upright && (along <= 0.0 || across.abs() > along * 0.1) {
        return None;
    }
    let ((x0, y), (x1, _)) = (rotate(glyph.start), rotate(glyph.end));
    Some(Turned { text: &glyph.text, x0, x1, y, size: glyph.size })
}

fn block(mut glyphs: Vec<Turned<'_>>, block: (usize, u8)) -> Vec<Line> {
    glyphs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines = Vec::new();
    let mut current: Vec<Turned<'_>> = Vec::new();
    let mut baseline = f64::NEG_INFINITY;
    for glyph in glyphs {
        let near = (glyph.y - baseline).abs() <= SAME_LINE * glyph.size.min(12.0);
        if !near {
            lines.extend(line(std::mem::take(&mut current), block));
            baseline = glyph.y;
        }
        current.push(glyph);
    }
    lines.extend(line(current, block));
    lines
}

fn line(mut glyphs: Vec<Turned<'_>>, block: (usize, u8)) -> Option<Line> {
    glyphs.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let first = glyphs.first()?;
    let (y, size) = (first.y, first.size);
    let mut cells: Vec<Cell> = Vec::new();
    let mut word: Option<Word> = None;
    let mut last: Option<Turned<'_>> = None;
    for glyph in glyphs {
        let blank = glyph.text.chars().all(char::is_whitespace);
        if last.is_some_and(|l| l.text == glyph.text && glyph.x0 - l.x0 < DOUBLED * l.size) {
            continue;
        }
        let height = last.map_or(glyph.size, |l: Turned<'_>| l.size.max(glyph.size));
        let gap = word.as_ref().map_or(0.0, |w| glyph.x0 - w.x1);
        if blank || gap > WORD_GAP * height {
            finish(&mut cells, word.take());
        }
        if !blank {
            let begins = cells.last().is_none_or(|c| glyph.x0 - c.x1() > CELL_GAP * height);
            if word.is_none() && begins {
                cells.push(Cell::default());
            }
            let word = word.get_or_insert_with(|| Word {
                text: String::new(),
                folded: String::new(),
                x0: glyph.x0,
                x1: glyph.x1,
            });
            word.text.push_str(glyph.text);
            word.x1 = word.x1.max(glyph.x1);
        }
        last = Some(glyph);
    }
    finish(&mut cells, word);
    cells.retain(|cell| !cell.words.is_empty());
    (!cells.is_empty()).then_some(Line { block, y, size, cells })
}

/// Puts a word into the last cell. A colon that stands alone joins the word before it; `Nummer:4711` is two words; a percent
/// sign joins its number.
fn finish(cells: &mut [Cell], word: Option<Word>) {
    let (Some(cell), Some(mut word)) = (cells.last_mut(), word) else { return };
    if let Some(before) = cell.words.last_mut()
        && (word.text == ":"
            || (word.text.starts_with('%') && before.text.ends_with(|c: char| c.is_ascii_digit())))
    {
        before.text.push_str(&word.text);
        before.folded = fold(&before.text);
        before.x1 = word.x1;
        return;
    }
    if let Some((label, value)) = word.text.split_once(':')
        && !value.is_empty()
        && label.chars().count() > 2
        && !label.chars().any(|c| c.is_ascii_digit())
        && !value.starts_with('/')
    {
        let middle = f64::midpoint(word.x0, word.x1);
        let label = format!("{label}:");
        cell.words.push(Word { folded: fold(&label), text: label, x0: word.x0, x1: middle });
        word = Word { text: value.to_owned(), folded: String::new(), x0: middle, x1: word.x1 };
    }
    word.folded = fold(&word.text);
    cell.words.push(word);
}
