//! From the text of a document to its fields.

use kontor_core::money::Cents;

use crate::document::{Document, Flag, Kind, RateLine};
use crate::fields::{Finder, vat_id};
use crate::rules::{Layout, Rules};
use crate::select::{self, Choice};
use crate::text::Text;
use crate::text::label::Index;
use crate::totals::{Totals, totals};

/// Reads a text by the rules.
pub(crate) fn read(file: &str, text: &Text, rules: &Rules) -> Document {
    let index = Index::new(text);
    match select::choose(rules, &index) {
        Choice::Unknown => Document::unread(file, Flag::UnknownLayout, ""),
        Choice::Contradiction => {
            Document::unread(file, Flag::UnknownLayout, "rules of different types fit")
        }
        Choice::Layout(layout) => by_layout(file, &index, layout),
        Choice::CountryOpen(layout) => by_layout(file, &index, &layout),
    }
}

/// Whether the text has an advertising layout (a document with embedded XML does not say that itself).
pub(crate) fn is_advertising(text: &Text, rules: &Rules) -> bool {
    let index = Index::new(text);
    match select::choose(rules, &index) {
        Choice::Layout(layout) => layout.kind == Kind::Werbung,
        Choice::CountryOpen(layout) => layout.kind == Kind::Werbung,
        Choice::Unknown | Choice::Contradiction => false,
    }
}

fn by_layout(file: &str, index: &Index<'_>, layout: &Layout) -> Document {
    let finder = Finder::new(index, layout);
    let supplier = finder.supplier(layout);
    let address = supplier.as_ref().map(|(_, at)| finder.address(*at)).unwrap_or_default();
    let period = finder.period(layout).one();
    let money = signed(totals(&finder, layout), layout.kind);
    let mut document = Document {
        file: file.to_owned(),
        country: layout.country.clone(),
        kind: Some(layout.kind),
        number: finder.number(layout).one(),
        date: finder.date(layout).one(),
        period_start: period.map(|p| p.0),
        period_end: period.map(|p| p.1),
        net: money.net,
        vat: money.vat,
        gross: money.gross,
        vat_rate: money.rate,
        rates: money.rates,
        currency: money.currency,
        supplier: supplier.map(|(name, _)| name),
        supplier_vat_id: vat_id(&address).one(),
        layout: Some(layout.id.clone()),
        ..Document::default()
    };
    if layout.reverse_charge.iter().any(|label| index.has(label)) {
        document.flag(Flag::ReverseCharge);
    }
    document.judge();
    document
}

/// The amounts of a credit note are negative, however they are printed; amounts of both signs are not believed.
fn signed(totals: Totals, kind: Kind) -> Totals {
    if kind != Kind::Gutschrift {
        return totals;
    }
    let all = [totals.net, totals.vat, totals.gross];
    let signs = || all.iter().flatten().map(|c| c.0.signum());
    if signs().any(|s| s > 0) && signs().any(|s| s < 0) {
        return Totals { currency: totals.currency, ..Totals::default() };
    }
    let negative = |c: Cents| Cents(-c.0.abs());
    Totals {
        net: totals.net.map(negative),
        vat: totals.vat.map(negative),
        gross: totals.gross.map(negative),
        rates: totals
            .rates
            .iter()
            .map(|l| RateLine { net: negative(l.net), vat: negative(l.vat), ..*l })
            .collect(),
        ..totals
    }
}
