//! The operating system's keychain: Secret Service on Linux, Credential Manager on Windows, Keychain on macOS. There is no
//! fallback into a file: a machine without one says so.

use std::sync::Arc;
use std::time::Duration;

use keyring_core::api::CredentialStoreApi;
use kontor_core::{Code, Problem};
use secrecy::{ExposeSecret as _, SecretString};

use crate::secrets::SecretName;

/// Under which name Kontor's entries stand.
const SERVICE: &str = "Kontor";
/// What Windows holds in one entry, in UTF-16 units; the limit is kept everywhere, so that a secret fits when one moves.
pub const MAX_UNITS: usize = 1_280;
/// A locked keychain asks the person at the screen; nobody waits longer than this for the answer.
const PATIENCE: Duration = Duration::from_secs(60);

type Work<T> = Box<dyn FnOnce(&dyn CredentialStoreApi) -> keyring_core::Result<T> + Send>;
type Opener = dyn Fn() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> + Send + Sync;

/// A keychain, or none.
#[derive(Clone)]
pub struct Keychain {
    opener: Option<Arc<Opener>>,
    patience: Duration,
}

/// No keychain: secrets come from where the caller has them.
impl Default for Keychain {
    fn default() -> Self {
        Self { opener: None, patience: PATIENCE }
    }
}

impl Keychain {
    /// That of the operating system. It is opened anew for every use: one that was missing at the start may be there now.
    pub fn of_system() -> Self {
        Self { opener: Some(Arc::new(open)), patience: PATIENCE }
    }

    /// That of the operating system, or none when `KONTOR_KEYCHAIN=off` says so (servers without one).
    pub fn of_process() -> Self {
        match std::env::var("KONTOR_KEYCHAIN").as_deref() {
            Ok("off") => Self::default(),
            _ => Self::of_system(),
        }
    }

    /// The same, but nobody waits longer than this for a locked one.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Whether there is one to ask.
    pub fn is_on(&self) -> bool {
        self.opener.is_some()
    }

    /// A secret; `None` when none is stored.
    ///
    /// # Errors
    /// `secret.keychain_none`, `secret.keychain_locked`, `secret.keychain_denied`, `secret.keychain_failed`.
    pub async fn get(&self, name: SecretName) -> Result<Option<SecretString>, Problem> {
        let work: Work<Option<SecretString>> = Box::new(move |store| {
            match store.build(SERVICE, name.as_str(), None)?.get_password() {
                Ok(secret) => Ok(Some(SecretString::from(secret))),
                Err(keyring_core::Error::NoEntry) => Ok(None),
                Err(error) => Err(error),
            }
        });
        self.ask(name, work).await
    }

    /// Stores a secret over the one that is there.
    ///
    /// # Errors
    /// `secret.empty`, `secret.too_long`; as [`Keychain::get`].
    pub async fn set(&self, name: SecretName, secret: SecretString) -> Result<(), Problem> {
        let units = secret.expose_secret().encode_utf16().count();
        // A line end or another control character comes from a file or a slip of the clipboard, never from TEMU or a server.
        if secret.expose_secret().chars().any(char::is_control) {
            return Err(Problem::new(Code::SecretIllFormed).about(name));
        }
        if secret.expose_secret().trim().is_empty() {
            return Err(Problem::new(Code::SecretEmpty).about(name));
        }
        if units > MAX_UNITS {
            let detail = format!("{units} > {MAX_UNITS}");
            return Err(Problem::new(Code::SecretTooLong).about(name).detail(detail));
        }
        let work: Work<()> = Box::new(move |store| {
            store.build(SERVICE, name.as_str(), None)?.set_password(secret.expose_secret())
        });
        self.ask(name, work).await
    }

    /// Deletes a secret; whether there was one.
    ///
    /// # Errors
    /// As [`Keychain::get`].
    pub async fn delete(&self, name: SecretName) -> Result<bool, Problem> {
        let work: Work<bool> = Box::new(move |store| {
            match store.build(SERVICE, name.as_str(), None)?.delete_credential() {
                Ok(()) => Ok(true),
                Err(keyring_core::Error::NoEntry) => Ok(false),
                Err(error) => Err(error),
            }
        });
        self.ask(name, work).await
    }

    /// Asks on a thread of its own: a locked keychain blocks the caller until somebody at the screen answers. The runtime
    /// waits for its own blocking threads when the program ends; it does not wait for this one.
    async fn ask<T: Send + 'static>(&self, name: SecretName, work: Work<T>) -> Result<T, Problem> {
        let none = || Problem::new(Code::SecretKeychainNone).about(name);
        let opener = self.opener.clone().ok_or_else(none)?;
        let (answer, answered) = tokio::sync::oneshot::channel();
        let asking = move || {
            // Whoever asked may have given up: nobody is left to tell then.
            let _ = answer.send(
                opener()
                    .map_err(|e| missing(&e))
                    .and_then(|store| work(store.as_ref()).map_err(|e| problem(&e))),
            );
        };
        std::thread::Builder::new()
            .name("keychain".into())
            .spawn(asking)
            .map_err(|e| Problem::new(Code::InternalError).detail(e))?;
        match tokio::time::timeout(self.patience, answered).await {
            Ok(Ok(outcome)) => outcome.map_err(|p| p.about(name)),
            Ok(Err(_)) => Err(Problem::new(Code::SecretKeychainFailed).about(name)),
            Err(_) => Err(Problem::new(Code::SecretKeychainLocked).about(name).detail("no answer")),
        }
    }
}

#[cfg(target_os = "linux")]
fn open() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(windows)]
fn open() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn open() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn open() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Err(keyring_core::Error::NoDefaultStore)
}

/// Why a keychain did not open: whatever the reason, there is none to use. The texts of the platforms name buses and codes,
/// never a secret.
fn missing(error: &keyring_core::Error) -> Problem {
    Problem::new(Code::SecretKeychainNone).detail(error)
}

/// Why a keychain that opened did not answer.
fn problem(error: &keyring_core::Error) -> Problem {
    use keyring_core::Error;
    match error {
        Error::NoDefaultStore => missing(error),
        Error::TooLong(_, limit) => Problem::new(Code::SecretTooLong).detail(format!("> {limit}")),
        Error::NoStorageAccess(cause) => Problem::new(refused(cause.as_ref())).detail(error),
        // What a broken entry holds is not told: it may be the secret.
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_) => {
            Problem::new(Code::SecretKeychainFailed).detail("unreadable or ambiguous entry")
        }
        Error::PlatformFailure(cause) => Problem::new(failed(cause.as_ref())).detail(error),
        other => Problem::new(Code::SecretKeychainFailed).detail(other),
    }
}

type Cause = dyn std::error::Error + Send + Sync;

/// Locked, or refused by the person who was asked.
#[cfg(target_os = "linux")]
fn refused(cause: &Cause) -> Code {
    match cause.downcast_ref::<secret_service::Error>() {
        Some(secret_service::Error::Prompt) => Code::SecretKeychainDenied,
        _ => Code::SecretKeychainLocked,
    }
}

/// Windows has no credentials in a session without a logon (a service account that never logged on).
#[cfg(windows)]
fn refused(_: &Cause) -> Code {
    Code::SecretKeychainNone
}

/// macOS: the keychain's owner or its rules refuse.
#[cfg(not(any(target_os = "linux", windows)))]
fn refused(_: &Cause) -> Code {
    Code::SecretKeychainDenied
}

#[cfg(target_os = "linux")]
fn failed(cause: &Cause) -> Code {
    match cause.downcast_ref::<secret_service::Error>() {
        Some(secret_service::Error::Unavailable) => Code::SecretKeychainNone,
        Some(secret_service::Error::Locked) => Code::SecretKeychainLocked,
        Some(secret_service::Error::Prompt) => Code::SecretKeychainDenied,
        _ => Code::SecretKeychainFailed,
    }
}

#[cfg(not(target_os = "linux"))]
fn failed(_: &Cause) -> Code {
    Code::SecretKeychainFailed
}
