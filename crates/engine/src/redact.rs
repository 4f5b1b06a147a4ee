//! What never stands in a log line: secrets, and what tells a person. Log lines are written without them; this is the
//! second wall, for the texts of others (an error message that quotes a row, a library that prints a header).

use std::borrow::Cow;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex::{Captures, Regex};
use secrecy::{ExposeSecret as _, SecretString};

/// What stands in the place of what was taken out.
const MASK: &str = "***";
/// Shorter texts are no secrets: they would be masked everywhere.
const SHORTEST: usize = 6;

static SECRETS: RwLock<Vec<SecretString>> = RwLock::new(Vec::new());

/// Members of TEMU's and JTL's answers and of our own settings whose values tell a person or are a secret.
const MEMBERS: &str = "receipt_?name|receipt_?additional_?name|backup_?mobile|mobile|phone|mail|e_?mail|region_?name\\d?|\
    address_?line\\d?|post_?code|zip|city|street|first_?name|last_?name|address_?extra|tax_?(?:code|id)|\
    app_?key|app_?secret|access_?token|token|sign|password|pwd|secret|authorization";

#[expect(clippy::expect_used, reason = "the pattern is a constant that the tests compile")]
static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    let member = format!(
        r#"(?i:(?P<member>["']?\b(?:{MEMBERS})\b["']?\s*[:=]\s*)(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;}}\]]+))"#
    );
    let mail = r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+";
    let phone = r"\+[1-9]\d(?:[ /()-]?\d){6,}";
    let iban = r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b";
    // SQL Server quotes the row that it refuses.
    let quoted = r"(?P<row>(?i:truncated value|duplicate key value is|value):?\s*)(?P<content>'[^']*'|\([^)]*\))";
    Regex::new(&format!("{member}|{mail}|{phone}|{iban}|{quoted}")).expect("a valid pattern")
});

/// Learns secrets by which every later line is cleaned, also when they stand in the middle of a word.
pub(crate) fn learn<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) {
    let mut known = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    for secret in secrets {
        let text = secret.expose_secret();
        if text.len() >= SHORTEST && known.iter().all(|k| k.expose_secret() != text) {
            known.push(secret.clone());
        }
    }
}

/// The text without secrets and without what tells a person.
pub fn clean(text: &str) -> Cow<'_, str> {
    let text = without_secrets(text);
    match PATTERN.replace_all(&text, mask) {
        Cow::Borrowed(_) => text,
        Cow::Owned(cleaned) => Cow::Owned(cleaned),
    }
}

fn without_secrets(text: &str) -> Cow<'_, str> {
    let known = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    known.iter().fold(Cow::Borrowed(text), |text, secret| {
        let secret = secret.expose_secret();
        if text.contains(secret) { Cow::Owned(text.replace(secret, MASK)) } else { text }
    })
}

fn mask(found: &Captures<'_>) -> String {
    let kept = ["member", "row"].into_iter().find_map(|name| found.name(name));
    format!("{}{MASK}", kept.map_or("", |m| m.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_a_person_is_taken_out() {
        for (text, cleaned) in [
            ("mail to erika.muster@beispiel.de failed", "mail to *** failed"),
            (r#"{"receiptName":"Erika Muster","x":1}"#, r#"{"receiptName":***,"x":1}"#),
            ("addressLine1=Hauptstr. postCode=10115", "addressLine1=*** postCode=***"),
            ("call +49 170 1234567 now", "call *** now"),
            ("DE89 3704 0044 0532 0130 00 refused", "*** refused"),
            ("Truncated value: 'Erika Mus'.", "Truncated value: ***."),
            ("The duplicate key value is (Erika, 10115).", "The duplicate key value is ***."),
        ] {
            assert_eq!(clean(text), cleaned);
        }
    }

    #[test]
    fn numbers_of_the_trade_stay() {
        for text in [
            "order PO-076-21900000000000001 exported",
            "run.id=0199f8d2-7b1c-7c3a-9a51-0242ac120002 step=import done=120",
            "jtl.host=db.example:1433 duration_ms=1234567890",
            "parcel 00340434161094042557 reported",
            "temu.api=bg.order.list.v2.get http.status=200",
        ] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn a_learnt_secret_is_found_wherever_it_stands() {
        learn([&SecretString::from("s3cr3t-of-the-test")]);
        assert_eq!(clean("x-s3cr3t-of-the-test-y"), "x-***-y");
        assert_eq!(clean("access_token: abc"), "access_token: ***");
    }
}
