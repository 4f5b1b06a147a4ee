//! The wire half: a real `tiberius` client against the stand-in.
// Clippy takes the fixtures of an integration test for production code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use kontor_sandbox::jtl::{JtlOptions, JtlServer};
use std::io::Write;
use tempfile::NamedTempFile;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel, Query};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

type Sql = Client<Compat<TcpStream>>;

struct Fixture {
    server: JtlServer,
    ca: NamedTempFile,
}

impl Fixture {
    fn start() -> Self {
        let server = JtlServer::start(JtlOptions::default()).unwrap();
        let mut ca = tempfile::Builder::new().suffix(".pem").tempfile().unwrap();
        ca.write_all(server.ca_pem().as_bytes()).unwrap();
        Self { server, ca }
    }

    fn config(&self, user: &str) -> Config {
        let login = self.server.login(user).unwrap();
        let mut config = Config::new();
        config.host("localhost");
        config.port(self.server.port());
        config.database(self.server.database());
        config.authentication(AuthMethod::sql_server(login.user, login.password));
        config.trust_cert_ca(self.ca.path().to_str().unwrap());
        config
    }

    async fn connect(&self, config: Config) -> Result<Sql, tiberius::error::Error> {
        let tcp = TcpStream::connect(("127.0.0.1", self.server.port())).await.unwrap();
        Client::connect(config, tcp.compat_write()).await
    }

    async fn kontor(&self) -> Sql {
        self.connect(self.config("kontor")).await.unwrap()
    }
}

fn code(error: tiberius::error::Error) -> u32 {
    error.code().unwrap_or_else(|| panic!("no server error: {error:?}"))
}

#[tokio::test]
async fn a_login_works_at_every_encryption_level_and_the_certificate_is_verified() {
    let fixture = Fixture::start();
    for level in [
        EncryptionLevel::Required,
        EncryptionLevel::On,
        EncryptionLevel::Off,
        EncryptionLevel::NotSupported,
        EncryptionLevel::Strict,
    ] {
        let mut config = fixture.config("kontor");
        config.encryption(level);
        let mut client = fixture.connect(config).await.unwrap_or_else(|e| panic!("{level:?}: {e}"));
        let row = client.simple_query("SELECT 1 AS one").await.unwrap().into_row().await.unwrap();
        assert_eq!(row.unwrap().try_get::<i32, _>("one").unwrap(), Some(1), "{level:?}");
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused_by_the_client() {
    let (fixture, other) = (Fixture::start(), Fixture::start());
    let login = fixture.server.login("kontor").unwrap();
    let mut wrong = Config::new();
    wrong.host("localhost");
    wrong.port(fixture.server.port());
    wrong.authentication(AuthMethod::sql_server(login.user, login.password));
    wrong.trust_cert_ca(other.ca.path().to_str().unwrap());
    assert!(fixture.connect(wrong).await.is_err());
}

#[tokio::test]
async fn a_wrong_password_is_18456_and_an_unknown_database_4060() {
    let fixture = Fixture::start();
    let mut config = fixture.config("kontor");
    config.authentication(AuthMethod::sql_server("kontor", "wrong"));
    assert_eq!(code(fixture.connect(config).await.err().unwrap()), 18456);
    let mut config = fixture.config("kontor");
    config.database("nobody");
    assert_eq!(code(fixture.connect(config).await.err().unwrap()), 4060);
}

macro_rules! round_trip {
    ($client:expr, $kind:ty, $value:expr) => {
        let value: $kind = $value;
        let row = $client.query("SELECT @P1 AS v", &[&value]).await.unwrap();
        let row = row.into_row().await.unwrap().unwrap();
        assert_eq!(row.try_get::<$kind, _>("v").unwrap(), Some(value), stringify!($kind));
    };
}

#[tokio::test]
async fn parameters_of_every_type_come_back_as_they_went() {
    let fixture = Fixture::start();
    let mut client = fixture.kontor().await;
    round_trip!(client, bool, true);
    round_trip!(client, u8, 255);
    round_trip!(client, i16, -32_768);
    round_trip!(client, i32, -2_147_483_648);
    round_trip!(client, i64, 9_223_372_036_854_775_807);
    round_trip!(client, f32, 1.25);
    round_trip!(client, f64, -0.1);
    round_trip!(client, rust_decimal::Decimal, "-12345678901234.5678901234".parse().unwrap());
    round_trip!(client, rust_decimal::Decimal, "0.10".parse().unwrap());
    let date = NaiveDate::from_ymd_opt(2026, 2, 28).unwrap();
    let time = NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_900).unwrap();
    round_trip!(client, NaiveDate, date);
    round_trip!(client, NaiveTime, time);
    round_trip!(client, NaiveDateTime, date.and_time(time));
    round_trip!(client, DateTime<FixedOffset>, "2026-03-01T00:30:00+02:00".parse().unwrap());
    let text = "Łódź, Großstraße 1 – 😀 'quoted' [x]".to_owned();
    let row = client.query("SELECT @P1, @P2", &[&text, &vec![0u8, 1, 255]]).await.unwrap();
    let row = row.into_row().await.unwrap().unwrap();
    assert_eq!(row.try_get::<&str, _>(0).unwrap(), Some(text.as_str()));
    assert_eq!(row.try_get::<&[u8], _>(1).unwrap(), Some([0u8, 1, 255].as_slice()));
}

#[tokio::test]
async fn null_of_every_type_comes_back_as_null() {
    let fixture = Fixture::start();
    let mut client = fixture.kontor().await;
    let sql = "SELECT @P1 AS a, @P2 AS b, @P3 AS c, @P4 AS d, @P5 AS e, @P6 AS f";
    let row = client
        .query(
            sql,
            &[
                &None::<String>,
                &None::<rust_decimal::Decimal>,
                &None::<NaiveDateTime>,
                &None::<Vec<u8>>,
                &None::<i32>,
                &None::<bool>,
            ],
        )
        .await
        .unwrap();
    let row = row.into_row().await.unwrap().unwrap();
    assert_eq!(row.try_get::<&str, _>("a").unwrap(), None);
    assert_eq!(row.try_get::<i32, _>("e").unwrap(), None);
    assert_eq!(row.try_get::<bool, _>("f").unwrap(), None);
    // The connection is still in step after six NULLs.
    let row = client.query("SELECT 7 AS n", &[]).await.unwrap().into_row().await.unwrap().unwrap();
    assert_eq!(row.try_get::<i32, _>("n").unwrap(), Some(7));
}

#[tokio::test]
async fn a_two_megabyte_text_survives_both_ways() {
    let fixture = Fixture::start();
    let mut client = fixture.kontor().await;
    let text: String = "äöü€😀-".chars().cycle().take(1_000_000).collect();
    let inserted = client
        .execute(
            "INSERT INTO dbo.tXMLBestellImport (cText, nPlattform, nRechnung) VALUES (@P1, 5, 0)",
            &[&text],
        )
        .await
        .unwrap();
    assert_eq!(inserted.total(), 1);
    let row = client.query("SELECT cText FROM dbo.tXMLBestellImport", &[]).await.unwrap();
    let row = row.into_row().await.unwrap().unwrap();
    assert_eq!(row.try_get::<&str, _>("cText").unwrap(), Some(text.as_str()));
}

#[tokio::test]
async fn fifty_thousand_rows_arrive_in_order() {
    let fixture = Fixture::start();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
                INSERT INTO dbo.tArtikel (cArtNr, fVKNetto) SELECT printf('SKU-%05d', i), i * 0.01 FROM n";
    fixture.server.execute_as_admin(rows).unwrap();
    let mut client = fixture.kontor().await;
    let sql = "SELECT kArtikel, cArtNr, fVKNetto FROM dbo.tArtikel ORDER BY kArtikel";
    let rows = client.query(sql, &[]).await.unwrap().into_first_result().await.unwrap();
    assert_eq!(rows.len(), 50_000);
    for (index, row) in rows.iter().enumerate() {
        let number = index as i64 + 1;
        assert_eq!(row.try_get::<i32, _>(0).unwrap(), Some(number as i32));
        assert_eq!(row.try_get::<&str, _>(1).unwrap(), Some(format!("SKU-{number:05}").as_str()));
        let price = row.try_get::<rust_decimal::Decimal, _>(2).unwrap().unwrap();
        assert_eq!(price, rust_decimal::Decimal::new(number, 2));
    }
}

#[tokio::test]
async fn a_thousand_parameters_go_into_one_statement() {
    let fixture = Fixture::start();
    let mut client = fixture.kontor().await;
    let places: Vec<String> = (1..=2000).map(|index| format!("@P{index}")).collect();
    let mut query = Query::new(format!(
        "SELECT COUNT(*) AS n FROM dbo.tversion WHERE cVersion IN ({})",
        places.join(",")
    ));
    for index in 0..2000 {
        query.bind(if index == 1999 { "1.10.11.0".to_owned() } else { format!("x{index}") });
    }
    let row = query.query(&mut client).await.unwrap().into_row().await.unwrap().unwrap();
    assert_eq!(row.try_get::<i32, _>("n").unwrap(), Some(1));
}

#[tokio::test]
async fn a_batch_answers_each_of_its_statements_and_settings_answer_nothing() {
    let fixture = Fixture::start();
    let mut client = fixture.kontor().await;
    let batch =
        "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000; SELECT @@TRANCOUNT AS t; SELECT N'ä' AS u";
    let results = client.simple_query(batch).await.unwrap().into_results().await.unwrap();
    let with_rows: Vec<_> = results.iter().filter(|rows| !rows.is_empty()).collect();
    assert_eq!(with_rows.len(), 2);
    assert_eq!(with_rows[0][0].try_get::<i32, _>("t").unwrap(), Some(0));
    assert_eq!(with_rows[1][0].try_get::<&str, _>("u").unwrap(), Some("ä"));
}

#[tokio::test]
async fn an_error_leaves_the_connection_usable() {
    let fixture = Fixture::start();
    let mut client = fixture.kontor().await;
    for (sql, number) in [
        ("SELECT cNichts FROM dbo.tArtikel", 207),
        ("SELECT a.cNichts FROM dbo.tArtikel a", 207),
        ("SELECT b.cArtNr FROM dbo.tArtikel a", 4104),
        ("SELECT 1 FROM dbo.tMissing", 208),
        ("SELECT 1 FROM lvLieferschein", 208),
        (
            "SELECT kArtikel FROM dbo.tArtikel a JOIN dbo.tlagerbestand b ON b.kArtikel = a.kArtikel",
            209,
        ),
        ("SELEC 1", 102),
        ("SELECT cArtNr FROM dbo.tArtikel LIMIT 1", 102),
        ("SELECT @P1", 137),
        ("SELECT FOO(1)", 195),
        ("SELECT cArtNr, COUNT(*) FROM dbo.tArtikel", 8120),
        ("SELECT CAST('x' AS INT)", 245),
    ] {
        let error = match client.query(sql, &[]).await {
            Err(error) => error,
            Ok(stream) => stream.into_results().await.err().unwrap_or_else(|| panic!("{sql}")),
        };
        assert_eq!(code(error), number, "{sql}");
    }
    let row = client.query("SELECT 1 AS n", &[]).await.unwrap().into_row().await.unwrap().unwrap();
    assert_eq!(row.try_get::<i32, _>("n").unwrap(), Some(1));
}

#[tokio::test]
async fn a_cancelled_statement_is_acknowledged() {
    let fixture = Fixture::start();
    let mut client = fixture.kontor().await;
    client.query("SELECT 1", &[]).await.unwrap().into_results().await.unwrap();
    client.cancel_query().await.unwrap();
    let row = client.query("SELECT 2 AS n", &[]).await.unwrap().into_row().await.unwrap().unwrap();
    assert_eq!(row.try_get::<i32, _>("n").unwrap(), Some(2));
}

#[tokio::test]
async fn garbage_on_the_line_ends_that_line_only() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let fixture = Fixture::start();
    let mut random = fastrand::Rng::with_seed(5);
    for length in 1..200usize {
        let mut tcp = TcpStream::connect(("127.0.0.1", fixture.server.port())).await.unwrap();
        let mut bytes: Vec<u8> = (0..length).map(|_| random.u8(..)).collect();
        if length % 2 == 0 {
            bytes.splice(0..0, [0x12, 1, 0, (length + 8) as u8, 0, 0, 1, 0]);
        }
        tcp.write_all(&bytes).await.unwrap();
        tcp.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let _ = tcp.read_to_end(&mut rest).await;
    }
    let mut client = fixture.kontor().await;
    let row = client.query("SELECT 1 AS n", &[]).await.unwrap().into_row().await.unwrap().unwrap();
    assert_eq!(row.try_get::<i32, _>("n").unwrap(), Some(1));
}

#[tokio::test]
async fn a_stopped_server_cuts_its_clients_and_lets_nobody_in() {
    let fixture = Fixture::start();
    let mut client = fixture.kontor().await;
    fixture.server.stop();
    assert!(client.simple_query("SELECT 1").await.is_err());
    let again = TcpStream::connect(("127.0.0.1", fixture.server.port())).await;
    if let Ok(tcp) = again {
        // The listener may still be on its way out: the line must be dead.
        assert!(Client::connect(fixture.config("kontor"), tcp.compat_write()).await.is_err());
    }
}
