//! How JTL's SQL Server is reached.

use std::time::Duration;

use kontor_mssql::{Encryption, PoolSize, Server, SignIn, Trust};
use secrecy::SecretString;

/// Settings of a client.
#[derive(Clone)]
pub struct JtlSettings {
    /// Host name or address.
    pub host: String,
    /// Fixed port; without it, the instance's port is asked for, or 1433 is used.
    pub port: Option<u16>,
    /// Named instance, e.g. `JTLWAWI`; not used when a port is given.
    pub instance: Option<String>,
    /// Database, usually `eazybusiness`.
    pub database: String,
    /// SQL login.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// Trusted certificates.
    pub trust: Trust,
    /// Encryption.
    pub encrypt: Encryption,
    /// Wait for connection and login.
    pub connect_timeout: Duration,
    /// Wait for a statement.
    pub query_timeout: Duration,
    /// Connections at once.
    pub pool_size: usize,
    /// `nPlattform` of rows in the import table.
    pub platform: u8,
    /// `nRechnung` of rows in the import table; 0: JTL makes no invoice.
    pub invoice: u8,
    /// Count a parcel only when it has a shipping time.
    pub only_shipped: bool,
    /// Also look for the split forms `…_1` to `…_9` of an order's number.
    pub match_suffix: bool,
}

impl JtlSettings {
    /// The server that they name.
    pub(crate) fn server(&self) -> Server {
        Server {
            host: self.host.clone(),
            port: self.port,
            instance: self.instance.clone(),
            database: self.database.clone(),
            sign_in: SignIn::Sql { user: self.user.clone(), password: self.password.clone() },
            encryption: self.encrypt,
            trust: self.trust.clone(),
            connect_timeout: self.connect_timeout,
            statement_timeout: self.query_timeout,
            // A statement that fails leaves no half-done transaction, and nobody waits for a lock for ever.
            greeting: "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000",
        }
    }

    /// Its connections.
    pub(crate) fn pool_size(&self) -> PoolSize {
        PoolSize { kept: self.pool_size, more: 0 }
    }
}
