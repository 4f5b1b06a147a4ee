//! Labels in a text: all occurrences, also when a label is broken over two lines of a column.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use kontor_core::money::VatRate;

use super::amount::percent;
use super::{Cell, Line, Text, Word, fold};

/// Lines of one paragraph are at most this far apart, in heights of the font.
const NEXT_LINE: f64 = 2.4;
/// Columns begin at most this far apart, in heights of the font.
const SAME_COLUMN: f64 = 1.2;

/// A word of a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Part {
    Word(String),
    /// `{rate}%`, with or without brackets.
    Rate,
}

/// A label as a rule writes it, e.g. `Rechnungsnummer:` or `VAT ({rate}%) {any}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Label {
    /// As it is written.
    pub(crate) text: String,
    parts: Vec<Part>,
    /// Whether other words may stand between the label and its amount.
    pub(crate) any: bool,
}

/// Where a word is: line, cell, word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) cell: usize,
    pub(crate) word: usize,
}

/// An occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Its first word.
    pub(crate) start: Place,
    /// Behind its last word.
    pub(crate) end: Place,
    /// The rate that stands in it.
    pub(crate) rate: Option<VatRate>,
}

impl Label {
    /// Reads a label; `None` when no word is in it.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut any = false;
        let mut parts = Vec::new();
        for word in text.split_whitespace() {
            if word == "{any}" {
                any = true;
            } else if word.contains("{rate}") {
                parts.push(Part::Rate);
            } else if word != ":" {
                parts.push(Part::Word(fold(word)));
            }
        }
        (!parts.is_empty()).then(|| Self { text: text.to_owned(), parts, any })
    }

    fn hit(&self, text: &Text, start: Place) -> Option<Hit> {
        let cell = &text.lines[start.line].cells[start.cell];
        let mut rate = None;
        let matched = self.matched(&cell.words[start.word..], 0, &mut rate);
        if matched == 0 {
            return None;
        }
        if matched == self.parts.len() {
            let end = Place { word: start.word + matched, ..start };
            return Some(Hit { start, end, rate });
        }
        // The rest may begin the line below, in the same column.
        if start.word + matched < cell.words.len() {
            return None;
        }
        let (line, below) = cell_below(text, start.line, cell.words[start.word].x0)?;
        let words = &text.lines[line].cells[below].words;
        let more = self.matched(words, matched, &mut rate);
        (matched + more == self.parts.len()).then_some(Hit {
            start,
            end: Place { line, cell: below, word: more },
            rate,
        })
    }

    /// How many words from part `from` on agree.
    fn matched(&self, words: &[Word], from: usize, rate: &mut Option<VatRate>) -> usize {
        self.parts[from..]
            .iter()
            .zip(words)
            .take_while(|(part, word)| match part {
                Part::Word(wanted) => *wanted == word.folded,
                Part::Rate => match percent(&word.text) {
                    Some(found) => {
                        *rate = Some(found);
                        true
                    }
                    None => false,
                },
            })
            .count()
    }
}

/// A text with its words by their spelling, and the occurrences that were looked for.
pub(crate) struct Index<'a> {
    pub(crate) text: &'a Text,
    places: HashMap<&'a str, Vec<Place>>,
    all: Vec<Place>,
    found: RefCell<HashMap<Label, Rc<[Hit]>>>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(text: &'a Text) -> Self {
        let mut places: HashMap<&str, Vec<Place>> = HashMap::new();
        let mut all = Vec::new();
        for (line_at, line) in text.lines.iter().enumerate() {
            for (cell_at, cell) in line.cells.iter().enumerate() {
                for (word_at, word) in cell.words.iter().enumerate() {
                    let place = Place { line: line_at, cell: cell_at, word: word_at };
                    places.entry(&word.folded).or_default().push(place);
                    all.push(place);
                }
            }
        }
        Self { text, places, all, found: RefCell::default() }
    }

    /// Every occurrence of the label, in the order of the text.
    pub(crate) fn hits(&self, label: &Label) -> Rc<[Hit]> {
        if let Some(known) = self.found.borrow().get(label) {
            return Rc::clone(known);
        }
        let starts = match label.parts.first() {
            Some(Part::Word(word)) => self.places.get(word.as_str()).map_or(&[][..], Vec::as_slice),
            _ => &self.all,
        };
        let hits: Rc<[Hit]> =
            starts.iter().filter_map(|start| label.hit(self.text, *start)).collect();
        self.found.borrow_mut().insert(label.clone(), Rc::clone(&hits));
        hits
    }

    /// Whether the label occurs.
    pub(crate) fn has(&self, label: &Label) -> bool {
        !self.hits(label).is_empty()
    }
}

/// The first cell below in the same block that begins in the column `x`, within a line's distance.
pub(crate) fn cell_below(text: &Text, line: usize, x: f64) -> Option<(usize, usize)> {
    let above = text.lines.get(line)?;
    let near = |cell: &Cell| (cell.x0() - x).abs() <= SAME_COLUMN * above.size;
    text.lines
        .iter()
        .enumerate()
        .skip(line + 1)
        .take_while(|(_, below)| is_next(above, below))
        .find_map(|(at, below)| below.cells.iter().position(near).map(|cell| (at, cell)))
}

/// Whether a line follows another of its block closely.
pub(crate) fn is_next(above: &Line, below: &Line) -> bool {
    above.block == below.block && below.y - above.y <= NEXT_LINE * above.size.max(below.size)
}
