//! What a person puts right about a held order. It stands only for what TEMU said then: when TEMU says something else,
//! TEMU is judged anew.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::ids::OrderSn;
use crate::order::Order;
use crate::problem::Code;
use crate::remote::RemoteAddress;

/// One correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", rename_all = "snake_case")]
pub enum Correction {
    /// The address of an order for which TEMU sent none, or no usable one.
    Address {
        /// What TEMU had sent.
        given: Option<Box<RemoteAddress>>,
        /// What is right.
        address: Box<Address>,
    },
    /// The article number of a line.
    Sku {
        /// The line.
        order_sn: OrderSn,
        /// What TEMU had sent.
        was: Option<String>,
        /// What is right.
        sku: String,
    },
}

/// Applies what still fits what TEMU says, and takes off the holds that it mends.
pub fn correct(order: &mut Order, corrections: &[Correction]) {
    for correction in corrections {
        match correction {
            Correction::Address { given, address } => correct_address(order, given, address),
            Correction::Sku { order_sn, was, sku } => correct_sku(order, order_sn, was, sku),
        }
    }
}

fn correct_address(order: &mut Order, given: &Option<Box<RemoteAddress>>, address: &Address) {
    if order.address.is_some() || order.given_address.as_ref() != given.as_deref() {
        return;
    }
    order.address = Some(address.clone());
    order.holds.retain(|hold| {
        !matches!(
            hold.code,
            Code::OrderAddressMissing | Code::OrderAddressIncomplete | Code::OrderCountryUnknown
        )
    });
}

fn correct_sku(order: &mut Order, line: &OrderSn, was: &Option<String>, sku: &str) {
    let Some(item) = order.items.iter_mut().find(|i| i.order_sn == *line && i.seller_sku == *was)
    else {
        return;
    };
    item.seller_sku = Some(sku.to_owned());
    // Whether JTL knows the new number is looked at again before the hand-over.
    order.holds.retain(|hold| match hold.code {
        Code::OrderSkuMissing => hold.detail != line.as_str(),
        Code::OrderSkuUnknownInJtl => false,
        _ => true,
    });
}
