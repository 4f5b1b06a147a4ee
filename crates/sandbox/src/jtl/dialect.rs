//! The small set of adaptations between the T-SQL that Kontor sends and SQLite. Everything that is
//! not in this list reaches SQLite as it came, so that a wrong name or join fails there.
//!
//! 1. Batches are cut at `;`. `SET` options, `USE`, `BEGIN TRAN`, `COMMIT` and `ROLLBACK` are
//!    carried out by the session, not by SQLite.
//! 2. `N'text'` loses its N; `@@TRANCOUNT`, `@@VERSION`, `@@SERVERNAME`, `@@SPID`, `@@ROWCOUNT` and
//!    `SCOPE_IDENTITY()` become constants.
//! 3. `CAST(x AS T)` and `CONVERT(T, x)` become `tsql_cast(x, 'T')`, which converts as SQL Server
//!    does (SQLite's own CAST turns a DECIMAL into a float and a DATETIME into a number).
//! 4. `ISNULL(a, b)` becomes `tsql_isnull(a, b)`, because ISNULL is an operator in SQLite.
//! 5. `eazybusiness.dbo.t` loses its database when it is the own one, `t WITH (NOLOCK)` its hint.
//! 6. `OUTPUT INSERTED.a` before `VALUES` moves to the end as `RETURNING a`.
//! 7. What SQLite knows and SQL Server does not (`LIMIT`, `||`, `IFNULL`, `PRAGMA`, ...) is refused
//!    as a syntax error.

use super::lexer::{Kind, Token, tokens};
use crate::tds::{Request, SqlError};

/// A statement that the session carries out itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Control {
    /// `SET name value`.
    Set(String, String),
    /// `USE database`.
    Use(String),
    Begin,
    Commit,
    RollBack,
}

/// One statement of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Statement {
    Control(Control),
    /// The adapted text for SQLite and the text as it came.
    Sql {
        adapted: String,
        original: String,
    },
}

/// The session's values that stand in for `@@` names.
#[derive(Debug, Clone)]
pub(super) struct Globals {
    pub(super) database: String,
    pub(super) open_transactions: u32,
    pub(super) rows: u64,
    pub(super) identity: Option<i64>,
    pub(super) session: u64,
}

/// What `@@VERSION` answers.
pub(super) const VERSION: &str =
    "Microsoft SQL Server 2022 (RTM) - 16.0.1000.6 (X64) - JTL stand-in of the Kontor sandbox";

/// Text of a request for logs and for matching faults; a transaction request reads as the
/// statement that it stands for.
pub(super) fn text_of(request: &Request) -> &str {
    match request {
        Request::Batch(text) | Request::Parameterised(text, _) | Request::Procedure(text) => text,
        Request::Begin => "BEGIN TRANSACTION",
        Request::Commit => "COMMIT TRANSACTION",
        Request::RollBack => "ROLLBACK TRANSACTION",
        Request::Unsupported(text) => text,
        Request::Attention => "ATTENTION",
    }
}

fn syntax(near: &str) -> SqlError {
    SqlError::new(102, 15, format!("Incorrect syntax near '{near}'."))
}

/// Cuts a batch at its semicolons; empty statements are dropped.
pub(super) fn split(sql: &str) -> Result<Vec<&str>, SqlError> {
    let found = tokens(sql).map_err(|text| {
        let message = format!("Unclosed quotation mark after the character string '{}'.", text.0);
        SqlError::new(105, 15, message)
    })?;
    let mut out = Vec::new();
    let mut start = 0;
    let mut used = false;
    for token in &found {
        if token.is_symbol(";") {
            if used {
                out.push(&sql[start..token.span.start]);
            }
            (start, used) = (token.span.end, false);
        } else {
            used = true;
        }
    }
    if used {
        out.push(&sql[start..]);
    }
    Ok(out)
}

/// Reads one statement and adapts it.
pub(super) fn read(sql: &str, globals: &Globals) -> Result<Statement, SqlError> {
    let found = tokens(sql).map_err(|text| syntax(&text.0))?;
    if let Some(control) = control(&found)? {
        return Ok(Statement::Control(control));
    }
    refuse_foreign(&found)?;
    let adapted = Adaptation { sql, found: &found, globals }.run()?;
    Ok(Statement::Sql { adapted, original: sql.trim().to_owned() })
}

fn control(found: &[Token<'_>]) -> Result<Option<Control>, SqlError> {
    let Some(first) = found.first() else { return Ok(None) };
    let second_is_transaction =
        found.get(1).is_some_and(|token| token.is("TRAN") || token.is("TRANSACTION"));
    let last = found.last().map_or("", |token| token.text).to_owned();
    Ok(Some(if first.is("SET") {
        let name = found[1..].iter().take(found.len().saturating_sub(2));
        let name = name.map(|token| token.text.to_ascii_uppercase()).collect::<Vec<_>>().join(" ");
        Control::Set(name, last.to_ascii_uppercase())
    } else if first.is("USE") {
        Control::Use(found.get(1).and_then(Token::identifier).unwrap_or_default().to_owned())
    } else if first.is("BEGIN") && second_is_transaction {
        Control::Begin
    } else if first.is("COMMIT") {
        Control::Commit
    } else if first.is("ROLLBACK") {
        Control::RollBack
    } else if ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE", "DROP", "ALTER"]
        .iter()
        .any(|word| first.is(word))
    {
        return Ok(None);
    } else {
        return Err(syntax(first.text));
    }))
}

/// Words and signs of SQLite that SQL Server would not understand.
fn refuse_foreign(found: &[Token<'_>]) -> Result<(), SqlError> {
    const WORDS: [&str; 13] = [
        "LIMIT",
        "PRAGMA",
        "ATTACH",
        "DETACH",
        "VACUUM",
        "GLOB",
        "REGEXP",
        "RETURNING",
        "CONFLICT",
        "IFNULL",
        "ROWID",
        "INDEXED",
        "NOTNULL",
    ];
    found
        .iter()
        .find(|token| {
            WORDS.iter().any(|word| token.is(word))
                || ["||", "==", "`", "<<", ">>"].iter().any(|symbol| token.is_symbol(symbol))
        })
        .map_or(Ok(()), |token| Err(syntax(token.text)))
}

struct Adaptation<'a> {
    sql: &'a str,
    found: &'a [Token<'a>],
    globals: &'a Globals,
}

impl Adaptation<'_> {
    fn run(&self) -> Result<String, SqlError> {
        let mut out = String::with_capacity(self.sql.len() + 64);
        let mut returning = None;
        self.range(0, self.found.len(), &mut out, &mut returning)?;
        if let Some(columns) = returning {
            out.push_str(" RETURNING ");
            out.push_str(&columns);
        }
        Ok(out)
    }

    /// Adapts the tokens `from..to`, keeping the blanks between them.
    fn range(
        &self,
        from: usize,
        to: usize,
        out: &mut String,
        returning: &mut Option<String>,
    ) -> Result<(), SqlError> {
        let mut at = from;
        while at < to {
            out.push(' ');
            let token = &self.found[at];
            let called = self.found.get(at + 1).is_some_and(|next| next.is_symbol("("));
            if called && (token.is("CAST") || token.is("CONVERT")) {
                at = self.conversion(at, out, returning)?;
            } else if called && token.is("SCOPE_IDENTITY") {
                out.push_str(&self.globals.identity.map_or("NULL".to_owned(), |id| id.to_string()));
                at = self.closing(at + 1)? + 1;
            } else if called && token.is("WITH") && self.is_hint(at) {
                at = self.closing(at + 1)? + 1;
            } else if token.is("OUTPUT") {
                at = self.output(at, to, returning)?;
            } else if self.names_own_database(at) {
                at += 2;
            } else {
                self.single(token, called, out)?;
                at += 1;
            }
        }
        Ok(())
    }

    fn single(&self, token: &Token<'_>, called: bool, out: &mut String) -> Result<(), SqlError> {
        match token.kind {
            Kind::WideText => out.push_str(&token.text[1..]),
            Kind::Global => out.push_str(&self.global(token.text)?),
            _ if called && token.is("ISNULL") => out.push_str("tsql_isnull"),
            _ => out.push_str(token.text),
        }
        Ok(())
    }

    fn global(&self, name: &str) -> Result<String, SqlError> {
        Ok(match name.to_ascii_uppercase().as_str() {
            "@@TRANCOUNT" => self.globals.open_transactions.to_string(),
            "@@ROWCOUNT" => self.globals.rows.to_string(),
            "@@SPID" => self.globals.session.to_string(),
            "@@VERSION" => format!("'{VERSION}'"),
            "@@SERVERNAME" => "'KONTOR-SANDBOX'".to_owned(),
            "@@IDENTITY" => self.globals.identity.map_or("NULL".to_owned(), |id| id.to_string()),
            other => {
                let message = format!("Must declare the scalar variable \"{other}\".");
                return Err(SqlError::new(137, 15, message));
            }
        })
    }

    /// The index of the bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> Result<usize, SqlError> {
        let mut depth = 0usize;
        for (index, token) in self.found.iter().enumerate().skip(open) {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth -= 1;
                if depth == 0 {
                    return Ok(index);
                }
            }
        }
        Err(syntax("("))
    }

    /// A token of `range` that stands outside of every bracket in it.
    fn top_level(
        &self,
        from: usize,
        to: usize,
        wanted: impl Fn(&Token<'_>) -> bool,
    ) -> Option<usize> {
        let mut depth = 0i32;
        let mut last = None;
        for index in from..to {
            let token = &self.found[index];
            depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
            if depth == 0 && wanted(token) {
                last = Some(index);
            }
        }
        last
    }

    /// `CAST(x AS T)` or `CONVERT(T, x[, style])` starting at `at`; returns what comes after it.
    fn conversion(
        &self,
        at: usize,
        out: &mut String,
        returning: &mut Option<String>,
    ) -> Result<usize, SqlError> {
        let close = self.closing(at + 1)?;
        let inner = at + 2;
        let (value, kind) = if self.found[at].is("CAST") {
            let cut = self.top_level(inner, close, |token| token.is("AS"));
            let cut = cut.ok_or_else(|| syntax(")"))?;
            (inner..cut, cut + 1..close)
        } else {
            let first = (inner..close)
                .find(|index| self.top_level(inner, *index + 1, |t| t.is_symbol(",")).is_some());
            let cut = first.ok_or_else(|| syntax(")"))?;
            let style = (cut + 1..close)
                .find(|index| self.top_level(cut + 1, *index + 1, |t| t.is_symbol(",")).is_some());
            (cut + 1..style.unwrap_or(close), inner..cut)
        };
        if value.is_empty() || kind.is_empty() {
            return Err(syntax(")"));
        }
        out.push_str("tsql_cast(");
        self.range(value.start, value.end, out, returning)?;
        let kind: String = self.found[kind].iter().filter_map(type_part).collect();
        out.push_str(&format!(", '{}')", kind.replace('\'', "''")));
        Ok(close + 1)
    }

    fn is_hint(&self, at: usize) -> bool {
        const HINTS: [&str; 6] =
            ["NOLOCK", "READPAST", "UPDLOCK", "HOLDLOCK", "ROWLOCK", "READUNCOMMITTED"];
        self.found.get(at + 2).is_some_and(|token| HINTS.iter().any(|hint| token.is(hint)))
    }

    fn names_own_database(&self, at: usize) -> bool {
        let dot = |index: usize| self.found.get(index).is_some_and(|token| token.is_symbol("."));
        let first = at == 0 || !dot(at - 1);
        let name = self.found[at].identifier();
        first
            && name.is_some_and(|name| name.eq_ignore_ascii_case(&self.globals.database))
            && dot(at + 1)
            && dot(at + 3)
    }

    /// `OUTPUT INSERTED.a, INSERTED.b` starting at `at`; returns the index after it.
    fn output(
        &self,
        at: usize,
        to: usize,
        returning: &mut Option<String>,
    ) -> Result<usize, SqlError> {
        let end = (at + 1..to)
            .find(|index| {
                ["VALUES", "SELECT", "INTO"].iter().any(|word| self.found[*index].is(word))
            })
            .ok_or_else(|| syntax("OUTPUT"))?;
        if self.found[end].is("INTO") {
            return Err(syntax("INTO"));
        }
        let mut columns = String::new();
        let mut index = at + 1;
        while index < end {
            let token = &self.found[index];
            if token.is("INSERTED") {
                index += 1;
            } else {
                columns.push(' ');
                columns.push_str(token.text);
            }
            index += 1;
        }
        *returning = Some(columns);
        Ok(end)
    }
}

fn type_part<'a>(token: &Token<'a>) -> Option<&'a str> {
    match token.kind {
        Kind::Quoted => token.text.get(1..token.text.len() - 1),
        _ => Some(token.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapted(sql: &str) -> Result<String, u32> {
        let globals = Globals {
            database: "eazybusiness".to_owned(),
            open_transactions: 1,
            rows: 0,
            identity: Some(7),
            session: 3,
        };
        match read(sql, &globals) {
            Ok(Statement::Sql { adapted, .. }) => {
                Ok(adapted.split_whitespace().collect::<Vec<_>>().join(" "))
            }
            Ok(Statement::Control(control)) => Ok(format!("{control:?}")),
            Err(error) => Err(error.number),
        }
    }

    #[test]
    fn only_the_listed_adaptations_change_the_text() {
        let cases = [
            ("SELECT CAST(@P1 AS NVARCHAR(50))", "SELECT tsql_cast( @P1, 'NVARCHAR(50)')"),
            (
                "SELECT CAST(SUM(CAST(a AS INT)) AS DECIMAL(25,13))",
                "SELECT tsql_cast( SUM ( tsql_cast( a, 'INT') ), 'DECIMAL(25,13)')",
            ),
            ("SELECT CONVERT(datetime, a, 120)", "SELECT tsql_cast( a, 'datetime')"),
            ("SELECT N'ä', @@TRANCOUNT", "SELECT 'ä' , 1"),
            ("SELECT a FROM eazybusiness.dbo.t WITH (NOLOCK)", "SELECT a FROM dbo . t"),
            (
                "INSERT INTO t (a) OUTPUT INSERTED.k VALUES (1)",
                "INSERT INTO t ( a ) VALUES ( 1 ) RETURNING k",
            ),
            ("SELECT SCOPE_IDENTITY()", "SELECT 7"),
        ];
        for (sql, expected) in cases {
            assert_eq!(adapted(sql).as_deref(), Ok(expected), "{sql}");
        }
    }

    #[test]
    fn what_only_sqlite_understands_is_a_syntax_error() {
        for sql in
            ["SELECT a FROM t LIMIT 1", "SELECT 'a' || 'b'", "PRAGMA user_version", "MERGE x"]
        {
            assert_eq!(adapted(sql), Err(102), "{sql}");
        }
    }

    #[test]
    fn a_batch_is_cut_at_semicolons_outside_of_texts() {
        let parts = split("SET XACT_ABORT ON; SELECT ';' ; ; SELECT 2").unwrap();
        assert_eq!(parts.len(), 3);
        assert_eq!(adapted(parts[0]).as_deref(), Ok("Set(\"XACT_ABORT\", \"ON\")"));
    }
}
