//! SKU lists from a folder of saved answers, without a network. What a folder lacks is never taken for gone: it makes no
//! SKU inactive.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use kontor_core::stock::{RemoteSku, SkuKey, SkuList};
use kontor_core::{Code, Problem};
use kontor_store::ListReading;
use kontor_temu::replay as parse;

use super::Run;
use crate::App;
use crate::progress::Step;

const LIST: &str = "bg.local.goods.sku.list.query";

/// Runs the step.
pub(super) async fn replay(app: &App, run: &mut Run, folder: &Path) {
    if let Err(problem) = try_replay(app, run, folder).await {
        run.step_failed(Step::Products, problem);
    }
}

async fn try_replay(app: &App, run: &mut Run, folder: &Path) -> Result<(), Problem> {
    let skus = read(run, folder)?;
    let keys: HashSet<SkuKey> = skus.iter().map(|sku| sku.key).collect();
    // When the answers were saved is not known: they count for less than anything that is.
    let reading = ListReading { at: app.clock.now(), over: None };
    let tally = app.store.upsert_skus(reading, &skus).await?;
    run.counts.added += tally.added;
    run.counts.listed = keys.len() as u64;
    run.done(Step::Products, run.counts.listed);
    Ok(())
}

/// The SKUs of the folder's pages, in the order in which they were read. A page that cannot be read is reported, the
/// others count.
pub(super) fn read(run: &mut Run, folder: &Path) -> Result<Vec<RemoteSku>, Problem> {
    let missing = || Problem::new(Code::ImportFolderMissing).about(folder.display());
    let entries = std::fs::read_dir(folder).map_err(|e| missing().detail(e))?;
    let mut pages: Vec<(PathBuf, SkuList)> =
        entries.flatten().filter_map(|e| Some((e.path(), list_of(&e.path())?))).collect();
    if pages.is_empty() {
        return Err(missing().detail(format!("no *_{LIST}_*.json in the folder")));
    }
    pages.sort();
    let mut skus = Vec::new();
    let mut totals: BTreeMap<SkuList, (usize, HashSet<SkuKey>)> = BTreeMap::new();
    for (path, list) in pages {
        let page = std::fs::read(&path)
            .map_err(|e| Problem::new(Code::ImportResponseUnreadable).detail(e))
            .and_then(|body| parse::sku_list(list, &body));
        match page {
            Ok(page) => {
                for (key, told) in page.impossible {
                    run.problem(Problem::new(Code::StockValueImpossible).about(key).detail(told));
                }
                let (total, found) = totals.entry(list).or_default();
                *total = page.total;
                found.extend(page.skus.iter().map(|sku| sku.key));
                skus.extend(page.skus);
            }
            Err(problem) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let detail = problem.detail.unwrap_or_else(|| problem.code.to_string());
                let unreadable = Problem::new(Code::ImportSkusUnreadable);
                run.step_failed(Step::Products, unreadable.about(name).detail(detail));
            }
        }
    }
    for (list, (total, found)) in totals {
        if found.len() < total {
            let detail = format!("{} / {total}", found.len());
            let problem = Problem::new(Code::StockListIncomplete);
            run.problem(problem.about(list.search_type()).detail(detail));
        }
    }
    Ok(skus)
}

/// The list that a saved page belongs to: `000001_bg.local.goods.sku.list.query_2.json`.
fn list_of(path: &Path) -> Option<SkuList> {
    let name = path.file_stem()?.to_str()?;
    let (_, list) = name.split_once('_')?.1.split_once('_').filter(|(api, _)| *api == LIST)?;
    SkuList::from_search_type(list.parse().ok()?)
}
