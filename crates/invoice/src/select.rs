//! Which layout a text has, and which of several that share their labels.

use crate::fields::{Finder, vat_id};
use crate::rules::{Layout, Rules};
use crate::text::amount;
use crate::text::label::Index;
use crate::text::{Word, fold};
use crate::totals::total_currency;

/// The choice.
pub(crate) enum Choice<'a> {
    /// No layout fits.
    Unknown,
    /// Layouts of different kinds fit equally.
    Contradiction,
    /// This one.
    Layout(&'a Layout),
    /// The fields can be read, but not which country it is: rates and currencies are those of all that are possible.
    CountryOpen(Box<Layout>),
}

/// Why a layout does not fit; `None`: it does.
pub(crate) fn misfit(layout: &Layout, index: &Index<'_>) -> Option<String> {
    if let Some(label) = layout.needs.iter().find(|label| !index.has(label)) {
        return Some(format!("needs: {}", label.text));
    }
    if let Some(label) = layout.never.iter().find(|label| index.has(label)) {
        return Some(format!("never: {}", label.text));
    }
    if !layout.any.is_empty() && !layout.any.iter().any(|label| index.has(label)) {
        return Some("any: –".into());
    }
    None
}

/// Chooses. Of the layouts that fit, those with the most `needs` are the closest.
pub(crate) fn choose<'a>(rules: &'a Rules, index: &Index<'_>) -> Choice<'a> {
    let fitting: Vec<&Layout> =
        rules.layouts.iter().filter(|layout| misfit(layout, index).is_none()).collect();
    let most = fitting.iter().map(|l| l.needs.len()).max().unwrap_or(0);
    let closest: Vec<&Layout> = fitting.into_iter().filter(|l| l.needs.len() == most).collect();
    match closest.as_slice() {
        [] => Choice::Unknown,
        [one] => Choice::Layout(one),
        [first, others @ ..] if others.iter().all(|l| l.kind == first.kind) => {
            match tell_apart(&closest, index) {
                Some(layout) => Choice::Layout(layout),
                None => Choice::CountryOpen(Box::new(merged(first, others))),
            }
        }
        _ => Choice::Contradiction,
    }
}

fn merged(first: &Layout, others: &[&Layout]) -> Layout {
    let mut merged = first.clone();
    merged.country = None;
    for other in others {
        merged.rates.extend(&other.rates);
        merged.currencies.extend(other.currencies.iter().cloned());
    }
    merged.rates.sort_unstable();
    merged.rates.dedup();
    merged
}

/// Domains first, then the supplier's VAT id, its address, the currency: the first that leaves one layout decides.
fn tell_apart<'a>(layouts: &[&'a Layout], index: &Index<'_>) -> Option<&'a Layout> {
    let first = layouts.first()?;
    let finder = Finder::new(index, first);
    let address =
        finder.supplier(first).map(|(_, place)| finder.address(place)).unwrap_or_default();
    let id = vat_id(&address).one().unwrap_or_default();
    let currency = total_currency(&finder, first);
    let mut left = layouts.to_vec();
    let tests: [&dyn Fn(&Layout) -> bool; 4] = [
        &|l| l.told_by.domains.iter().any(|d| index.text.words().any(|w| names(w, d))),
        &|l| l.told_by.vat_ids.iter().any(|prefix| id.starts_with(prefix.as_str())),
        &|l| l.told_by.places.iter().any(|p| address.iter().any(|w| w.folded == fold(p))),
        &|l| currency.as_ref().is_some_and(|c| l.told_by.currencies.contains(c)),
    ];
    for test in tests {
        let kept: Vec<&Layout> = left.iter().copied().filter(|l| test(l)).collect();
        match kept.as_slice() {
            [] => {}
            [one] => return Some(one),
            _ => left = kept,
        }
    }
    None
}

/// Whether a word names a domain, and not one that only begins like it.
fn names(word: &Word, domain: &str) -> bool {
    let text = word.text.to_lowercase();
    text.match_indices(domain).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + domain.len()..].chars().next();
        let is_part = |c: char| c.is_alphanumeric() || c == '-';
        let goes_on = after == Some('.')
            && text[at + domain.len() + 1..].starts_with(|c: char| c.is_alphanumeric());
        !before.is_some_and(is_part) && !after.is_some_and(is_part) && !goes_on
    })
}

/// The one currency that the words name.
pub(crate) fn currency_in<'w>(words: impl Iterator<Item = &'w Word>) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = words
        .filter_map(|word| {
            amount::currency(&word.text).or_else(|| {
                let amounts = amount::amounts(std::slice::from_ref(word))?;
                amounts.first()?.currency
            })
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
