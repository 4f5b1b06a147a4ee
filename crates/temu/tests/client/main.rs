//! The client against a gateway that answers whatever a test wants: faults, odd pages, lost answers.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    reason = "a test looks at real time and fails by panicking, in its support code too"
)]

mod answers;
mod calls;
mod confirm;
mod gateway;
mod paging;
mod secrecy;
mod settings;
