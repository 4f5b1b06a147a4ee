//! From what TEMU says to the order as Kontor keeps it. What is missing or implausible becomes a hold; nothing is
//! filled in.

use std::collections::{BTreeSet, HashMap};

use crate::address::Address;
use crate::country::CountryTable;
use crate::money::{Cents, Currency, VatRate};
use crate::order::{CANCELLATION_LISTED, Hold, Order, OrderItem, PENDING_CANCELLATION};
use crate::problem::Code;
use crate::remote::{
    RemoteAddress, RemoteAmounts, RemoteItem, RemoteItemAmounts, RemoteOrder, TemuStatus,
};
use crate::text::clean;

/// How answers are judged.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Known country names.
    pub countries: CountryTable,
    /// Currencies that may be handed to JTL.
    pub currencies: Vec<Currency>,
    /// TEMU's tax rates are `rate × scale`: 100,000,000 in a German shop (19,000,000 = 19 %); other sources say
    /// 10,000,000, so it is a setting.
    pub tax_rate_scale: i64,
}

/// What is known about an order beside the list: `None` means that it has not been asked for, or that there was no
/// answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answers<'a> {
    /// The address answer.
    pub address: Option<&'a RemoteAddress>,
    /// The amounts answer.
    pub amounts: Option<&'a RemoteAmounts>,
}

/// Judges an order.
pub fn assess(remote: &RemoteOrder, answers: Answers<'_>, rules: &Rules) -> Order {
    let mut assessment = Assessment::default();
    let status = remote.status.unwrap_or(TemuStatus(0));
    let mut items: Vec<OrderItem> = remote.items.iter().map(|item| assessment.item(item)).collect();
    let mut currency = None;
    let mut address = None;
    if status == TemuStatus::PARTIALLY_SHIPPED {
        // A person finishes it at TEMU: address and amounts are not asked for, so they are not missed.
        assessment.order(remote, &items);
    } else if status == TemuStatus::UN_SHIPPING {
        assessment.order(remote, &items);
        currency = assessment.amounts(&mut items, answers.amounts, rules);
        address = assessment.address(answers.address, &rules.countries);
    } else if !is_known(status) {
        assessment.hold(Code::OrderStatusUnknown, status.0.to_string());
    }
    if assessment.characters_removed {
        assessment.notes.insert(Hold::new(Code::OrderCharactersRemoved, ""));
    }
    Order {
        parent_order_sn: remote.parent_order_sn.clone(),
        temu_status: status,
        region_id: remote.region_id,
        ordered_at: remote.ordered_at,
        confirmed_at: remote.confirmed_at,
        ship_by: remote.ship_by,
        deliver_by: remote.deliver_by,
        updated_at: remote.updated_at,
        labels: remote.labels.clone(),
        currency,
        given_address: unusable(&address, answers.address, status),
        items,
        address,
        holds: assessment.holds.into_iter().collect(),
        notes: assessment.notes.into_iter().collect(),
        remote_digest: remote.digest(),
    }
}

/// What TEMU sent, when no address could be made of it.
fn unusable(
    made: &Option<Address>,
    sent: Option<&RemoteAddress>,
    status: TemuStatus,
) -> Option<RemoteAddress> {
    let sent = sent.filter(|a| made.is_none() && **a != RemoteAddress::default());
    sent.filter(|_| status == TemuStatus::UN_SHIPPING).cloned()
}

fn is_known(status: TemuStatus) -> bool {
    status.is_shipped() || [TemuStatus::PENDING, TemuStatus::CANCELLED].contains(&status)
}

#[derive(Default)]
struct Assessment {
    holds: BTreeSet<Hold>,
    notes: BTreeSet<Hold>,
    characters_removed: bool,
}

impl Assessment {
    fn hold(&mut self, code: Code, detail: impl Into<String>) {
        self.holds.insert(Hold::new(code, detail));
    }

    fn clean(&mut self, text: Option<&str>) -> Option<String> {
        text.and_then(|t| clean(t, &mut self.characters_removed))
    }

    fn order(&mut self, remote: &RemoteOrder, items: &[OrderItem]) {
        if !remote.parent_order_sn.is_well_formed() {
            self.hold(Code::OrderNumberMalformed, "");
        }
        if remote.status == Some(TemuStatus::PARTIALLY_SHIPPED) {
            self.hold(Code::OrderPartiallyShippedElsewhere, "");
        }
        let label = |name: &str| remote.labels.iter().any(|l| l == name);
        if label(PENDING_CANCELLATION) || label(CANCELLATION_LISTED) {
            self.hold(Code::OrderCancellationPending, "");
        }
        if label("pending_buyer_address_change") {
            self.hold(Code::OrderAddressChangePending, "");
        }
        if label("pending_risk_control_alert") {
            self.hold(Code::OrderRiskAlert, "");
        }
        if items.iter().all(|i| i.quantity == Some(0)) {
            self.hold(Code::OrderItemsMissing, "");
        }
        let numbers: BTreeSet<_> = items.iter().map(|i| &i.order_sn).collect();
        if numbers.len() < items.len() {
            self.hold(Code::OrderItemsDoubled, "");
        }
    }

    fn item(&mut self, item: &RemoteItem) -> OrderItem {
        let seller_sku = self.clean(item.seller_sku.as_deref());
        let quantity = self.quantity(item);
        if quantity != Some(0) {
            if seller_sku.is_none() {
                self.hold(Code::OrderSkuMissing, item.order_sn.as_str());
            }
            if item.sold_factor.is_some_and(|factor| factor != 1) {
                self.hold(Code::OrderSkuAmbiguous, item.order_sn.as_str());
            }
        }
        OrderItem {
            order_sn: item.order_sn.clone(),
            goods_id: item.goods_id,
            sku_id: item.sku_id,
            seller_sku,
            name: self.clean(item.name.as_deref()).unwrap_or_default(),
            variant: self.clean(item.variant.as_deref()).unwrap_or_default(),
            quantity,
            unit_gross: None,
            vat: None,
            seller_discount: Cents::ZERO,
            shipping_gross: Cents::ZERO,
            shipping_vat: None,
        }
    }

    /// `quantity = originalOrderQuantity - canceledQuantityBeforeShipment` by TEMU's order guide; when all three are
    /// there they must agree.
    fn quantity(&mut self, item: &RemoteItem) -> Option<i64> {
        if item.status == Some(TemuStatus::CANCELLED) {
            return Some(0);
        }
        let left = match (item.ordered_quantity, item.cancelled_quantity) {
            (Some(ordered), Some(cancelled)) => Some(ordered.saturating_sub(cancelled)),
            _ => None,
        };
        let quantity = match (item.quantity, left) {
            (Some(said), Some(left)) if said != left => {
                self.hold(Code::OrderQuantityImplausible, item.order_sn.as_str());
                return None;
            }
            (Some(quantity), _) | (None, Some(quantity)) => quantity,
            (None, None) => {
                self.hold(Code::OrderQuantityMissing, item.order_sn.as_str());
                return None;
            }
        };
        if !(0..=1_000_000).contains(&quantity) {
            self.hold(Code::OrderQuantityImplausible, item.order_sn.as_str());
            return None;
        }
        Some(quantity)
    }

    fn address(
        &mut self,
        remote: Option<&RemoteAddress>,
        countries: &CountryTable,
    ) -> Option<Address> {
        let Some(remote) = remote.filter(|a| **a != RemoteAddress::default()) else {
            self.hold(Code::OrderAddressMissing, "");
            return None;
        };
        let (first_name, last_name) = self.name(remote);
        let street = self.clean(remote.lines[0].as_deref());
        let post_code = self.clean(remote.post_code.as_deref());
        let city = self.clean(remote.city.as_deref());
        let country_name = self.clean(remote.country.as_deref());
        let missing: Vec<&str> = [
            ("name", last_name.is_none()),
            ("street", street.is_none()),
            ("post_code", post_code.is_none()),
            ("city", city.is_none()),
            ("country", country_name.is_none()),
        ]
        .into_iter()
        .filter_map(|(field, is_missing)| is_missing.then_some(field))
        .collect();
        if !missing.is_empty() {
            self.hold(Code::OrderAddressIncomplete, missing.join(", "));
        }
        let country = country_name.and_then(|name| {
            let code = countries.code(&name).cloned();
            if code.is_none() {
                self.hold(Code::OrderCountryUnknown, name);
            }
            code
        });
        let extra = [&remote.additional_name, &remote.lines[1], &remote.lines[2]];
        let extra: Vec<String> =
            extra.into_iter().filter_map(|t| self.clean(t.as_deref())).collect();
        Some(Address {
            first_name,
            last_name: last_name?,
            street: street?,
            extra: extra.join(", "),
            post_code: post_code?,
            city: city?,
            state: self.clean(remote.state.as_deref()).unwrap_or_default(),
            country: country?,
            phone: self.clean(remote.phone.as_deref()).unwrap_or_default(),
            email: self.clean(remote.email.as_deref()).unwrap_or_default(),
        })
    }

    /// TEMU's own parting of the name when it has both halves, else the whole name as the family name: a name is not
    /// parted by guess.
    fn name(&mut self, remote: &RemoteAddress) -> (String, Option<String>) {
        let first = self.clean(remote.first_name.as_deref());
        let last = self.clean(remote.last_name.as_deref());
        match (first, last) {
            (Some(first), Some(last)) => (first, Some(last)),
            (first, last) => (String::new(), self.clean(remote.name.as_deref()).or(last).or(first)),
        }
    }

    fn amounts(
        &mut self,
        items: &mut [OrderItem],
        remote: Option<&RemoteAmounts>,
        rules: &Rules,
    ) -> Option<Currency> {
        let Some(remote) = remote else {
            self.hold(Code::OrderAmountsMissing, "");
            return None;
        };
        let by_line: HashMap<_, _> = remote.items.iter().map(|a| (&a.order_sn, a)).collect();
        if by_line.len() < remote.items.len() {
            self.hold(Code::OrderAmountsImplausible, "doubled");
        }
        for item in items.iter_mut() {
            match by_line.get(&item.order_sn) {
                Some(amounts) => self.item_amounts(item, amounts, rules.tax_rate_scale),
                None if item.quantity == Some(0) => {}
                None => self.hold(Code::OrderAmountsMissing, item.order_sn.as_str()),
            }
        }
        let charged: Cents = items.iter().map(|i| i.shipping_gross).sum();
        if remote.shipping_gross.is_some_and(|total| total != charged) {
            self.hold(Code::OrderAmountsImplausible, "shipping");
        }
        match remote.currencies.as_slice() {
            [one] if rules.currencies.contains(one) => Some(one.clone()),
            [] => {
                self.hold(Code::OrderAmountsMissing, "currency");
                None
            }
            several => {
                let names: Vec<&str> = several.iter().map(|c| c.0.as_str()).collect();
                self.hold(Code::OrderCurrencyUnsupported, names.join(", "));
                None
            }
        }
    }

    fn item_amounts(&mut self, item: &mut OrderItem, amounts: &RemoteItemAmounts, scale: i64) {
        let line = item.order_sn.as_str().to_owned();
        item.shipping_gross = amounts.shipping_gross.unwrap_or_default();
        if item.shipping_gross != Cents::ZERO {
            item.shipping_vat = self.rate(amounts.shipping_tax_rate, scale, &line);
        }
        if item.quantity == Some(0) {
            return;
        }
        item.unit_gross = amounts.unit_gross;
        item.vat = self.rate(amounts.tax_rate, scale, &line);
        let Some(unit) = amounts.unit_gross else {
            self.hold(Code::OrderAmountsMissing, line);
            return;
        };
        if unit.0 < 0 || item.shipping_gross.0 < 0 || !totals_agree(unit, amounts) {
            self.hold(Code::OrderAmountsImplausible, line.clone());
        }
        if let Some(rate) = item.vat
            && !tax_agrees(amounts, rate)
        {
            self.hold(Code::OrderVatImplausible, line.clone());
        }
        match discount_share(amounts, item.quantity) {
            Some(discount) => item.seller_discount = discount,
            None => self.hold(Code::OrderAmountsImplausible, line),
        }
    }

    fn rate(&mut self, value: Option<i64>, scale: i64, line: &str) -> Option<VatRate> {
        let Some(value) = value else {
            self.hold(Code::OrderAmountsMissing, line);
            return None;
        };
        let rate = VatRate::from_scaled(value, scale);
        if rate.is_none() {
            self.hold(Code::OrderVatImplausible, line);
        }
        rate
    }
}

/// Piece × quantity is the total, when TEMU sent both.
fn totals_agree(unit: Cents, amounts: &RemoteItemAmounts) -> bool {
    match (amounts.quantity, amounts.total_gross) {
        (Some(quantity), Some(total)) => unit.times(quantity) == Some(total),
        _ => true,
    }
}

/// The tax that TEMU names fits the rate: TEMU may round per piece or per line, so a cent a piece is tolerated. The tax
/// may be taken before or after the discounts; what fits neither contradicts the rate.
fn tax_agrees(amounts: &RemoteItemAmounts, rate: VatRate) -> bool {
    let (Some(tax), Some(total)) = (amounts.tax, amounts.total_gross) else { return true };
    let tolerance = amounts.quantity.unwrap_or(1).max(1).unsigned_abs();
    let fits = |gross: Cents| (gross.vat_included(rate) - tax).0.unsigned_abs() <= tolerance;
    let seller = amounts.seller_discount.unwrap_or_default();
    let temu = amounts.temu_discount.unwrap_or_default();
    fits(total) || fits(total - seller) || fits(total - seller - temu)
}

/// The line's discount for the pieces that are left; `None` when it cannot be parted without a rest, when TEMU does not
/// say how many pieces it stands for, or when it is more than their price.
fn discount_share(amounts: &RemoteItemAmounts, left: Option<i64>) -> Option<Cents> {
    let discount = amounts.seller_discount.unwrap_or_default();
    if discount == Cents::ZERO {
        return Some(Cents::ZERO);
    }
    // Without a quantity the line is held for that reason, and no share is needed.
    let Some(left) = left else { return Some(Cents::ZERO) };
    let all = amounts.quantity.filter(|all| *all >= left)?;
    let pieces_left = discount.times(left)?;
    if discount.0 < 0 || all <= 0 || pieces_left.0 % all != 0 {
        return None;
    }
    let share = Cents(pieces_left.0 / all);
    let price = amounts.unit_gross.and_then(|unit| unit.times(left))?;
    (share <= price).then_some(share)
}
