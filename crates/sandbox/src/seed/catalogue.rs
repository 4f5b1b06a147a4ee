//! The SKUs that TEMU lists and the articles that JTL keeps for them: every fiftieth of each kind that needs care.

use serde::Serialize;

use super::people;
use crate::jtl::{ArticleKind, StockedArticle};

/// What is special about a SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SkuKind {
    /// Nothing: a tracked article with stock of its own.
    Plain,
    /// `skuSn` is empty.
    EmptyNumber,
    /// `skuSn` is blank.
    BlankNumber,
    /// `skuSn` is that of the SKU before it.
    Doubled,
    /// As `Doubled`, but in lower case and between blanks.
    DoubledInOtherCase,
    /// `skuSn` stands between blanks.
    OuterBlanks,
    /// `skuSn` is in lower case, JTL's number is not.
    OtherCase,
    /// JTL has no such article.
    UnknownToJtl,
    /// The article is a parent (`nIstVater = 1`) with stock of its own and two children.
    Parent,
    /// The article is a child of the parent before it.
    Child,
    /// The article is a bill of materials of the two articles before it.
    BillOfMaterial,
    /// Its stock is not tracked (`cLagerAktiv = 'N'`) and it has no row per warehouse.
    Untracked,
    /// It may be sold below zero (`cLagerKleinerNull = 'Y'`).
    Overselling,
    /// It has no row per warehouse, but one in `tlagerbestand`.
    NoWarehouseRow,
    /// It has no stock row at all.
    NoStockRow,
    /// Its stock has thirteen places after the point.
    Fractions,
    /// More is in orders than in stock: `fVerfuegbar` is negative.
    NegativeAvailable,
    /// The buffer is larger than the stock.
    LargeBuffer,
    /// Fractions of a piece are in orders.
    Reserved,
    /// Neither TEMU nor JTL has any.
    SoldOut,
    /// TEMU has none, JTL has.
    Restocked,
    /// TEMU has some, JTL has 0.
    RunOut,
    /// It lies only in warehouses that do not count for TEMU: FBA, transit, inactive.
    ForeignWarehousesOnly,
}

/// A SKU as TEMU lists it.
#[derive(Clone, Debug, Serialize)]
pub struct SeededSku {
    /// TEMU's goods id.
    pub goods_id: i64,
    /// TEMU's SKU id.
    pub sku_id: i64,
    /// The seller's number.
    pub sku_sn: String,
    /// Name of the goods.
    pub goods_name: String,
    /// What tells the goods' SKUs apart.
    pub spec: String,
    /// Pieces at TEMU in the beginning.
    pub stock: i64,
    /// Price in cents.
    pub price_cents: i64,
    /// Unix time of its listing.
    pub created_at: i64,
    /// What is special about it.
    pub kind: SkuKind,
}

/// SKUs of the goods in turn: 25 SKUs in 8 goods.
const SKUS_OF_GOODS: [usize; 8] = [1, 3, 1, 5, 2, 1, 8, 4];
const SKUS_OF_TURN: usize = 25;

const SHOP: i64 = 1;
const STANDARD: i64 = 2;
const FBA: i64 = 3;
const TRANSIT: i64 = 4;
const INACTIVE: i64 = 5;

fn kind(index: usize) -> SkuKind {
    match index % 50 {
        3 => SkuKind::EmptyNumber,
        5 => SkuKind::BlankNumber,
        7 => SkuKind::Doubled,
        12 => SkuKind::DoubledInOtherCase,
        13 => SkuKind::OuterBlanks,
        15 => SkuKind::OtherCase,
        17 => SkuKind::UnknownToJtl,
        19 => SkuKind::Parent,
        20 => SkuKind::Child,
        23 => SkuKind::BillOfMaterial,
        25 => SkuKind::Untracked,
        27 => SkuKind::Overselling,
        29 => SkuKind::NoWarehouseRow,
        31 => SkuKind::NoStockRow,
        33 => SkuKind::Fractions,
        35 => SkuKind::NegativeAvailable,
        37 => SkuKind::LargeBuffer,
        39 => SkuKind::Reserved,
        41 => SkuKind::SoldOut,
        43 => SkuKind::Restocked,
        45 => SkuKind::RunOut,
        47 => SkuKind::ForeignWarehousesOnly,
        _ => SkuKind::Plain,
    }
}

/// Whether the SKU's number is written as JTL writes it and belongs to it alone, so that orders can sell it.
fn is_sold(index: usize) -> bool {
    use SkuKind as K;
    !matches!(
        kind(index),
        K::EmptyNumber
            | K::BlankNumber
            | K::Doubled
            | K::DoubledInOtherCase
            | K::OuterBlanks
            | K::OtherCase
            | K::UnknownToJtl
            | K::Parent
            | K::Child
            | K::BillOfMaterial
    )
}

/// The SKU at `index`, or the one before it that orders can sell.
pub(super) fn sold(index: usize) -> usize {
    (0..=index).rev().find(|index| is_sold(*index)).unwrap_or_default()
}

/// The goods that the SKU at `index` belongs to, and its place in them.
fn place(index: usize) -> (usize, usize) {
    let (mut goods, mut rest) = (index / SKUS_OF_TURN * SKUS_OF_GOODS.len(), index % SKUS_OF_TURN);
    for size in SKUS_OF_GOODS {
        if rest < size {
            break;
        }
        rest -= size;
        goods += 1;
    }
    (goods, rest)
}

fn id(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// TEMU's goods id of the SKU at `index`.
pub(super) fn goods_id(index: usize) -> i64 {
    601_099_548_000_000 + id(place(index).0)
}

/// TEMU's SKU id of the SKU at `index`.
pub(super) fn sku_id(index: usize) -> i64 {
    17_592_352_000_000 + id(index) * 10
}

/// JTL's number of the article behind the SKU at `index`.
pub(super) fn article_number(index: usize) -> String {
    let prefix = match kind(index) {
        SkuKind::Parent => "VATER",
        SkuKind::BillOfMaterial => "SET",
        SkuKind::UnknownToJtl => "FREMD",
        SkuKind::Child => return format!("{}-A", article_number(index - 1)),
        SkuKind::Doubled | SkuKind::DoubledInOtherCase => return article_number(index - 1),
        _ => "ART",
    };
    format!("{prefix}-{index:05}")
}

fn sku_sn(index: usize) -> String {
    let number = article_number(index);
    match kind(index) {
        SkuKind::EmptyNumber => String::new(),
        SkuKind::BlankNumber => "  ".to_owned(),
        SkuKind::DoubledInOtherCase => format!(" {} ", number.to_lowercase()),
        SkuKind::OuterBlanks => format!(" {number} "),
        SkuKind::OtherCase => number.to_lowercase(),
        _ => number,
    }
}

/// The SKUs `0..count` as TEMU lists them, and JTL's articles for them; `now` is the present in Unix seconds.
pub fn catalogue(seed: u64, count: usize, now: i64) -> (Vec<SeededSku>, Vec<StockedArticle>) {
    let mut articles = Vec::with_capacity(count);
    let mut skus = Vec::with_capacity(count);
    for index in 0..count.max(1) {
        let first = articles.len();
        add_articles(seed, index, &mut articles);
        skus.push(sku(seed, index, now, articles.get(first)));
    }
    (skus, articles)
}

fn random(seed: u64, index: usize) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed.wrapping_mul(7_368_787).wrapping_add(index as u64))
}

fn sku(seed: u64, index: usize, now: i64, article: Option<&StockedArticle>) -> SeededSku {
    let mut random = random(seed, index);
    let (goods, position) = place(index);
    let listed = random.i64(1..150);
    let stock = match kind(index) {
        SkuKind::SoldOut | SkuKind::Restocked => 0,
        SkuKind::RunOut => listed,
        // Seven of eight are right already.
        _ if index % 8 != 1 => article.and_then(counted).filter(|n| *n > 0).unwrap_or(listed),
        _ => listed,
    };
    SeededSku {
        goods_id: goods_id(index),
        sku_id: sku_id(index),
        sku_sn: sku_sn(index),
        goods_name: people::goods_name(goods),
        spec: format!("Ausführung {}", position + 1),
        stock,
        price_cents: random.i64(199..9_999),
        created_at: now - 200 * 86_400 + id(index),
        kind: kind(index),
    }
}

/// Whole pieces in the warehouses that count, less the buffer.
fn counted(article: &StockedArticle) -> Option<i64> {
    let pieces = |(warehouse, text): &(i64, String)| {
        matches!(*warehouse, SHOP | STANDARD).then(|| text.parse::<i64>().ok()).flatten()
    };
    let found: Vec<i64> = article.stock.iter().filter_map(pieces).collect();
    (!found.is_empty()).then(|| (found.iter().sum::<i64>() - article.buffer).max(0))
}

fn plain(seed: u64, index: usize) -> StockedArticle {
    let mut random = random(seed ^ 0xa7, index);
    let mut stock = vec![(STANDARD, random.i64(1..120).to_string())];
    if index.is_multiple_of(3) {
        stock.push((SHOP, random.i64(1..30).to_string()));
    }
    for (every, warehouse) in [(11, FBA), (16, TRANSIT), (18, INACTIVE)] {
        if index.is_multiple_of(every) {
            stock.push((warehouse, random.i64(1..40).to_string()));
        }
    }
    let buffer = if index.is_multiple_of(7) { random.i64(1..5) } else { 0 };
    let reserved = if index.is_multiple_of(5) { random.i64(1..4) } else { 0 };
    StockedArticle {
        sku: article_number(index),
        name: format!("Artikel {}", article_number(index)),
        gross_cents: 1_999,
        buffer,
        stock,
        reserved: reserved.to_string(),
        ..StockedArticle::default()
    }
}

fn add_articles(seed: u64, index: usize, articles: &mut Vec<StockedArticle>) {
    let mut article = plain(seed, index);
    if kind(index) != SkuKind::Plain {
        (article.buffer, article.reserved) = (0, "0".to_owned());
    }
    let only = |warehouse: i64, text: &str| vec![(warehouse, text.to_owned())];
    match kind(index) {
        SkuKind::Doubled | SkuKind::DoubledInOtherCase | SkuKind::UnknownToJtl | SkuKind::Child => {
            return;
        }
        SkuKind::Parent => {
            add_children(seed, index, articles, article);
            return;
        }
        SkuKind::BillOfMaterial => {
            let part =
                |back: usize, pieces: &str| (article_number(index - back), pieces.to_owned());
            article.kind = ArticleKind::BillOfMaterial(vec![part(1, "2"), part(2, "1")]);
            article.stock.clear();
        }
        SkuKind::Untracked => (article.tracked, article.stock) = (false, Vec::new()),
        SkuKind::Overselling => {
            article.overselling = true;
            (article.stock, article.reserved) = (only(STANDARD, "1"), "4".to_owned());
        }
        SkuKind::NoWarehouseRow => article.stock.clear(),
        SkuKind::NoStockRow => (article.stock, article.totals) = (Vec::new(), false),
        SkuKind::Fractions => {
            article.divisible = true;
            article.stock = only(STANDARD, "7.5000000000001");
            article.stock.push((SHOP, "1234.3333333333333".to_owned()));
        }
        SkuKind::NegativeAvailable => {
            (article.stock, article.reserved) = (only(STANDARD, "2"), "5".to_owned());
        }
        SkuKind::LargeBuffer => (article.stock, article.buffer) = (only(STANDARD, "4"), 10),
        SkuKind::Reserved => {
            (article.stock, article.reserved) = (only(STANDARD, "20.2"), "2.5".to_owned());
        }
        SkuKind::SoldOut | SkuKind::RunOut => article.stock = only(STANDARD, "0"),
        SkuKind::ForeignWarehousesOnly => {
            article.stock = only(FBA, "30");
            article.stock.extend([(TRANSIT, "3".to_owned()), (INACTIVE, "2".to_owned())]);
        }
        _ => {}
    }
    articles.push(article);
}

/// A parent, and its two children behind it.
fn add_children(
    seed: u64,
    index: usize,
    articles: &mut Vec<StockedArticle>,
    mut parent: StockedArticle,
) {
    parent.kind = ArticleKind::Parent;
    let number = parent.sku.clone();
    articles.push(parent);
    for (offset, letter) in ["A", "B"].into_iter().enumerate() {
        let mut child = plain(seed, index + offset);
        child.sku = format!("{number}-{letter}");
        child.kind = ArticleKind::Child(number.clone());
        articles.push(child);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashSet};

    #[test]
    fn five_hundred_skus_hold_every_kind_in_goods_of_one_and_of_many() {
        let (skus, articles) = catalogue(1, 500, 1_800_000_000);
        let kinds: HashSet<SkuKind> = skus.iter().map(|sku| sku.kind).collect();
        assert_eq!(kinds.len(), 23);
        let mut goods: BTreeMap<i64, usize> = BTreeMap::new();
        for sku in &skus {
            *goods.entry(sku.goods_id).or_default() += 1;
        }
        assert_eq!(goods.len(), 160);
        assert!(goods.values().any(|count| *count == 1) && goods.values().any(|count| *count == 8));
        let numbers: HashSet<&str> = articles.iter().map(|a| a.sku.as_str()).collect();
        assert_eq!(numbers.len(), articles.len());
        assert!((0..500).all(|index| numbers.contains(article_number(sold(index)).as_str())));
    }

    #[test]
    fn the_same_seed_makes_the_same_catalogue_and_another_one_another() {
        let text = |seed| serde_json::to_string(&catalogue(seed, 100, 0).0).unwrap();
        assert_eq!(text(3), text(3));
        assert_ne!(text(3), text(4));
    }
}
