//! `kontor invoices` as its users run it.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use kontor_specimen::{Specimen, hostile, specimen};
use serde_json::Value;
use tempfile::TempDir;

/// A data folder without a sandbox: reading invoices needs neither TEMU nor JTL.
struct Reader {
    folder: TempDir,
}

impl Reader {
    fn new(settle_seconds: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(
            folder.path().join("kontor.toml"),
            format!("[invoices]\nsettle_seconds = {settle_seconds}\n"),
        )?;
        let reader = Self { folder };
        for inbox in ["rechnungen", "werbung"] {
            std::fs::create_dir_all(reader.path("eingang").join(inbox))?;
        }
        Ok(reader)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join("data").join("pdf_reader").join(below)
    }

    fn put(&self, inbox: &str, name: &str, bytes: &[u8]) -> Result<()> {
        Ok(std::fs::write(self.path("eingang").join(inbox).join(name), bytes)?)
    }

    fn kontor(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
        command.args(arguments).arg("--config").arg(self.folder.path().join("kontor.toml"));
        command.arg("--data").arg(self.folder.path().join("data")).env("KONTOR_LANG", "en");
        command
    }

    fn json(&self, arguments: &[&str]) -> Result<(Value, i32)> {
        let output = self.kontor(&[arguments, &["--json"]].concat()).output()?;
        Ok((parsed(&output)?, output.status.code().unwrap_or(-1)))
    }

    fn inbox(&self) -> Result<(Value, i32)> {
        self.json(&["invoices", "read", "--inbox"])
    }

    /// Every file of the results with its content.
    fn results(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(self.path("ausgang"))? {
            let path = entry?.path();
            files.push((path.display().to_string(), std::fs::read(&path)?));
        }
        files.sort();
        Ok(files)
    }
}

fn parsed(output: &Output) -> Result<Value> {
    serde_json::from_slice(&output.stdout)
        .map_err(|e| anyhow::anyhow!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The first document of a kind.
fn of_kind(kind: &str, after: usize) -> Specimen {
    (after..)
        .map(|index| specimen(7, index))
        .find(|s| s.truth.kind == kind && !s.truth.reverse_charge)
        .unwrap_or_else(|| specimen(7, 0))
}

fn flags(document: &Value) -> Vec<&str> {
    document["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn codes(report: &Value) -> Vec<&str> {
    report["problems"].as_array().into_iter().flatten().filter_map(|p| p["code"].as_str()).collect()
}

#[test]
fn the_inboxes_become_tables_and_a_second_run_changes_nothing() -> Result<()> {
    let reader = Reader::new(0)?;
    let (invoice, credit, ads) =
        (of_kind("rechnung", 0), of_kind("gutschrift", 11), of_kind("werbung", 22));
    reader.put("rechnungen", "a.pdf", &invoice.pdf)?;
    reader.put("rechnungen", "b.pdf", &credit.pdf)?;
    reader.put("werbung", "c.pdf", &ads.pdf)?;
    let (report, code) = reader.inbox()?;
    assert_eq!((report["outcome"].as_str(), code), (Some("success"), 0), "{report:#}");
    assert_eq!(report["documents"][0]["gross_cents"], invoice.truth.gross);
    assert_eq!(report["documents"][1]["gross_cents"], credit.truth.gross);
    assert!(credit.truth.gross < 0);
    let (from, to) = ads.truth.period.clone().unwrap_or_default();
    let copy = format!("{}_{from}_{to}.pdf", ads.truth.country);
    let before = reader.results()?;
    let names: Vec<&str> = before.iter().filter_map(|(n, _)| n.rsplit('/').next()).collect();
    for name in
        ["rechnungen.xlsx", "rechnungen.csv", "rechnungen.json", "werbung.xlsx", copy.as_str()]
    {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    let (report, code) = reader.inbox()?;
    assert_eq!((report["files"].as_array().map(Vec::len), code), (Some(0), 0), "{report:#}");
    assert_eq!(reader.results()?, before);
    Ok(())
}

#[test]
fn what_is_doubled_misplaced_or_broken_is_told_and_the_others_are_read() -> Result<()> {
    let reader = Reader::new(0)?;
    let good = of_kind("rechnung", 0);
    reader.put("rechnungen", "a.pdf", &good.pdf)?;
    reader.put("rechnungen", "a-copy.pdf", &good.pdf)?;
    reader.put("rechnungen", "ads.pdf", &of_kind("werbung", 22).pdf)?;
    reader.put("rechnungen", "picture.jpg", b"no document")?;
    for file in
        hostile().iter().filter(|f| ["empty.pdf", "encrypted.pdf", "scanned.pdf"].contains(&f.name))
    {
        reader.put("rechnungen", file.name, &file.bytes)?;
    }
    let (report, code) = reader.inbox()?;
    assert_eq!((report["outcome"].as_str(), code), (Some("partial"), 4), "{report:#}");
    let by_name = |name: &str| {
        let documents = report["documents"].as_array();
        documents.into_iter().flatten().find(|d| d["file"] == name).cloned().unwrap_or_default()
    };
    assert_eq!(by_name("a-copy.pdf")["number"], good.truth.number.as_str());
    assert!(flags(&by_name("a.pdf")).contains(&"duplicate"));
    assert!(flags(&by_name("ads.pdf")).contains(&"wrong_inbox"));
    assert_eq!(flags(&by_name("empty.pdf")), ["broken"]);
    assert_eq!(flags(&by_name("encrypted.pdf")), ["encrypted"]);
    assert_eq!(flags(&by_name("scanned.pdf")), ["no_text"]);
    assert!(codes(&report).contains(&"invoice.file_kind"));
    let table = std::fs::read_to_string(reader.path("ausgang").join("rechnungen.csv"))?;
    assert_eq!(table.matches(good.truth.number.as_str()).count(), 1, "{table}");
    assert!(!table.contains("ads.pdf"), "{table}");
    Ok(())
}

#[test]
fn a_document_stays_in_the_table_when_its_file_is_gone_and_its_number_is_known() -> Result<()> {
    let reader = Reader::new(0)?;
    let good = of_kind("rechnung", 0);
    reader.put("rechnungen", "a.pdf", &good.pdf)?;
    reader.inbox()?;
    std::fs::remove_file(reader.path("eingang").join("rechnungen").join("a.pdf"))?;
    // The same document with other bytes.
    let mut again = good.pdf.clone();
    again.extend_from_slice(b"\n% downloaded again\n");
    reader.put("rechnungen", "b.pdf", &again)?;
    let (report, code) = reader.inbox()?;
    assert_eq!((codes(&report), code), (vec!["invoice.duplicate"], 4), "{report:#}");
    let register: Value =
        serde_json::from_slice(&std::fs::read(reader.path("ausgang").join("rechnungen.json"))?)?;
    assert_eq!(register["documents"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[test]
fn a_file_that_is_still_written_is_left_alone() -> Result<()> {
    let reader = Reader::new(1)?;
    let good = of_kind("rechnung", 0);
    let path = reader.path("eingang").join("rechnungen").join("slow.pdf");
    let (head, tail) = good.pdf.split_at(good.pdf.len() / 2);
    std::fs::write(&path, head)?;
    let child = reader
        .kontor(&["invoices", "read", "--inbox", "--json"])
        .stdout(std::process::Stdio::piped())
        .spawn()?;
    // The program looks, rests for a second, and looks again: in between the file grows.
    for _ in 0..100 {
        if reader.path("reader.lock").exists() {
            break;
        }
        thread::yield_now();
        thread::park_timeout(Duration::from_millis(20));
    }
    thread::park_timeout(Duration::from_millis(300));
    std::fs::write(&path, [head, &tail[..tail.len() / 2]].concat())?;
    let report = parsed(&child.wait_with_output()?)?;
    assert_eq!(codes(&report), ["invoice.still_written"], "{report:#}");
    assert_eq!(report["documents"].as_array().map(Vec::len), Some(0));
    std::fs::write(&path, &good.pdf)?;
    let (report, code) = reader.inbox()?;
    assert_eq!(
        (report["documents"][0]["number"].as_str(), code),
        (Some(good.truth.number.as_str()), 0)
    );
    Ok(())
}

#[test]
fn killed_at_any_moment_the_results_are_the_old_ones_or_the_new_ones() -> Result<()> {
    let reader = Reader::new(0)?;
    for index in 0..24 {
        let inbox =
            if specimen(7, index).truth.kind == "werbung" { "werbung" } else { "rechnungen" };
        reader.put(inbox, &format!("{index}.pdf"), &specimen(7, index).pdf)?;
    }
    for round in 0..12 {
        let mut child = reader
            .kontor(&["invoices", "read", "--inbox", "--json"])
            .stdout(std::process::Stdio::null())
            .spawn()?;
        thread::park_timeout(Duration::from_millis(fastrand::u64(30..1_500)));
        child.kill()?;
        child.wait()?;
        for (name, content) in reader.results().unwrap_or_default() {
            if name.ends_with(".json") {
                serde_json::from_slice::<Value>(&content)
                    .map_err(|e| anyhow::anyhow!("round {round}, {name}: {e}"))?;
            }
        }
    }
    let (report, _) = reader.inbox()?;
    assert_eq!(report["documents"].as_array().map(Vec::len), Some(24), "{report:#}");
    let left = reader.results()?.iter().filter(|(name, _)| name.ends_with(".tmp")).count();
    assert_eq!(left, 0);
    Ok(())
}

#[test]
fn an_altered_register_is_not_overwritten() -> Result<()> {
    let reader = Reader::new(0)?;
    reader.put("rechnungen", "a.pdf", &specimen(7, 0).pdf)?;
    reader.inbox()?;
    let register = reader.path("ausgang").join("rechnungen.json");
    std::fs::write(&register, "{ half")?;
    let (report, code) = reader.inbox()?;
    assert_eq!((codes(&report), code), (vec!["invoice.register_unreadable"], 1));
    assert_eq!(std::fs::read_to_string(&register)?, "{ half");
    Ok(())
}

#[test]
fn an_own_rule_reads_a_layout_that_kontor_does_not_know() -> Result<()> {
    let reader = Reader::new(0)?;
    let file = hostile().into_iter().find(|f| f.name == "letter.pdf");
    let letter = file.map(|f| f.bytes).unwrap_or_default();
    let path = reader.folder.path().join("letter.pdf");
    std::fs::write(&path, letter)?;
    let name = path.display().to_string();
    let (report, code) = reader.json(&["invoices", "read", &name])?;
    assert_eq!((flags(&report["documents"][0]), code), (vec!["unknown_layout"], 1));
    let rule = "[[layout]]\nid = \"brief\"\ntype = \"rechnung\"\nlanguage = \"de\"\n\
                needs = [\"Sehr geehrte\"]\nnumber = [\"Belegnummer\"]\n";
    std::fs::create_dir_all(reader.path("regeln"))?;
    std::fs::write(reader.path("regeln").join("brief.toml"), rule)?;
    let (report, code) = reader.json(&["invoices", "read", &name])?;
    assert_eq!((report["documents"][0]["layout"].as_str(), code), (Some("brief"), 4));
    let (explained, _) = reader.json(&["invoices", "rules", "test", &name])?;
    let layouts = explained["layouts"].as_array().into_iter().flatten();
    let fitting: Vec<&Value> = layouts.filter(|l| l["misses"].is_null()).collect();
    assert_eq!(fitting.len(), 1, "{explained:#}");
    assert_eq!(explained["lines"][0], "Sehr geehrte Damen und Herren");
    Ok(())
}

#[test]
fn a_wrong_rule_is_refused_by_file_and_place() -> Result<()> {
    let reader = Reader::new(0)?;
    for text in
        ["[[layout]]\nid = \"x\"\nlabel = \"y\"", "[[layout]]\nid = \"x\"\nlike = \"x\"", "no toml"]
    {
        let path = reader.folder.path().join("rule.toml");
        std::fs::write(&path, text)?;
        let (report, code) =
            reader.json(&["invoices", "rules", "test", &path.display().to_string()])?;
        assert_eq!((codes(&report), code), (vec!["invoice.rules_invalid"], 1), "{text}");
        let detail = report["problems"][0]["detail"].as_str().unwrap_or_default();
        assert!(detail.contains("rule.toml"), "{detail}");
    }
    let (report, code) = reader.json(&["invoices", "read", "missing.pdf"])?;
    assert_eq!((codes(&report), code), (vec!["file.read_failed"], 1));
    assert_eq!(reader.kontor(&["invoices", "read"]).output()?.status.code(), Some(2));
    Ok(())
}
