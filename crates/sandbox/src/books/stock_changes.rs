//! Changes of stock by buyers, sellers and JTL's people.

use serde::{Deserialize, Serialize};

use crate::jtl::{JtlError, JtlServer};
use crate::seed::{self, SeededOrder};
use crate::temu::{EditedBy, Gateway};

/// A change of stock.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum StockChange {
    /// JTL has other pieces in a warehouse.
    JtlStock {
        /// Article number.
        sku: String,
        /// The warehouse.
        warehouse: i64,
        /// A decimal; without it, the row goes.
        #[serde(default)]
        pieces: Option<String>,
    },
    /// JTL keeps another buffer.
    JtlBuffer {
        /// Article number.
        sku: String,
        /// Pieces.
        pieces: i64,
    },
    /// Other pieces are in JTL's open orders.
    JtlReserved {
        /// Article number.
        sku: String,
        /// A decimal; without it, the article's row of totals goes.
        #[serde(default)]
        pieces: Option<String>,
    },
    /// A buyer orders pieces of a SKU: its stock falls, not below 0, and an order comes in.
    Sale {
        /// TEMU's SKU id.
        sku_id: i64,
        /// Pieces.
        pieces: i64,
    },
    /// The seller sets a SKU's stock in the Seller Center.
    Seller {
        /// TEMU's SKU id.
        sku_id: i64,
        /// Pieces.
        pieces: i64,
    },
    /// TEMU takes a SKU off every list.
    Unlist {
        /// TEMU's SKU id.
        sku_id: i64,
    },
}

/// Applies a change; `false` when TEMU has no such SKU.
///
/// # Errors
/// When JTL has no such article, a decimal is none, or its database is held.
pub fn change_stock(
    gateway: &Gateway,
    jtl: &JtlServer,
    options: &crate::SandboxOptions,
    change: &StockChange,
) -> Result<bool, JtlError> {
    let now = gateway.clock.now_millis();
    match change {
        StockChange::JtlStock { sku, warehouse, pieces } => {
            jtl.set_stock(sku, *warehouse, pieces.as_deref()).map(|()| true)
        }
        StockChange::JtlBuffer { sku, pieces } => jtl.set_buffer(sku, *pieces).map(|()| true),
        StockChange::JtlReserved { sku, pieces } => {
            jtl.set_reserved(sku, pieces.as_deref()).map(|()| true)
        }
        StockChange::Sale { sku_id, pieces } => {
            Ok(sell(gateway, options.seed, *sku_id, *pieces).is_some())
        }
        StockChange::Seller { sku_id, pieces } => {
            Ok(gateway.state().stock.change(*sku_id, EditedBy::Seller, *pieces, now))
        }
        StockChange::Unlist { sku_id } => Ok(gateway.state().stock.unlist(*sku_id)),
    }
}

/// A buyer orders pieces of a SKU: its stock falls, not below 0, and an order of status 2 comes in. The order's number.
pub fn sell(gateway: &Gateway, seed: u64, sku_id: i64, pieces: i64) -> Option<String> {
    let now_millis = gateway.clock.now_millis();
    let mut state = gateway.state();
    let listing = state.stock.skus.get(&sku_id)?.listing.clone();
    let order: SeededOrder =
        seed::sale(seed, state.orders.len(), &listing, pieces, now_millis.div_euclid(1_000));
    let number = order.parent_order_sn.clone();
    state.stock.take(&order, now_millis);
    state.orders.insert(number.clone(), order);
    Some(number)
}
