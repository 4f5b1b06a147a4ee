//! The proof: what TEMU shows of what was sent, once it has had time to show it.

use std::collections::HashMap;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use kontor_core::order::Hold;
use kontor_core::stock::{GoodsEdit, PlanId, PushOutcome, PushState, SkuId, SkuKey, SkuRead};
use kontor_core::{Code, Problem};
use kontor_temu::TemuClient;

use super::Run;
use super::push::{State, name, send, settle_counts};
use crate::App;
use crate::progress::Step;

/// SKUs of a look, and looks at once.
const SKUS_PER_LOOK: usize = 100;
const LOOKS_AT_ONCE: usize = 16;
/// Rounds of sending again under the same key.
const ROUNDS: usize = 2;

/// An edit that was sent, with what is known of each target.
pub(super) struct Sent {
    pub(super) edit: GoodsEdit,
    pub(super) states: Vec<State>,
}

/// What TEMU has of these SKUs now.
pub(super) async fn look(
    client: &TemuClient,
    skus: &[SkuId],
) -> Result<HashMap<SkuKey, i64>, Problem> {
    let chunks: Vec<Vec<SkuId>> = skus.chunks(SKUS_PER_LOOK).map(<[SkuId]>::to_vec).collect();
    let looks = futures::stream::iter(chunks)
        .map(|chunk| async move { client.stock_of(&chunk).await }.boxed());
    let mut looks = std::pin::pin!(looks.buffer_unordered(LOOKS_AT_ONCE));
    let mut all = HashMap::with_capacity(skus.len());
    while let Some(found) = looks.next().await {
        all.extend(found?);
    }
    Ok(all)
}

/// Proves what was confirmed and settles what is unknown. What was not processed is sent once more under its key.
pub(super) async fn verify(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    plan: &PlanId,
    mut sent: Vec<Sent>,
) -> Result<(), Problem> {
    for round in 1..=ROUNDS {
        let again = match look_at(app, run, client, sent, round == ROUNDS).await {
            Ok(again) => again,
            Err(problem) => {
                run.step_failed(Step::Verify, problem);
                return Ok(());
            }
        };
        if again.is_empty() || run.check_cancelled().is_err() {
            return Ok(());
        }
        app.store.begin_push(&run.id, plan, app.clock.now(), &again).await?;
        let (called, stop) = send(app, run, client, again).await?;
        sent = settle_counts(app, run, called);
        if let Some(problem) = stop {
            return Err(problem);
        }
    }
    Ok(())
}

/// Waits until TEMU shows changes, looks, and records. Returns the edits that may be sent once more.
async fn look_at(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    sent: Vec<Sent>,
    is_last: bool,
) -> Result<Vec<GoodsEdit>, Problem> {
    wait(app, run).await;
    // Who ends the run during the wait has not let TEMU show anything: what was confirmed stays so, what is unknown stays
    // open for the next run.
    if run.check_cancelled().is_err() {
        return Ok(Vec::new());
    }
    let mut skus: Vec<SkuId> =
        sent.iter().flat_map(|s| &s.edit.targets).map(|t| t.sku_id).collect();
    // Decreases and increases of one goods are two edits of different SKUs; a repeated one is met once.
    skus.sort_unstable();
    skus.dedup();
    run.progress(Step::Verify, 0, Some(skus.len() as u64));
    let shown = look(client, &skus).await?;
    let at = app.clock.now();
    let reads: Vec<SkuRead> =
        shown.iter().map(|(key, stock)| SkuRead { key: *key, stock: *stock, at }).collect();
    let mut judged = Judged::default();
    for edit in sent {
        judged.add(edit, &shown, is_last);
    }
    app.store.settle_push(at, &judged.outcomes).await?;
    app.store.save_reads(&reads).await?;
    run.counts.confirmed += judged.confirmed_late;
    run.done(Step::Push, judged.confirmed_late);
    run.counts.proven += judged.proven;
    run.done(Step::Verify, judged.proven);
    judged.failures.into_iter().for_each(|problem| run.item_failed(Step::Verify, at, problem));
    run.progress(Step::Verify, skus.len() as u64, Some(skus.len() as u64));
    Ok(judged.again)
}

/// TEMU shows a change some seconds after it was made.
async fn wait(app: &App, run: &Run) {
    let pause = Duration::from_secs(app.config.stock.verify_after_seconds);
    tokio::select! {
        () = tokio::time::sleep(pause) => {}
        () = run.cancel.cancelled() => {}
    }
}

#[derive(Default)]
struct Judged {
    outcomes: Vec<PushOutcome>,
    again: Vec<GoodsEdit>,
    failures: Vec<Problem>,
    proven: u64,
    confirmed_late: u64,
}

impl Judged {
    fn add(&mut self, sent: Sent, shown: &HashMap<SkuKey, i64>, is_last: bool) {
        let Sent { edit, states } = sent;
        let may_repeat = !is_last
            && states.iter().all(|s| *s == State::Unknown { key_is_spent: false })
            && edit.keys().zip(&edit.targets).all(|(k, t)| shown.get(&k) != Some(&t.after));
        if may_repeat {
            self.again.push(GoodsEdit { is_repeat: true, ..edit });
            return;
        }
        for ((key, target), state) in edit.keys().zip(&edit.targets).zip(&states) {
            let stock = shown.get(&key).copied();
            let is_shown = stock == Some(target.after);
            match state {
                State::Failed(..) => {}
                State::Confirmed if is_shown => self.proven += 1,
                State::Unknown { .. } if is_shown => {
                    self.proven += 1;
                    self.confirmed_late += 1;
                    self.outcomes.push(settled(key, &edit, PushState::Confirmed, None));
                }
                // The call may still have been processed although TEMU does not show it: the intent stays open, and the
                // next run looks first.
                State::Unknown { key_is_spent: false } => {
                    let problem = Problem::new(Code::StockOutcomeUnknown);
                    self.failures.push(problem.about(name(&edit, target)));
                }
                State::Confirmed | State::Unknown { key_is_spent: true } => {
                    let shown = stock.map_or_else(|| "–".to_owned(), |s| s.to_string());
                    let detail = format!("{} ≠ {shown}", target.after);
                    let reason = Hold::new(Code::StockReadBackDiffers, &detail);
                    self.outcomes.push(settled(key, &edit, PushState::Differs, Some(reason)));
                    let problem = Problem::new(Code::StockReadBackDiffers);
                    self.failures.push(problem.about(name(&edit, target)).detail(detail));
                }
            }
        }
    }
}

fn settled(key: SkuKey, edit: &GoodsEdit, state: PushState, reason: Option<Hold>) -> PushOutcome {
    PushOutcome { key, request_key: edit.request_key.clone(), state, reason }
}
