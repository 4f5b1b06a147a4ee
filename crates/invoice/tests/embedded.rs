//! Embedded and bare XML: samples that a library of its own writes (CII and UBL), and the older names.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::sync::Arc;

use factur_x::{Amount, Syntax, generate, test_support::sample_invoice};
use kontor_core::money::{Cents, VatRate};
use kontor_invoice::{Document, Flag, Kind, Limits, Rules, read};
use kontor_specimen::with_attachment;

/// What the page shows contradicts the XML on purpose: the XML counts.
const PAGE: [&str; 3] = [
    "Rechnungsnummer: FALSCH-1",
    "Rechnungsdatum: 01.01.2020",
    "Gesamtsumme EUR 1.00 EUR 0.19 EUR 1.19",
];

fn read_it(name: &str, bytes: Vec<u8>) -> Document {
    let rules = Arc::new(Rules::shipped().expect("shipped rules"));
    read(name, bytes, &rules, &Limits::default())
}

fn cents(amount: &Amount) -> Option<Cents> {
    let text = amount.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{decimals:0<2}").parse().ok().map(Cents)
}

#[test]
fn embedded_xml_counts_before_the_text_under_every_name() {
    let invoice = sample_invoice();
    let xml = generate(&invoice, Syntax::Cii);
    for name in
        ["factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml", "a.xml"]
    {
        let document = read_it("zugferd.pdf", with_attachment(&PAGE, name, xml.as_bytes()));
        assert_eq!(document.number.as_deref(), Some(invoice.number.as_str()), "{name}");
        assert_eq!(document.kind, Some(Kind::Rechnung));
        assert_eq!(document.gross, cents(&invoice.totals.tax_inclusive), "{name}");
        assert_eq!(document.net, cents(&invoice.totals.tax_exclusive));
        assert!(document.layout.is_some_and(|l| l.starts_with("cii")), "{name}");
    }
}

#[test]
fn cii_and_ubl_say_the_same() {
    let invoice = sample_invoice();
    let cii = read_it("a.xml", generate(&invoice, Syntax::Cii).into_bytes());
    let ubl = read_it("a.xml", generate(&invoice, Syntax::Ubl).into_bytes());
    let same = Document { layout: cii.layout.clone(), ..ubl };
    assert_eq!(cii, same);
    assert_eq!(cii.supplier.as_deref(), Some(invoice.seller.name.as_str()));
    assert_eq!(cii.supplier_vat_id, invoice.seller.vat_identifier);
    assert_eq!(cii.confidence, 100, "{cii:?}");
}

#[test]
fn a_credit_note_in_xml_has_negative_amounts() {
    let mut invoice = sample_invoice();
    invoice.type_code = "381".into();
    for syntax in [Syntax::Cii, Syntax::Ubl] {
        let document = read_it("a.xml", generate(&invoice, syntax).into_bytes());
        assert_eq!(document.kind, Some(Kind::Gutschrift));
        assert_eq!(document.gross, cents(&invoice.totals.tax_inclusive).map(|c| -c));
    }
}

#[test]
fn sums_in_xml_that_disagree_are_flagged() {
    let mut invoice = sample_invoice();
    invoice.totals.tax_inclusive = Amount::parse("99999.00").expect("an amount");
    let document = read_it("a.xml", generate(&invoice, Syntax::Cii).into_bytes());
    assert!(document.has(Flag::SumMismatch), "{document:?}");
    assert!(document.confidence <= 50);
}

const ZUGFERD_1: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0" xmlns:ram="r" xmlns:udt="u">
<rsm:SpecifiedExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
<ram:ID>urn:ferd:CrossIndustryDocument:invoice:1p0:comfort</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:SpecifiedExchangedDocumentContext>
<rsm:HeaderExchangedDocument><ram:ID>RE-1 &amp; Co</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20260131</udt:DateTimeString></ram:IssueDateTime>
</rsm:HeaderExchangedDocument>
<rsm:SpecifiedSupplyChainTradeTransaction>
<ram:ApplicableSupplyChainTradeAgreement><ram:SellerTradeParty><ram:Name>Muster &#38; S&#xF6;hne</ram:Name>
<ram:PostalTradeAddress><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">12/345</ram:ID></ram:SpecifiedTaxRegistration>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE123456789</ram:ID></ram:SpecifiedTaxRegistration>
</ram:SellerTradeParty></ram:ApplicableSupplyChainTradeAgreement>
<ram:ApplicableSupplyChainTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:ApplicableTradeTax><ram:CalculatedAmount currencyID="EUR">19.00</ram:CalculatedAmount>
<ram:BasisAmount currencyID="EUR">100.00</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>
<ram:ApplicablePercent>19.00</ram:ApplicablePercent></ram:ApplicableTradeTax>
<ram:ApplicableTradeTax><ram:CalculatedAmount>0.70</ram:CalculatedAmount><ram:BasisAmount>10.00</ram:BasisAmount>
<ram:CategoryCode>S</ram:CategoryCode><ram:ApplicablePercent>7</ram:ApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradeSettlementMonetarySummation><ram:TaxBasisTotalAmount>110.00</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="USD">99.00</ram:TaxTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">19.70</ram:TaxTotalAmount>
<ram:GrandTotalAmount>129.70</ram:GrandTotalAmount></ram:SpecifiedTradeSettlementMonetarySummation>
</ram:ApplicableSupplyChainTradeSettlement></rsm:SpecifiedSupplyChainTradeTransaction></rsm:CrossIndustryDocument>"#;

#[test]
fn zugferd_1_is_read_with_two_rates_entities_and_the_right_currency() {
    let document = read_it("old.xml", ZUGFERD_1.as_bytes().to_vec());
    assert_eq!(document.number.as_deref(), Some("RE-1 & Co"));
    assert_eq!(document.supplier.as_deref(), Some("Muster & Söhne"));
    assert_eq!(document.supplier_vat_id.as_deref(), Some("DE123456789"));
    assert_eq!(document.date.map(|d| d.to_string()).as_deref(), Some("2026-01-31"));
    assert_eq!(document.vat, Some(Cents(1_970)));
    assert_eq!(document.vat_rate, None);
    let rates: Vec<VatRate> = document.rates.iter().map(|r| r.rate).collect();
    assert_eq!(rates, [VatRate(1_900), VatRate(700)]);
    assert_eq!(document.flags, [Flag::SeveralRates]);
    assert_eq!(document.layout.as_deref(), Some("cii comfort"));
}

#[test]
fn damaged_or_hostile_xml_is_broken() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\">]><Invoice>&b;</Invoice>";
    let deep = "<a>".repeat(100_000);
    let wide = format!("<Invoice>{}</Invoice>", "<a></a>".repeat(300_000));
    for text in [
        bomb,
        &deep,
        &wide,
        "<Invoice><ID>1</ID>",
        "<html></html>",
        "<",
        "<Invoice>&nix;</Invoice>",
    ] {
        let document = read_it("a.xml", text.as_bytes().to_vec());
        assert_eq!(document.flags, [Flag::Broken], "{:.40}: {document:?}", text);
    }
}

#[test]
fn what_the_xml_does_not_say_is_empty_and_flagged() {
    let document = read_it("a.xml", b"<CrossIndustryInvoice/>".to_vec());
    assert_eq!(document.number, None);
    assert!(document.flags.len() >= 10, "{:?}", document.flags);
    assert_eq!(document.confidence, 0);
}

#[test]
fn broken_embedded_xml_leaves_the_text_to_read() {
    let document = read_it("zugferd.pdf", with_attachment(&PAGE, "factur-x.xml", b"<Invoice><ID>"));
    assert_eq!(document.number.as_deref(), Some("FALSCH-1"));
    assert_eq!(document.gross, Some(Cents(119)));
}
