//! Cross Industry Invoice: ZUGFeRD 1.0 to 2.x, Factur-X, XRechnung in CII.

use super::tree::Element;
use super::{cents, country, currency, date, filled, in_currency, kind, rate, take_rates};
use crate::document::{Document, RateLine};

/// Elements that ZUGFeRD 1.0 names otherwise.
const HEAD: &str = "ExchangedDocument|HeaderExchangedDocument";
const TRANSACTION: &str = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction";
const AGREEMENT: &str = "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement";
const SETTLEMENT: &str = "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement";
const SUMS: &str =
    "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation";
const CONTEXT: &str = "ExchangedDocumentContext|SpecifiedExchangedDocumentContext";

pub(super) fn read(root: &Element) -> Document {
    let empty = Element::default();
    let head = root.at(HEAD).unwrap_or(&empty);
    let settlement = root.at(&format!("{TRANSACTION}/{SETTLEMENT}")).unwrap_or(&empty);
    let seller = root.at(&format!("{TRANSACTION}/{AGREEMENT}/SellerTradeParty")).unwrap_or(&empty);
    let sums = settlement.at(SUMS).unwrap_or(&empty);
    let code = currency(settlement.get("InvoiceCurrencyCode"));
    let vat: Vec<&Element> = sums.all("TaxTotalAmount").collect();
    let period = settlement.child("BillingSpecifiedPeriod").unwrap_or(&empty);
    let guideline = root.get(&format!("{CONTEXT}/GuidelineSpecifiedDocumentContextParameter/ID"));
    let mut document = Document {
        country: country(seller.get("PostalTradeAddress/CountryID")),
        kind: kind(head.get("TypeCode")),
        number: filled(head.get("ID")),
        date: date(head.get("IssueDateTime/DateTimeString")),
        period_start: date(period.get("StartDateTime/DateTimeString")),
        period_end: date(period.get("EndDateTime/DateTimeString")),
        net: cents(sums.get("TaxBasisTotalAmount")),
        vat: in_currency(&vat, code.as_deref()).and_then(|e| cents(e.text.trim())),
        gross: cents(sums.get("GrandTotalAmount")),
        currency: code,
        supplier: filled(seller.get("Name")),
        supplier_vat_id: vat_id(seller),
        layout: Some(format!("cii {}", profile(guideline))),
        ..Document::default()
    };
    let parts =
        settlement.all("ApplicableTradeTax").map(|tax| (line(tax), tax.get("CategoryCode")));
    take_rates(&mut document, parts.collect());
    document
}

fn line(tax: &Element) -> Option<RateLine> {
    Some(RateLine {
        rate: rate(tax.get("RateApplicablePercent|ApplicablePercent"))?,
        net: cents(tax.get("BasisAmount"))?,
        vat: cents(tax.get("CalculatedAmount"))?,
    })
}

fn vat_id(seller: &Element) -> Option<String> {
    seller
        .all("SpecifiedTaxRegistration")
        .filter_map(|r| r.child("ID"))
        .find(|id| id.scheme.as_deref() == Some("VA"))
        .and_then(|id| filled(id.text.trim()))
}

/// The profile's name out of its identifier (BT-24).
fn profile(guideline: &str) -> &'static str {
    let lower = guideline.to_lowercase();
    ["xrechnung", "extended", "basicwl", "basic", "minimum", "comfort", "en16931"]
        .into_iter()
        .find(|name| lower.contains(name))
        .unwrap_or("unknown profile")
}
