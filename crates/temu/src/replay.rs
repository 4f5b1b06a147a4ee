//! Saved answers, read by the same code as live ones.

use std::collections::BTreeSet;

use kontor_core::Problem;
use kontor_core::ids::ParentOrderSn;
use kontor_core::remote::{RemoteAddress, RemoteAmounts, RemoteOrder};
use kontor_core::stock::SkuList;

use crate::cancellations::{CANCELLATIONS, WireCancellations};
use crate::orders::{self, ADDRESS, AMOUNTS, LIST, WireAddress, WireAmounts, WireList};
pub use crate::stock::SavedSkus;
use crate::stock::saved_page;
use crate::wire::{object, required};

/// The orders of a saved page of `bg.order.list.v2.get`.
///
/// # Errors
/// A page without entries, and the first order that lacks its number, make the answer `temu.answer_incomplete`; a body that is no answer is
/// `temu.answer_unreadable`; a saved refusal is that refusal's problem.
pub fn order_list(body: &[u8]) -> Result<Vec<RemoteOrder>, Problem> {
    let list: WireList = required(LIST, body)?;
    list.page()?.into_iter().map(|entry| orders::order(LIST, entry)).collect()
}

/// A saved answer of `bg.order.shippinginfo.v2.get`.
///
/// # Errors
/// As [`order_list`].
pub fn address(body: &[u8]) -> Result<RemoteAddress, Problem> {
    Ok(orders::address(object::<WireAddress>(ADDRESS, body)?))
}

/// A saved answer of `bg.order.amount.query`.
///
/// # Errors
/// As [`order_list`].
pub fn amounts(body: &[u8]) -> Result<RemoteAmounts, Problem> {
    Ok(orders::amounts(object::<WireAmounts>(AMOUNTS, body)?))
}

/// The orders of a saved page of `bg.aftersales.cancel.list.get`.
///
/// # Errors
/// As [`order_list`].
pub fn cancellations(body: &[u8]) -> Result<BTreeSet<ParentOrderSn>, Problem> {
    let list: WireCancellations = required(CANCELLATIONS, body)?;
    Ok(list.page()?.into_iter().flat_map(|entry| entry.or_empty().orders()).collect())
}

/// What a saved page holds of `bg.local.goods.sku.list.query`; the list is the one that was asked for.
///
/// # Errors
/// As [`order_list`].
pub fn sku_list(list: SkuList, body: &[u8]) -> Result<SavedSkus, Problem> {
    saved_page(list, body)
}
