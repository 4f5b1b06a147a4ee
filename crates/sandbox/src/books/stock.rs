//! Whether TEMU's stock is what JTL's tables give by a formula: computed here from the tables, apart from Kontor and
//! apart from JTL's view.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::str::FromStr;

use serde::Serialize;

use crate::jtl::{JtlOrder, JtlStock, sets_of};
use crate::seed::SeededOrder;
use crate::tds::Number;
use crate::temu::{GatewayState, ListedSku, MOST_PIECES};

/// How stock becomes an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StockFormula {
    /// `max(0, floor(sum of fBestand over the warehouses - nPuffer))`.
    OnHand,
    /// The same less `fInAuftraegen`.
    OnHandMinusReserved,
    /// `max(0, floor(fVerfuegbar) - nPuffer)`, whatever the warehouses.
    JtlAvailable,
}

impl FromStr for StockFormula {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "on_hand" => Ok(Self::OnHand),
            "on_hand_minus_reserved" => Ok(Self::OnHandMinusReserved),
            "jtl_available" => Ok(Self::JtlAvailable),
            other => Err(format!("there is no formula {other:?}")),
        }
    }
}

/// What TEMU's stock should be: what the formula gives, and no more than TEMU takes.
#[derive(Clone, Debug)]
pub struct StockExpectation {
    /// The formula.
    pub formula: StockFormula,
    /// The warehouses that count.
    pub warehouses: Vec<i64>,
    /// Takes off what TEMU's open orders (status 1 or 2) sell that JTL does not hold yet, by article.
    pub minus_unseen_orders: bool,
    /// SKUs whose `skuSn` another SKU has too are expected to be left alone.
    pub doubled_untouched: bool,
}

impl StockExpectation {
    /// By a formula over the warehouses that count by default, 1 and 2.
    pub fn by(formula: StockFormula) -> Self {
        Self {
            formula,
            warehouses: vec![1, 2],
            minus_unseen_orders: false,
            doubled_untouched: false,
        }
    }
}

/// Why nothing is expected of a SKU but to be left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftAlone {
    /// `skuSn` is empty or blank.
    NoNumber,
    /// JTL has no such article.
    NotInJtl,
    /// The article is a parent.
    Parent,
    /// JTL has no row that tells its stock.
    NoStock,
    /// Its stock is not tracked.
    Untracked,
    /// Another SKU has its number, and that was to be left alone.
    Doubled,
}

/// A SKU that has another stock than it should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StockDifference {
    /// TEMU's SKU id.
    pub sku_id: i64,
    /// Its number.
    pub sku_sn: String,
    /// What JTL's tables give.
    pub expected: i64,
    /// What TEMU has.
    pub temu: i64,
}

/// The comparison, SKU by SKU.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StockAgreement {
    /// SKUs with the stock that they should have.
    pub matching: usize,
    /// SKUs with another one.
    pub differing: Vec<StockDifference>,
    /// SKUs that are to be left alone and that no edit by call has named, by reason.
    pub untouched: BTreeMap<LeftAlone, Vec<i64>>,
    /// SKUs that are to be left alone and that an edit by call has named, whatever became of it.
    pub touched: Vec<i64>,
    /// Nothing differs, nothing was touched.
    pub agrees: bool,
}

/// What JTL's tables give for the article of each SKU: pieces, or why there is nothing to say.
pub fn expected_stock(
    temu: &GatewayState,
    jtl: &[JtlStock],
    orders: &[JtlOrder],
    expectation: &StockExpectation,
) -> BTreeMap<i64, Result<i64, LeftAlone>> {
    let articles: HashMap<String, &JtlStock> =
        jtl.iter().map(|article| (folded(&article.sku), article)).collect();
    let rows = exact_rows(jtl);
    let unseen =
        if expectation.minus_unseen_orders { unseen(temu, orders) } else { HashMap::new() };
    let doubled = doubled(temu);
    let of_sku = |sku: &ListedSku| {
        let number = folded(&sku.listing.sku_sn);
        if number.is_empty() {
            return Err(LeftAlone::NoNumber);
        }
        if expectation.doubled_untouched && doubled.contains(&number) {
            return Err(LeftAlone::Doubled);
        }
        let article = articles.get(&number).ok_or(LeftAlone::NotInJtl)?;
        let sold = unseen.get(&number).copied().unwrap_or_default();
        offer(article, &rows, expectation, sold)
    };
    temu.stock.skus.iter().map(|(id, sku)| (*id, of_sku(sku))).collect()
}

/// Compares TEMU's stock with what JTL's tables give.
pub fn stock_agreement(
    temu: &GatewayState,
    jtl: &[JtlStock],
    orders: &[JtlOrder],
    expectation: &StockExpectation,
) -> StockAgreement {
    let called: HashSet<i64> =
        temu.stock.edits.iter().filter(|edit| edit.call > 0).map(|edit| edit.sku_id).collect();
    let mut result = StockAgreement::default();
    for (sku_id, expected) in expected_stock(temu, jtl, orders, expectation) {
        let Some(sku) = temu.stock.skus.get(&sku_id) else { continue };
        match expected {
            Ok(expected) if expected == sku.pieces => result.matching += 1,
            Ok(expected) => result.differing.push(StockDifference {
                sku_id,
                sku_sn: sku.listing.sku_sn.clone(),
                expected,
                temu: sku.pieces,
            }),
            Err(_) if called.contains(&sku_id) => result.touched.push(sku_id),
            Err(reason) => result.untouched.entry(reason).or_default().push(sku_id),
        }
    }
    result.agrees = result.differing.is_empty() && result.touched.is_empty();
    result
}

/// As JTL's collation and a careful reader compare numbers: without outer blanks, whatever the case.
fn folded(number: &str) -> String {
    number.trim().to_lowercase()
}

fn doubled(temu: &GatewayState) -> HashSet<String> {
    let mut seen = HashSet::new();
    let numbers = temu.stock.skus.values().map(|sku| folded(&sku.listing.sku_sn));
    numbers.filter(|number| !seen.insert(number.clone())).collect()
}

/// Pieces by article number that TEMU's open orders sell and that no order in JTL holds.
fn unseen(temu: &GatewayState, orders: &[JtlOrder]) -> HashMap<String, i64> {
    let known: HashSet<&str> = orders.iter().map(|order| order.external_number.as_str()).collect();
    let mut out = HashMap::new();
    let open = |order: &&SeededOrder| {
        matches!(order.status, 1 | 2) && !known.contains(order.parent_order_sn.as_str())
    };
    for item in temu.orders.values().filter(open).flat_map(|order| &order.items) {
        // A line without a number sells the SKU that it names.
        let number = match folded(&item.ext_code) {
            number if number.is_empty() => {
                temu.stock.skus.get(&item.sku_id).map(|sku| folded(&sku.listing.sku_sn))
            }
            number => Some(number),
        };
        *out.entry(number.unwrap_or_default()).or_default() += item.quantity();
    }
    out
}

fn exact_rows(jtl: &[JtlStock]) -> HashMap<i64, BTreeMap<i64, Number>> {
    let exact = |rows: &BTreeMap<i64, String>| {
        rows.iter()
            .filter_map(|(warehouse, text)| Some((*warehouse, Number::parse(text)?)))
            .collect()
    };
    jtl.iter().map(|article| (article.key, exact(&article.warehouses))).collect()
}

fn offer(
    article: &JtlStock,
    rows: &HashMap<i64, BTreeMap<i64, Number>>,
    expectation: &StockExpectation,
    sold: i64,
) -> Result<i64, LeftAlone> {
    if article.parent {
        return Err(LeftAlone::Parent);
    }
    if !article.tracked {
        return Err(LeftAlone::Untracked);
    }
    let number = |text: &Option<String>| text.as_deref().and_then(Number::parse);
    let counted = match expectation.formula {
        StockFormula::JtlAvailable => number(&article.available),
        StockFormula::OnHand => on_hand(article, rows, &expectation.warehouses),
        StockFormula::OnHandMinusReserved => on_hand(article, rows, &expectation.warehouses)
            .zip(number(&article.reserved))
            .and_then(|(on_hand, reserved)| on_hand.plus(reserved.negated())),
    };
    let off = Number::whole(-(article.buffer + sold));
    let rest = counted.and_then(|counted| counted.plus(off)).ok_or(LeftAlone::NoStock)?;
    i64::try_from(rest.floor().clamp(0, MOST_PIECES.into())).map_err(|_| LeftAlone::NoStock)
}

/// The sum over the warehouses; `None` where no row is. A bill of materials has whole sets instead of rows.
fn on_hand(
    article: &JtlStock,
    rows: &HashMap<i64, BTreeMap<i64, Number>>,
    warehouses: &[i64],
) -> Option<Number> {
    let parts: Vec<(i64, Number)> = article
        .components
        .iter()
        .filter_map(|(key, pieces)| Some((*key, Number::parse(pieces)?)))
        .collect();
    let own = rows.get(&article.key).cloned().unwrap_or_default();
    let sets = sets_of(&parts, rows).into_iter();
    let sets = sets.map(|(warehouse, sets)| (warehouse, Number { units: sets, scale: 0 }));
    own.into_iter()
        .chain(sets)
        .filter(|(warehouse, _)| warehouses.contains(warehouse))
        .map(|(_, pieces)| pieces)
        .try_fold(None, |sum: Option<Number>, pieces| {
            Some(Some(sum.map_or(Some(pieces), |sum| sum.plus(pieces))?))
        })
        .flatten()
}
