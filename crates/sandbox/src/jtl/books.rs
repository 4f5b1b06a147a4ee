//! The stand-in's own books: what JTL holds, for tests and the demo to compare with TEMU's side.

use super::convert::number_of;
use super::import::RejectedImport;
use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use serde::Serialize;
use std::collections::HashMap;

/// Everything that was imported, shipped, refused or still waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct JtlBooks {
    /// Orders in the order of their import; an order imported twice stands here twice.
    pub orders: Vec<JtlOrder>,
    /// How often each external number occurs.
    pub occurrences: HashMap<String, usize>,
    /// Rows of the import table that the worker has not taken yet.
    pub waiting_rows: usize,
    /// Rows and files that the worker refused.
    pub rejected: Vec<RejectedImport>,
}

/// One order of `Verkauf.tAuftrag`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JtlOrder {
    /// The marketplace's number.
    pub external_number: String,
    /// JTL's own number.
    pub number: String,
    /// The customer's number.
    pub customer_number: String,
    /// Its currency.
    pub currency: String,
    /// Its date.
    pub created: String,
    /// Gross total in cents.
    pub gross_total_cents: i64,
    /// What was paid, in cents.
    pub paid_cents: i64,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Whether everything was delivered.
    pub delivered: bool,
    /// Its lines.
    pub positions: Vec<JtlPosition>,
    /// Where it goes.
    pub address: JtlAddress,
    /// Its parcels.
    pub parcels: Vec<JtlParcel>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionKind {
    /// An article that JTL knows.
    Article,
    /// Shipping costs.
    Shipping,
    /// Free text: the article number is unknown.
    Free,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JtlPosition {
    /// Its key, which parcels refer to.
    pub key: i64,
    /// Article number.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Pieces.
    pub quantity: i64,
    /// Gross price of one piece in cents.
    pub gross_cents: i64,
    /// Net price of one piece as a decimal.
    pub net: String,
    /// VAT in percent as a decimal.
    pub vat_percent: String,
    /// What it is.
    pub kind: PositionKind,
}

/// A delivery address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct JtlAddress {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Company.
    pub company: String,
    /// Street with house number.
    pub street: String,
    /// Second address line.
    pub addition: String,
    /// Postcode.
    pub postcode: String,
    /// City.
    pub city: String,
    /// State.
    pub state: String,
    /// Country as it was written in the XML.
    pub country: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub mail: String,
}

/// One parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JtlParcel {
    /// The tracking number as it stands in the table, carriage returns included.
    pub tracking_number: Option<String>,
    /// The delivery note's number.
    pub delivery_note: String,
    /// The shipping method's name.
    pub method: Option<String>,
    /// When it went; `None` when it did not yet.
    pub sent: Option<String>,
    /// What is in it.
    pub lines: Vec<JtlParcelLine>,
}

/// A line's pieces in a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JtlParcelLine {
    /// The position's key.
    pub position: i64,
    /// Its article number.
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
}

fn scaled(stored: &Stored, scale: u8) -> i64 {
    let number = number_of(stored).and_then(|number| number.rescale(scale));
    number.and_then(|number| i64::try_from(number.units).ok()).unwrap_or(0)
}

fn decimal(stored: &Stored) -> String {
    number_of(stored).map_or_else(String::new, |number| number.to_string())
}

fn text(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<String> {
    Ok(row.get::<_, Option<String>>(index)?.unwrap_or_default())
}

/// Reads the books.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<JtlBooks> {
    let mut positions = positions(connection)?;
    let mut addresses = addresses(connection)?;
    let mut parcels = parcels(connection)?;
    let mut statement = connection.prepare(
        "SELECT o.kAuftrag, o.cExterneAuftragsnummer, o.cAuftragsNr, o.cKundenNr, o.cWaehrung,
                o.dErstellt, e.fWertBrutto, e.fZahlung, o.nStorno, o.nKomplettAusgeliefert
         FROM Verkauf.tAuftrag o LEFT JOIN Verkauf.tAuftragEckdaten e ON e.kAuftrag = o.kAuftrag
         WHERE o.nType = 1 ORDER BY o.kAuftrag",
    )?;
    let orders: Vec<JtlOrder> = statement
        .query_map([], |row| {
            let key: i64 = row.get(0)?;
            Ok(JtlOrder {
                external_number: text(row, 1)?,
                number: text(row, 2)?,
                customer_number: text(row, 3)?,
                currency: text(row, 4)?,
                created: text(row, 5)?,
                gross_total_cents: scaled(&row.get(6)?, 2),
                paid_cents: scaled(&row.get(7)?, 2),
                cancelled: row.get::<_, i64>(8)? != 0,
                delivered: row.get::<_, i64>(9)? != 0,
                positions: positions.remove(&key).unwrap_or_default(),
                address: addresses.remove(&key).unwrap_or_default(),
                parcels: parcels.remove(&key).unwrap_or_default(),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut occurrences = HashMap::new();
    for order in &orders {
        *occurrences.entry(order.external_number.clone()).or_insert(0) += 1;
    }
    let waiting: i64 =
        connection.query_row("SELECT COUNT(*) FROM dbo.tXMLBestellImport", [], |row| row.get(0))?;
    let waiting_rows = usize::try_from(waiting).unwrap_or_default();
    Ok(JtlBooks { orders, occurrences, waiting_rows, rejected: rejected(connection)? })
}

/// Rows grouped by the order's key, which is the first column.
fn grouped<T>(
    connection: &Connection,
    sql: &str,
    read: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<HashMap<i64, Vec<T>>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut out: HashMap<i64, Vec<T>> = HashMap::new();
    while let Some(row) = rows.next()? {
        out.entry(row.get(0)?).or_default().push(read(row)?);
    }
    Ok(out)
}

fn positions(connection: &Connection) -> rusqlite::Result<HashMap<i64, Vec<JtlPosition>>> {
    let sql =
        "SELECT p.kAuftrag, p.kAuftragPosition, p.cArtNr, p.cName, p.fAnzahl, g.fPreis, p.fVkNetto,
                      p.fMwSt, p.nType
               FROM Verkauf.tAuftragPosition p
               LEFT JOIN main.GrossPrice g ON g.kAuftragPosition = p.kAuftragPosition
               ORDER BY p.kAuftrag, p.nSort";
    grouped(connection, sql, |row| {
        Ok(JtlPosition {
            key: row.get(1)?,
            sku: text(row, 2)?,
            name: text(row, 3)?,
            quantity: scaled(&row.get(4)?, 0),
            gross_cents: scaled(&row.get(5)?, 2),
            net: decimal(&row.get(6)?),
            vat_percent: decimal(&row.get(7)?),
            kind: match row.get::<_, i64>(8)? {
                1 => PositionKind::Article,
                2 => PositionKind::Shipping,
                _ => PositionKind::Free,
            },
        })
    })
}

fn addresses(connection: &Connection) -> rusqlite::Result<HashMap<i64, JtlAddress>> {
    let sql = "SELECT kAuftrag, cVorname, cName, cFirma, cStrasse, cAdressZusatz, cPLZ, cOrt, cBundesland,
                      cLand, cTel, cMail FROM Verkauf.tAuftragAdresse WHERE nTyp = 0";
    let found = grouped(connection, sql, |row| {
        Ok(JtlAddress {
            first_name: text(row, 1)?,
            last_name: text(row, 2)?,
            company: text(row, 3)?,
            street: text(row, 4)?,
            addition: text(row, 5)?,
            postcode: text(row, 6)?,
            city: text(row, 7)?,
            state: text(row, 8)?,
            country: text(row, 9)?,
            phone: text(row, 10)?,
            mail: text(row, 11)?,
        })
    })?;
    Ok(found.into_iter().filter_map(|(key, mut all)| Some((key, all.pop()?))).collect())
}

fn parcels(connection: &Connection) -> rusqlite::Result<HashMap<i64, Vec<JtlParcel>>> {
    let lines = "SELECT v.kVersand, l.kBestellPos, p.cArtNr, v.fAnzahl
                 FROM dbo.tVersandPos v
                 JOIN dbo.tLieferscheinPos l ON l.kLieferscheinPos = v.kLieferscheinPos
                 JOIN Verkauf.tAuftragPosition p ON p.kAuftragPosition = l.kBestellPos
                 ORDER BY v.kVersandPos";
    let lines = grouped(connection, lines, |row| {
        let (position, sku) = (row.get(1)?, text(row, 2)?);
        Ok(JtlParcelLine { position, sku, quantity: scaled(&row.get(3)?, 0) })
    })?;
    let sql =
        "SELECT l.kBestellung, v.kVersand, v.cIdentCode, l.cLieferscheinNr, a.cName, v.dVersendet
               FROM dbo.tVersand v
               JOIN dbo.tLieferschein l ON l.kLieferschein = v.kLieferschein
               LEFT JOIN dbo.tversandart a ON a.kVersandArt = v.kVersandArt ORDER BY v.kVersand";
    grouped(connection, sql, |row| {
        let key: i64 = row.get(1)?;
        Ok(JtlParcel {
            tracking_number: row.get(2)?,
            delivery_note: text(row, 3)?,
            method: row.get(4)?,
            sent: row.get(5)?,
            lines: lines.get(&key).cloned().unwrap_or_default(),
        })
    })
}

fn rejected(connection: &Connection) -> rusqlite::Result<Vec<RejectedImport>> {
    let mut statement = connection
        .prepare("SELECT source, external_number, reason FROM main.RejectedImport ORDER BY id")?;
    statement
        .query_map([], |row| {
            Ok(RejectedImport {
                source: row.get(0)?,
                external_number: row.get(1)?,
                reason: row.get(2)?,
            })
        })?
        .collect()
}
