//! Credentials. They come from the keychain; environment variables win over it (servers, tests, the sandbox). Never from a
//! file, never to one: a secret here has neither `Debug` nor `Serialize`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use kontor_core::{Code, Problem};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use crate::keychain::Keychain;

macro_rules! secret_names {
    ($($(#[$about:meta])* $name:ident = $text:literal, $variable:literal;)*) => {
        /// The secrets that Kontor uses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum SecretName { $($(#[$about])* $name,)* }

        impl SecretName {
            /// Every secret.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, as the settings list it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The environment variable that wins over the keychain.
            pub fn variable(self) -> &'static str {
                match self { $(Self::$name => $variable,)* }
            }
        }

        /// The environment variables that hold secrets.
        pub const SECRET_VARIABLES: &[&str] = &[$($variable,)*];
    };
}

secret_names! {
    /// App key at TEMU.
    TemuAppKey = "temu.app_key", "KONTOR_TEMU_APP_KEY";
    /// App secret at TEMU.
    TemuAppSecret = "temu.app_secret", "KONTOR_TEMU_APP_SECRET";
    /// Access token of the shop.
    TemuAccessToken = "temu.access_token", "KONTOR_TEMU_ACCESS_TOKEN";
    /// Password of JTL's SQL Server login.
    JtlPassword = "jtl.password", "KONTOR_JTL_PASSWORD";
    /// Password of the SQL Server login for Kontor's own data.
    StorePassword = "store.password", "KONTOR_STORE_PASSWORD";
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SecretName {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let found = Self::ALL.iter().find(|name| name.as_str() == text);
        found.copied().ok_or_else(|| Problem::new(Code::SecretUnknown).about(text))
    }
}

impl Serialize for SecretName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The environment variable of a secret setting.
pub(crate) fn variable_of(name: &str) -> Option<&'static str> {
    name.parse::<SecretName>().ok().map(SecretName::variable)
}

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SecretState {
    /// In the environment; it wins.
    Environment,
    /// In the keychain.
    Keychain,
    /// Nowhere.
    Missing,
    /// It cannot be told: the keychain does not answer.
    Unknown {
        /// Why.
        problem: Problem,
    },
}

/// What is known of a secret; never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretStatus {
    /// Which one.
    pub name: SecretName,
    /// Where it is.
    #[serde(flatten)]
    pub state: SecretState,
    /// The variable that wins over the keychain.
    pub variable: &'static str,
    /// When Kontor stored it, as far as this data folder knows.
    pub set_at: Option<DateTime<Utc>>,
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
    values: BTreeMap<SecretName, SecretString>,
    /// Why the keychain did not answer.
    trouble: Option<Problem>,
}

impl Secrets {
    /// Reads the environment.
    pub fn from_environment() -> Self {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads from any look-up of the variables' names.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let secret = |name: &SecretName| {
            let value = lookup(name.variable()).filter(|value| !value.is_empty())?;
            Some((*name, SecretString::from(value)))
        };
        Self { values: SecretName::ALL.iter().filter_map(secret).collect(), trouble: None }
    }

    /// These secrets with one more, as a window gives it to be tested before it is stored.
    #[must_use]
    pub fn with(mut self, name: SecretName, secret: SecretString) -> Self {
        self.values.insert(name, secret);
        self
    }

    /// These secrets, and from the keychain those that are not among them. A keychain that does not answer is remembered
    /// until a secret is needed.
    pub async fn filled_from(mut self, keychain: &Keychain) -> Self {
        for name in SecretName::ALL {
            if self.trouble.is_some() || !keychain.is_on() || self.values.contains_key(name) {
                continue;
            }
            match keychain.get(*name).await {
                Ok(Some(secret)) => drop(self.values.insert(*name, secret)),
                Ok(None) => {}
                Err(problem) => self.trouble = Some(problem),
            }
        }
        self
    }

    /// A text in which none of these secrets stands.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.values
            .values()
            .fold(text.to_owned(), |text, secret| text.replace(secret.expose_secret(), "***"))
    }

    /// Whether a secret is there.
    pub fn has(&self, name: SecretName) -> bool {
        self.values.contains_key(&name)
    }

    /// Every secret that is there, for the log to know.
    pub(crate) fn known(&self) -> impl Iterator<Item = &SecretString> {
        self.values.values()
    }

    /// TEMU's credentials.
    ///
    /// # Errors
    /// `temu.credentials_missing` naming those that are not set; why the keychain could not be asked for them.
    pub fn temu(&self) -> Result<TemuCredentials, Problem> {
        use SecretName::{TemuAccessToken, TemuAppKey, TemuAppSecret};
        let needed = [TemuAppKey, TemuAppSecret, TemuAccessToken];
        match needed.map(|name| self.values.get(&name)) {
            [Some(app_key), Some(app_secret), Some(access_token)] => Ok(TemuCredentials {
                app_key: app_key.clone(),
                app_secret: app_secret.clone(),
                access_token: access_token.clone(),
            }),
            _ => Err(self.missing(Code::TemuCredentialsMissing, &needed)),
        }
    }

    /// The password of JTL's SQL Server login.
    ///
    /// # Errors
    /// `jtl.credentials_missing`; why the keychain could not be asked for it.
    pub fn jtl_password(&self) -> Result<SecretString, Problem> {
        let password = self.values.get(&SecretName::JtlPassword).cloned();
        let missing = || self.missing(Code::JtlCredentialsMissing, &[SecretName::JtlPassword]);
        password.ok_or_else(missing)
    }

    /// The password of the SQL Server login for Kontor's own data.
    ///
    /// # Errors
    /// `store.credentials_missing`; why the keychain could not be asked for it.
    pub(crate) fn store_password(&self) -> Result<SecretString, Problem> {
        let password = self.values.get(&SecretName::StorePassword).cloned();
        let missing = || self.missing(Code::StoreCredentialsMissing, &[SecretName::StorePassword]);
        password.ok_or_else(missing)
    }

    /// A keychain that is locked or refuses may well hold them; one that is not there holds none.
    fn missing(&self, code: Code, needed: &[SecretName]) -> Problem {
        let named: Vec<String> = needed
            .iter()
            .filter(|name| !self.has(**name))
            .map(|name| format!("{name} ({})", name.variable()))
            .collect();
        match &self.trouble {
            Some(trouble) if trouble.code != Code::SecretKeychainNone => {
                trouble.clone().about(named.join(", "))
            }
            _ => Problem::new(code).detail(named.join(", ")),
        }
    }
}
