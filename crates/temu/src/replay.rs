//! Saved answers, read by the same code as live ones.

use std::collections::BTreeSet;

use kontor_core::Problem;
use kontor_core::ids::ParentOrderSn;
use kontor_core::remote::{RemoteAddress, RemoteAmounts, RemoteOrder};

use crate::list::{CANCELLATIONS, WireCancellations, pending};
use crate::orders::{self, ADDRESS, AMOUNTS, LIST, WireAddress, WireAmounts, WireList};
use crate::wire::result;

/// The orders of a saved page of `bg.order.list.v2.get`.
///
/// # Errors
/// The first order that lacks its number makes the page `temu.answer_incomplete`; a body that is no answer is
/// `temu.answer_unreadable`; a saved refusal is that refusal's problem.
pub fn order_list(body: &[u8]) -> Result<Vec<RemoteOrder>, Problem> {
    let list: WireList = result(LIST, body)?;
    list.page_items.unwrap_or_default().into_iter().map(orders::order).collect()
}

/// A saved answer of `bg.order.shippinginfo.v2.get`.
///
/// # Errors
/// As [`order_list`].
pub fn address(body: &[u8]) -> Result<RemoteAddress, Problem> {
    Ok(orders::address(result::<Option<WireAddress>>(ADDRESS, body)?))
}

/// A saved answer of `bg.order.amount.query`.
///
/// # Errors
/// As [`order_list`].
pub fn amounts(body: &[u8]) -> Result<RemoteAmounts, Problem> {
    Ok(orders::amounts(result::<Option<WireAmounts>>(AMOUNTS, body)?))
}

/// The orders of a saved page of `bg.aftersales.cancel.list.get`.
///
/// # Errors
/// As [`order_list`].
pub fn cancellations(body: &[u8]) -> Result<BTreeSet<ParentOrderSn>, Problem> {
    Ok(pending(result::<WireCancellations>(CANCELLATIONS, body)?).1)
}
