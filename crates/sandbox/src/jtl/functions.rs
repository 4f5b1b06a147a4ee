//! T-SQL's functions as SQLite functions.

use super::catalog::Catalog;
use super::clock;
use super::convert::{cast, number_of, store_moment, store_number};
use super::rights::{Right, Rights};
use super::schema::COLLATION;
use crate::tds::{ColumnType, Number, SqlError};
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, Error, Result};
use std::cmp::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

/// Who is asking: what `OBJECT_ID` and its like answer depends on it.
#[derive(Clone, Default)]
pub(super) struct Caller {
    pub(super) rights: Rights,
    pub(super) catalog: Arc<Catalog>,
    pub(super) database: String,
    pub(super) user: String,
}

/// The caller of the statement that is running.
#[derive(Clone, Default)]
pub(super) struct CurrentCaller(Arc<Mutex<Caller>>);

impl CurrentCaller {
    pub(super) fn set(&self, caller: Caller) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = caller;
    }

    fn get(&self) -> Caller {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

const STABLE: FunctionFlags = FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC);
const MOVING: FunctionFlags = FunctionFlags::SQLITE_UTF8;

/// Registers everything on `connection`.
pub(super) fn register(connection: &Connection, caller: &CurrentCaller) -> Result<()> {
    connection.create_collation(COLLATION, compare)?;
    text_functions(connection)?;
    let scalar = |name: &str, count, run: fn(&Context<'_>) -> Result<Stored>| {
        connection.create_scalar_function(name, count, STABLE, move |context: &mut Context<'_>| {
            run(context)
        })
    };
    scalar("tsql_cast", 2, tsql_cast)?;
    scalar("tsql_isnull", 2, |context| {
        let first: Stored = context.get(0)?;
        if first == Stored::Null { context.get(1) } else { Ok(first) }
    })?;
    for (name, now) in [
        ("GETDATE", clock::local as fn() -> _),
        ("SYSDATETIME", clock::local),
        ("GETUTCDATE", clock::utc),
        ("SYSUTCDATETIME", clock::utc),
    ] {
        connection.create_scalar_function(name, 0, MOVING, move |_: &mut Context<'_>| {
            Ok(store_moment(now()))
        })?;
    }
    decimal_functions(connection)?;
    connection.create_aggregate_function("SUM", 1, STABLE, ExactSum)?;
    connection.create_aggregate_function("MIN", 1, STABLE, Extreme(Ordering::Less))?;
    connection.create_aggregate_function("MAX", 1, STABLE, Extreme(Ordering::Greater))?;
    connection.create_aggregate_function("COUNT_BIG", 0, STABLE, CountBig)?;
    connection.create_aggregate_function("COUNT_BIG", 1, STABLE, CountBig)?;
    metadata_functions(connection, caller)
}

/// Case-insensitive, accent-sensitive, trailing blanks ignored.
fn compare(left: &str, right: &str) -> Ordering {
    let fold = |text: &str| text.trim_end_matches(' ').to_lowercase();
    fold(left).cmp(&fold(right))
}

fn text(context: &Context<'_>, index: usize) -> Result<Option<String>> {
    Ok(match context.get::<Stored>(index)? {
        Stored::Null => None,
        Stored::Text(text) => Some(text),
        Stored::Integer(whole) => Some(whole.to_string()),
        other => number_of(&other).map(|number| number.to_string()),
    })
}

fn text_functions(connection: &Connection) -> Result<()> {
    let one = |name: &str, run: fn(&str) -> Stored| {
        connection.create_scalar_function(name, 1, STABLE, move |context: &mut Context<'_>| {
            Ok(text(context, 0)?.map_or(Stored::Null, |text| run(&text)))
        })
    };
    one("LEN", |text| Stored::Integer(text.trim_end_matches(' ').encode_utf16().count() as i64))?;
    one("DATALENGTH", |text| Stored::Integer(text.encode_utf16().count() as i64 * 2))?;
    one("UPPER", |text| Stored::Text(text.to_uppercase()))?;
    one("LOWER", |text| Stored::Text(text.to_lowercase()))?;
    let sided = |name: &str, run: fn(&str, usize) -> String| {
        connection.create_scalar_function(name, 2, STABLE, move |context: &mut Context<'_>| {
            let count =
                context.get::<Option<i64>>(1)?.and_then(|count| usize::try_from(count).ok());
            Ok(text(context, 0)?.zip(count).map(|(text, count)| run(&text, count)))
        })
    };
    sided("LEFT", |text, count| text.chars().take(count).collect())?;
    sided("RIGHT", |text, count| {
        text.chars().skip(text.chars().count().saturating_sub(count)).collect()
    })?;
    for count in [2, 3] {
        connection.create_scalar_function(
            "CHARINDEX",
            count,
            STABLE,
            |context: &mut Context<'_>| {
                let Some((wanted, within)) = text(context, 0)?.zip(text(context, 1)?) else {
                    return Ok(None);
                };
                let start =
                    if context.len() > 2 { context.get::<i64>(2)?.max(1) as usize } else { 1 };
                let (wanted, within) = (wanted.to_lowercase(), within.to_lowercase());
                let skipped: usize = within.chars().take(start - 1).map(char::len_utf8).sum();
                let found = within[skipped..].find(&wanted);
                Ok(Some(found.map_or(0, |at| within[..skipped + at].chars().count() as i64 + 1)))
            },
        )?;
    }
    Ok(())
}

/// A SQL Server error on its way through SQLite; [`carried`] reads it back.
fn carry(error: &SqlError) -> Error {
    Error::UserFunctionError(
        format!("{CARRIED}{}|{}|{}", error.number, error.class, error.message).into(),
    )
}

const CARRIED: &str = "tsql:";

/// The SQL Server error that a function of ours raised, out of SQLite's message.
pub(super) fn carried(message: &str) -> Option<SqlError> {
    let mut parts = message.split_once(CARRIED)?.1.splitn(3, '|');
    let number = parts.next()?.parse().ok()?;
    let class = parts.next()?.parse().ok()?;
    Some(SqlError::new(number, class, parts.next()?))
}

fn tsql_cast(context: &Context<'_>) -> Result<Stored> {
    let declared: String = context.get(1)?;
    let kind = match declared.trim().to_ascii_lowercase().as_str() {
        "nvarchar" | "varchar" => Some(ColumnType::Text(Some(30))),
        other => ColumnType::from_sql(other),
    };
    let kind = kind.ok_or_else(|| {
        carry(&SqlError::new(243, 16, format!("Type {declared} is not a defined system type.")))
    })?;
    cast(context.get(0)?, kind).map_err(|error| carry(&error))
}

/// SUM without floats in between.
struct ExactSum;

#[derive(Default)]
struct Sum {
    total: Option<Number>,
    whole: bool,
}

impl Aggregate<Sum, Stored> for ExactSum {
    fn init(&self, _: &mut Context<'_>) -> Result<Sum> {
        Ok(Sum { total: None, whole: true })
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Sum) -> Result<()> {
        let value: Stored = context.get(0)?;
        if value == Stored::Null {
            return Ok(());
        }
        sum.whole &= matches!(value, Stored::Integer(_));
        let failed =
            || carry(&SqlError::new(8114, 16, "Error converting data type nvarchar to numeric."));
        let number = number_of(&value).ok_or_else(failed)?;
        let total = sum.total.unwrap_or(Number::whole(0)).plus(number);
        sum.total = Some(total.ok_or_else(|| {
            carry(&SqlError::new(
                8115,
                16,
                "Arithmetic overflow error converting expression to data type numeric.",
            ))
        })?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Sum>) -> Result<Stored> {
        Ok(match sum.and_then(|sum| Some((sum.total?, sum.whole))) {
            None => Stored::Null,
            Some((total, true)) => {
                i64::try_from(total.units).map_or_else(|_| store_number(total), Stored::Integer)
            }
            Some((total, false)) => store_number(total),
        })
    }
}

/// MIN and MAX: numbers by their exact value, texts by JTL's collation.
struct Extreme(Ordering);

impl Aggregate<Stored, Stored> for Extreme {
    fn init(&self, _: &mut Context<'_>) -> Result<Stored> {
        Ok(Stored::Null)
    }

    fn step(&self, context: &mut Context<'_>, extreme: &mut Stored) -> Result<()> {
        let value: Stored = context.get(0)?;
        let wins = match (&value, &*extreme) {
            (Stored::Null, _) => false,
            (_, Stored::Null) => true,
            (Stored::Text(new), Stored::Text(old)) => compare(new, old) == self.0,
            (new, old) => number_of(new).zip(number_of(old)).is_some_and(|(new, old)| {
                let difference = new.plus(old.negated()).map_or(0, |number| number.units);
                difference.cmp(&0) == self.0
            }),
        };
        if wins {
            *extreme = value;
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, extreme: Option<Stored>) -> Result<Stored> {
        Ok(extreme.unwrap_or(Stored::Null))
    }
}

/// What the sandbox's own statements and views need to stay exact; no client can know of them.
fn decimal_functions(connection: &Connection) -> Result<()> {
    let two = |name: &str, run: fn(Number, Number) -> Option<Stored>| {
        connection.create_scalar_function(name, 2, STABLE, move |context: &mut Context<'_>| {
            let (left, right) = (context.get::<Stored>(0)?, context.get::<Stored>(1)?);
            let both = number_of(&left).zip(number_of(&right));
            Ok(both.and_then(|(left, right)| run(left, right)).unwrap_or(Stored::Null))
        })
    };
    two("exact_plus", |left, right| left.plus(right).map(store_number))?;
    two("exact_minus", |left, right| left.plus(right.negated()).map(store_number))?;
    two("exact_minus_to_zero", |left, right| {
        let rest = left.plus(right.negated())?;
        Some(if rest.units < 0 { Stored::Integer(0) } else { store_number(rest) })
    })?;
    two("whole_times", |left, right| {
        i64::try_from(left.whole_times(right)?).ok().map(Stored::Integer)
    })
}

/// COUNT as BIGINT.
struct CountBig;

impl Aggregate<i64, i64> for CountBig {
    fn init(&self, _: &mut Context<'_>) -> Result<i64> {
        Ok(0)
    }

    fn step(&self, context: &mut Context<'_>, count: &mut i64) -> Result<()> {
        *count += i64::from(context.is_empty() || context.get::<Stored>(0)? != Stored::Null);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, count: Option<i64>) -> Result<i64> {
        Ok(count.unwrap_or(0))
    }
}

/// Any right makes an object visible, as SQL Server's metadata visibility has it.
fn visible(caller: &Caller, key: &str) -> bool {
    [Right::Select, Right::Insert, Right::Update, Right::Delete]
        .into_iter()
        .any(|right| caller.rights.allow(right, key))
}

fn metadata_functions(connection: &Connection, current: &CurrentCaller) -> Result<()> {
    for count in [1, 2] {
        let current = current.clone();
        connection.create_scalar_function(
            "OBJECT_ID",
            count,
            MOVING,
            move |context: &mut Context<'_>| {
                let caller = current.get();
                let name = text(context, 0)?.unwrap_or_default();
                let found = caller.catalog.resolve(&name).filter(|(key, _)| visible(&caller, key));
                Ok(found.map(|(_, object)| object.id))
            },
        )?;
    }
    let caller = current.clone();
    connection.create_scalar_function(
        "COL_LENGTH",
        2,
        MOVING,
        move |context: &mut Context<'_>| {
            let caller = caller.get();
            let name = text(context, 0)?.unwrap_or_default();
            let column = text(context, 1)?.unwrap_or_default();
            let found = caller.catalog.resolve(&name).filter(|(key, _)| visible(&caller, key));
            Ok(found.and_then(|(_, object)| object.column(column.trim())).map(ColumnType::length))
        },
    )?;
    let caller = current.clone();
    connection.create_scalar_function(
        "HAS_PERMS_BY_NAME",
        3,
        MOVING,
        move |context: &mut Context<'_>| {
            let caller = caller.get();
            let name = text(context, 0)?.unwrap_or_default();
            let right = text(context, 2)?.and_then(|right| Right::from_name(right.trim()));
            let found = caller.catalog.resolve(&name).zip(right);
            Ok(found.map(|((key, _), right)| i64::from(caller.rights.allow(right, &key))))
        },
    )?;
    let caller = current.clone();
    connection.create_scalar_function("DB_NAME", 0, MOVING, move |_: &mut Context<'_>| {
        Ok(caller.get().database)
    })?;
    let caller = current.clone();
    connection.create_scalar_function("SUSER_SNAME", 0, MOVING, move |_: &mut Context<'_>| {
        Ok(caller.get().user)
    })
}
