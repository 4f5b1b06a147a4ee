//! Signatures of TEMU's webhooks (temu-api.md 3.11): HMAC-SHA256 over the sorted `name` + `value` texts of the `x-tm-`
//! headers and the decrypted event data, in lower-case hex. The caller decrypts the event data.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// The headers of a webhook.
#[derive(Clone, Copy, Debug)]
pub struct WebhookHeaders<'a> {
    /// `x-tm-app-key`.
    pub app_key: &'a str,
    /// `x-tm-event-code`.
    pub event_code: &'a str,
    /// `x-tm-timestamp`, milliseconds.
    pub timestamp: &'a str,
    /// `x-tm-ext-param`, when it was sent.
    pub ext_param: Option<&'a str>,
}

/// Whether the signature (`x-tm-signature`) is that of the headers and the decrypted event data. TEMU's documentation
/// shows it with and without `x-tm-ext-param`: both are accepted. The comparison takes the same time for every text.
pub fn is_genuine(
    secret: &SecretString,
    headers: WebhookHeaders<'_>,
    event_data: &str,
    signature: &str,
) -> bool {
    let Some(signature) = from_hex(signature) else { return false };
    let with = base(headers, event_data);
    let without = base(WebhookHeaders { ext_param: None, ..headers }, event_data);
    [with, without].iter().any(|base| {
        Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            .map(|mut mac| {
                mac.update(base.as_bytes());
                mac.verify_slice(&signature).is_ok()
            })
            .unwrap_or(false)
    })
}

fn base(headers: WebhookHeaders<'_>, event_data: &str) -> String {
    let mut members = vec![
        ("eventData", event_data),
        ("x-tm-app-key", headers.app_key),
        ("x-tm-event-code", headers.event_code),
        ("x-tm-timestamp", headers.timestamp),
    ];
    members.extend(headers.ext_param.map(|value| ("x-tm-ext-param", value)));
    members.sort_unstable();
    members.iter().map(|(name, value)| format!("{name}{value}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn genuine(ext_param: Option<&str>, signature: &str) -> bool {
        let headers = WebhookHeaders {
            app_key: "demo-test-app",
            event_code: "bg_test_event",
            timestamp: "1726127013525",
            ext_param,
        };
        is_genuine(
            &SecretString::from("12345678abcdefgh"),
            headers,
            r#"{"orderSn":"XXYYZZ","status":1}"#,
            signature,
        )
    }

    #[test]
    fn both_documented_signatures_are_genuine() {
        assert!(genuine(
            Some("{}"),
            "b5143d1a831453afbcf76d4621baa74a2dc07a486f26f5a956c6e50c61a338fb"
        ));
        assert!(genuine(None, "987875c01ea5c7f608502fb92e1de102c59e1c9195c010ab8a80bdb501a04fbc"));
    }

    #[test]
    fn another_signature_is_not() {
        assert!(!genuine(None, "6341ded4"));
        assert!(!genuine(None, "zz"));
        assert!(!genuine(None, "087875c01ea5c7f608502fb92e1de102c59e1c9195c010ab8a80bdb501a04fbc"));
    }
}
