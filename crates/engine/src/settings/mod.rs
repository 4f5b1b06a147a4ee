//! Settings: what there is to set ([`Schema`]), where each value comes from ([`layers`]), and how a change reaches the
//! operator's file without losing anything in it ([`SettingsFile`]).
//!
//! A setting is declared once: its default in `config/default.toml`, what it is in `config/settings.toml`, its field in
//! [`crate::config::Config`].

mod change;
mod document;
mod file;
mod key;
pub mod layers;
mod legacy;
mod migrations;
mod schema;
mod value;

pub(crate) use change::Values;
pub use change::{Change, ChangePreview, PreviewedChange, SettingView, Settings, SettingsSnapshot};
pub use file::SettingsFile;
pub use key::Key;
pub use layers::{Layers, Overrides, Settled, Source};
pub use legacy::{ImportReport, Refused, TakenOver};
pub use migrations::VERSION;
pub use schema::{Format, Kind, Said, Schema, Section, Setting, schema};
pub use value::SettingValue;
