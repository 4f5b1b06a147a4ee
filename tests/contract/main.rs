//! The contract between the core and its windows.

mod commands;
mod documents;
