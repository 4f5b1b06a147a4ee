//! `kontor invoices`: reading invoices and testing rules.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand};
use kontor_engine::core::Problem;
use kontor_engine::core::money::Cents;
use kontor_engine::invoice::{Document, Explanation, Field, Flag, Kind};
use kontor_engine::invoices::InvoiceReport;
use serde_json::json;

use crate::args::GlobalArgs;
use crate::commands::{exit_code, open};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum InvoicesCommand {
    /// Read invoices: the files named, or what lies in the inboxes.
    Read(ReadArgs),
    /// The rules for layouts.
    #[command(subcommand)]
    Rules(RulesCommand),
}

#[derive(ClapArgs)]
#[group(required = true, multiple = false)]
pub(crate) struct ReadArgs {
    /// PDF or XML files; they are read and shown, and nothing is written.
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Read pdf_reader/eingang, and bring the tables in pdf_reader/ausgang up to date.
    #[arg(long)]
    inbox: bool,
}

#[derive(Subcommand)]
pub(crate) enum RulesCommand {
    /// Show how a document is read (PDF or XML), or check a file of rules (TOML).
    Test {
        /// The document, or the file of rules.
        file: PathBuf,
    },
}

/// Runs `kontor invoices`.
pub(crate) async fn run(
    global: &GlobalArgs,
    command: InvoicesCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let app = open(global).await?;
    match command {
        InvoicesCommand::Read(args) => {
            let report = if args.inbox {
                app.read_invoice_inbox().await?
            } else {
                app.read_invoices(args.files).await?
            };
            print_report(&report, output);
            Ok(exit_code(report.outcome))
        }
        InvoicesCommand::Rules(RulesCommand::Test { file })
            if file.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) =>
        {
            let ids = app.check_invoice_rules(&file)?;
            if output.is_json() {
                output.value(&json!({ "layouts": ids }));
            } else {
                let valid = output.say("Die Regeln sind gültig.", "The rules are valid.");
                println!("{valid} {} {}", ids.len(), output.say("Gestaltungen:", "layouts:"));
                ids.iter().for_each(|id| println!("  {id}"));
            }
            Ok(ExitCode::SUCCESS)
        }
        InvoicesCommand::Rules(RulesCommand::Test { file }) => {
            let explanation = app.explain_invoice(file).await?;
            print_explanation(&explanation, output);
            Ok(ExitCode::from(if explanation.document.needs_a_look() { 4 } else { 0 }))
        }
    }
}

fn print_report(report: &InvoiceReport, output: &Output) {
    if output.is_json() {
        return output.value(report);
    }
    for document in &report.documents {
        print_document(document, output);
    }
    for file in &report.files {
        println!("{}: {file}", output.say("Geschrieben", "Written"));
    }
    output.run_problems(&report.problems);
    let count = report.documents.len();
    let looks = report.documents.iter().filter(|d| d.needs_a_look()).count();
    println!(
        "\n{count} {}, {looks} {}",
        output.say("Dokumente", "documents"),
        output.say("davon zu prüfen", "of them to be looked at")
    );
}

fn print_document(document: &Document, output: &Output) {
    let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "–".into());
    let money = |c: Option<Cents>| c.map_or_else(|| "–".into(), |c| output.amount(c));
    println!(
        "{:<34} {:<6} {:<10} {:<24} {:<10} {:>14} {:>12} {:>14} {}",
        document.file,
        text(&document.country),
        document.kind.map_or("–", |kind| kind_word(kind, output)),
        text(&document.number),
        document.date.map_or_else(|| "–".into(), |d| d.format("%d.%m.%Y").to_string()),
        money(document.net),
        money(document.vat),
        money(document.gross),
        text(&document.currency),
    );
    let words: Vec<String> = document.flags.iter().map(|flag| flag_word(*flag, output)).collect();
    if !words.is_empty() {
        println!("    ! {}", words.join(", "));
    }
}

fn kind_word(kind: Kind, output: &Output) -> &'static str {
    match kind {
        Kind::Rechnung => output.say("Rechnung", "invoice"),
        Kind::Gutschrift => output.say("Gutschrift", "credit"),
        Kind::Werbung => output.say("Werbung", "ads"),
    }
}

fn flag_word(flag: Flag, output: &Output) -> String {
    let (de, en) = match flag {
        Flag::SumMismatch => ("Summe stimmt nicht", "sum is wrong"),
        Flag::Duplicate => ("doppelt", "duplicate"),
        Flag::WrongInbox => ("falscher Eingang", "wrong inbox"),
        Flag::NoText => ("kein Text", "no text"),
        Flag::UnknownLayout => ("unbekannte Gestaltung", "unknown layout"),
        Flag::ReverseCharge => ("Steuerschuld beim Empfänger", "reverse charge"),
        Flag::SeveralRates => ("mehrere Steuersätze", "several rates"),
        Flag::Encrypted => ("verschlüsselt", "encrypted"),
        Flag::Broken => ("nicht lesbar", "unreadable"),
        Flag::Unclear(field) => {
            return format!("{} {}", field_word(field, output), output.say("unklar", "unclear"));
        }
    };
    output.say(de, en).to_owned()
}

fn field_word(field: Field, output: &Output) -> &'static str {
    let (de, en) = match field {
        Field::Country => ("Land", "country"),
        Field::Type => ("Art", "type"),
        Field::Number => ("Nummer", "number"),
        Field::Date => ("Datum", "date"),
        Field::Period => ("Zeitraum", "period"),
        Field::Net => ("Netto", "net"),
        Field::Vat => ("Steuer", "VAT"),
        Field::VatRate => ("Steuersatz", "VAT rate"),
        Field::Gross => ("Brutto", "gross"),
        Field::Currency => ("Währung", "currency"),
        Field::Supplier => ("Aussteller", "supplier"),
        Field::SupplierVatId => ("USt-IdNr. des Ausstellers", "supplier's VAT id"),
    };
    output.say(de, en)
}

fn print_explanation(explanation: &Explanation, output: &Output) {
    if output.is_json() {
        let layouts: Vec<_> = explanation
            .layouts
            .iter()
            .map(|(id, misses)| json!({ "id": id, "misses": misses }))
            .collect();
        return output.value(&json!({
            "document": explanation.document, "lines": explanation.lines, "layouts": layouts
        }));
    }
    println!("{}:", output.say("Zeilen (Zellen durch | getrennt)", "Lines (cells parted by |)"));
    explanation.lines.iter().for_each(|line| println!("  {line}"));
    println!("\n{}:", output.say("Gestaltungen", "Layouts"));
    for (id, misses) in &explanation.layouts {
        match misses {
            None => println!("  + {id}"),
            Some(why) => println!("    {id}  ({why})"),
        }
    }
    println!("\n{}:", output.say("Gelesen", "Read"));
    output.value(&explanation.document);
}
