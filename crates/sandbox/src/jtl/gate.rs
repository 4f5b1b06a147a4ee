//! Who is let in.

use super::errors::played;
use super::journal::{StatementKind, StatementRecord};
use super::rights::{Login, Rights};
use super::session::{JtlSession, Shared};
use crate::tds::{Backend, LoginAttempt, Session, SqlError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A login and its rights.
pub(super) struct Account {
    pub(super) login: Login,
    pub(super) rights: Rights,
}

/// Opens sessions for the right passwords.
pub(super) struct Gate {
    shared: Arc<Shared>,
    accounts: Arc<Vec<Account>>,
    next: AtomicU64,
}

impl Backend for Gate {
    fn open(&self, attempt: &LoginAttempt) -> Result<Box<dyn Session>, SqlError> {
        let opened = self.let_in(attempt);
        self.shared.journal.push(StatementRecord {
            text: "LOGIN".to_owned(),
            kind: StatementKind::Login,
            login: attempt.user.clone(),
            parameters: 0,
            rows: 0,
            micros: 0,
            error: opened.as_ref().err().map(|error| error.number),
            fault: None,
        });
        opened
    }
}

impl Account {
    /// A login with a password made for this start.
    pub(super) fn new(user: &str, rights: Rights) -> Self {
        Self { login: Login { user: user.to_owned(), password: password() }, rights }
    }
}

impl Gate {
    /// A gate to `shared` for these accounts.
    pub(super) fn new(shared: Arc<Shared>, accounts: Arc<Vec<Account>>) -> Self {
        // Real SQL Server keeps the numbers up to 50 for itself.
        Self { shared, accounts, next: AtomicU64::new(51) }
    }

    fn let_in(&self, attempt: &LoginAttempt) -> Result<Box<dyn Session>, SqlError> {
        if let Some(number) = self.shared.faults.for_login(&attempt.user) {
            return Err(played(number, None, None));
        }
        let account = self.accounts.iter().find(|account| {
            account.login.user.eq_ignore_ascii_case(&attempt.user)
                && account.login.password == attempt.password
        });
        let Some(account) = account else {
            let text = format!("Login failed for user '{}'.", attempt.user);
            return Err(SqlError::new(18456, 14, text));
        };
        let database = self.shared.engine.database();
        if !attempt.database.is_empty() && !attempt.database.eq_ignore_ascii_case(database) {
            let text = format!(
                "Cannot open database \"{}\" requested by the login. The login failed.",
                attempt.database
            );
            return Err(SqlError::new(4060, 11, text));
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (user, rights) = (account.login.user.clone(), account.rights.clone());
        Ok(Box::new(JtlSession::new(Arc::clone(&self.shared), user, rights, id)))
    }
}

fn password() -> String {
    let body: String = std::iter::repeat_with(fastrand::alphanumeric).take(20).collect();
    format!("{body}-ß9!")
}
