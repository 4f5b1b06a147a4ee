//! Net, VAT and gross: the line of the total with one to three amounts, tables by rate, labelled lines. Arithmetic decides
//! what an amount is; what arithmetic leaves open stays empty.

use kontor_core::money::{Cents, VatRate};

use crate::document::{RateLine, TOLERANCE};
use crate::fields::{Finder, Found};
use crate::rules::Layout;
use crate::select::currency_in;
use crate::text::Word;
use crate::text::amount::{Amount, KRONA, amounts, percent};

/// Words that may stand before the rate in a table by rate.
const RATE_WORDS: [&str; 12] = [
    "ust",
    "ust.",
    "mwst",
    "mwst.",
    "vat",
    "tva",
    "iva",
    "btw",
    "moms",
    "ptu",
    "standard",
    "steuersatz",
];

/// Everything about money in a document; signs as printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) net: Option<Cents>,
    pub(crate) vat: Option<Cents>,
    pub(crate) gross: Option<Cents>,
    pub(crate) rate: Option<VatRate>,
    pub(crate) rates: Vec<RateLine>,
    pub(crate) currency: Option<String>,
    /// The three amounts of the total do not add up.
    pub(crate) mismatch: bool,
}

/// Reads them.
pub(crate) fn totals(finder: &Finder<'_>, layout: &Layout) -> Totals {
    let rows = total_rows(finder, layout);
    let lines = rate_lines(finder, layout);
    let vat = labelled_vat(finder, layout);
    let net = labelled_net(finder, layout);
    let mut totals = from_rows(&rows, layout);
    if totals.mismatch {
        totals.currency = total_currency(finder, layout);
        return totals;
    }
    totals.fill(&lines, net, &vat);
    totals.check(&lines, layout);
    totals.find_rate(finder, layout, &vat);
    totals.currency = total_currency(finder, layout);
    totals
}

/// Currency of the total's line, else the only one in the text; one that the layout does not have is not believed.
pub(crate) fn total_currency(finder: &Finder<'_>, layout: &Layout) -> Option<String> {
    let rows = total_rows(finder, layout);
    let mut named: Vec<&'static str> =
        rows.iter().flatten().filter_map(|amount| amount.currency).collect();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() {
        named = currency_in(finder.text.words());
    }
    let [one] = named.as_slice() else { return None };
    let known =
        |code: &str| layout.currencies.is_empty() || layout.currencies.iter().any(|c| c == code);
    let code = if *one == KRONA { "SEK" } else { one };
    // A crown is Swedish where the layout says so.
    let certain = *one != KRONA || layout.currencies.iter().any(|c| c == code);
    (known(code) && certain).then(|| code.to_owned())
}

/// The amounts of every line of the total, without repetitions.
fn total_rows(finder: &Finder<'_>, layout: &Layout) -> Vec<Vec<Amount>> {
    let mut rows: Vec<Vec<Amount>> = Vec::new();
    for hit in finder.hits(&layout.total) {
        if hit.start.word != 0 {
            continue;
        }
        let row: Vec<Word> =
            finder.row(hit.end).into_iter().filter(|w| percent(&w.text).is_none()).collect();
        let found = match amounts(&row) {
            Some(found) if !found.is_empty() => found,
            Some(_) => match amounts(finder.below(&hit)) {
                Some(found) if found.len() == 1 => found,
                _ => continue,
            },
            None => continue,
        };
        let is_known = rows.iter().any(|known| cents(known) == cents(&found));
        if !is_known {
            rows.push(found);
        }
    }
    rows
}

fn cents(amounts: &[Amount]) -> Vec<Cents> {
    amounts.iter().map(|a| a.cents).collect()
}

fn from_rows(rows: &[Vec<Amount>], layout: &Layout) -> Totals {
    let of_length = |n: usize| Found::of(rows.iter().filter(|r| r.len() == n).map(|r| cents(r)));
    let (singles, pairs, triples) = (of_length(1), of_length(2), of_length(3));
    let contradiction = [&singles, &pairs, &triples].into_iter().any(|f| *f == Found::Several);
    if contradiction || rows.iter().any(|r| r.len() > 3) {
        return Totals::default();
    }
    let single = singles.one().map(|s| s[0]);
    let pair = pairs.one().map(|p| (p[0], p[1]));
    let found = match triples.one() {
        Some(three) => triple(&three),
        None => match (pair, single) {
            (Some(pair), Some(gross)) => {
                triple(&[pair.0, pair.1, gross]).filter(|t| t.gross == Some(gross))
            }
            (Some(pair), None) => from_pair(pair, layout),
            (None, gross) => return Totals { gross, ..Totals::default() },
        },
    };
    match found {
        Some(found) if single.is_none_or(|s| found.gross == Some(s)) => found,
        // The figures stand in their usual order, and they disagree.
        None if rows.len() == 1 && rows[0].len() == 3 => Totals {
            net: Some(rows[0][0].cents),
            vat: Some(rows[0][1].cents),
            gross: Some(rows[0][2].cents),
            mismatch: true,
            ..Totals::default()
        },
        _ => Totals::default(),
    }
}

/// Three amounts in any order: the gross amount is the sum of the two others, the VAT the smaller of these. The exact sum wins
/// over a rounded one; when more than one reading is left, none is taken.
fn triple(three: &[Cents]) -> Option<Totals> {
    let [a, b, c] = *three else { return None };
    let same_sign = three.iter().all(|x| x.0 >= 0) || three.iter().all(|x| x.0 <= 0);
    if !same_sign {
        return None;
    }
    let reading = |gross: Cents, x: Cents, y: Cents, tolerance: i64| {
        let (net, vat) = if x.0.abs() >= y.0.abs() { (x, y) } else { (y, x) };
        let fits = (net + vat - gross).0.abs() <= tolerance && vat.0.abs() * 10 <= net.0.abs() * 3;
        fits.then_some((net, vat, gross))
    };
    [0, TOLERANCE]
        .into_iter()
        .find_map(|tolerance| {
            let readings = [(a, b, c), (b, a, c), (c, a, b)];
            let found = readings.into_iter().filter_map(|(g, x, y)| reading(g, x, y, tolerance));
            Found::of(found).one()
        })
        .map(|(net, vat, gross)| Totals {
            net: Some(net),
            vat: Some(vat),
            gross: Some(gross),
            ..Totals::default()
        })
}

/// Two amounts: which two they are, a rate of the country tells.
fn from_pair(pair: (Cents, Cents), layout: &Layout) -> Option<Totals> {
    let found = layout.rates.iter().flat_map(|rate| readings_of_pair(pair, *rate));
    Found::of(found.map(|line| (line.net, line.vat))).one().map(|(net, vat)| Totals {
        net: Some(net),
        vat: Some(vat),
        gross: Some(net + vat),
        ..Totals::default()
    })
}

/// The readings of two amounts at a rate: net and VAT, net and gross, or VAT and gross.
fn readings_of_pair((a, b): (Cents, Cents), rate: VatRate) -> Vec<RateLine> {
    let mut found = Vec::new();
    for (x, y) in [(a, b), (b, a)] {
        for (net, vat) in [(x, y), (x, y - x), (y - x, x)] {
            let line = RateLine { rate, net, vat };
            if explains(rate, net, vat, 0) && !found.contains(&line) {
                found.push(line);
            }
        }
    }
    found
}

/// Whether the VAT is the rate's part of the net amount; `slack` in 1/10,000 of the net for sums of rounded lines.
fn explains(rate: VatRate, net: Cents, vat: Cents, slack: i128) -> bool {
    let net_scaled = i128::from(net.0) * i128::from(rate.0);
    let difference = (net_scaled - i128::from(vat.0) * i128::from(VatRate::ONE)).abs();
    let allowed = i128::from(VatRate::ONE) + i128::from(net.0.abs()) * slack;
    net.0.signum() * vat.0.signum() >= 0 && difference <= allowed
}

/// Slack for totals over many rounded lines: 0.05 % of the net. No two rates of a country are nearer than ten times that.
const SUM_SLACK: i128 = 5;

/// Lines that hold a rate and two or three amounts, and nothing else; their arithmetic must hold.
fn rate_lines(finder: &Finder<'_>, layout: &Layout) -> Vec<RateLine> {
    let mut lines: Vec<RateLine> = Vec::new();
    for line in &finder.text.lines {
        let words: Vec<Word> = line.cells.iter().flat_map(|c| c.words.iter().cloned()).collect();
        if let Some(found) = rate_line(&words, layout)
            && !lines.contains(&found)
        {
            lines.push(found);
        }
    }
    let mut merged: Vec<RateLine> = Vec::new();
    for line in lines {
        match merged.iter_mut().find(|m| m.rate == line.rate) {
            Some(known) => {
                known.net = known.net + line.net;
                known.vat = known.vat + line.vat;
            }
            None => merged.push(line),
        }
    }
    merged.sort_by_key(|line| std::cmp::Reverse(line.rate));
    merged
}

fn rate_line(words: &[Word], layout: &Layout) -> Option<RateLine> {
    let mut rates = words.iter().filter_map(|w| percent(&w.text));
    let rate = rates.next().filter(|rate| layout.rates.contains(rate))?;
    if rates.next().is_some() {
        return None;
    }
    let rest: Vec<Word> = words
        .iter()
        .filter(|w| percent(&w.text).is_none() && !RATE_WORDS.contains(&w.folded.as_str()))
        .cloned()
        .collect();
    let found = amounts(&rest)?;
    match cents(&found).as_slice() {
        [a, b] => Found::of(readings_of_pair((*a, *b), rate)).one(),
        three @ [_, _, _] => {
            let sums = triple(three)?;
            let (net, vat) = (sums.net?, sums.vat?);
            explains(rate, net, vat, SUM_SLACK).then_some(RateLine { rate, net, vat })
        }
        _ => None,
    }
}

/// Lines like `VAT (19%) – GERMANY 19,00 EUR`: for each rate its amount.
fn labelled_vat(finder: &Finder<'_>, layout: &Layout) -> Found<Vec<(VatRate, Cents)>> {
    let mut found: Vec<(VatRate, Cents)> = Vec::new();
    for label in &layout.vat {
        for hit in finder.index.hits(label).iter() {
            // A heading above a column of rates is no labelled line.
            let Some(rate) = hit.rate.filter(|_| hit.start.line == hit.end.line) else { continue };
            let row = finder.row(hit.end);
            let figures = if label.any { without_words(&row) } else { row };
            let Some(amount) = amounts(&figures).filter(|a| a.len() == 1) else { continue };
            let entry = (rate, amount[0].cents);
            if found.iter().any(|(r, c)| *r == rate && *c != entry.1) {
                return Found::Several;
            }
            if !found.contains(&entry) {
                found.push(entry);
            }
        }
    }
    if found.is_empty() { Found::Nothing } else { Found::One(found) }
}

/// The words from the first figure on.
fn without_words(row: &[Word]) -> Vec<Word> {
    let is_figure = |w: &Word| {
        w.text.chars().any(|c| c.is_ascii_digit()) || currency_in([w].into_iter()).len() == 1
    };
    row.iter().skip_while(|w| !is_figure(w)).cloned().collect()
}

fn labelled_net(finder: &Finder<'_>, layout: &Layout) -> Found<Cents> {
    let hits = finder.hits(&layout.net);
    Found::of(hits.iter().filter(|hit| hit.start.word == 0).filter_map(|hit| {
        let found = amounts(&finder.row(hit.end))?;
        match found.as_slice() {
            [one] => Some(one.cents),
            _ => None,
        }
    }))
}

impl Totals {
    /// Completes what the total's line does not say from a table by rate or from labelled lines, when it makes up the gross
    /// amount.
    fn fill(&mut self, lines: &[RateLine], net: Found<Cents>, vat: &Found<Vec<(VatRate, Cents)>>) {
        let (Some(gross), None) = (self.gross, self.net) else { return };
        let makes_up = |net: Cents, vat: Cents| (net + vat - gross).0.abs() <= TOLERANCE;
        let sums = (lines.iter().map(|l| l.net).sum(), lines.iter().map(|l| l.vat).sum());
        if !lines.is_empty() && makes_up(sums.0, sums.1) {
            (self.net, self.vat) = (Some(sums.0), Some(sums.1));
            return;
        }
        let Found::One(parts) = vat else { return };
        let sum: Cents = parts.iter().map(|(_, cents)| *cents).sum();
        let net = match (net, parts.as_slice()) {
            (Found::One(net), _) if makes_up(net, sum) => net,
            // One rate that explains the difference to the gross amount: then the difference is the net amount.
            (Found::Nothing, [(rate, _)]) if explains(*rate, gross - sum, sum, SUM_SLACK) => {
                gross - sum
            }
            _ => return,
        };
        (self.net, self.vat) = (Some(net), Some(sum));
    }

    /// An amount of VAT that neither a table by rate nor a rate of the country explains is not believed: the figures may be
    /// something else, such as goods and shipping.
    fn check(&mut self, lines: &[RateLine], layout: &Layout) {
        let (Some(net), Some(vat)) = (self.net, self.vat) else { return };
        let agrees = |sum: Cents, total: Cents| (sum - total).0.abs() <= TOLERANCE;
        let sums: (Cents, Cents) =
            (lines.iter().map(|l| l.net).sum(), lines.iter().map(|l| l.vat).sum());
        if !lines.is_empty() && agrees(sums.0, net) && agrees(sums.1, vat) {
            self.rates = lines.to_vec();
        } else if !layout.rates.iter().any(|rate| explains(*rate, net, vat, SUM_SLACK)) {
            self.net = None;
            self.vat = None;
        }
    }

    /// The one rate: of the table, of the labelled line, or the only rate that is printed or possible and explains the VAT.
    fn find_rate(
        &mut self,
        finder: &Finder<'_>,
        layout: &Layout,
        labelled: &Found<Vec<(VatRate, Cents)>>,
    ) {
        if let [line] = self.rates.as_slice() {
            self.rate = Some(line.rate);
            return;
        }
        let (Some(net), Some(vat)) = (self.net, self.vat) else { return };
        if !self.rates.is_empty() {
            return;
        }
        if let Found::One(parts) = labelled
            && let [(rate, _)] = parts.as_slice()
            && explains(*rate, net, vat, SUM_SLACK)
        {
            self.rate = Some(*rate);
        } else {
            let mut printed: Vec<VatRate> = finder
                .text
                .words()
                .filter_map(|w| percent(&w.text))
                .filter(|r| layout.rates.contains(r))
                .collect();
            printed.sort_unstable();
            printed.dedup();
            let possible = if printed.is_empty() { layout.rates.clone() } else { printed.clone() };
            let several_printed = printed.len() > 1;
            let fitting = possible.into_iter().filter(|r| explains(*r, net, vat, SUM_SLACK));
            self.rate = Found::of(fitting).one().filter(|_| !several_printed);
        }
        if let (Some(rate), true) = (self.rate, self.rates.is_empty()) {
            self.rates = vec![RateLine { rate, net, vat }];
        }
    }
}
