//! Files that are made of others: `docs/error-codes.md` and the manual's page of errors of the problem texts,
//! `ui/src/rpc/gen.ts` of the command table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

const TEXTS: &str = "crates/core/src/problem/texts.toml";
/// The files that are made of the problem texts.
pub(crate) const ERROR_CODES: &str = "docs/error-codes.md";
/// The manual's page of errors.
pub(crate) const MANUAL_ERRORS: &str = "docs/benutzer/fehler.md";

/// What the codes are about, in the order in which staff meet it.
const SUBJECTS: [(&str, &str); 22] = [
    ("order", "Bestellungen"),
    ("orders", "Bestellungen, der Lauf"),
    ("shipment", "Sendungen"),
    ("carrier", "Versender"),
    ("stock", "Bestand"),
    ("jtl", "JTL-Wawi"),
    ("temu", "TEMU"),
    ("run", "Läufe"),
    ("job", "Aufträge"),
    ("alert", "Hinweise"),
    ("invoice", "Rechnungen"),
    ("datev", "DATEV"),
    ("secret", "Zugangsdaten"),
    ("config", "Einstellungen"),
    ("upload", "Dateien, die Sie hinzufügen"),
    ("file", "Dateien"),
    ("import", "Einlesen"),
    ("store", "Kontors Datenbank"),
    ("shell", "Das Fenster"),
    ("host", "Der Rechner"),
    ("command", "Befehle"),
    ("internal", "Fehler in Kontor"),
];

#[derive(Deserialize)]
struct Entry {
    class: String,
    de: Text,
    en: Text,
}

#[derive(Deserialize)]
struct Text {
    title: String,
    meaning: String,
    remedy: String,
}

fn problem_texts(root: &Path) -> Result<BTreeMap<String, Entry>> {
    let text = std::fs::read_to_string(root.join(TEXTS)).context(TEXTS)?;
    toml::from_str(&text).context(TEXTS)
}

/// The document as it should be.
pub(crate) fn error_codes(root: &Path) -> Result<String> {
    let entries = problem_texts(root)?;
    let mut document = String::from(
        "# Problem codes\n\nMade by `cargo xtask codegen` from the problem texts; do not edit.\n\n\
         Classes: `retry` passes by itself · `permanent` stops the run until somebody changes something · `business` is \
         about one order, the others go on · `operator` waits for a decision · `bug` is a fault of Kontor's · \
         `cancelled` was stopped.\n",
    );
    for (code, entry) in entries {
        let Entry { class, de, en } = entry;
        write!(
            document,
            "\n## `{code}` ({class})\n\n**{}** {} → {}\n\n**{}** {} → {}\n",
            sentence(&de.title),
            de.meaning,
            de.remedy,
            sentence(&en.title),
            en.meaning,
            en.remedy
        )?;
    }
    Ok(document)
}

/// The manual's page of errors as it should be: in German, by subject.
///
/// # Errors
/// A code whose subject has no title here.
pub(crate) fn manual_errors(root: &Path) -> Result<String> {
    let mut entries = problem_texts(root)?;
    let mut page = String::from(
        "# Fehler und was zu tun ist\n\nJede Meldung in Kontor hat eine Kennung. Hier steht zu jeder, was sie bedeutet und was Sie \
         tun. Diese Seite wird aus den Texten des Programms gemacht (`cargo xtask codegen`).\n",
    );
    for (subject, title) in SUBJECTS {
        let of_subject = |code: &String, _: &mut Entry| code.split('.').next() == Some(subject);
        let found: Vec<(String, Entry)> = entries.extract_if(.., of_subject).collect();
        if !found.is_empty() {
            write!(page, "\n## {title}\n")?;
        }
        for (code, Entry { class, de, .. }) in found {
            let (title, who) = (de.title.trim_end_matches('.'), concerns(&class)?);
            write!(page, "\n### {title} `{code}`\n\n{} **{}** {who}\n", de.meaning, de.remedy)?;
        }
    }
    if let Some(code) = entries.keys().next() {
        bail!("the subject of {code} has no title in {}", file!());
    }
    Ok(page)
}

/// Whom an error of a class concerns.
fn concerns(class: &str) -> Result<&'static str> {
    Ok(match class {
        "retry" => "Meist vergeht es von selbst: Kontor versucht es wieder.",
        "permanent" => "Läufe bleiben stehen, bis es behoben ist.",
        "business" => "Es betrifft nur das eine Stück; alles andere läuft weiter.",
        "operator" => "Kontor wartet auf Ihre Entscheidung.",
        "bug" => "Das ist ein Fehler in Kontor: Senden Sie dem Support das Support-Paket.",
        "cancelled" => "Jemand hat den Lauf angehalten.",
        _ => bail!("the class {class} is unknown"),
    })
}

fn sentence(title: &str) -> String {
    format!("{}.", title.trim_end_matches('.'))
}

/// The TypeScript of the command table.
const TYPESCRIPT: &str = "ui/src/rpc/gen.ts";

/// Writes the documents and sources that are made of others.
pub(crate) fn write(root: &Path) -> Result<()> {
    save(&root.join(ERROR_CODES), &error_codes(root)?)?;
    save(&root.join(MANUAL_ERRORS), &manual_errors(root)?)?;
    save(&root.join(TYPESCRIPT), &typescript()?)
}

fn save(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| path.display().to_string())
}

fn typescript() -> Result<String> {
    let program = ["run", "--quiet", "--locked", "-p", "kontor-cli", "--bin", "kontor", "--"];
    let output = Command::new("cargo")
        .args(program)
        .args(["api", "typescript"])
        .output()
        .context("kontor")?;
    if !output.status.success() {
        bail!("kontor api typescript: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
