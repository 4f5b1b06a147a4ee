//! Fetching TEMU's invoice documents as a job.

use async_trait::async_trait;
use kontor_core::Problem;

use super::{Job, JobOrder};
use crate::App;
use crate::invoice_fetch::{FetchOptions, JOB};
use crate::progress::silent;

/// `fetch_invoices`.
pub(super) struct FetchInvoices;

#[async_trait]
impl Job for FetchInvoices {
    fn name(&self) -> &'static str {
        JOB
    }

    fn modes(&self) -> &'static [&'static str] {
        &["full"]
    }

    async fn run(&self, app: &App, order: JobOrder) -> Result<(), Problem> {
        let options = FetchOptions { progress: silent(), cancel: order.cancel };
        app.fetch_invoices_for(options, &order.origin).await.map(|_| ())
    }
}
