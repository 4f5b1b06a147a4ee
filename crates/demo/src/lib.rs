//! The demo profile: a sandbox in the process with sample data, and a [`Front`] that puts its desk in place of the real
//! one and takes it away again without a trace.

mod front;
mod profile;

pub use front::{Front, ShowFolder};
pub use profile::{Demo, DemoOptions};
