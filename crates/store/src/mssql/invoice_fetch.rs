//! `fetched_invoices`.

use async_trait::async_trait;
use kontor_core::ids::ParentOrderSn;
use kontor_mssql::Row;

use super::MssqlStore;
use super::rows::{get, ids as id_list, millis};
use super::session::Talk;
use crate::rows::desk::invoice;
use crate::{FetchState, FetchedInvoice, InvoiceFetchStore, Result};

#[async_trait]
impl InvoiceFetchStore for MssqlStore {
    async fn known_invoices(&self, ids: &[i64]) -> Result<Vec<i64>> {
        self.read(|talk| Box::pin(known(talk, ids))).await
    }

    async fn invoice_with_content(&self, hash: &str) -> Result<Option<FetchedInvoice>> {
        self.read(|talk| Box::pin(with_content(talk, hash))).await
    }

    async fn record_invoice(&self, invoice: &FetchedInvoice) -> Result<()> {
        self.write(|talk| Box::pin(record(talk, invoice))).await
    }

    async fn unfinished_invoices(&self) -> Result<Vec<FetchedInvoice>> {
        self.read(|talk| Box::pin(unfinished(talk))).await
    }

    async fn mark_invoice_stored(&self, invoice_id: i64) -> Result<()> {
        self.write(|talk| Box::pin(mark_stored(talk, invoice_id))).await
    }
}

async fn known(talk: &mut Talk<'_>, ids: &[i64]) -> Result<Vec<i64>> {
    let sql = "SELECT invoice_id FROM fetched_invoices
               WHERE invoice_id IN (SELECT j.id FROM OPENJSON(@P1) WITH (id BIGINT '$.id') AS j)";
    let id = |row: &Row| get(row, "invoice_id");
    talk.select(sql, &[(&id_list(ids)?).into()], id).await
}

async fn with_content(talk: &mut Talk<'_>, hash: &str) -> Result<Option<FetchedInvoice>> {
    let sql = "SELECT TOP (1) * FROM fetched_invoices WHERE content_hash = @P1 ORDER BY fetched_at";
    talk.row(sql, &[hash.into()]).await?.as_ref().map(invoice).transpose()
}

async fn unfinished(talk: &mut Talk<'_>) -> Result<Vec<FetchedInvoice>> {
    let sql = "SELECT * FROM fetched_invoices WHERE state = 'publishing' ORDER BY invoice_id";
    talk.select(sql, &[], invoice).await
}

async fn record(talk: &mut Talk<'_>, invoice: &FetchedInvoice) -> Result<()> {
    let state = match invoice.state {
        FetchState::Publishing => "publishing",
        FetchState::Stored => "stored",
        FetchState::Doubled => "doubled",
    };
    let values = [
        invoice.invoice_id.into(),
        (&invoice.number).into(),
        invoice.parent_order_sn.as_ref().map(ParentOrderSn::as_str).into(),
        millis(invoice.issued_at).into(),
        (&invoice.file_name).into(),
        (&invoice.content_hash).into(),
        invoice.run_id.as_str().into(),
        invoice.fetched_at.timestamp_millis().into(),
        state.into(),
    ];
    let sql = "UPDATE fetched_invoices SET number = @P2, parent_order_sn = @P3, issued_at = @P4, file_name = @P5,
                   content_hash = @P6, run_id = @P7, fetched_at = @P8, state = @P9 WHERE invoice_id = @P1";
    if talk.execute(sql, &values).await? == 0 {
        let sql = "INSERT INTO fetched_invoices (invoice_id, number, parent_order_sn, issued_at, file_name,
                       content_hash, run_id, fetched_at, state)
                   VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8, @P9)";
        talk.execute(sql, &values).await?;
    }
    Ok(())
}

async fn mark_stored(talk: &mut Talk<'_>, invoice_id: i64) -> Result<()> {
    let sql = "UPDATE fetched_invoices SET state = 'stored' WHERE invoice_id = @P1 AND state = 'publishing'";
    talk.execute(sql, &[invoice_id.into()]).await?;
    Ok(())
}
