//! The layers of the settings: defaults, the operator's file, the environment, the command line. A later one wins, and of
//! each value it is known which one it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kontor_core::{Code, Problem};
use serde::Serialize;
use toml::{Table, Value};
use ts_rs::TS;

use super::key::Key;
use super::migrations;
use super::schema::{Format, Kind, Schema, Setting, schema};
use super::value::SettingValue;
use crate::config::{Config, DEFAULTS};
use crate::secrets::variable_of;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// `config/default.toml`.
    Default,
    /// The operator's file.
    File,
    /// A variable `KONTOR_<SECTION>__<KEY>`.
    Environment,
    /// `--set section.key=value`.
    CommandLine,
}

/// What stands above the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Variables and their values.
    pub environment: Vec<(String, String)>,
    /// Keys and values of `--set`.
    pub command_line: Vec<(String, String)>,
}

impl Overrides {
    /// The environment of this process, and the arguments of `--set`.
    ///
    /// # Errors
    /// `config.invalid_value` for an argument without `=`.
    pub fn of_process(arguments: &[String]) -> Result<Self, Problem> {
        let is_setting = |name: &str| name.starts_with("KONTOR_") && name.contains("__");
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| is_setting(name))
            .collect();
        let pair = |argument: &String| {
            let (key, value) = argument.split_once('=').ok_or_else(|| {
                Problem::new(Code::ConfigInvalidValue)
                    .about(argument)
                    .detail("KEY=VALUE is expected")
            })?;
            Ok((key.trim().to_owned(), value.to_owned()))
        };
        let command_line = arguments.iter().map(pair).collect::<Result<_, Problem>>()?;
        Ok(Self { environment, command_line })
    }
}

/// All layers, not yet put together.
#[derive(Clone, Debug, Default)]
pub struct Layers<'a> {
    /// The operator's file: its name for problems, its text.
    pub file: Option<(&'a str, &'a str)>,
    /// The folder that relative paths in the file are meant in.
    pub folder: Option<&'a Path>,
    /// What stands above it.
    pub overrides: Overrides,
}

/// The settings as they are, put together.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The configuration.
    pub config: Config,
    /// Every value as it was written, with where it comes from.
    pub values: BTreeMap<Key, (SettingValue, Source)>,
}

impl Layers<'_> {
    /// Puts the layers together.
    ///
    /// # Errors
    /// Everything that is wrong, not only the first: `config.unreadable`, `config.newer_than_program`,
    /// `config.unknown_key`, `config.invalid_value`, `config.secret_in_file`, `config.contradiction`.
    pub fn settle(&self) -> Result<Settled, Vec<Problem>> {
        let schema = schema().map_err(|p| vec![p])?;
        let mut merge = Merge::new(schema);
        if let Some((name, text)) = self.file {
            let document = migrations::read(text).map_err(|p| vec![named(name, p)])?;
            let before = merge.problems.len();
            merge.table(&document, &Key::new([""; 0]));
            for problem in &mut merge.problems[before..] {
                *problem = named(name, problem.clone());
            }
        }
        for (variable, text) in &self.overrides.environment {
            merge.variable(variable, text);
        }
        for (key, text) in &self.overrides.command_line {
            merge.argument(key, text);
        }
        if merge.problems.is_empty() {
            let config = config(schema, &merge.values, self.folder).map_err(|p| vec![p])?;
            return Ok(Settled { config, values: merge.values });
        }
        Err(merge.problems)
    }
}

/// The operator reads which file and which key.
fn named(file: &str, problem: Problem) -> Problem {
    match problem.subject.clone() {
        Some(key) => problem.about(format!("{file}: {key}")),
        None => problem.about(file),
    }
}

struct Merge<'a> {
    schema: &'a Schema,
    values: BTreeMap<Key, (SettingValue, Source)>,
    problems: Vec<Problem>,
}

impl<'a> Merge<'a> {
    fn new(schema: &'a Schema) -> Self {
        let default = |setting: &Setting| {
            Some((setting.key.clone(), (setting.default.clone()?, Source::Default)))
        };
        let values = schema.settings.iter().filter_map(default).collect();
        Self { schema, values, problems: Vec::new() }
    }

    fn refuse(&mut self, code: Code, about: &dyn std::fmt::Display, detail: &str) {
        self.problems.push(Problem::new(code).about(about).detail(detail));
    }

    fn table(&mut self, table: &Table, path: &Key) {
        for (name, value) in table {
            let key = path.join(name);
            match (value, self.schema.setting(&key)) {
                (Value::Table(inner), None) => self.table(inner, &key),
                (_, None) if self.schema.is_table(&key) => {
                    self.refuse(Code::ConfigInvalidValue, &key, "a table is expected");
                }
                (_, None) => self.problems.push(Problem::new(Code::ConfigUnknownKey).about(&key)),
                (value, Some(setting)) => match SettingValue::from_toml(value) {
                    Some(value) => self.put(setting, key, value, Source::File),
                    None => {
                        self.refuse(Code::ConfigInvalidValue, &key, "a plain value is expected")
                    }
                },
            }
        }
    }

    fn variable(&mut self, variable: &str, text: &str) {
        let is_named = |s: &&Setting| !s.free && s.key.variable() == *variable;
        match self.schema.settings.iter().find(is_named) {
            Some(setting) => {
                self.text(setting, setting.key.clone(), text, Source::Environment, variable)
            }
            None => self.problems.push(Problem::new(Code::ConfigUnknownKey).about(variable)),
        }
    }

    fn argument(&mut self, written: &str, text: &str) {
        let Ok(key) = written.parse::<Key>() else {
            return self.problems.push(Problem::new(Code::ConfigUnknownKey).about(written));
        };
        match self.schema.setting(&key) {
            Some(setting) => self.text(setting, key, text, Source::CommandLine, written),
            None => self.problems.push(Problem::new(Code::ConfigUnknownKey).about(key)),
        }
    }

    fn text(&mut self, setting: &Setting, key: Key, text: &str, source: Source, about: &str) {
        match SettingValue::parse(&setting.kind, text) {
            Ok(value) => self.put(setting, key, value, source),
            Err(expected) => self.refuse(Code::ConfigInvalidValue, &about, &expected),
        }
    }

    fn put(&mut self, setting: &Setting, key: Key, value: SettingValue, source: Source) {
        if setting.kind == Kind::Secret {
            let variable = variable_of(&key.to_string()).unwrap_or_default();
            let detail = format!("kontor secrets set {key}, or {variable}");
            return self.refuse(Code::ConfigSecretInFile, &key, &detail);
        }
        match setting.kind.check(&value) {
            Ok(()) => drop(self.values.insert(key, (value, source))),
            Err(expected) => {
                let place = match source {
                    Source::Environment => key.variable(),
                    _ => key.to_string(),
                };
                self.refuse(Code::ConfigInvalidValue, &place, &expected);
            }
        }
    }
}

fn config(
    schema: &Schema,
    values: &BTreeMap<Key, (SettingValue, Source)>,
    folder: Option<&Path>,
) -> Result<Config, Problem> {
    // The defaults also bring the tables that are empty.
    let mut table: Table = DEFAULTS
        .parse()
        .map_err(|e| Problem::new(Code::InternalError).about("default.toml").detail(e))?;
    for (key, (value, source)) in values {
        let kind = schema.setting(key).map(|setting| &setting.kind);
        let value = match (kind, value, folder) {
            (Some(kind), SettingValue::Text(path), Some(folder)) if *source == Source::File => {
                SettingValue::Text(beside(kind, path, folder))
            }
            _ => value.clone(),
        };
        insert(&mut table, key.parts(), value.to_toml());
    }
    let config: Config = table
        .try_into()
        .map_err(|e: toml::de::Error| Problem::new(Code::ConfigInvalidValue).detail(e.message()))?;
    match config.contradiction() {
        Some((key, what)) => Err(Problem::new(Code::ConfigContradiction).about(key).detail(what)),
        None => Ok(config),
    }
}

/// A relative path in the operator's file means: beside that file.
fn beside(kind: &Kind, path: &str, folder: &Path) -> String {
    let is_path = matches!(kind, Kind::Text { format: Some(Format::File | Format::Folder), .. });
    if is_path && !path.is_empty() {
        let path: PathBuf = folder.join(path);
        return path.display().to_string();
    }
    path.to_owned()
}

fn insert(table: &mut Table, parts: &[String], value: Value) {
    let [first, rest @ ..] = parts else { return };
    if rest.is_empty() {
        table.insert(first.clone(), value);
        return;
    }
    let inner = table.entry(first).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(inner) = inner {
        insert(inner, rest, value);
    }
}
