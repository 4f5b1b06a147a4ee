//! Where Kontor's own data lies: in a file of the data folder, or on a SQL Server that several desks share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kontor_core::{Code, Problem};
use kontor_store::{Encryption, GREETING, MssqlStore, Server, SignIn, SqliteStore, Store, Trust};

use crate::config::{Config, StoreEncryption, StoreSignIn};
use crate::data_folder::DataFolder;
use crate::secrets::Secrets;

/// The SQL Server that the settings name; `None` for the file.
///
/// # Errors
/// `store.credentials_missing`; why the keychain could not be asked.
pub(crate) fn server(config: &Config, secrets: &Secrets) -> Result<Option<Server>, Problem> {
    let section = &config.store;
    if section.host.is_empty() {
        return Ok(None);
    }
    let sign_in = match section.sign_in {
        StoreSignIn::Windows => SignIn::Windows,
        StoreSignIn::Sql => {
            SignIn::Sql { user: section.user.clone(), password: secrets.store_password()? }
        }
    };
    let trust = if section.trust_any_certificate {
        Trust::Any
    } else if section.ca_file.is_empty() {
        Trust::System
    } else {
        Trust::CaFile(PathBuf::from(&section.ca_file))
    };
    Ok(Some(Server {
        host: section.host.clone(),
        port: (section.port != 0).then_some(section.port),
        instance: (!section.instance.is_empty()).then(|| section.instance.clone()),
        database: section.database.clone(),
        sign_in,
        encryption: match section.encryption {
            StoreEncryption::Required => Encryption::Required,
            StoreEncryption::Strict => Encryption::Strict,
            StoreEncryption::Off => Encryption::Off,
        },
        trust,
        connect_timeout: Duration::from_secs(section.connect_timeout_seconds),
        statement_timeout: Duration::from_secs(section.statement_timeout_seconds),
        greeting: GREETING,
    }))
}

/// Opens the store that the settings name.
///
/// # Errors
/// As [`server`], [`SqliteStore::open`] and [`MssqlStore::open`].
pub(crate) async fn open(
    config: &Config,
    folder: &DataFolder,
    secrets: &Secrets,
) -> Result<Arc<dyn Store>, Problem> {
    if let Some(server) = server(config, secrets)? {
        return Ok(Arc::new(MssqlStore::open(server).await?));
    }
    let database = folder.database();
    let store = tokio::task::spawn_blocking(move || SqliteStore::open(&database))
        .await
        .map_err(|e| Problem::new(Code::InternalError).detail(e))??;
    Ok(Arc::new(store))
}
