//! `datev_convert`: DATEV batches of the inbox get JTL's numbers.

use async_trait::async_trait;
use kontor_core::Problem;

use super::{Job, JobOrder, Ready};
use crate::App;
use crate::datev::{ConvertOptions, INBOX, JOB};
use crate::progress::silent;

pub(super) struct DatevConvert;

#[async_trait]
impl Job for DatevConvert {
    fn name(&self) -> &'static str {
        JOB
    }

    fn modes(&self) -> &'static [&'static str] {
        &[INBOX]
    }

    async fn ready(&self, app: &App) -> Result<Option<Ready>, Problem> {
        Ok(Some(Ready { mode: INBOX, files: app.ready_batches()? }))
    }

    async fn run(&self, app: &App, order: JobOrder) -> Result<(), Problem> {
        let options = ConvertOptions {
            files: Vec::new(),
            dry_run: false,
            progress: silent(),
            cancel: order.cancel,
        };
        app.convert_datev_inbox(options, &order.origin).await.map(|_| ())
    }
}
