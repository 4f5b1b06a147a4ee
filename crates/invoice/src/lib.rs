//! Invoices: the bytes of a PDF or XML document in, fields with flags out.
//!
//! Embedded XML (ZUGFeRD, Factur-X, XRechnung) is read first; otherwise the text by its position, by rules that the operator
//! can add to ([`Rules`]). No field is guessed: what cannot be read with certainty is empty, and flagged. A document that
//! hangs, panics or would fill the memory ends as a [`Flag::Broken`] one; see [`read`].
//!
//! Nothing here reads a file or a clock.

mod document;
mod fields;
mod isolation;
mod limits;
mod pdf;
mod preview;
mod reading;
mod rules;
mod select;
mod text;
mod totals;
mod xml;

pub use document::{Document, Field, Flag, Kind, RateLine};
pub use isolation::{Explanation, explain, first_page, page, read};
pub use limits::Limits;
pub use preview::{Page, PlacedWord};
pub use rules::{Rules, RulesError, SHIPPED};
