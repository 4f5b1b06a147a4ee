//! The "JTL-Worker": turns rows of `dbo.tXMLBestellImport` and dropped XML files into orders.

use super::JtlError;
use super::convert::store_number;
use super::order_xml::{BadXml, Element, OrderXml, PositionXml, decode, parse};
use crate::tds::Number;
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Folder for files that were taken, beneath the drop folder.
pub const DONE_FOLDER: &str = "verarbeitet";
/// Folder for files that were refused.
pub const REFUSED_FOLDER: &str = "fehlerhaft";

/// What one run of the worker did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// External numbers of the orders made, in order; doubles stand twice.
    pub imported: Vec<String>,
    /// Rows taken from the import table.
    pub rows: usize,
    /// Files taken from the drop folder.
    pub files: usize,
    /// What was refused.
    pub rejected: Vec<RejectedImport>,
}

/// A row or a file that was refused and kept aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedImport {
    /// `row 7` or the file's name.
    pub source: String,
    /// The order's external number, where it could be read.
    pub external_number: Option<String>,
    /// Why.
    pub reason: String,
}

/// Text values of one candidate, and where it came from.
struct Candidate {
    source: String,
    content: Result<String, BadXml>,
    raw: String,
}

/// Imports everything that waits in the table: one transaction a row, so that an order is made if
/// and only if its row goes.
pub(super) fn rows(
    connection: &mut Connection,
    refuse_duplicates: bool,
    report: &mut ImportReport,
) -> Result<(), JtlError> {
    let waiting: Vec<(i64, Option<String>)> = connection
        .prepare("SELECT kXMLBestellImport, cText FROM dbo.tXMLBestellImport ORDER BY 1")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (key, text) in waiting {
        let text = text.unwrap_or_default();
        let candidate =
            Candidate { source: format!("row {key}"), content: Ok(text.clone()), raw: text };
        take(connection, &candidate, refuse_duplicates, Some(key), report)?;
        report.rows += 1;
    }
    Ok(())
}

/// Imports the `*.xml` files of a folder in the order of their names. Files of other names (such as
/// one still being written under `.tmp`) are left alone.
pub(super) fn files(
    connection: &mut Connection,
    folder: &Path,
    refuse_duplicates: bool,
    report: &mut ImportReport,
) -> Result<(), JtlError> {
    for path in xml_files(folder)? {
        let bytes = fs::read(&path).map_err(|error| JtlError::folder(&path, &error))?;
        let source =
            path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let raw = String::from_utf8_lossy(&bytes).into_owned();
        let candidate = Candidate { source, content: decode(&bytes), raw };
        let taken = take(connection, &candidate, refuse_duplicates, None, report)?;
        move_aside(&path, if taken { DONE_FOLDER } else { REFUSED_FOLDER })?;
        report.files += 1;
    }
    Ok(())
}

fn xml_files(folder: &Path) -> Result<Vec<PathBuf>, JtlError> {
    let failed = |error: &std::io::Error| JtlError::folder(folder, error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(&error))? {
        let path = entry.map_err(|error| failed(&error))?.path();
        let named_xml = path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("xml"));
        if named_xml && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn move_aside(path: &Path, folder: &str) -> Result<(), JtlError> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let target = parent.join(folder);
    fs::create_dir_all(&target).map_err(|error| JtlError::folder(&target, &error))?;
    let mut to = target.join(name);
    let mut number = 1;
    while to.exists() {
        number += 1;
        to = target.join(format!("{number}-{}", name.to_string_lossy()));
    }
    fs::rename(path, &to).map_err(|error| JtlError::folder(path, &error))
}

/// Takes one candidate; `false` when it was refused and kept aside.
fn take(
    connection: &mut Connection,
    candidate: &Candidate,
    refuse_duplicates: bool,
    row: Option<i64>,
    report: &mut ImportReport,
) -> Result<bool, JtlError> {
    let transaction = connection.transaction()?;
    if let Some(key) = row {
        transaction
            .execute("DELETE FROM dbo.tXMLBestellImport WHERE kXMLBestellImport = ?1", [key])?;
    }
    let orders = candidate.content.as_ref().map_err(Clone::clone).and_then(|text| parse(text));
    let outcome = orders.and_then(|orders| {
        orders.iter().try_for_each(|order| check(&transaction, order, refuse_duplicates))?;
        Ok(orders)
    });
    match outcome {
        Ok(orders) => {
            for order in &orders {
                create(&transaction, order)?;
                report.imported.push(order.external_number.clone());
            }
            transaction.commit()?;
            Ok(true)
        }
        Err(BadXml(reason)) => {
            let external_number = external_number_of(&candidate.raw);
            transaction.execute(
                "INSERT INTO main.RejectedImport (source, external_number, reason, content)
                 VALUES (?1, ?2, ?3, ?4)",
                params![candidate.source, external_number, reason, candidate.raw],
            )?;
            transaction.commit()?;
            let source = candidate.source.clone();
            report.rejected.push(RejectedImport { source, external_number, reason });
            Ok(false)
        }
    }
}

/// The external number by plain search, for documents that do not parse.
fn external_number_of(raw: &str) -> Option<String> {
    let rest = raw.split_once("<cExterneBestellNr>")?.1;
    Some(rest.split_once('<')?.0.trim().to_owned())
}

/// What needs the database to be checked.
fn check(connection: &Connection, order: &OrderXml, refuse_duplicates: bool) -> Result<(), BadXml> {
    let failed = |error: rusqlite::Error| BadXml(error.to_string());
    let number = order.customer.get("cKundenNr");
    if !number.is_empty() && customer_key(connection, number).map_err(failed)?.is_none() {
        return Err(BadXml(format!("there is no customer {number}")));
    }
    if refuse_duplicates && !order.external_number.is_empty() {
        let known: i64 = connection
            .query_row(
                "SELECT COUNT(*) FROM Verkauf.tAuftrag WHERE cExterneAuftragsnummer = ?1",
                [&order.external_number],
                |row| row.get(0),
            )
            .map_err(failed)?;
        if known > 0 {
            return Err(BadXml(format!(
                "the external number {} exists already",
                order.external_number
            )));
        }
    }
    Ok(())
}

fn customer_key(connection: &Connection, number: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .query_row("SELECT kKunde FROM dbo.tKunde WHERE cKundenNr = ?1", [number], |row| row.get(0))
        .optional()
}

fn moment(date: NaiveDate) -> String {
    format!("{} 00:00:00.000", date.format("%Y-%m-%d"))
}

/// The next customer number that nobody has.
fn free_customer_number(connection: &Connection) -> rusqlite::Result<String> {
    let sql = "SELECT kKunde FROM dbo.tKunde ORDER BY kKunde DESC LIMIT 1";
    let last = connection.query_row(sql, [], |row| row.get::<_, i64>(0)).optional()?;
    let mut number = 10_001 + last.unwrap_or_default();
    while customer_key(connection, &number.to_string())?.is_some() {
        number += 1;
    }
    Ok(number.to_string())
}

/// Makes the customer when the order names none; returns its key and number.
fn customer(connection: &Connection, order: &OrderXml) -> rusqlite::Result<(i64, String)> {
    let given = order.customer.get("cKundenNr").to_owned();
    if let Some(key) = customer_key(connection, &given)? {
        return Ok((key, given));
    }
    let number = free_customer_number(connection)?;
    let person = &order.customer;
    connection.execute(
        "INSERT INTO dbo.tKunde (cKundenNr, dErstellt, cHerkunft) VALUES (?1, ?2, ?3)",
        params![number, moment(order.created), person.get("cHerkunft")],
    )?;
    let key = connection.last_insert_rowid();
    connection.execute(
        "INSERT INTO Kunde.lvKunde (kKunde, cKundenNr, cFirma, cVorname, cName, cEMail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            key,
            number,
            person.get("cFirma"),
            person.get("cVorname"),
            person.get("cNachname"),
            person.get("cMail")
        ],
    )?;
    Ok((key, number))
}

fn key_of_name(connection: &Connection, sql: &str, name: &str) -> rusqlite::Result<Option<i64>> {
    connection.query_row(sql, [name], |row| row.get(0)).optional()
}

fn create(connection: &Connection, order: &OrderXml) -> rusqlite::Result<()> {
    let (customer_key, customer_number) = customer(connection, order)?;
    let method = key_of_name(
        connection,
        "SELECT kVersandArt FROM dbo.tversandart WHERE cName = ?1",
        &order.shipping_method,
    )?;
    let payment = key_of_name(
        connection,
        "SELECT kZahlungsart FROM dbo.tZahlungsart WHERE cName = ?1",
        &order.payment_method,
    )?;
    let last = connection
        .query_row(
            "SELECT kAuftrag FROM Verkauf.tAuftrag ORDER BY kAuftrag DESC LIMIT 1",
            [],
            |row| row.get::<_, i64>(0),
        )
        .optional()?;
    let running = last.unwrap_or_default() + 1;
    let address = order.delivery.as_ref().unwrap_or(&order.customer);
    connection.execute(
        "INSERT INTO Verkauf.tAuftrag (kKunde, cAuftragsNr, nType, dErstellt, cExterneAuftragsnummer,
            kPlattform, kVersandArt, kZahlungsart, cKundenNr, cVersandlandISO, cWaehrung)
         VALUES (?1, ?2, 1, ?3, ?4, 5, ?5, ?6, ?7, ?8, ?9)",
        params![
            customer_key,
            format!("AU{running:06}"),
            moment(order.created),
            Some(&order.external_number).filter(|number| !number.is_empty()),
            method,
            payment,
            customer_number,
            address.get("cLand").chars().take(5).collect::<String>(),
            order.currency,
        ],
    )?;
    let key = connection.last_insert_rowid();
    for (sort, position) in order.positions.iter().enumerate() {
        create_position(connection, key, sort, position)?;
    }
    create_address(connection, key, 0, address)?;
    create_address(connection, key, 1, &order.customer)?;
    create_totals(connection, key, order)
}

fn create_position(
    connection: &Connection,
    order: i64,
    sort: usize,
    position: &PositionXml,
) -> rusqlite::Result<()> {
    let article = key_of_name(
        connection,
        "SELECT kArtikel FROM dbo.tArtikel WHERE cArtNr = ?1",
        &position.sku,
    )?;
    // An unknown article number becomes a free position, without stock booking.
    let kind = match (position.shipping, article) {
        (true, _) => 2,
        (false, Some(_)) => 1,
        (false, None) => 0,
    };
    connection.execute(
        "INSERT INTO Verkauf.tAuftragPosition (kAuftrag, kArtikel, cArtNr, cName, cEinheit, fAnzahl,
            fVkNetto, fMwSt, fRabatt, nType, nSort)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            order,
            article,
            position.sku,
            position.name,
            position.unit,
            store_number(position.quantity),
            store_number(position.net),
            store_number(position.vat_percent),
            store_number(position.discount),
            kind,
            sort as i64 + 1,
        ],
    )?;
    let key = connection.last_insert_rowid();
    connection.execute(
        "INSERT INTO main.GrossPrice (kAuftragPosition, fPreis) VALUES (?1, ?2)",
        params![key, store_number(position.gross)],
    )?;
    if kind == 1 {
        connection.execute(
            "UPDATE dbo.tlagerbestand SET fInAuftraegen = exact_plus(fInAuftraegen, ?2),
                fVerfuegbar = exact_minus(fVerfuegbar, ?2) WHERE kArtikel = ?1",
            params![article, store_number(position.quantity)],
        )?;
    }
    Ok(())
}

fn create_address(
    connection: &Connection,
    order: i64,
    kind: i64,
    address: &Element,
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO Verkauf.tAuftragAdresse (kAuftrag, nTyp, cAnrede, cTitel, cVorname, cName, cFirma,
            cStrasse, cAdressZusatz, cPLZ, cOrt, cBundesland, cLand, cTel, cMobil, cFax, cMail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        params![
            order,
            kind,
            address.get("cAnrede"),
            address.get("cTitel"),
            address.get("cVorname"),
            address.get("cNachname"),
            address.get("cFirma"),
            address.get("cStrasse"),
            address.get("cAdressZusatz"),
            address.get("cPLZ"),
            address.get("cOrt"),
            address.get("cBundesland"),
            address.get("cLand"),
            address.get("cTel"),
            address.get("cMobil"),
            address.get("cFax"),
            address.get("cMail"),
        ],
    )?;
    Ok(())
}

fn create_totals(connection: &Connection, key: i64, order: &OrderXml) -> rusqlite::Result<()> {
    let open = Number { units: -order.paid.units, scale: order.paid.scale };
    let open = order.total.plus(open).unwrap_or(order.total);
    connection.execute(
        "INSERT INTO Verkauf.tAuftragEckdaten (kAuftrag, fWertNetto, fWertBrutto, fZahlung, fOffenerWert,
            dBezahlt, cRechnungsnummern)
         SELECT ?1, COALESCE(SUM(fVkNetto * fAnzahl), 0), ?2, ?3, ?4, ?5, ''
         FROM Verkauf.tAuftragPosition WHERE kAuftrag = ?1",
        params![
            key,
            store_number(order.total),
            store_number(order.paid),
            store_number(open),
            order.paid_on.map(moment),
        ],
    )?;
    Ok(())
}
