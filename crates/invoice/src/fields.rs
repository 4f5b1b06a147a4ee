//! Values beside, behind and below their labels.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::rules::Layout;
use crate::text::date::{self, Months};
use crate::text::label::{Hit, Index, Label, Place, cell_below, is_next};
use crate::text::{Cell, Text, Word, amount};

/// Lines of an address below a name.
const ADDRESS_LINES: usize = 8;

/// Gaps between a label and a name beside it, in heights of the font.
const NEAR: f64 = 4.0;
const FAR: f64 = 12.0;

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// Nothing.
    Nothing,
    /// One value, however often.
    One(T),
    /// Different values: none of them is believed.
    Several,
}

impl<T: PartialEq> Found<T> {
    /// The one value.
    pub(crate) fn one(self) -> Option<T> {
        match self {
            Self::One(value) => Some(value),
            Self::Nothing | Self::Several => None,
        }
    }

    pub(crate) fn of(values: impl IntoIterator<Item = T>) -> Self {
        values.into_iter().fold(Self::Nothing, |found, value| match found {
            Self::Nothing => Self::One(value),
            Self::One(known) if known == value => Self::One(known),
            _ => Self::Several,
        })
    }
}

/// Finds the values of one layout.
pub(crate) struct Finder<'a> {
    pub(crate) index: &'a Index<'a>,
    pub(crate) text: &'a Text,
    /// Where labels of the layout begin.
    starts: HashSet<(usize, usize, usize)>,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(index: &'a Index<'a>, layout: &Layout) -> Self {
        let starts = layout
            .labels()
            .flat_map(|label| index.hits(label).to_vec())
            .map(|hit| (hit.start.line, hit.start.cell, hit.start.word))
            .collect();
        Self { index, text: index.text, starts }
    }

    /// All occurrences of any of the labels.
    pub(crate) fn hits(&self, labels: &[Label]) -> Vec<Hit> {
        labels.iter().flat_map(|label| self.index.hits(label).to_vec()).collect()
    }

    fn cell(&self, line: usize, cell: usize) -> Option<&'a Cell> {
        self.text.lines.get(line)?.cells.get(cell)
    }

    /// The words of a cell from a place on, up to the next label.
    fn rest(&self, from: Place) -> &'a [Word] {
        let words = self.cell(from.line, from.cell).map_or(&[][..], |c| &c.words[..]);
        let end = (from.word..words.len())
            .find(|word| self.starts.contains(&(from.line, from.cell, *word)))
            .unwrap_or(words.len());
        words.get(from.word..end).unwrap_or_default()
    }

    /// The words right of a place on the same line, up to the next label.
    pub(crate) fn row(&self, from: Place) -> Vec<Word> {
        let mut words = self.rest(from).to_vec();
        let in_cell = self.cell(from.line, from.cell).map_or(0, |c| c.words.len());
        if from.word + words.len() < in_cell {
            return words;
        }
        for cell in from.cell + 1.. {
            let Some(whole) = self.cell(from.line, cell) else { break };
            let part = self.rest(Place { line: from.line, cell, word: 0 });
            words.extend_from_slice(part);
            if part.len() < whole.words.len() {
                break;
            }
        }
        words
    }

    /// The words below a place in its column, unless a label begins there.
    pub(crate) fn below(&self, hit: &Hit) -> &'a [Word] {
        let x = self
            .cell(hit.start.line, hit.start.cell)
            .and_then(|c| c.words.get(hit.start.word))
            .map_or(0.0, |w| w.x0);
        match cell_below(self.text, hit.end.line, x) {
            Some((line, cell)) => self.rest(Place { line, cell, word: 0 }),
            None => &[],
        }
    }

    /// Where the value of a label may stand, the likeliest place first: behind it, right of it, below it. When something
    /// stands behind it in its own cell, that is the value or there is none.
    fn places(&self, hit: &Hit) -> Vec<Vec<Word>> {
        let behind = self.rest(hit.end);
        if !behind.is_empty() {
            let mut wrapped = behind.to_vec();
            wrapped.extend_from_slice(self.below(hit));
            return vec![behind.to_vec(), wrapped];
        }
        let right =
            |place: Place| self.rest(Place { cell: place.cell + 1, word: 0, ..place }).to_vec();
        let mut places = vec![right(hit.end)];
        if hit.start.line != hit.end.line {
            places.push(right(hit.start));
        }
        places.push(self.below(hit).to_vec());
        places.retain(|words| !words.is_empty());
        places
    }

    /// The value at one occurrence: when something else that could be it stands at another place, neither is believed.
    fn value_at<T: PartialEq>(&self, hit: &Hit, read: impl Fn(&[Word]) -> Option<T>) -> Found<T> {
        let places = self.places(hit);
        let behind = !self.rest(hit.end).is_empty();
        if behind {
            return Found::of(places.iter().find_map(|words| read(words)));
        }
        Found::of(places.iter().filter_map(|words| read(words)))
    }

    /// The value of the labels that `read` takes for one.
    pub(crate) fn value<T: PartialEq>(
        &self,
        labels: &[Label],
        read: impl Fn(&[Word]) -> Option<T>,
    ) -> Found<T> {
        let mut all = Vec::new();
        for hit in self.hits(labels) {
            match self.value_at(&hit, &read) {
                Found::Nothing => {}
                Found::One(value) => all.push(value),
                Found::Several => return Found::Several,
            }
        }
        Found::of(all)
    }

    /// The number of the document.
    pub(crate) fn number(&self, layout: &Layout) -> Found<String> {
        self.value(&layout.number, |words| {
            number(words, &layout.months).filter(|_| !self.goes_on_below(words))
        })
    }

    /// Whether the word below a value, with nothing left of it, could be the rest of a number that was broken.
    fn goes_on_below(&self, words: &[Word]) -> bool {
        let [value] = words else { return false };
        let Some(place) = self.place_of(words) else { return false };
        let Some((line, cell)) = cell_below(self.text, place.line, value.x0) else { return false };
        match (cell, self.rest(Place { line, cell, word: 0 })) {
            (0, [below]) => below.text.chars().all(|c| c.is_ascii_digit() || c == '-'),
            _ => false,
        }
    }

    /// Its date.
    pub(crate) fn date(&self, layout: &Layout) -> Found<NaiveDate> {
        self.value(&layout.date, |words| date::date(&joined(words), &layout.months))
    }

    /// Its period.
    pub(crate) fn period(&self, layout: &Layout) -> Found<(NaiveDate, NaiveDate)> {
        self.value(&layout.period, |words| date::period(&joined(words), &layout.months))
    }

    /// The company that issued it, and where its name stands.
    pub(crate) fn supplier(&self, layout: &Layout) -> Option<(String, Place)> {
        let known = Found::of(
            layout
                .suppliers
                .iter()
                .filter(|(_, label)| self.index.has(label))
                .map(|(name, _)| name),
        );
        if let Found::One(name) = known {
            let label = layout.suppliers.iter().find(|(n, _)| n == name).map(|(_, l)| l)?;
            let start = self.index.hits(label).first()?.start;
            return Some((name.clone(), start));
        }
        let mut place = None;
        let found = Found::of(self.hits(&layout.seller).iter().filter_map(|hit| {
            let words = self.name_at(hit)?;
            let name = supplier_name(&words)?;
            place.get_or_insert(self.place_of(&words)?);
            Some(name)
        }));
        Some((found.one()?, place?))
    }

    /// A name stands behind its label, near on its right, or below it. What stands far to the right is another column.
    fn name_at(&self, hit: &Hit) -> Option<Vec<Word>> {
        let behind = self.rest(hit.end);
        if !behind.is_empty() {
            return Some(behind.to_vec());
        }
        let below = self.below(hit);
        let right = self.rest(Place { cell: hit.end.cell + 1, word: 0, ..hit.end });
        let size = self.text.lines.get(hit.end.line)?.size;
        let label_end = self.cell(hit.end.line, hit.end.cell)?.x1();
        let gap = right.first().map_or(f64::INFINITY, |w| w.x0 - label_end);
        match (below.is_empty(), right.is_empty()) {
            (false, false) if gap < NEAR * size => Some(right.to_vec()),
            (false, false) if gap < FAR * size => None,
            (false, _) => Some(below.to_vec()),
            (true, false) => Some(right.to_vec()),
            (true, true) => None,
        }
    }

    fn place_of(&self, words: &[Word]) -> Option<Place> {
        let wanted = words.first()?;
        for (line_at, line) in self.text.lines.iter().enumerate() {
            for (cell_at, cell) in line.cells.iter().enumerate() {
                if let Some(word) = cell.words.iter().position(|w| w == wanted) {
                    return Some(Place { line: line_at, cell: cell_at, word });
                }
            }
        }
        None
    }

    /// The words behind the name, in cells near by, and of the lines below it in its column: the address.
    pub(crate) fn address(&self, name: Place) -> Vec<Word> {
        let Some(line) = self.text.lines.get(name.line) else { return Vec::new() };
        let Some(first) = line.cells.get(name.cell) else { return Vec::new() };
        let mut words = first.words.get(name.word..).unwrap_or_default().to_vec();
        let mut end = first.x1();
        for cell in line.cells.iter().skip(name.cell + 1) {
            if cell.x0() - end > NEAR * line.size {
                break;
            }
            words.extend_from_slice(&cell.words);
            end = cell.x1();
        }
        let columns = [first.x0(), first.words.get(name.word).map_or(first.x0(), |w| w.x0)];
        let mut above = name.line;
        for (at, line) in self.text.lines.iter().enumerate().skip(name.line + 1) {
            if at > name.line + 3 * ADDRESS_LINES || !is_next(&self.text.lines[above], line) {
                break;
            }
            let near = |c: &&Cell| columns.iter().any(|x| (c.x0() - x).abs() <= 1.2 * line.size);
            if let Some(cell) = line.cells.iter().find(near) {
                words.extend_from_slice(&cell.words);
                above = at;
            }
        }
        words
    }
}

/// Words with single blanks.
pub(crate) fn joined(words: &[Word]) -> String {
    words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// A document number is one word with a digit. One that ends in a dash goes on somewhere else, and is not believed.
fn number(words: &[Word], months: &Months) -> Option<String> {
    let [word] = words else { return None };
    let text = word.text.as_str();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '_' | '.' | '#');
    let fits = (3..=40).contains(&text.len())
        && text.chars().all(allowed)
        && text.chars().any(|c| c.is_ascii_digit())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric());
    let is_other = date::date(text, months).is_some() || amount::amounts(words).is_some();
    (fits && !is_other).then(|| text.to_owned())
}

fn supplier_name(words: &[Word]) -> Option<String> {
    let name = joined(words);
    let name = name.trim_end_matches([',', ';', ':']);
    let fits = (2..=80).contains(&name.chars().count())
        && name.starts_with(char::is_alphanumeric)
        && name.chars().any(char::is_alphabetic)
        && !name.ends_with(['&', '-', '/'])
        && !name.contains(char::REPLACEMENT_CHARACTER)
        && !words
            .iter()
            .any(|w| amount::amounts(std::slice::from_ref(w)).is_some_and(|a| !a.is_empty()));
    fits.then(|| name.to_owned())
}

/// First letters of VAT ids with the lengths of what follows.
const VAT_IDS: [(&str, usize, usize); 29] = [
    ("AT", 9, 9),
    ("BE", 10, 10),
    ("BG", 9, 10),
    ("CY", 9, 9),
    ("CZ", 8, 10),
    ("DE", 9, 9),
    ("DK", 8, 8),
    ("EE", 9, 9),
    ("EL", 9, 9),
    ("ES", 9, 9),
    ("FI", 8, 8),
    ("FR", 11, 11),
    ("GB", 9, 12),
    ("HR", 11, 11),
    ("HU", 8, 8),
    ("IE", 8, 9),
    ("IT", 11, 11),
    ("LT", 9, 12),
    ("LU", 8, 8),
    ("LV", 11, 11),
    ("MT", 8, 8),
    ("NL", 12, 12),
    ("PL", 10, 10),
    ("PT", 9, 9),
    ("RO", 2, 10),
    ("SE", 12, 12),
    ("SI", 8, 8),
    ("SK", 10, 10),
    ("XI", 9, 12),
];

/// The one VAT id among the words.
pub(crate) fn vat_id(words: &[Word]) -> Found<String> {
    let single = |word: &Word| valid_vat_id(&word.text);
    let mut found: Vec<String> = words.iter().filter_map(single).collect();
    // `DE 123456789`
    found.extend(
        words
            .windows(2)
            .filter(|pair| pair[0].text.len() == 2)
            .filter_map(|pair| valid_vat_id(&format!("{}{}", pair[0].text, pair[1].text))),
    );
    Found::of(found)
}

fn valid_vat_id(text: &str) -> Option<String> {
    let id: String = text
        .trim_matches(|c: char| !c.is_ascii_alphanumeric())
        .chars()
        .filter(|c| !matches!(c, '.' | '-'))
        .collect();
    let (prefix, rest) = id.split_at_checked(2)?;
    let (_, min, max) = VAT_IDS.iter().find(|(p, ..)| *p == prefix)?;
    let fits = (*min..=*max).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && rest.bytes().filter(u8::is_ascii_digit).count() >= rest.len().saturating_sub(3);
    fits.then_some(id)
}
