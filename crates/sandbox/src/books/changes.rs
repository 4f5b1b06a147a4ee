//! Changes that buyers, sellers and TEMU make to orders.

use serde::{Deserialize, Serialize};

use crate::options::SandboxOptions;
use crate::seed::{self, AmountsAnswer, SeededAddress, SeededOrder};
use crate::temu::GatewayState;

/// A change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The order is cancelled.
    Cancel {
        /// The order.
        order: String,
    },
    /// Pieces of a line are cancelled.
    CancelPieces {
        /// The order.
        order: String,
        /// The line, from 0.
        line: usize,
        /// Pieces.
        pieces: i64,
    },
    /// The buyer has moved.
    Street {
        /// The order.
        order: String,
        /// The new street.
        street: String,
    },
    /// The buyer asks to cancel.
    AskToCancel {
        /// The order.
        order: String,
    },
    /// The wish to cancel is withdrawn.
    StopAsking {
        /// The order.
        order: String,
    },
    /// Address and amounts become complete.
    Complete {
        /// The order.
        order: String,
    },
    /// A pending order is confirmed.
    Confirm {
        /// The order.
        order: String,
    },
    /// The seller ships it in the Seller Center.
    ShipElsewhere {
        /// The order.
        order: String,
    },
    /// Orders come in.
    Add {
        /// How many.
        count: usize,
    },
    /// The token expires, or is good again.
    Token {
        /// Whether it has expired.
        expired: bool,
    },
    /// The token loses an API, or has all again.
    Scopes {
        /// APIs that it lacks.
        missing: Vec<String>,
    },
}

/// Applies a change; `false` when there is no such order.
pub fn apply(state: &mut GatewayState, change: Change, options: &SandboxOptions, now: i64) -> bool {
    match change {
        Change::Add { count } => {
            let from = state.orders.len();
            for mut order in seed::orders(options.seed, from, count, options.skus, now) {
                order.updated_at = now;
                state.stock.take(&order, now * 1_000);
                state.orders.insert(order.parent_order_sn.clone(), order);
            }
            true
        }
        Change::Token { expired } => {
            state.token_expired = expired;
            true
        }
        Change::Scopes { missing } => {
            state.missing_scopes = missing;
            true
        }
        Change::AskToCancel { order } => {
            let label =
                |o: &mut SeededOrder| o.labels.push("pending_buyer_cancellation".to_owned());
            let known = of_order(state, &order, now, label);
            if known {
                state.cancellations.push(order);
            }
            known
        }
        Change::StopAsking { order } => {
            state.cancellations.retain(|sn| *sn != order);
            of_order(state, &order, now, |o| o.labels.retain(|l| l != "pending_buyer_cancellation"))
        }
        Change::Cancel { order } => of_order(state, &order, now, |o| {
            o.status = 3;
            o.exportable = false;
        }),
        Change::CancelPieces { order, line, pieces } => of_order(state, &order, now, |o| {
            if let Some(item) = o.items.get_mut(line) {
                item.cancelled += pieces;
            }
        }),
        Change::Street { order, street } => of_order(state, &order, now, |o| {
            o.warnings.push("CONFIRMED_CHANGED_ADDRESS".to_owned());
            if let Some(address) = &mut o.address {
                address.street = street;
            }
        }),
        Change::Complete { order } => of_order(state, &order, now, |o| {
            o.amounts = AmountsAnswer::Complete;
            o.address.get_or_insert_with(example_address);
            o.exportable = true;
        }),
        Change::Confirm { order } => of_order(state, &order, now, |o| {
            o.status = 2;
            o.exportable = true;
        }),
        Change::ShipElsewhere { order } => of_order(state, &order, now, |o| o.status = 4),
    }
}

fn of_order(
    state: &mut GatewayState,
    sn: &str,
    now: i64,
    change: impl FnOnce(&mut SeededOrder),
) -> bool {
    let Some(order) = state.orders.get_mut(sn) else { return false };
    change(order);
    order.updated_at = now.max(order.updated_at + 1);
    true
}

fn example_address() -> SeededAddress {
    let text = str::to_owned;
    SeededAddress {
        first_name: text("Nora"),
        last_name: text("Nachtrag"),
        additional_name: String::new(),
        street: text("Beispielstraße 1"),
        line2: String::new(),
        post_code: text("10115"),
        city: text("Musterstadt"),
        country: text("Germany"),
        mail: text("nachtrag@example.org"),
    }
}
