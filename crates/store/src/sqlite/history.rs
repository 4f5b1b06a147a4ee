//! Forgetting history: what is old enough, and what must stay whatever its age.

use rusqlite::{Transaction, params};

use super::failures::problem;
use crate::{ForgottenHistory, Result};

/// Pushes with a later one of their SKU; a confirmed one only with a later confirmed one. The time says which is later: a
/// key that was sent again keeps its row.
const PUSHES: &str = "DELETE FROM stock_pushes AS p WHERE p.sent_at < ?1 AND p.state <> 'sending'
    AND EXISTS (SELECT 1 FROM stock_pushes AS n WHERE n.goods_id = p.goods_id AND n.sku_id = p.sku_id
                AND (n.sent_at > p.sent_at OR n.sent_at = p.sent_at AND n.id > p.id)
                AND (n.state = 'confirmed' OR p.state <> 'confirmed'))";

/// Plans that are over and under which no kept push was sent.
const PLANS: &str =
    "DELETE FROM stock_plans WHERE changed_at < ?1 AND state IN ('applied', 'superseded')
    AND plan_id NOT IN (SELECT plan_id FROM stock_pushes)";

/// Runs with a later one of their job and mode that ended, a success only with a later success.
const RUNS: &str = "SELECT r.run_id FROM runs AS r WHERE r.started_at < ?1 AND r.ended_at IS NOT NULL
    AND r.run_id NOT IN (SELECT run_id FROM stock_pushes)
    AND EXISTS (SELECT 1 FROM runs AS n WHERE n.job = r.job AND n.mode = r.mode AND n.ended_at IS NOT NULL
                AND n.started_at > r.started_at AND (n.outcome = 'success' OR r.outcome <> 'success'))";

pub(super) fn forget(t: &Transaction<'_>, before: i64, dry_run: bool) -> Result<ForgottenHistory> {
    t.execute_batch("SAVEPOINT history").map_err(problem)?;
    let gone = |sql: &str| -> Result<u64> {
        let gone = t.execute(sql, params![before]).map_err(problem)?;
        Ok(u64::try_from(gone).unwrap_or_default())
    };
    // Pushes first: they keep their plans and runs.
    let stock_pushes = gone(PUSHES)?;
    let stock_plans = gone(PLANS)?;
    t.execute_batch("CREATE TEMP TABLE gone (run_id TEXT PRIMARY KEY)").map_err(problem)?;
    gone(&format!("INSERT INTO gone {RUNS}"))?;
    for table in ["run_items", "run_steps"] {
        let sql = format!("DELETE FROM {table} WHERE run_id IN (SELECT run_id FROM gone)");
        t.execute(&sql, []).map_err(problem)?;
    }
    let runs = t
        .execute("DELETE FROM runs WHERE run_id IN (SELECT run_id FROM gone)", [])
        .map_err(problem)?;
    t.execute_batch("DROP TABLE gone").map_err(problem)?;
    if dry_run {
        t.execute_batch("ROLLBACK TO history").map_err(problem)?;
    }
    let runs = u64::try_from(runs).unwrap_or_default();
    Ok(ForgottenHistory { runs, stock_plans, stock_pushes })
}
