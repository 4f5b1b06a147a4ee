//! EXTF batches of Kontor's own orders.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Berlin;
use kontor_core::Problem;
use kontor_core::export::OutboxState;
use kontor_core::order::StoredOrder;
use kontor_core::state::OrderState;
use kontor_datev::{
    BatchSeries, BookedOrder, ExportSettings, Posting, PostingKind, Side, WrittenBatch, postings,
    verify,
};
use serde::Serialize;

use super::folders::{DatevFolders, temporary};
use super::journal::{self, Move};
use crate::App;
use crate::data_folder::file_problem;
use crate::report::ProblemReport;

/// Orders of one look into the store.
const PAGE: u32 = 500;
/// Orders that are left out beyond this many are counted, not listed.
const LISTED: usize = 200;
/// States of orders that are sales: they have left for JTL, or did before they were cancelled.
const BOOKED: [OrderState; 5] = [
    OrderState::Exported,
    OrderState::Accepted,
    OrderState::Tracked,
    OrderState::Reported,
    OrderState::Cancelled,
];

/// What is exported.
#[derive(Clone, Copy, Debug)]
pub struct ExportOptions {
    /// First day, by German time.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Count and add up; write nothing.
    pub dry_run: bool,
}

/// What an export did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ExportReport {
    /// Orders with postings in the period.
    pub orders: u64,
    /// Orders that could not be posted.
    pub left_out: u64,
    /// Amounts of the postings, in cents.
    pub totals: ExportTotals,
    /// The files with their sums.
    pub files: Vec<WrittenBatch>,
    /// Why orders were left out, at most 200.
    pub problems: Vec<ProblemReport>,
}

/// Amounts in cents; taken back amounts are positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExportTotals {
    /// Goods.
    pub sales: i64,
    /// Shipping charges.
    pub shipping: i64,
    /// Goods and shipping of cancelled orders.
    pub cancelled: i64,
}

impl App {
    /// Writes the postings of a period into the outbox, one file a month. Files of the same months are replaced, all at once.
    ///
    /// # Errors
    /// `datev.export_not_configured`, `run.already_running`, `file.*`, and problems of the store.
    pub async fn export_datev(&self, options: ExportOptions) -> Result<ExportReport, Problem> {
        let settings = self.config.datev.export.settings()?;
        let folders = self.datev_folders()?;
        let _lock = folders.lock()?;
        journal::finish(&folders.journal())?;
        folders.delete_leftovers();
        let ended = self.write_batches(&folders, &settings, options).await;
        if ended.is_err() {
            folders.delete_leftovers();
        }
        ended
    }

    async fn write_batches(
        &self,
        folders: &DatevFolders,
        settings: &ExportSettings,
        options: ExportOptions,
    ) -> Result<ExportReport, Problem> {
        let outbox = folders.outbox();
        let mut open = |name: &str| -> Result<Box<dyn Write + Send>, Problem> {
            if options.dry_run {
                return Ok(Box::new(std::io::sink()));
            }
            let path = temporary(&outbox.join(name));
            let file = File::create(&path).map_err(|e| file_problem(&path, &e))?;
            Ok(Box::new(BufWriter::new(file)))
        };
        let created = self.clock.now().with_timezone(&Berlin).naive_local();
        let mut series = BatchSeries::new(settings, created, &mut open)?;
        let mut report = ExportReport::default();
        let mut after = None;
        loop {
            let page = self.store.orders_in(&BOOKED, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.order.parent_order_sn.clone());
            for stored in &page {
                let made = self.posted(stored, settings, options).await?;
                add(&mut report, &mut series, made, options)?;
            }
        }
        report.files = series.finish()?;
        if !options.dry_run {
            publish(folders, &report.files)?;
        }
        Ok(report)
    }

    /// The postings of an order; none for one of other days, or for a cancelled one that never left for JTL.
    async fn posted(
        &self,
        stored: &StoredOrder,
        settings: &ExportSettings,
        options: ExportOptions,
    ) -> Result<Result<Vec<Posting>, Problem>, Problem> {
        let order = &stored.order;
        let is_cancelled = stored.state == OrderState::Cancelled;
        let cancelled_at = is_cancelled.then(|| order.updated_at.unwrap_or(stored.changed_at));
        let booked = BookedOrder {
            order,
            jtl_number: stored.jtl_order_number.as_deref(),
            sold_on: order.ordered_at.map(german_day),
            cancelled_on: cancelled_at.map(german_day),
        };
        // An order without a day may belong to any period: it is told.
        let is_in = |day: NaiveDate| (options.from..=options.to).contains(&day);
        let concerns_us =
            booked.sold_on.is_none_or(is_in) || booked.cancelled_on.is_some_and(is_in);
        if !concerns_us || (is_cancelled && !self.has_left(stored).await?) {
            return Ok(Ok(Vec::new()));
        }
        Ok(postings(&booked, settings))
    }

    async fn has_left(&self, stored: &StoredOrder) -> Result<bool, Problem> {
        if stored.jtl_order_number.is_some() {
            return Ok(true);
        }
        let exports = self.store.exports_of(&stored.order.parent_order_sn).await?;
        Ok(exports.iter().any(|e| matches!(e.state, OutboxState::Written | OutboxState::Accepted)))
    }
}

fn german_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Berlin).date_naive()
}

fn add(
    report: &mut ExportReport,
    series: &mut BatchSeries<'_>,
    made: Result<Vec<Posting>, Problem>,
    options: ExportOptions,
) -> Result<(), Problem> {
    let rows = match made {
        Ok(rows) => rows,
        Err(problem) => {
            report.left_out += 1;
            if report.problems.len() < LISTED {
                report.problems.push(problem.into());
            }
            return Ok(());
        }
    };
    let mut has_rows = false;
    for row in rows.iter().filter(|row| (options.from..=options.to).contains(&row.day)) {
        has_rows = true;
        series.add(row)?;
        let total = match row.kind {
            PostingKind::Sale => &mut report.totals.sales,
            PostingKind::Shipping => &mut report.totals.shipping,
            PostingKind::SaleCancelled | PostingKind::ShippingCancelled => {
                &mut report.totals.cancelled
            }
        };
        // Only a discount above the price makes a sale of the other side; what is taken back is told as such.
        let is_negative =
            matches!(row.kind, PostingKind::Sale | PostingKind::Shipping) && row.side == Side::H;
        *total += if is_negative { -row.amount.0 } else { row.amount.0 };
    }
    report.orders += u64::from(has_rows);
    Ok(())
}

/// Reads the files again, makes them durable and gives them their names.
fn publish(folders: &DatevFolders, files: &[WrittenBatch]) -> Result<(), Problem> {
    let mut moves = Vec::new();
    for file in files {
        let target: PathBuf = folders.outbox().join(&file.name);
        let unfinished = temporary(&target);
        verify(unfinished.as_path(), &file.sums)?;
        journal::sync_file(&unfinished).map_err(|e| file_problem(&target, &e))?;
        moves.push(Move::plan(unfinished, target)?);
    }
    journal::commit(&folders.journal(), &moves)
}
