//! Whether both halves say the same: computed from the books alone, apart from Kontor.

use serde::Serialize;

use crate::jtl::{JtlBooks, JtlOrder, JtlPosition, PositionKind};
use crate::seed::SeededOrder;
use crate::temu::GatewayState;

/// The comparison.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Agreement {
    /// Orders that may be handed over by the facts.
    pub exportable: usize,
    /// Of these, in JTL exactly once and with TEMU's amounts.
    pub in_jtl_once: usize,
    /// Orders that JTL has shipped wholly.
    pub shipped: usize,
    /// Of these, reported to TEMU with all parcels, each once.
    pub reported_once: usize,
    /// Everything that is not as it should be.
    pub differences: Vec<String>,
    /// No difference.
    pub agrees: bool,
}

/// Compares both books.
pub fn agreement(temu: &GatewayState, jtl: &JtlBooks) -> Agreement {
    let mut result = Agreement::default();
    for order in temu.orders.values() {
        let in_jtl: Vec<&JtlOrder> =
            jtl.orders.iter().filter(|o| o.external_number == order.parent_order_sn).collect();
        let differences = result.differences.len();
        compare(order, &in_jtl, &mut result);
        if order.exportable {
            result.exportable += 1;
            result.in_jtl_once +=
                usize::from(in_jtl.len() == 1 && result.differences.len() == differences);
        }
    }
    for order in jtl.orders.iter().filter(|o| !temu.orders.contains_key(&o.external_number)) {
        result.differences.push(format!("{}: in JTL, unknown to TEMU", order.external_number));
    }
    result.agrees = result.differences.is_empty();
    result
}

fn compare(order: &SeededOrder, in_jtl: &[&JtlOrder], result: &mut Agreement) {
    let sn = &order.parent_order_sn;
    let mut differ = |text: String| result.differences.push(format!("{sn}: {text}"));
    match (order.exportable, in_jtl) {
        (true, [one]) => compare_content(order, one, &mut differ),
        (true, others) => differ(format!("{} times in JTL", others.len())),
        (false, []) => {}
        (false, others) => differ(format!("held or cancelled, and {} times in JTL", others.len())),
    }
    let packed: Vec<&str> = in_jtl
        .iter()
        .flat_map(|o| &o.parcels)
        .filter_map(|p| p.tracking_number.as_deref().map(str::trim))
        .filter(|number| !number.is_empty())
        .collect();
    for parcel in &order.parcels {
        let times =
            order.parcels.iter().filter(|p| p.tracking_number == parcel.tracking_number).count();
        if times > 1 {
            differ(format!("parcel {} reported {times} times", parcel.tracking_number));
        }
        if !packed.contains(&parcel.tracking_number.as_str()) {
            differ(format!("parcel {} reported, but not packed", parcel.tracking_number));
        }
    }
    let shipped = in_jtl.iter().any(|o| o.delivered) && !packed.is_empty();
    let all_reported = packed.iter().all(|n| order.parcels.iter().any(|p| p.tracking_number == *n));
    result.shipped += usize::from(shipped);
    result.reported_once += usize::from(shipped && all_reported);
}

fn compare_content(order: &SeededOrder, jtl: &JtlOrder, differ: &mut impl FnMut(String)) {
    let mut wanted: Vec<(String, i64, i64, String)> = Vec::new();
    for item in order.items.iter().filter(|i| i.quantity() > 0) {
        wanted.push((item.ext_code.clone(), item.quantity(), item.unit_gross, percent(item.vat)));
    }
    let mut discounts: Vec<(i64, String)> = order
        .items
        .iter()
        .filter(|i| i.seller_discount != 0 && i.quantity() > 0)
        .map(|i| (-(i.seller_discount * i.quantity() / i.ordered), percent(i.vat)))
        .collect();
    let mut articles: Vec<(String, i64, i64, String)> = Vec::new();
    let mut reductions: Vec<(i64, String)> = Vec::new();
    for position in jtl.positions.iter().filter(|p| p.kind != PositionKind::Shipping) {
        if position.gross_cents < 0 {
            reductions.push((position.gross_cents * position.quantity, percent_of(position)));
        } else {
            articles.push((
                position.sku.clone(),
                position.quantity,
                position.gross_cents,
                percent_of(position),
            ));
        }
    }
    for list in [&mut wanted, &mut articles] {
        list.sort();
    }
    discounts.sort();
    reductions.sort();
    if wanted != articles {
        differ(format!("positions {articles:?} instead of {wanted:?}"));
    }
    if discounts != reductions {
        differ(format!("discounts {reductions:?} instead of {discounts:?}"));
    }
    let charged: i64 = order.items.iter().map(|i| i.shipping_gross).sum();
    let shipping: i64 = jtl
        .positions
        .iter()
        .filter(|p| p.kind == PositionKind::Shipping)
        .map(|p| p.gross_cents * p.quantity)
        .sum();
    if charged != shipping {
        differ(format!("shipping {shipping} instead of {charged}"));
    }
    let sum: i64 = jtl.positions.iter().map(|p| p.gross_cents * p.quantity).sum();
    if sum != jtl.gross_total_cents {
        differ(format!("total {} instead of {sum}", jtl.gross_total_cents));
    }
}

fn percent(basis_points: i64) -> String {
    normal(&format!("{}.{:02}", basis_points / 100, basis_points % 100))
}

fn percent_of(position: &JtlPosition) -> String {
    normal(&position.vat_percent)
}

/// Without zeros at the end.
fn normal(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}
