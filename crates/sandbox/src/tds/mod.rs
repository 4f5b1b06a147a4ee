//! A TDS 7.4 server on loopback, the wire half of the JTL stand-in.
//!
//! One blocking thread per connection. TLS is `rustls` driven by hand, because in TDS 7.x the
//! handshake travels inside prelogin packets (MS-TDS 2.2.6.5). What the client asks is handed to a
//! [`Session`]; this module knows nothing about SQL. Answers are built whole before the first byte
//! leaves, so that no slow client ever holds a lock of the database behind it.

mod login;
mod number;
mod packet;
mod parameters;
mod request;
mod server;
mod temporal;
mod tls;
mod tokens;
mod types;
mod value;
mod wire;

pub use login::LoginAttempt;
pub use number::Number;
pub use request::{Parameter, Request};
pub use server::{Backend, Cut, Reply, ResultSet, Session, SqlError, TdsServer, TransactionChange};
pub use tls::{Identity, IdentityError};
pub use types::{Column, ColumnType};
pub use value::Value;

pub(crate) use temporal::{parse_date, parse_date_time, parse_time};
