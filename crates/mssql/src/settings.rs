//! Where a server stands and how it is signed in to.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tiberius::{AuthMethod, Config, EncryptionLevel};

use crate::failure::{Failure, Kind};

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
pub enum Encryption {
    /// Always.
    #[default]
    Required,
    /// Always, and TLS begins before the first word (TDS 8.0, SQL Server 2022 and newer).
    Strict,
    /// Never; for a server on the same machine that cannot do better.
    Off,
}

/// As whom.
#[derive(Clone)]
pub enum SignIn {
    /// A login of the server's own.
    Sql {
        /// Its name.
        user: String,
        /// Its password.
        password: SecretString,
    },
    /// The Windows user that runs the program; only on Windows.
    Windows,
}

impl SignIn {
    /// The name of the login; empty for the Windows user.
    #[must_use]
    pub fn user(&self) -> &str {
        match self {
            Self::Sql { user, .. } => user,
            Self::Windows => "",
        }
    }
}

/// A database on a server.
#[derive(Clone)]
pub struct Server {
    /// Host name or address.
    pub host: String,
    /// Fixed port; without it, the instance's port is asked for, or 1433 is used.
    pub port: Option<u16>,
    /// Named instance, e.g. `JTLWAWI`; not used when a port is given.
    pub instance: Option<String>,
    /// Database.
    pub database: String,
    /// As whom.
    pub sign_in: SignIn,
    /// Encryption.
    pub encryption: Encryption,
    /// Trusted certificates.
    pub trust: Trust,
    /// Wait for connection, login and a place in the pool.
    pub connect_timeout: Duration,
    /// Wait for a statement.
    pub statement_timeout: Duration,
    /// What is said to the server first on every connection (SET options).
    pub greeting: &'static str,
}

impl Server {
    /// How the server's certificate is judged, in a word.
    #[must_use]
    pub fn trust_word(&self) -> &'static str {
        match (&self.trust, self.encryption) {
            (_, Encryption::Off) => "none",
            (Trust::System, _) => "system",
            (Trust::CaFile(_), _) => "ca_file",
            (Trust::Any, _) => "any",
        }
    }

    /// `host:port`, or `host\instance` when the port is asked for.
    #[must_use]
    pub fn address(&self) -> String {
        match (self.port, &self.instance) {
            (Some(port), _) => format!("{}:{port}", self.host),
            (None, Some(instance)) => format!(r"{}\{instance}", self.host),
            (None, None) => format!("{}:1433", self.host),
        }
    }

    /// Whether the port is known, so that the SQL Browser need not be asked.
    pub(crate) fn has_port(&self) -> bool {
        self.port.is_some() || self.instance.is_none()
    }

    /// The driver's form of the settings. Its setters panic for what contradicts itself: none of that passes here.
    ///
    /// # Errors
    /// [`Kind::Settings`].
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let empty = [("host", &self.host), ("database", &self.database)];
        if let Some((name, _)) = empty.iter().find(|(_, value)| value.trim().is_empty()) {
            return Err(Failure::new(Kind::Settings, format!("{name} is empty")));
        }
        let mut config = Config::new();
        config.host(&self.host);
        match (self.port, &self.instance) {
            (Some(port), _) => config.port(port),
            (None, Some(instance)) => config.instance_name(instance),
            (None, None) => config.port(1_433),
        }
        config.database(&self.database);
        config.application_name("Kontor");
        config.authentication(self.authentication()?);
        config.encryption(match self.encryption {
            Encryption::Required => EncryptionLevel::Required,
            Encryption::Strict => EncryptionLevel::Strict,
            Encryption::Off => EncryptionLevel::NotSupported,
        });
        config.handshake_timeout(Some(self.connect_timeout));
        config.command_timeout(Some(self.statement_timeout));
        match &self.trust {
            Trust::System => {}
            Trust::Any => config.trust_cert(),
            Trust::CaFile(path) => {
                let bundle = std::fs::read(path).map_err(|e| {
                    Failure::new(Kind::Settings, format!("{}: {e}", path.display()))
                })?;
                config.trust_cert_ca_bundle(bundle);
            }
        }
        Ok(config)
    }

    fn authentication(&self) -> Result<AuthMethod, Failure> {
        match &self.sign_in {
            SignIn::Sql { user, .. } if user.trim().is_empty() => {
                Err(Failure::new(Kind::Settings, "user is empty"))
            }
            SignIn::Sql { user, password } => {
                Ok(AuthMethod::sql_server(user, password.expose_secret()))
            }
            #[cfg(windows)]
            SignIn::Windows => Ok(AuthMethod::Integrated),
            #[cfg(not(windows))]
            SignIn::Windows => {
                Err(Failure::new(Kind::Settings, "signing in as the Windows user needs Windows"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        Server {
            host: "127.0.0.1".into(),
            port: None,
            instance: None,
            database: "kontor".into(),
            sign_in: SignIn::Sql { user: "kontor".into(), password: "geheim".into() },
            encryption: Encryption::Required,
            trust: Trust::System,
            connect_timeout: Duration::from_secs(1),
            statement_timeout: Duration::from_secs(1),
            greeting: "",
        }
    }

    fn refused(server: &Server) -> Option<String> {
        server.config().err().filter(|f| f.kind == Kind::Settings).map(|f| f.detail)
    }

    #[test]
    fn settings_that_cannot_work_are_refused_before_anything_is_connected() {
        assert_eq!(refused(&server()), None);
        let unnamed = Server { host: " ".into(), ..server() };
        assert_eq!(refused(&unnamed).as_deref(), Some("host is empty"));
        let nowhere = Server { database: String::new(), ..server() };
        assert_eq!(refused(&nowhere).as_deref(), Some("database is empty"));
        let nobody = SignIn::Sql { user: String::new(), password: "".into() };
        assert!(refused(&Server { sign_in: nobody, ..server() }).is_some());
        let no_file = Trust::CaFile("/there/is/no/such.pem".into());
        assert!(refused(&Server { trust: no_file, ..server() }).is_some());
        if cfg!(not(windows)) {
            assert!(refused(&Server { sign_in: SignIn::Windows, ..server() }).is_some());
        }
    }

    #[test]
    fn a_port_that_is_given_goes_before_the_instance() {
        let instance = Server { instance: Some("JTLWAWI".into()), ..server() };
        assert_eq!((instance.has_port(), instance.address()), (false, r"127.0.0.1\JTLWAWI".into()));
        let both = Server { port: Some(50_000), ..instance };
        assert_eq!((both.has_port(), both.address()), (true, "127.0.0.1:50000".into()));
    }
}
