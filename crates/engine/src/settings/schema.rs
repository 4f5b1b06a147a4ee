//! What there is to set: every key with its kind, bounds, default and texts. Made of `config/default.toml` (keys, order,
//! defaults, English help) and `config/settings.toml` (everything else).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kontor_core::problem::Language;
use kontor_core::schedule::Schedule;
use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, Table};
use ts_rs::TS;

use super::key::Key;
use super::value::SettingValue;
use crate::config::DEFAULTS;

const DECLARATIONS: &str = include_str!("../../../../config/settings.toml");

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Said {
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

impl Said {
    /// A text in both languages.
    pub fn new(de: impl Into<String>, en: impl Into<String>) -> Self {
        Self { de: de.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// An address that begins with `https://` (or `http://` on this machine).
    Url,
    /// A host name or an IP address.
    Host,
    /// A file; a relative one in the operator's file lies beside that file.
    File,
    /// A folder, as a file.
    Folder,
    /// A schedule: five fields of cron, or an interval such as `15m`; empty: none.
    Cron,
    /// A time zone, e.g. `Europe/Berlin`.
    TimeZone,
    /// A time of day, `HH:MM`.
    Time,
}

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// On or off.
    Switch,
    /// A whole number within bounds.
    Number {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A text.
    Text {
        /// What it is.
        format: Option<Format>,
        /// It may not be empty.
        required: bool,
    },
    /// One of some words.
    Choice {
        /// The words.
        options: Vec<String>,
    },
    /// A list of texts.
    Texts {
        /// It may not be empty.
        required: bool,
    },
    /// A list of whole numbers within bounds.
    Numbers {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
        /// It may not be empty.
        required: bool,
    },
    /// Kept in the keychain; it has no value here.
    Secret,
}

impl Kind {
    /// Whether a value is allowed.
    ///
    /// # Errors
    /// What is expected: kind or bounds.
    pub fn check(&self, value: &SettingValue) -> Result<(), String> {
        let within = |min: i64, max: i64, number: i64| {
            let bound = || format!("{min}..={max}; {number} was given");
            if (min..=max).contains(&number) { Ok(()) } else { Err(bound()) }
        };
        match (self, value) {
            (Self::Switch, SettingValue::Switch(_)) => Ok(()),
            (Self::Number { min, max }, SettingValue::Number(number)) => {
                within(*min, *max, *number)
            }
            (Self::Numbers { min, max, required }, SettingValue::Numbers(numbers)) => {
                filled(*required, numbers)?;
                numbers.iter().try_for_each(|number| within(*min, *max, *number))
            }
            (Self::Text { format, required }, SettingValue::Text(text)) => {
                if *required && text.trim().is_empty() {
                    return Err("it may not be empty".into());
                }
                format.map_or(Ok(()), |format| form(format, text))
            }
            (Self::Choice { options }, SettingValue::Text(text)) => {
                let listed =
                    || format!("one of {} is expected, {text} was given", options.join(", "));
                if options.contains(text) { Ok(()) } else { Err(listed()) }
            }
            (Self::Texts { required }, SettingValue::Texts(texts)) => filled(*required, texts),
            // An empty list has no kind of its own.
            (Self::Texts { required }, SettingValue::Numbers(none)) if none.is_empty() => {
                filled(*required, none)
            }
            (Self::Secret, _) => Err("a secret stands in no file".into()),
            _ => Err(format!("{} is expected", self.name())),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Switch => "true or false",
            Self::Number { .. } => "a whole number",
            Self::Text { .. } | Self::Choice { .. } | Self::Secret => "a text",
            Self::Texts { .. } => "a list of texts",
            Self::Numbers { .. } => "a list of whole numbers",
        }
    }
}

fn filled<T>(required: bool, list: &[T]) -> Result<(), String> {
    if required && list.is_empty() { Err("at least one is expected".into()) } else { Ok(()) }
}

/// Only what is certainly wrong is refused here; who uses the value says more.
fn form(format: Format, text: &str) -> Result<(), String> {
    let is_time = |text: &str| chrono::NaiveTime::parse_from_str(text, "%H:%M").is_ok();
    let fits = match format {
        // A user, a password or a query in an address would stand in a file and in logs.
        Format::Url => {
            (text.starts_with("https://") || text.starts_with("http://"))
                && !text.contains(['@', '?', '#', ' '])
        }
        Format::Host => !text.contains(|c: char| c.is_whitespace() || c == '/'),
        Format::Cron => text.is_empty() || Schedule::read(text, "UTC").is_ok(),
        Format::TimeZone => text.parse::<chrono_tz::Tz>().is_ok(),
        Format::Time => text.is_empty() || is_time(text),
        Format::File | Format::Folder => true,
    };
    if fits { Ok(()) } else { Err(format!("{text:?} is no {format:?}").to_lowercase()) }
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its key; with a `*` as its last part when the operator makes up the keys.
    pub key: Key,
    /// What a value may be.
    #[serde(flatten)]
    pub kind: Kind,
    /// The default; `None` for secrets and made-up keys.
    pub default: Option<SettingValue>,
    /// The label.
    pub label: Said,
    /// The help; may be empty.
    pub help: Said,
    /// The operator makes up the keys.
    pub free: bool,
    /// Takes effect when Kontor starts again.
    pub restart: bool,
    /// Shown only when asked for.
    pub advanced: bool,
}

/// A section with its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Section {
    /// Its name in the file.
    pub name: String,
    /// Its label.
    pub label: Said,
}

/// Everything that can be set, in the order of `config/default.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// The sections.
    pub sections: Vec<Section>,
    /// The settings, secrets among them.
    pub settings: Vec<Setting>,
}

impl Schema {
    /// The setting of a key; a made-up key has that of its pattern.
    pub fn setting(&self, key: &Key) -> Option<&Setting> {
        let exact = self.settings.iter().find(|s| s.key == *key && !s.free);
        exact.or_else(|| self.settings.iter().find(|s| s.free && key.matches(&s.key)))
    }

    /// Whether a key is the beginning of others.
    pub(crate) fn is_table(&self, key: &Key) -> bool {
        self.settings.iter().any(|s| s.key.parts().starts_with(key.parts()) && s.key != *key)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declarations {
    section: BTreeMap<String, Said>,
    setting: BTreeMap<String, Declared>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Declared {
    de: String,
    en: String,
    de_help: String,
    en_help: String,
    min: Option<i64>,
    max: Option<i64>,
    options: Vec<String>,
    format: Option<Format>,
    required: bool,
    free: bool,
    secret: bool,
    restart: bool,
    advanced: bool,
}

impl Declared {
    fn kind(&self, default: Option<&SettingValue>) -> Kind {
        let (min, max) = (self.min.unwrap_or(i64::MIN), self.max.unwrap_or(i64::MAX));
        let required = self.required;
        match default {
            _ if self.secret => Kind::Secret,
            Some(SettingValue::Switch(_)) => Kind::Switch,
            Some(SettingValue::Number(_)) => Kind::Number { min, max },
            Some(SettingValue::Texts(_)) => Kind::Texts { required },
            Some(SettingValue::Numbers(numbers)) if self.min.is_none() && numbers.is_empty() => {
                Kind::Texts { required }
            }
            Some(SettingValue::Numbers(_)) => Kind::Numbers { min, max, required },
            // A made-up key has no default: bounds say that it is a number.
            None if self.min.is_some() => Kind::Number { min, max },
            Some(SettingValue::Text(_)) | None if self.options.is_empty() => {
                Kind::Text { format: self.format, required }
            }
            Some(SettingValue::Text(_)) | None => Kind::Choice { options: self.options.clone() },
        }
    }

    fn setting(&self, key: Key, default: Option<SettingValue>, comment: String) -> Setting {
        let en_help = if self.en_help.is_empty() { comment } else { self.en_help.clone() };
        Setting {
            kind: self.kind(default.as_ref()),
            key,
            default,
            label: Said::new(&self.de, &self.en),
            help: Said::new(&self.de_help, en_help),
            free: self.free,
            restart: self.restart,
            advanced: self.advanced,
        }
    }
}

static SCHEMA: LazyLock<Result<Schema, Problem>> = LazyLock::new(|| build(DEFAULTS, DECLARATIONS));

/// The schema of this program.
///
/// # Errors
/// `internal.error` when the shipped files do not fit together; a test proves that they do.
pub fn schema() -> Result<&'static Schema, Problem> {
    SCHEMA.as_ref().map_err(Problem::clone)
}

/// Makes the schema of the two texts.
fn build(defaults: &str, declarations: &str) -> Result<Schema, Problem> {
    let bug =
        |what: String| Problem::new(Code::InternalError).about("config/settings.toml").detail(what);
    let declared: Declarations = toml::from_str(declarations).map_err(|e| bug(e.to_string()))?;
    let document: DocumentMut =
        defaults.parse().map_err(|e: toml_edit::TomlError| bug(e.to_string()))?;
    let mut patterns: Vec<(Key, &Declared)> = Vec::new();
    for (key, declaration) in &declared.setting {
        patterns.push((key.parse()?, declaration));
    }
    let mut settings = Vec::new();
    for (key, value, comment) in leaves(document.as_table(), &Key::new([""; 0])) {
        let exact = patterns.iter().find(|(pattern, _)| *pattern == key);
        let found = exact.or_else(|| patterns.iter().find(|(p, d)| !d.free && key.matches(p)));
        let (_, declaration) =
            found.ok_or_else(|| bug(format!("{key} of default.toml is not declared")))?;
        settings.push(declaration.setting(key, Some(value), comment));
    }
    for (key, declaration) in patterns {
        let is_used = settings.iter().any(|s: &Setting| s.key.matches(&key));
        if declaration.free || declaration.secret {
            let end = settings.iter().rposition(|s| s.key.section() == key.section());
            let place = end.map_or(settings.len(), |end| end + 1);
            settings.insert(place, declaration.setting(key, None, String::new()));
        } else if !is_used {
            return Err(bug(format!("{key} is declared but not in default.toml")));
        }
    }
    Ok(Schema { sections: sections(&settings, &declared.section, &bug)?, settings })
}

fn sections(
    settings: &[Setting],
    labels: &BTreeMap<String, Said>,
    bug: &dyn Fn(String) -> Problem,
) -> Result<Vec<Section>, Problem> {
    let mut sections: Vec<Section> = Vec::new();
    for name in settings.iter().map(|setting| setting.key.section()) {
        if sections.iter().all(|section| section.name != name) {
            let label = labels.get(name).cloned();
            let label = label.ok_or_else(|| bug(format!("section {name} has no label")))?;
            sections.push(Section { name: name.to_owned(), label });
        }
    }
    Ok(sections)
}

/// Every key of the defaults with its value and the comment above it.
fn leaves(table: &Table, path: &Key) -> Vec<(Key, SettingValue, String)> {
    let mut found = Vec::new();
    for (name, item) in table {
        let key = path.join(name);
        match item {
            Item::Table(inner) => found.extend(leaves(inner, &key)),
            Item::Value(value) => {
                let value = value.to_string().trim().parse::<toml::Value>().ok();
                let decor = table.key(name).and_then(|k| k.leaf_decor().prefix()?.as_str());
                if let Some(value) = value.as_ref().and_then(SettingValue::from_toml) {
                    found.push((key, value, comment(decor.unwrap_or_default())));
                }
            }
            _ => {}
        }
    }
    found
}

/// The last block of comment lines, as one text.
fn comment(decor: &str) -> String {
    let block = decor.trim_end().rsplit("\n\n").next().unwrap_or_default();
    let lines = block.lines().filter_map(|line| line.trim().strip_prefix('#'));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_defaults_is_declared_and_every_declaration_is_used() {
        let schema = schema().expect("default.toml and settings.toml fit together");
        assert!(schema.settings.len() > 40);
    }

    #[test]
    fn every_setting_has_its_label_in_both_languages_and_a_help_in_both_or_in_none() {
        for setting in &schema().expect("schema").settings {
            let Setting { key, label, help, .. } = setting;
            assert!(!label.de.is_empty() && !label.en.is_empty(), "{key} lacks a label");
            let one_sided = help.de.is_empty() != help.en.is_empty();
            assert!(!one_sided, "{key} has a help in one language only: {help:?}");
        }
    }

    #[test]
    fn every_default_is_within_its_own_bounds_and_every_number_has_bounds() {
        for setting in &schema().expect("schema").settings {
            let Setting { key, kind, default, .. } = setting;
            if let Some(default) = default {
                assert_eq!(kind.check(default), Ok(()), "{key}");
            }
            if let Kind::Number { min, max } = kind {
                assert!(*min > i64::MIN && *max < i64::MAX, "{key} has no bounds");
            }
        }
    }

    #[test]
    fn a_key_without_a_declaration_and_a_declaration_without_a_key_are_named() {
        let declared = "[section]\na = { de = \"A\", en = \"A\" }\n[setting]\n\"a.x\" = { de = \"X\", en = \"X\" }";
        let named = |defaults: &str| build(defaults, declared).map(|_| ()).map_err(|p| p.detail);
        assert_eq!(named("[a]\nx = 1"), Ok(()));
        let undeclared = named("[a]\nx = 1\ny = 2");
        assert_eq!(undeclared, Err(Some("a.y of default.toml is not declared".into())));
        let unused = named("[a]");
        assert_eq!(unused, Err(Some("a.x is declared but not in default.toml".into())));
    }

    #[test]
    fn one_line_with_a_star_declares_a_key_of_every_job() {
        let declared = "[section]\njobs = { de = \"Jobs\", en = \"Jobs\" }\n[setting]\n\
                        \"jobs.*.tries\" = { de = \"V\", en = \"T\", min = 0, max = 9 }";
        let schema = build("[jobs.a]\ntries = 1\n[jobs.b]\ntries = 2", declared).expect("fits");
        let keys: Vec<String> = schema.settings.iter().map(|s| s.key.to_string()).collect();
        assert_eq!(keys, ["jobs.a.tries", "jobs.b.tries"]);
        assert_eq!(schema.setting(&Key::new(["jobs", "c", "tries"])), None, "no such job");
    }
}
