//! `stock_plans`.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::stock::{GuardStop, PlanId, StockPlan};

use super::super::errors::conflict;
use super::super::rows::json_text;
use super::super::session::Talk;
use crate::Result;
use crate::rows::stock::kept;
use crate::stock::{KeptPlan, PlanState};

pub(super) async fn propose(
    talk: &mut Talk<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    plan: &StockPlan,
    stops: &[GuardStop],
) -> Result<()> {
    let at = at.timestamp_millis();
    let sql = "UPDATE stock_plans SET state = 'superseded', changed_at = @P2
               WHERE state = 'proposed' AND plan_id <> @P1";
    talk.execute(sql, &[plan.id.as_str().into(), at.into()]).await?;
    let (text, stops) = (json_text(plan)?, json_text(&stops)?);
    let values =
        [plan.id.as_str().into(), run.as_str().into(), (&text).into(), (&stops).into(), at.into()];
    let sql = "UPDATE stock_plans SET run_id = @P2, state = 'proposed', [plan] = @P3, stops = @P4, made_at = @P5,
                   changed_at = @P5, changed_by = NULL WHERE plan_id = @P1";
    if talk.execute(sql, &values).await? == 0 {
        let sql =
            "INSERT INTO stock_plans (plan_id, run_id, state, [plan], stops, made_at, changed_at)
                   VALUES (@P1, @P2, 'proposed', @P3, @P4, @P5, @P5)";
        talk.execute(sql, &values).await?;
    }
    Ok(())
}

pub(super) async fn by_id(talk: &mut Talk<'_>, id: &PlanId) -> Result<Option<KeptPlan>> {
    let row =
        talk.row("SELECT * FROM stock_plans WHERE plan_id = @P1", &[id.as_str().into()]).await?;
    row.as_ref().map(kept).transpose()
}

pub(super) async fn newest(talk: &mut Talk<'_>, limit: u32) -> Result<Vec<KeptPlan>> {
    let sql = "SELECT TOP (@P1) * FROM stock_plans ORDER BY made_at DESC";
    talk.select(sql, &[limit.into()], kept).await
}

pub(super) async fn in_state(talk: &mut Talk<'_>, state: PlanState) -> Result<Vec<KeptPlan>> {
    let sql = "SELECT * FROM stock_plans WHERE state = @P1 ORDER BY made_at DESC";
    talk.select(sql, &[state.as_str().into()], kept).await
}

pub(super) async fn set_state(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
    id: &PlanId,
    state: PlanState,
    by: Option<&str>,
) -> Result<()> {
    let sql = "UPDATE stock_plans SET state = @P2, changed_at = @P3, changed_by = COALESCE(CAST(@P4 AS NVARCHAR(400)), changed_by)
               WHERE plan_id = @P1";
    let values =
        [id.as_str().into(), state.as_str().into(), at.timestamp_millis().into(), by.into()];
    if talk.execute(sql, &values).await? == 1 { Ok(()) } else { Err(conflict(id)) }
}

pub(super) async fn settle(talk: &mut Talk<'_>, plan: &StockPlan) -> Result<()> {
    let sql = "UPDATE stock_plans SET [plan] = @P2 WHERE plan_id = @P1";
    let text = json_text(plan)?;
    let changed = talk.execute(sql, &[plan.id.as_str().into(), (&text).into()]).await?;
    if changed == 1 { Ok(()) } else { Err(conflict(&plan.id)) }
}
