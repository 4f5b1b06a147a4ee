//! UBL 2.1 invoices and credit notes: XRechnung in UBL, Peppol BIS.

use super::tree::Element;
use super::{cents, country, currency, date, filled, in_currency, kind, rate, take_rates};
use crate::document::{Document, RateLine};

pub(super) fn read(root: &Element) -> Document {
    let empty = Element::default();
    let party = root.at("AccountingSupplierParty/Party").unwrap_or(&empty);
    let code = currency(root.get("DocumentCurrencyCode"));
    let totals: Vec<&Element> = root.all("TaxTotal").filter_map(|t| t.child("TaxAmount")).collect();
    let sums = root.child("LegalMonetaryTotal").unwrap_or(&empty);
    let name = match party.get("PartyLegalEntity/RegistrationName") {
        "" => party.get("PartyName/Name"),
        name => name,
    };
    let mut document = Document {
        country: country(party.get("PostalAddress/Country/IdentificationCode")),
        kind: kind(root.get("InvoiceTypeCode|CreditNoteTypeCode")),
        number: filled(root.get("ID")),
        date: date(root.get("IssueDate")),
        period_start: date(root.get("InvoicePeriod/StartDate")),
        period_end: date(root.get("InvoicePeriod/EndDate")),
        net: cents(sums.get("TaxExclusiveAmount")),
        vat: in_currency(&totals, code.as_deref()).and_then(|e| cents(e.text.trim())),
        gross: cents(sums.get("TaxInclusiveAmount")),
        currency: code,
        supplier: filled(name),
        supplier_vat_id: party
            .all("PartyTaxScheme")
            .find(|scheme| scheme.get("TaxScheme/ID") == "VAT")
            .and_then(|scheme| filled(scheme.get("CompanyID"))),
        layout: Some(if root.get("CustomizationID").contains("xrechnung") {
            "ubl xrechnung".into()
        } else {
            "ubl".into()
        }),
        ..Document::default()
    };
    let parts = root.all("TaxTotal").flat_map(|total| total.all("TaxSubtotal"));
    let parts = parts.map(|part| (line(part), part.get("TaxCategory/ID")));
    take_rates(&mut document, parts.collect());
    document
}

fn line(part: &Element) -> Option<RateLine> {
    Some(RateLine {
        rate: rate(part.get("TaxCategory/Percent"))?,
        net: cents(part.get("TaxableAmount"))?,
        vat: cents(part.get("TaxAmount"))?,
    })
}
