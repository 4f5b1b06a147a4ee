//! Rules for layouts: TOML files, shipped and the operator's own. A new layout needs no code.

use std::collections::{BTreeMap, HashMap};

use kontor_core::money::VatRate;
use serde::Deserialize;

use crate::document::Kind;
use crate::text::date::Months;
use crate::text::label::Label;
use crate::text::{amount, fold};

/// The layouts of marketplaces and of their advertising.
pub const SHIPPED: [(&str, &str); 2] = [
    ("invoice-rules.toml", include_str!("../../../config/invoice-rules.toml")),
    ("invoice-rules-temu.toml", include_str!("../../../config/invoice-rules-temu.toml")),
];

/// What is wrong with a file of rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// No valid TOML, or an unknown key.
    #[error("{file}: {message}")]
    Unreadable {
        /// Name of the file.
        file: String,
        /// What the TOML reader says, with line and column.
        message: String,
    },
    /// A layout that cannot be used.
    #[error("{file}: layout `{layout}`: {message}")]
    Layout {
        /// Name of the file.
        file: String,
        /// The layout's id.
        layout: String,
        /// What is wrong.
        message: String,
    },
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default)]
    words: BTreeMap<String, WordsRow>,
    #[serde(default)]
    rates: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    layout: Vec<LayoutRow>,
}

/// `[words.de]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WordsRow {
    months: Vec<String>,
    seller: Vec<String>,
    net: Vec<String>,
    vat: Vec<String>,
    reverse_charge: Vec<String>,
}

/// `[[layout]]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LayoutRow {
    id: String,
    like: Option<String>,
    r#type: Option<Kind>,
    country: Option<String>,
    language: Option<String>,
    currencies: Option<Vec<String>>,
    needs: Option<Vec<String>>,
    any: Option<Vec<String>>,
    never: Option<Vec<String>>,
    number: Option<Vec<String>>,
    date: Option<Vec<String>>,
    period: Option<Vec<String>>,
    total: Option<Vec<String>>,
    net: Option<Vec<String>>,
    vat: Option<Vec<String>>,
    seller: Option<Vec<String>>,
    suppliers: Option<Vec<String>>,
    told_by: Option<ToldBy>,
}

/// By what layouts with the same labels are told apart; the first that decides counts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ToldBy {
    /// Words anywhere in the text: `amazon.nl`.
    pub(crate) domains: Vec<String>,
    /// First two letters of the supplier's VAT id.
    pub(crate) vat_ids: Vec<String>,
    /// Words in the supplier's address.
    pub(crate) places: Vec<String>,
    /// Currencies of the total.
    pub(crate) currencies: Vec<String>,
}

/// One layout, ready for use.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) country: Option<String>,
    pub(crate) currencies: Vec<String>,
    pub(crate) rates: Vec<VatRate>,
    pub(crate) needs: Vec<Label>,
    pub(crate) any: Vec<Label>,
    pub(crate) never: Vec<Label>,
    pub(crate) number: Vec<Label>,
    pub(crate) date: Vec<Label>,
    pub(crate) period: Vec<Label>,
    pub(crate) total: Vec<Label>,
    pub(crate) net: Vec<Label>,
    pub(crate) vat: Vec<Label>,
    pub(crate) seller: Vec<Label>,
    /// Known issuers as they are to be written, each with its words.
    pub(crate) suppliers: Vec<(String, Label)>,
    pub(crate) reverse_charge: Vec<Label>,
    pub(crate) months: Months,
    pub(crate) told_by: ToldBy,
}

impl Layout {
    /// Every label of the layout: where one begins, the value before it ends.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &Label> {
        [
            &self.needs,
            &self.number,
            &self.date,
            &self.period,
            &self.total,
            &self.net,
            &self.vat,
            &self.seller,
        ]
        .into_iter()
        .flatten()
    }
}

/// All rules.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub(crate) layouts: Vec<Layout>,
    fingerprint: u64,
}

impl Rules {
    /// The shipped rules alone.
    ///
    /// # Errors
    /// A fault in the shipped files; a test proves that there is none.
    pub fn shipped() -> Result<Self, RulesError> {
        Self::with(&[])
    }

    /// The shipped rules, then the operator's files (name and text). A layout with the id of an earlier one replaces it.
    ///
    /// # Errors
    /// The first mistake, with file and place.
    pub fn with(own: &[(String, String)]) -> Result<Self, RulesError> {
        let mut all = RulesFile::default();
        let mut origin: HashMap<String, String> = HashMap::new();
        let shipped = SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let files: Vec<(String, String)> = shipped.chain(own.iter().cloned()).collect();
        for (name, text) in &files {
            add(&mut all, &mut origin, name, text)?;
        }
        let mut layouts = Vec::new();
        for row in &all.layout {
            let file = origin.get(&row.id).cloned().unwrap_or_default();
            let layout = resolve(row, &all)
                .and_then(|row| layout(&row, &all))
                .map_err(|message| RulesError::Layout { file, layout: row.id.clone(), message })?;
            layouts.push(layout);
        }
        Ok(Self { layouts, fingerprint: fingerprint(&files) })
    }

    /// Changes with every change of the rules.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Ids of the layouts.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.layouts.iter().map(|l| l.id.as_str())
    }
}

/// FNV-1a over names and texts: stable over versions of the compiler.
fn fingerprint(files: &[(String, String)]) -> u64 {
    files
        .iter()
        .flat_map(|(name, text)| name.bytes().chain([0]).chain(text.bytes()).chain([0]))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

fn add(
    all: &mut RulesFile,
    origin: &mut HashMap<String, String>,
    name: &str,
    text: &str,
) -> Result<(), RulesError> {
    let file: RulesFile = toml::from_str(text).map_err(|error| RulesError::Unreadable {
        file: name.to_owned(),
        message: error.to_string().trim().to_owned(),
    })?;
    all.words.extend(file.words);
    all.rates.extend(file.rates);
    for row in file.layout {
        origin.insert(row.id.clone(), name.to_owned());
        match all.layout.iter_mut().find(|known| known.id == row.id) {
            Some(known) => *known = row,
            None => all.layout.push(row),
        }
    }
    Ok(())
}

/// Fills what a row does not say from the row that it is like.
fn resolve(row: &LayoutRow, all: &RulesFile) -> Result<LayoutRow, String> {
    let mut row = row.clone();
    let mut seen = vec![row.id.clone()];
    while let Some(id) = row.like.take() {
        if seen.contains(&id) {
            return Err(format!("`like` goes in a circle: {}", seen.join(" → ")));
        }
        let base = all.layout.iter().find(|l| l.id == id).cloned();
        let base = base.ok_or_else(|| format!("`like` names an unknown layout: {id}"))?;
        seen.push(id);
        row = LayoutRow {
            id: row.id,
            like: base.like,
            r#type: row.r#type.or(base.r#type),
            country: row.country.or(base.country),
            language: row.language.or(base.language),
            currencies: row.currencies.or(base.currencies),
            needs: row.needs.or(base.needs),
            any: row.any.or(base.any),
            never: row.never.or(base.never),
            number: row.number.or(base.number),
            date: row.date.or(base.date),
            period: row.period.or(base.period),
            total: row.total.or(base.total),
            net: row.net.or(base.net),
            vat: row.vat.or(base.vat),
            seller: row.seller.or(base.seller),
            suppliers: row.suppliers.or(base.suppliers),
            told_by: row.told_by.or(base.told_by),
        };
    }
    Ok(row)
}

fn layout(row: &LayoutRow, all: &RulesFile) -> Result<Layout, String> {
    let language = row.language.as_deref().ok_or("`language` is missing")?;
    let words = all.words.get(language).ok_or_else(|| format!("[words.{language}] is missing"))?;
    let kind = row.r#type.ok_or("`type` is missing (rechnung, gutschrift or werbung)")?;
    let number = labels(row.number.as_deref().unwrap_or_default())?;
    let needs = labels(row.needs.as_deref().unwrap_or_default())?;
    if needs.is_empty() || number.is_empty() {
        return Err("`needs` and `number` must name at least one label".into());
    }
    if words.months.len() != 12 {
        return Err(format!("[words.{language}] months must be twelve"));
    }
    let own_or =
        |own: &Option<Vec<String>>, shared: &[String]| labels(own.as_deref().unwrap_or(shared));
    let country = row.country.clone().filter(|c| !c.is_empty());
    Ok(Layout {
        id: row.id.clone(),
        kind,
        currencies: row.currencies.clone().unwrap_or_default(),
        rates: rates(country.as_deref(), all)?,
        country,
        needs,
        any: labels(row.any.as_deref().unwrap_or_default())?,
        never: labels(row.never.as_deref().unwrap_or_default())?,
        number,
        date: labels(row.date.as_deref().unwrap_or_default())?,
        period: labels(row.period.as_deref().unwrap_or_default())?,
        total: labels(row.total.as_deref().unwrap_or_default())?,
        net: own_or(&row.net, &words.net)?,
        vat: own_or(&row.vat, &words.vat)?,
        seller: own_or(&row.seller, &words.seller)?,
        suppliers: suppliers(row.suppliers.as_deref().unwrap_or_default())?,
        reverse_charge: labels(&words.reverse_charge)?,
        months: words
            .months
            .iter()
            .map(|spellings| spellings.split_whitespace().map(fold).collect())
            .collect(),
        told_by: row.told_by.clone().unwrap_or_default(),
    })
}

fn labels(texts: &[String]) -> Result<Vec<Label>, String> {
    texts.iter().map(|t| Label::new(t).ok_or_else(|| format!("`{t}` has no word"))).collect()
}

fn suppliers(names: &[String]) -> Result<Vec<(String, Label)>, String> {
    let labels = labels(names)?;
    Ok(names.iter().cloned().zip(labels).collect())
}

/// The rates of a country; of all countries when it has none.
fn rates(country: Option<&str>, all: &RulesFile) -> Result<Vec<VatRate>, String> {
    let texts: Vec<&String> = match country {
        Some(country) => all
            .rates
            .get(country)
            .ok_or_else(|| format!("[rates] has no row for the country `{country}`"))?
            .iter()
            .collect(),
        None => all.rates.values().flatten().collect(),
    };
    let mut rates = texts
        .into_iter()
        .map(|t| amount::percent(&format!("{t}%")).ok_or_else(|| format!("`{t}` is no VAT rate")))
        .collect::<Result<Vec<_>, _>>()?;
    rates.sort_unstable();
    rates.dedup();
    Ok(rates)
}
