//! The JTL half, through a real `tiberius` client: rights, transactions, faults, and the way of an
//! order from the import table to its parcels.
// Clippy takes the fixtures of an integration test for production code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use kontor_sandbox::jtl::{
    Article, IdentStyle, JtlOptions, JtlServer, PositionKind, Right, ShipRequest, SqlFault,
    SqlFaultKind, StatementKind,
};
use std::time::{Duration, Instant};
use tiberius::{AuthMethod, Client, Config};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

type Sql = Client<Compat<TcpStream>>;

fn start() -> JtlServer {
    JtlServer::start(JtlOptions { seed: 42, ..JtlOptions::default() }).unwrap()
}

async fn try_connect(server: &JtlServer, user: &str) -> Result<Sql, tiberius::error::Error> {
    let login = server.login(user).unwrap();
    let mut config = Config::new();
    config.host("localhost");
    config.port(server.port());
    config.database(server.database());
    config.authentication(AuthMethod::sql_server(login.user, login.password));
    config.trust_cert();
    let tcp = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    Client::connect(config, tcp.compat_write()).await
}

async fn connect(server: &JtlServer, user: &str) -> Sql {
    try_connect(server, user).await.unwrap()
}

async fn ask(client: &mut Sql, sql: &str) -> Result<Vec<tiberius::Row>, tiberius::error::Error> {
    client.query(sql, &[]).await?.into_first_result().await
}

async fn fails(client: &mut Sql, sql: &str) -> u32 {
    let error = ask(client, sql).await.expect_err(sql);
    error.code().unwrap_or_else(|| panic!("{sql}: {error:?}"))
}

const INSERT: &str =
    "INSERT INTO dbo.tXMLBestellImport (cText, nPlattform, nRechnung) VALUES ('x', 5, 0)";

fn order_xml(number: &str, customer: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<tBestellungen><tBestellung kFirma="1" kBenutzer="1">
<cSprache>ger</cSprache><cWaehrung>EUR</cWaehrung><fGuthaben>0.00</fGuthaben><fGesamtsumme>44.88</fGesamtsumme>
<cBestellNr></cBestellNr><cExterneBestellNr>{number}</cExterneBestellNr>
<cVersandartName>DHL Paket</cVersandartName><dErstellt>2026-03-02</dErstellt>
<cZahlungsartName>TEMU</cZahlungsartName><dBezahltDatum>2026-03-02</dBezahltDatum><fBezahlt>44.88</fBezahlt>
<twarenkorbpos><cName>Teekanne &quot;Größe M&quot; &amp; Sieb</cName><cArtNr>KANNE-M</cArtNr>
<fPreisEinzelNetto>16.79832</fPreisEinzelNetto><fPreis>19.99</fPreis><fMwSt>19.00</fMwSt><fAnzahl>2.00</fAnzahl>
<cPosTyp>standard</cPosTyp><fRabatt>0.00</fRabatt></twarenkorbpos>
<twarenkorbpos><cName>Versandkosten</cName><cArtNr></cArtNr>
<fPreisEinzelNetto>4.11765</fPreisEinzelNetto><fPreis>4.90</fPreis><fMwSt>19.00</fMwSt><fAnzahl>1.00</fAnzahl>
<cPosTyp>versandkosten</cPosTyp></twarenkorbpos>
<tkunde><cKundenNr>{customer}</cKundenNr><cVorname>Zoë</cVorname><cNachname>Kowalska-Me&#322;er</cNachname>
<cStrasse>Beispielstraße 1</cStrasse><cPLZ>10115</cPLZ><cOrt>Berlin</cOrt><cLand>DE</cLand>
<cMail>kunde@example.org</cMail><cHerkunft>TEMU</cHerkunft><dErstellt>2026-03-02</dErstellt></tkunde>
<tlieferadresse><cVorname>Zoë</cVorname><cNachname>Kowalska-Me&#322;er</cNachname>
<cStrasse>Beispielstraße 1</cStrasse><cPLZ>10115</cPLZ><cOrt>Berlin</cOrt><cLand>DE</cLand></tlieferadresse>
</tBestellung></tBestellungen>"#
    )
}

async fn put(client: &mut Sql, xml: &str) {
    let sql =
        "INSERT INTO dbo.tXMLBestellImport (cText, nPlattform, nRechnung) VALUES (@P1, @P2, @P3)";
    assert_eq!(client.execute(sql, &[&xml, &5u8, &0u8]).await.unwrap().total(), 1);
}

fn kettle() -> Article {
    Article {
        sku: "KANNE-M".to_owned(),
        name: "Teekanne".to_owned(),
        gross_cents: 1999,
        stock: 12,
        buffer: 2,
    }
}

#[tokio::test]
async fn kontor_may_read_and_fill_the_import_table_and_nothing_else() {
    let server = start();
    let mut kontor = connect(&server, "kontor").await;
    ask(&mut kontor, INSERT).await.unwrap();
    for sql in [
        "UPDATE Verkauf.tAuftrag SET nStorno = 1",
        "DELETE FROM dbo.tXMLBestellImport",
        "UPDATE dbo.tXMLBestellImport SET nRechnung = 1",
        "INSERT INTO dbo.tversandart (cName) VALUES ('x')",
        "INSERT INTO dbo.tXMLBestellImport (cText) SELECT cName FROM dbo.tversandart; DELETE FROM dbo.tVersand",
    ] {
        assert_eq!(fails(&mut kontor, sql).await, 229, "{sql}");
    }
    assert_eq!(fails(&mut kontor, "DROP TABLE dbo.tVersand").await, 262);
    assert_eq!(fails(&mut kontor, "SELECT fPreis FROM main.GrossPrice").await, 229);
    let mut readonly = connect(&server, "readonly").await;
    assert_eq!(fails(&mut readonly, INSERT).await, 229);
    assert_eq!(fails(&mut readonly, "UPDATE dbo.tArtikel SET nPuffer = 0").await, 229);
    // One row, and four of the batch whose second statement was refused.
    let rows = ask(&mut readonly, "SELECT cText FROM dbo.tXMLBestellImport").await.unwrap();
    assert_eq!(rows.len(), 5);
}

#[tokio::test]
async fn the_probes_of_a_self_test_tell_missing_objects_and_rights() {
    let server = start();
    let probe =
        "SELECT OBJECT_ID('dbo.tVersand') AS id, COL_LENGTH('[dbo].[tVersand]', 'cIdentCode') AS l,
                 COL_LENGTH('dbo.tVersand', 'cNichts') AS none, OBJECT_ID('dbo.tNichts') AS missing,
                 HAS_PERMS_BY_NAME('dbo.tXMLBestellImport', 'OBJECT', 'INSERT') AS w,
                 HAS_PERMS_BY_NAME('dbo.tVersand', 'OBJECT', 'SELECT') AS r,
                 COL_LENGTH('dbo.tXMLBestellImport', 'cText') AS m";
    let mut kontor = connect(&server, "kontor").await;
    let row = ask(&mut kontor, probe).await.unwrap().remove(0);
    assert!(row.try_get::<i32, _>("id").unwrap().is_some());
    assert_eq!(row.try_get::<i16, _>("l").unwrap(), Some(510));
    assert_eq!(row.try_get::<i16, _>("none").unwrap(), None);
    assert_eq!(row.try_get::<i32, _>("missing").unwrap(), None);
    assert_eq!(row.try_get::<i32, _>("w").unwrap(), Some(1));
    assert_eq!(row.try_get::<i16, _>("m").unwrap(), Some(-1));
    let mut readonly = connect(&server, "readonly").await;
    let row = ask(&mut readonly, probe).await.unwrap().remove(0);
    assert_eq!(row.try_get::<i32, _>("w").unwrap(), Some(0));

    server.set_right("kontor", Right::Select, "dbo.tVersand", false);
    let row = ask(&mut kontor, probe).await.unwrap().remove(0);
    assert_eq!(row.try_get::<i32, _>("id").unwrap(), None);
    assert_eq!(row.try_get::<i32, _>("r").unwrap(), Some(0));
    assert_eq!(fails(&mut kontor, "SELECT kVersand FROM dbo.tVersand").await, 229);

    server.execute_as_admin("DROP TABLE dbo.tLogistik").unwrap();
    assert_eq!(fails(&mut kontor, "SELECT cName FROM dbo.tLogistik").await, 208);
}

#[tokio::test]
async fn a_transaction_is_seen_after_its_commit_only_and_a_lost_line_rolls_it_back() {
    let server = start();
    let rows = || server.books().unwrap().waiting_rows;
    let mut client = connect(&server, "kontor").await;
    client.begin_transaction().await.unwrap();
    client.execute(INSERT, &[]).await.unwrap();
    client.rollback_transaction().await.unwrap();
    assert_eq!(rows(), 0);
    client.begin_transaction().await.unwrap();
    client.execute(INSERT, &[]).await.unwrap();
    let open =
        client.simple_query("SELECT @@TRANCOUNT AS n").await.unwrap().into_row().await.unwrap();
    assert_eq!(open.unwrap().try_get::<i32, _>("n").unwrap(), Some(1));
    client.commit_transaction().await.unwrap();
    assert_eq!(rows(), 1);
    client.begin_transaction().await.unwrap();
    client.execute(INSERT, &[]).await.unwrap();
    drop(client);
    // The books wait for the turn that the dropped transaction still has.
    assert_eq!(rows(), 1);
}

#[tokio::test]
async fn begin_tran_inside_a_parameterised_statement_is_266_as_on_sql_server() {
    let server = start();
    let mut client = connect(&server, "kontor").await;
    let error = client.execute("BEGIN TRAN", &[]).await.expect_err("266");
    assert_eq!(error.code(), Some(266));
    assert_eq!(fails(&mut client, "MERGE x").await, 102);
    let error = connect(&server, "kontor").await.commit_transaction().await.expect_err("3902");
    assert_eq!(error.code(), Some(3902));
}

#[tokio::test]
async fn a_statement_waits_for_anothers_transaction_no_longer_than_its_lock_timeout() {
    let server = start();
    let mut first = connect(&server, "kontor").await;
    let mut second = connect(&server, "kontor").await;
    first.begin_transaction().await.unwrap();
    first.execute(INSERT, &[]).await.unwrap();
    let started = Instant::now();
    let batch = "SET LOCK_TIMEOUT 200; SELECT cText FROM dbo.tXMLBestellImport";
    let error = match second.simple_query(batch).await {
        Err(error) => error,
        Ok(stream) => stream.into_results().await.expect_err("1222"),
    };
    assert_eq!(error.code(), Some(1222));
    assert!(started.elapsed() < Duration::from_secs(10));
    first.commit_transaction().await.unwrap();
    assert_eq!(ask(&mut second, "SELECT cText FROM dbo.tXMLBestellImport").await.unwrap().len(), 1);
}

#[tokio::test]
async fn every_kind_of_fault_is_played_where_it_was_asked_for() {
    let server = start();
    let error = |number| SqlFaultKind::Error { number, class: None, message: None };
    let mut client = connect(&server, "kontor").await;
    for number in [1205, 1222, 2627, 547, 229] {
        server.inject(SqlFault::once(error(number)).matching("tversandart"));
        ask(&mut client, "SELECT 1").await.unwrap();
        assert_eq!(fails(&mut client, "SELECT cName FROM dbo.tversandart").await, number);
        assert_eq!(ask(&mut client, "SELECT cName FROM dbo.tversandart").await.unwrap().len(), 4);
    }

    server.inject(SqlFault::once(SqlFaultKind::Delay { ms: 150 }));
    let started = Instant::now();
    ask(&mut client, "SELECT 1").await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(150));

    let null = SqlFaultKind::NullColumn { column: "cName".to_owned() };
    server.inject(SqlFault::once(null));
    let rows = ask(&mut client, "SELECT kVersandArt, cName FROM dbo.tversandart").await.unwrap();
    assert!(rows.iter().all(|row| row.try_get::<&str, _>("cName").unwrap().is_none()));
    assert!(rows.iter().all(|row| row.try_get::<i32, _>("kVersandArt").unwrap().is_some()));

    server.inject(SqlFault::once(SqlFaultKind::RefuseLogin { number: None }));
    assert_eq!(try_connect(&server, "kontor").await.err().and_then(|e| e.code()), Some(18456));
    connect(&server, "kontor").await;

    server.inject(SqlFault { times: None, ..SqlFault::once(error(1205)) });
    assert_eq!(fails(&mut client, "SELECT 1").await, 1205);
    assert_eq!(fails(&mut client, "SELECT 1").await, 1205);
    server.clear_faults();
    ask(&mut client, "SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_cut_line_before_the_statement_changes_nothing_and_after_it_everything() {
    let server = start();
    for (kind, expected) in
        [(SqlFaultKind::DisconnectBefore, 0), (SqlFaultKind::DisconnectAfter, 1)]
    {
        server.inject(SqlFault::once(kind.clone()).matching("INSERT"));
        let mut client = connect(&server, "kontor").await;
        assert!(client.execute(INSERT, &[]).await.is_err(), "{kind:?}");
        assert_eq!(server.books().unwrap().waiting_rows, expected, "{kind:?}");
    }
    server.inject(SqlFault::once(SqlFaultKind::DisconnectAfter).matching("COMMIT"));
    let mut client = connect(&server, "kontor").await;
    client.begin_transaction().await.unwrap();
    client.execute(INSERT, &[]).await.unwrap();
    assert!(client.commit_transaction().await.is_err());
    assert_eq!(server.books().unwrap().waiting_rows, 2);
}

#[tokio::test]
async fn a_line_cut_in_the_rows_gives_some_rows_and_then_an_error() {
    use futures::TryStreamExt;
    let server = start();
    let articles: Vec<Article> =
        (0..2000).map(|n| Article { sku: format!("SKU-{n}"), ..Article::default() }).collect();
    server.seed_articles(&articles).unwrap();
    server.inject(SqlFault::once(SqlFaultKind::DisconnectInRows));
    let mut client = connect(&server, "kontor").await;
    let mut stream = client.query("SELECT cArtNr FROM dbo.tArtikel", &[]).await.unwrap();
    let mut rows = 0;
    let ended = loop {
        match stream.try_next().await {
            Ok(Some(item)) => rows += usize::from(item.into_row().is_some()),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    assert!(ended.is_err());
    assert!((1..2000).contains(&rows), "{rows}");
}

#[tokio::test]
async fn a_deadlock_ends_the_transaction_that_it_hits() {
    let server = start();
    let mut client = connect(&server, "kontor").await;
    client.begin_transaction().await.unwrap();
    client.execute(INSERT, &[]).await.unwrap();
    let deadlock = SqlFaultKind::Error { number: 1205, class: None, message: None };
    server.inject(SqlFault::once(deadlock));
    assert_eq!(fails(&mut client, "SELECT 1").await, 1205);
    let row = ask(&mut client, "SELECT @@TRANCOUNT AS n").await.unwrap().remove(0);
    assert_eq!(row.try_get::<i32, _>("n").unwrap(), Some(0));
    assert_eq!(server.books().unwrap().waiting_rows, 0);
}

#[tokio::test]
async fn the_statement_log_counts_what_a_span_sent() {
    let server = start();
    let mut client = connect(&server, "kontor").await;
    server.clear_statements();
    client
        .simple_query("SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000")
        .await
        .unwrap()
        .into_results()
        .await
        .unwrap();
    client
        .query("SELECT cName FROM dbo.tversandart WHERE cName <> @P1", &[&"x"])
        .await
        .unwrap()
        .into_results()
        .await
        .unwrap();
    assert!(ask(&mut client, "SELECT x FROM dbo.tversandart").await.is_err());
    let log = server.statements();
    let seen: Vec<_> =
        log.iter().map(|entry| (entry.kind, entry.parameters, entry.rows, entry.error)).collect();
    assert_eq!(
        seen,
        [
            (StatementKind::Batch, 0, 0, None),
            (StatementKind::Rpc, 1, 4, None),
            (StatementKind::Rpc, 0, 0, Some(207))
        ]
    );
    assert!(log.iter().all(|entry| entry.login == "kontor"));
}

#[tokio::test]
async fn stock_is_summed_exactly_and_comes_as_decimal() {
    let server = start();
    server.seed_articles(&[kettle()]).unwrap();
    server
        .execute_as_admin(
            "INSERT INTO dbo.tlagerbestandProLagerLagerartikel (kArtikel, kWarenlager, fBestand)
             VALUES (1, 1, 0.1), (1, 3, 0.2)",
        )
        .unwrap();
    let mut client = connect(&server, "kontor").await;
    let sql = "SELECT a.cArtNr, a.kArtikel, a.cLagerAktiv, a.nPuffer, SUM(v.fBestand) AS fBestand,
                      COUNT(v.kWarenlager) AS nLager, MAX(b.fVerfuegbar) AS fVerfuegbar
               FROM dbo.tArtikel a
               LEFT JOIN dbo.vLagerbestandProLager v ON v.kArtikel = a.kArtikel AND v.kWarenlager IN (@P1, @P2, @P3)
               LEFT JOIN dbo.tlagerbestand b ON b.kArtikel = a.kArtikel
               WHERE a.cArtNr IN (@P4) AND a.nIstVater = 0
               GROUP BY a.cArtNr, a.kArtikel, a.cLagerAktiv, a.nPuffer";
    let rows = client.query(sql, &[&1i32, &2i32, &3i32, &"kanne-m "]).await.unwrap();
    let row = rows.into_row().await.unwrap().unwrap();
    let decimal = |name: &str| {
        row.try_get::<rust_decimal::Decimal, _>(name).unwrap().unwrap().normalize().to_string()
    };
    assert_eq!(decimal("fBestand"), "12.3");
    assert_eq!(decimal("fVerfuegbar"), "12");
    assert_eq!(row.try_get::<i32, _>("nLager").unwrap(), Some(3));
    assert_eq!(row.try_get::<&str, _>("cArtNr").unwrap(), Some("KANNE-M"));
}

const TRACKING: &str =
    "SELECT o.cExterneAuftragsnummer, CAST(v.kVersand AS BIGINT) AS kVersand, v.cIdentCode,
        v.dVersendet, va.cName AS cVersandart, lg.cName AS cLogistik
    FROM Verkauf.tAuftrag o
    JOIN dbo.tLieferschein l ON l.kBestellung = o.kAuftrag
    JOIN dbo.tVersand v ON v.kLieferschein = l.kLieferschein
    LEFT JOIN dbo.tversandart va ON va.kVersandArt = v.kVersandArt
    LEFT JOIN dbo.tLogistik lg ON lg.kLogistik = v.kLogistik
    WHERE o.nType = 1 AND o.nStorno = 0 AND o.cExterneAuftragsnummer IN (CAST(@P1 AS NVARCHAR(50)))
      AND v.cIdentCode IS NOT NULL AND LTRIM(RTRIM(v.cIdentCode)) <> '' AND v.dVersendet IS NOT NULL
    ORDER BY o.kAuftrag, v.kVersand";

#[tokio::test]
async fn an_order_goes_from_the_import_table_to_its_parcels() {
    let server = start();
    server.seed_articles(&[kettle()]).unwrap();
    let mut client = connect(&server, "kontor").await;
    put(&mut client, &order_xml("PO-076-1", "")).await;
    let report = server.import_once(None).unwrap();
    assert_eq!((report.rows, report.imported), (1, vec!["PO-076-1".to_owned()]));

    let books = server.books().unwrap();
    let order = &books.orders[0];
    assert_eq!((order.gross_total_cents, order.paid_cents), (4488, 4488));
    let lines: Vec<_> = order
        .positions
        .iter()
        .map(|p| (p.sku.as_str(), p.quantity, p.gross_cents, p.vat_percent.as_str(), p.kind))
        .collect();
    assert_eq!(
        lines,
        [
            ("KANNE-M", 2, 1999, "19", PositionKind::Article),
            ("", 1, 490, "19", PositionKind::Shipping)
        ]
    );
    assert_eq!(order.positions[0].net, "16.79832");
    assert_eq!(order.positions[0].name, "Teekanne \"Größe M\" & Sieb");
    assert_eq!(order.address.last_name, "Kowalska-Mełer");
    let customer =
        ask(&mut client, "SELECT cKundenNr FROM Kunde.lvKunde WHERE cEMail = 'KUNDE@example.org'")
            .await
            .unwrap();
    assert_eq!(customer[0].try_get::<&str, _>(0).unwrap(), Some(order.customer_number.as_str()));

    let split = ShipRequest { parcels: 2, split_lines: true, ..ShipRequest::default() };
    let shipped = server.ship(&split).unwrap().shipped.remove(0);
    assert!(shipped.complete);
    let rows =
        client.query(TRACKING, &[&"PO-076-1"]).await.unwrap().into_first_result().await.unwrap();
    let idents: Vec<_> =
        rows.iter().map(|row| row.try_get::<&str, _>("cIdentCode").unwrap().unwrap()).collect();
    assert_eq!(idents, shipped.tracking_numbers);
    assert_eq!(rows[0].try_get::<&str, _>("cVersandart").unwrap(), Some("DHL Paket"));
    assert!(rows[0].try_get::<chrono::NaiveDateTime, _>("dVersendet").unwrap().is_some());
    let parcels = &server.books().unwrap().orders[0].parcels;
    let contents: Vec<_> =
        parcels.iter().map(|p| (p.lines[0].sku.as_str(), p.lines[0].quantity)).collect();
    assert_eq!(contents, [("KANNE-M", 1), ("KANNE-M", 1)]);
    assert_eq!(server.ship(&ShipRequest::default()).unwrap().shipped, []);
}

#[tokio::test]
async fn a_double_shows_up_in_the_books_unless_the_worker_refuses_it() {
    for refuse_duplicates in [false, true] {
        let server =
            JtlServer::start(JtlOptions { refuse_duplicates, ..JtlOptions::default() }).unwrap();
        let mut client = connect(&server, "kontor").await;
        put(&mut client, &order_xml("PO-1", "")).await;
        put(&mut client, &order_xml("PO-1", "")).await;
        server.import_once(None).unwrap();
        let books = server.books().unwrap();
        let expected = if refuse_duplicates { (1, 1) } else { (2, 0) };
        assert_eq!((books.occurrences["PO-1"], books.rejected.len()), expected);
        // Without the article in JTL the line is free text.
        assert_eq!(books.orders[0].positions[0].kind, PositionKind::Free);
    }
}

#[tokio::test]
async fn what_jtl_would_not_take_is_kept_aside_with_its_reason() {
    let server = start();
    let mut client = connect(&server, "kontor").await;
    let good = order_xml("PO-9", "");
    let cases = [
        (good.replace("<fMwSt>19.00</fMwSt>", "<fMwSt>19,00</fMwSt>"), "no decimal"),
        (good.replace("</tBestellungen>", ""), "ends too early"),
        (
            good.replace(
                "<cSprache>ger</cSprache><cWaehrung>EUR</cWaehrung>",
                "<cWaehrung>EUR</cWaehrung><cSprache>ger</cSprache>",
            ),
            "too late",
        ),
        (good.replace("<cPLZ>10115</cPLZ>", ""), "missing"),
        (good.replace("<fGuthaben>", "<dBezahlt>x</dBezahlt><fGuthaben>"), "unknown"),
        (good.replace("Teekanne", "Tee&#1;kanne"), "control character U+0001"),
        (good.replace("Teekanne", "Tee\u{b}kanne"), "control character U+000B"),
        (order_xml("PO-9", "99999"), "no customer 99999"),
        (good.replace("PO-9", &"9".repeat(51)), "longer than 50"),
    ];
    for (xml, reason) in &cases {
        put(&mut client, xml).await;
        let report = server.import_once(None).unwrap();
        assert_eq!(report.imported, Vec::<String>::new(), "{reason}");
        assert!(report.rejected[0].reason.contains(reason), "{}", report.rejected[0].reason);
    }
    let books = server.books().unwrap();
    assert_eq!((books.waiting_rows, books.rejected.len()), (0, cases.len()));
}

#[tokio::test]
async fn a_guarded_insert_of_many_rows_adds_only_what_is_not_there() {
    let server = start();
    let mut client = connect(&server, "kontor").await;
    put(&mut client, &order_xml("PO-1", "")).await;
    put(&mut client, &order_xml("PO-2", "")).await;
    server.import_once(None).unwrap();
    put(&mut client, &order_xml("PO-3", "")).await;
    let rows: Vec<String> = (0..4)
        .map(|n| {
            let (a, b, c) = (n * 3 + 1, n * 3 + 2, n * 3 + 3);
            format!(
                "SELECT CAST(@P{a} AS NVARCHAR(50)) AS cExt, CAST(@P{b} AS NVARCHAR(200)) AS cPattern,
                 CAST(@P{c} AS NVARCHAR(MAX)) AS cText"
            )
        })
        .collect();
    let sql = format!(
        "INSERT INTO dbo.tXMLBestellImport (cText, nPlattform, nRechnung)
         SELECT v.cText, @P13, @P14 FROM ({}) v
         WHERE NOT EXISTS (SELECT 1 FROM dbo.tXMLBestellImport w WHERE w.cText LIKE v.cPattern)
           AND NOT EXISTS (SELECT 1 FROM Verkauf.tAuftrag a WHERE a.cExterneAuftragsnummer = v.cExt)",
        rows.join(" UNION ALL ")
    );
    let mut query = tiberius::Query::new(sql);
    for number in ["PO-1", "PO-3", "PO-4", "PO-5"] {
        query.bind(number);
        query.bind(format!("%<cExterneBestellNr>{number}</cExterneBestellNr>%"));
        query.bind(order_xml(number, ""));
    }
    query.bind(5u8);
    query.bind(0u8);
    assert_eq!(query.execute(&mut client).await.unwrap().total(), 2);
    server.import_once(None).unwrap();
    assert!(server.books().unwrap().occurrences.values().all(|count| *count == 1));
}

#[tokio::test]
async fn an_insert_answers_the_identity_that_its_output_asks_for() {
    let server = start();
    let mut client = connect(&server, "kontor").await;
    let sql = "INSERT INTO dbo.tXMLBestellImport (cText, nPlattform, nRechnung)
               OUTPUT INSERTED.kXMLBestellImport VALUES (@P1, 5, 0)";
    for expected in 1..=2 {
        let row = client.query(sql, &[&"x"]).await.unwrap().into_row().await.unwrap().unwrap();
        assert_eq!(row.try_get::<i32, _>("kXMLBestellImport").unwrap(), Some(expected));
        // An identity is never given twice, also when its row is gone.
        server.import_once(None).unwrap();
    }
}

#[tokio::test]
async fn a_known_customer_number_is_used_and_no_second_customer_made() {
    let server = start();
    server.seed_customer("stamm@example.org", "20500").unwrap();
    let mut client = connect(&server, "kontor").await;
    put(&mut client, &order_xml("PO-2", "20500")).await;
    put(&mut client, &order_xml("PO-3", "")).await;
    server.import_once(None).unwrap();
    let numbers: Vec<String> =
        server.books().unwrap().orders.into_iter().map(|order| order.customer_number).collect();
    assert_eq!(numbers, ["20500", "10002"]);
}

#[tokio::test]
async fn dropped_files_are_read_as_latin_1_and_moved_away() {
    let server = start();
    let folder = tempfile::tempdir().unwrap();
    let latin: Vec<u8> = order_xml("PO-5", "").chars().map(|c| c as u8).collect();
    std::fs::write(folder.path().join("a.xml"), latin).unwrap();
    std::fs::write(folder.path().join("b.xml"), "<tBestellungen>").unwrap();
    std::fs::write(folder.path().join("c.xml.tmp"), "half a file").unwrap();
    let report = server.import_once(Some(folder.path())).unwrap();
    assert_eq!((report.files, report.imported.len(), report.rejected.len()), (2, 1, 1));
    assert_eq!(server.books().unwrap().orders[0].address.street, "Beispielstraße 1");
    assert!(folder.path().join("verarbeitet/a.xml").is_file());
    assert!(folder.path().join("fehlerhaft/b.xml").is_file());
    assert!(folder.path().join("c.xml.tmp").is_file());
}

#[tokio::test]
async fn parcels_can_be_partial_late_blank_or_end_in_a_carriage_return() {
    let server = start();
    server.seed_articles(&[kettle()]).unwrap();
    let mut client = connect(&server, "kontor").await;
    for number in ["PO-1", "PO-2", "PO-3", "PO-4"] {
        put(&mut client, &order_xml(number, "")).await;
    }
    server.import_once(None).unwrap();
    let only = |number: &str| ShipRequest {
        orders: Some(vec![number.to_owned()]),
        ..ShipRequest::default()
    };
    let partial = server.ship(&ShipRequest { partial: true, ..only("PO-1") }).unwrap();
    assert!(!partial.shipped[0].complete);
    assert!(server.ship(&only("PO-1")).unwrap().shipped[0].complete);
    server.ship(&ShipRequest { ident: IdentStyle::Blank, ..only("PO-2") }).unwrap();
    server.ship(&ShipRequest { without_date: true, ..only("PO-3") }).unwrap();
    let method = "Spezial-Spedition".to_owned();
    let request = ShipRequest { ident: IdentStyle::CarriageReturn, method, ..only("PO-4") };
    server.ship(&request).unwrap();
    let books = server.books().unwrap();
    let idents: Vec<_> = books.orders.iter().map(|order| order.parcels.len()).collect();
    assert_eq!(idents, [2, 1, 1, 1]);
    assert_eq!(books.orders[1].parcels[0].tracking_number.as_deref(), Some("  "));
    assert_eq!(books.orders[2].parcels[0].sent, None);
    assert!(books.orders[3].parcels[0].tracking_number.as_ref().unwrap().ends_with('\r'));
    let missing = server.ship(&only("PO-99")).unwrap();
    assert_eq!(missing.skipped[0].external_number, "PO-99");
}

#[tokio::test]
async fn a_parcel_leaves_by_the_servers_own_time() {
    let server = start();
    let mut client = connect(&server, "kontor").await;
    put(&mut client, &order_xml("PO-1", "")).await;
    server.import_once(None).unwrap();
    server.ship(&ShipRequest::default()).unwrap();
    let sql = "SELECT v.dVersendet, GETDATE() AS now FROM dbo.tVersand v";
    let row = ask(&mut client, sql).await.unwrap().remove(0);
    let at = |index| row.try_get::<chrono::NaiveDateTime, _>(index).unwrap().unwrap();
    assert!((0..60).contains(&(at(1) - at(0)).num_seconds()), "{} {}", at(0), at(1));
}

#[tokio::test]
async fn requests_come_as_json_with_defaults() {
    let request: ShipRequest = serde_json::from_str(r#"{"parcels":3,"ident":"blank"}"#).unwrap();
    assert_eq!((request.parcels, request.ident), (3, IdentStyle::Blank));
    assert_eq!(request.method, "DHL Paket");
    assert!(serde_json::from_str::<ShipRequest>(r#"{"parcel":3}"#).is_err());
    let fault: SqlFault = serde_json::from_str(r#"{"kind":"disconnect_in_rows"}"#).unwrap();
    assert_eq!(fault.kind, SqlFaultKind::DisconnectInRows);
    let server = start();
    let books = serde_json::to_value(server.books().unwrap()).unwrap();
    assert_eq!(books["waiting_rows"], 0);
}
