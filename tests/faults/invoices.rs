//! TEMU's invoice documents: each once, whatever breaks off, and a clear word when the right is missing.

use anyhow::Result;
use kontor_engine::App;
use kontor_engine::core::problem::Class;
use kontor_engine::core::run::Outcome;
use kontor_engine::invoice_fetch::{FetchOptions, FetchReport};
use kontor_engine::progress::silent;
use kontor_engine::store::{FetchState, FetchedInvoice};
use kontor_sandbox::temu::TemuFaultKind;
use kontor_tests::{Shop, files};
use tokio_util::sync::CancellationToken;

const INFO: &str = "temu.pay.tax.invoice.info.query";
const DOWNLOAD: &str = "temu.pay.tax.invoice.pdf.download";

async fn fetch(app: &App) -> Result<FetchReport> {
    let options = FetchOptions { progress: silent(), cancel: CancellationToken::new() };
    Ok(app.fetch_invoices(options).await?)
}

fn documents(shop: &Shop) -> usize {
    shop.sandbox.gateway().state().invoices.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_comes_into_the_inbox_once() -> Result<()> {
    let shop = Shop::open(60).await?;
    let app = shop.kontor("").await?;
    let issued = documents(&shop);
    assert!(issued > 3, "the sandbox has documents to fetch");
    let first = fetch(&app).await?;
    assert_eq!((first.outcome, first.counts.fetched), (Outcome::Success, issued as u64));
    let inbox = app.folder.invoice_inbox();
    assert_eq!(files(&inbox, ".pdf")?.len(), issued);
    assert!(std::fs::read(&files(&inbox, ".pdf")?[0])?.starts_with(b"%PDF-"));
    // The invoice reader takes them away; they do not come again.
    for file in files(&inbox, ".pdf")? {
        std::fs::remove_file(file)?;
    }
    shop.forget_calls();
    let second = fetch(&app).await?;
    assert_eq!((second.outcome, second.counts.fetched), (Outcome::Success, 0));
    assert_eq!(shop.calls(DOWNLOAD, "ok"), 0);
    assert!(files(&inbox, ".pdf")?.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_right_is_named_and_stays() -> Result<()> {
    let shop = Shop::open(20).await?;
    let app = shop.kontor("").await?;
    for api in [INFO, DOWNLOAD] {
        shop.sandbox.gateway().state().missing_scopes = vec![api.into()];
        let report = fetch(&app).await?;
        assert_eq!(report.outcome, Outcome::Failed, "{api}");
        let problem = &report.problems[0];
        assert_eq!((problem.code, problem.class), ("temu.scope_missing", Class::Permanent));
        assert_eq!(report.problems.len(), 1, "one word for all documents");
    }
    shop.sandbox.gateway().state().missing_scopes.clear();
    let report = fetch(&app).await?;
    assert_eq!(report.counts.fetched, documents(&shop) as u64);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_cannot_be_read_costs_no_other_and_comes_with_the_next_run() -> Result<()> {
    let shop = Shop::open(60).await?;
    let app = shop.kontor("[temu]\nmax_retries = 0").await?;
    let mut fault = kontor_sandbox::temu::TemuFault::on(
        DOWNLOAD,
        TemuFaultKind::Remove { pointer: "/fileContent".into() },
    );
    fault.times = Some(2);
    shop.sandbox.gateway().state().inject(fault);
    let first = fetch(&app).await?;
    assert_eq!((first.outcome, first.counts.failed), (Outcome::Partial, 2), "{first:#?}");
    let second = fetch(&app).await?;
    assert_eq!((second.outcome, second.counts.fetched), (Outcome::Success, 2));
    let inbox = app.folder.invoice_inbox();
    assert_eq!(files(&inbox, ".pdf")?.len(), documents(&shop));
    Ok(())
}

/// A record as a run leaves it that died around the rename.
async fn broken_off(app: &App, id: i64, name: &str) -> Result<()> {
    let invoice = FetchedInvoice {
        invoice_id: id,
        number: name.into(),
        parent_order_sn: None,
        issued_at: None,
        file_name: format!("temu_{name}_{id}.pdf"),
        content_hash: name.into(),
        run_id: kontor_engine::core::ids::RunId::new("dead"),
        fetched_at: chrono::DateTime::from_timestamp(1_764_000_000, 0).unwrap_or_default(),
        state: FetchState::Publishing,
    };
    Ok(app.store.record_invoice(&invoice).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_broke_off_around_the_rename_is_settled_by_the_next_run() -> Result<()> {
    let shop = Shop::open(5).await?;
    let app = shop.kontor("").await?;
    let inbox = app.folder.invoice_inbox();
    std::fs::create_dir_all(&inbox)?;
    broken_off(&app, -1, "before").await?;
    std::fs::write(inbox.join(".temu_before_-1.pdf.tmp"), "%PDF-before")?;
    broken_off(&app, -2, "after").await?;
    std::fs::write(inbox.join("temu_after_-2.pdf"), "%PDF-after")?;
    broken_off(&app, -3, "taken").await?;
    std::fs::write(inbox.join(".temu_unrecorded_-4.pdf.tmp"), "half")?;
    fetch(&app).await?;
    assert_eq!(std::fs::read(inbox.join("temu_before_-1.pdf"))?, b"%PDF-before");
    assert_eq!(std::fs::read(inbox.join("temu_after_-2.pdf"))?, b"%PDF-after");
    assert!(!inbox.join("temu_taken_-3.pdf").exists(), "the reader had it already");
    assert!(files(&inbox, ".tmp")?.is_empty(), "nobody knew of it");
    assert!(app.store.unfinished_invoices().await?.is_empty());
    Ok(())
}
