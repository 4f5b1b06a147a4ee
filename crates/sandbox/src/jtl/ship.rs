//! Shipping: delivery notes and parcels for imported orders.

use super::convert::{number_of, store_moment, store_number};
use super::{JtlError, clock};
use crate::tds::Number;
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// What to ship and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShipRequest {
    /// External numbers; without them, every order that is not wholly delivered.
    pub orders: Option<Vec<String>>,
    /// Parcels for each order.
    pub parcels: u32,
    /// Puts the pieces of one line into several parcels.
    pub split_lines: bool,
    /// The shipping method's name; one that JTL does not know yet is added.
    pub method: String,
    /// Leaves the last piece of the order out.
    pub partial: bool,
    /// What the parcels' tracking numbers look like.
    pub ident: IdentStyle,
    /// Leaves `dVersendet` NULL, as for a parcel that is packed and not yet gone.
    pub without_date: bool,
}

impl Default for ShipRequest {
    fn default() -> Self {
        Self {
            orders: None,
            parcels: 1,
            split_lines: false,
            method: "DHL Paket".to_owned(),
            partial: false,
            ident: IdentStyle::Usual,
            without_date: false,
        }
    }
}

/// What `dbo.tVersand.cIdentCode` looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentStyle {
    /// A number of the carrier.
    #[default]
    Usual,
    /// Blanks only.
    Blank,
    /// With a carriage return at its end, as scanners leave it.
    CarriageReturn,
}

/// What was shipped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ShipReport {
    /// One for each delivery note.
    pub shipped: Vec<Shipped>,
    /// External numbers that could not be shipped, and why.
    pub skipped: Vec<Skipped>,
}

/// One delivery note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shipped {
    /// The order's external number.
    pub external_number: String,
    /// The delivery note's number.
    pub delivery_note: String,
    /// Whether the order is now wholly delivered.
    pub complete: bool,
    /// Tracking numbers, one for each parcel.
    pub tracking_numbers: Vec<String>,
}

/// An order that could not be shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The order's external number.
    pub external_number: String,
    /// Why.
    pub reason: String,
}

/// A line still to deliver: its key and the pieces that are open.
type Open = (i64, i64);

/// Ships; each order in a transaction of its own.
pub(super) fn ship(
    connection: &mut Connection,
    request: &ShipRequest,
    seed: u64,
) -> Result<ShipReport, JtlError> {
    let mut report = ShipReport::default();
    let method = method(connection, &request.method)?;
    for (key, external_number) in wanted(connection, request, &mut report)? {
        let transaction = connection.transaction()?;
        let mut open = open_lines(&transaction, key)?;
        if request.partial {
            hold_last_piece_back(&mut open);
        }
        if open.is_empty() {
            let reason = "nothing is left to deliver".to_owned();
            report.skipped.push(Skipped { external_number, reason });
            continue;
        }
        let parcels = distribute(&open, request.parcels.max(1) as usize, request.split_lines);
        let shipped =
            deliver(&transaction, key, external_number, &open, &parcels, request, method, seed)?;
        transaction.commit()?;
        report.shipped.push(shipped);
    }
    Ok(report)
}

fn method(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    let known = connection
        .query_row("SELECT kVersandArt FROM dbo.tversandart WHERE cName = ?1", [name], |row| {
            row.get(0)
        })
        .optional()?;
    if let Some(key) = known {
        return Ok(key);
    }
    connection.execute("INSERT INTO dbo.tversandart (cName) VALUES (?1)", [name])?;
    Ok(connection.last_insert_rowid())
}

fn wanted(
    connection: &Connection,
    request: &ShipRequest,
    report: &mut ShipReport,
) -> rusqlite::Result<Vec<(i64, String)>> {
    let sql = "SELECT kAuftrag, COALESCE(cExterneAuftragsnummer, '') FROM Verkauf.tAuftrag
               WHERE nType = 1 AND nStorno = 0";
    let Some(numbers) = &request.orders else {
        let mut statement = connection
            .prepare(&format!("{sql} AND nKomplettAusgeliefert = 0 ORDER BY kAuftrag"))?;
        return statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect();
    };
    let mut statement =
        connection.prepare(&format!("{sql} AND cExterneAuftragsnummer = ?1 ORDER BY kAuftrag"))?;
    let mut out = Vec::new();
    for number in numbers {
        let found: Vec<(i64, String)> = statement
            .query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        if found.is_empty() {
            let reason = "there is no such order".to_owned();
            report.skipped.push(Skipped { external_number: number.clone(), reason });
        }
        out.extend(found);
    }
    Ok(out)
}

fn whole(stored: &Stored) -> i64 {
    let number = number_of(stored).and_then(|number| number.rescale(0));
    number.and_then(|number| i64::try_from(number.units).ok()).unwrap_or(0)
}

/// The order's goods lines with the pieces that no delivery note holds yet.
fn open_lines(connection: &Connection, order: i64) -> rusqlite::Result<Vec<Open>> {
    let mut statement = connection.prepare(
        "SELECT p.kAuftragPosition, p.fAnzahl,
                (SELECT SUM(d.fAnzahl) FROM dbo.tLieferscheinPos d WHERE d.kBestellPos = p.kAuftragPosition)
         FROM Verkauf.tAuftragPosition p WHERE p.kAuftrag = ?1 AND p.nType <> 2 ORDER BY p.nSort",
    )?;
    let lines = statement.query_map([order], |row| {
        let (ordered, delivered): (Stored, Stored) = (row.get(1)?, row.get(2)?);
        Ok((row.get(0)?, whole(&ordered) - whole(&delivered)))
    })?;
    let lines: Vec<Open> = lines.collect::<rusqlite::Result<_>>()?;
    Ok(lines.into_iter().filter(|(_, pieces)| *pieces > 0).collect())
}

fn hold_last_piece_back(open: &mut Vec<Open>) {
    if let Some((_, pieces)) = open.last_mut() {
        *pieces -= 1;
        if *pieces == 0 {
            open.pop();
        }
    }
}

/// Spreads lines over parcels in turn; with `split`, single pieces. A parcel without lines still
/// exists, as it does in JTL when a packer adds one.
fn distribute(open: &[Open], parcels: usize, split: bool) -> Vec<Vec<Open>> {
    let mut out: Vec<Vec<Open>> = vec![Vec::new(); parcels];
    let mut next = 0;
    for (line, pieces) in open {
        let portions: Vec<i64> = if split { vec![1; *pieces as usize] } else { vec![*pieces] };
        for portion in portions {
            let parcel = &mut out[next % parcels];
            match parcel.iter_mut().find(|(known, _)| known == line) {
                Some((_, count)) => *count += portion,
                None => parcel.push((*line, portion)),
            }
            next += 1;
        }
    }
    out
}

#[allow(clippy::too_many_arguments)] // one delivery is these facts; a struct would only rename them
fn deliver(
    connection: &Connection,
    order: i64,
    external_number: String,
    open: &[Open],
    parcels: &[Vec<Open>],
    request: &ShipRequest,
    method: i64,
    seed: u64,
) -> rusqlite::Result<Shipped> {
    let now = store_moment(clock::local());
    let sent = (!request.without_date).then_some(now.as_str());
    connection.execute(
        "INSERT INTO dbo.tLieferschein (kBestellung, dErstellt, dGedruckt) VALUES (?1, ?2, ?2)",
        params![order, now],
    )?;
    let note = connection.last_insert_rowid();
    let delivery_note = format!("LS{note:06}");
    connection.execute(
        "UPDATE dbo.tLieferschein SET cLieferscheinNr = ?2 WHERE kLieferschein = ?1",
        params![note, delivery_note],
    )?;
    let mut lines = Vec::new();
    for (position, pieces) in open {
        connection.execute(
            "INSERT INTO dbo.tLieferscheinPos (kLieferschein, kBestellPos, fAnzahl) VALUES (?1, ?2, ?3)",
            params![note, position, store_number(Number::whole(*pieces))],
        )?;
        lines.push((*position, connection.last_insert_rowid()));
        take_from_stock(connection, *position, *pieces)?;
    }
    let mut tracking_numbers = Vec::new();
    for contents in parcels {
        tracking_numbers
            .push(parcel(connection, note, contents, &lines, request, method, seed, sent)?);
    }
    let complete = close(connection, order, note, parcels.len(), method, sent)?;
    Ok(Shipped { external_number, delivery_note, complete, tracking_numbers })
}

#[allow(clippy::too_many_arguments)] // as above
fn parcel(
    connection: &Connection,
    note: i64,
    contents: &[Open],
    lines: &[(i64, i64)],
    request: &ShipRequest,
    method: i64,
    seed: u64,
    sent: Option<&str>,
) -> rusqlite::Result<String> {
    let lower = request.method.to_lowercase();
    let carrier = if lower.contains("dhl") {
        Some(1)
    } else if lower.contains("dpd") {
        Some(2)
    } else if lower.contains("spedition") {
        Some(3)
    } else {
        None
    };
    connection.execute(
        "INSERT INTO dbo.tVersand (kLieferschein, kLogistik, dErstellt, kVersandArt, cLogistiker,
            dVersendet, nStatus)
         VALUES (?1, ?2, ?3, ?4, '', ?5, ?6)",
        params![
            note,
            carrier,
            store_moment(clock::local()),
            method,
            sent,
            i64::from(sent.is_some())
        ],
    )?;
    let key = connection.last_insert_rowid();
    let ident = ident(carrier, key, seed, request.ident);
    connection.execute(
        "UPDATE dbo.tVersand SET cIdentCode = ?2, cShipmentId = ?3 WHERE kVersand = ?1",
        params![key, ident, format!("S{key:08}")],
    )?;
    for (position, pieces) in contents {
        let line = lines.iter().find(|(known, _)| known == position).map(|(_, line)| *line);
        connection.execute(
            "INSERT INTO dbo.tVersandPos (kVersand, kLieferscheinPos, fAnzahl) VALUES (?1, ?2, ?3)",
            params![key, line, store_number(Number::whole(*pieces))],
        )?;
    }
    Ok(ident)
}

/// A tracking number of the carrier's form: the same for the same seed and parcel, never the same
/// for two parcels.
fn ident(carrier: Option<i64>, parcel: i64, seed: u64, style: IdentStyle) -> String {
    let seed = seed % 10_000;
    let usual = match carrier {
        Some(1) => format!("00340434{seed:04}{parcel:08}"),
        Some(2) => format!("0150{seed:04}{parcel:06}"),
        _ => format!("SP{seed:04}{parcel:08}"),
    };
    match style {
        IdentStyle::Usual => usual,
        IdentStyle::Blank => "  ".to_owned(),
        IdentStyle::CarriageReturn => format!("{usual}\r"),
    }
}

fn take_from_stock(connection: &Connection, position: i64, pieces: i64) -> rusqlite::Result<()> {
    let quantity = store_number(Number::whole(pieces));
    connection.execute(
        "UPDATE dbo.tlagerbestand SET fInAuftraegen = exact_minus_to_zero(fInAuftraegen, ?2),
            fLagerbestand = exact_minus(fLagerbestand, ?2),
            fLagerbestandEigen = exact_minus(fLagerbestandEigen, ?2)
         WHERE kArtikel = (SELECT kArtikel FROM Verkauf.tAuftragPosition
                           WHERE kAuftragPosition = ?1 AND nType = 1)",
        params![position, quantity],
    )?;
    connection.execute(
        "UPDATE dbo.tlagerbestandProLagerLagerartikel SET fBestand = exact_minus_to_zero(fBestand, ?2)
         WHERE kWarenlager = ?3 AND kArtikel = (SELECT kArtikel FROM Verkauf.tAuftragPosition
                           WHERE kAuftragPosition = ?1 AND nType = 1)",
        params![position, quantity, super::schema::WAREHOUSE],
    )?;
    Ok(())
}

/// Brings the key figures of order and delivery note up to date; whether the order is complete.
fn close(
    connection: &Connection,
    order: i64,
    note: i64,
    parcels: usize,
    method: i64,
    sent: Option<&str>,
) -> rusqlite::Result<bool> {
    let parcels = parcels as i64;
    let gone = if sent.is_some() { parcels } else { 0 };
    connection.execute(
        "INSERT INTO dbo.tLieferscheinEckdaten (kLieferschein, dVersendet, nAnzahlPakete,
            nAnzahlVersendetePakete, nVersandStatus, kVersandArt) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![note, sent, parcels, gone, if sent.is_some() { 4 } else { 2 }, method],
    )?;
    connection.execute(
        "UPDATE Verkauf.tAuftragEckdaten SET nAnzahlPakete = nAnzahlPakete + ?2,
            nAnzahlVersendetePakete = nAnzahlVersendetePakete + ?3,
            dLetzterVersand = COALESCE(?4, dLetzterVersand) WHERE kAuftrag = ?1",
        params![order, parcels, gone, sent],
    )?;
    let complete = open_lines(connection, order)?.is_empty();
    connection.execute(
        "UPDATE Verkauf.tAuftrag SET nKomplettAusgeliefert = ?2 WHERE kAuftrag = ?1",
        params![order, i64::from(complete)],
    )?;
    Ok(complete)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_spread_over_parcels_add_up_and_two_parcels_never_share_a_number() {
        let parcels = distribute(&[(7, 5), (8, 1)], 4, true);
        let pieces: i64 = parcels.iter().flatten().map(|(_, count)| count).sum();
        assert_eq!(pieces, 6);
        assert!(parcels.iter().all(|parcel| !parcel.is_empty()));
        let idents: std::collections::HashSet<String> =
            (1..500).map(|parcel| ident(Some(1), parcel, 42, IdentStyle::Usual)).collect();
        assert_eq!(idents.len(), 499);
    }

    #[test]
    fn whole_lines_stay_together_unless_they_are_split() {
        assert_eq!(distribute(&[(7, 5), (8, 1)], 2, false), [vec![(7, 5)], vec![(8, 1)]]);
    }
}
