//! SQLite's failures as the errors that SQL Server would have raised.

use super::functions::carried;
use super::lexer::tokens;
use super::rights::Right;
use crate::tds::SqlError;
use rusqlite::ErrorCode;

/// A right that the authorizer refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Denial {
    pub(super) right: Option<Right>,
    pub(super) object: String,
}

/// The error for a refused right: 229, or 262 for what no login may do.
pub(super) fn denied(denial: &Denial, database: &str) -> SqlError {
    let (schema, name) = denial.object.split_once('.').unwrap_or(("dbo", &denial.object));
    match denial.right {
        Some(right) => SqlError {
            number: 229,
            state: 5,
            class: 14,
            message: format!(
                "The {} permission was denied on the object '{name}', database '{database}', schema '{schema}'.",
                right.name()
            ),
        },
        None => SqlError::new(262, 14, format!("Permission denied in database '{database}'.")),
    }
}

/// What SQL Server would have said to the statement `sql`.
pub(super) fn translate(error: &rusqlite::Error, sql: &str) -> SqlError {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            (Some(failure.code), message.clone().unwrap_or_else(|| failure.to_string()))
        }
        rusqlite::Error::SqlInputError { error, msg, .. } => (Some(error.code), msg.clone()),
        other => (None, other.to_string()),
    };
    if let Some(error) = carried(&message) {
        return error;
    }
    if code == Some(ErrorCode::ConstraintViolation) {
        return constraint(&message);
    }
    from_message(&message, sql)
}

fn constraint(message: &str) -> SqlError {
    let of = message.split_once(": ").map_or(message, |(_, of)| of);
    if message.starts_with("UNIQUE") {
        let text = format!(
            "Violation of UNIQUE KEY constraint. Cannot insert duplicate key in object '{of}'."
        );
        SqlError::new(2627, 14, text)
    } else if message.starts_with("NOT NULL") {
        SqlError::new(
            515,
            16,
            format!(
                "Cannot insert the value NULL into column '{of}'; column does not allow nulls."
            ),
        )
    } else {
        SqlError::new(547, 16, format!("The statement conflicted with the constraint \"{of}\"."))
    }
}

fn from_message(message: &str, sql: &str) -> SqlError {
    let after = |start: &str| message.split_once(start).map(|(_, rest)| rest.trim().to_owned());
    if let Some(column) = after("no such column: ") {
        let column = column.split(" - ").next().unwrap_or_default().to_owned();
        return no_such_column(&column, sql);
    }
    if let Some(rest) = after("has no column named ") {
        return SqlError::new(207, 16, format!("Invalid column name '{rest}'."));
    }
    if let Some(table) = after("no such table: ").or_else(|| after("unknown database ")) {
        return SqlError::new(208, 16, format!("Invalid object name '{table}'."));
    }
    if let Some(column) = after("ambiguous column name: ") {
        return SqlError::new(209, 16, format!("Ambiguous column name '{column}'."));
    }
    if let Some(name) = after("no such function: ") {
        let text = format!("'{name}' is not a recognized built-in function name.");
        return SqlError { number: 195, state: 10, class: 15, message: text };
    }
    if let Some(near) = after("near \"").and_then(|rest| Some(rest.split_once('"')?.0.to_owned())) {
        return SqlError::new(102, 15, format!("Incorrect syntax near '{near}'."));
    }
    if message.contains("wrong number of arguments") {
        return SqlError::new(174, 15, "The function requires another number of arguments.");
    }
    if message.contains("misuse of aggregate") {
        return SqlError::new(147, 15, "An aggregate may not appear in the WHERE clause.");
    }
    if message.contains("values for") {
        let text = "Column name or number of supplied values does not match table definition.";
        return SqlError::new(213, 16, text);
    }
    SqlError::new(102, 15, format!("Incorrect syntax. ({message})"))
}

/// 207 when the qualifier is a table of the statement, 4104 when it is not.
fn no_such_column(column: &str, sql: &str) -> SqlError {
    let Some((qualifier, name)) = column.rsplit_once('.') else {
        return SqlError::new(207, 16, format!("Invalid column name '{column}'."));
    };
    let found = tokens(sql).unwrap_or_default();
    let known = found.iter().enumerate().any(|(index, token)| {
        token.identifier().is_some_and(|word| word.eq_ignore_ascii_case(qualifier))
            && !found.get(index + 1).is_some_and(|next| next.is_symbol("."))
    });
    if known {
        SqlError::new(207, 16, format!("Invalid column name '{name}'."))
    } else {
        let text = format!("The multi-part identifier \"{column}\" could not be bound.");
        SqlError::new(4104, 16, text)
    }
}

/// Severity and text that SQL Server gives to the errors that a fault can play.
pub(super) fn played(number: u32, class: Option<u8>, message: Option<&str>) -> SqlError {
    let (usual_class, usual) = match number {
        1205 => (
            13,
            "Transaction (Process ID 51) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.",
        ),
        1222 => (16, "Lock request time out period exceeded."),
        2627 => (14, "Violation of PRIMARY KEY constraint. Cannot insert duplicate key in object."),
        547 => (16, "The statement conflicted with the FOREIGN KEY constraint."),
        229 => (14, "The permission was denied on the object."),
        207 => (16, "Invalid column name."),
        208 => (16, "Invalid object name."),
        18456 => (14, "Login failed."),
        4060 => (11, "Cannot open database requested by the login. The login failed."),
        9002 => (17, "The transaction log for database is full."),
        _ => (16, "A fault of the sandbox."),
    };
    SqlError::new(number, class.unwrap_or(usual_class), message.unwrap_or(usual))
}
