//! The language of what people read.

use clap::ValueEnum;
use kontor_engine::core::problem::Language;

/// `--lang`.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LanguageArg {
    De,
    En,
}

/// The language asked for, else the system's when that is English, else German.
pub(crate) fn language(asked: Option<LanguageArg>) -> Language {
    match asked {
        Some(LanguageArg::De) => Language::De,
        Some(LanguageArg::En) => Language::En,
        None => {
            let locale =
                ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok());
            if locale.is_some_and(|l| l.starts_with("en")) { Language::En } else { Language::De }
        }
    }
}

/// One of two texts.
pub(crate) fn pick(language: Language, de: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::De => de,
        Language::En => en,
    }
}
