//! JTL's order XML, read strictly: only known elements, in their order, each at most once, with the
//! numbers and names that an order cannot do without (`jtl.md` 2.2 and 2.3).

use crate::tds::{Number, parse_date};
use chrono::NaiveDate;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Why an XML was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadXml(pub(super) String);

fn bad<T>(reason: impl Into<String>) -> Result<T, BadXml> {
    Err(BadXml(reason.into()))
}

/// One `tBestellung`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OrderXml {
    pub(super) external_number: String,
    pub(super) currency: String,
    pub(super) total: Number,
    pub(super) created: NaiveDate,
    pub(super) shipping_method: String,
    pub(super) payment_method: String,
    pub(super) paid_on: Option<NaiveDate>,
    pub(super) paid: Number,
    pub(super) positions: Vec<PositionXml>,
    pub(super) customer: Element,
    pub(super) delivery: Option<Element>,
}

/// One `twarenkorbpos`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PositionXml {
    pub(super) name: String,
    pub(super) sku: String,
    pub(super) unit: String,
    pub(super) net: Number,
    pub(super) gross: Number,
    pub(super) vat_percent: Number,
    pub(super) quantity: Number,
    pub(super) shipping: bool,
    pub(super) discount: Number,
}

/// An element with its children in document order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// The text of a child, empty when it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.children.iter().find(|child| child.name == name).map_or("", |child| child.text.trim())
    }

    fn required(&self, name: &str) -> Result<&str, BadXml> {
        match self.get(name) {
            "" => bad(format!("<{name}> in <{}> is missing or empty", self.name)),
            text => Ok(text),
        }
    }

    /// A decimal with a point; `-1,5` or `1.000,00` are refused.
    fn number(&self, name: &str) -> Result<Number, BadXml> {
        let text = self.required(name)?;
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        match Number::parse(text) {
            Some(number) if plain => Ok(number),
            _ => bad(format!("<{name}> is no decimal number: {text}")),
        }
    }

    fn optional_number(&self, name: &str) -> Result<Number, BadXml> {
        if self.get(name).is_empty() { Ok(Number::whole(0)) } else { self.number(name) }
    }

    fn date(&self, name: &str) -> Result<NaiveDate, BadXml> {
        let text = self.required(name)?;
        parse_date(text).map_or_else(|| bad(format!("<{name}> is no date: {text}")), Ok)
    }

    /// Checks that the children are `known` ones in their order; `repeated` may come several times.
    fn check_order(&self, known: &[&str], repeated: &str) -> Result<(), BadXml> {
        let mut last: Option<usize> = None;
        for child in &self.children {
            let Some(position) = known.iter().position(|name| *name == child.name) else {
                return bad(format!("<{}> is unknown in <{}>", child.name, self.name));
            };
            match last {
                Some(before) if position < before => {
                    return bad(format!("<{}> comes too late in <{}>", child.name, self.name));
                }
                Some(before) if position == before && child.name != repeated => {
                    return bad(format!("<{}> comes twice in <{}>", child.name, self.name));
                }
                _ => last = Some(position),
            }
        }
        Ok(())
    }
}

const ORDER: [&str; 22] = [
    "cSprache",
    "cWaehrung",
    "fGuthaben",
    "fGesamtsumme",
    "cBestellNr",
    "cExterneBestellNr",
    "cVersandartName",
    "cVersandInfo",
    "dVersandDatum",
    "cTracking",
    "cLogistiker",
    "dLieferDatum",
    "cKommentar",
    "cBemerkung",
    "dErstellt",
    "cZahlungsartName",
    "dBezahltDatum",
    "nZahlungsziel",
    "fBezahlt",
    "twarenkorbpos",
    "tkunde",
    "tlieferadresse",
];
const POSITION: [&str; 11] = [
    "cName",
    "cArtNr",
    "cBarcode",
    "cSeriennummer",
    "cEinheit",
    "fPreisEinzelNetto",
    "fPreis",
    "fMwSt",
    "fAnzahl",
    "cPosTyp",
    "fRabatt",
];
const CUSTOMER: [&str; 24] = [
    "cKundenNr",
    "cAnrede",
    "cTitel",
    "cVorname",
    "cNachname",
    "cFirma",
    "cStrasse",
    "cAdressZusatz",
    "cPLZ",
    "cOrt",
    "cBundesland",
    "cLand",
    "cTel",
    "cMobil",
    "cFax",
    "cMail",
    "cUSTID",
    "cWWW",
    "cNewsletter",
    "dGeburtstag",
    "fRabatt",
    "cHerkunft",
    "dErstellt",
    "cZusatz",
];
const DELIVERY: [&str; 15] = [
    "cAnrede",
    "cVorname",
    "cNachname",
    "cTitel",
    "cFirma",
    "cStrasse",
    "cAdressZusatz",
    "cPLZ",
    "cOrt",
    "cBundesland",
    "cLand",
    "cTel",
    "cMobil",
    "cFax",
    "cMail",
];
const PAYMENT: [&str; 10] = [
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

/// Decodes a dropped file by the encoding that it declares. ISO-8859-1 is true Latin-1: byte 0x80
/// is a control character, not a euro sign.
pub(super) fn decode(bytes: &[u8]) -> Result<String, BadXml> {
    let head: String = bytes.iter().take(200).map(|byte| char::from(*byte)).collect();
    let declared = head
        .split_once("encoding=")
        .and_then(|(_, rest)| rest.get(1..)?.split_once(['"', '\'']))
        .map(|(name, _)| name.to_ascii_lowercase());
    match declared.as_deref() {
        Some("iso-8859-1" | "latin1") => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        None | Some("utf-8") => String::from_utf8(bytes.to_vec())
            .map_err(|_| BadXml("the bytes are not UTF-8".to_owned())),
        Some(other) => bad(format!("the encoding {other} is not read here")),
    }
}

/// Reads all orders of a document.
pub(super) fn parse(text: &str) -> Result<Vec<OrderXml>, BadXml> {
    let root = tree(text)?;
    if root.name != "tBestellungen" {
        return bad(format!("the root is <{}>, not <tBestellungen>", root.name));
    }
    root.check_order(&["tBestellung"], "tBestellung")?;
    if root.children.is_empty() {
        return bad("there is no <tBestellung> in it");
    }
    root.children.iter().map(order).collect()
}

fn order(element: &Element) -> Result<OrderXml, BadXml> {
    let known: Vec<&str> = ORDER.into_iter().chain(["tzahlungsinfo"]).collect();
    element.check_order(&known, "twarenkorbpos")?;
    let parts =
        |name: &'static str| element.children.iter().filter(move |child| child.name == name);
    parts("tkunde").try_for_each(|part| part.check_order(&CUSTOMER, ""))?;
    parts("tlieferadresse").try_for_each(|part| part.check_order(&DELIVERY, ""))?;
    parts("tzahlungsinfo").try_for_each(|part| part.check_order(&PAYMENT, ""))?;
    let Some(customer) = parts("tkunde").next().cloned() else { return bad("<tkunde> is missing") };
    for name in ["cStrasse", "cPLZ", "cOrt", "cLand"] {
        customer.required(name)?;
    }
    if customer.get("cNachname").is_empty() && customer.get("cFirma").is_empty() {
        return bad("<tkunde> names neither a person nor a company");
    }
    let positions: Vec<PositionXml> =
        parts("twarenkorbpos").map(position).collect::<Result<_, _>>()?;
    if positions.is_empty() {
        return bad("there is no <twarenkorbpos> in it");
    }
    let external_number = element.get("cExterneBestellNr").to_owned();
    if external_number.chars().count() > 50 {
        return bad(format!("<cExterneBestellNr> is longer than 50 characters: {external_number}"));
    }
    let paid_on = match element.get("dBezahltDatum") {
        "" => None,
        _ => Some(element.date("dBezahltDatum")?),
    };
    Ok(OrderXml {
        external_number,
        currency: element.required("cWaehrung")?.to_owned(),
        total: element.number("fGesamtsumme")?,
        created: element.date("dErstellt")?,
        shipping_method: element.get("cVersandartName").to_owned(),
        payment_method: element.get("cZahlungsartName").to_owned(),
        paid_on,
        paid: element.optional_number("fBezahlt")?,
        positions,
        customer,
        delivery: parts("tlieferadresse").next().cloned(),
    })
}

fn position(element: &Element) -> Result<PositionXml, BadXml> {
    element.check_order(&POSITION, "")?;
    let shipping = match element.required("cPosTyp")? {
        "standard" => false,
        "versandkosten" => true,
        other => return bad(format!("<cPosTyp> is neither standard nor versandkosten: {other}")),
    };
    let quantity = element.number("fAnzahl")?;
    if quantity.units <= 0 {
        return bad("<fAnzahl> is not above zero");
    }
    Ok(PositionXml {
        name: element.required("cName")?.to_owned(),
        sku: element.get("cArtNr").to_owned(),
        unit: element.get("cEinheit").to_owned(),
        net: element.number("fPreisEinzelNetto")?,
        gross: element.number("fPreis")?,
        vat_percent: element.number("fMwSt")?,
        quantity,
        shipping,
        discount: element.optional_number("fRabatt")?,
    })
}

/// The document as a tree. Entities other than XML's own five and characters are refused.
fn tree(text: &str) -> Result<Element, BadXml> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event =
            reader.read_event().map_err(|error| BadXml(format!("not well-formed: {error}")))?;
        match event {
            Event::Start(start) => open.push(named(&start)),
            Event::Empty(start) => close(named(&start), &mut open, &mut root)?,
            Event::End(_) => {
                let Some(element) = open.pop() else {
                    return bad("an element ends that never began");
                };
                close(element, &mut open, &mut root)?;
            }
            Event::Text(part) => append(&mut open, &part)?,
            Event::CData(part) => append(&mut open, &part)?,
            Event::GeneralRef(reference) => {
                let character =
                    reference.resolve_char_ref().map_err(|error| BadXml(error.to_string()))?;
                let character = match (character, reference.to_string().as_str()) {
                    (Some(character), _) => character,
                    (None, "amp") => '&',
                    (None, "lt") => '<',
                    (None, "gt") => '>',
                    (None, "quot") => '"',
                    (None, "apos") => '\'',
                    (None, other) => return bad(format!("the entity &{other}; is unknown")),
                };
                append(&mut open, &character.to_string())?;
            }
            Event::DocType(_) => return bad("a document type is not taken"),
            Event::Eof => break,
            _ => {}
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(root),
        _ => bad("the document ends too early"),
    }
}

fn named(start: &BytesStart<'_>) -> Element {
    Element { name: start.name().as_ref().to_string(), ..Element::default() }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), BadXml> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return bad("there are two root elements"),
    }
    Ok(())
}

fn append(open: &mut [Element], text: &str) -> Result<(), BadXml> {
    // XML 1.0 has no other control characters, escaped or not.
    if let Some(control) = text.chars().find(|c| *c < ' ' && !matches!(c, '\t' | '\r' | '\n')) {
        return bad(format!("the control character U+{:04X} is no XML", u32::from(control)));
    }
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return bad("there is text outside of the root element"),
    }
    Ok(())
}
