//! The import from a folder of saved answers, without a network.
//!
//! Files are those that a run saves: `<sequence>_<api>[_<order>].json`. Of several answers about the same order the
//! latest counts. A file that cannot be read is reported; its order waits for what it would have said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kontor_core::ids::ParentOrderSn;
use kontor_core::order::CANCELLATION_LISTED;
use kontor_core::remote::{RemoteOrder, TemuStatus};
use kontor_core::{Code, Problem};
use kontor_temu::replay as parse;

use super::Run;
use super::import::{BATCH, Fetched, Imported, store};
use crate::App;
use crate::progress::Step;
use crate::report::PlannedImport;

const LIST: &str = "bg.order.list.v2.get";
const ADDRESS: &str = "bg.order.shippinginfo.v2.get";
const AMOUNTS: &str = "bg.order.amount.query";
const CANCELLATIONS: &str = "bg.aftersales.cancel.list.get";

/// Runs the step.
pub(crate) async fn replay(app: &App, run: &mut Run, folder: &Path) {
    run_replay(app, run, folder, false).await;
}

/// What a replay would store.
pub(crate) async fn preview(app: &App, run: &mut Run, folder: &Path) -> Vec<PlannedImport> {
    run_replay(app, run, folder, true).await
}

async fn run_replay(app: &App, run: &mut Run, folder: &Path, dry_run: bool) -> Vec<PlannedImport> {
    let mut imported = Imported::default();
    let outcome = try_replay(app, run, folder, dry_run, &mut imported).await;
    let planned = imported.enter(run, app.clock.now());
    if let Err(problem) = outcome {
        run.step_failed(Step::Import, problem);
    }
    planned
}

async fn try_replay(
    app: &App,
    run: &mut Run,
    folder: &Path,
    dry_run: bool,
    imported: &mut Imported,
) -> Result<(), Problem> {
    let saved = Saved::index(folder)?;
    let pending = saved.cancellations(imported);
    for path in &saved.superseded {
        read(path, is_json, imported);
    }
    let mut seen = BTreeSet::new();
    // The newest list comes first, so that an order's latest word is the one that is kept.
    for list in saved.lists.iter().rev() {
        run.check_cancelled()?;
        let mut batch = Vec::with_capacity(BATCH);
        for mut remote in read(list, parse::order_list, imported).unwrap_or_default() {
            if !seen.insert(remote.parent_order_sn.clone()) {
                continue;
            }
            if pending.contains(&remote.parent_order_sn) {
                remote.labels.push(CANCELLATION_LISTED.to_owned());
                remote.labels.sort();
            }
            batch.push(saved.answers(remote, imported));
        }
        store(app, &run.id, batch, dry_run, imported).await?;
        run.counts.seen = seen.len() as u64;
        run.progress(Step::Import, run.counts.seen, None);
    }
    Ok(())
}

/// The files of a folder, by what they answer.
struct Saved {
    lists: Vec<PathBuf>,
    addresses: BTreeMap<String, PathBuf>,
    amounts: BTreeMap<String, PathBuf>,
    cancellations: Vec<PathBuf>,
    /// Answers after which a later one about the same order came.
    superseded: Vec<PathBuf>,
}

impl Saved {
    fn index(folder: &Path) -> Result<Self, Problem> {
        let missing = |e: std::io::Error| {
            Problem::new(Code::ImportFolderMissing).about(folder.display()).detail(e)
        };
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder).map_err(missing)?.flatten().map(|e| e.path()).collect();
        files.sort();
        let mut saved = Self {
            lists: Vec::new(),
            addresses: BTreeMap::new(),
            amounts: BTreeMap::new(),
            cancellations: Vec::new(),
            superseded: Vec::new(),
        };
        for path in files {
            let name =
                path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let mut parts = name.splitn(3, '_').skip(1);
            let (api, subject) =
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            match api {
                LIST => saved.lists.push(path),
                CANCELLATIONS => saved.cancellations.push(path),
                ADDRESS => {
                    saved.superseded.extend(saved.addresses.insert(subject.to_owned(), path))
                }
                AMOUNTS => saved.superseded.extend(saved.amounts.insert(subject.to_owned(), path)),
                _ => {}
            }
        }
        if saved.lists.is_empty() {
            let problem = Problem::new(Code::ImportFolderMissing).about(folder.display());
            return Err(problem.detail(format!("no *_{LIST}.json in the folder")));
        }
        Ok(saved)
    }

    fn cancellations(&self, imported: &mut Imported) -> BTreeSet<ParentOrderSn> {
        self.cancellations
            .iter()
            .filter_map(|p| read(p, parse::cancellations, imported))
            .flatten()
            .collect()
    }

    fn answers(&self, remote: RemoteOrder, imported: &mut Imported) -> Fetched {
        let sn = remote.parent_order_sn.as_str();
        let is_open = remote.status == Some(TemuStatus::UN_SHIPPING);
        let address = self.addresses.get(sn);
        let amounts = self.amounts.get(sn);
        Fetched {
            address: address.and_then(|p| read(p, parse::address, imported)).filter(|_| is_open),
            amounts: amounts.and_then(|p| read(p, parse::amounts, imported)).filter(|_| is_open),
            remote,
            failures: Vec::new(),
            is_unanswered: false,
        }
    }
}

fn read<T>(
    path: &Path,
    parse: impl Fn(&[u8]) -> Result<T, Problem>,
    imported: &mut Imported,
) -> Option<T> {
    let parsed = std::fs::read(path)
        .map_err(|e| Problem::new(Code::ImportResponseUnreadable).detail(e))
        .and_then(|body| parse(&body));
    match parsed {
        Ok(value) => Some(value),
        // A saved refusal (rate limit, not ready yet) is readable: it just says nothing about the order.
        Err(problem) if !is_damaged(&problem) => None,
        Err(problem) => {
            let name =
                path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let detail = problem.detail.unwrap_or_else(|| problem.code.to_string());
            imported
                .failures
                .push(Problem::new(Code::ImportResponseUnreadable).about(name).detail(detail));
            None
        }
    }
}

/// Of an answer that counts no more it is told only when its file is damaged.
fn is_json(body: &[u8]) -> Result<(), Problem> {
    serde_json::from_slice::<serde::de::IgnoredAny>(body)
        .map(drop)
        .map_err(|e| Problem::new(Code::ImportResponseUnreadable).detail(e))
}

fn is_damaged(problem: &Problem) -> bool {
    matches!(
        problem.code,
        Code::TemuAnswerUnreadable | Code::TemuAnswerIncomplete | Code::ImportResponseUnreadable
    )
}
