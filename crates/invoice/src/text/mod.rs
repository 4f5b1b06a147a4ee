//! Positioned text: characters become words, cells and visual lines; then amounts, dates and labels are found in them.

pub(crate) mod amount;
pub(crate) mod date;
mod fold;
pub(crate) mod label;
mod lines;

pub(crate) use fold::fold;
pub(crate) use lines::{Cell, Line, Text, Word, text};
