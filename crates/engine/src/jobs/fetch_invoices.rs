//! `fetch_invoices`: TEMU's invoice documents into the inbox, and what lies in the inboxes into the tables.

use async_trait::async_trait;
use kontor_core::Problem;

use super::{Job, JobOrder, Ready};
use crate::App;
use crate::invoice_fetch::{FetchOptions, JOB, READ};
use crate::progress::silent;

pub(super) struct FetchInvoices;

#[async_trait]
impl Job for FetchInvoices {
    fn name(&self) -> &'static str {
        JOB
    }

    fn modes(&self) -> &'static [&'static str] {
        &["full", READ]
    }

    async fn ready(&self, app: &App) -> Result<Option<Ready>, Problem> {
        Ok(Some(Ready { mode: READ, files: app.unread_invoices().await? }))
    }

    async fn run(&self, app: &App, order: JobOrder) -> Result<(), Problem> {
        let options = FetchOptions { progress: silent(), cancel: order.cancel };
        if order.mode == READ {
            return app.read_invoices_for(options, &order.origin).await.map(|_| ());
        }
        app.fetch_invoices_for(options, &order.origin).await.map(|_| ())
    }
}
