//! What a stock plan holds, what the guard stops, and what is sent under which key.

use std::collections::{HashMap, HashSet};

use chrono::DateTime;
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::stock::{
    Article, Direction, GoodsId, Guard, GuardLimits, GuardStop, Judged, OpenPush, PendingLine,
    PlanKind, Reading, SkuId, SkuKey, SkuOp, SkuRule, StockPlan, StockRules, StockSubject,
    article_key, compare, edits, judge, plan, undo,
};
use proptest::prelude::*;

fn key(goods: i64, sku: i64) -> SkuKey {
    SkuKey { goods_id: GoodsId(goods), sku_id: SkuId(sku) }
}

fn subject(goods: i64, sku: i64, number: &str, known: Option<i64>) -> StockSubject {
    StockSubject {
        key: key(goods, sku),
        sku_sn: (!number.is_empty()).then(|| number.to_owned()),
        rule: SkuRule::default(),
        known,
        last: None,
    }
}

fn article(number: &str, on_hand: Option<i64>) -> Reading {
    Reading::Article(Article {
        number: number.into(),
        jtl_id: 1,
        is_parent: false,
        is_tracked: true,
        oversells: false,
        is_bill_of_materials: false,
        buffer: 0,
        on_hand: on_hand.map(Into::into),
        warehouses: 1,
        reserved: None,
        available: None,
    })
}

fn readings(entries: &[(&str, Reading)]) -> HashMap<String, Reading> {
    entries.iter().map(|(number, reading)| (article_key(number), reading.clone())).collect()
}

fn planned(subjects: &[StockSubject], entries: &[(&str, Reading)]) -> StockPlan {
    plan(subjects.to_vec(), &readings(entries), &StockRules::default(), &[]).1
}

fn guard(max_changed_percent: u32, max_zeroed: u64) -> Guard {
    let limits = GuardLimits { max_changed_percent, min_changed: 0, max_zeroed };
    Guard { limits, allow_certain_decreases: false }
}

fn judged(plan: &StockPlan, guard: &Guard) -> Judged {
    judge(plan, &HashSet::new(), guard)
}

#[test]
fn decreases_come_first_and_goods_stay_together() {
    let subjects = [
        subject(1, 1, "A", Some(1)),
        subject(1, 2, "B", Some(9)),
        subject(2, 1, "C", Some(9)),
        subject(2, 2, "D", Some(5)),
    ];
    let five = |n: &str| article(n, Some(5));
    let plan = planned(
        &subjects,
        &[("A", five("A")), ("B", five("B")), ("C", five("C")), ("D", five("D"))],
    );
    let order: Vec<_> = plan.ops.iter().map(|op| (op.direction(), op.key)).collect();
    let expected = [
        (Direction::Decrease, key(1, 2)),
        (Direction::Decrease, key(2, 1)),
        (Direction::Increase, key(1, 1)),
    ];
    assert_eq!(order, expected);
    assert_eq!(plan.unchanged, 1);
    let calls = edits(&plan.id, &RunId::new("r"), &plan.ops[..2], &[]);
    assert_eq!(calls.len(), 2);
}

#[test]
fn nothing_arises_from_an_unknown_an_absent_or_an_unanswered_article() {
    let subjects = [
        subject(1, 1, "NULL", Some(7)),
        subject(1, 2, "ABSENT", Some(7)),
        subject(1, 3, "SILENT", Some(7)),
        subject(1, 4, "", Some(7)),
        subject(1, 5, "NEVER-ASKED", Some(7)),
    ];
    let plan = planned(
        &subjects,
        &[
            ("NULL", article("NULL", None)),
            ("ABSENT", Reading::Absent),
            ("SILENT", Reading::Unanswered),
        ],
    );
    assert!(plan.ops.is_empty(), "{plan:#?}");
    assert_eq!((plan.unknown, plan.unmatched), (3, 2));
    assert_eq!((plan.asked, plan.answered), (3, 2));
}

#[test]
fn two_listings_of_one_article_both_get_its_stock() {
    let subjects = [subject(1, 1, "A", Some(1)), subject(2, 1, " a ", Some(1))];
    let plan = planned(&subjects, &[("A", article("A", Some(4)))]);
    assert_eq!(plan.ops.iter().map(|op| op.after).collect::<Vec<_>>(), [4, 4]);
}

#[test]
fn an_order_line_without_a_number_lowers_the_sku_that_temu_names() {
    let line = PendingLine {
        parent_order_sn: ParentOrderSn::new("PO-1"),
        is_exported: false,
        sku_id: Some(1),
        sku_sn: None,
        quantity: Some(2),
    };
    let subjects = vec![subject(1, 1, "A", Some(5)), subject(1, 2, "B", Some(5))];
    let known = readings(&[("A", article("A", Some(5))), ("B", article("B", Some(5)))]);
    let (_, plan) = plan(subjects, &known, &StockRules::default(), &[line]);
    assert_eq!(plan.ops.iter().map(|op| (op.key, op.after)).collect::<Vec<_>>(), [(key(1, 1), 3)]);
}

fn shop(size: i64, zeroed: i64, changed: i64) -> StockPlan {
    let subjects: Vec<_> = (0..size).map(|n| subject(n, 1, &format!("A{n}"), Some(5))).collect();
    let entries: Vec<_> = (0..size)
        .map(|n| {
            let stock = if n < zeroed {
                0
            } else if n < zeroed + changed {
                4
            } else {
                5
            };
            (format!("A{n}"), article("", Some(stock)))
        })
        .collect();
    let entries: Vec<(&str, Reading)> =
        entries.iter().map(|(n, r)| (n.as_str(), r.clone())).collect();
    planned(&subjects, &entries)
}

#[test]
fn the_guard_stops_beyond_its_limits_and_not_at_them() {
    let limits = guard(30, 10);
    assert!(judged(&shop(100, 0, 30), &limits).stops.is_empty());
    let changed = GuardStop::TooManyChanged { changed: 31, of: 100, limit_percent: 30 };
    assert_eq!(judged(&shop(100, 0, 31), &limits).stops, [changed]);
    assert!(judged(&shop(100, 10, 0), &limits).stops.is_empty());
    let zeroed = GuardStop::TooManyZeroed { zeroed: 11, limit: 10 };
    let stopped = judged(&shop(100, 11, 0), &limits);
    assert_eq!(stopped.stops, [zeroed]);
    assert!(stopped.passing.is_empty());
    let few = Guard { limits: GuardLimits { min_changed: 20, ..limits.limits }, ..limits };
    assert!(judged(&shop(20, 0, 20), &few).stops.is_empty(), "a small shop changes as a whole");
}

#[test]
fn an_incomplete_answer_stops_whatever_is_in_the_plan() {
    let subjects = [subject(1, 1, "A", Some(5)), subject(1, 2, "B", Some(5))];
    let plan = planned(&subjects, &[("A", article("A", Some(4))), ("B", Reading::Unanswered)]);
    let stop = GuardStop::Incomplete { asked: 2, answered: 1 };
    assert_eq!(judged(&plan, &guard(100, 100)).stops, [stop]);
}

#[test]
fn certain_decreases_pass_when_they_are_allowed_but_not_the_end_of_too_many_listings() {
    let plan = shop(100, 11, 40);
    let allowed = Guard { allow_certain_decreases: true, ..guard(30, 10) };
    let judged = judged(&plan, &allowed);
    assert_eq!(judged.stops.len(), 2);
    assert_eq!((judged.passing.len(), judged.waiting.len()), (40, 11));
    assert!(judged.waiting.iter().all(SkuOp::zeroes));
}

#[test]
fn what_was_approved_is_not_asked_about_again() {
    let plan = shop(100, 0, 40);
    let all: HashSet<_> = plan.ops.iter().map(|op| (op.key, op.after)).collect();
    let judged = judge(&plan, &all, &guard(30, 10));
    assert!(judged.stops.is_empty());
    assert_eq!(judged.passing, plan.ops);
    let some: HashSet<_> = plan.ops[..20].iter().map(|op| (op.key, op.after)).collect();
    assert!(judge(&plan, &some, &guard(30, 10)).stops.is_empty(), "20 of 100 are new");
}

#[test]
fn an_equal_plan_has_an_equal_id_and_another_one_another() {
    assert_eq!(shop(9, 1, 2).id, shop(9, 1, 2).id);
    assert_ne!(shop(9, 1, 2).id, shop(9, 1, 3).id);
    let plan = shop(9, 1, 2);
    assert_ne!(plan.with_ops(plan.ops[..1].to_vec()).id, plan.id);
}

#[test]
fn a_call_of_unknown_outcome_is_repeated_under_its_key_only_value_for_value() {
    let plan = shop(3, 0, 2);
    let first = edits(&plan.id, &RunId::new("r1"), &plan.ops, &[]);
    let sent_at = DateTime::from_timestamp(0, 0).expect("a time");
    let open: Vec<OpenPush> = first
        .iter()
        .flat_map(|edit| {
            edit.keys().zip(&edit.targets).map(|(key, target)| OpenPush {
                key,
                after: target.after,
                request_key: edit.request_key.clone(),
                sent_at,
            })
        })
        .collect();
    let again = edits(&plan.id, &RunId::new("r2"), &plan.ops, &open);
    assert!(again.iter().zip(&first).all(|(a, f)| a.is_repeat && a.request_key == f.request_key));
    let mut other = plan.ops.clone();
    other[0].after = 3;
    let changed = edits(&plan.id, &RunId::new("r2"), &other, &open);
    assert!(!changed[0].is_repeat && changed[0].request_key != first[0].request_key);
    let anew = edits(&plan.id, &RunId::new("r2"), &plan.ops, &[]);
    assert_ne!(anew[0].request_key, first[0].request_key, "a later push of the same values");
}

#[test]
fn a_kept_plan_holds_only_while_each_value_stands_as_it_did() {
    let subjects = vec![subject(1, 1, "A", Some(5)), subject(1, 2, "B", Some(5))];
    let at_first = readings(&[("A", article("A", Some(4))), ("B", article("B", Some(4)))]);
    let (now, kept) = plan(subjects.clone(), &at_first, &StockRules::default(), &[]);
    assert!(compare(&kept, &now).is_empty());
    let later = readings(&[("A", article("A", Some(3))), ("B", article("B", None))]);
    let (now, _) = plan(subjects, &later, &StockRules::default(), &[]);
    let changes = compare(&kept, &now);
    assert_eq!(changes.iter().map(|c| c.after).collect::<Vec<_>>(), [Some(3), None]);
}

#[test]
fn an_undo_reverses_what_still_stands_and_says_what_does_not() {
    let op = |sku, before, after| SkuOp { key: key(1, sku), sku_sn: None, before, after };
    let pushed = [op(1, Some(5), 3), op(2, Some(5), 3), op(3, None, 3), op(1, Some(3), 2)];
    let subjects =
        [subject(1, 1, "A", Some(2)), subject(1, 2, "B", Some(1)), subject(1, 3, "C", Some(3))];
    let (plan, lost) = undo(&pushed, &subjects);
    assert_eq!(plan.kind, PlanKind::Undo);
    assert_eq!(plan.ops, [op(1, Some(2), 5)], "over both changes of the first SKU");
    assert_eq!(lost.len(), 2);
}

#[test]
fn an_undo_goes_on_where_it_broke_off_and_the_guard_judges_its_share_of_all_skus() {
    let op = |sku, before, after| SkuOp { key: key(1, sku), sku_sn: None, before, after };
    let pushed = [op(1, Some(5), 3), op(2, Some(5), 3)];
    let mut subjects: Vec<StockSubject> = (3..=99).map(|n| subject(1, n, "X", Some(1))).collect();
    subjects.extend([subject(1, 1, "A", Some(5)), subject(1, 2, "B", Some(3))]);
    subjects.push(subject(1, 100, "U", None));
    let (plan, lost) = undo(&pushed, &subjects);
    assert_eq!(plan.ops, [op(2, Some(3), 5)], "the first is back already");
    assert!(lost.is_empty());
    assert_eq!((plan.unchanged, plan.known()), (98, 99), "an unknown one does not count");
}

proptest! {
    /// Whatever JTL answers: what changes is known, differs, and is sorted; everything is counted once.
    #[test]
    fn every_sku_is_counted_once_and_every_change_has_a_known_reason(
        rows in prop::collection::vec((0i64..9, 0i64..9, prop::option::of(0i64..6), prop::option::of(0i64..6)), 0..60)
    ) {
        let mut seen = HashSet::new();
        let rows: Vec<_> = rows.into_iter().filter(|(g, s, ..)| seen.insert((*g, *s))).collect();
        let subjects: Vec<_> = rows.iter().map(|(g, s, known, _)| subject(*g, *s, &format!("{g}-{s}"), *known)).collect();
        let readings: HashMap<String, Reading> = rows.iter()
            .map(|(g, s, _, stock)| (format!("{g}-{s}"), article("", *stock))).collect();
        let count = subjects.len() as u64;
        let (planned, plan) = plan(subjects, &readings, &StockRules::default(), &[]);
        prop_assert_eq!(plan.known() + plan.unknown + plan.unmatched, count);
        prop_assert!(plan.ops.is_sorted_by_key(|op| (op.direction(), op.key)));
        for op in &plan.ops {
            let sku = planned.iter().find(|p| p.subject.key == op.key).expect("planned");
            prop_assert_eq!(sku.want.pieces(), Some(op.after));
            prop_assert_ne!(op.before, Some(op.after));
        }
    }
}
