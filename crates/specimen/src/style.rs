//! How a document is composed: chosen at random, so that the reader meets every combination.

use crate::paper::{Language, Paper};

/// Where values stand beside their labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Labels {
    /// `Label: value` in one run of text.
    Inline,
    /// Labels in one column, values in another.
    Columns,
    /// A row of labels above a row of values.
    Above,
    /// Labels broken over two lines, values beside the second.
    WrappedBelow,
    /// Labels broken over two lines, values beside the first.
    WrappedBeside,
    /// A column of text that runs up the margin.
    Turned,
}

/// What the total's line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Total {
    /// `EUR 100.00 EUR 19.00 EUR 119.00`, always with decimal points.
    ThreePlain,
    /// Net, VAT and gross in the country's notation, in any order of columns.
    Three([u8; 3]),
    /// The gross amount alone, and a table by rate.
    GrossAndTable,
}

/// Where the currency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CurrencyAt {
    Before,
    Behind,
    Sign,
    Heading,
}

/// How a negative amount is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Negative {
    Before,
    Behind,
    Brackets,
    /// Credit notes that print positive amounts.
    Unsigned,
}

/// How the text is written into the PDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// Whole runs, Windows encoding.
    Plain,
    /// Kerned arrays with scrambled codes and glyph names.
    Scrambled,
    /// Word by word.
    Words,
    /// Character by character.
    Characters,
}

/// By what the country can be told when labels are shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    Domain,
    VatId,
    Place,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) labels: Labels,
    pub(crate) total: Total,
    /// Order of (rate, net, VAT, gross) in the table by rate; gross may be missing.
    pub(crate) table: [u8; 4],
    pub(crate) table_has_gross: bool,
    pub(crate) currency: CurrencyAt,
    pub(crate) negative: Negative,
    pub(crate) grouping: Option<char>,
    pub(crate) decimal: char,
    /// 0: numbers with points, 1: with slashes, 2: ISO, 3: month by name.
    pub(crate) date: u8,
    pub(crate) rates: usize,
    pub(crate) items: usize,
    pub(crate) script: Script,
    pub(crate) evidence: Evidence,
    /// 0, 90, 180 or 270.
    pub(crate) rotate: i32,
    pub(crate) shuffled: bool,
    pub(crate) in_form: bool,
    pub(crate) compressed: bool,
    pub(crate) reverse_charge: bool,
    pub(crate) stamp: bool,
}

fn one_of<T: Copy>(random: &mut fastrand::Rng, choices: &[T]) -> T {
    choices[random.usize(..choices.len())]
}

impl Style {
    pub(crate) fn random(random: &mut fastrand::Rng, paper: &Paper) -> Self {
        let advertising = paper.kind == "werbung";
        let reverse_charge = random.u8(..12) == 0;
        let rates = if advertising || reverse_charge {
            1
        } else {
            one_of(random, &[1, 1, 2, 2, 3]).min(paper.rates.len())
        };
        let mut order = [0, 1, 2];
        random.shuffle(&mut order);
        let mut table = [0, 1, 2, 3];
        random.shuffle(&mut table);
        let total = match random.u8(..3) {
            _ if advertising => Total::GrossAndTable,
            0 => Total::ThreePlain,
            1 => Total::Three(order),
            _ => Total::GrossAndTable,
        };
        let (decimal, marks): (char, &[Option<char>]) = match paper.language {
            Language::En => ('.', &[Some(','), Some(','), None]),
            Language::Fr | Language::Pl | Language::Sv => {
                (',', &[Some(' '), Some('\u{a0}'), Some('.'), None])
            }
            _ => (',', &[Some('.'), Some('.'), None]),
        };
        Self {
            labels: one_of(
                random,
                &[
                    Labels::Inline,
                    Labels::Columns,
                    Labels::Columns,
                    Labels::Above,
                    Labels::WrappedBelow,
                    Labels::WrappedBeside,
                    Labels::Turned,
                ],
            ),
            total,
            table,
            table_has_gross: random.bool(),
            currency: one_of(
                random,
                &[CurrencyAt::Before, CurrencyAt::Behind, CurrencyAt::Sign, CurrencyAt::Heading],
            ),
            negative: one_of(
                random,
                &[
                    Negative::Before,
                    Negative::Before,
                    Negative::Behind,
                    Negative::Brackets,
                    Negative::Unsigned,
                ],
            ),
            grouping: one_of(random, marks),
            decimal,
            date: random.u8(..4),
            rates,
            items: one_of(random, &[1, 2, 5, 12, 40, 90]),
            script: one_of(
                random,
                &[Script::Plain, Script::Scrambled, Script::Words, Script::Characters],
            ),
            evidence: one_of(random, &[Evidence::Domain, Evidence::VatId, Evidence::Place]),
            rotate: one_of(random, &[0, 0, 0, 90, 180, 270]),
            shuffled: random.bool(),
            in_form: random.u8(..4) == 0,
            compressed: random.bool(),
            reverse_charge,
            stamp: random.u8(..4) == 0,
        }
    }
}
