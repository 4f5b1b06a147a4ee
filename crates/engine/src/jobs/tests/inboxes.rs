//! Inboxes that are watched, with the jobs that take what lies in them; neither TEMU nor JTL is needed.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use super::*;

const META: &str = r#""EXTF";700;21;"Buchungsstapel";13;20260130140440439;;"RE";"";"";29098;55003;20260101;4;20260101;20261231;"";"WD";1;0;0;"EUR";;"";;;"03";;;"";"""#;
const HEADINGS: &str = "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Gegenkonto (ohne BU-Schl\u{fc}ssel);Belegfeld 1";
const NIGHT: &str = "2026-11-25T01:00:00Z";

/// A batch without marketplace numbers.
fn batch() -> Vec<u8> {
    let text = format!("{META}\r\n{HEADINGS}\r\n119,00;\"S\";8400;\"RE-1\"\r\n");
    text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

struct Watched {
    dir: TempDir,
    desk: Desk,
    scheduler: Scheduler,
}

impl Watched {
    /// Schedules are switched off: what runs, runs because of the watching.
    fn new(watch_seconds: u32) -> Self {
        let dir = folder();
        let of =
            |job: &str| format!("[jobs.{job}]\nschedule = \"\"\nwatch_seconds = {watch_seconds}\n");
        let settings = format!("{BY_REQUEST}\n{}{}", of("datev_convert"), of("fetch_invoices"));
        let desk = desk(dir.path(), NIGHT, &settings, super::super::all());
        let scheduler = Scheduler::new(&desk.jobs);
        Self { dir, desk, scheduler }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    /// Writes a file that last changed `age` seconds ago by the desk's clock.
    fn put(&self, below: &str, bytes: &[u8], age: i64) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, bytes).expect("written");
        let changed = self.desk.app().clock.now() - TimeDelta::seconds(age);
        let file = fs::File::options().append(true).open(&path).expect("open");
        file.set_modified(SystemTime::from(changed)).expect("set");
    }

    /// Ten seconds later, and until nothing is under way.
    async fn later(&mut self) {
        tokio::time::advance(Duration::from_secs(10)).await;
        settle(&mut self.scheduler, &self.desk).await;
    }

    async fn runs(&self) -> Vec<(String, String, Option<Outcome>)> {
        let all = runs(&self.desk).await.into_iter();
        all.map(|run| (run.job, run.mode, run.outcome)).collect()
    }
}

const IN: &str = "csv_verarbeiter/eingang";
const OUT: &str = "csv_verarbeiter/ausgang";

#[tokio::test(start_paused = true)]
async fn a_batch_is_converted_when_it_was_the_same_at_two_looks() {
    let mut desk = Watched::new(10);
    desk.later().await;
    let whole = batch();
    // A copy that keeps the old time of change shows only by its size that it goes on.
    desk.put(&format!("{IN}/EXTF_a.csv"), &whole[..whole.len() / 2], 3_600);
    desk.later().await;
    desk.put(&format!("{IN}/EXTF_a.csv"), &whole, 3_600);
    desk.later().await;
    assert_eq!(desk.runs().await, []);
    desk.later().await;
    let run = ("datev_convert".to_owned(), "inbox".to_owned(), Some(Outcome::Success));
    assert_eq!(desk.runs().await, [run]);
    assert_eq!(fs::read(desk.path(&format!("{OUT}/EXTF_a.csv"))).expect("put out"), whole);
    assert!(!desk.path(&format!("{IN}/EXTF_a.csv")).exists());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_taken_makes_one_run_until_it_changes() {
    let mut desk = Watched::new(10);
    desk.put(&format!("{IN}/EXTF_a.csv"), b"", 60);
    for _ in 0..20 {
        desk.later().await;
    }
    assert_eq!(desk.runs().await.len(), 1);
    desk.put(&format!("{IN}/EXTF_a.csv"), &batch(), 60);
    for _ in 0..5 {
        desk.later().await;
    }
    let outcomes: Vec<_> = desk.runs().await.into_iter().map(|run| run.2).collect();
    assert_eq!(outcomes, [Some(Outcome::Failed), Some(Outcome::Success)]);
}

#[tokio::test(start_paused = true)]
async fn a_document_is_read_once_and_what_is_wrong_with_it_is_told() {
    let mut desk = Watched::new(10);
    let inbox = "pdf_reader/eingang/rechnungen";
    for length in 5..15 {
        // It grows, and changes with every second.
        desk.put(&format!("{inbox}/kaputt.pdf"), &b"%PDF-1.7 and nothing more"[..length], 0);
        desk.later().await;
    }
    assert_eq!(desk.runs().await, []);
    for _ in 0..20 {
        desk.later().await;
    }
    let run = ("fetch_invoices".to_owned(), "read".to_owned(), Some(Outcome::Partial));
    assert_eq!(desk.runs().await, [run]);
    assert_eq!(codes(&runs(&desk.desk).await[0]), [Code::InvoiceBroken]);
    assert!(desk.path("pdf_reader/ausgang/rechnungen.xlsx").exists());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_converted_while_a_person_is_at_work_with_it_or_when_nobody_wants_it() {
    let mut desk = Watched::new(10);
    desk.put(&format!("{IN}/EXTF_a.csv"), &batch(), 60);
    desk.desk.app().attend_datev();
    for _ in 0..50 {
        desk.later().await;
    }
    assert_eq!(desk.runs().await, []);
    for _ in 0..15 {
        desk.later().await;
    }
    assert_eq!(desk.runs().await.len(), 1);
    let mut unwatched = Watched::new(0);
    unwatched.put(&format!("{IN}/EXTF_a.csv"), &batch(), 60);
    for _ in 0..5 {
        unwatched.later().await;
    }
    assert_eq!(unwatched.runs().await, []);
}
