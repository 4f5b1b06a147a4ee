//! One logged-in connection: it runs what it is sent, as its login and in its transaction.

use super::columns::items;
use super::convert::{load, store, type_of_values};
use super::dialect::{Control, Globals, Statement, read, split, text_of};
use super::engine::{Engine, Turn};
use super::errors::{Denial, denied, played, translate};
use super::faults::{Faults, SqlFaultKind};
use super::functions::Caller;
use super::journal::{Journal, StatementKind, StatementRecord};
use super::rights::{Right, Rights};
use crate::tds::{
    Column, ColumnType, Cut, Parameter, Reply, Request, ResultSet, Session, SqlError,
    TransactionChange, Value,
};
use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::Value as Stored;
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
        let mut turn = match shared.engine.turn(self.id, self.lock_timeout) {
            Ok(turn) => turn,
            Err(error) => return Reply { error: Some(error), ..Reply::default() },
        };
        let mut reply = match request {
            Request::Batch(sql) => self.batch(&mut turn, sql, &[]),
            Request::Parameterised(sql, parameters) => self.batch(&mut turn, sql, parameters),
            Request::Begin => self.control(&mut turn, &Control::Begin),
            Request::Commit => self.control(&mut turn, &Control::Commit),
            Request::RollBack => self.control(&mut turn, &Control::RollBack),
            Request::Procedure(name) => {
                failure(2812, 16, format!("Could not find stored procedure '{name}'."))
            }
            Request::Unsupported(text) => failure(40517, 16, (*text).to_owned()),
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

    fn batch(&mut self, turn: &mut Turn<'_>, sql: &str, parameters: &[Parameter]) -> Reply {
        let mut reply = Reply::default();
        let statements = match split(sql) {
            Ok(statements) => statements,
            Err(error) => return Reply { error: Some(error), ..reply },
        };
        for statement in statements {
            let one = match read(statement, &self.globals()) {
                Ok(Statement::Control(control)) => self.control(turn, &control),
                Ok(Statement::Sql { adapted, original }) => {
                    match self.run(turn, &adapted, &original, parameters) {
                        Ok(result) => Reply { results: vec![result], ..Reply::default() },
                        Err(error) => Reply { error: Some(error), ..Reply::default() },
                    }
                }
                Err(error) => Reply { error: Some(error), ..Reply::default() },
            };
            reply.results.extend(one.results);
            reply.transaction = one.transaction.or(reply.transaction);
            reply.error = one.error;
            if reply.error.is_some() {
                break;
            }
        }
        reply
    }

    fn control(&mut self, turn: &mut Turn<'_>, control: &Control) -> Reply {
        let done = |transaction| Reply {
            results: vec![ResultSet::default()],
            transaction,
            ..Reply::default()
        };
        match control {
            Control::Set(name, value) => match self.set(name, value) {
                Ok(()) => done(None),
                Err(error) => Reply { error: Some(error), ..Reply::default() },
            },
            Control::Use(database)
                if database.eq_ignore_ascii_case(self.shared.engine.database()) =>
            {
                done(None)
            }
            Control::Use(database) => failure(
                911,
                16,
                format!(
                    "Database '{database}' does not exist. Make sure that the name is entered correctly."
                ),
            ),
            Control::Begin => {
                if self.open_transactions == 0
                    && let Err(error) = turn.begin()
                {
                    return Reply { error: Some(translate(&error, "BEGIN")), ..Reply::default() };
                }
                self.open_transactions += 1;
                done((self.open_transactions == 1).then_some(TransactionChange::Began(self.id)))
            }
            Control::Commit if self.open_transactions == 0 => failure(
                3902,
                16,
                "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.".to_owned(),
            ),
            Control::Commit => {
                self.open_transactions -= 1;
                if self.open_transactions > 0 {
                    return done(None);
                }
                match turn.end(true) {
                    Ok(()) => done(Some(TransactionChange::Committed(self.id))),
                    Err(error) => {
                        Reply { error: Some(translate(&error, "COMMIT")), ..Reply::default() }
                    }
                }
            }
            Control::RollBack if self.open_transactions == 0 => failure(
                3903,
                16,
                "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION."
                    .to_owned(),
            ),
            Control::RollBack => {
                let change = self.roll_back(turn);
                done(Some(change))
            }
        }
    }

    fn roll_back(&mut self, turn: &mut Turn<'_>) -> TransactionChange {
        if let Err(error) = turn.end(false) {
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
        turn: &mut Turn<'_>,
        adapted: &str,
        original: &str,
        parameters: &[Parameter],
    ) -> Result<ResultSet, SqlError> {
        let catalog = self.shared.engine.catalog();
        self.shared.engine.set_caller(Caller {
            rights: self.rights.clone(),
            catalog: Arc::clone(&catalog),
            database: self.shared.engine.database().to_owned(),
            user: self.user.clone(),
        });
        let denial = Arc::new(Mutex::new(None));
        let connection = turn.connection();
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

fn failure(number: u32, class: u8, message: String) -> Reply {
    Reply { error: Some(SqlError::new(number, class, message)), ..Reply::default() }
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
        if self.open_transactions > 0
            && let Ok(mut turn) = Arc::clone(&self.shared).engine.turn(self.id, None)
        {
            self.roll_back(&mut turn);
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
        if doomed
            && self.open_transactions > 0
            && let Ok(mut turn) = shared.engine.turn(self.id, None)
        {
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

fn blank(reply: &mut Reply, column: &str) {
    for result in &mut reply.results {
        let at = result.columns.iter().position(|known| known.name.eq_ignore_ascii_case(column));
        if let Some(at) = at {
            result.rows.iter_mut().for_each(|row| row[at] = Value::Null);
        }
    }
}

/// Lets through what the login may do; notes the first thing that it may not.
fn authorizer(
    rights: Rights,
    denial: Arc<Mutex<Option<Denial>>>,
) -> impl FnMut(AuthContext<'_>) -> Authorization + Send + 'static {
    move |context| {
        let wanted = match context.action {
            AuthAction::Select | AuthAction::Function { .. } | AuthAction::Recursive => {
                return Authorization::Allow;
            }
            AuthAction::Read { table_name, .. } => Some((Right::Select, table_name)),
            AuthAction::Insert { table_name } => Some((Right::Insert, table_name)),
            AuthAction::Update { table_name, .. } => Some((Right::Update, table_name)),
            AuthAction::Delete { table_name } => Some((Right::Delete, table_name)),
            _ => None,
        };
        // A view reads on behalf of its owner (SQL Server's ownership chain).
        if context.accessor.is_some() && matches!(wanted, Some((Right::Select, _))) {
            return Authorization::Allow;
        }
        let schema = context.database_name.unwrap_or("dbo");
        let object = wanted.map_or("", |(_, table)| table);
        let key = format!("{schema}.{object}");
        let lower = key.to_lowercase();
        let hidden = schema == "main" || schema == "temp" || object.starts_with("sqlite_");
        match wanted {
            Some((right, _)) if !hidden && rights.allow(right, &lower) => Authorization::Allow,
            // A table inside of a sub-query or a common table expression has no database.
            Some((Right::Select, _)) if context.database_name.is_none() => Authorization::Allow,
            _ => {
                let mut noted = denial.lock().unwrap_or_else(PoisonError::into_inner);
                noted.get_or_insert(Denial { right: wanted.map(|(right, _)| right), object: key });
                Authorization::Deny
            }
        }
    }
}

/// An answer before its columns have types.
struct Raw {
    names: Vec<String>,
    declared: Vec<Option<ColumnType>>,
    rows: Vec<Vec<Stored>>,
    affected: u64,
    inserted: bool,
}

fn execute(
    connection: &Connection,
    adapted: &str,
    original: &str,
    parameters: &[Parameter],
) -> Result<Raw, SqlError> {
    let failed = |error: rusqlite::Error| translate(&error, original);
    let mut statement = connection.prepare(adapted).map_err(failed)?;
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or("?").to_owned();
        let given = parameters.iter().find(|given| given.name.eq_ignore_ascii_case(&name));
        let given = given.ok_or_else(|| SqlError {
            number: 137,
            state: 2,
            class: 15,
            message: format!("Must declare the scalar variable \"{name}\"."),
        })?;
        statement.raw_bind_parameter(index, store(&given.value)).map_err(failed)?;
    }
    let inserted =
        adapted.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("INSERT"));
    let mut raw =
        Raw { names: Vec::new(), declared: Vec::new(), rows: Vec::new(), affected: 0, inserted };
    if statement.column_count() == 0 {
        raw.affected = statement.raw_execute().map_err(failed)? as u64;
        return Ok(raw);
    }
    for column in statement.columns() {
        raw.names.push(column.name().to_owned());
        raw.declared.push(column.decl_type().and_then(ColumnType::from_sql));
    }
    let count = raw.names.len();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(failed)? {
        let values: rusqlite::Result<Vec<Stored>> =
            (0..count).map(|index| row.get(index)).collect();
        raw.rows.push(values.map_err(failed)?);
    }
    raw.affected = raw.rows.len() as u64;
    Ok(raw)
}

/// A text longer than its column's type travels as NVARCHAR(MAX) instead of being cut.
fn widened<'a>(kind: ColumnType, mut values: impl Iterator<Item = &'a Stored>) -> ColumnType {
    let ColumnType::Text(Some(chars)) = kind else { return kind };
    let long = |value: &Stored| matches!(value, Stored::Text(text) if text.chars().count() > usize::from(chars));
    if values.any(long) { ColumnType::Text(None) } else { kind }
}

fn type_rows(raw: Raw, typed: &[super::columns::Item]) -> Result<ResultSet, SqlError> {
    let typed = if typed.len() == raw.names.len() { typed } else { &[] };
    let columns: Vec<Column> = raw
        .names
        .into_iter()
        .zip(raw.declared)
        .enumerate()
        .map(|(index, (name, declared))| {
            let item = typed.get(index);
            let kind = declared
                .or(item.and_then(|item| item.kind))
                .unwrap_or_else(|| type_of_values(raw.rows.iter().map(|row| &row[index])));
            let kind = widened(kind, raw.rows.iter().map(|row| &row[index]));
            Column {
                name: if item.is_none_or(|item| item.named) { name } else { String::new() },
                kind,
            }
        })
        .collect();
    let rows = raw
        .rows
        .into_iter()
        .map(|row| {
            row.into_iter().zip(&columns).map(|(value, column)| load(value, column.kind)).collect()
        })
        .collect::<Result<Vec<Vec<Value>>, SqlError>>()?;
    let affected = Some(raw.affected);
    Ok(ResultSet { columns, rows, affected })
}
