//! One logged-in connection: it runs what it is sent, as its login and in its transaction.

use super::columns::{items, ungrouped};
use super::dialect::{Control, Globals, Statement, read, split, text_of};
use super::engine::{Engine, Turn};
use super::errors::{denied, played, translate};
use super::execution::{authorizer, execute, type_rows};
use super::faults::{Faults, SqlFaultKind, blank, thin_out};
use super::functions::Caller;
use super::journal::{Journal, StatementKind, StatementRecord};
use super::rights::Rights;
use crate::tds::{Cut, Parameter, Reply, Request, ResultSet, Session, SqlError, TransactionChange};
use rusqlite::hooks::{AuthContext, Authorization};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a statement waits for another session's transaction when the client set nothing. SQL
/// Server would wait for ever; a stand-in that hangs helps nobody.
const PATIENCE: Duration = Duration::from_secs(20);

/// What all sessions of a server share.
pub(super) struct Shared {
    pub(super) engine: Engine,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    pub(super) latency: Duration,
}

/// A turn that is taken when the first statement needs the database, so that `SET LOCK_TIMEOUT`
/// works before it.
struct LazyTurn<'a> {
    engine: &'a Engine,
    taken: Option<Turn<'a>>,
}

impl<'a> LazyTurn<'a> {
    fn take(
        &mut self,
        session: u64,
        patience: Option<Duration>,
    ) -> Result<&mut Turn<'a>, SqlError> {
        let turn = match self.taken.take() {
            Some(turn) => turn,
            None => self.engine.turn(session, patience)?,
        };
        Ok(self.taken.insert(turn))
    }
}

pub(super) struct JtlSession {
    shared: Arc<Shared>,
    user: String,
    rights: Rights,
    id: u64,
    open_transactions: u32,
    xact_abort: bool,
    lock_timeout: Option<Duration>,
    rows: u64,
    identity: Option<i64>,
}

impl JtlSession {
    pub(super) fn new(shared: Arc<Shared>, user: String, rights: Rights, id: u64) -> Self {
        Self {
            shared,
            user,
            rights,
            id,
            open_transactions: 0,
            xact_abort: false,
            lock_timeout: Some(PATIENCE),
            rows: 0,
            identity: None,
        }
    }

    fn globals(&self) -> Globals {
        Globals {
            database: self.shared.engine.database().to_owned(),
            open_transactions: self.open_transactions,
            rows: self.rows,
            identity: self.identity,
            session: self.id,
        }
    }

    /// Runs the request without faults.
    fn carry_out(&mut self, request: &Request) -> Reply {
        let before = self.open_transactions;
        let shared = Arc::clone(&self.shared);
        let mut turn = LazyTurn { engine: &shared.engine, taken: None };
        let mut reply = match request {
            Request::Batch(sql) => self.batch(&mut turn, sql, &[]),
            Request::Parameterised(sql, parameters) => self.batch(&mut turn, sql, parameters),
            Request::Begin => self.request(&mut turn, &Control::Begin),
            Request::Commit => self.request(&mut turn, &Control::Commit),
            Request::RollBack => self.request(&mut turn, &Control::RollBack),
            Request::Procedure(name) => {
                let text = format!("Could not find stored procedure '{name}'.");
                failure(SqlError::new(2812, 16, text))
            }
            Request::Unsupported(text) => failure(SqlError::new(40517, 16, *text)),
            Request::Attention => Reply::default(),
        };
        if let (Request::Parameterised(..), None) = (request, &reply.error)
            && self.open_transactions != before
        {
            let text = format!(
                "Transaction count after EXECUTE indicates a mismatching number of BEGIN and COMMIT statements. Previous count = {before}, current count = {}.",
                self.open_transactions
            );
            reply.error = Some(SqlError { number: 266, state: 2, class: 16, message: text });
        }
        let doomed = reply
            .error
            .as_ref()
            .is_some_and(|error| error.number == 1205 || (self.xact_abort && error.class > 10));
        if doomed && self.open_transactions > 0 {
            reply.transaction = Some(self.roll_back(&mut turn));
        }
        reply
    }

    fn batch(&mut self, turn: &mut LazyTurn<'_>, sql: &str, parameters: &[Parameter]) -> Reply {
        let mut reply = Reply::default();
        let statements = match split(sql) {
            Ok(statements) => statements,
            Err(error) => return failure(error),
        };
        for statement in statements {
            match self.statement(turn, statement, parameters) {
                Ok((result, change)) => {
                    reply.results.push(result);
                    reply.transaction = change.or(reply.transaction);
                }
                Err(error) => {
                    reply.error = Some(error);
                    break;
                }
            }
        }
        reply
    }

    fn statement(
        &mut self,
        turn: &mut LazyTurn<'_>,
        statement: &str,
        parameters: &[Parameter],
    ) -> Result<(ResultSet, Option<TransactionChange>), SqlError> {
        match read(statement, &self.globals())? {
            Statement::Control(control) => {
                Ok((ResultSet::default(), self.control(turn, &control)?))
            }
            Statement::Sql { adapted, original } => {
                Ok((self.run(turn, &adapted, &original, parameters)?, None))
            }
        }
    }

    /// A transaction request: the same as the statement of that name.
    fn request(&mut self, turn: &mut LazyTurn<'_>, control: &Control) -> Reply {
        match self.control(turn, control) {
            Ok(transaction) => Reply { transaction, ..Reply::default() },
            Err(error) => failure(error),
        }
    }

    fn control(
        &mut self,
        turn: &mut LazyTurn<'_>,
        control: &Control,
    ) -> Result<Option<TransactionChange>, SqlError> {
        let own = self.shared.engine.database();
        match control {
            Control::Set(name, value) => self.set(name, value).map(|()| None),
            Control::Use(database) if database.eq_ignore_ascii_case(own) => Ok(None),
            Control::Use(database) => {
                let text = format!(
                    "Database '{database}' does not exist. Make sure that the name is entered correctly."
                );
                Err(SqlError::new(911, 16, text))
            }
            Control::Begin if self.open_transactions > 0 => {
                self.open_transactions += 1;
                Ok(None)
            }
            Control::Begin => {
                let turn = turn.take(self.id, self.lock_timeout)?;
                turn.begin().map_err(|error| translate(&error, "BEGIN"))?;
                self.open_transactions = 1;
                Ok(Some(TransactionChange::Began(self.id)))
            }
            Control::Commit => self.commit(turn),
            Control::RollBack if self.open_transactions == 0 => {
                let text =
                    "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.";
                Err(SqlError::new(3903, 16, text))
            }
            Control::RollBack => Ok(Some(self.roll_back(turn))),
        }
    }

    fn commit(&mut self, turn: &mut LazyTurn<'_>) -> Result<Option<TransactionChange>, SqlError> {
        match self.open_transactions {
            0 => {
                let text = "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.";
                Err(SqlError::new(3902, 16, text))
            }
            1 => {
                let turn = turn.take(self.id, None)?;
                turn.end(true).map_err(|error| translate(&error, "COMMIT"))?;
                self.open_transactions = 0;
                Ok(Some(TransactionChange::Committed(self.id)))
            }
            _ => {
                self.open_transactions -= 1;
                Ok(None)
            }
        }
    }

    fn roll_back(&mut self, turn: &mut LazyTurn<'_>) -> TransactionChange {
        // The session holds the turn while its transaction is open: taking it cannot time out.
        let ended = turn.take(self.id, None).map(|turn| turn.end(false));
        if let Ok(Err(error)) = ended {
            tracing::warn!(%error, session = self.id, "a sandbox transaction did not roll back");
        }
        self.open_transactions = 0;
        TransactionChange::RolledBack(self.id)
    }

    /// The SET options that a client of JTL sends; the ones without a meaning here are accepted.
    fn set(&mut self, name: &str, value: &str) -> Result<(), SqlError> {
        const ACCEPTED: [&str; 12] = [
            "NOCOUNT",
            "ANSI_NULLS",
            "ANSI_WARNINGS",
            "ANSI_PADDING",
            "ARITHABORT",
            "QUOTED_IDENTIFIER",
            "CONCAT_NULL_YIELDS_NULL",
            "DATEFORMAT",
            "LANGUAGE",
            "TEXTSIZE",
            "DEADLOCK_PRIORITY",
            "DATEFIRST",
        ];
        match name {
            "XACT_ABORT" => self.xact_abort = value == "ON",
            "LOCK_TIMEOUT" => {
                self.lock_timeout = match value.parse::<u64>() {
                    Ok(millis) => Some(Duration::from_millis(millis)),
                    Err(_) => Some(PATIENCE),
                };
            }
            name if name.starts_with("TRANSACTION ISOLATION LEVEL") || ACCEPTED.contains(&name) => {
            }
            name => {
                let text = format!("'{name}' is not a recognized SET option.");
                return Err(SqlError { number: 195, state: 5, class: 15, message: text });
            }
        }
        Ok(())
    }

    fn run(
        &mut self,
        turn: &mut LazyTurn<'_>,
        adapted: &str,
        original: &str,
        parameters: &[Parameter],
    ) -> Result<ResultSet, SqlError> {
        if let Some(column) = ungrouped(original) {
            let text = format!(
                "Column '{column}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause."
            );
            return Err(SqlError::new(8120, 16, text));
        }
        let catalog = self.shared.engine.catalog();
        self.shared.engine.set_caller(Caller {
            rights: self.rights.clone(),
            catalog: Arc::clone(&catalog),
            database: self.shared.engine.database().to_owned(),
            user: self.user.clone(),
        });
        let denial = Arc::new(Mutex::new(None));
        let connection = turn.take(self.id, self.lock_timeout)?.connection();
        let hook = authorizer(self.rights.clone(), Arc::clone(&denial));
        let answered = connection
            .authorizer(Some(hook))
            .map_err(|error| translate(&error, original))
            .and_then(|()| execute(connection, adapted, original, parameters));
        let lifted = connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>);
        if let Err(error) = lifted {
            tracing::warn!(%error, "the sandbox could not lift its authorizer");
        }
        if let Some(denial) = denial.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(denied(&denial, self.shared.engine.database()));
        }
        let raw = answered?;
        self.rows = raw.affected;
        if raw.inserted {
            self.identity = Some(connection.last_insert_rowid());
        }
        let typed = items(original, &catalog, parameters);
        type_rows(raw, &typed)
    }

    fn record(&self, request: &Request, reply: &Reply, started: Instant, fault: Option<String>) {
        let (kind, parameters) = match request {
            Request::Batch(_) => (StatementKind::Batch, 0),
            Request::Parameterised(_, parameters) => (StatementKind::Rpc, parameters.len()),
            Request::Procedure(_) | Request::Unsupported(_) => (StatementKind::Rpc, 0),
            Request::Begin | Request::Commit | Request::RollBack => (StatementKind::Transaction, 0),
            Request::Attention => (StatementKind::Attention, 0),
        };
        self.shared.journal.push(StatementRecord {
            text: text_of(request).to_owned(),
            kind,
            login: self.user.clone(),
            parameters,
            rows: reply.results.iter().filter_map(|result| result.affected).sum(),
            micros: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            error: reply.error.as_ref().map(|error| error.number),
            fault,
        });
    }
}

fn failure(error: SqlError) -> Reply {
    Reply { error: Some(error), ..Reply::default() }
}

impl Session for JtlSession {
    fn database(&self) -> &str {
        self.shared.engine.database()
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let faults = self.shared.faults.for_statement(text_of(request));
        thread::sleep(self.shared.latency);
        for fault in &faults {
            if let SqlFaultKind::Delay { ms } = fault {
                thread::sleep(Duration::from_millis(*ms));
            }
        }
        let started = Instant::now();
        let mut reply = self.answer_with(request, &faults);
        for fault in &faults {
            match fault {
                SqlFaultKind::NullColumn { column } => blank(&mut reply, column),
                SqlFaultKind::MissingRows { every } => thin_out(&mut reply, *every),
                SqlFaultKind::DisconnectAfter => reply.cut = Cut::BeforeAnswer,
                SqlFaultKind::DisconnectInRows => reply.cut = Cut::InTheRows,
                _ => {}
            }
        }
        let played = faults.first().map(|fault| format!("{fault:?}"));
        self.record(request, &reply, started, played);
        reply
    }

    fn reset(&mut self) {
        if self.open_transactions > 0 {
            let shared = Arc::clone(&self.shared);
            self.roll_back(&mut LazyTurn { engine: &shared.engine, taken: None });
        }
        (self.xact_abort, self.lock_timeout) = (false, Some(PATIENCE));
    }
}

impl JtlSession {
    /// Runs the request unless a fault comes first.
    fn answer_with(&mut self, request: &Request, faults: &[SqlFaultKind]) -> Reply {
        if faults.contains(&SqlFaultKind::DisconnectBefore) {
            return Reply { cut: Cut::BeforeAnswer, ..Reply::default() };
        }
        let error = faults.iter().find_map(|fault| match fault {
            SqlFaultKind::Error { number, class, message } => {
                Some(played(*number, *class, message.as_deref()))
            }
            _ => None,
        });
        let Some(error) = error else { return self.carry_out(request) };
        let mut reply = Reply { error: Some(error.clone()), ..Reply::default() };
        let doomed = error.number == 1205 || self.xact_abort;
        let shared = Arc::clone(&self.shared);
        if doomed && self.open_transactions > 0 {
            let mut turn = LazyTurn { engine: &shared.engine, taken: None };
            reply.transaction = Some(self.roll_back(&mut turn));
        }
        reply
    }
}

impl Drop for JtlSession {
    fn drop(&mut self) {
        self.reset();
    }
}
