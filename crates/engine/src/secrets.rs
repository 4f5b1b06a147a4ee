//! Credentials. They come from the environment (servers, tests, the sandbox); the keychain joins them here. Never from
//! a file.

use kontor_core::{Code, Problem};
use secrecy::SecretString;

/// The environment variables that hold secrets.
pub const SECRET_VARIABLES: [&str; 4] =
    [TEMU_APP_KEY, TEMU_APP_SECRET, TEMU_ACCESS_TOKEN, JTL_PASSWORD];

const TEMU_APP_KEY: &str = "KONTOR_TEMU_APP_KEY";
const TEMU_APP_SECRET: &str = "KONTOR_TEMU_APP_SECRET";
const TEMU_ACCESS_TOKEN: &str = "KONTOR_TEMU_ACCESS_TOKEN";
const JTL_PASSWORD: &str = "KONTOR_JTL_PASSWORD";

/// Secrets by the name of their setting, with the variable that overrides the keychain.
const NAMES: [(&str, &str); 4] = [
    ("temu.app_key", TEMU_APP_KEY),
    ("temu.app_secret", TEMU_APP_SECRET),
    ("temu.access_token", TEMU_ACCESS_TOKEN),
    ("jtl.password", JTL_PASSWORD),
];

/// The environment variable of a secret.
pub(crate) fn variable_of(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, variable)| *variable)
}

/// TEMU's credentials.
#[derive(Clone)]
pub struct TemuCredentials {
    /// App key.
    pub app_key: SecretString,
    /// App secret.
    pub app_secret: SecretString,
    /// Access token of the shop.
    pub access_token: SecretString,
}

/// All credentials that are there; a missing one is a problem only when it is needed.
#[derive(Clone, Default)]
pub struct Secrets {
    app_key: Option<SecretString>,
    app_secret: Option<SecretString>,
    access_token: Option<SecretString>,
    jtl_password: Option<SecretString>,
}

impl Secrets {
    /// Reads the environment.
    pub fn from_environment() -> Self {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads from any look-up of the variables' names.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let secret = |name| lookup(name).filter(|v| !v.is_empty()).map(SecretString::from);
        Self {
            app_key: secret(TEMU_APP_KEY),
            app_secret: secret(TEMU_APP_SECRET),
            access_token: secret(TEMU_ACCESS_TOKEN),
            jtl_password: secret(JTL_PASSWORD),
        }
    }

    /// TEMU's credentials.
    ///
    /// # Errors
    /// `temu.credentials_missing` naming the variables that are not set.
    pub fn temu(&self) -> Result<TemuCredentials, Problem> {
        match (&self.app_key, &self.app_secret, &self.access_token) {
            (Some(app_key), Some(app_secret), Some(access_token)) => Ok(TemuCredentials {
                app_key: app_key.clone(),
                app_secret: app_secret.clone(),
                access_token: access_token.clone(),
            }),
            (key, secret, token) => {
                let missing: Vec<&str> =
                    [(TEMU_APP_KEY, key), (TEMU_APP_SECRET, secret), (TEMU_ACCESS_TOKEN, token)]
                        .into_iter()
                        .filter_map(|(name, value)| value.is_none().then_some(name))
                        .collect();
                Err(Problem::new(Code::TemuCredentialsMissing).detail(missing.join(", ")))
            }
        }
    }

    /// The password of JTL's SQL Server login.
    ///
    /// # Errors
    /// `jtl.credentials_missing`.
    pub fn jtl_password(&self) -> Result<SecretString, Problem> {
        self.jtl_password
            .clone()
            .ok_or_else(|| Problem::new(Code::JtlCredentialsMissing).detail(JTL_PASSWORD))
    }
}
