//! A pool of connections. One that timed out, was cancelled or lost is dropped, never handed out again.

use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, Object, RecycleError, RecycleResult};
use tiberius::{Client, Config, SqlBrowser as _};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt as _};

use crate::failure::{Failure, Kind};
use crate::session::Session;
use crate::settings::{Server, Trust};

pub(crate) type Connection = Client<Compat<TcpStream>>;

/// Connections are made anew after this time, as the seed's pool did.
const MAX_AGE: Duration = Duration::from_secs(3_600);

/// How many connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSize {
    /// So many are kept open when nobody needs them.
    pub kept: usize,
    /// So many more are made under load and closed when they come back.
    pub more: usize,
}

/// The connections to one database. Nothing is connected before the first session.
pub struct Pool {
    pool: managed::Pool<Connector>,
    kept: usize,
    statement_timeout: Duration,
}

pub(crate) struct Connector {
    server: Server,
    config: Config,
}

impl Pool {
    /// A pool; nothing is connected yet.
    ///
    /// # Errors
    /// [`Kind::Settings`] for settings that contradict each other or a certificate file that cannot be read.
    pub fn new(server: Server, size: PoolSize) -> Result<Self, Failure> {
        let config = server.config()?;
        let kept = size.kept.max(1);
        let statement_timeout = server.statement_timeout;
        let patience = server.connect_timeout;
        let pool = managed::Pool::builder(Connector { server, config })
            .max_size(kept + size.more)
            .wait_timeout(Some(patience))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|e| Failure::new(Kind::Settings, e.to_string()))?;
        Ok(Self { pool, kept, statement_timeout })
    }

    /// A session on a connection that answers.
    ///
    /// # Errors
    /// [`Kind::Unreachable`], [`Kind::Tls`], [`Kind::Login`], [`Kind::DatabaseMissing`] and others of connecting;
    /// [`Kind::Timeout`] when all connections stayed in use.
    pub async fn session(&self) -> Result<Session, Failure> {
        let object = Box::pin(self.pool.get()).await.map_err(|e| match e {
            managed::PoolError::Backend(failure) => failure,
            managed::PoolError::Timeout(_) => {
                Failure::new(Kind::Timeout, "all connections are in use")
            }
            managed::PoolError::Closed => Failure::new(Kind::Unreachable, "the pool is closed"),
            _ => Failure::new(Kind::Unreachable, "no connection"),
        })?;
        Ok(Session::new(Loan { object: Some(object), kept: self.kept }, self.statement_timeout))
    }

    /// The settings that it was made with.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.pool.manager().server
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.pool.status().size
    }
}

/// A connection on loan. It goes back when it is dropped, unless it was closed.
pub(crate) struct Loan {
    object: Option<Object<Connector>>,
    kept: usize,
}

impl Loan {
    /// # Errors
    /// [`Kind::ConnectionLost`] after it was closed.
    pub(crate) fn connection(&mut self) -> Result<&mut Connection, Failure> {
        self.object
            .as_deref_mut()
            .ok_or_else(|| Failure::new(Kind::ConnectionLost, "closed after a failure"))
    }

    /// Takes the connection out of the pool for good.
    pub(crate) fn close(&mut self) {
        self.object.take().map(Object::take);
    }
}

impl Drop for Loan {
    /// What was made under load is closed as soon as nobody waits for it.
    fn drop(&mut self) {
        let status = self.object.as_ref().and_then(Object::pool).map(|pool| pool.status());
        if status.is_some_and(|s| s.size > self.kept && s.waiting == 0) {
            self.close();
        }
    }
}

impl Connector {
    async fn connect(&self) -> Result<Connection, Failure> {
        let unreachable = |e: &std::io::Error| {
            Failure::new(Kind::Unreachable, format!("{}: {e}", self.server.address()))
        };
        let stream = reach(&self.server, &self.config).await.map_err(|e| unreachable(&e))?;
        let mut client = Client::connect(self.config.clone(), stream.compat_write())
            .await
            .map_err(|e| Failure::from(&e))?;
        if !self.server.greeting.is_empty() {
            greet(&mut client, self.server.greeting).await.map_err(|e| Failure::from(&e))?;
        }
        Ok(client)
    }
}

/// A line to the server.
pub(crate) async fn reach(server: &Server, config: &Config) -> std::io::Result<TcpStream> {
    let stream = if server.has_port() {
        TcpStream::connect(config.get_addr()).await?
    } else {
        TcpStream::connect_named(config).await.map_err(std::io::Error::other)?
    };
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn greet(client: &mut Connection, greeting: &str) -> tiberius::Result<()> {
    client.simple_query(greeting).await?.into_results().await?;
    Ok(())
}

impl managed::Manager for Connector {
    type Type = Connection;
    type Error = Failure;

    async fn create(&self) -> Result<Connection, Failure> {
        if self.server.trust == Trust::Any {
            tracing::warn!(server = %self.server.address(), "any certificate of the SQL Server is trusted");
        }
        let connecting =
            tokio::time::timeout(self.server.connect_timeout, Box::pin(self.connect()));
        connecting.await.unwrap_or_else(|_| {
            Err(Failure::new(Kind::Unreachable, format!("{}: timeout", self.server.address())))
        })
    }

    async fn recycle(&self, client: &mut Connection, metrics: &Metrics) -> RecycleResult<Failure> {
        if metrics.created.elapsed() > MAX_AGE {
            return Err(RecycleError::message("too old"));
        }
        let open = tokio::time::timeout(self.server.connect_timeout, ping(client))
            .await
            .map_err(|_| RecycleError::message("no answer"))?
            .map_err(|e| RecycleError::Backend(Failure::from(&e)))?;
        if open == 0 { Ok(()) } else { Err(RecycleError::message("open transaction")) }
    }
}

/// Asks for the number of open transactions: the answer also shows that the connection lives.
async fn ping(client: &mut Connection) -> tiberius::Result<i32> {
    let row = client.simple_query("SELECT @@TRANCOUNT").await?.into_row().await?;
    Ok(row.and_then(|r| r.try_get::<i32, _>(0).ok().flatten()).unwrap_or(0))
}
