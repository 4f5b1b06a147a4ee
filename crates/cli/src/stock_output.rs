//! What `kontor inventory` prints.

use kontor_engine::core::order::Hold;
use kontor_engine::core::run::{JobCounts as _, StockCounts};
use kontor_engine::core::stock::{Change, PushState, SkuKey, SkuOp, SkuRule};
use kontor_engine::jtl::JtlWarehouse;
use kontor_engine::report::RunReport;
use kontor_engine::stock::{FormulaRow, StockReport};
use kontor_engine::store::{KeptPlan, PlanState, PushRecord, StockPage, StockRow, StockStatus};

use crate::language::pick;
use crate::output::{Output, outcome_word};

/// Ops of a plan that are shown; the rest is counted.
const SHOWN: usize = 30;

impl Output {
    /// The result of a stock run.
    pub(crate) fn stock_run(&self, report: &RunReport<StockCounts, StockReport>, is_dry_run: bool) {
        if self.is_json() {
            return self.value(report);
        }
        let outcome = outcome_word(report.outcome, self.language());
        println!("{} {} · {outcome}", report.job, report.mode);
        let words: Vec<String> = report
            .counts
            .entries()
            .into_iter()
            .filter(|(name, n)| *n > 0 || *name == "failed")
            .map(|(name, n)| format!("{} {n}", self.count_word(name)))
            .collect();
        println!("  {}", words.join(" · "));
        if let Some(plan) = &report.plan {
            self.stock_plan(plan, is_dry_run);
        }
        self.run_problems(&report.problems);
    }

    /// What was sent of a SKU, newest first.
    pub(crate) fn pushes(&self, pushes: &[PushRecord]) {
        if self.is_json() {
            return self.value(&pushes);
        }
        if pushes.is_empty() {
            println!("{}", self.say("Nichts wurde gesendet.", "Nothing was sent."));
        }
        for push in pushes {
            let why = push.reason.as_ref().map(|r| format!("  [{}] {}", r.code, r.detail));
            println!(
                "{}  {:>9} → {:<9} {}{}  {}",
                self.time(Some(push.sent_at)),
                figure(push.before),
                push.after,
                self.push_word(push),
                why.unwrap_or_default(),
                push.run_id,
            );
        }
    }

    fn push_word(&self, push: &PushRecord) -> &'static str {
        match (push.state, push.proven_at) {
            (PushState::Sending, _) => self.say("Ausgang offen", "outcome open"),
            (PushState::Confirmed, None) => self.say("bestätigt", "confirmed"),
            (PushState::Confirmed, Some(_)) => {
                self.say("bestätigt und nachgelesen", "confirmed and read back")
            }
            (PushState::Refused, _) => self.say("abgelehnt", "refused"),
            (PushState::NotSent, _) => self.say("nicht gesendet", "not sent"),
            (PushState::Differs, _) => self.say("TEMU zeigt anderes", "TEMU shows another value"),
        }
    }

    /// The rule of a SKU, as it now stands.
    pub(crate) fn sku_rule(&self, key: SkuKey, rule: &SkuRule) {
        if self.is_json() {
            return self.value(rule);
        }
        let pieces = |n: Option<i64>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
        println!(
            "{key}  {} {} · {} {} · {} {}",
            self.say("Puffer", "buffer"),
            rule.buffer,
            self.say("Höchstmenge", "cap"),
            pieces(rule.cap),
            self.say("feste Menge", "fixed"),
            pieces(rule.fixed),
        );
    }

    fn stock_plan(&self, report: &StockReport, is_dry_run: bool) {
        let said = if is_dry_run {
            self.say(
                "Probelauf: nichts wurde gesendet oder gespeichert.",
                "Dry run: nothing was sent or stored.",
            )
        } else if report.plan.ops.is_empty() {
            ""
        } else {
            self.say("Dieser Plan wartet auf Ihre Freigabe.", "This plan waits for your approval.")
        };
        println!("\n  {} {}  {said}", self.say("Plan", "Plan"), report.plan.id);
        self.ops(&report.plan.ops);
        for change in &report.changes {
            println!("    ! {}", self.change_line(change));
        }
        if !is_dry_run && !report.plan.ops.is_empty() {
            println!("    → kontor inventory sync --approve {}", report.plan.id);
        }
    }

    fn ops(&self, ops: &[SkuOp]) {
        for op in ops.iter().take(SHOWN) {
            println!(
                "    {:<24} {:>9} → {:<9} {}",
                number(op),
                figure(op.before),
                op.after,
                op.key
            );
        }
        if ops.len() > SHOWN {
            println!("    … {} {}", ops.len() - SHOWN, self.say("weitere", "more"));
        }
    }

    fn change_line(&self, change: &Change) -> String {
        let expected = &change.expected;
        format!(
            "{} {}: {} → {}, {}: {} → {}",
            number(expected),
            self.say("geplant", "planned"),
            figure(expected.before),
            expected.after,
            self.say("jetzt", "now"),
            figure(change.before),
            figure(change.after)
        )
    }

    fn count_word(&self, name: &'static str) -> &'static str {
        let (de, en) = match name {
            "listed" => ("gelistet", "listed"),
            "added" => ("neu", "new"),
            "deactivated" => ("nicht mehr gelistet", "no longer listed"),
            "unchanged" => ("unverändert", "unchanged"),
            "unknown" => ("unbekannt", "unknown"),
            "unmatched" => ("ohne Artikel", "unmatched"),
            "planned" => ("geplant", "planned"),
            "waiting" => ("wartet", "waiting"),
            "sent" => ("gesendet", "sent"),
            "confirmed" => ("bestätigt", "confirmed"),
            "proven" => ("bewiesen", "proven"),
            "failed" => ("fehlgeschlagen", "failed"),
            other => (other, other),
        };
        pick(self.language(), de, en)
    }

    /// A page of SKUs.
    pub(crate) fn stock(&self, page: &StockPage) {
        if self.is_json() {
            return self.value(page);
        }
        println!("{} / {} SKUs", page.rows.len(), page.total);
        println!(
            "{:<24} {:<12} {:>7} {:>7} {:>7} {:>7}  {}",
            self.say("Nummer", "number"),
            self.say("Stand", "status"),
            "JTL",
            self.say("soll", "wanted"),
            "TEMU",
            "±",
            self.say("Grund", "reason")
        );
        page.rows.iter().for_each(|row| println!("{}", self.stock_line(row)));
        if let Some(next) = &page.next {
            println!("{} --after '{next}'", self.say("weiter mit", "continue with"));
        }
    }

    fn stock_line(&self, row: &StockRow) -> String {
        let reasons: Vec<String> =
            [&row.reason, &row.problem].into_iter().flatten().map(|h| self.reason(h)).collect();
        let difference = row.wanted.map(|wanted| wanted - row.known.unwrap_or_default());
        format!(
            "{:<24} {:<12} {:>7} {:>7} {:>7} {:>7}  {} {}",
            row.sku_sn.clone().unwrap_or_else(|| "–".to_owned()),
            self.status_word(row.status),
            figure(row.counted),
            figure(row.wanted),
            figure(row.known),
            difference.map_or_else(String::new, |d| format!("{d:+}")),
            row.key,
            reasons.join("; ")
        )
    }

    fn status_word(&self, status: StockStatus) -> &'static str {
        let (de, en) = match status {
            StockStatus::Delta => ("abweichend", "delta"),
            StockStatus::Synced => ("gleich", "synced"),
            StockStatus::Unknown => ("unbekannt", "unknown"),
            StockStatus::Unmatched => ("ohne Artikel", "unmatched"),
            StockStatus::Unread => ("neu", "unread"),
        };
        pick(self.language(), de, en)
    }

    /// The plans that were kept.
    pub(crate) fn plans(&self, plans: &[KeptPlan]) {
        if self.is_json() {
            return self.value(&plans);
        }
        for kept in plans {
            println!(
                "{}  {:<12} {}  {} {}",
                kept.plan.id,
                self.plan_word(kept.state),
                self.time(Some(kept.made_at)),
                kept.plan.ops.len(),
                self.say("Werte", "values")
            );
        }
    }

    /// One plan.
    pub(crate) fn kept_plan(&self, kept: &KeptPlan) {
        if self.is_json() {
            return self.value(kept);
        }
        self.plans(std::slice::from_ref(kept));
        self.ops(&kept.plan.ops);
    }

    fn plan_word(&self, state: PlanState) -> &'static str {
        let (de, en) = match state {
            PlanState::Proposed => ("wartet", "proposed"),
            PlanState::Approved => ("freigegeben", "approved"),
            PlanState::Applied => ("übertragen", "applied"),
            PlanState::Superseded => ("überholt", "superseded"),
        };
        pick(self.language(), de, en)
    }

    /// The formulas side by side.
    pub(crate) fn formulas(&self, rows: &[FormulaRow]) {
        if self.is_json() {
            return self.value(&rows);
        }
        println!(
            "{:<24} {:>10} {:>24} {:>14}  {}",
            self.say("Nummer", "number"),
            "on_hand",
            "on_hand_minus_reserved",
            "jtl_available",
            self.say("Besonderes", "remarks")
        );
        for row in rows {
            let value =
                |i: usize| row.formulas.get(i).map_or_else(String::new, |f| figure(f.pieces));
            println!(
                "{:<24} {:>10} {:>24} {:>14}  {}",
                row.number,
                value(0),
                value(1),
                value(2),
                self.remarks(row)
            );
        }
        println!(
            "{}",
            self.say(
                "jtl_available zählt über alle Lager, auch FBA, wenn es nicht gesperrt ist.",
                "jtl_available counts over all warehouses, FBA too unless it is blocked."
            )
        );
    }

    fn remarks(&self, row: &FormulaRow) -> String {
        let Some(article) = &row.article else {
            return self.say("nicht in JTL", "not in JTL").to_owned();
        };
        let marks = [
            (article.is_parent, self.say("Vaterartikel", "parent")),
            (!article.is_tracked, self.say("ohne Bestandsführung", "untracked")),
            (article.oversells, self.say("Überverkauf", "oversells")),
            (article.is_bill_of_materials, self.say("Stückliste", "bill of materials")),
        ];
        let mut remarks: Vec<String> =
            marks.iter().filter(|(is_so, _)| *is_so).map(|(_, word)| (*word).to_owned()).collect();
        if article.buffer != 0 {
            remarks.push(format!("{} {}", self.say("Puffer", "buffer"), article.buffer));
        }
        if !row.missing_warehouses.is_empty() {
            let names = row.missing_warehouses.join(", ");
            remarks.push(format!("{}: {names}", self.say("ohne Zeile", "no row")));
        }
        let reason = row.formulas.iter().find_map(|f| f.reason.as_ref());
        remarks.extend(reason.map(|reason: &Hold| self.reason(reason)));
        remarks.join("; ")
    }

    /// JTL's warehouses.
    pub(crate) fn warehouses(&self, warehouses: &[JtlWarehouse]) {
        if self.is_json() {
            return self.value(&warehouses);
        }
        for warehouse in warehouses {
            let mark = if warehouse.counts_by_default() { "*" } else { " " };
            println!("{mark} {:>6}  {}", warehouse.id, warehouse.name);
        }
        println!(
            "{}",
            self.say(
                "* zählt, solange stock.warehouses leer ist",
                "* counts as long as stock.warehouses is empty"
            )
        );
    }
}

fn number(op: &SkuOp) -> String {
    let key: SkuKey = op.key;
    op.sku_sn.clone().unwrap_or_else(|| key.to_string())
}

fn figure(value: Option<i64>) -> String {
    value.map_or_else(|| "?".to_owned(), |value| value.to_string())
}
