//! A small pool of connections. One that timed out, was cancelled or lost is dropped, never handed out again.

use std::time::{Duration, Instant};

use deadpool::managed::{self, Metrics, Object, RecycleError, RecycleResult};
use kontor_core::{Code, Problem};
use secrecy::ExposeSecret as _;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel, SqlBrowser as _};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt as _};

use crate::errors::problem;
use crate::settings::{Encrypt, JtlSettings, Trust};

pub(crate) type Connection = Client<Compat<TcpStream>>;

/// Connections are made anew after this time, as the seed's pool did.
const MAX_AGE: Duration = Duration::from_secs(3_600);

/// The pool of a client.
pub(crate) struct Pool {
    pool: managed::Pool<Connector>,
}

struct Connector {
    config: Config,
    by_port: bool,
    connect_timeout: Duration,
    trusts_any: bool,
}

impl Pool {
    pub(crate) fn new(settings: &JtlSettings) -> Result<Self, Problem> {
        let connector = Connector {
            config: config(settings)?,
            by_port: settings.port.is_some() || settings.instance.is_none(),
            connect_timeout: settings.connect_timeout,
            trusts_any: settings.trust == Trust::Any,
        };
        let pool = managed::Pool::builder(connector)
            .max_size(settings.pool_size.max(1))
            .build()
            .map_err(|e| Problem::new(Code::InternalError).detail(e))?;
        Ok(Self { pool })
    }

    /// A connection that answers.
    pub(crate) async fn connection(&self) -> Result<PooledConnection, Problem> {
        let object = self.pool.get().await.map_err(|e| match e {
            managed::PoolError::Backend(problem) => problem,
            other => Problem::new(Code::JtlUnreachable).detail(other),
        })?;
        Ok(PooledConnection { object })
    }
}

/// A connection on loan.
pub(crate) struct PooledConnection {
    object: Object<Connector>,
}

impl PooledConnection {
    pub(crate) fn client(&mut self) -> &mut Connection {
        &mut self.object
    }

    /// Takes the connection out of the pool for good.
    pub(crate) fn discard(self) {
        drop(Object::take(self.object));
    }
}

pub(crate) fn config(settings: &JtlSettings) -> Result<Config, Problem> {
    let mut config = Config::new();
    config.host(&settings.host);
    match (settings.port, &settings.instance) {
        (Some(port), _) => config.port(port),
        (None, Some(instance)) => config.instance_name(instance),
        (None, None) => config.port(1_433),
    }
    config.database(&settings.database);
    config.application_name("Kontor");
    config
        .authentication(AuthMethod::sql_server(&settings.user, settings.password.expose_secret()));
    config.encryption(match settings.encrypt {
        Encrypt::Required => EncryptionLevel::Required,
        Encrypt::Off => EncryptionLevel::NotSupported,
    });
    config.handshake_timeout(Some(settings.connect_timeout));
    config.command_timeout(Some(settings.query_timeout));
    match &settings.trust {
        Trust::System => {}
        Trust::Any => config.trust_cert(),
        Trust::CaFile(path) => {
            let bundle = std::fs::read(path).map_err(|e| {
                Problem::new(Code::JtlSettingsInvalid)
                    .about("jtl.ca_file")
                    .detail(format!("{}: {e}", path.display()))
            })?;
            config.trust_cert_ca_bundle(bundle);
        }
    }
    Ok(config)
}

impl Connector {
    async fn connect(&self) -> Result<Connection, Problem> {
        let address = self.config.get_addr();
        let unreachable = |e: &dyn std::fmt::Display| {
            Problem::new(Code::JtlUnreachable).about(&address).detail(e)
        };
        let stream = if self.by_port {
            TcpStream::connect(&address).await.map_err(|e| unreachable(&e))?
        } else {
            TcpStream::connect_named(&self.config).await.map_err(|e| unreachable(&e))?
        };
        stream.set_nodelay(true).map_err(|e| unreachable(&e))?;
        let mut client = Client::connect(self.config.clone(), stream.compat_write())
            .await
            .map_err(|e| problem(&e))?;
        // A statement that fails leaves no half-done transaction, and nobody waits for a lock for ever.
        let setup = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000";
        client
            .simple_query(setup)
            .await
            .map_err(|e| problem(&e))?
            .into_results()
            .await
            .map_err(|e| problem(&e))?;
        Ok(client)
    }
}

impl managed::Manager for Connector {
    type Type = Connection;
    type Error = Problem;

    async fn create(&self) -> Result<Connection, Problem> {
        if self.trusts_any {
            tracing::warn!(jtl.host = %self.config.get_addr(), "any certificate of the SQL Server is trusted");
        }
        tokio::time::timeout(self.connect_timeout, Box::pin(self.connect())).await.unwrap_or_else(
            |_| {
                Err(Problem::new(Code::JtlUnreachable)
                    .about(self.config.get_addr())
                    .detail("timeout"))
            },
        )
    }

    async fn recycle(&self, client: &mut Connection, metrics: &Metrics) -> RecycleResult<Problem> {
        if age(metrics.created.elapsed()) {
            return Err(RecycleError::message("too old"));
        }
        let open = ping(client).await.map_err(RecycleError::Backend)?;
        if open == 0 { Ok(()) } else { Err(RecycleError::message("open transaction")) }
    }
}

fn age(elapsed: Duration) -> bool {
    elapsed > MAX_AGE
}

/// Asks for the number of open transactions: the answer also shows that the connection lives.
async fn ping(client: &mut Connection) -> Result<i32, Problem> {
    let begun = Instant::now();
    let stream = client.simple_query("SELECT @@TRANCOUNT").await.map_err(|e| problem(&e))?;
    let row = stream.into_row().await.map_err(|e| problem(&e))?;
    tracing::trace!(duration_ms = begun.elapsed().as_millis(), "connection answered");
    Ok(row.and_then(|r| r.try_get::<i32, _>(0).ok().flatten()).unwrap_or(0))
}
