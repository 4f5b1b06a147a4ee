//! A store into another place: from a file to a SQL Server, back, or from one file to another.

use std::path::{Path, PathBuf};

use kontor_core::{Code, Problem};
use kontor_store::{
    CopyOptions, CopyProgress, CopyReport, MssqlStore, RowStore, Server, SqliteStore, Store,
    copy_store,
};
use secrecy::SecretString;

use crate::app::Setup;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, first};
use crate::data_folder::DataFolder;
use crate::secrets::Secrets;
use crate::store_place;

/// The variable that holds the password of the source when it is another one than the target's.
pub const FROM_PASSWORD: &str = "KONTOR_FROM_PASSWORD";

/// Copies the store at one place to another. A place is the path of a file, or `mssql://user@host:port/database`; what
/// else there is to a server (certificates, encryption, patience) is taken from the settings of the store.
///
/// # Errors
/// `store.url_invalid`, `store.unavailable` for a source that is not there, `run.already_running` while a job is being run
/// on the source, and those of [`copy_store`] and of opening a store.
pub async fn move_store(
    setup: Setup,
    from: &str,
    to: &str,
    restart: bool,
    tell: &(dyn Fn(CopyProgress) + Send + Sync),
) -> Result<CopyReport, Problem> {
    let (from, to) = (Place::parse(from)?, Place::parse(to)?);
    if from == to {
        return Err(Problem::new(Code::StoreUrlInvalid).about(to.name()).detail("from = to"));
    }
    let folder = DataFolder::open(setup.data.clone())?;
    let config = setup.settings(&folder).settle().map_err(first)?.config;
    let secrets = setup.secrets.filled_from(&setup.keychain).await;
    let options = CopyOptions { source: from.name(), restart };
    let from = from.open(&config, &secrets, true).await?;
    refuse_while_in_use(from.store()).await?;
    let to = to.open(&config, &secrets, false).await?;
    copy_store(from.rows(), to.rows(), &options, tell).await
}

/// A run that is under way would go on writing into what was copied already.
async fn refuse_while_in_use(store: &dyn Store) -> Result<(), Problem> {
    let now = SystemClock.now();
    match store.leases().await?.iter().find(|lease| lease.expires_at > now) {
        Some(lease) => Err(Problem::new(Code::RunAlreadyRunning)
            .about(&lease.job)
            .detail(format!("{} {}", lease.host, lease.pid))),
        None => Ok(()),
    }
}

/// Where a store lies.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    Server { user: String, host: String, port: Option<u16>, database: String },
}

enum Opened {
    File(SqliteStore),
    Server(MssqlStore),
}

impl Opened {
    fn rows(&self) -> &dyn RowStore {
        match self {
            Self::File(store) => store,
            Self::Server(store) => store,
        }
    }

    fn store(&self) -> &dyn Store {
        match self {
            Self::File(store) => store,
            Self::Server(store) => store,
        }
    }
}

impl Place {
    fn parse(text: &str) -> Result<Self, Problem> {
        let Some(url) = text.strip_prefix("mssql://") else {
            if text.is_empty() || text.contains("://") {
                return Err(Problem::new(Code::StoreUrlInvalid).about(text));
            }
            return Ok(Self::File(PathBuf::from(text)));
        };
        Self::server(url).ok_or_else(|| {
            // What stands before the @ may be a password that somebody typed there all the same.
            let told = url.rsplit_once('@').map_or(url, |(_, place)| place);
            Problem::new(Code::StoreUrlInvalid).about(told)
        })
    }

    fn server(url: &str) -> Option<Self> {
        let (user, place) = url.rsplit_once('@').unwrap_or(("", url));
        let (address, database) = place.split_once('/')?;
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (address, None),
        };
        let is_whole = !host.is_empty() && !database.is_empty() && !database.contains('/');
        (is_whole && !user.contains(':')).then(|| Self::Server {
            user: user.to_owned(),
            host: host.to_owned(),
            port,
            database: database.to_owned(),
        })
    }

    /// A name that stays the same for the place; without credentials.
    fn name(&self) -> String {
        match self {
            Self::File(path) => {
                std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string()
            }
            Self::Server { host, port, database, .. } => {
                format!("mssql://{host}:{}/{database}", port.unwrap_or(1_433))
            }
        }
    }

    async fn open(
        &self,
        config: &Config,
        secrets: &Secrets,
        is_source: bool,
    ) -> Result<Opened, Problem> {
        match self {
            Self::File(path) => open_file(path, is_source).await.map(Opened::File),
            Self::Server { user, host, port, database } => {
                let mut config = config.clone();
                config.store.host.clone_from(host);
                config.store.port = port.unwrap_or(1_433);
                config.store.database.clone_from(database);
                if !user.is_empty() {
                    config.store.user.clone_from(user);
                }
                let other = is_source.then(|| std::env::var(FROM_PASSWORD).ok()).flatten();
                let secrets = match other {
                    Some(password) => secrets.clone().with(
                        crate::secrets::SecretName::StorePassword,
                        SecretString::from(password),
                    ),
                    None => secrets.clone(),
                };
                let server = store_place::server(&config, &secrets)?;
                let server =
                    server.ok_or_else(|| Problem::new(Code::StoreUrlInvalid).about(host))?;
                open_server(server, is_source).await.map(Opened::Server)
            }
        }
    }
}

async fn open_file(path: &Path, is_source: bool) -> Result<SqliteStore, Problem> {
    if is_source && !path.is_file() {
        return Err(Problem::new(Code::StoreUnavailable).about(path.display()));
    }
    let path = path.to_owned();
    let opened = tokio::task::spawn_blocking(move || {
        if is_source { SqliteStore::open(&path) } else { SqliteStore::open_for_copy(&path) }
    });
    opened.await.map_err(|e| Problem::new(Code::InternalError).detail(e))?
}

async fn open_server(server: Server, is_source: bool) -> Result<MssqlStore, Problem> {
    if is_source { MssqlStore::open(server).await } else { MssqlStore::open_for_copy(server).await }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_or_a_server_and_never_holds_a_password() {
        assert_eq!(Place::parse("a/b.db"), Ok(Place::File("a/b.db".into())));
        let place = Place::parse("mssql://kontor@db.local:50000/kontor").expect("a server");
        assert_eq!(place.name(), "mssql://db.local:50000/kontor");
        let windows = Place::parse("mssql://db.local/kontor").expect("a server");
        assert_eq!(windows.name(), "mssql://db.local:1433/kontor");
        for refused in
            ["", "postgres://h/d", "mssql://h", "mssql:///d", "mssql://h:x/d", "mssql://h/d/e"]
        {
            assert_eq!(
                Place::parse(refused).map_err(|p| p.code),
                Err(Code::StoreUrlInvalid),
                "{refused}"
            );
        }
        let secret = Place::parse("mssql://u:geheim@h:1/d").expect_err("a password");
        assert!(!secret.to_string().contains("geheim"), "{secret}");
    }
}
