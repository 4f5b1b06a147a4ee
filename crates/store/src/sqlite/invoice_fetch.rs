//! `fetched_invoices`.

use async_trait::async_trait;
use kontor_core::ids::ParentOrderSn;
use rusqlite::{Connection, Transaction, params};

use super::SqliteStore;
use super::failures::problem;
use super::rows::{json, millis};
use crate::{FetchState, FetchedInvoice, InvoiceFetchStore, Result, rows};

#[async_trait]
impl InvoiceFetchStore for SqliteStore {
    async fn known_invoices(&self, ids: &[i64]) -> Result<Vec<i64>> {
        let ids = json(&ids)?;
        self.read(move |c| known(c, &ids)).await
    }

    async fn invoice_with_content(&self, hash: &str) -> Result<Option<FetchedInvoice>> {
        let hash = hash.to_owned();
        let sql =
            "SELECT * FROM fetched_invoices WHERE content_hash = ?1 ORDER BY fetched_at LIMIT 1";
        self.read(move |c| Ok(select(c, sql, params![hash])?.pop())).await
    }

    async fn record_invoice(&self, invoice: &FetchedInvoice) -> Result<()> {
        let invoice = invoice.clone();
        self.write(move |t| record(t, &invoice)).await
    }

    async fn unfinished_invoices(&self) -> Result<Vec<FetchedInvoice>> {
        let sql = "SELECT * FROM fetched_invoices WHERE state = 'publishing' ORDER BY invoice_id";
        self.read(move |c| select(c, sql, params![])).await
    }

    async fn mark_invoice_stored(&self, invoice_id: i64) -> Result<()> {
        let sql = "UPDATE fetched_invoices SET state = 'stored' WHERE invoice_id = ?1 AND state = 'publishing'";
        self.write(move |t| {
            t.execute(sql, params![invoice_id]).map_err(problem)?;
            Ok(())
        })
        .await
    }
}

fn known(connection: &Connection, ids: &str) -> Result<Vec<i64>> {
    let sql = "SELECT invoice_id FROM fetched_invoices WHERE invoice_id IN (SELECT value FROM json_each(?1))";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let rows = statement.query_map(params![ids], |row| row.get(0)).map_err(problem)?;
    rows.collect::<rusqlite::Result<_>>().map_err(problem)
}

fn record(t: &Transaction<'_>, invoice: &FetchedInvoice) -> Result<()> {
    let state = match invoice.state {
        FetchState::Publishing => "publishing",
        FetchState::Stored => "stored",
        FetchState::Doubled => "doubled",
    };
    t.execute(
        "INSERT OR REPLACE INTO fetched_invoices
             (invoice_id, number, parent_order_sn, issued_at, file_name, content_hash, run_id, fetched_at, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            invoice.invoice_id,
            invoice.number,
            invoice.parent_order_sn.as_ref().map(ParentOrderSn::as_str),
            millis(invoice.issued_at),
            invoice.file_name,
            invoice.content_hash,
            invoice.run_id.as_str(),
            invoice.fetched_at.timestamp_millis(),
            state
        ],
    )
    .map_err(problem)?;
    Ok(())
}

fn select(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<FetchedInvoice>> {
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(values).map_err(problem)?;
    let mut invoices = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        invoices.push(rows::desk::invoice(row)?);
    }
    Ok(invoices)
}
