//! From JTL's figures to the pieces that TEMU should show.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use super::{PendingLine, SkuRule, StockSubject, article_key};
use crate::order::Hold;
use crate::problem::Code;

/// The most that TEMU takes (150013002 beyond it).
pub const TEMU_MAX: i64 = 1_000_000;

/// How JTL's figures become pieces (jtl.md, "Decisions").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Formula {
    /// `max(0, floor(fBestand − nPuffer))` over the chosen warehouses.
    #[default]
    OnHand,
    /// The same less `fInAuftraegen` (over all warehouses).
    OnHandMinusReserved,
    /// `max(0, floor(fVerfuegbar) − nPuffer)` over all warehouses: JTL's own formula for marketplaces.
    JtlAvailable,
}

impl Formula {
    /// Every formula.
    pub const ALL: [Self; 3] = [Self::OnHand, Self::OnHandMinusReserved, Self::JtlAvailable];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnHand => "on_hand",
            Self::OnHandMinusReserved => "on_hand_minus_reserved",
            Self::JtlAvailable => "jtl_available",
        }
    }

    /// What the formula gives for an article.
    ///
    /// # Errors
    /// `stock.unknown_in_jtl` naming the figure that JTL has no row for.
    pub fn pieces(self, article: &Article) -> Result<i64, Hold> {
        let buffer = Decimal::from(article.buffer);
        let on_hand = || missing(article.on_hand, "fBestand");
        let pieces = match self {
            Self::OnHand => (on_hand()? - buffer).floor(),
            Self::OnHandMinusReserved => {
                (on_hand()? - missing(article.reserved, "fInAuftraegen")? - buffer).floor()
            }
            Self::JtlAvailable => missing(article.available, "fVerfuegbar")?.floor() - buffer,
        };
        let bounded = pieces.max(Decimal::ZERO).min(Decimal::from(TEMU_MAX));
        bounded.to_i64().ok_or_else(|| Hold::new(Code::StockUnknownInJtl, pieces.to_string()))
    }
}

fn missing(figure: Option<Decimal>, column: &str) -> Result<Decimal, Hold> {
    figure.ok_or_else(|| Hold::new(Code::StockUnknownInJtl, column))
}

/// An article with its figures as JTL holds them; `None` where JTL has no row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// `cArtNr`.
    pub number: String,
    /// `kArtikel`.
    pub jtl_id: i64,
    /// `nIstVater`: a parent has no stock of its own.
    pub is_parent: bool,
    /// `cLagerAktiv = 'Y'`.
    pub is_tracked: bool,
    /// `cLagerKleinerNull = 'Y'`.
    pub oversells: bool,
    /// `kStueckliste`: made up of other articles.
    pub is_bill_of_materials: bool,
    /// `nPuffer`.
    pub buffer: i64,
    /// Sum of `fBestand` over the chosen warehouses.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub on_hand: Option<Decimal>,
    /// Chosen warehouses in which the article has a row.
    pub warehouses: i64,
    /// `fInAuftraegen`.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub reserved: Option<Decimal>,
    /// `fVerfuegbar`.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub available: Option<Decimal>,
}

/// What JTL answered for an article number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The article.
    Article(Article),
    /// JTL has no such article number.
    Absent,
    /// JTL has it, but did not answer for it: nothing follows from that.
    Unanswered,
}

/// The settings by which pieces are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockRules {
    /// The formula.
    pub formula: Formula,
    /// For articles whose stock JTL does not track; `None`: unknown.
    pub untracked_quantity: Option<i64>,
    /// For articles that JTL lets sell below zero; `None`: what the formula gives.
    pub oversell_quantity: Option<i64>,
    /// Pieces held back of every SKU beside JTL's buffer.
    pub buffer: i64,
    /// The most that is offered of any SKU.
    pub cap: Option<i64>,
}

/// What TEMU should show of a SKU, or why that is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Want {
    /// So many pieces.
    Pieces {
        /// What TEMU should show.
        wanted: i64,
        /// What the formula gave, before buffer, orders and cap.
        counted: i64,
        /// Pieces of orders that JTL does not show yet.
        pending: i64,
    },
    /// The article is known, its stock is not.
    Unknown {
        /// Why.
        reason: Hold,
    },
    /// No article belongs to the SKU.
    Unmatched {
        /// Why.
        reason: Hold,
    },
}

impl Want {
    /// The pieces, when they are known.
    pub fn pieces(&self) -> Option<i64> {
        match self {
            Self::Pieces { wanted, .. } => Some(*wanted),
            Self::Unknown { .. } | Self::Unmatched { .. } => None,
        }
    }

    /// Why they are not known.
    pub fn reason(&self) -> Option<&Hold> {
        match self {
            Self::Pieces { .. } => None,
            Self::Unknown { reason } | Self::Unmatched { reason } => Some(reason),
        }
    }
}

/// Pieces of open orders by article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pending {
    pieces: i64,
    /// An order's quantity is not known.
    is_uncertain: bool,
}

impl Pending {
    pub(super) fn add(&mut self, line: &PendingLine) {
        match line.quantity {
            Some(quantity) => self.pieces = self.pieces.saturating_add(quantity.max(0)),
            None => self.is_uncertain = true,
        }
    }
}

/// What TEMU should show of a SKU.
pub fn offer(
    subject: &StockSubject,
    reading: Option<&Reading>,
    rules: &StockRules,
    pending: &[PendingLine],
) -> Want {
    let mut sum = Pending::default();
    let own = subject.sku_sn.as_deref().map(article_key);
    for line in pending {
        if line.sku_sn.as_deref().map(article_key) == own {
            sum.add(line);
        }
    }
    offer_less(subject, reading, rules, sum)
}

pub(super) fn offer_less(
    subject: &StockSubject,
    reading: Option<&Reading>,
    rules: &StockRules,
    pending: Pending,
) -> Want {
    let article = match (&subject.sku_sn, reading) {
        (None, _) => return unmatched(Code::StockSkuEmpty),
        (Some(_), Some(Reading::Absent)) => return unmatched(Code::StockSkuUnknownInJtl),
        (Some(_), None | Some(Reading::Unanswered)) => {
            return Want::Unknown { reason: Hold::new(Code::StockUnanswered, "") };
        }
        (Some(_), Some(Reading::Article(article))) => article,
    };
    match counted(article, &subject.rule, rules) {
        Err(reason) => Want::Unknown { reason },
        Ok(counted) => bounded(counted, subject, rules, pending),
    }
}

fn unmatched(code: Code) -> Want {
    Want::Unmatched { reason: Hold::new(code, "") }
}

/// The pieces before buffer, orders and cap.
fn counted(article: &Article, rule: &SkuRule, rules: &StockRules) -> Result<i64, Hold> {
    match rule.fixed {
        Some(fixed) => Ok(fixed),
        None if article.is_parent => Err(Hold::new(Code::StockParentArticle, "")),
        None if !article.is_tracked => {
            rules.untracked_quantity.ok_or_else(|| Hold::new(Code::StockUntracked, ""))
        }
        None if article.oversells && rules.oversell_quantity.is_some() => {
            Ok(rules.oversell_quantity.unwrap_or_default())
        }
        None => rules.formula.pieces(article),
    }
}

fn bounded(counted: i64, subject: &StockSubject, rules: &StockRules, pending: Pending) -> Want {
    let held_back = rules.buffer.saturating_add(subject.rule.buffer);
    let left = counted.saturating_sub(held_back).saturating_sub(pending.pieces);
    let cap = [rules.cap, subject.rule.cap].into_iter().flatten().min().unwrap_or(TEMU_MAX);
    let wanted = left.min(cap).clamp(0, TEMU_MAX);
    match (pending.is_uncertain, subject.known) {
        (false, _) => Want::Pieces { wanted, counted, pending: pending.pieces },
        // An order of unknown size may take any of them: nothing is raised until it is known.
        (true, Some(known)) => {
            Want::Pieces { wanted: wanted.min(known), counted, pending: pending.pieces }
        }
        (true, None) => Want::Unknown { reason: Hold::new(Code::StockOrderUnknown, "") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stock::{GoodsId, SkuId, SkuKey};

    fn decimal(text: &str) -> Option<Decimal> {
        Some(text.parse().expect("a decimal"))
    }

    fn article(on_hand: &str, reserved: &str, available: &str, buffer: i64) -> Article {
        Article {
            number: "A".into(),
            jtl_id: 1,
            is_parent: false,
            is_tracked: true,
            oversells: false,
            is_bill_of_materials: false,
            buffer,
            on_hand: decimal(on_hand),
            warehouses: 1,
            reserved: decimal(reserved),
            available: decimal(available),
        }
    }

    fn subject() -> StockSubject {
        StockSubject {
            key: SkuKey { goods_id: GoodsId(1), sku_id: SkuId(2) },
            sku_sn: Some("A".into()),
            rule: SkuRule::default(),
            known: Some(3),
            last: None,
        }
    }

    fn wanted(subject: &StockSubject, article: Article, rules: &StockRules) -> Want {
        offer(subject, Some(&Reading::Article(article)), rules, &[])
    }

    #[test]
    fn each_formula_rounds_down_and_never_below_zero() {
        let rows = [
            // (on hand, reserved, available, buffer) → the three formulas
            (("7.5000000000001", "0", "7.5", 0), [7, 7, 7]),
            (("20.2", "2.5", "17.7", 0), [20, 17, 17]),
            (("20.2", "2.5", "17.7", 3), [17, 14, 14]),
            (("4", "0", "4", 10), [0, 0, 0]),
            (("2", "5", "-3", 0), [2, 0, 0]),
            // The reserved pieces are taken off before the rounding.
            (("3", "0.5", "2.5", 0), [3, 2, 2]),
            (("0", "0", "-0.5", 0), [0, 0, 0]),
        ];
        for ((on_hand, reserved, available, buffer), expected) in rows {
            let article = article(on_hand, reserved, available, buffer);
            let pieces: Vec<i64> =
                Formula::ALL.iter().map(|f| f.pieces(&article).expect("known")).collect();
            assert_eq!(pieces, expected, "{on_hand} {reserved} {available} {buffer}");
        }
    }

    #[test]
    fn a_missing_figure_is_unknown_and_only_for_the_formula_that_needs_it() {
        let no_rows = Article { on_hand: None, ..article("0", "0", "4", 0) };
        let no_totals = Article { reserved: None, available: None, ..article("4", "0", "0", 0) };
        let known = |a: &Article| Formula::ALL.map(|f| f.pieces(a).ok());
        assert_eq!(known(&no_rows), [None, None, Some(4)]);
        assert_eq!(known(&no_totals), [Some(4), None, None]);
    }

    #[test]
    fn what_jtl_does_not_count_is_unknown_until_the_operator_fixes_a_quantity() {
        let rules = StockRules::default();
        let untracked = Article { is_tracked: false, ..article("9", "0", "0", 0) };
        let parent = Article { is_parent: true, ..article("9", "0", "9", 0) };
        for article in [&untracked, &parent] {
            assert_eq!(wanted(&subject(), article.clone(), &rules).pieces(), None);
            let rule = SkuRule { fixed: Some(6), ..SkuRule::default() };
            let fixed = StockSubject { rule, ..subject() };
            assert_eq!(wanted(&fixed, article.clone(), &rules).pieces(), Some(6));
        }
        let by_setting = StockRules { untracked_quantity: Some(10), ..StockRules::default() };
        assert_eq!(wanted(&subject(), untracked, &by_setting).pieces(), Some(10));
        assert_eq!(wanted(&subject(), parent, &by_setting).pieces(), None);
    }

    #[test]
    fn an_overselling_article_is_counted_unless_a_quantity_is_set_for_such() {
        let article = Article { oversells: true, ..article("1", "4", "-3", 0) };
        let rules = StockRules::default();
        assert_eq!(wanted(&subject(), article.clone(), &rules).pieces(), Some(1));
        let by_setting = StockRules { oversell_quantity: Some(10), ..rules };
        assert_eq!(wanted(&subject(), article, &by_setting).pieces(), Some(10));
    }

    #[test]
    fn buffers_add_up_and_the_smaller_cap_holds() {
        let rules = StockRules { buffer: 1, cap: Some(50), ..StockRules::default() };
        let rule = SkuRule { buffer: 2, cap: Some(5), fixed: None };
        let subject = StockSubject { rule, ..subject() };
        assert_eq!(wanted(&subject, article("7", "0", "7", 0), &rules).pieces(), Some(4));
        assert_eq!(wanted(&subject, article("70", "0", "70", 0), &rules).pieces(), Some(5));
        assert_eq!(wanted(&subject, article("2", "0", "2", 0), &rules).pieces(), Some(0));
    }

    #[test]
    fn orders_that_jtl_does_not_show_lower_what_is_offered() {
        let line = |quantity| PendingLine {
            parent_order_sn: crate::ids::ParentOrderSn::new("PO-1"),
            is_exported: false,
            sku_id: None,
            sku_sn: Some(" a".into()),
            quantity,
        };
        let reading = Reading::Article(article("9", "0", "9", 0));
        let pieces = |lines: &[PendingLine]| {
            offer(&subject(), Some(&reading), &StockRules::default(), lines).pieces()
        };
        assert_eq!(pieces(&[line(Some(2)), line(Some(3))]), Some(4));
        assert_eq!(pieces(&[line(Some(20))]), Some(0));
        assert_eq!(pieces(&[line(None)]), Some(3), "never raised by an order of unknown size");
    }

    #[test]
    fn without_an_answer_nothing_follows() {
        let rules = StockRules::default();
        let want = |reading: Option<&Reading>| offer(&subject(), reading, &rules, &[]);
        assert!(matches!(want(None), Want::Unknown { .. }));
        assert!(matches!(want(Some(&Reading::Unanswered)), Want::Unknown { .. }));
        assert!(matches!(want(Some(&Reading::Absent)), Want::Unmatched { .. }));
        let nameless = StockSubject { sku_sn: None, ..subject() };
        assert!(matches!(offer(&nameless, None, &rules, &[]), Want::Unmatched { .. }));
    }
}
