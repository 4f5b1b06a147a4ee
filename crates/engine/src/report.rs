//! What a run hands back.

use kontor_core::ids::RunId;
use kontor_core::problem::{Class, Code, Language, Problem};
use kontor_core::run::{OrderCounts, Outcome};
use serde::Serialize;
use ts_rs::TS;

/// The result of a run, as `--json` prints it: `C` is what its job counts, `P` what its dry run shows.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport<C = OrderCounts, P = Plan> {
    /// The run's id.
    pub run_id: RunId,
    /// The job.
    pub job: String,
    /// The mode.
    pub mode: String,
    /// How it ended, derived from what its steps did.
    pub outcome: Outcome,
    /// Counts.
    pub counts: C,
    /// What went wrong, one entry per problem, equal ones once.
    pub problems: Vec<ProblemReport>,
    /// Files that were written under their final names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// What would be done: in a dry run, or what waits for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<P>,
}

/// A problem with its texts.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ProblemReport {
    /// Stable code.
    #[ts(type = "ProblemCode")]
    pub code: &'static str,
    /// Class.
    #[ts(type = "ProblemClass")]
    pub class: Class,
    /// The object it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub subject: Option<String>,
    /// Particulars.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub detail: Option<String>,
    /// How often it occurred in the run.
    pub count: u64,
    /// Title, meaning and remedy in German.
    pub de: TextReport,
    /// Title, meaning and remedy in English.
    pub en: TextReport,
}

/// The three texts of a problem.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TextReport {
    /// What happened.
    pub title: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

impl TextReport {
    /// The texts of a code.
    pub fn of(code: Code, language: Language) -> Self {
        let text = code.text(language);
        Self { title: &text.title, meaning: &text.meaning, remedy: &text.remedy }
    }
}

impl ProblemReport {
    /// The report of a problem that occurred `count` times.
    pub fn new(problem: &Problem, count: u64) -> Self {
        let text = |language| TextReport::of(problem.code, language);
        Self {
            code: problem.code.as_str(),
            class: problem.class(),
            subject: problem.subject.clone(),
            detail: problem.detail.clone(),
            count,
            de: text(Language::De),
            en: text(Language::En),
        }
    }
}

impl From<Problem> for ProblemReport {
    fn from(problem: Problem) -> Self {
        Self::new(&problem, 1)
    }
}

/// What a dry run would do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Plan {
    /// Orders that would be stored or changed.
    pub import: Vec<PlannedImport>,
    /// Orders that would be handed to JTL.
    pub export: Vec<PlannedExport>,
    /// Calls that would report parcels.
    pub report: Vec<kontor_core::shipment::ShipmentReport>,
    /// Orders and parcels that would wait, with the reason.
    pub waiting: Vec<PlannedWait>,
}

/// An import that would happen.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedImport {
    /// The order.
    pub parent_order_sn: String,
    /// `insert`, `update` or `update_facts`.
    pub change: &'static str,
    /// Its state afterwards.
    pub state: String,
    /// Why it would be held.
    pub holds: Vec<kontor_core::order::Hold>,
}

/// A hand-over that would happen.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedExport {
    /// The order.
    pub parent_order_sn: String,
    /// The XML element that would be handed over.
    pub content: String,
}

/// Something that would wait for a person.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedWait {
    /// The order.
    pub parent_order_sn: String,
    /// The reason.
    pub reason: kontor_core::order::Hold,
}
