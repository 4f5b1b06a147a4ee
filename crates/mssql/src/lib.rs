//! How a SQL Server is reached, whatever is asked there: settings, a pool, sessions, failures.
//!
//! JTL's database and Kontor's own stand on such servers. This crate knows no table of either and has no problem codes:
//! a [`Failure`] says what kind it is, and its caller says what that means.

mod failure;
mod pool;
mod probe;
mod session;
mod settings;

pub use failure::{Failure, Kind};
pub use pool::{Pool, PoolSize};
pub use probe::{PROBE_STEPS, ProbeStep};
pub use session::{Session, Value};
pub use settings::{Encryption, Server, SignIn, Trust};
/// A row of an answer.
pub use tiberius::Row;
/// A DECIMAL as it came: `try_get` of a decimal type panics for what does not fit.
pub use tiberius::numeric::Numeric;
