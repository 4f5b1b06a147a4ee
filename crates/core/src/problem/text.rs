//! The texts of the problem codes, read once from `texts.toml`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Class, Code};

/// A language of the texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// German.
    #[default]
    De,
    /// English.
    En,
}

/// What a person reads about a problem.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// What happened, in a few words.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// What to do now.
    pub remedy: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by the test that compares it with code.rs")
    )]
    class: Class,
    de: Text,
    en: Text,
}

static TEXTS: LazyLock<HashMap<String, Entry>> =
    LazyLock::new(|| toml::from_str(include_str!("texts.toml")).unwrap_or_default());

static UNWRITTEN: LazyLock<Text> =
    LazyLock::new(|| Text { title: String::new(), meaning: String::new(), remedy: String::new() });

impl Code {
    /// The texts of the code. A test proves that every code has them.
    pub fn text(self, language: Language) -> &'static Text {
        match (TEXTS.get(self.as_str()), language) {
            (Some(entry), Language::De) => &entry.de,
            (Some(entry), Language::En) => &entry.en,
            (None, _) => &UNWRITTEN,
        }
    }
}

/// The class that the texts file states for a code (the documentation is generated from that file).
#[cfg(test)]
fn stated_class(code: Code) -> Option<Class> {
    TEXTS.get(code.as_str()).map(|entry| entry.class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_file_is_well_formed() {
        let parsed: Result<HashMap<String, Entry>, _> = toml::from_str(include_str!("texts.toml"));
        assert!(parsed.is_ok(), "{:?}", parsed.err());
    }

    #[test]
    fn every_code_says_what_happened_what_it_means_and_what_to_do_in_both_languages() {
        for code in Code::ALL {
            assert_eq!(stated_class(*code), Some(code.class()), "class of {code} in texts.toml");
            for language in [Language::De, Language::En] {
                let text = code.text(language);
                for part in [&text.title, &text.meaning, &text.remedy] {
                    assert!(part.len() > 5, "a text of {code} is missing in {language:?}");
                }
            }
        }
    }

    #[test]
    fn no_text_is_written_for_a_code_that_does_not_exist() {
        for code in TEXTS.keys() {
            assert!(code.parse::<Code>().is_ok(), "{code} is in texts.toml but not in code.rs");
        }
    }
}
