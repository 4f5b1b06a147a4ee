//! Problems: what failed, of which class, for which subject, with texts that say what happened, what it means and
//! what to do, in German and English.

mod code;
mod text;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use code::{Class, Code};
pub use text::{Language, Text};

/// One problem. `Display` gives code, subject and detail; the texts for people come from [`Code::text`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of problem.
    pub code: Code,
    /// The object it is about: an order's number, a file, a setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Particulars for a technician: a number, a foreign error text. Never a secret, never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How long to wait before the next try, when the other side said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
}

impl Problem {
    /// A problem without particulars.
    pub fn new(code: Code) -> Self {
        Self { code, subject: None, detail: None, retry_after: None }
    }

    /// Names the object it is about.
    #[must_use]
    pub fn about(mut self, subject: impl fmt::Display) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// Adds particulars. They are kept short: at most 500 characters.
    #[must_use]
    pub fn detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string().chars().take(500).collect());
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The class of its code.
    pub fn class(&self) -> Class {
        self.code.class()
    }

    /// Whether trying again may help without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        self.class() == Class::Retry
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        if let Some(subject) = &self.subject {
            write!(f, " [{subject}]")?;
        }
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
