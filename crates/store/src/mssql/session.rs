//! How the store talks to its server: reads on a connection, writes in a transaction that is retried as a whole when it
//! was the victim of a deadlock.

use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use kontor_core::Code;
use kontor_mssql::{Row, Session, Value};

use super::MssqlStore;
use super::errors::problem;
use super::rows::Columns as _;
use crate::Result;

/// How often a transaction is run that is chosen as a deadlock's victim each time.
pub(super) const TRIES: u32 = 4;

/// Statements of one call of the store. `'e` is how long what the call was given lives: longer than any statement.
pub(super) struct Talk<'e> {
    session: Session,
    given: PhantomData<&'e ()>,
}

/// What a call does, running.
pub(super) type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>;

impl Talk<'_> {
    /// The rows of a statement.
    pub(super) async fn rows(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        self.session.rows(sql, values).await.map_err(problem)
    }

    /// What the rows of a statement say.
    pub(super) async fn select<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.rows(sql, values).await?.iter().map(read).collect()
    }

    /// A whole number that a statement gives under the name `number`; 0 without a row or for NULL.
    pub(super) async fn number(&mut self, sql: &str, values: &[Value<'_>]) -> Result<i64> {
        let row = self.row(sql, values).await?;
        Ok(row.map(|r| r.number("number")).transpose()?.flatten().unwrap_or_default())
    }

    /// The first row of a statement.
    pub(super) async fn row(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Option<Row>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Runs a statement; how many rows it changed (all statements of a batch together).
    pub(super) async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        self.session.execute(sql, values).await.map_err(problem)
    }

    /// Runs DDL as it stands.
    pub(super) async fn batch(&mut self, sql: &str) -> Result<()> {
        self.session.batch(sql).await.map_err(problem)
    }

    async fn commit(mut self) -> Result<()> {
        self.session.commit().await.map_err(problem)
    }
}

impl MssqlStore {
    /// A connection without a transaction.
    pub(super) async fn talk<'e>(&self) -> Result<Talk<'e>> {
        let session = self
            .pool
            .session()
            .await
            .map_err(|failure| problem(failure).about(self.pool.server().address()))?;
        Ok(Talk { session, given: PhantomData })
    }

    /// Reads. A victim of a deadlock, and a connection that broke, is tried again.
    pub(super) async fn read<'e, T: Send>(
        &self,
        work: impl for<'t> Fn(&'t mut Talk<'e>) -> Work<'t, T> + Send + Sync,
    ) -> Result<T> {
        let mut tries = 1;
        loop {
            let mut talk = self.talk().await?;
            match work(&mut talk).await {
                Err(p) if p.code == Code::StoreDeadlock && tries < TRIES => {}
                Err(p) if p.code == Code::StoreUnreachable && tries < 2 => {}
                done => return done,
            }
            drop(talk);
            pause(tries).await;
            tries += 1;
        }
    }

    /// Runs `work` in one transaction: all of it or nothing. `work` is run again from its beginning when it was the
    /// victim of a deadlock, for then the server has rolled all of it back. A commit whose answer is lost is
    /// `store.unreachable`, and nobody knows whether it was: every write of the store is safe to be repeated, or says
    /// `store.conflict` then.
    pub(super) async fn write<'e, T: Send>(
        &self,
        work: impl for<'t> Fn(&'t mut Talk<'e>) -> Work<'t, T> + Send + Sync,
    ) -> Result<T> {
        let mut tries = 1;
        loop {
            match self.write_once(&work).await {
                Err(p) if p.code == Code::StoreDeadlock && tries < TRIES => {}
                done => return done,
            }
            pause(tries).await;
            tries += 1;
        }
    }

    async fn write_once<'e, T: Send>(
        &self,
        work: &(impl for<'t> Fn(&'t mut Talk<'e>) -> Work<'t, T> + Send + Sync),
    ) -> Result<T> {
        let mut talk = self.talk().await?;
        talk.session.begin().await.map_err(problem)?;
        match work(&mut talk).await {
            Ok(value) => talk.commit().await.map(|()| value),
            Err(refused) => {
                talk.session.roll_back().await;
                Err(refused)
            }
        }
    }
}

/// Each try waits longer, and two desks not equally long.
pub(super) async fn pause(tries: u32) {
    let longest = 50_u64 << tries.min(5);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(longest / 2..longest))).await;
}

#[cfg(test)]
mod tests {
    use kontor_mssql::{Encryption, Pool, Server, SignIn, Trust};
    use kontor_sandbox::jtl::{JtlOptions, JtlServer, Right, SqlFault, SqlFaultKind};

    use super::super::POOL_SIZE;
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    struct Stage {
        server: JtlServer,
        store: MssqlStore,
        _folder: tempfile::TempDir,
    }

    fn stage() -> Stage {
        let server = JtlServer::start(JtlOptions::default()).expect("the server");
        server.execute_as_admin("CREATE TABLE dbo.tProbe (nWert INTEGER)").expect("a table");
        server.set_right("kontor", Right::Insert, "dbo.tProbe", true);
        let folder = tempfile::tempdir().expect("folder");
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, server.ca_pem()).expect("written");
        let login = server.login("kontor").expect("the login");
        let settings = Server {
            host: "localhost".into(),
            port: Some(server.port()),
            instance: None,
            database: server.database().into(),
            sign_in: SignIn::Sql { user: login.user, password: login.password.into() },
            encryption: Encryption::Required,
            trust: Trust::CaFile(ca),
            connect_timeout: PATIENCE,
            statement_timeout: PATIENCE,
            greeting: super::super::GREETING,
        };
        let pool = Pool::new(settings, POOL_SIZE).expect("a pool");
        Stage { server, store: MssqlStore { pool }, _folder: folder }
    }

    impl Stage {
        fn inject(&self, kind: SqlFaultKind, text: &str, times: u32) {
            let fault = SqlFault { times: Some(times), ..SqlFault::once(kind) };
            self.server.inject(fault.matching(text));
        }

        fn values(&self) -> Vec<Vec<Option<String>>> {
            self.server.query_as_admin("SELECT nWert FROM dbo.tProbe ORDER BY nWert").expect("read")
        }

        async fn write(&self) -> Result<u64> {
            self.store.write(|talk| Box::pin(two(talk))).await
        }
    }

    async fn two(talk: &mut Talk<'_>) -> Result<u64> {
        let sql = "INSERT INTO dbo.tProbe (nWert) VALUES (@P1)";
        let first = talk.execute(sql, &[1_i64.into()]).await?;
        Ok(first
            + talk.execute(&sql.replace("tProbe", "tProbe /* second */"), &[2_i64.into()]).await?)
    }

    const DEADLOCK: SqlFaultKind =
        SqlFaultKind::Error { number: 1_205, class: None, message: None };

    #[tokio::test(flavor = "multi_thread")]
    async fn a_victim_of_deadlocks_is_run_again_as_a_whole() {
        let stage = stage();
        stage.inject(DEADLOCK, "second", 3);
        assert_eq!(stage.write().await, Ok(2));
        assert_eq!(stage.values(), [[Some("1".to_owned())], [Some("2".to_owned())]]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_is_always_the_victim_is_told_and_nothing_is_half_done() {
        let stage = stage();
        stage.inject(DEADLOCK, "second", TRIES);
        assert_eq!(stage.write().await.map_err(|p| p.code), Err(Code::StoreDeadlock));
        assert!(stage.values().is_empty());
        assert_eq!(stage.write().await, Ok(2), "afterwards all is well");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_write_whose_line_was_cut_is_told_and_not_repeated() {
        let stage = stage();
        stage.inject(SqlFaultKind::DisconnectBefore, "second", 1);
        assert_eq!(stage.write().await.map_err(|p| p.code), Err(Code::StoreUnreachable));
        assert!(stage.values().is_empty());
        stage.inject(SqlFaultKind::DisconnectAfter, "COMMIT", 1);
        assert_eq!(stage.write().await.map_err(|p| p.code), Err(Code::StoreUnreachable));
        assert_eq!(stage.values().len(), 2, "the commit had arrived");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_read_whose_line_was_cut_is_asked_again() {
        let stage = stage();
        assert_eq!(stage.write().await, Ok(2));
        let sql = "SELECT nWert FROM dbo.tProbe";
        stage.inject(SqlFaultKind::DisconnectInRows, sql, 1);
        let rows = stage.store.read(|talk| Box::pin(talk.rows(sql, &[]))).await;
        assert_eq!(rows.map(|rows| rows.len()), Ok(2));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_that_is_gone_is_unreachable_and_back_again_when_it_answers() {
        let stage = stage();
        assert_eq!(stage.write().await, Ok(2));
        stage.server.disconnect_all();
        assert_eq!(stage.write().await, Ok(2), "lines that broke while they lay idle are replaced");
        stage.server.stop();
        let gone = stage.write().await.expect_err("nobody is there");
        assert_eq!(gone.code, Code::StoreUnreachable);
        assert!(gone.is_transient());
    }
}
