//! DATEV batches through the inbox, with numbers from JTL over TDS.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use kontor_core::run::Outcome;
use kontor_engine::App;
use kontor_engine::datev::{ConvertOptions, DatevReport, ExportOptions};
use kontor_engine::orders::Mode;
use kontor_engine::progress::silent;
use kontor_sandbox::jtl::{SqlFault, SqlFaultKind};
use kontor_tests::{Shop, files, sync};
use tokio_util::sync::CancellationToken;

const AMAZON: &str = "028-1234567-1234567";
const META: &str = r#""EXTF";700;21;"Buchungsstapel";13;20260130140440439;;"RE";"";"";29098;55003;20260101;4;20260101;20261231;"Buchungsstapel";"WD";1;0;0;"EUR";;"";;;"03";;;"";"""#;
const HEADINGS: &str = "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Gegenkonto (ohne BU-Schl\u{fc}ssel);Belegfeld 1;Zusatzinformation - Art 1;Zusatzinformation- Inhalt 1";

/// A batch with one row for each number, in Windows-1252.
fn batch(numbers: &[&str], contra: &str) -> Vec<u8> {
    let rows: String =
        numbers.iter().map(|n| format!("119,00;\"S\";{contra};\"{n}\";\"\";\"\"\r\n")).collect();
    let text = format!("{META}\r\n{HEADINGS}\r\n{rows}");
    text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

struct Desk {
    shop: Shop,
    app: App,
}

impl Desk {
    async fn open(orders: usize, changes: &str) -> Result<Self> {
        let shop = Shop::open(orders).await?;
        let app = shop.kontor(changes).await?;
        app.datev_folders()?;
        shop.sandbox.jtl().execute_as_admin(&format!(
            "INSERT INTO Verkauf.tAuftrag (cAuftragsNr, nType, dErstellt, cExterneAuftragsnummer, cKundenNr)
             VALUES ('AU-900001', 1, '2026-11-01 10:00:00', '{AMAZON}', 'K90001')"
        ))?;
        Ok(Self { shop, app })
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.shop.data().join("csv_verarbeiter").join(name)
    }

    fn names(&self, folder: &str) -> Result<Vec<String>> {
        let names = files(&self.folder(folder), "")?;
        Ok(names
            .iter()
            .map(|p| p.file_name().unwrap_or_default().to_string_lossy().into())
            .collect())
    }

    /// Puts a file into the inbox that has been at rest for a while.
    fn drop_file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.folder("eingang").join(name);
        fs::write(&path, bytes)?;
        rest(&path)?;
        Ok(path)
    }

    async fn convert(&self) -> Result<DatevReport> {
        self.convert_with(Vec::new(), false).await
    }

    async fn convert_with(&self, files: Vec<PathBuf>, dry_run: bool) -> Result<DatevReport> {
        let cancel = CancellationToken::new();
        let options = ConvertOptions { files, dry_run, progress: silent(), cancel };
        Ok(self.app.convert_datev(options).await?)
    }
}

fn rest(path: &Path) -> Result<()> {
    let file = fs::File::options().append(true).open(path)?;
    #[expect(clippy::disallowed_methods, reason = "the file is made to look older than now")]
    let then = SystemTime::now() - Duration::from_secs(60);
    Ok(file.set_modified(then)?)
}

fn problem_codes(report: &DatevReport) -> Vec<&'static str> {
    report.run.problems.iter().map(|p| p.code).collect()
}

fn zip(entries: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default())?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_both_marketplaces_become_customer_numbers_and_the_source_is_archived()
-> Result<()> {
    let desk = Desk::open(40, "").await?;
    sync(&desk.app, Mode::Full).await?;
    desk.shop.import()?;
    let known = desk.shop.sandbox.jtl().query_as_admin(
        "SELECT cExterneAuftragsnummer, cKundenNr FROM Verkauf.tAuftrag WHERE cExterneAuftragsnummer LIKE 'PO-%'",
    )?;
    let order = known.first().context("an imported order")?;
    let (temu, customer) =
        (order[0].clone().unwrap_or_default(), order[1].clone().unwrap_or_default());
    assert!(!customer.is_empty());
    let source = batch(&[AMAZON, &temu, "028-0000000-0000000", "RE-1"], "8400");
    desk.drop_file("EXTF_a.csv", &source)?;
    let report = desk.convert().await?;
    assert_eq!(report.run.outcome, Outcome::Success, "{report:#?}");
    let counts = report.run.counts;
    assert_eq!((counts.converted, counts.changed, counts.not_found), (1, 2, 1));
    let written = fs::read(desk.folder("ausgang").join("EXTF_a.csv"))?;
    let text: String = written.iter().map(|b| char::from(*b)).collect();
    let marked = |mark: &str| format!("\"Pr\u{fc}fung\";\"{mark} durchgef\u{fc}hrt am ");
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(
        lines[2].starts_with(&format!(
            "119,00;\"S\";8400;\"K90001\";{}",
            marked("AmazonOrderID-Check")
        )),
        "{text}"
    );
    assert!(
        lines[3].starts_with(&format!(
            "119,00;\"S\";8400;\"{customer}\";{}",
            marked("TEMU-Bestellnummer-Check")
        )),
        "{text}"
    );
    assert_eq!(lines[5], "119,00;\"S\";8400;\"RE-1\";\"\";\"\"");
    assert!(desk.names("eingang")?.is_empty() && desk.names("tmp")?.is_empty());
    assert_eq!(desk.names("reports")?.len(), 1);
    let archived = desk.names("archiv")?;
    assert_eq!(fs::read(desk.folder("archiv").join(&archived[0]))?, source);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_changes_nothing_and_asks_nothing() -> Result<()> {
    let desk = Desk::open(1, "").await?;
    desk.drop_file("EXTF_a.csv", &batch(&[AMAZON], "8400"))?;
    desk.convert().await?;
    desk.shop.sandbox.jtl().clear_statements();
    let folders = ["ausgang", "reports", "archiv"];
    let before = folders.map(|f| desk.names(f));
    let report = desk.convert().await?;
    assert_eq!((report.run.outcome, report.run.counts.seen), (Outcome::Success, 0));
    let after = folders.map(|f| desk.names(f));
    for (before, after) in before.into_iter().zip(after) {
        assert_eq!(before?, after?);
    }
    assert!(desk.shop.sandbox.jtl().statements().is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn jtl_is_asked_once_per_thousand_numbers() -> Result<()> {
    let desk = Desk::open(1, "").await?;
    desk.app.tested_jtl().await?;
    let numbers: Vec<String> = (0..2_500).map(|n| format!("028-0000000-{n:07}")).collect();
    let numbers: Vec<&str> = numbers.iter().chain(&numbers).map(String::as_str).collect();
    desk.drop_file("EXTF_a.csv", &batch(&numbers, "8400"))?;
    desk.shop.sandbox.jtl().clear_statements();
    let report = desk.convert().await?;
    assert_eq!(report.run.counts.not_found, 5_000);
    let asked: Vec<_> = desk.shop.sandbox.jtl().statements();
    let lookups = asked.iter().filter(|s| s.text.contains("cExterneAuftragsnummer")).count();
    assert_eq!(lookups, 3, "{asked:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_one_number_with_one_customer_are_taken_and_with_two_are_not() -> Result<()> {
    let desk = Desk::open(1, "").await?;
    let twice = |number: &str, customers: [&str; 2]| -> Result<()> {
        for (n, customer) in customers.iter().enumerate() {
            desk.shop.sandbox.jtl().execute_as_admin(&format!(
                "INSERT INTO Verkauf.tAuftrag (cAuftragsNr, nType, dErstellt, cExterneAuftragsnummer, cKundenNr)
                 VALUES ('AU-{number}-{n}', 1, '2026-11-01 10:00:00', '{number}', '{customer}')"
            ))?;
        }
        Ok(())
    };
    twice("028-1111111-0000001", ["K1", "K1"])?;
    twice("028-1111111-0000002", ["K1", "K2"])?;
    twice("028-1111111-0000003", ["", " "])?;
    let numbers = ["028-1111111-0000001", "028-1111111-0000002", "028-1111111-0000003"];
    desk.drop_file("EXTF_a.csv", &batch(&numbers, "8400"))?;
    let report = desk.convert().await?;
    let counts = report.run.counts;
    assert_eq!((counts.changed, counts.warnings, counts.not_found), (1, 1, 1), "{report:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_number_can_be_chosen_instead() -> Result<()> {
    let desk = Desk::open(1, "[datev]\nreplacement = \"order_number\"").await?;
    desk.drop_file("EXTF_a.csv", &batch(&[AMAZON], "8400"))?;
    desk.convert().await?;
    let written = fs::read(desk.folder("ausgang").join("EXTF_a.csv"))?;
    assert!(String::from_utf8_lossy(&written).contains("\"AU-900001\""));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_still_written_is_left_alone_until_it_rests() -> Result<()> {
    let desk = Desk::open(1, "").await?;
    let path = desk.folder("eingang").join("EXTF_a.csv");
    fs::write(&path, batch(&[AMAZON], "8400"))?;
    fs::write(desk.folder("eingang").join("EXTF_b.csv.part"), "x")?;
    let report = desk.convert().await?;
    assert_eq!((report.run.counts.waiting, report.run.counts.converted), (1, 0));
    assert_eq!(problem_codes(&report), ["datev.still_written"]);
    assert!(path.exists() && desk.names("ausgang")?.is_empty());
    rest(&path)?;
    assert_eq!(desk.convert().await?.run.counts.converted, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_jtl_the_file_stays_and_others_that_need_nothing_of_it_go_on() -> Result<()> {
    let desk = Desk::open(1, "").await?;
    desk.app.tested_jtl().await?;
    desk.drop_file("EXTF_a.csv", &batch(&[AMAZON], "8400"))?;
    desk.drop_file("EXTF_b.csv", &batch(&["RE-1"], "8400"))?;
    let fault = SqlFault {
        times: None,
        ..SqlFault::once(SqlFaultKind::Error { number: 1222, class: None, message: None })
    };
    desk.shop.sandbox.jtl().inject(fault.matching("cExterneAuftragsnummer"));
    let report = desk.convert().await?;
    assert_eq!(report.run.outcome, Outcome::Partial, "{report:#?}");
    assert_eq!(problem_codes(&report), ["jtl.timeout"]);
    assert_eq!(report.run.problems[0].subject.as_deref(), Some("EXTF_a.csv"));
    assert_eq!(desk.names("eingang")?, ["EXTF_a.csv"]);
    assert_eq!(desk.names("ausgang")?, ["EXTF_b.csv"]);
    desk.shop.sandbox.jtl().clear_faults();
    assert_eq!(desk.convert().await?.run.outcome, Outcome::Success);
    assert_eq!(desk.names("ausgang")?, ["EXTF_a.csv", "EXTF_b.csv"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_are_each_named_and_stay_while_the_good_one_goes_on() -> Result<()> {
    let desk = Desk::open(1, "[datev]\nzip_max_mib = 1").await?;
    let good = batch(&[AMAZON], "8400");
    let utf16: Vec<u8> =
        String::from_utf8_lossy(&good).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bomb = vec![b'x'; 3 << 20];
    let hostile: [(&str, Vec<u8>, &str); 9] = [
        ("a_leer.csv", Vec::new(), "datev.empty"),
        ("b_utf16.csv", utf16, "datev.encoding_unsupported"),
        (
            "c_offen.csv",
            [good.as_slice(), b"1,00;\"S\";8400;\"offen"].concat(),
            "datev.row_malformed",
        ),
        ("d_kurz.csv", [good.as_slice(), b"1,00;\"S\"\r\n"].concat(), "datev.row_malformed"),
        ("e_fremd.csv", b"a;b\r\n1;2\r\n".to_vec(), "datev.not_extf"),
        ("f_bild.png", b"x".to_vec(), "datev.file_unsupported"),
        (
            "g_pfad.zip",
            zip(&[("EXTF_ok.csv", &good), ("../EXTF_x.csv", &good)])?,
            "datev.zip_unsafe",
        ),
        ("h_bombe.zip", zip(&[("EXTF_x.csv", &bomb)])?, "datev.zip_too_large"),
        ("i_kaputt.zip", b"PK\x03\x04 nothing else".to_vec(), "datev.zip_unreadable"),
    ];
    for (name, bytes, _) in &hostile {
        desk.drop_file(name, bytes)?;
    }
    desk.drop_file("z_EXTF_gut.csv", &good)?;
    let report = desk.convert().await?;
    assert_eq!(report.run.outcome, Outcome::Partial);
    assert_eq!((report.run.counts.failed, report.run.counts.converted), (9, 1));
    for (name, bytes, code) in &hostile {
        let told = report
            .run
            .problems
            .iter()
            .find(|p| p.subject.as_ref().is_some_and(|s| s.starts_with(name)));
        assert_eq!(told.map(|p| p.code), Some(*code), "{name}: {report:#?}");
        assert_eq!(&fs::read(desk.folder("eingang").join(name))?, bytes);
    }
    assert_eq!(desk.names("ausgang")?, ["z_EXTF_gut.csv"]);
    assert!(desk.names("tmp")?.is_empty());
    assert!(!desk.shop.data().join("EXTF_x.csv").exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_too_long_for_report_and_archive_is_told_and_the_others_go_on() -> Result<()>
{
    let desk = Desk::open(1, "").await?;
    let long = format!("A_{}.csv", "x".repeat(220));
    desk.drop_file(&long, &batch(&["RE-1"], "8400"))?;
    desk.drop_file("EXTF_b.csv", &batch(&["RE-1"], "8400"))?;
    let report = desk.convert().await?;
    assert_eq!(problem_codes(&report), ["upload.name_unusable"]);
    assert_eq!(
        (desk.names("eingang")?, desk.names("ausgang")?),
        (vec![long], vec!["EXTF_b.csv".to_owned()])
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_file_gives_its_batches_and_one_report() -> Result<()> {
    let desk = Desk::open(1, "").await?;
    let archive = zip(&[
        ("2026/EXTF_a.csv", &batch(&[AMAZON], "8400")),
        ("EXTF_A.csv", &batch(&["RE-1"], "10")),
        ("liesmich.txt", b"x"),
    ])?;
    desk.drop_file("stapel.zip", &archive)?;
    let report = desk.convert().await?;
    assert_eq!(report.run.outcome, Outcome::Success, "{report:#?}");
    assert_eq!(desk.names("ausgang")?, ["#_EXTF_A_2.csv", "EXTF_a.csv"]);
    assert_eq!(report.sources[0].skipped, ["liesmich.txt"]);
    assert_eq!((desk.names("reports")?.len(), desk.names("archiv")?.len()), (1, 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_is_never_overwritten() -> Result<()> {
    let desk = Desk::open(1, "").await?;
    fs::write(desk.folder("ausgang").join("EXTF_a.csv"), "von Hand")?;
    desk.drop_file("EXTF_a.csv", &batch(&[AMAZON], "8400"))?;
    desk.convert().await?;
    assert_eq!(desk.names("ausgang")?, ["EXTF_a.csv", "EXTF_a_2.csv"]);
    assert_eq!(fs::read(desk.folder("ausgang").join("EXTF_a.csv"))?, b"von Hand");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing_and_named_files_stay_where_they_are() -> Result<()> {
    let desk = Desk::open(1, "").await?;
    let path = desk.drop_file("EXTF_a.csv", &batch(&[AMAZON], "8400"))?;
    let report = desk.convert_with(Vec::new(), true).await?;
    assert_eq!(report.run.counts.changed, 1);
    for folder in ["ausgang", "reports", "archiv", "tmp"] {
        assert!(desk.names(folder)?.is_empty(), "{folder}");
    }
    assert!(desk.app.store.runs(None, 5).await?.is_empty());
    desk.convert_with(vec![path.clone()], false).await?;
    assert!(path.exists() && desk.names("archiv")?.is_empty());
    assert_eq!(desk.names("ausgang")?, ["EXTF_a.csv"]);
    let runs = desk.app.store.runs(Some("datev_convert"), 5).await?;
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].outcome, Some(Outcome::Success));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn exported_orders_pass_the_check_and_their_sum_is_that_of_the_orders() -> Result<()> {
    let desk = Desk::open(120, "[datev.export]\nconsultant = 29098\nclient = 55003").await?;
    sync(&desk.app, Mode::Full).await?;
    desk.shop.import()?;
    sync(&desk.app, Mode::Full).await?;
    let day = |text: &str| text.parse::<NaiveDate>();
    let options =
        ExportOptions { from: day("2000-01-01")?, to: day("2099-12-31")?, dry_run: false };
    let report = desk.app.export_datev(options).await?;
    assert!(report.orders > 40, "{report:#?}");
    assert_eq!(desk.names("ausgang")?.len(), report.files.len());
    let mut sum = 0;
    for file in &report.files {
        let checked = desk.app.check_datev(&desk.folder("ausgang").join(&file.name)).await?;
        assert_eq!((checked[0].report.errors, checked[0].report.warnings), (0, 0), "{checked:#?}");
        sum += checked[0].report.sums.debit - checked[0].report.sums.credit;
    }
    let totals = report.totals;
    assert_eq!(sum, i128::from(totals.sales + totals.shipping + totals.cancelled));
    let database = rusqlite::Connection::open(desk.shop.data().join("kontor.db"))?;
    let left_out: Vec<String> = report.problems.iter().filter_map(|p| p.subject.clone()).collect();
    let mut paid = 0;
    let mut rows = database.prepare("SELECT parent_order_sn, total_cents FROM temu_orders WHERE state IN ('exported', 'accepted', 'tracked', 'reported')")?;
    let rows = rows.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, Option<i64>>(1)?)))?;
    for row in rows {
        let (sn, total) = row?;
        if !left_out.contains(&sn) {
            paid += total.unwrap_or_default();
        }
    }
    assert_eq!(totals.sales + totals.shipping - totals.cancelled, paid);
    let again = desk.app.export_datev(options).await?;
    assert_eq!((again.totals, again.files.len()), (totals, report.files.len()));
    assert_eq!(desk.names("ausgang")?.len(), report.files.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_not_set_up_is_refused_by_the_missing_setting() -> Result<()> {
    let desk = Desk::open(1, "").await?;
    let day: NaiveDate = "2026-11-01".parse()?;
    let refused = desk.app.export_datev(ExportOptions { from: day, to: day, dry_run: true }).await;
    let problem = refused.expect_err("refused");
    assert_eq!(problem.subject.as_deref(), Some("datev.export.consultant"));
    Ok(())
}
