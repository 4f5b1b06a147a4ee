//! Forgetting history: what is old enough, and what must stay whatever its age.

use super::session::Talk;
use crate::{ForgottenHistory, Result};

/// Of `stock_pushes AS p`: pushes with a later one of their SKU; a confirmed one only with a later confirmed one. The time
/// says which is later: a key that was sent again keeps its row.
const PUSH_IS_PAST: &str = "p.sent_at < @P1 AND p.state <> 'sending'
    AND EXISTS (SELECT 1 FROM stock_pushes AS n WHERE n.goods_id = p.goods_id AND n.sku_id = p.sku_id
                AND (n.sent_at > p.sent_at OR n.sent_at = p.sent_at AND n.id > p.id)
                AND (n.state = 'confirmed' OR p.state <> 'confirmed'))";

/// Everything is looked at first, so that a dry run says the same and changes nothing.
pub(super) async fn forget(
    talk: &mut Talk<'_>,
    before: i64,
    dry_run: bool,
) -> Result<ForgottenHistory> {
    // What a kept push was sent under stays.
    let no_kept_push = format!("FROM stock_pushes AS p WHERE NOT ({PUSH_IS_PAST})");
    let plans = format!(
        "changed_at < @P1 AND state IN ('applied', 'superseded')
         AND NOT EXISTS (SELECT 1 {no_kept_push} AND p.plan_id = stock_plans.plan_id)"
    );
    let runs = format!(
        "SELECT r.run_id FROM runs AS r WHERE r.started_at < @P1 AND r.ended_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 {no_kept_push} AND p.run_id = r.run_id)
         AND EXISTS (SELECT 1 FROM runs AS n WHERE n.job = r.job AND n.mode = r.mode AND n.ended_at IS NOT NULL
                     AND n.started_at > r.started_at AND (n.outcome = 'success' OR r.outcome <> 'success'))"
    );
    let values = [before.into()];
    let mut counts = [0; 3];
    let looks = [
        format!("runs WHERE run_id IN ({runs})"),
        format!("stock_plans WHERE {plans}"),
        format!("stock_pushes AS p WHERE {PUSH_IS_PAST}"),
    ];
    for (count, of) in counts.iter_mut().zip(&looks) {
        let sql = format!("SELECT COUNT_BIG(*) AS number FROM {of}");
        *count = u64::try_from(talk.number(&sql, &values).await?).unwrap_or_default();
    }
    if !dry_run {
        // A push that goes takes nothing from what keeps the others: those that are left stay kept.
        for change in [
            format!("DELETE FROM run_items WHERE run_id IN ({runs})"),
            format!("DELETE FROM run_steps WHERE run_id IN ({runs})"),
            format!("DELETE FROM runs WHERE run_id IN ({runs})"),
            format!("DELETE p FROM stock_pushes AS p WHERE {PUSH_IS_PAST}"),
            format!("DELETE FROM stock_plans WHERE {plans}"),
        ] {
            talk.execute(&change, &values).await?;
        }
    }
    let [runs, stock_plans, stock_pushes] = counts;
    Ok(ForgottenHistory { runs, stock_plans, stock_pushes })
}
