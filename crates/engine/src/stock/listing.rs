//! TEMU's two SKU lists into the store. Only lists that are whole make a SKU inactive.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use kontor_core::Problem;
use kontor_core::stock::{RemoteSku, SkuKey, SkuList, SkuRule, StockSubject};
use kontor_store::ListReading;
use kontor_temu::TemuClient;

use super::Run;
use crate::App;
use crate::progress::Step;

/// Runs the step.
pub(super) async fn list(app: &App, run: &mut Run, client: &TemuClient) {
    if let Err(problem) = try_list(app, run, client).await {
        run.step_failed(Step::Products, problem);
    }
}

async fn try_list(app: &App, run: &mut Run, client: &TemuClient) -> Result<(), Problem> {
    let began = app.clock.now();
    let mut seen: HashSet<SkuKey> = HashSet::new();
    let mut unreadable = Vec::new();
    for which in SkuList::ALL {
        unreadable.extend(store_list(app, run, client, which, began, &mut seen).await?);
    }
    // A SKU that comes back on sale while the first list is read moves from the second to the first and is missed by both:
    // before one becomes inactive, the first list is read once more.
    if unreadable.is_empty() && lacks_any(app, &seen).await? {
        let first = SkuList::Available;
        unreadable.extend(store_list(app, run, client, first, began, &mut seen).await?);
    }
    run.done(Step::Products, seen.len() as u64);
    let is_whole = unreadable.is_empty();
    unreadable.into_iter().for_each(|problem| {
        run.item_failed(Step::Products, app.clock.now(), problem);
    });
    if is_whole {
        run.counts.deactivated += app.store.deactivate_unseen(began).await?;
    }
    Ok(())
}

/// Reads a list page by page into the store; what of it cannot be read. Every page carries the time at which the lists
/// began, so that a clock that is set back makes no SKU look unseen.
async fn store_list(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    which: SkuList,
    began: DateTime<Utc>,
    seen: &mut HashSet<SkuKey>,
) -> Result<Vec<Problem>, Problem> {
    let mut walk = client.skus(which);
    while let Some(page) = walk.next_page().await? {
        run.check_cancelled()?;
        let reading = ListReading { at: began, over: began.checked_sub_signed(shown_late(app)) };
        let tally = app.store.upsert_skus(reading, &page).await?;
        run.counts.added += tally.added;
        seen.extend(page.iter().map(|sku| sku.key));
        run.counts.listed = seen.len() as u64;
        run.progress(Step::Products, run.counts.listed, None);
    }
    Ok(walk.summary().problems)
}

/// TEMU shows an edit some seconds late: twice the time that a read-back waits is taken for certain.
fn shown_late(app: &App) -> TimeDelta {
    let seconds = i64::try_from(app.config.stock.verify_after_seconds).unwrap_or(i64::MAX);
    TimeDelta::try_seconds(seconds.saturating_mul(2)).unwrap_or(TimeDelta::MAX)
}

/// Whether the lists lack a SKU that is active.
async fn lacks_any(app: &App, seen: &HashSet<SkuKey>) -> Result<bool, Problem> {
    let active = app.store.stock_subjects().await?;
    Ok(active.iter().any(|sku| !seen.contains(&sku.key)))
}

/// Both lists, without storing them.
pub(super) async fn read(run: &mut Run, client: &TemuClient) -> Result<Vec<RemoteSku>, Problem> {
    let mut skus = Vec::new();
    for which in SkuList::ALL {
        let mut walk = client.skus(which);
        while let Some(page) = walk.next_page().await? {
            run.check_cancelled()?;
            skus.extend(page);
            run.progress(Step::Products, skus.len() as u64, None);
        }
    }
    Ok(skus)
}

/// What is known when these SKUs are listed: what the store says of each, with what the lists show.
pub(super) fn overlaid(known: Vec<StockSubject>, listed: Vec<RemoteSku>) -> Vec<StockSubject> {
    let mut known: HashMap<SkuKey, StockSubject> = known.into_iter().map(|s| (s.key, s)).collect();
    let mut subjects: HashMap<SkuKey, StockSubject> = HashMap::with_capacity(listed.len());
    for sku in listed {
        let before = known.remove(&sku.key).or_else(|| subjects.remove(&sku.key));
        let (rule, earlier, last) =
            before.map_or((SkuRule::default(), None, None), |b| (b.rule, b.known, b.last));
        let subject = StockSubject {
            key: sku.key,
            sku_sn: sku.sku_sn,
            rule,
            known: sku.stock.or(earlier),
            last,
        };
        subjects.insert(subject.key, subject);
    }
    let mut subjects: Vec<StockSubject> = subjects.into_values().collect();
    subjects.sort_by_key(|s| s.key);
    subjects
}
