//! Marketplace order numbers: how they look, and what JTL calls them.

use std::collections::HashMap;

use kontor_core::{Code, Problem};
use regex::bytes::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// Characters of `Zusatzinformation- Inhalt` without the day.
const MARK_LENGTH: usize = 199;

/// A marketplace whose order numbers are looked for.
#[derive(Clone, Debug)]
pub struct Marketplace {
    name: String,
    pattern: Regex,
    mark: String,
}

impl Marketplace {
    /// A marketplace; `pattern` must match a whole order number, `mark` is the text before the day of the check.
    ///
    /// # Errors
    /// `config.invalid_value` when the pattern is no regular expression or the mark does not fit its field.
    pub fn new(name: &str, pattern: &str, mark: &str) -> Result<Self, Problem> {
        let is_writable = mark.chars().all(|c| !c.is_control() && c != '"');
        if !is_writable || mark.chars().count() > MARK_LENGTH {
            let detail = format!("the mark: at most {MARK_LENGTH} characters, no quotes");
            return Err(Problem::new(Code::ConfigInvalidValue).about(name).detail(detail));
        }
        let pattern = RegexBuilder::new(&format!("^(?:{pattern})$"))
            .unicode(false)
            .size_limit(1 << 20)
            .build()
            .map_err(|e| Problem::new(Code::ConfigInvalidValue).about(name).detail(e))?;
        Ok(Self { name: name.to_owned(), pattern, mark: mark.to_owned() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }

    pub(crate) fn matches(&self, number: &[u8]) -> bool {
        self.pattern.is_match(number)
    }
}

/// What stands in the place of a marketplace's number afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// JTL's customer number (`cKundenNr`).
    #[default]
    CustomerNumber,
    /// JTL's order number (`cAuftragsNr`).
    OrderNumber,
}

/// An order in JTL, found by its external number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JtlNumbers {
    /// The external number.
    pub external: String,
    /// JTL's customer number; may be empty.
    pub customer: String,
    /// JTL's order number.
    pub order: String,
}

/// Answers for many external numbers at once: all JTL orders that carry one of them.
pub type Lookup<'a> = dyn FnMut(&[String]) -> Result<Vec<JtlNumbers>, Problem> + 'a;

/// What a number becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    NotFound,
    One(String),
    /// Several orders that differ.
    Several(Vec<String>),
}

/// The answers for a set of numbers.
pub(crate) fn answers(
    found: Vec<JtlNumbers>,
    replacement: Replacement,
) -> HashMap<Vec<u8>, Answer> {
    let mut answers: HashMap<Vec<u8>, Answer> = HashMap::new();
    for numbers in found {
        let value = match replacement {
            Replacement::CustomerNumber => numbers.customer,
            Replacement::OrderNumber => numbers.order,
        };
        let value = value.trim().to_owned();
        if value.is_empty() {
            continue;
        }
        let entry = answers.entry(key(numbers.external.as_bytes())).or_insert(Answer::NotFound);
        match entry {
            Answer::NotFound => *entry = Answer::One(value),
            Answer::One(known) if *known == value => {}
            Answer::One(known) => *entry = Answer::Several(vec![std::mem::take(known), value]),
            Answer::Several(known) if known.contains(&value) => {}
            Answer::Several(known) => known.push(value),
        }
    }
    answers
}

/// JTL's collation ignores case and blanks at the end.
pub(crate) fn key(number: &[u8]) -> Vec<u8> {
    number.trim_ascii().to_ascii_uppercase()
}
