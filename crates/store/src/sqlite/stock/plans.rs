//! `stock_plans`.

use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::stock::{GuardStop, PlanId, StockPlan};
use rusqlite::{Connection, Params, Transaction, params};

use super::super::failures::{conflict, problem};
use super::super::rows::json;
use crate::stock::{KeptPlan, PlanState};
use crate::{Result, rows};

pub(super) fn propose(
    t: &Transaction<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    plan: &StockPlan,
    stops: &[GuardStop],
) -> Result<()> {
    let at = at.timestamp_millis();
    t.execute(
        "UPDATE stock_plans SET state = 'superseded', changed_at = ?2
         WHERE state = 'proposed' AND plan_id <> ?1",
        params![plan.id.as_str(), at],
    )
    .map_err(problem)?;
    t.execute(
        "INSERT INTO stock_plans (plan_id, run_id, state, plan, stops, made_at, changed_at)
         VALUES (?1, ?2, 'proposed', ?3, ?4, ?5, ?5)
         ON CONFLICT (plan_id) DO UPDATE SET run_id = excluded.run_id, state = 'proposed', plan = excluded.plan,
           stops = excluded.stops, made_at = excluded.made_at, changed_at = excluded.changed_at, changed_by = NULL",
        params![plan.id.as_str(), run.as_str(), json(plan)?, json(&stops)?, at],
    )
    .map_err(problem)?;
    Ok(())
}

pub(super) fn by_id(connection: &Connection, id: &PlanId) -> Result<Option<KeptPlan>> {
    let sql = "SELECT * FROM stock_plans WHERE plan_id = ?1";
    Ok(select(connection, sql, params![id.as_str()])?.pop())
}

pub(super) fn newest(connection: &Connection, limit: u32) -> Result<Vec<KeptPlan>> {
    select(connection, "SELECT * FROM stock_plans ORDER BY made_at DESC LIMIT ?1", params![limit])
}

pub(super) fn in_state(connection: &Connection, state: PlanState) -> Result<Vec<KeptPlan>> {
    let sql = "SELECT * FROM stock_plans WHERE state = ?1 ORDER BY made_at DESC";
    select(connection, sql, params![state.as_str()])
}

fn select(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<KeptPlan>> {
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(values).map_err(problem)?;
    let mut plans = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        plans.push(rows::stock::kept(row)?);
    }
    Ok(plans)
}

pub(super) fn set_state(
    t: &Transaction<'_>,
    at: DateTime<Utc>,
    id: &PlanId,
    state: PlanState,
    by: Option<&str>,
) -> Result<()> {
    let changed = t
        .execute(
            "UPDATE stock_plans SET state = ?2, changed_at = ?3, changed_by = COALESCE(?4, changed_by) WHERE plan_id = ?1",
            params![id.as_str(), state.as_str(), at.timestamp_millis(), by],
        )
        .map_err(problem)?;
    if changed == 1 { Ok(()) } else { Err(conflict(id)) }
}

pub(super) fn settle(t: &Transaction<'_>, plan: &StockPlan) -> Result<()> {
    let changed = t
        .execute(
            "UPDATE stock_plans SET plan = ?2 WHERE plan_id = ?1",
            params![plan.id.as_str(), json(plan)?],
        )
        .map_err(problem)?;
    if changed == 1 { Ok(()) } else { Err(conflict(&plan.id)) }
}
