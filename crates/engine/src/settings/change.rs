//! The settings of a workplace: looked at, changed after a preview, each value with where it comes from.

use std::collections::BTreeMap;
use std::path::Path;

use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};

use super::document;
use super::file::{SettingsFile, fingerprint};
use super::key::Key;
use super::layers::{Layers, Overrides, Settled, Source};
use super::migrations::VERSION;
use super::schema::{Kind, Section, Setting, schema};
use super::value::SettingValue;

/// The settings of a workplace: its file and what stands above it.
#[derive(Clone, Debug)]
pub struct Settings {
    file: SettingsFile,
    overrides: Overrides,
}

/// A wanted change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which setting.
    pub key: Key,
    /// Its new value; `None`: back to the default.
    pub value: Option<SettingValue>,
}

/// What a change would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangePreview {
    /// Each change.
    pub changes: Vec<PreviewedChange>,
    /// Why it is refused; empty when it is not.
    pub problems: Vec<Problem>,
}

/// One change, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewedChange {
    /// Which setting.
    pub key: Key,
    /// What holds now.
    pub before: Option<SettingValue>,
    /// What will hold.
    pub after: Option<SettingValue>,
    /// Kontor must start again for it.
    pub restart: bool,
    /// The layer above the file that wins over the change.
    pub overridden_by: Option<Source>,
}

/// Everything that the window shows about the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingsSnapshot {
    /// The operator's file.
    pub file: String,
    /// What the file is recognised by; a change can be bound to it.
    pub basis: String,
    /// The version of the layout.
    pub version: i64,
    /// The sections.
    pub sections: Vec<Section>,
    /// The settings with their values.
    pub settings: Vec<SettingView>,
    /// What is wrong with the layers; the values are those in force then.
    pub problems: Vec<Problem>,
}

/// A setting with its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingView {
    /// What it is.
    #[serde(flatten)]
    pub setting: Setting,
    /// Its value; `None` for a secret and for a pattern of made-up keys.
    pub value: Option<SettingValue>,
    /// Where the value comes from.
    pub source: Option<Source>,
}

/// Values by key, with their sources.
pub(crate) type Values = BTreeMap<Key, (SettingValue, Source)>;

impl Settings {
    /// The settings of a file.
    pub fn new(file: SettingsFile, overrides: Overrides) -> Self {
        Self { file, overrides }
    }

    /// The operator's file.
    pub fn file(&self) -> &Path {
        self.file.path()
    }

    /// Reads all layers anew.
    ///
    /// # Errors
    /// As [`Layers::settle`].
    pub fn settle(&self) -> Result<Settled, Vec<Problem>> {
        self.settle_text(&self.file.read().map_err(|p| vec![p])?)
    }

    fn settle_text(&self, text: &str) -> Result<Settled, Vec<Problem>> {
        let name = self.file.path().display().to_string();
        Layers {
            file: Some((&name, text)),
            folder: self.file.path().parent(),
            overrides: self.overrides.clone(),
        }
        .settle()
    }

    /// Everything that can be set, with what holds. When the file is broken, the values are `in_force` (else those of the
    /// other layers), and the problems say why.
    ///
    /// # Errors
    /// `internal.error` when the shipped schema is broken.
    pub fn snapshot(&self, in_force: Option<&Values>) -> Result<SettingsSnapshot, Problem> {
        let schema = schema()?;
        let text = self.file.read();
        let settled = text.clone().map_err(|p| vec![p]).and_then(|t| self.settle_text(&t));
        let (values, problems) = match (settled, in_force) {
            (Ok(settled), _) => (settled.values, Vec::new()),
            (Err(problems), Some(values)) => (values.clone(), problems),
            (Err(problems), None) => {
                (Layers::default().settle().map(|s| s.values).unwrap_or_default(), problems)
            }
        };
        let view = |setting: &Setting, key: &Key| {
            let found = values.get(key).cloned();
            let (value, source) = found.map_or((None, None), |(v, s)| (Some(v), Some(s)));
            SettingView { setting: Setting { key: key.clone(), ..setting.clone() }, value, source }
        };
        let mut settings = Vec::new();
        for setting in &schema.settings {
            settings.push(view(setting, &setting.key));
            let made_up = values.keys().filter(|key| setting.free && key.matches(&setting.key));
            settings.extend(made_up.map(|key| view(setting, key)));
        }
        Ok(SettingsSnapshot {
            file: self.file.path().display().to_string(),
            basis: fingerprint(&text.unwrap_or_default()),
            version: VERSION,
            sections: schema.sections.clone(),
            settings,
            problems,
        })
    }

    /// What changes would do; nothing is written.
    ///
    /// # Errors
    /// `config.unreadable` when there is nothing to change.
    pub fn preview(&self, changes: &[Change]) -> Result<ChangePreview, Problem> {
        let before = self.file.read()?;
        let (after, problems) = match self.changed(&before, changes) {
            Ok(after) => (after, Vec::new()),
            Err(problems) => (before.clone(), problems),
        };
        let values = |text: &str| self.settle_text(text).map(|s| s.values).unwrap_or_default();
        let (old, new) = (values(&before), values(&after));
        let schema = schema()?;
        let previewed = |change: &Change| {
            let source = new.get(&change.key).map(|(_, source)| *source);
            PreviewedChange {
                key: change.key.clone(),
                before: old.get(&change.key).map(|(value, _)| value.clone()),
                after: new.get(&change.key).map(|(value, _)| value.clone()),
                restart: schema.setting(&change.key).is_some_and(|setting| setting.restart),
                overridden_by: source.filter(|s| *s > Source::File),
            }
        };
        Ok(ChangePreview { changes: changes.iter().map(previewed).collect(), problems })
    }

    /// The settings as changes would make them; nothing is written.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn tried(&self, changes: &[Change]) -> Result<Settled, Vec<Problem>> {
        let before = self.file.read().map_err(|p| vec![p])?;
        self.settle_text(&self.changed(&before, changes)?)
    }

    /// Writes changes into the operator's file: all of them or none. With a `basis`, only when the file is still the one
    /// that was looked at.
    ///
    /// # Errors
    /// Everything that is wrong with the changes; `config.changed_meanwhile`; those of [`SettingsFile::change`].
    pub fn apply(
        &self,
        changes: &[Change],
        basis: Option<&str>,
    ) -> Result<ChangePreview, Vec<Problem>> {
        let preview = self.preview(changes).map_err(|p| vec![p])?;
        if !preview.problems.is_empty() {
            return Err(preview.problems);
        }
        let first = |problems: Vec<Problem>| {
            problems.into_iter().next().unwrap_or_else(|| Problem::new(Code::InternalError))
        };
        let written = self.file.change(|text| {
            if basis.is_some_and(|basis| basis != fingerprint(text)) {
                let name = self.file.path().display();
                return Err(Problem::new(Code::ConfigChangedMeanwhile).about(name));
            }
            self.changed(text, changes).map_err(first)
        });
        written.map_err(|p| vec![p])?;
        Ok(preview)
    }

    /// The text with the changes. What was wrong before may stay wrong, so that mistakes can be mended one by one; nothing
    /// new may become wrong.
    fn changed(&self, text: &str, changes: &[Change]) -> Result<String, Vec<Problem>> {
        let schema = schema().map_err(|p| vec![p])?;
        let known = self.settle_text(text).err().unwrap_or_default();
        let mut after = text.to_owned();
        let mut problems = Vec::new();
        for Change { key, value } in changes {
            let edited = match (value, schema.setting(key)) {
                // A key that Kontor does not know can be taken away where it stands, but not set.
                (None, known) => document::without(&after, key).and_then(|text| {
                    let is_nowhere = known.is_none() && text == after;
                    let unknown = || Problem::new(Code::ConfigUnknownKey).about(key);
                    if is_nowhere { Err(unknown()) } else { Ok(text) }
                }),
                (Some(_), None) => Err(Problem::new(Code::ConfigUnknownKey).about(key)),
                (Some(value), Some(Setting { kind, .. })) => match kind.check(value) {
                    Err(_) if *kind == Kind::Secret => {
                        Err(Problem::new(Code::ConfigSecretInFile).about(key))
                    }
                    Err(expected) => {
                        Err(Problem::new(Code::ConfigInvalidValue).about(key).detail(expected))
                    }
                    Ok(()) => document::with(&after, key, value),
                },
            };
            match edited {
                Ok(text) => after = text,
                Err(problem) => problems.push(problem),
            }
        }
        let wrong = self.settle_text(&after).err().unwrap_or_default();
        problems.extend(wrong.into_iter().filter(|problem| !known.contains(problem)));
        if problems.is_empty() { Ok(after) } else { Err(problems) }
    }
}
