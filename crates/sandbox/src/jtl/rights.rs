//! Logins, their passwords and what they may do.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// A right on an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Read it.
    Select,
    /// Add rows.
    Insert,
    /// Change rows.
    Update,
    /// Take rows away.
    Delete,
}

impl Right {
    /// Its name in T-SQL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Select, Self::Insert, Self::Update, Self::Delete]
            .into_iter()
            .find(|right| right.name().eq_ignore_ascii_case(name))
    }
}

/// A login's name and its password, made for this start only.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The login's name.
    pub user: String,
    /// Its password.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

/// The only table that Kontor may write (jtl.md, "Decisions for Kontor").
const IMPORT_TABLE: &str = "dbo.txmlbestellimport";

/// What a login may do: SELECT everywhere it was not taken away, and what was granted.
#[derive(Debug, Clone, Default)]
pub(super) struct Rights {
    inner: Arc<Mutex<Changes>>,
}

#[derive(Debug, Default)]
struct Changes {
    granted: HashSet<(Right, String)>,
    denied: HashSet<(Right, String)>,
}

impl Rights {
    pub(super) fn reading() -> Self {
        Self::default()
    }

    pub(super) fn reading_and_importing() -> Self {
        let rights = Self::default();
        rights.change(true, Right::Insert, IMPORT_TABLE);
        rights
    }

    /// Whether the login has `right` on `object`, a lower-case `schema.name`.
    pub(super) fn allow(&self, right: Right, object: &str) -> bool {
        let changes = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (right, object.to_owned());
        !changes.denied.contains(&key) && (right == Right::Select || changes.granted.contains(&key))
    }

    /// Grants or denies a right on `object`.
    pub(super) fn change(&self, grant: bool, right: Right, object: &str) {
        let key = (right, object.to_ascii_lowercase());
        let mut changes = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if grant {
            changes.denied.remove(&key);
            changes.granted.insert(key);
        } else {
            changes.granted.remove(&key);
            changes.denied.insert(key);
        }
    }
}
