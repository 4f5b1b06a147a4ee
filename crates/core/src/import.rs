//! Planning the import: what the store must change so that it agrees with TEMU.

use crate::order::{Hold, Order, StoredOrder};
use crate::problem::Code;
use crate::remote::{RemoteOrder, TemuStatus};
use crate::state::{Event, OrderState, Transition};

/// Which answers a listed order still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The address must be asked for.
    pub address: bool,
    /// The amounts must be asked for.
    pub amounts: bool,
    /// The order must be planned (something about it is new); `false`: it is as stored, nothing is to be done.
    pub plan: bool,
}

/// Decides what to ask TEMU about a listed order. Addresses vanish after shipment and are of no use before TEMU has
/// confirmed the order, so both are asked for only while it is to be shipped.
pub fn need(known: Option<&StoredOrder>, remote: &RemoteOrder) -> Need {
    let open = remote.status == Some(TemuStatus::UN_SHIPPING);
    let Some(known) = known else {
        return Need { address: open, amounts: open, plan: true };
    };
    let changed = known.order.remote_digest != remote.digest() || known.order.is_incomplete();
    match known.state {
        OrderState::Imported | OrderState::OnHold => {
            Need { address: changed && open, amounts: changed && open, plan: changed }
        }
        OrderState::Exported | OrderState::Accepted => {
            Need { address: changed && open, amounts: false, plan: changed }
        }
        // TEMU shows it as shipped because Kontor said so: nothing about it is news.
        OrderState::Reported if remote.status.is_some_and(TemuStatus::is_shipped) => {
            Need { address: false, amounts: false, plan: false }
        }
        OrderState::Tracked | OrderState::Reported | OrderState::Cancelled => {
            Need { address: false, amounts: false, plan: changed }
        }
    }
}

/// One change of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportOp {
    /// A new order.
    Insert {
        /// The order.
        order: Box<Order>,
        /// Its first state.
        state: OrderState,
        /// What the operator must see.
        alerts: Vec<Hold>,
    },
    /// A known order that may still be changed freely: content and state follow TEMU.
    Update {
        /// The order.
        order: Box<Order>,
        /// The row's version when it was planned; another one means that somebody was faster.
        version: i64,
        /// The change of state, if any.
        transition: Option<Transition>,
        /// What the operator must see.
        alerts: Vec<Hold>,
    },
    /// An order that JTL already has: only TEMU's own facts (status, labels, times, digest) follow; what was handed over
    /// stays as it is, and differences are alerts.
    UpdateFacts {
        /// The order as TEMU shows it now.
        order: Box<Order>,
        /// The row's version when it was planned.
        version: i64,
        /// The change of state, if any.
        transition: Option<Transition>,
        /// What the operator must see.
        alerts: Vec<Hold>,
    },
    /// Nothing to do.
    Unchanged,
}

/// Plans one order: `known` is what the store has, `order` what TEMU says now (judged).
pub fn plan(known: Option<&StoredOrder>, order: Order) -> ImportOp {
    match known {
        None => insert(order),
        Some(known) if known.state.is_handed_over() => update_facts(known, order),
        Some(known) => update(known, order),
    }
}

fn insert(order: Order) -> ImportOp {
    let (state, alerts) = if order.temu_status == TemuStatus::CANCELLED {
        (OrderState::Cancelled, Vec::new())
    } else if order.temu_status.is_shipped() {
        (OrderState::Reported, vec![Hold::new(Code::OrderShippedElsewhere, "")])
    } else if order.holds.is_empty() {
        (OrderState::Imported, Vec::new())
    } else {
        (OrderState::OnHold, Vec::new())
    };
    ImportOp::Insert { order: Box::new(order), state, alerts }
}

fn update(known: &StoredOrder, order: Order) -> ImportOp {
    let event = if order.temu_status == TemuStatus::CANCELLED {
        Some(Event::Cancel)
    } else if order.temu_status.is_shipped() {
        Some(Event::ShippedElsewhere)
    } else if order.holds.is_empty() {
        Some(Event::Release)
    } else {
        Some(Event::Hold)
    };
    let transition = event.and_then(|e| known.state.on(e));
    let alerts = match event {
        Some(Event::ShippedElsewhere) if transition.is_some() => {
            vec![Hold::new(Code::OrderShippedElsewhere, "")]
        }
        _ => Vec::new(),
    };
    if transition.is_none() && same(known, &order) {
        return ImportOp::Unchanged;
    }
    ImportOp::Update { order: Box::new(order), version: known.version, transition, alerts }
}

fn same(known: &StoredOrder, order: &Order) -> bool {
    let stamped = Order { updated_at: known.order.updated_at, ..order.clone() };
    known.order == stamped
}

fn update_facts(known: &StoredOrder, mut order: Order) -> ImportOp {
    if is_address_unanswered(known, &order) {
        // The change may be a new address: with the new digest it would never be asked for again.
        order.remote_digest.clone_from(&known.order.remote_digest);
    }
    let mut alerts = Vec::new();
    let mut transition = None;
    if order.temu_status == TemuStatus::CANCELLED {
        transition = known.state.on(Event::Cancel);
        if transition.is_some() {
            alerts.push(Hold::new(Code::OrderCancelledAfterExport, ""));
        }
    } else if order.temu_status.is_shipped() {
        // A tracked order may be shipped by Kontor's own report whose answer was lost: the report step reads it back.
        transition = known.state.on(Event::ShippedElsewhere);
        if transition.is_some() {
            alerts.push(Hold::new(Code::OrderShippedElsewhere, ""));
        }
    } else {
        alerts.extend(changes_after_export(known, &order));
    }
    if transition.is_none() && alerts.is_empty() && known.order.remote_digest == order.remote_digest
    {
        return ImportOp::Unchanged;
    }
    ImportOp::UpdateFacts { order: Box::new(order), version: known.version, transition, alerts }
}

/// Whether the address was asked for ([`need`]) and TEMU gave none.
fn is_address_unanswered(known: &StoredOrder, order: &Order) -> bool {
    matches!(known.state, OrderState::Exported | OrderState::Accepted)
        && order.temu_status == TemuStatus::UN_SHIPPING
        && order.holds.iter().any(|h| h.code == Code::OrderAddressMissing)
        && known.order.address.is_some()
}

fn changes_after_export(known: &StoredOrder, order: &Order) -> Vec<Hold> {
    let mut alerts = Vec::new();
    let is_unusable = order
        .holds
        .iter()
        .any(|h| matches!(h.code, Code::OrderAddressIncomplete | Code::OrderCountryUnknown));
    if is_unusable || order.address.is_some() && order.address != known.order.address {
        alerts.push(Hold::new(Code::OrderAddressChangedAfterExport, ""));
    }
    if order.temu_status == TemuStatus::PARTIALLY_SHIPPED
        && known.order.temu_status != TemuStatus::PARTIALLY_SHIPPED
        && known.state != OrderState::Reported
    {
        alerts.push(Hold::new(Code::OrderPartiallyShippedElsewhere, ""));
    }
    let quantities =
        |o: &Order| o.items.iter().map(|i| (i.order_sn.clone(), i.quantity)).collect::<Vec<_>>();
    if quantities(order) != quantities(&known.order) {
        alerts.push(Hold::new(Code::OrderItemsChangedAfterExport, ""));
    }
    if order.is_cancellation_pending() && !known.order.is_cancellation_pending() {
        alerts.push(Hold::new(Code::OrderCancellationPendingAfterExport, ""));
    }
    alerts
}
