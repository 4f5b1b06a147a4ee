//! What the commands print: text for people in German or English, or JSON for programs.

use chrono::{DateTime, Local, Utc};
use chrono_tz::Tz;
use kontor_engine::core::export::OutboxEntry;
use kontor_engine::core::money::Cents;
use kontor_engine::core::order::{Hold, StoredOrder};
use kontor_engine::core::parcel::StoredParcel;
use kontor_engine::core::problem::{Language, Problem};
use kontor_engine::core::run::Outcome;
use kontor_engine::core::state::OrderState;
use kontor_engine::progress::Step;
use kontor_engine::report::{Plan, ProblemReport, RunReport};
use kontor_engine::store::{OrderEvent, OrderPage, OrderRow};
use serde::Serialize;
use serde_json::json;

use crate::language::pick;

/// Where and how results are printed.
pub(crate) struct Output {
    json: bool,
    language: Language,
}

impl Output {
    pub(crate) fn new(json: bool, language: Language) -> Self {
        Self { json, language }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn say(&self, de: &'static str, en: &'static str) -> &'static str {
        pick(self.language, de, en)
    }

    /// Any value, as JSON in both cases.
    pub(crate) fn value(&self, value: &impl Serialize) {
        let text = if self.json {
            serde_json::to_string(value)
        } else {
            serde_json::to_string_pretty(value)
        };
        println!("{}", text.unwrap_or_default());
    }

    /// A problem that ended a command: JSON on standard output, text on standard error.
    pub(crate) fn problem(&self, problem: &Problem) {
        let report = ProblemReport::from(problem.clone());
        if self.json {
            return self.value(&json!({ "problems": [report] }));
        }
        for line in self.problem_lines(&report) {
            eprintln!("{line}");
        }
    }

    /// Several problems, as text on standard output; their JSON stands in the command's own.
    pub(crate) fn problems(&self, problems: &[Problem]) {
        for problem in problems {
            for line in self.problem_lines(&ProblemReport::from(problem.clone())) {
                println!("{line}");
            }
        }
    }

    /// The word for an outcome.
    pub(crate) fn outcome(&self, outcome: Outcome) -> &'static str {
        outcome_word(outcome, self.language)
    }

    pub(crate) fn problem_lines(&self, problem: &ProblemReport) -> Vec<String> {
        let text = match self.language {
            Language::De => &problem.de,
            Language::En => &problem.en,
        };
        let subject = problem.subject.as_ref().map(|s| format!(" ({s})")).unwrap_or_default();
        let count = if problem.count > 1 { format!(" ×{}", problem.count) } else { String::new() };
        let mut lines = vec![format!("{}{subject}{count}  [{}]", text.title, problem.code)];
        lines.push(format!("  {}", text.meaning));
        if let Some(detail) = problem.detail.as_ref().filter(|d| !d.is_empty()) {
            lines.push(format!("  {}: {detail}", self.say("Einzelheit", "Detail")));
        }
        lines.push(format!("  → {}", text.remedy));
        lines
    }

    /// The result of a run.
    pub(crate) fn run(&self, report: &RunReport) {
        if self.json {
            return self.value(report);
        }
        let c = &report.counts;
        println!(
            "{} {} · {}",
            report.job,
            report.mode,
            outcome_word(report.outcome, self.language)
        );
        let counts = [
            (self.say("gesehen", "seen"), c.seen),
            (self.say("neu", "imported"), c.imported),
            (self.say("geändert", "updated"), c.updated),
            (self.say("unverändert", "unchanged"), c.unchanged),
            (self.say("angehalten", "held"), c.held),
            (self.say("an JTL", "exported"), c.exported),
            (self.say("in JTL gesehen", "accepted"), c.accepted),
            (self.say("mit Sendung", "tracked"), c.tracked),
            (self.say("gemeldet", "reported"), c.reported),
            (self.say("fehlgeschlagen", "failed"), c.failed),
        ];
        let words: Vec<String> = counts.iter().map(|(word, n)| format!("{word} {n}")).collect();
        println!("  {}", words.join(" · "));
        for file in &report.files {
            println!("  {}: {file}", self.say("Datei", "File"));
        }
        if let Some(plan) = &report.plan {
            self.plan(plan);
        }
        self.run_problems(&report.problems);
    }

    /// The problems of a run, one block per cause.
    pub(crate) fn run_problems(&self, problems: &[ProblemReport]) {
        for (code, problems) in by_code(problems) {
            self.problems_of_a_code(code, &problems);
        }
    }

    /// An amount with the decimal mark of the language.
    pub(crate) fn amount(&self, cents: Cents) -> String {
        match self.language {
            Language::De => cents.to_string().replace('.', ","),
            Language::En => cents.to_string(),
        }
    }

    /// One block per cause, with the objects it concerns.
    fn problems_of_a_code(&self, code: &str, problems: &[&ProblemReport]) {
        let Some(first) = problems.first() else { return };
        let text = match self.language {
            Language::De => &first.de,
            Language::En => &first.en,
        };
        let count: u64 = problems.iter().map(|p| p.count).sum();
        println!("\n  {} ({count})  [{code}]", text.title);
        println!("    {}", text.meaning);
        println!("    → {}", text.remedy);
        for problem in problems {
            let parts =
                [problem.subject.as_deref(), problem.detail.as_deref().filter(|d| !d.is_empty())];
            let line: Vec<&str> = parts.into_iter().flatten().collect();
            if !line.is_empty() {
                println!("      {}", line.join(": "));
            }
        }
    }

    fn plan(&self, plan: &Plan) {
        println!(
            "\n  {}",
            self.say(
                "Probelauf: nichts wurde gesendet oder gespeichert.",
                "Dry run: nothing was sent or stored."
            )
        );
        for import in &plan.import {
            println!("    {} {} → {}", import.change, import.parent_order_sn, import.state);
        }
        for export in &plan.export {
            println!("    {} {}", self.say("an JTL:", "to JTL:"), export.parent_order_sn);
        }
        for report in &plan.report {
            let numbers: Vec<&str> =
                report.packages.iter().map(|p| p.tracking_number.as_str()).collect();
            println!(
                "    {} {} ({})",
                self.say("melden:", "report:"),
                report.parent_order_sn,
                numbers.join(", ")
            );
        }
        for waiting in &plan.waiting {
            println!(
                "    {} {} ({})",
                self.say("wartet:", "waits:"),
                waiting.parent_order_sn,
                self.reason(&waiting.reason)
            );
        }
    }

    pub(crate) fn reason(&self, hold: &Hold) -> String {
        let title = &hold.code.text(self.language).title;
        if hold.detail.is_empty() { title.clone() } else { format!("{title}: {}", hold.detail) }
    }

    /// A page of orders.
    pub(crate) fn orders(&self, page: &OrderPage) {
        if self.json {
            return self.value(page);
        }
        let shown = page.orders.len();
        println!("{shown} / {} {}", page.total, self.say("Bestellungen", "orders"));
        for row in &page.orders {
            println!("{}", self.order_line(row));
        }
        if let Some(next) = &page.next {
            println!("{} --after '{next}'", self.say("weiter mit", "continue with"));
        }
    }

    fn order_line(&self, row: &OrderRow) -> String {
        let total = row.total_cents.map_or_else(|| "–".to_owned(), |c| Cents(c).to_string());
        let holds: Vec<String> = row.holds.iter().map(|h| self.reason(h)).collect();
        format!(
            "{:<26} {:<13} {:<16} {:>10} {:<3} {:<2}  {}",
            row.parent_order_sn.as_str(),
            state_word(row.state, self.language),
            self.time(row.ship_by),
            total,
            row.currency.as_deref().unwrap_or("–"),
            row.country.as_deref().unwrap_or("–"),
            holds.join("; "),
        )
    }

    /// Local time, as people in the warehouse read it.
    pub(crate) fn time(&self, time: Option<DateTime<Utc>>) -> String {
        time.map_or_else(
            || "–".to_owned(),
            |t| t.with_timezone(&Local).format("%d.%m.%Y %H:%M").to_string(),
        )
    }

    /// The time in a zone by its IANA name; local time where there is no such zone.
    pub(crate) fn time_in(&self, time: Option<DateTime<Utc>>, zone: &str) -> String {
        match (time, zone.parse::<Tz>()) {
            (Some(time), Ok(zone)) => {
                time.with_timezone(&zone).format("%d.%m.%Y %H:%M").to_string()
            }
            _ => self.time(time),
        }
    }

    /// One order.
    pub(crate) fn order(
        &self,
        stored: &StoredOrder,
        parcels: &[StoredParcel],
        exports: &[OutboxEntry],
        timeline: &[OrderEvent],
    ) {
        if self.json {
            let value = json!({ "order": stored, "parcels": parcels, "exports": exports, "timeline": timeline });
            return self.value(&value);
        }
        let order = &stored.order;
        println!("{}  {}", order.parent_order_sn, state_word(stored.state, self.language));
        println!("  {}: {}", self.say("versenden bis", "ship by"), self.time(order.ship_by));
        if let Some(number) = &stored.jtl_order_number {
            println!("  JTL: {number}");
        }
        for hold in &order.holds {
            println!("  ! {} → {}", self.reason(hold), hold.code.text(self.language).remedy);
        }
        for item in &order.items {
            let quantity = item.quantity.map_or_else(|| "?".to_owned(), |q| q.to_string());
            let price = item.unit_gross.map_or_else(|| "–".to_owned(), |c| c.to_string());
            let sku = item.seller_sku.as_deref().unwrap_or("–");
            println!("  {quantity:>4} × {price:>10}  {sku:<20} {}", item.name);
        }
        for parcel in parcels {
            let carrier = parcel.carrier_name.as_deref().unwrap_or(&parcel.parcel.shipping_method);
            println!("  {} {carrier}: {}", parcel.parcel.tracking_number, parcel.report.as_str());
        }
        for export in exports {
            let proof = export.proof.as_deref().unwrap_or("");
            println!(
                "  {} #{}: {} {proof}",
                export.channel.as_str(),
                export.generation,
                export.state.as_str()
            );
        }
        for event in timeline {
            let code = event.code.map(|c| c.text(self.language).title.clone()).unwrap_or_default();
            println!("  {}  {code} {}", self.time(Some(event.at)), event.detail);
        }
    }

    /// A signature with the text that it signs.
    pub(crate) fn signature(&self, joined: &str, sign: &str) {
        if self.json {
            return self.value(&json!({ "joined": joined, "sign": sign }));
        }
        println!("{joined}\n{sign}");
    }
}

fn by_code(problems: &[ProblemReport]) -> Vec<(&'static str, Vec<&ProblemReport>)> {
    let mut groups: Vec<(&'static str, Vec<&ProblemReport>)> = Vec::new();
    for problem in problems {
        match groups.iter_mut().find(|(code, _)| *code == problem.code) {
            Some((_, group)) => group.push(problem),
            None => groups.push((problem.code, vec![problem])),
        }
    }
    groups
}

/// The word for a state.
pub(crate) fn state_word(state: OrderState, language: Language) -> &'static str {
    let (de, en) = match state {
        OrderState::Imported => ("importiert", "imported"),
        OrderState::OnHold => ("angehalten", "on hold"),
        OrderState::Exported => ("exportiert", "exported"),
        OrderState::Accepted => ("in JTL", "in JTL"),
        OrderState::Tracked => ("mit Sendung", "tracked"),
        OrderState::Reported => ("gemeldet", "reported"),
        OrderState::Cancelled => ("storniert", "cancelled"),
    };
    pick(language, de, en)
}

pub(crate) fn outcome_word(outcome: Outcome, language: Language) -> &'static str {
    let (de, en) = match outcome {
        Outcome::Success => ("erfolgreich", "success"),
        Outcome::Partial => ("teilweise", "partial"),
        Outcome::Failed => ("fehlgeschlagen", "failed"),
        Outcome::Cancelled => ("abgebrochen", "cancelled"),
        Outcome::NeedsApproval => ("wartet auf Freigabe", "needs approval"),
    };
    pick(language, de, en)
}

/// The word for a step.
pub(crate) fn step_name(step: Step, language: Language) -> &'static str {
    let (de, en) = match step {
        Step::Recover => ("Offenes klären", "Settle what was open"),
        Step::Import => ("Bestellungen von TEMU", "Orders from TEMU"),
        Step::Export => ("Übergabe an JTL", "Hand-over to JTL"),
        Step::Tracking => ("Sendungen aus JTL", "Parcels from JTL"),
        Step::Report => ("Meldung an TEMU", "Report to TEMU"),
        Step::Documents => ("Rechnungen von TEMU", "Invoices from TEMU"),
        Step::Read => ("Rechnungen lesen", "Read invoices"),
        Step::Products => ("SKUs von TEMU", "SKUs from TEMU"),
        Step::Stock => ("Bestand aus JTL", "Stock from JTL"),
        Step::Push => ("Bestand an TEMU", "Stock to TEMU"),
        Step::Verify => ("Prüfung bei TEMU", "Proof at TEMU"),
        Step::Convert => ("DATEV-Stapel umwandeln", "Convert DATEV batches"),
    };
    pick(language, de, en)
}
