//! How JTL's SQL Server is reached.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// Which certificates are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those of the operating system.
    System,
    /// That of this PEM file (the server's own or its CA's).
    CaFile(PathBuf),
    /// Any: the connection is encrypted, but nobody knows with whom. Warned about at every connection.
    Any,
}

/// Whether the connection is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encrypt {
    /// Always.
    #[default]
    Required,
    /// Never; for a server on the same machine that cannot do better.
    Off,
}

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
    pub encrypt: Encrypt,
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
    /// How the server is known, in a word.
    pub(crate) fn trust_word(&self) -> &'static str {
        match (&self.trust, self.encrypt) {
            (_, Encrypt::Off) => "none",
            (Trust::System, _) => "system",
            (Trust::CaFile(_), _) => "ca_file",
            (Trust::Any, _) => "any",
        }
    }
}
