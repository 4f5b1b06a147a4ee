//! Invoices and DATEV batches through the command table: what is dropped into the window, whatever it holds.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kontor_core::Code;
use kontor_engine::Desk;
use kontor_engine::api::{self, Headless};
use kontor_specimen::{hostile, specimen};
use kontor_tests::{Shop, files};
use serde_json::{Value, json};

const AMAZON: &str = "028-1234567-1234567";
const META: &str = r#""EXTF";700;21;"Buchungsstapel";13;20260130140440439;;"RE";"";"";29098;55003;20260101;4;20260101;20261231;"Buchungsstapel";"WD";1;0;0;"EUR";;"";;;"03";;;"";"""#;
const HEADINGS: &str = "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Gegenkonto (ohne BU-Schl\u{fc}ssel);Belegfeld 1;Zusatzinformation - Art 1;Zusatzinformation- Inhalt 1";

struct Window {
    shop: Shop,
    host: Headless,
}

impl Window {
    async fn open(changes: &str) -> Result<Self> {
        let shop = Shop::open(1).await?;
        let quick = format!(
            "[datev]\nsettle_seconds = 0\nzip_max_mib = 1\n[invoices]\nsettle_seconds = 0\n{changes}"
        );
        let host = Headless(std::sync::Arc::new(Desk::new(shop.kontor(&quick).await?)));
        shop.sandbox.jtl().execute_as_admin(&format!(
            "INSERT INTO Verkauf.tAuftrag (cAuftragsNr, nType, dErstellt, cExterneAuftragsnummer, cKundenNr)
             VALUES ('AU-900001', 1, '2026-11-01 10:00:00', '{AMAZON}', 'K90001')"
        ))?;
        Ok(Self { shop, host })
    }

    async fn call(&self, command: &str, parameters: Value) -> Result<Value> {
        Ok(api::call(&self.host, command, parameters).await?)
    }

    async fn refused(&self, command: &str, parameters: Value) -> Result<Code> {
        let answer = api::call(&self.host, command, parameters).await;
        Ok(answer.err().with_context(|| format!("{command} was not refused"))?.code)
    }

    async fn add_invoice(&self, name: &str, bytes: &[u8]) -> Result<Value> {
        self.call("document_add", document(name, bytes)).await
    }

    async fn invoices(&self) -> Result<Vec<Value>> {
        let all = self.call("documents_list", json!({ "kind": "rechnungen" })).await?;
        all.as_array().cloned().context("a list")
    }

    fn datev(&self, folder: &str) -> PathBuf {
        self.shop.data().join("csv_verarbeiter").join(folder)
    }

    fn names(&self, folder: &str) -> Result<Vec<String>> {
        if !self.datev(folder).exists() {
            return Ok(Vec::new());
        }
        let paths = files(&self.datev(folder), "")?.into_iter();
        Ok(paths.filter_map(|p| Some(p.file_name()?.to_string_lossy().into_owned())).collect())
    }
}

fn document(name: &str, bytes: &[u8]) -> Value {
    let content = BASE64_STANDARD.encode(bytes);
    json!({ "kind": "rechnungen", "name": name, "content_base64": content })
}

fn file(name: &str, bytes: &[u8]) -> Value {
    json!({ "name": name, "content_base64": BASE64_STANDARD.encode(bytes) })
}

fn of_file<'a>(all: &'a [Value], name: &str) -> Result<&'a Value> {
    all.iter().find(|d| d["file"] == name).with_context(|| format!("{name} is not listed"))
}

/// Peak memory of this process in MiB.
fn peak_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hostile_document_gets_its_flag_and_the_good_one_is_read() -> Result<()> {
    let window = Window::open("").await?;
    let hostile = hostile();
    for one in &hostile {
        window.add_invoice(one.name, &one.bytes).await?;
    }
    let good = specimen(7, 0);
    window.add_invoice("gut.pdf", &good.pdf).await?;
    // The window takes no such file; somebody put it into the folder.
    let huge = window.shop.data().join("pdf_reader/eingang/rechnungen/huge.pdf");
    let mut file = File::create(huge)?;
    file.write_all(&good.pdf)?;
    file.set_len(200 << 20)?;
    let before = window.invoices().await?;
    assert!(before.iter().all(|d| d["state"] == "inbox"), "{before:#?}");
    let read = window.call("documents_read", json!({ "kind": "rechnungen" })).await?;
    assert_eq!(
        (&read["outcome"], &read["documents"]),
        (&json!("partial"), &json!(hostile.len() + 2))
    );
    let after = window.invoices().await?;
    for one in &hostile {
        let shown = of_file(&after, one.name)?;
        assert_eq!(shown["flags"], json!([one.flag]), "{}", one.name);
        assert_eq!(shown["gross_cents"], Value::Null, "{}", one.name);
    }
    let (read, huge) = (of_file(&after, "gut.pdf")?, of_file(&after, "huge.pdf")?);
    assert_eq!((&read["state"], &read["number"]), (&json!("read"), &json!(good.truth.number)));
    assert_eq!((&huge["state"], &huge["flags"]), (&json!("broken"), &json!(["broken"])));
    assert!(huge["detail"].as_str().is_some_and(|d| d.contains("max_file_mb")), "{huge:#}");
    if let Some(peak) = peak_mib() {
        assert!(peak < 1_024, "{peak} MiB at the peak");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_dropped_is_judged_by_name_kind_and_size_before_it_reaches_a_folder() -> Result<()>
{
    let window = Window::open("max_file_mb = 1").await?;
    let pdf = specimen(7, 0).pdf;
    for name in ["../a.pdf", "a/b.pdf", "C:\\a.pdf", ".a.pdf", ""] {
        let code = window.refused("document_add", document(name, &pdf)).await?;
        assert_eq!(code, Code::UploadNameUnusable, "{name}");
        let code = window.refused("datev_add", file(&name.replace("pdf", "csv"), b"x")).await?;
        assert_eq!(code, Code::UploadNameUnusable, "{name}");
        let page = json!({ "kind": "rechnungen", "file": name });
        assert_eq!(
            window.refused("document_page", page).await?,
            Code::UploadNameUnusable,
            "{name}"
        );
        let convert = json!({ "files": [name], "dry_run": true });
        assert_eq!(window.refused("datev_convert", convert).await?, Code::UploadNameUnusable);
    }
    let large = vec![b'%'; (1 << 20) + 1];
    assert_eq!(
        window.refused("document_add", document("a.pdf", &large)).await?,
        Code::UploadTooLarge
    );
    assert_eq!(
        window.refused("document_add", document("a.exe", &pdf)).await?,
        Code::InvoiceFileKind
    );
    assert_eq!(window.refused("datev_add", file("a.pdf", &pdf)).await?, Code::DatevFileUnsupported);
    let torn = json!({ "kind": "rechnungen", "name": "a.pdf", "content_base64": "%%%" });
    assert_eq!(window.refused("document_add", torn).await?, Code::CommandParametersInvalid);
    assert!(window.invoices().await?.is_empty());
    assert!(window.names("eingang")?.is_empty());
    let names =
        [window.add_invoice("a.pdf", &pdf).await?, window.add_invoice("a.pdf", b"%PDF-").await?];
    assert_eq!(names.map(|n| n["file"].clone()), [json!("a.pdf"), json!("a_2.pdf")]);
    assert_eq!(fs::read(window.shop.data().join("pdf_reader/eingang/rechnungen/a.pdf"))?, pdf);
    Ok(())
}

#[tokio::test]
async fn the_page_of_a_document_shows_its_number_and_its_tables_hold_it() -> Result<()> {
    let window = Window::open("").await?;
    let good = specimen(7, 0);
    window.add_invoice("gut.pdf", &good.pdf).await?;
    window.call("documents_read", json!({ "kind": "rechnungen" })).await?;
    let page =
        window.call("document_page", json!({ "kind": "rechnungen", "file": "gut.pdf" })).await?;
    let size = (page["width"].as_i64().unwrap_or(0), page["height"].as_i64().unwrap_or(0));
    let words = page["words"].as_array().context("words")?;
    let part = good.truth.number.split_whitespace().next().context("a number")?;
    let number = words.iter().find(|w| w["text"].as_str().is_some_and(|t| t.contains(part)));
    let number = number.with_context(|| format!("{part} is not on {page:#}"))?;
    let at = (number["x"].as_i64().unwrap_or(-1), number["y"].as_i64().unwrap_or(-1));
    assert!((0..size.0).contains(&at.0) && (0..size.1).contains(&at.1), "{at:?} in {size:?}");
    let table = |format: &str| json!({ "kind": "rechnungen", "format": format });
    let csv = window.call("documents_table", table("csv")).await?;
    let csv = BASE64_STANDARD.decode(csv["content_base64"].as_str().context("content")?)?;
    assert!(String::from_utf8(csv)?.contains(&good.truth.number));
    let xlsx = window.call("documents_table", table("xlsx")).await?;
    let xlsx = BASE64_STANDARD.decode(xlsx["content_base64"].as_str().context("content")?)?;
    assert_eq!(xlsx, fs::read(window.shop.data().join("pdf_reader/ausgang/rechnungen.xlsx"))?);
    fs::remove_file(window.shop.data().join("pdf_reader/eingang/rechnungen/gut.pdf"))?;
    let gone =
        window.call("document_page", json!({ "kind": "rechnungen", "file": "gut.pdf" })).await?;
    assert_eq!(gone, Value::Null);
    let kept = window.invoices().await?;
    assert_eq!((kept.len(), &kept[0]["is_there"]), (1, &json!(false)));
    assert_eq!(kept[0]["number"], good.truth.number.as_str());
    Ok(())
}

fn latin(text: &str) -> Vec<u8> {
    text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// A batch with one row for each number, in Windows-1252.
fn batch(numbers: &[&str]) -> Vec<u8> {
    let row = |n: &&str| format!("119,00;\"S\";8400;\"{n}\";\"\";\"\"\r\n");
    latin(&format!("{META}\r\n{HEADINGS}\r\n{}", numbers.iter().map(row).collect::<String>()))
}

fn zip(entries: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default())?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// Batches that are converted: the name and the bytes.
fn odd() -> Vec<(&'static str, Vec<u8>)> {
    let good = batch(&[AMAZON, "RE-1"]);
    let text: String = good.iter().map(|b| char::from(*b)).collect();
    let many: Vec<String> = (0..100_000).map(|n| format!("RE-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    vec![
        ("EXTF_bom.csv", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("EXTF_lf.csv", latin(&text.replace("\r\n", "\n"))),
        ("EXTF_quote.csv", latin(&text.replace("\"RE-1\"", "RE\"1"))),
        ("EXTF_viele.csv", batch(&many)),
    ]
}

/// Files that are refused: the name, the bytes and why.
fn refused() -> Result<Vec<(&'static str, Vec<u8>, &'static str)>> {
    let good = batch(&[AMAZON]);
    let wide = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().flat_map(|b| u16::from(*b).to_le_bytes()).collect()
    };
    let bomb = vec![b'x'; 3 << 20];
    Ok(vec![
        ("a_leer.csv", Vec::new(), "datev.empty"),
        ("b_utf16.csv", [b"\xff\xfe".to_vec(), wide(&good)].concat(), "datev.encoding_unsupported"),
        (
            "c_offen.csv",
            [good.as_slice(), b"1,00;\"S\";8400;\"offen"].concat(),
            "datev.row_malformed",
        ),
        ("d_halb.csv", good[..good.len() - 12].to_vec(), "datev.row_malformed"),
        (
            "e_pfad.zip",
            zip(&[("EXTF_ok.csv", &good), ("../EXTF_x.csv", &good)])?,
            "datev.zip_unsafe",
        ),
        ("f_bombe.zip", zip(&[("EXTF_x.csv", &bomb)])?, "datev.zip_too_large"),
        ("g_kaputt.zip", b"PK\x03\x04 nothing else".to_vec(), "datev.zip_unreadable"),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_batches_are_converted_hostile_ones_stay_and_each_says_why() -> Result<()> {
    let window = Window::open("").await?;
    let (odd, refused) = (odd(), refused()?);
    for (name, bytes) in &odd {
        window.call("datev_add", file(name, bytes)).await?;
    }
    for (name, bytes, _) in &refused {
        window.call("datev_add", file(name, bytes)).await?;
    }
    let all = |dry_run: bool| json!({ "files": [], "dry_run": dry_run });
    let preview = window.call("datev_convert", all(true)).await?;
    assert!(window.names("ausgang")?.is_empty() && window.names("reports")?.is_empty());
    let done = window.call("datev_convert", all(false)).await?;
    for results in [&preview, &done] {
        let results = results.as_array().context("results")?;
        assert_eq!(results.len(), odd.len() + refused.len());
        for (name, _, code) in &refused {
            let result = results.iter().find(|r| r["source"] == *name);
            let result = result.with_context(|| format!("{name} is not told"))?;
            assert_eq!(result["problems"][0]["code"], *code, "{name}");
        }
    }
    for (name, bytes, _) in &refused {
        assert_eq!(&fs::read(window.datev("eingang").join(name))?, bytes, "{name}");
    }
    let outputs: Vec<&str> = odd.iter().map(|(name, _)| *name).collect();
    assert_eq!(window.names("ausgang")?, outputs);
    assert_eq!(fs::read(window.datev("ausgang").join("EXTF_viele.csv"))?, odd[3].1);
    let quoted = fs::read(window.datev("ausgang").join("EXTF_quote.csv"))?;
    assert!(quoted.windows(4).any(|w| w == b"RE\"1"), "the quote in the middle stays");
    let lines = fs::read(window.datev("ausgang").join("EXTF_lf.csv"))?;
    assert!(!lines.contains(&b'\r') && lines.windows(8).any(|w| w == b"\"K90001\""));
    let view = window.call("datev", Value::Null).await?;
    assert_eq!(view["inbox"].as_array().map(Vec::len), Some(refused.len()));
    assert_eq!(view["results"].as_array().map(Vec::len), Some(odd.len()));
    assert!(window.names("tmp")?.is_empty());
    if let Some(peak) = peak_mib() {
        assert!(peak < 600, "{peak} MiB at the peak");
    }
    Ok(())
}

#[tokio::test]
async fn a_check_tells_line_field_and_value_and_keeps_nothing() -> Result<()> {
    let window = Window::open("").await?;
    // Fields are known by their places: the fourth is the exchange rate.
    let bad = batch(&["RE 1"]);
    let findings = window.call("datev_check", file("EXTF_a.csv", &bad)).await?;
    let findings = findings.as_array().context("findings")?;
    let quoted = findings.iter().find(|f| f["field"] == "Kurs" && f["severity"] == "error");
    let quoted = quoted.with_context(|| format!("{findings:#?}"))?;
    assert_eq!((&quoted["row"], &quoted["value"]), (&json!(3), &json!("RE 1")));
    assert!(quoted["text"]["de"] != quoted["text"]["en"]);
    for (name, bytes, code) in refused()?.iter().filter(|(n, ..)| n.ends_with("zip")) {
        let found = window.refused("datev_check", file(name, bytes)).await?;
        assert_eq!(found.as_str(), *code, "{name}");
    }
    assert!(window.names("eingang")?.is_empty() && window.names("tmp")?.is_empty());
    Ok(())
}
