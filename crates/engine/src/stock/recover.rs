//! What an earlier run sent and did not see the end of: TEMU is asked what it has before anything is planned.

use std::time::Duration;

use kontor_core::order::Hold;
use kontor_core::stock::{OpenPush, PushOutcome, PushState, SkuId, SkuRead};
use kontor_core::{Code, Problem};
use kontor_temu::TemuClient;

use super::Run;
use super::read_back::look;
use crate::App;
use crate::progress::Step;

/// Runs the step.
pub(super) async fn recover(app: &App, run: &mut Run, client: &TemuClient) {
    if let Err(problem) = try_recover(app, run, client).await {
        run.step_failed(Step::Recover, problem);
    }
}

async fn try_recover(app: &App, run: &mut Run, client: &TemuClient) -> Result<(), Problem> {
    let open = app.store.open_pushes().await?;
    if open.is_empty() {
        return Ok(());
    }
    wait(app, run, &open).await?;
    let skus: Vec<SkuId> = open.iter().map(|push| push.key.sku_id).collect();
    let shown = look(client, &skus).await?;
    let at = app.clock.now();
    let mut outcomes = Vec::new();
    for push in &open {
        // Another value leaves the intent open: what is planned next decides whether it is sent again, under its key.
        let (state, reason) = match shown.get(&push.key) {
            Some(stock) if *stock == push.after => (PushState::Confirmed, None),
            Some(_) => continue,
            None => (PushState::Differs, Some(Hold::new(Code::StockReadBackDiffers, "–"))),
        };
        run.counts.confirmed += u64::from(state == PushState::Confirmed);
        let request_key = push.request_key.clone();
        outcomes.push(PushOutcome { key: push.key, request_key, state, reason });
    }
    app.store.settle_push(at, &outcomes).await?;
    let reads: Vec<SkuRead> =
        shown.into_iter().map(|(key, stock)| SkuRead { key, stock, at }).collect();
    app.store.save_reads(&reads).await?;
    run.done(Step::Recover, open.len() as u64);
    Ok(())
}

/// TEMU shows a change some seconds after it was made: as long as that has not passed since the last one, nothing
/// follows from what it shows.
async fn wait(app: &App, run: &Run, open: &[OpenPush]) -> Result<(), Problem> {
    let pause = chrono::Duration::seconds(
        i64::try_from(app.config.stock.verify_after_seconds).unwrap_or(i64::MAX / 2_000),
    );
    let last = open.iter().map(|push| push.sent_at).max();
    let left = last.map(|at| (at + pause).min(app.clock.now() + pause) - app.clock.now());
    let left = left.and_then(|left| left.to_std().ok()).unwrap_or(Duration::ZERO);
    tokio::select! {
        () = tokio::time::sleep(left) => Ok(()),
        () = run.cancel.cancelled() => Err(Problem::new(Code::RunCancelled)),
    }
}
