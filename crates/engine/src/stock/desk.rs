//! What the window and the command line ask about stock, and what they set.

use std::collections::HashMap;

use kontor_core::order::Hold;
use kontor_core::stock::{
    Article, Formula, PlanId, Reading, SkuKey, SkuRule, TEMU_MAX, article_key,
};
use kontor_core::{Code, Problem};
use kontor_jtl::{JtlWarehouse, WarehouseStock};
use kontor_store::{KeptPlan, PushRecord, StockCount, StockFilter, StockPage, StockStatus};
use serde::Serialize;

use super::planning::scope;
use crate::App;

/// Numbers that are compared when none are named.
const SAMPLE: u32 = 20;
/// Numbers that are compared at most.
const MOST_COMPARED: usize = 1_000;

/// An article with what each formula gives for it.
#[derive(Clone, Debug, Serialize)]
pub struct FormulaRow {
    /// The article number as it was asked about.
    pub number: String,
    /// The article; `None` when JTL does not know the number or did not answer.
    pub article: Option<Article>,
    /// What each formula gives, before buffers, orders and caps.
    pub formulas: Vec<FormulaValue>,
    /// Its rows by warehouse, chosen ones and others.
    pub warehouses: Vec<WarehouseStock>,
    /// Chosen warehouses in which it has no row.
    pub missing_warehouses: Vec<String>,
}

/// What a formula gives.
#[derive(Clone, Debug, Serialize)]
pub struct FormulaValue {
    /// The formula.
    pub formula: Formula,
    /// Pieces; `None` when they are not known.
    pub pieces: Option<i64>,
    /// Why they are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Hold>,
}

impl App {
    /// A page of SKUs.
    ///
    /// # Errors
    /// Problems of the store.
    pub async fn stock_page(
        &self,
        filter: &StockFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<StockPage, Problem> {
        self.store.list_stock(filter, after, limit).await
    }

    /// How many active SKUs stand where.
    ///
    /// # Errors
    /// Problems of the store.
    pub async fn stock_counts(&self) -> Result<Vec<StockCount>, Problem> {
        self.store.count_stock().await
    }

    /// A plan that was kept.
    ///
    /// # Errors
    /// `stock.plan_missing`.
    pub async fn stock_plan(&self, id: &PlanId) -> Result<KeptPlan, Problem> {
        let kept = self.store.kept_plan(id).await?;
        kept.ok_or_else(|| Problem::new(Code::StockPlanMissing).about(id))
    }

    /// The newest plans that were kept.
    ///
    /// # Errors
    /// Problems of the store.
    pub async fn stock_plans(&self, limit: u32) -> Result<Vec<KeptPlan>, Problem> {
        self.store.kept_plans(limit).await
    }

    /// What was sent of a SKU, newest first.
    ///
    /// # Errors
    /// Problems of the store.
    pub async fn stock_pushes(&self, key: SkuKey, limit: u32) -> Result<Vec<PushRecord>, Problem> {
        self.store.pushes_of(key, limit).await
    }

    /// Sets the operator's rule of a SKU; the next run plans by it.
    ///
    /// # Errors
    /// `stock.sku_not_found`; `config.invalid_value` for a number outside 0..=1,000,000.
    pub async fn set_sku_rule(&self, key: SkuKey, rule: &SkuRule, by: &str) -> Result<(), Problem> {
        let numbers = [("buffer", Some(rule.buffer)), ("cap", rule.cap), ("fixed", rule.fixed)];
        let outside = |n: &(&str, Option<i64>)| n.1.is_some_and(|n| !(0..=TEMU_MAX).contains(&n));
        if let Some((name, _)) = numbers.into_iter().find(outside) {
            let problem = Problem::new(Code::ConfigInvalidValue).about(name);
            return Err(problem.detail(format!("0..={TEMU_MAX}")));
        }
        self.store.set_sku_rule(self.clock.now(), key, rule, by).await
    }

    /// JTL's warehouses.
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn warehouses(&self) -> Result<Vec<JtlWarehouse>, Problem> {
        self.stock_jtl().await?.warehouses().await
    }

    /// The three formulas side by side for some article numbers; for some of TEMU's SKUs when none are named.
    ///
    /// # Errors
    /// `jtl.*` and problems of the store.
    pub async fn compare_formulas(&self, numbers: &[String]) -> Result<Vec<FormulaRow>, Problem> {
        let mut numbers: Vec<String> = numbers.iter().map(|n| n.trim().to_owned()).collect();
        if numbers.is_empty() {
            numbers = self.sample().await?;
        }
        numbers.truncate(MOST_COMPARED);
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let jtl = self.stock_jtl().await?;
        let scope = scope(self);
        let readings = jtl.stock(&numbers, &scope).await?;
        let warehouses = jtl.warehouses().await?;
        let chosen: Vec<&JtlWarehouse> = warehouses
            .iter()
            .filter(|w| match scope.warehouses.as_slice() {
                [] => w.counts_by_default(),
                ids => ids.contains(&w.id),
            })
            .collect();
        let mut rows: HashMap<String, Vec<WarehouseStock>> = HashMap::new();
        for row in jtl.stock_by_warehouse(&numbers, scope.less_blocked).await? {
            rows.entry(article_key(&row.number)).or_default().push(row);
        }
        Ok(numbers
            .into_iter()
            .map(|number| {
                let key = article_key(&number);
                let warehouses = rows.get(&key).cloned().unwrap_or_default();
                formula_row(number, readings.get(&key), warehouses, &chosen)
            })
            .collect())
    }

    async fn sample(&self) -> Result<Vec<String>, Problem> {
        let statuses = vec![StockStatus::Delta, StockStatus::Synced, StockStatus::Unknown];
        let filter = StockFilter { statuses, ..StockFilter::default() };
        let page = self.store.list_stock(&filter, None, SAMPLE).await?;
        Ok(page.rows.into_iter().filter_map(|row| row.sku_sn).collect())
    }
}

fn formula_row(
    number: String,
    reading: Option<&Reading>,
    warehouses: Vec<WarehouseStock>,
    chosen: &[&JtlWarehouse],
) -> FormulaRow {
    let article = match reading {
        Some(Reading::Article(article)) => Some(article.clone()),
        Some(Reading::Absent | Reading::Unanswered) | None => None,
    };
    let formulas =
        Formula::ALL.into_iter().map(|formula| value(formula, article.as_ref())).collect();
    let has_row = |w: &&&JtlWarehouse| warehouses.iter().any(|row| row.warehouse == w.id);
    let missing_warehouses =
        chosen.iter().filter(|w| !has_row(w)).map(|w| w.name.clone()).collect();
    FormulaRow { number, article, formulas, warehouses, missing_warehouses }
}

fn value(formula: Formula, article: Option<&Article>) -> FormulaValue {
    let pieces = match article {
        None => Err(Hold::new(Code::StockSkuUnknownInJtl, "")),
        Some(article) if article.is_parent => Err(Hold::new(Code::StockParentArticle, "")),
        Some(article) if !article.is_tracked => Err(Hold::new(Code::StockUntracked, "")),
        Some(article) => formula.pieces(article),
    };
    match pieces {
        Ok(pieces) => FormulaValue { formula, pieces: Some(pieces), reason: None },
        Err(reason) => FormulaValue { formula, pieces: None, reason: Some(reason) },
    }
}
