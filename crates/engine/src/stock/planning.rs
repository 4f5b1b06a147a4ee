//! JTL's stock, and the plan that follows from it. When JTL does not answer, nothing follows: no SKU's wanted stock is
//! touched, nothing is sent.

use std::collections::{BTreeMap, HashMap, HashSet};

use kontor_core::ids::ParentOrderSn;
use kontor_core::stock::{
    Direction, Formula, PendingLine, PlannedSku, SkuKey, SkuOp, StockPlan, StockRules,
    StockSubject, Want, article_key, plan,
};
use kontor_core::{Code, Problem};
use kontor_jtl::{JtlClient, StockScope};

use super::Run;
use crate::App;
use crate::progress::Step;

/// What each SKU should show, and the plan.
pub(super) struct Found {
    pub(super) planned: Vec<PlannedSku>,
    pub(super) plan: StockPlan,
}

/// Plans for the SKUs of the store and records what each should show.
pub(super) async fn plan_now(app: &App, run: &mut Run) -> Result<Found, Problem> {
    let found = plan_for(app, run, app.store.stock_subjects().await?).await?;
    let changed: Vec<(SkuKey, Want)> = found
        .planned
        .iter()
        .filter(|sku| sku.subject.last.as_ref() != Some(&sku.want))
        .map(|sku| (sku.subject.key, sku.want.clone()))
        .collect();
    app.store.save_wants(app.clock.now(), &changed).await?;
    run.done(Step::Stock, found.planned.len() as u64);
    Ok(found)
}

/// Plans for these SKUs; nothing is stored.
pub(super) async fn plan_for(
    app: &App,
    run: &mut Run,
    subjects: Vec<StockSubject>,
) -> Result<Found, Problem> {
    run.check_cancelled()?;
    run.progress(Step::Stock, 0, Some(subjects.len() as u64));
    let numbers: Vec<String> = subjects.iter().filter_map(|s| s.sku_sn.clone()).collect();
    if subjects.is_empty() {
        let (planned, plan) = plan(subjects, &Default::default(), &rules(app), &[]);
        return Ok(Found { planned, plan });
    }
    let jtl = app.stock_jtl().await?;
    check_warehouses(app, run, jtl).await?;
    let readings = jtl.stock(&numbers, &scope(app)).await?;
    let pending = pending(app, jtl).await?;
    let (planned, plan) = plan(subjects, &readings, &rules(app), &pending);
    run.progress(Step::Stock, planned.len() as u64, Some(planned.len() as u64));
    tell(run, &planned, &plan);
    Ok(Found { planned, plan })
}

/// Which of these values are above what JTL gives now. Where JTL says nothing, every one is.
pub(super) async fn above_jtl(
    app: &App,
    subjects: Vec<StockSubject>,
    ops: &[SkuOp],
) -> Result<HashSet<SkuKey>, Problem> {
    let raised: HashSet<SkuKey> =
        ops.iter().filter(|op| op.direction() == Direction::Increase).map(|op| op.key).collect();
    let subjects: Vec<StockSubject> =
        subjects.into_iter().filter(|s| raised.contains(&s.key)).collect();
    if subjects.is_empty() {
        return Ok(raised);
    }
    let numbers: Vec<String> = subjects.iter().filter_map(|s| s.sku_sn.clone()).collect();
    let jtl = app.stock_jtl().await?;
    let readings = jtl.stock(&numbers, &scope(app)).await?;
    let pending = pending(app, jtl).await?;
    let (planned, _) = plan(subjects, &readings, &rules(app), &pending);
    let wanted: HashMap<SkuKey, i64> =
        planned.iter().filter_map(|sku| Some((sku.subject.key, sku.want.pieces()?))).collect();
    let is_above = |op: &&SkuOp| wanted.get(&op.key).is_none_or(|wanted| op.after > *wanted);
    let raising = ops.iter().filter(|op| raised.contains(&op.key));
    Ok(raising.filter(is_above).map(|op| op.key).collect())
}

/// What is wrong with the chosen warehouses: one that JTL does not have ends the planning, one that cannot ship is told.
async fn check_warehouses(app: &App, run: &mut Run, jtl: &JtlClient) -> Result<(), Problem> {
    let stock = &app.config.stock;
    // JTL's own formula is over all warehouses.
    if stock.warehouses.is_empty() || stock.formula == Formula::JtlAvailable {
        return Ok(());
    }
    let known = jtl.warehouses().await?;
    let is_missing = |id: &&i64| known.iter().all(|warehouse| warehouse.id != **id);
    let missing: Vec<String> =
        stock.warehouses.iter().filter(is_missing).map(i64::to_string).collect();
    if !missing.is_empty() {
        let problem = Problem::new(Code::StockWarehouseMissing).about("stock.warehouses");
        return Err(problem.detail(missing.join(", ")));
    }
    for warehouse in known.iter().filter(|w| stock.warehouses.contains(&w.id) && !w.can_ship()) {
        let problem = Problem::new(Code::StockWarehouseForeign).about(&warehouse.name);
        run.step_failed(Step::Stock, problem);
    }
    Ok(())
}

/// SKUs about which JTL was not asked.
pub(super) fn unplanned(subjects: Vec<StockSubject>) -> Vec<PlannedSku> {
    let nothing =
        || Want::Unknown { reason: kontor_core::order::Hold::new(Code::StockUnanswered, "") };
    subjects.into_iter().map(|subject| PlannedSku { want: nothing(), subject }).collect()
}

pub(super) fn scope(app: &App) -> StockScope {
    StockScope {
        warehouses: app.config.stock.warehouses.clone(),
        less_blocked: app.config.stock.less_blocked,
    }
}

pub(super) fn rules(app: &App) -> StockRules {
    let section = &app.config.stock;
    let set = |quantity: i64| (quantity >= 0).then_some(quantity);
    StockRules {
        formula: section.formula,
        untracked_quantity: set(section.untracked_quantity),
        oversell_quantity: set(section.oversell_quantity),
        buffer: section.buffer,
        cap: set(section.cap),
    }
}

/// Lines of orders whose pieces are still in the formula's figure. `fBestand` falls when JTL ships: until then every line
/// counts. The other formulas take off what JTL has seen: what was handed over is looked up there.
async fn pending(app: &App, jtl: &JtlClient) -> Result<Vec<PendingLine>, Problem> {
    if !app.config.stock.reserve_for_orders {
        return Ok(Vec::new());
    }
    let mut lines = app.store.pending_lines().await?;
    if app.config.stock.formula == Formula::OnHand {
        return Ok(lines);
    }
    let exported: Vec<ParentOrderSn> = {
        let numbers = lines.iter().filter(|line| line.is_exported);
        let distinct: HashSet<&ParentOrderSn> = numbers.map(|l| &l.parent_order_sn).collect();
        distinct.into_iter().cloned().collect()
    };
    if !exported.is_empty() {
        let present = jtl.orders_present(&exported).await?;
        let present: HashSet<ParentOrderSn> =
            present.into_iter().map(|order| order.parent_order_sn).collect();
        lines.retain(|line| !present.contains(&line.parent_order_sn));
    }
    Ok(lines)
}

/// When JTL lacks the stock of most articles that it has, the warehouses or the formula are wrong, and not the articles.
fn tell_unknown(run: &mut Run, planned: &[PlannedSku]) {
    let lacks = [Code::StockUnknownInJtl, Code::StockUnanswered];
    let is_unknown = |sku: &&PlannedSku| matches!(&sku.want, Want::Unknown { reason } if lacks.contains(&reason.code));
    let unknown = planned.iter().filter(is_unknown).count();
    let known = planned.iter().filter(|sku| sku.want.pieces().is_some()).count();
    if unknown > known {
        let detail = format!("{unknown} / {}", unknown + known);
        run.step_failed(Step::Stock, Problem::new(Code::StockMostlyUnknown).detail(detail));
    }
}

/// What the operator should know about SKUs, and the counts.
fn tell(run: &mut Run, planned: &[PlannedSku], plan: &StockPlan) {
    run.counts.unchanged += plan.unchanged;
    run.counts.unknown += plan.unknown;
    run.counts.unmatched += plan.unmatched;
    run.counts.planned += plan.ops.len() as u64;
    tell_unknown(run, planned);
    let mut listings: BTreeMap<String, Vec<&PlannedSku>> = BTreeMap::new();
    for sku in planned {
        let number = sku.subject.sku_sn.as_deref();
        if let Some(reason) = sku.want.reason() {
            let subject = number.map_or_else(|| sku.subject.key.to_string(), str::to_owned);
            run.problem(Problem::new(reason.code).about(subject).detail(&reason.detail));
        }
        if let Some(number) = number {
            listings.entry(article_key(number)).or_default().push(sku);
        }
    }
    for skus in listings.values().filter(|skus| skus.len() > 1) {
        let keys: Vec<String> = skus.iter().map(|sku| sku.subject.key.to_string()).collect();
        let number = skus.iter().find_map(|sku| sku.subject.sku_sn.clone()).unwrap_or_default();
        run.problem(Problem::new(Code::StockSkuDoubled).about(number).detail(keys.join(", ")));
    }
}
