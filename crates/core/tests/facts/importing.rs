//! Planning the import: every state against everything that TEMU may say.

use kontor_core::import::{ImportOp, Need, need, plan};
use kontor_core::problem::Code;
use kontor_core::remote::TemuStatus;
use kontor_core::state::OrderState;

use crate::build::Said;

/// What TEMU says now, against the plain order that was stored.
fn news() -> Vec<(&'static str, Said)> {
    let plain = || Said::of(&[2, 1]);
    let status = |n: i64| plain().but(|s| s.list.status = Some(TemuStatus(n)));
    vec![
        ("the same", plain()),
        ("another label", plain().but(|s| s.list.labels.push("past_due".into()))),
        (
            "wish to cancel",
            plain().but(|s| s.list.labels.push("pending_buyer_cancellation".into())),
        ),
        (
            "another quantity",
            plain().but(|s| {
                s.list.items[0].quantity = Some(1);
                s.list.items[0].cancelled_quantity = Some(1);
            }),
        ),
        (
            "another address",
            plain().but(|s| {
                s.list.warnings.push("CONFIRMED_CHANGED_ADDRESS".into());
                s.address.as_mut().expect("address").lines[0] = Some("Musterweg 2".into());
            }),
        ),
        ("pending", status(1)),
        ("cancelled", status(3)),
        ("shipped", status(4)),
        ("partly shipped", status(41)),
        ("delivered", status(5)),
        ("unknown status", status(99)),
    ]
}

fn told(op: &ImportOp) -> String {
    let alerts = |alerts: &[kontor_core::order::Hold]| {
        alerts.iter().map(|a| format!(" ! {}", a.code)).collect::<String>()
    };
    match op {
        ImportOp::Unchanged => "unchanged".to_owned(),
        ImportOp::Insert { state, alerts: a, .. } => format!("insert as {state}{}", alerts(a)),
        ImportOp::Update { transition, version, alerts: a, .. } => {
            assert_eq!(*version, 7, "the version that was planned on");
            let to = transition.map_or(String::new(), |t| format!(" to {}", t.to()));
            format!("update{to}{}", alerts(a))
        }
        ImportOp::UpdateFacts { transition, version, alerts: a, .. } => {
            assert_eq!(*version, 7, "the version that was planned on");
            let to = transition.map_or(String::new(), |t| format!(" to {}", t.to()));
            format!("update facts{to}{}", alerts(a))
        }
    }
}

#[test]
fn every_state_follows_temu_in_its_own_way() {
    let mut table = String::new();
    for (what, said) in news() {
        table += &format!("new        | {what:<16} | {}\n", told(&plan(None, said.judged())));
    }
    for state in OrderState::ALL {
        let stored = Said::of(&[2, 1]).stored(state);
        for (what, said) in news() {
            let op = plan(Some(&stored), said.judged());
            table += &format!("{:<10} | {what:<16} | {}\n", state.as_str(), told(&op));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn temu_is_asked_only_for_what_is_new_and_to_be_shipped() {
    let mut table = String::new();
    let mut row = |state: &str, what: &str, asked: Need| {
        let mark = |wanted: bool, name: &'static str| if wanted { name } else { "-" };
        table += &format!(
            "{state:<10} | {what:<16} | {:<7} | {:<7} | {}\n",
            mark(asked.address, "address"),
            mark(asked.amounts, "amounts"),
            mark(asked.plan, "plan"),
        );
    };
    for (what, said) in news() {
        row("new", what, need(None, &said.list));
    }
    for state in OrderState::ALL {
        let stored = Said::of(&[2, 1]).stored(state);
        for (what, said) in news() {
            row(state.as_str(), what, need(Some(&stored), &said.list));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn an_incomplete_order_is_asked_about_again_although_the_list_says_nothing_new() {
    let without_address = Said::of(&[1]).but(|s| s.address = None);
    let stored = without_address.stored(OrderState::OnHold);
    let asked = need(Some(&stored), &without_address.list);
    assert_eq!(asked, Need { address: true, amounts: true, plan: true });
    let mended = plan(Some(&stored), Said::of(&[1]).judged());
    assert_eq!(told(&mended), "update to imported");
}

#[test]
fn a_later_time_stamp_alone_changes_nothing() {
    let stored = Said::of(&[1]).stored(OrderState::Imported);
    let later = Said::of(&[1])
        .but(|s| s.list.updated_at = Some("2026-03-02T10:00:00Z".parse().expect("time")));
    assert!(!need(Some(&stored), &later.list).plan);
    assert_eq!(plan(Some(&stored), later.judged()), ImportOp::Unchanged);
}

#[test]
fn what_jtl_has_is_kept_when_temu_no_longer_shows_the_address() {
    let stored = Said::of(&[1]).stored(OrderState::Tracked);
    let silent = Said::of(&[1]).but(|s| {
        s.list.labels.push("past_due".into());
        s.address = None;
    });
    let ImportOp::UpdateFacts { alerts, transition, .. } = plan(Some(&stored), silent.judged())
    else {
        panic!("facts only");
    };
    assert_eq!(alerts, []);
    assert_eq!(transition, None);
}

#[test]
fn an_order_that_temu_cancels_after_the_hand_over_is_an_alert() {
    let cancelled = Said::of(&[1]).but(|s| s.list.status = Some(TemuStatus::CANCELLED)).judged();
    for state in [OrderState::Exported, OrderState::Accepted, OrderState::Tracked] {
        let stored = Said::of(&[1]).stored(state);
        let ImportOp::UpdateFacts { alerts, .. } = plan(Some(&stored), cancelled.clone()) else {
            panic!("facts only");
        };
        assert_eq!(
            alerts.iter().map(|a| a.code).collect::<Vec<_>>(),
            [Code::OrderCancelledAfterExport]
        );
    }
}

#[test]
fn a_new_address_is_asked_for_again_when_temu_did_not_answer_the_first_time() {
    let stored = Said::of(&[1]).stored(OrderState::Exported);
    let unanswered = Said::of(&[1]).but(|s| {
        s.list.warnings.push("CONFIRMED_CHANGED_ADDRESS".into());
        s.address = None;
    });
    let after = match plan(Some(&stored), unanswered.judged()) {
        ImportOp::Unchanged => stored.order.remote_digest.clone(),
        ImportOp::UpdateFacts { order, .. } => order.remote_digest,
        other => panic!("{}", told(&other)),
    };
    let mut later = stored;
    later.order.remote_digest = after;
    assert!(need(Some(&later), &unanswered.list).address);
}

#[test]
fn a_new_address_that_no_parcel_can_go_to_is_an_alert_too() {
    let stored = Said::of(&[1]).stored(OrderState::Exported);
    let unknown = Said::of(&[1]).but(|s| {
        s.list.warnings.push("CONFIRMED_CHANGED_ADDRESS".into());
        s.address.as_mut().expect("address").country = Some("Atlantis".into());
    });
    let op = plan(Some(&stored), unknown.judged());
    assert_eq!(told(&op), "update facts ! order.address_changed_after_export");
}
