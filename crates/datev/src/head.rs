//! The two lines above the postings: DATEV's meta line and the headings.

use std::io::Read;

use kontor_core::{Code, Problem};

use crate::encoding::Encoding;
use crate::row::{Row, Rows};

/// Category of posting batches in field 3 of the meta line.
const POSTINGS: &str = "21";

/// What the first two lines say.
#[derive(Clone, Debug)]
pub struct Head {
    /// The meta line's fields, without quotes.
    pub meta: Vec<String>,
    /// The meta line's fields as they stand.
    pub meta_raw: Vec<Vec<u8>>,
    /// The headings, without quotes.
    pub headings: Vec<String>,
    /// How characters are written.
    pub encoding: Encoding,
    /// Both lines with their line ends.
    pub bytes: Vec<u8>,
    /// Bytes of each line's end.
    pub line_ends: [usize; 2],
}

/// Where the columns stand that a conversion touches or adds up.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// `Belegfeld 1`.
    pub(crate) document: usize,
    /// `Gegenkonto (ohne BU-Schlüssel)`.
    pub(crate) contra: usize,
    /// `Umsatz (ohne Soll/Haben-Kz)`.
    pub(crate) amount: Option<usize>,
    /// `Soll/Haben-Kennzeichen`.
    pub(crate) side: Option<usize>,
    /// `Zusatzinformation`: kind and content of each pair.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// Fields of every row.
    pub(crate) width: usize,
}

impl Head {
    /// Reads the first two rows.
    ///
    /// # Errors
    /// `datev.empty`, `datev.not_extf`, and those of [`Rows::next`].
    pub fn read<R: Read>(rows: &mut Rows<R>) -> Result<Self, Problem> {
        let has_bom = rows.has_bom();
        let Some(first) = rows.next()? else {
            return Err(Problem::new(Code::DatevEmpty));
        };
        let meta_raw = raw_fields(&first);
        let mut bytes = first.bytes.to_vec();
        let meta_end = first.line_end;
        let Some(second) = rows.next()? else {
            return Err(Problem::new(Code::DatevNotExtf).detail("line 2 is missing"));
        };
        let encoding = Encoding::of_headings(second.bytes, has_bom);
        let head = Self {
            meta: meta_raw.iter().map(|raw| encoding.content(raw)).collect(),
            headings: raw_fields(&second).iter().map(|raw| encoding.content(raw)).collect(),
            encoding,
            line_ends: [meta_end, second.line_end],
            bytes: {
                bytes.extend_from_slice(second.bytes);
                bytes
            },
            meta_raw,
        };
        head.check_kind()?;
        Ok(head)
    }

    fn check_kind(&self) -> Result<(), Problem> {
        let field = |index: usize| self.meta.get(index).map(|f| f.trim()).unwrap_or_default();
        if !matches!(field(0), "EXTF" | "DTVF") {
            return Err(Problem::new(Code::DatevNotExtf).detail("line 1 does not begin with EXTF"));
        }
        if field(2) != POSTINGS {
            let found: String = field(2).chars().take(20).collect();
            return Err(
                Problem::new(Code::DatevNotExtf).detail(format!("category {found}, not 21"))
            );
        }
        Ok(())
    }

    /// The columns that a conversion needs, found by their headings.
    pub(crate) fn columns(&self) -> Result<Columns, Problem> {
        let names: Vec<String> = self.headings.iter().map(|h| plain(h)).collect();
        let find = |heading: &str| {
            let wanted = plain(heading);
            names.iter().position(|name| *name == wanted)
        };
        let needed = |heading: &'static str| {
            find(heading).ok_or_else(|| Problem::new(Code::DatevColumnMissing).detail(heading))
        };
        let pair = |n: u8| {
            let kind = find(&format!("Zusatzinformation - Art {n}"))?;
            Some((kind, find(&format!("Zusatzinformation- Inhalt {n}"))?))
        };
        Ok(Columns {
            document: needed("Belegfeld 1")?,
            contra: needed("Gegenkonto (ohne BU-Schlüssel)")?,
            amount: find("Umsatz (ohne Soll/Haben-Kz)"),
            side: find("Soll/Haben-Kennzeichen"),
            pairs: (1..=20).filter_map(pair).collect(),
            width: self.headings.len(),
        })
    }
}

impl Columns {
    /// A row that is to be looked at; `None` for a blank one.
    ///
    /// # Errors
    /// `datev.row_malformed` when it has not as many fields as there are headings: which field is which is not certain then. One
    /// empty field more (a delimiter at the end) is harmless.
    pub(crate) fn fits(&self, row: &Row<'_>) -> Result<bool, Problem> {
        if row.is_blank() {
            return Ok(false);
        }
        let width = row.width();
        let is_ended_by_delimiter = width == self.width + 1 && row.raw(self.width).is_empty();
        if width == self.width || is_ended_by_delimiter {
            return Ok(true);
        }
        let detail = format!("line {}: {width} fields, {} headings", row.number, self.width);
        Err(Problem::new(Code::DatevRowMalformed).detail(detail))
    }
}

fn raw_fields(row: &Row<'_>) -> Vec<Vec<u8>> {
    (0..row.width()).map(|index| row.raw(index).to_vec()).collect()
}

/// A heading without blanks, hyphens and case: DATEV's own sample file is not even with them.
fn plain(heading: &str) -> String {
    let kept = heading.chars().filter(|c| !c.is_whitespace() && *c != '-');
    kept.flat_map(char::to_lowercase).collect()
}
