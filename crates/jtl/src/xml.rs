//! JTL's order XML (jtl.md 2.2): true ISO-8859-1, numeric references for every other character, the element order of real
//! files, amounts by integer arithmetic, the same bytes for the same order.

use std::fmt::Write as _;

use chrono_tz::Europe::Berlin;
use kontor_core::address::Address;
use kontor_core::country::CountryTable;
use kontor_core::money::{Cents, VatRate};
use kontor_core::order::{Order, OrderItem};
use kontor_core::text::is_allowed;
use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};

/// Begin of a file with any number of orders.
pub const COLLECTIVE_START: &str =
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<tBestellungen>\n";
/// End of a file with any number of orders.
pub const COLLECTIVE_END: &str = "</tBestellungen>\n";

/// How dates are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateFormat {
    /// `2026-03-02`
    #[default]
    Iso,
    /// `02.03.2026`
    German,
}

/// How countries are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountryForm {
    /// `DE`
    #[default]
    Iso2,
    /// `Deutschland`
    Name,
}

/// What the orders' XML says beside the orders themselves.
#[derive(Clone, Debug)]
pub struct OrderXmlSettings {
    /// `kFirma`.
    pub company_id: i64,
    /// `kBenutzer`.
    pub user_id: i64,
    /// `cVersandartName`: must exist in JTL.
    pub shipping_method: String,
    /// `cZahlungsartName`: must exist in JTL.
    pub payment_method: String,
    /// Form of dates.
    pub date_format: DateFormat,
    /// Form of countries.
    pub country_form: CountryForm,
    /// Write payment date and amount: the buyer has paid TEMU.
    pub mark_paid: bool,
    /// `cHerkunft` of the customer.
    pub origin: String,
}

/// A position, with gross prices.
struct Position<'a> {
    name: String,
    sku: &'a str,
    unit_gross: Cents,
    vat: VatRate,
    quantity: i64,
    kind: &'static str,
}

/// The `tBestellung` element of an order. Every character is at most U+00FF.
///
/// # Errors
/// `order.not_exportable` naming what is missing: nothing is filled in.
pub fn render_order(
    order: &Order,
    customer_number: Option<&str>,
    settings: &OrderXmlSettings,
    countries: &CountryTable,
) -> Result<String, Problem> {
    let lacks = |what: &str| {
        Problem::new(Code::OrderNotExportable).about(&order.parent_order_sn).detail(what)
    };
    let address = order.address.as_ref().ok_or_else(|| lacks("address"))?;
    let currency = order.currency.as_ref().ok_or_else(|| lacks("currency"))?;
    let ordered_at = order.ordered_at.ok_or_else(|| lacks("order time"))?;
    if !order.parent_order_sn.is_well_formed() || !order.holds.is_empty() {
        return Err(lacks("held"));
    }
    let positions = positions(order).ok_or_else(|| lacks("amounts"))?;
    let total = total(&positions).ok_or_else(|| lacks("amounts"))?;
    let country = match settings.country_form {
        CountryForm::Iso2 => address.country.as_str(),
        CountryForm::Name => countries.name(&address.country).ok_or_else(|| lacks("country"))?,
    };
    let day = ordered_at.with_timezone(&Berlin).format(match settings.date_format {
        DateFormat::Iso => "%Y-%m-%d",
        DateFormat::German => "%d.%m.%Y",
    });
    let day = day.to_string();
    let total = total.to_string();
    let mut xml = Xml { text: String::with_capacity(4_096) };
    xml.raw(&format!(
        "  <tBestellung kFirma=\"{}\" kBenutzer=\"{}\">\n",
        settings.company_id, settings.user_id
    ));
    let (paid_on, paid) =
        if settings.mark_paid { (day.as_str(), total.as_str()) } else { ("", "0.00") };
    xml.elements(
        4,
        &[
            ("cSprache", "ger"),
            ("cWaehrung", &currency.0),
            ("fGuthaben", "0.00"),
            ("fGesamtsumme", &total),
            ("cBestellNr", ""),
            ("cExterneBestellNr", order.parent_order_sn.as_str()),
            ("cVersandartName", &settings.shipping_method),
            ("cVersandInfo", ""),
            ("dVersandDatum", ""),
            ("cTracking", ""),
            ("cLogistiker", ""),
            ("dLieferDatum", ""),
            ("cKommentar", ""),
            ("cBemerkung", ""),
            ("dErstellt", &day),
            ("cZahlungsartName", &settings.payment_method),
            ("dBezahltDatum", paid_on),
            ("fBezahlt", paid),
        ],
    );
    positions.iter().for_each(|position| xml.position(position));
    xml.customer(address, country, customer_number.unwrap_or_default(), settings, &day);
    xml.delivery_address(address, country);
    xml.payment();
    xml.raw("  </tBestellung>\n");
    Ok(xml.text)
}

/// Lines, then the seller's discounts, then shipping by VAT rate; `None` when an amount is missing.
fn positions(order: &Order) -> Option<Vec<Position<'_>>> {
    let mut positions = Vec::new();
    for item in order.open_items() {
        positions.push(Position {
            name: position_name(item),
            sku: item.seller_sku.as_deref()?,
            unit_gross: item.unit_gross?,
            vat: item.vat?,
            quantity: item.quantity?,
            kind: "standard",
        });
    }
    if positions.is_empty() {
        return None;
    }
    // customerPaid = … − totalDiscount (temu-api.md 3.5): the seller bears its own part, TEMU the rest.
    for item in order.open_items().filter(|i| i.seller_discount != Cents::ZERO) {
        positions.push(Position {
            name: "Rabatt".to_owned(),
            sku: "",
            unit_gross: -item.seller_discount,
            vat: item.vat?,
            quantity: 1,
            kind: "standard",
        });
    }
    let mut shipping: Vec<(VatRate, Cents)> = Vec::new();
    for item in order.items.iter().filter(|i| i.shipping_gross != Cents::ZERO) {
        let rate = item.shipping_vat?;
        match shipping.iter_mut().find(|(known, _)| *known == rate) {
            Some((_, sum)) => *sum = *sum + item.shipping_gross,
            None => shipping.push((rate, item.shipping_gross)),
        }
    }
    positions.extend(shipping.into_iter().map(|(vat, unit_gross)| Position {
        name: "Versandkosten".to_owned(),
        sku: "",
        unit_gross,
        vat,
        quantity: 1,
        kind: "versandkosten",
    }));
    Some(positions)
}

fn position_name(item: &OrderItem) -> String {
    match (item.name.as_str(), item.variant.as_str()) {
        (name, "") => name.to_owned(),
        ("", variant) => variant.to_owned(),
        (name, variant) => format!("{name} {variant}"),
    }
}

fn total(positions: &[Position<'_>]) -> Option<Cents> {
    positions.iter().map(|p| p.unit_gross.times(p.quantity)).sum::<Option<Cents>>()
}

struct Xml {
    text: String,
}

impl Xml {
    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn elements(&mut self, indent: usize, elements: &[(&str, &str)]) {
        for (name, value) in elements {
            let _ = write!(self.text, "{:indent$}<{name}>", "");
            self.escaped(value);
            let _ = writeln!(self.text, "</{name}>");
        }
    }

    /// Text content. What Latin-1 lacks becomes a numeric reference, and so does CR, which parsers would make LF of.
    fn escaped(&mut self, value: &str) {
        for c in value.chars().filter(|c| is_allowed(*c)) {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '\r' => self.text.push_str("&#13;"),
                '\u{0}'..='\u{ff}' => self.text.push(c),
                other => {
                    let _ = write!(self.text, "&#{};", u32::from(other));
                }
            }
        }
    }

    fn position(&mut self, position: &Position<'_>) {
        self.raw("    <twarenkorbpos>\n");
        self.elements(
            6,
            &[
                ("cName", &position.name),
                ("cArtNr", position.sku),
                ("cBarcode", ""),
                ("cSeriennummer", ""),
                ("cEinheit", ""),
                ("fPreisEinzelNetto", &position.unit_gross.net(position.vat).to_string()),
                ("fPreis", &position.unit_gross.to_string()),
                ("fMwSt", &position.vat.to_string()),
                ("fAnzahl", &format!("{}.00", position.quantity)),
                ("cPosTyp", position.kind),
                ("fRabatt", "0.00"),
            ],
        );
        self.raw("    </twarenkorbpos>\n");
    }

    fn customer(
        &mut self,
        address: &Address,
        country: &str,
        number: &str,
        settings: &OrderXmlSettings,
        day: &str,
    ) {
        self.raw("    <tkunde>\n");
        self.elements(
            6,
            &[
                ("cKundenNr", number),
                ("cAnrede", ""),
                ("cTitel", ""),
                ("cVorname", &address.first_name),
                ("cNachname", &address.last_name),
                ("cFirma", ""),
            ],
        );
        self.place(address, country);
        self.elements(
            6,
            &[("cUSTID", ""), ("cWWW", ""), ("cHerkunft", &settings.origin), ("dErstellt", day)],
        );
        self.raw("    </tkunde>\n");
    }

    fn delivery_address(&mut self, address: &Address, country: &str) {
        self.raw("    <tlieferadresse>\n");
        self.elements(
            6,
            &[
                ("cAnrede", ""),
                ("cVorname", &address.first_name),
                ("cNachname", &address.last_name),
                ("cTitel", ""),
                ("cFirma", ""),
            ],
        );
        self.place(address, country);
        self.raw("    </tlieferadresse>\n");
    }

    /// What customer and delivery address have in common.
    fn place(&mut self, address: &Address, country: &str) {
        self.elements(
            6,
            &[
                ("cStrasse", &address.street),
                ("cAdressZusatz", &address.extra),
                ("cPLZ", &address.post_code),
                ("cOrt", &address.city),
                ("cBundesland", &address.state),
                ("cLand", country),
                ("cTel", &address.phone),
                ("cMobil", ""),
                ("cFax", ""),
                ("cMail", &address.email),
            ],
        );
    }

    fn payment(&mut self) {
        const EMPTY: [&str; 10] = [
            "cBankName",
            "cBLZ",
            "cKontoNr",
            "cKartenNr",
            "dGueltigkeit",
            "cCVV",
            "cKartenTyp",
            "cInhaber",
            "cIBAN",
            "cBIC",
        ];
        self.raw("    <tzahlungsinfo>\n");
        for name in EMPTY {
            self.elements(6, &[(name, "")]);
        }
        self.raw("    </tzahlungsinfo>\n");
    }
}

/// A whole document with one order.
pub fn order_document(element: &str) -> String {
    [COLLECTIVE_START, element, COLLECTIVE_END].concat()
}

/// The bytes of a rendered text: each of its characters is one byte. A character beyond Latin-1 cannot be in it; should
/// one be, it becomes a numeric reference.
pub fn latin1(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(u32::from(c)) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(format!("&#{};", u32::from(c)).as_bytes()),
        }
    }
    bytes
}
