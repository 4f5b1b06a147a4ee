//! JTL's stock: articles with everything that decides what can be sold, and changes by hand.

use super::convert::{number_of, store_number};
use super::engine::ADMIN;
use super::stock_books::{self, JtlStock, components, sets_of, stock_rows};
use super::{JtlError, JtlServer, PATIENCE, schema};
use crate::tds::Number;
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, OptionalExtension, params};

/// An article with its stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockedArticle {
    /// Article number.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Gross price in cents at 19 % VAT.
    pub gross_cents: i64,
    /// The buffer (`nPuffer`).
    pub buffer: i64,
    /// What it is beside or above other articles.
    pub kind: ArticleKind,
    /// Stock is tracked (`cLagerAktiv`).
    pub tracked: bool,
    /// It may be sold below zero (`cLagerKleinerNull`).
    pub overselling: bool,
    /// Parts of a piece are sold (`cTeilbar`).
    pub divisible: bool,
    /// Warehouse and decimal number of pieces in it.
    pub stock: Vec<(i64, String)>,
    /// Decimal number of pieces in open orders (`fInAuftraegen`).
    pub reserved: String,
    /// Whether it has a row in `dbo.tlagerbestand`.
    pub totals: bool,
}

impl Default for StockedArticle {
    fn default() -> Self {
        Self {
            sku: String::new(),
            name: String::new(),
            gross_cents: 0,
            buffer: 0,
            kind: ArticleKind::Plain,
            tracked: true,
            overselling: false,
            divisible: false,
            stock: Vec::new(),
            reserved: "0".to_owned(),
            totals: true,
        }
    }
}

/// What an article is beside or above other articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArticleKind {
    /// An article of its own.
    Plain,
    /// A parent (`nIstVater = 1`).
    Parent,
    /// A child of the parent with this number.
    Child(String),
    /// A bill of materials of these articles, each with its decimal number of pieces. All must be there before it.
    BillOfMaterial(Vec<(String, String)>),
}

impl JtlServer {
    /// Adds articles with everything that decides what can be sold. An article number that exists
    /// already is left as it is.
    ///
    /// # Errors
    /// When a parent or a part is not there before, a number is none, or the database refuses.
    pub fn seed_stock(&self, articles: &[StockedArticle]) -> Result<(), JtlError> {
        self.change_stock(|connection| seed(connection, articles))
    }

    /// Sets an article's pieces in a warehouse to an exact decimal, or takes its row away. JTL's
    /// totals follow, those of bills of materials too.
    ///
    /// # Errors
    /// When there is no such article, or the decimal is none or negative.
    pub fn set_stock(
        &self,
        sku: &str,
        warehouse: i64,
        pieces: Option<&str>,
    ) -> Result<(), JtlError> {
        self.change_stock(|connection| set_stock(connection, sku, warehouse, pieces))
    }

    /// Sets an article's buffer (`nPuffer`).
    ///
    /// # Errors
    /// When there is no such article.
    pub fn set_buffer(&self, sku: &str, pieces: i64) -> Result<(), JtlError> {
        self.change_stock(|connection| set_buffer(connection, sku, pieces))
    }

    /// Sets an article's pieces in open orders (`fInAuftraegen`) to an exact decimal, or takes its
    /// row of `dbo.tlagerbestand` away.
    ///
    /// # Errors
    /// When there is no such article, or the decimal is none.
    pub fn set_reserved(&self, sku: &str, pieces: Option<&str>) -> Result<(), JtlError> {
        self.change_stock(|connection| set_reserved(connection, sku, pieces))
    }

    /// Sets an article's `fVerfuegbar` to an exact decimal, whatever the warehouses hold.
    ///
    /// # Errors
    /// When there is no such article, or the decimal is none.
    pub fn set_available(&self, sku: &str, pieces: &str) -> Result<(), JtlError> {
        self.change_stock(|connection| set_available(connection, sku, pieces))
    }

    /// Every article's stock as the tables hold it.
    ///
    /// # Errors
    /// When the database is held or a table was dropped.
    pub fn stock(&self) -> Result<Vec<JtlStock>, JtlError> {
        let mut turn = self.shared.engine.turn(ADMIN, Some(PATIENCE))?;
        stock_books::read(turn.connection())
    }

    fn change_stock(
        &self,
        change: impl FnOnce(&Connection) -> Result<(), JtlError>,
    ) -> Result<(), JtlError> {
        let mut turn = self.shared.engine.turn(ADMIN, Some(PATIENCE))?;
        let transaction = turn.connection().transaction()?;
        change(&transaction)?;
        Ok(transaction.commit()?)
    }
}

/// A decimal that a test wrote.
fn decimal(text: &str) -> Result<Number, JtlError> {
    Number::parse(text)
        .filter(|number| number.scale <= 13)
        .ok_or_else(|| JtlError::Unknown(format!("the decimal {text:?}")))
}

fn key_of(connection: &Connection, sku: &str) -> Result<i64, JtlError> {
    let mut statement =
        connection.prepare_cached("SELECT kArtikel FROM dbo.tArtikel WHERE cArtNr = ?1")?;
    let key = statement.query_row([sku], |row| row.get(0)).optional()?;
    key.ok_or_else(|| JtlError::Unknown(format!("the article {sku:?}")))
}

/// Adds articles with their stock. An article number that exists already is left as it is.
fn seed(connection: &Connection, articles: &[StockedArticle]) -> Result<(), JtlError> {
    for article in articles {
        match key_of(connection, &article.sku) {
            Err(JtlError::Unknown(_)) => add(connection, article)?,
            known => drop(known?),
        }
    }
    Ok(())
}

fn add(connection: &Connection, article: &StockedArticle) -> Result<(), JtlError> {
    // Net from gross cents at 19 %, to five places.
    let net = Number { units: i128::from(article.gross_cents) * 100_000 / 119, scale: 5 };
    let parent = match &article.kind {
        ArticleKind::Child(number) => key_of(connection, number)?,
        _ => 0,
    };
    let flag = |set: bool| if set { "Y" } else { "N" };
    connection
        .prepare_cached(
            "INSERT INTO dbo.tArtikel (cArtNr, nPuffer, fVKNetto, cLagerAktiv, cLagerKleinerNull, cTeilbar,
                nIstVater, kVaterArtikel) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            article.sku,
            article.buffer,
            store_number(net),
            flag(article.tracked),
            flag(article.overselling),
            flag(article.divisible),
            article.kind == ArticleKind::Parent,
            parent,
        ])?;
    let key = connection.last_insert_rowid();
    connection
        .prepare_cached("INSERT INTO dbo.tArtikelBeschreibung (kArtikel, cName) VALUES (?1, ?2)")?
        .execute(params![key, article.name])?;
    if let ArticleKind::BillOfMaterial(parts) = &article.kind {
        add_parts(connection, key, parts)?;
    }
    for (warehouse, pieces) in &article.stock {
        put_stock(connection, key, *warehouse, Some(pieces))?;
    }
    if article.totals {
        put_reserved(connection, key, &article.reserved)?;
        refresh_totals(connection, key)?;
    }
    Ok(())
}

fn add_parts(
    connection: &Connection,
    key: i64,
    parts: &[(String, String)],
) -> Result<(), JtlError> {
    connection.execute("UPDATE dbo.tArtikel SET kStueckliste = ?1 WHERE kArtikel = ?1", [key])?;
    for (sku, pieces) in parts {
        let part = key_of(connection, sku)?;
        connection.execute(
            "INSERT INTO dbo.tStueckliste (kStueckliste, kArtikel, fAnzahl) VALUES (?1, ?2, ?3)",
            params![key, part, store_number(decimal(pieces)?)],
        )?;
    }
    Ok(())
}

fn put_stock(
    connection: &Connection,
    key: i64,
    warehouse: i64,
    pieces: Option<&str>,
) -> Result<(), JtlError> {
    let Some(pieces) = pieces else {
        connection.execute(
            "DELETE FROM dbo.tlagerbestandProLagerLagerartikel WHERE kArtikel = ?1 AND kWarenlager = ?2",
            [key, warehouse],
        )?;
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT INTO dbo.tlagerbestandProLagerLagerartikel (kArtikel, kWarenlager, fBestand)
             VALUES (?1, ?2, ?3)
             ON CONFLICT (kArtikel, kWarenlager) DO UPDATE SET fBestand = excluded.fBestand",
        )?
        .execute(params![key, warehouse, store_number(decimal(pieces)?)])?;
    Ok(())
}

fn put_reserved(connection: &Connection, key: i64, pieces: &str) -> Result<(), JtlError> {
    connection
        .prepare_cached(
            "INSERT INTO dbo.tlagerbestand (kArtikel, fInAuftraegen) VALUES (?1, ?2)
             ON CONFLICT (kArtikel) DO UPDATE SET fInAuftraegen = excluded.fInAuftraegen",
        )?
        .execute(params![key, store_number(decimal(pieces)?)])?;
    Ok(())
}

/// Sets an article's pieces in a warehouse, or takes the row away; totals follow, those of bills of materials too.
fn set_stock(
    connection: &Connection,
    sku: &str,
    warehouse: i64,
    pieces: Option<&str>,
) -> Result<(), JtlError> {
    let key = key_of(connection, sku)?;
    put_stock(connection, key, warehouse, pieces)?;
    refresh_with_sets(connection, key)
}

/// Sets the pieces in open orders, or takes the article's row of `dbo.tlagerbestand` away.
fn set_reserved(connection: &Connection, sku: &str, pieces: Option<&str>) -> Result<(), JtlError> {
    let key = key_of(connection, sku)?;
    match pieces {
        None => {
            connection.execute("DELETE FROM dbo.tlagerbestand WHERE kArtikel = ?1", [key])?;
            Ok(())
        }
        Some(pieces) => {
            put_reserved(connection, key, pieces)?;
            refresh_with_sets(connection, key)
        }
    }
}

/// Sets an article's buffer.
fn set_buffer(connection: &Connection, sku: &str, pieces: i64) -> Result<(), JtlError> {
    let key = key_of(connection, sku)?;
    connection
        .execute("UPDATE dbo.tArtikel SET nPuffer = ?2 WHERE kArtikel = ?1", [key, pieces])?;
    Ok(())
}

/// Sets `fVerfuegbar` as it is, whatever the warehouses hold.
fn set_available(connection: &Connection, sku: &str, pieces: &str) -> Result<(), JtlError> {
    let key = key_of(connection, sku)?;
    connection.execute(
        "UPDATE dbo.tlagerbestand SET fVerfuegbar = ?2 WHERE kArtikel = ?1",
        params![key, store_number(decimal(pieces)?)],
    )?;
    Ok(())
}

/// Refreshes the totals of an article and of the bills of materials that it is part of.
fn refresh_with_sets(connection: &Connection, key: i64) -> Result<(), JtlError> {
    refresh_totals(connection, key)?;
    let sets: Vec<i64> = connection
        .prepare_cached(
            "SELECT a.kArtikel FROM dbo.tStueckliste c JOIN dbo.tArtikel a ON a.kStueckliste = c.kStueckliste
             WHERE c.kArtikel = ?1 AND a.kStueckliste > 0",
        )?
        .query_map([key], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    sets.into_iter().try_for_each(|set| refresh_totals(connection, set))
}

/// As JTL keeps `dbo.tlagerbestand`: the sum over all warehouses, less what is blocked and what is in open orders;
/// nothing is available when stock is not tracked. A missing row stays missing.
fn refresh_totals(connection: &Connection, key: i64) -> Result<(), JtlError> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Stored>(0)?, row.get::<_, bool>(1)?));
    let known = connection
        .prepare_cached(
            "SELECT b.fInAuftraegen, a.cLagerAktiv = 'Y' FROM dbo.tlagerbestand b
             JOIN dbo.tArtikel a ON a.kArtikel = b.kArtikel WHERE b.kArtikel = ?1",
        )?
        .query_row([key], read)
        .optional()?;
    let Some((reserved, tracked)) = known else { return Ok(()) };
    let (own, blocked) = own_stock(connection, key)?;
    let zero = Number::whole(0);
    let reserved = number_of(&reserved).unwrap_or(zero);
    let free = own.plus(blocked.negated()).and_then(|n| n.plus(reserved.negated()));
    let available = free.filter(|_| tracked).unwrap_or(zero);
    connection
        .prepare_cached(
            "UPDATE dbo.tlagerbestand SET fLagerbestand = ?2, fLagerbestandEigen = ?2,
                fVerfuegbarGesperrt = ?3, fVerfuegbar = ?4 WHERE kArtikel = ?1",
        )?
        .execute(params![key, store_number(own), store_number(blocked), store_number(available)])?;
    Ok(())
}

/// An article's pieces over all warehouses and the blocked ones among them; of a bill of materials: whole sets.
fn own_stock(connection: &Connection, key: i64) -> Result<(Number, Number), JtlError> {
    let parts = components(connection, Some(key))?.remove(&key).unwrap_or_default();
    if !parts.is_empty() {
        let sets = sets_of(&parts, &stock_rows(connection, Some(key))?);
        let sum = sets.values().sum::<i128>();
        return Ok((Number { units: sum, scale: 0 }, Number::whole(0)));
    }
    let sums = connection
        .prepare_cached(
            "SELECT SUM(fBestand), SUM(fVerfuegbarGesperrt) FROM dbo.tlagerbestandProLagerLagerartikel
             WHERE kArtikel = ?1",
        )?
        .query_row([key], |row| Ok((row.get::<_, Stored>(0)?, row.get::<_, Stored>(1)?)))?;
    let number = |stored: &Stored| number_of(stored).unwrap_or(Number::whole(0));
    Ok((number(&sums.0), number(&sums.1)))
}

/// What an article of the orders' seeds becomes: a plain one in the standard warehouse.
pub(super) fn plain(article: &super::Article) -> StockedArticle {
    StockedArticle {
        sku: article.sku.clone(),
        name: article.name.clone(),
        gross_cents: article.gross_cents,
        buffer: article.buffer,
        stock: vec![(schema::WAREHOUSE, article.stock.to_string())],
        ..StockedArticle::default()
    }
}
