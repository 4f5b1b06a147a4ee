//! Stock to TEMU: one call per goods, decreases first. The intent is recorded before the call; only what TEMU confirms
//! counts; what is unknown afterwards is looked up before anything is sent again, under the same key.

use futures::{FutureExt as _, StreamExt as _};
use kontor_core::order::Hold;
use kontor_core::stock::{
    Direction, GoodsEdit, PlanId, PushOutcome, PushState, SkuKey, SkuOp, Target, edits,
};
use kontor_core::{Class, Code, Problem};
use kontor_temu::{EditFailure, SkuVerdict, TemuClient};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

use super::Run;
use super::read_back::{self, Sent};
use crate::App;
use crate::progress::Step;

/// Calls whose intent is recorded in one transaction.
const BATCH: usize = 1_000;
/// Outcomes that wait for the store.
const QUEUE: usize = 512;

/// What became of a call.
pub(super) struct Called {
    pub(super) edit: GoodsEdit,
    /// Of each target in its order.
    pub(super) states: Vec<State>,
}

/// What became of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Confirmed,
    /// It waits, with the reason.
    Failed(PushState, Problem),
    /// Look. TEMU may have used up the key.
    Unknown {
        key_is_spent: bool,
    },
}

/// Runs the step.
pub(super) async fn push(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    plan: &PlanId,
    ops: &[SkuOp],
) {
    if let Err(problem) = try_push(app, run, client, plan, ops).await {
        run.step_failed(Step::Push, problem);
    }
}

async fn try_push(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    plan: &PlanId,
    ops: &[SkuOp],
) -> Result<(), Problem> {
    let mut called = Vec::new();
    let mut stop = None;
    for direction in [Direction::Decrease, Direction::Increase] {
        let ops: Vec<SkuOp> =
            ops.iter().filter(|op| op.direction() == direction).cloned().collect();
        let open = app.store.open_pushes().await?;
        for batch in edits(plan, &run.id, &ops, &open).chunks(BATCH) {
            if stop.is_some() || run.check_cancelled().is_err() {
                break;
            }
            app.store.begin_push(&run.id, plan, app.clock.now(), batch).await?;
            let (batch, ended) = send(app, run, client, batch.to_vec()).await?;
            called.extend(batch);
            stop = ended;
        }
    }
    let sent = settle_counts(app, run, called);
    if !sent.is_empty() {
        Box::pin(read_back::verify(app, run, client, plan, sent)).await?;
    }
    run.check_cancelled()?;
    stop.map_or(Ok(()), Err)
}

/// Sends edits under the client's pace and records each outcome as soon as it is known. A problem that ends every call
/// ends the step: what is under way is waited for, what has not begun is not sent.
pub(super) async fn send(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    batch: Vec<GoodsEdit>,
) -> Result<(Vec<Called>, Option<Problem>), Problem> {
    let (queue, outcomes) = channel(QUEUE);
    let (called, saved) =
        tokio::join!(call_all(app, run, client, batch, queue), save(app, outcomes));
    saved?;
    Ok(called)
}

async fn call_all(
    app: &App,
    run: &Run,
    client: &TemuClient,
    batch: Vec<GoodsEdit>,
    queue: Sender<PushOutcome>,
) -> (Vec<Called>, Option<Problem>) {
    let total = batch.len() as u64;
    let ends: CancellationToken = run.cancel.child_token();
    let calls = futures::stream::iter(batch).map(|edit| {
        let ends = ends.clone();
        let call = async move {
            let result = if ends.is_cancelled() {
                Err(EditFailure::NotSent(Problem::new(Code::RunCancelled)))
            } else {
                client.edit_stock(&edit).await
            };
            (edit, result)
        };
        call.boxed()
    });
    let mut calls = std::pin::pin!(calls.buffer_unordered(app.config.temu.max_in_flight));
    let (mut called, mut stop) = (Vec::new(), None);
    while let Some((edit, result)) = calls.next().await {
        if let Err(EditFailure::NotSent(problem)) = &result
            && matches!(problem.class(), Class::Permanent | Class::Bug)
        {
            stop.get_or_insert_with(|| problem.clone());
            ends.cancel();
        }
        let states = states(&edit, result);
        for outcome in edit.keys().zip(&states).filter_map(|(key, s)| outcome(key, &edit, s)) {
            // The store's own problem is the one to tell.
            let _ = queue.send(outcome).await;
        }
        called.push(Called { edit, states });
        run.progress(Step::Push, called.len() as u64, Some(total));
    }
    (called, stop)
}

/// Records outcomes as they come, as many at once as are waiting.
async fn save(app: &App, mut outcomes: Receiver<PushOutcome>) -> Result<(), Problem> {
    let mut waiting = Vec::new();
    while outcomes.recv_many(&mut waiting, QUEUE).await > 0 {
        app.store.settle_push(app.clock.now(), &waiting).await?;
        waiting.clear();
    }
    Ok(())
}

fn states(edit: &GoodsEdit, result: Result<Vec<SkuVerdict>, EditFailure>) -> Vec<State> {
    let all = |state: State| vec![state; edit.targets.len()];
    match result {
        Ok(verdicts) => verdicts
            .into_iter()
            .map(|verdict| match verdict {
                SkuVerdict::Confirmed => State::Confirmed,
                SkuVerdict::Refused(problem) => State::Failed(PushState::Refused, problem),
                SkuVerdict::Unknown => State::Unknown { key_is_spent: true },
            })
            .collect(),
        // A key that may have been used before is refused because it was: look.
        Err(EditFailure::Refused(_)) if edit.is_repeat => {
            all(State::Unknown { key_is_spent: true })
        }
        Err(EditFailure::Refused(problem)) => all(State::Failed(PushState::Refused, problem)),
        Err(EditFailure::NotSent(problem)) => all(State::Failed(PushState::NotSent, problem)),
        Err(EditFailure::Unknown(_)) => all(State::Unknown { key_is_spent: false }),
    }
}

/// What is recorded of a value; nothing while its outcome is unknown: the intent stays open. So it does when a repeated
/// key was not sent: the first call may have been processed.
fn outcome(key: SkuKey, edit: &GoodsEdit, state: &State) -> Option<PushOutcome> {
    let (state, reason) = match state {
        State::Confirmed => (PushState::Confirmed, None),
        State::Failed(PushState::NotSent, problem) if edit.is_repeat => {
            (PushState::Sending, Some(reason(problem)))
        }
        State::Failed(state, problem) => (*state, Some(reason(problem))),
        State::Unknown { .. } => return None,
    };
    Some(PushOutcome { key, request_key: edit.request_key.clone(), state, reason })
}

pub(super) fn reason(problem: &Problem) -> Hold {
    Hold::new(problem.code, problem.detail.clone().unwrap_or_default())
}

/// Counts what is certain, and returns what is to be looked at.
pub(super) fn settle_counts(app: &App, run: &mut Run, called: Vec<Called>) -> Vec<Sent> {
    let at = app.clock.now();
    let mut sent = Vec::new();
    for Called { edit, states } in called {
        let mut looks = Vec::with_capacity(states.len());
        for (target, state) in edit.targets.iter().zip(&states) {
            match state {
                State::Failed(_, problem) if problem.code == Code::RunCancelled => {}
                State::Failed(_, problem) => {
                    let problem = problem.clone().about(name(&edit, target));
                    run.item_failed(Step::Push, at, problem);
                }
                State::Confirmed => {
                    run.counts.confirmed += 1;
                    run.done(Step::Push, 1);
                }
                State::Unknown { .. } => {}
            }
            let is_sent = !matches!(state, State::Failed(PushState::NotSent, _));
            run.counts.sent += u64::from(is_sent);
            looks.push(state.clone());
        }
        if looks.iter().any(|s| !matches!(s, State::Failed(..))) {
            sent.push(Sent { edit, states: looks });
        }
    }
    sent
}

/// What people call a SKU of an edit.
pub(super) fn name(edit: &GoodsEdit, target: &Target) -> String {
    let key = SkuKey { goods_id: edit.goods_id, sku_id: target.sku_id };
    target.sku_sn.clone().unwrap_or_else(|| key.to_string())
}
