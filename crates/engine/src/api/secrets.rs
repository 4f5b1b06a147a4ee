//! Secrets: where each is, and a way in. None ever comes out.

use std::fmt;

use chrono::{DateTime, Utc};
use kontor_core::Problem;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::host::Host;
use super::wire::Done;
use crate::report::ProblemReport;
use crate::secrets::{SecretName, SecretState, SecretStatus};

/// Where a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SecretPlace {
    /// In the environment; it wins.
    Environment,
    /// In the keychain.
    Keychain,
    /// Nowhere.
    Missing,
    /// It cannot be told: the keychain does not answer.
    Unknown,
}

/// What is known of a secret; never its value.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SecretView {
    /// Which one, e.g. `temu.app_key`.
    #[ts(type = "SecretName")]
    pub name: SecretName,
    /// Where it is.
    pub place: SecretPlace,
    /// The environment variable that wins over the keychain.
    pub variable: &'static str,
    /// When it was stored from here.
    #[ts(type = "string | null")]
    pub set_at: Option<DateTime<Utc>>,
    /// Why it cannot be told.
    pub problem: Option<ProblemReport>,
}

impl From<SecretStatus> for SecretView {
    fn from(status: SecretStatus) -> Self {
        let (place, problem) = match status.state {
            SecretState::Environment => (SecretPlace::Environment, None),
            SecretState::Keychain => (SecretPlace::Keychain, None),
            SecretState::Missing => (SecretPlace::Missing, None),
            SecretState::Unknown { problem } => (SecretPlace::Unknown, Some(problem.into())),
        };
        Self { name: status.name, place, variable: status.variable, set_at: status.set_at, problem }
    }
}

pub(super) async fn secrets(host: &dyn Host, (): ()) -> Result<Vec<SecretView>, Problem> {
    Ok(host.desk().secrets().await?.into_iter().map(SecretView::from).collect())
}

/// A secret on its way in.
#[derive(Clone, Deserialize, TS)]
pub struct SecretSetRequest {
    /// Which one.
    #[ts(type = "SecretName")]
    pub name: String,
    /// Its value.
    #[ts(type = "string")]
    pub value: SecretString,
}

impl fmt::Debug for SecretSetRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretSetRequest").field("name", &self.name).finish_non_exhaustive()
    }
}

pub(super) async fn secret_set(
    host: &dyn Host,
    request: SecretSetRequest,
) -> Result<Done, Problem> {
    let desk = host.desk();
    desk.set_secret(request.name.parse()?, request.value).await?;
    Ok(Done { at: desk.app().clock.now() })
}

/// A secret.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SecretRequest {
    /// Which one.
    #[ts(type = "SecretName")]
    pub name: String,
}

pub(super) async fn secret_delete(
    host: &dyn Host,
    request: SecretRequest,
) -> Result<Done, Problem> {
    let desk = host.desk();
    desk.delete_secret(request.name.parse()?).await?;
    Ok(Done { at: desk.app().clock.now() })
}
