//! Personal data in a text, replaced by keyed hashes.

use std::collections::HashMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use kontor_core::{Code, Problem};
use sha2::Sha256;

/// Digits from which a number may name a parcel, a person or an order.
const LONG: usize = 8;

/// What is replaced, and the key of this one bundle.
pub(super) struct Mask {
    key: [u8; 32],
    /// Known values as words in lower case, by their first word, longest first.
    known: HashMap<String, Vec<Vec<String>>>,
}

impl Mask {
    /// A mask with a key of its own.
    pub(super) fn new() -> Result<Self, Problem> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|e| Problem::new(Code::InternalError).detail(e))?;
        Ok(Self { key, known: HashMap::new() })
    }

    /// Learns a value that must not be told.
    pub(super) fn learn(&mut self, value: &str) {
        let words: Vec<String> = pieces(value, is_letter)
            .filter(|(is_word, _)| *is_word)
            .map(|(_, word)| word.to_lowercase())
            .collect();
        // One letter alone would take half of every text away.
        let Some(first) = words.first().filter(|_| value.chars().count() > 1).cloned() else {
            return;
        };
        let known = self.known.entry(first).or_default();
        if !known.contains(&words) {
            known.push(words);
            known.sort_by_key(|words| std::cmp::Reverse(words.len()));
        }
    }

    /// The text without what is known and without what looks like the number of an order, a parcel or a person.
    pub(super) fn text(&self, text: &str) -> String {
        self.numbers(&self.people(text))
    }

    /// A value of which nothing may be told but whether it is the same as another.
    pub(super) fn whole(&self, kind: &str, value: &str) -> String {
        self.hash(kind, value)
    }

    /// The hash in letters only, so that it is not taken for a number.
    fn hash(&self, kind: &str, value: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return format!("<{kind}>");
        };
        mac.update(value.as_bytes());
        let digest = mac.finalize().into_bytes();
        let letters = digest.iter().take(8).map(|byte| char::from(b'a' + (byte & 15)));
        format!("<{kind}:{}>", letters.collect::<String>())
    }

    fn people(&self, text: &str) -> String {
        let pieces: Vec<(bool, &str)> = pieces(text, is_letter).collect();
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        while let Some((is_word, piece)) = pieces.get(at) {
            let length = if *is_word { self.known_at(&pieces[at..]) } else { 0 };
            if length > 0 {
                let value: String = pieces[at..at + length].iter().map(|(_, p)| *p).collect();
                masked.push_str(&self.hash("person", &value.to_lowercase()));
                at += length;
            } else {
                masked.push_str(piece);
                at += 1;
            }
        }
        masked
    }

    /// How many pieces a known value takes up at the begin; 0 when none stands there.
    fn known_at(&self, pieces: &[(bool, &str)]) -> usize {
        let first = pieces.first().map(|(_, word)| word.to_lowercase()).unwrap_or_default();
        let fits = |words: &&Vec<String>| {
            let found = pieces.iter().filter(|(is_word, _)| *is_word).map(|(_, word)| *word);
            let mut found = found.take(words.len());
            words.iter().all(|word| found.next().is_some_and(|f| f.to_lowercase() == *word))
        };
        let Some(words) = self.known.get(&first).and_then(|known| known.iter().find(fits)) else {
            return 0;
        };
        let mut left = words.len();
        let end = pieces.iter().position(|(is_word, _)| {
            left -= usize::from(*is_word);
            left == 0
        });
        end.map_or(0, |end| end + 1)
    }

    fn numbers(&self, text: &str) -> String {
        let in_token = |c: char| c.is_alphanumeric() || matches!(c, '-' | '@' | '.' | '+' | '_');
        let masked = pieces(text, in_token).map(|(is_token, piece)| {
            let token = piece.trim_end_matches('.');
            match kind_of(token).filter(|_| is_token) {
                Some(kind) => format!("{}{}", self.hash(kind, token), &piece[token.len()..]),
                None => piece.to_owned(),
            }
        });
        masked.collect()
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric()
}

/// What a token is, when it must not be told.
fn kind_of(token: &str) -> Option<&'static str> {
    // A day within a token, as in the name of a log file, is no part of a number.
    let parts = token.split(['.', '_']).filter(|part| !is_time(part));
    let digits: usize = parts.map(|part| part.bytes().filter(u8::is_ascii_digit).count()).sum();
    let is_order = token.starts_with("PO-")
        || token.split_once('-').is_some_and(|(region, rest)| {
            region.len() == 3
                && rest.len() >= LONG
                && (region.to_owned() + rest).chars().all(|c| c.is_ascii_digit())
        });
    if token.contains('@') && token.len() > 2 {
        Some("mail")
    } else if is_order && digits > 0 {
        Some("order")
    } else if digits >= LONG
        && !is_time(token)
        && !is_seconds(token)
        && uuid::Uuid::parse_str(token).is_err()
    {
        Some("number")
    } else {
        None
    }
}

/// `2026-11-25` and what begins so, as `2026-11-25T09`.
fn is_time(token: &str) -> bool {
    let day: String = token.chars().take(10).collect();
    let rest = token.get(10..).unwrap_or_default();
    chrono::NaiveDate::parse_from_str(&day, "%Y-%m-%d").is_ok()
        && (rest.is_empty() || rest.starts_with(['T', '.', '-', '_']) && rest.len() < 12)
}

/// The end of a time, as `07.123456Z`.
fn is_seconds(token: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    token.strip_suffix('Z').and_then(|t| t.split_once('.')).is_some_and(|(seconds, fraction)| {
        seconds.len() == 2 && fraction.len() <= 9 && is_number(seconds) && is_number(fraction)
    })
}

/// The text in pieces that are made of such characters, and those between them.
fn pieces(text: &str, fits: impl Fn(char) -> bool) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_word = fits(rest.chars().next()?);
        let end = rest.find(|c| fits(c) != is_word).unwrap_or(rest.len());
        let (piece, left) = rest.split_at(end);
        rest = left;
        Some((is_word, piece))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_order_is_the_same_hash_in_a_bundle_and_another_in_the_next() {
        let (one, two) = (Mask::new().expect("random"), Mask::new().expect("random"));
        let text =
            "PO-076-00000000000000001 held; 076-00000000000000002, PO-076-00000000000000001.";
        let masked = one.text(text);
        assert!(!masked.contains("0000"), "{masked}");
        let first = masked.split(' ').next().expect("a hash");
        assert_eq!(masked.matches(first).count(), 2, "{masked}");
        assert!(!two.text(text).contains(first));
    }

    #[test]
    fn names_and_addresses_go_whatever_their_case_and_other_words_stay() {
        let mut mask = Mask::new().expect("random");
        for value in [
            "Zoë Kowalska-Meyer",
            "Kowalska-Meyer",
            "Beispielstraße 1",
            "10115",
            "z@example.org",
            "A",
        ] {
            mask.learn(value);
        }
        let text = "order of zoë KOWALSKA-MEYER, Beispielstraße 1, 10115; mail z@example.org or q@example.org; A day";
        let masked = mask.text(text);
        for value in ["zoë", "KOWALSKA", "Beispiel", "10115", "example.org"] {
            assert!(!masked.contains(value), "{value}: {masked}");
        }
        assert!(masked.starts_with("order of <person:") && masked.ends_with("; A day"), "{masked}");
    }

    #[test]
    fn times_run_ids_and_codes_stay_readable() {
        let mask = Mask::new().expect("random");
        let text = "2026-11-25T09:00:00.123456Z 2026-11-25 kontor.2026-11-25.log 019a0000-1111-7222-8333-944455556666 temu.rate_limited 4000004 42 s";
        assert_eq!(mask.text(text), text);
        assert!(!mask.text("parcel 00340434161094000001").contains("0034"));
    }
}
