//! What a client needs to know.

use std::time::Duration;

use kontor_core::{Code, Problem};
use secrecy::SecretString;

use crate::sign::SignatureMethod;

/// Settings of a client.
#[derive(Clone)]
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
        let invalid = |detail: &str| {
            Problem::new(Code::ConfigInvalidValue)
                .about("temu.base_url")
                .detail(format!("{}: {detail}", self.base_url))
        };
        let base = self.base_url.trim_end_matches('/');
        let url = reqwest::Url::parse(&format!("{base}/openapi/router"))
            .map_err(|_| invalid("not an address"))?;
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            "http" => Err(invalid("https is needed")),
            _ => Err(invalid("https is needed")),
        }
    }
}

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
