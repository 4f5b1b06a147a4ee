//! What a client needs to know.

use std::time::Duration;

use kontor_core::{Code, Problem};
use secrecy::{ExposeSecret as _, SecretString};

use crate::sign::SignatureMethod;

/// Settings of a client. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct TemuSettings {
    /// The gateway's address without path, e.g. `https://openapi-b-eu.temu.com`.
    pub base_url: String,
    /// App key.
    pub app_key: SecretString,
    /// App secret.
    pub app_secret: SecretString,
    /// Access token of the shop.
    pub access_token: SecretString,
    /// How requests are signed.
    pub signature: SignatureMethod,
    /// Requests per second.
    pub rate_per_second: u32,
    /// Requests under way at once.
    pub max_in_flight: usize,
    /// Wait for an answer.
    pub timeout: Duration,
    /// Tries after the first.
    pub max_retries: u32,
    /// First wait before a retry; it doubles.
    pub retry_base: Duration,
}

impl TemuSettings {
    /// The router's address. Plain HTTP is accepted for loopback addresses only: a signed request carries the token.
    pub(crate) fn router(&self) -> Result<reqwest::Url, Problem> {
        let invalid =
            |what: &str| Problem::new(Code::ConfigInvalidValue).about("temu.base_url").detail(what);
        // TEMU's pages show the address with its path: it is taken both ways.
        let base = self.base_url.trim().trim_end_matches('/');
        let base = base.strip_suffix(ROUTER).unwrap_or(base);
        let url = reqwest::Url::parse(&format!("{base}{ROUTER}"))
            .map_err(|_| invalid("not an address"))?;
        // Whoever writes a password into the address does not want to read it in an error.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("an address with a user or a password"));
        }
        let refused = |why: &str| Err(invalid(&format!("{}: {why}", self.base_url)));
        if url.query().is_some() || url.fragment().is_some() {
            return refused("neither ? nor # may stand in it");
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            _ => refused("https is needed"),
        }
    }

    /// The name of a credential that is empty.
    pub(crate) fn empty_credential(&self) -> Option<&'static str> {
        [
            ("app_key", &self.app_key),
            ("app_secret", &self.app_secret),
            ("access_token", &self.access_token),
        ]
        .into_iter()
        .find_map(|(name, secret)| secret.expose_secret().is_empty().then_some(name))
    }
}

/// The one path of every gateway.
const ROUTER: &str = "/openapi/router";

pub(crate) fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
