//! Connections, transactions and failures, against the sandbox's TDS server and its faults.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::time::Duration;

use kontor_mssql::{Encryption, Failure, Kind, Pool, PoolSize, Server, Session, SignIn, Trust};
use kontor_sandbox::jtl::{JtlOptions, JtlServer, Right, SqlFault, SqlFaultKind};

const SIZE: PoolSize = PoolSize { kept: 10, more: 20 };

struct Stage {
    server: JtlServer,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let server = JtlServer::start(JtlOptions::default()).expect("the server");
        server.execute_as_admin("CREATE TABLE dbo.tProbe (nWert INTEGER)").expect("a table");
        for right in [Right::Insert, Right::Update, Right::Delete] {
            server.set_right("kontor", right, "dbo.tProbe", true);
        }
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("ca.pem"), server.ca_pem()).expect("written");
        Self { server, folder }
    }

    fn settings(&self) -> Server {
        let login = self.server.login("kontor").expect("the login");
        Server {
            host: "localhost".into(),
            port: Some(self.server.port()),
            instance: None,
            database: self.server.database().into(),
            sign_in: SignIn::Sql { user: login.user, password: login.password.into() },
            encryption: Encryption::Required,
            trust: Trust::CaFile(self.folder.path().join("ca.pem")),
            connect_timeout: Duration::from_secs(20),
            statement_timeout: Duration::from_secs(20),
            greeting: "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000",
        }
    }

    fn pool(&self) -> Pool {
        Pool::new(self.settings(), SIZE).expect("a pool")
    }

    fn once(&self, kind: SqlFaultKind, text: &str) {
        self.server.inject(SqlFault::once(kind).matching(text));
    }

    fn rows(&self) -> usize {
        self.server.query_as_admin("SELECT nWert FROM dbo.tProbe").expect("read").len()
    }
}

const INSERT: &str = "INSERT INTO dbo.tProbe (nWert) VALUES (@P1)";

async fn insert(session: &mut Session) -> Result<u64, Failure> {
    session.execute(INSERT, &[1_i64.into()]).await
}

async fn answers(pool: &Pool) -> bool {
    let mut session = pool.session().await.expect("a session");
    session.rows("SELECT 1 AS nWert", &[]).await.expect("an answer").len() == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_connections_serve_a_rush_and_ten_stay_open() {
    let stage = Stage::new();
    let pool = stage.pool();
    let mut sessions = Vec::new();
    for _ in 0..30 {
        sessions.push(pool.session().await.expect("a session"));
    }
    assert_eq!(pool.open_connections(), 30);
    drop(sessions);
    assert_eq!(pool.open_connections(), 10);
    assert!(answers(&pool).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_every_connection_in_use_is_told_after_a_while() {
    let stage = Stage::new();
    let patience = Server { connect_timeout: Duration::from_secs(2), ..stage.settings() };
    let pool = Pool::new(patience, PoolSize { kept: 1, more: 0 }).expect("a pool");
    let held = pool.session().await.expect("a session");
    assert_eq!(pool.session().await.err().map(|f| f.kind), Some(Kind::Timeout));
    drop(held);
    assert!(answers(&pool).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_statement_was_given_up_is_never_handed_out_again() {
    let stage = Stage::new();
    let pool = stage.pool();
    stage.once(SqlFaultKind::Delay { ms: 3_000 }, "2 AS nWert");
    let mut session = pool.session().await.expect("a session");
    let asked = session.rows("SELECT 2 AS nWert", &[]);
    assert!(tokio::time::timeout(Duration::from_millis(100), asked).await.is_err());
    drop(session);
    assert_eq!(pool.open_connections(), 0);
    assert!(answers(&pool).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_without_an_answer_in_time_is_a_time_out_and_its_connection_is_closed() {
    let stage = Stage::new();
    let hasty = Server { statement_timeout: Duration::from_millis(200), ..stage.settings() };
    let pool = Pool::new(hasty, SIZE).expect("a pool");
    stage.once(SqlFaultKind::Delay { ms: 3_000 }, "2 AS nWert");
    let mut session = pool.session().await.expect("a session");
    let failure = session.rows("SELECT 2 AS nWert", &[]).await.expect_err("too late");
    assert_eq!(
        (failure.kind, failure.was_answered(), failure.was_sent),
        (Kind::Timeout, false, true)
    );
    assert_eq!(pool.open_connections(), 0);
    let after = session.rows("SELECT 1 AS nWert", &[]).await.expect_err("closed");
    assert_eq!(after.kind, Kind::ConnectionLost);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_line_is_a_lost_connection_and_the_next_session_has_a_new_one() {
    let stage = Stage::new();
    let pool = stage.pool();
    for kind in [SqlFaultKind::DisconnectBefore, SqlFaultKind::DisconnectAfter] {
        stage.once(kind, "dbo.tProbe");
        let mut session = pool.session().await.expect("a session");
        let failure = insert(&mut session).await.expect_err("cut off");
        assert_eq!((failure.kind, failure.was_answered()), (Kind::ConnectionLost, false));
        drop(session);
        assert!(answers(&pool).await);
    }
    assert_eq!(stage.rows(), 1, "the second one was run before its answer was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_the_server_closed_meanwhile_are_found_out_before_use() {
    let stage = Stage::new();
    let pool = stage.pool();
    drop((pool.session().await.expect("one"), pool.session().await.expect("two")));
    assert_eq!(pool.open_connections(), 2);
    stage.server.disconnect_all();
    assert!(answers(&pool).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_committed_did_not_happen() {
    let stage = Stage::new();
    let pool = stage.pool();
    let mut session = pool.session().await.expect("a session");
    session.begin().await.expect("begun");
    insert(&mut session).await.expect("inserted");
    session.roll_back().await;
    session.begin().await.expect("begun again");
    insert(&mut session).await.expect("inserted");
    drop(session);
    assert_eq!(
        pool.open_connections(),
        0,
        "a transaction that is left open is closed with its line"
    );
    let mut session = pool.session().await.expect("a session");
    session.begin().await.expect("begun");
    insert(&mut session).await.expect("inserted");
    session.commit().await.expect("committed");
    drop(session);
    assert_eq!((stage.rows(), pool.open_connections()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_s_numbers_say_what_kind_of_failure_it_is() {
    let stage = Stage::new();
    let pool = stage.pool();
    let kinds = [
        (1_205, Kind::Deadlock),
        (1_222, Kind::LockTimeout),
        (2_627, Kind::Doubled),
        (547, Kind::RowRefused),
        (229, Kind::RightMissing),
    ];
    for (number, kind) in kinds {
        stage.once(SqlFaultKind::Error { number, class: None, message: None }, "dbo.tProbe");
        let mut session = pool.session().await.expect("a session");
        let failure = insert(&mut session).await.expect_err("refused");
        assert_eq!((failure.kind, failure.number), (kind, Some(number)));
        assert!(failure.was_answered());
        assert_eq!(insert(&mut session).await.expect("the connection is still good"), 1);
    }
    assert_eq!(pool.open_connections(), 1);
    let mut session = pool.session().await.expect("a session");
    let missing = session.rows("SELECT nWert FROM dbo.tNichts", &[]).await.expect_err("no table");
    assert_eq!((missing.kind, missing.number), (Kind::ObjectMissing, Some(208)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_not_made_says_why() {
    let stage = Stage::new();
    let kind = async |server: Server| {
        let pool = Pool::new(server, SIZE).expect("a pool");
        pool.session().await.err().map(|failure| failure.kind)
    };
    let stranger = SignIn::Sql { user: "kontor".into(), password: "falsch".into() };
    let wrong = Server { sign_in: stranger, ..stage.settings() };
    assert_eq!(kind(wrong).await, Some(Kind::Login));
    let elsewhere = Server { database: "gibtsnicht".into(), ..stage.settings() };
    assert_eq!(kind(elsewhere).await, Some(Kind::DatabaseMissing));
    let untrusted = Server { trust: Trust::System, ..stage.settings() };
    assert_eq!(kind(untrusted).await, Some(Kind::Tls));
    let settings = stage.settings();
    stage.server.stop();
    assert_eq!(kind(settings).await, Some(Kind::Unreachable));
}
