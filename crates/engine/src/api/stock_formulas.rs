//! The stock formulas side by side, and the warehouses that they count.

use kontor_core::Problem;
use kontor_core::stock::Formula;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::host::Host;
use super::wire::Reason;
use crate::stock::{FormulaRow, FormulaValue};

/// Article numbers to be compared.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct FormulasRequest {
    /// The numbers; empty: some of TEMU's.
    pub numbers: Vec<String>,
}

/// An article with what each formula gives.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FormulaRowView {
    /// The number.
    pub number: String,
    /// Whether JTL knows it.
    pub is_known: bool,
    /// What each formula gives, before buffers, orders and caps.
    pub formulas: Vec<FormulaValueView>,
    /// Chosen warehouses in which it has no row.
    pub missing_warehouses: Vec<String>,
}

/// What a formula gives.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FormulaValueView {
    /// The formula.
    #[ts(type = "StockFormula")]
    pub formula: Formula,
    /// Pieces; nothing when they are not known.
    pub pieces: Option<i64>,
    /// Why they are not known.
    pub reason: Option<Reason>,
}

impl From<FormulaRow> for FormulaRowView {
    fn from(row: FormulaRow) -> Self {
        let value = |v: FormulaValue| FormulaValueView {
            formula: v.formula,
            pieces: v.pieces,
            reason: v.reason.as_ref().map(Reason::from),
        };
        Self {
            number: row.number,
            is_known: row.article.is_some(),
            formulas: row.formulas.into_iter().map(value).collect(),
            missing_warehouses: row.missing_warehouses,
        }
    }
}

pub(super) async fn stock_formulas(
    host: &dyn Host,
    request: FormulasRequest,
) -> Result<Vec<FormulaRowView>, Problem> {
    let rows = host.desk().app().compare_formulas(&request.numbers).await?;
    Ok(rows.into_iter().map(FormulaRowView::from).collect())
}

/// A warehouse of JTL's.
#[derive(Clone, Debug, Serialize, TS)]
pub struct WarehouseView {
    /// JTL's `kWarenLager`.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether it counts when none are chosen.
    pub counts_by_default: bool,
}

pub(super) async fn warehouses(host: &dyn Host, (): ()) -> Result<Vec<WarehouseView>, Problem> {
    let listed = host.desk().app().warehouses().await?;
    let view = |w: kontor_jtl::JtlWarehouse| WarehouseView {
        counts_by_default: w.counts_by_default(),
        id: w.id,
        name: w.name,
    };
    Ok(listed.into_iter().map(view).collect())
}
