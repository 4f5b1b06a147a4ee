//! The value of a setting, on its way between file, environment, command line and window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::schema::Kind;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum SettingValue {
    /// Of a switch.
    Switch(bool),
    /// A whole number.
    Number(i64),
    /// A text, or one of a choice.
    Text(String),
    /// A list of whole numbers; an empty list of either kind reads as this.
    Numbers(Vec<i64>),
    /// A list of texts.
    Texts(Vec<String>),
}

impl SettingValue {
    /// Reads a value as the environment and the command line give it: texts as they are, lists with commas between or as
    /// TOML.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(kind: &Kind, text: &str) -> Result<Self, String> {
        match kind {
            Kind::Switch => match text.trim().to_lowercase().as_str() {
                "true" | "1" | "on" => Ok(Self::Switch(true)),
                "false" | "0" | "off" => Ok(Self::Switch(false)),
                _ => Err(format!("true or false is expected, {text:?} was given")),
            },
            Kind::Number { .. } => number(text).map(Self::Number),
            Kind::Numbers { .. } => {
                let numbers: Result<Vec<i64>, String> =
                    items(text).iter().map(|item| number(item)).collect();
                numbers.map(Self::Numbers)
            }
            Kind::Texts { .. } => Ok(Self::Texts(items(text))),
            Kind::Text { .. } | Kind::Choice { .. } | Kind::Secret => {
                Ok(Self::Text(text.to_owned()))
            }
        }
    }

    /// A value of the file.
    pub(crate) fn from_toml(value: &toml::Value) -> Option<Self> {
        match value {
            toml::Value::Boolean(on) => Some(Self::Switch(*on)),
            toml::Value::Integer(number) => Some(Self::Number(*number)),
            toml::Value::String(text) => Some(Self::Text(text.clone())),
            toml::Value::Array(items) => {
                let numbers: Option<Vec<i64>> = items.iter().map(toml::Value::as_integer).collect();
                let texts: Option<Vec<String>> =
                    items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
                numbers.map(Self::Numbers).or(texts.map(Self::Texts))
            }
            _ => None,
        }
    }

    /// As TOML.
    pub(crate) fn to_toml(&self) -> toml::Value {
        match self {
            Self::Switch(on) => toml::Value::Boolean(*on),
            Self::Number(number) => toml::Value::Integer(*number),
            Self::Text(text) => toml::Value::String(text.clone()),
            Self::Numbers(numbers) => {
                toml::Value::Array(numbers.iter().copied().map(toml::Value::Integer).collect())
            }
            Self::Texts(texts) => {
                toml::Value::Array(texts.iter().cloned().map(toml::Value::String).collect())
            }
        }
    }

    /// As TOML in a document that is edited.
    pub(crate) fn to_edit(&self) -> toml_edit::Value {
        match self {
            Self::Switch(on) => (*on).into(),
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Numbers(numbers) => numbers.iter().copied().collect(),
            Self::Texts(texts) => texts.iter().map(String::as_str).collect(),
        }
    }
}

/// As people read it: texts without quotation marks, lists with commas between.
impl std::fmt::Display for SettingValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Switch(on) => write!(f, "{on}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Numbers(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
                f.write_str(&numbers.join(","))
            }
            Self::Texts(texts) => f.write_str(&texts.join(",")),
        }
    }
}

fn number(text: &str) -> Result<i64, String> {
    text.trim().parse().map_err(|_| format!("a whole number is expected, {text:?} was given"))
}

fn items(text: &str) -> Vec<String> {
    if let Ok(toml::Value::Array(items)) = text.trim().parse::<toml::Value>() {
        let word = |item: &toml::Value| match item {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        return items.iter().map(word).collect();
    }
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}
