//! The kinds of databases that a story is told against: always a SQLite file; a SQL Server too when
//! `KONTOR_TEST_MSSQL_HOST`, `_PORT`, `_DATABASE`, `_USER` and `_PASSWORD` are set (`_ENCRYPTION=off` for one without TLS).
//! The login must be allowed to create databases: each test gets a fresh one beside the one that is named.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::time::Duration;

use kontor_mssql::{Pool, PoolSize};
use kontor_store::{Encryption, MssqlStore, Server, SignIn, SqliteStore, Store, Trust};

/// A fresh database.
pub(crate) struct Backend {
    place: Place,
}

enum Place {
    File(tempfile::TempDir),
    Server(Box<Server>),
}

impl Backend {
    /// Opens it, also a second time.
    pub(crate) async fn open(&self) -> Box<dyn Store> {
        match &self.place {
            Place::File(folder) => {
                Box::new(SqliteStore::open(&folder.path().join("kontor.db")).expect("opens"))
            }
            Place::Server(server) => {
                Box::new(MssqlStore::open((**server).clone()).await.expect("opens"))
            }
        }
    }
}

/// A fresh database of every kind; `name` is the test's.
pub(crate) async fn all(name: &str) -> Vec<Backend> {
    let folder = tempfile::tempdir().expect("folder");
    let mut backends = vec![Backend { place: Place::File(folder) }];
    match named_server() {
        Some(server) => {
            let database = fresh(&server, name).await;
            let server = Box::new(Server { database, ..server });
            backends.push(Backend { place: Place::Server(server) });
        }
        None => eprintln!("{name}: skipped against SQL Server: KONTOR_TEST_MSSQL_HOST is not set"),
    }
    backends
}

/// Runs a test against every kind of database.
pub(crate) async fn each(name: &str, test: impl AsyncFn(&dyn Store)) {
    for backend in all(name).await {
        test(backend.open().await.as_ref()).await;
    }
}

fn named_server() -> Option<Server> {
    let variable = |name: &str| std::env::var(format!("KONTOR_TEST_MSSQL_{name}")).ok();
    let needed = |name: &'static str| variable(name).expect(name);
    let host = variable("HOST").filter(|host| !host.is_empty())?;
    let is_open = variable("ENCRYPTION").as_deref() == Some("off");
    Some(Server {
        host,
        port: Some(needed("PORT").parse().expect("a port")),
        instance: None,
        database: needed("DATABASE"),
        sign_in: SignIn::Sql { user: needed("USER"), password: needed("PASSWORD").into() },
        encryption: if is_open { Encryption::Off } else { Encryption::Required },
        trust: Trust::Any,
        connect_timeout: Duration::from_secs(30),
        statement_timeout: Duration::from_secs(60),
        greeting: "",
    })
}

/// Makes the test's own database; one of an earlier run is thrown away.
async fn fresh(server: &Server, name: &str) -> String {
    let database = format!("{}_{name}", server.database).to_lowercase();
    let pool = Pool::new(server.clone(), PoolSize { kept: 1, more: 0 }).expect("a pool");
    let drop = format!("IF DB_ID('{database}') IS NOT NULL DROP DATABASE [{database}]");
    let statements = [drop, format!("CREATE DATABASE [{database}]")];
    // Tests that make theirs at the same moment get into each other's way.
    for statement in &statements {
        let mut tries = 0;
        loop {
            let mut session = pool.session().await.expect("the server answers");
            match session.batch(statement).await {
                Ok(()) => break,
                Err(failure) => assert!(tries < 50, "{statement}: {failure:?}"),
            }
            tries += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    database
}
