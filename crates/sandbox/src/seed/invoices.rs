//! Invoices that TEMU has issued in the seller's name for some of the orders.

use serde::Serialize;

use super::SeededOrder;

/// An invoice or a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeededInvoice {
    /// TEMU's id of the document.
    pub id: i64,
    /// Its number.
    pub number: String,
    /// The order that it is for.
    pub parent_order_sn: String,
    /// TEMU's region.
    pub region_id: i64,
    /// Whether it gives the order's money back.
    pub credit_note: bool,
    /// Unix time of its issue.
    pub issued_at: i64,
    /// VAT in basis points.
    pub vat: i64,
    /// Gross sum in cents, positive for credit notes too.
    pub gross_cents: i64,
}

impl SeededInvoice {
    /// Net sum in cents.
    pub fn net_cents(&self) -> i64 {
        (self.gross_cents * 10_000 + (10_000 + self.vat) / 2) / (10_000 + self.vat)
    }
}

/// An invoice for every fifth German order, and for every third of these a credit note the day after.
pub fn invoices(orders: &[SeededOrder]) -> Vec<SeededInvoice> {
    let german = orders.iter().filter(|order| order.region_id == 76);
    let mut out = Vec::new();
    for (number, order) in german.step_by(5).enumerate() {
        let invoice = invoice(order, out.len(), false);
        out.push(invoice);
        if number % 3 == 1 {
            let credit_note = self::invoice(order, out.len(), true);
            out.push(credit_note);
        }
    }
    out
}

fn invoice(order: &SeededOrder, index: usize, credit_note: bool) -> SeededInvoice {
    let running = i64::try_from(index).unwrap_or_default() + 1;
    let prefix = if credit_note { "GS" } else { "RE" };
    SeededInvoice {
        id: 70_110_000_000_000 + running,
        number: format!("TM-{prefix}-{running:06}"),
        parent_order_sn: order.parent_order_sn.clone(),
        region_id: order.region_id,
        credit_note,
        issued_at: order.ordered_at + if credit_note { 2 } else { 1 } * 86_400,
        vat: order.items.first().map_or(1_900, |item| item.vat),
        gross_cents: order.items.iter().map(|item| item.unit_gross * item.ordered).sum(),
    }
}
