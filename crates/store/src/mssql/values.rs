//! The values of a statement that is put together.

use kontor_mssql::Value;

/// Bound values in their order.
#[derive(Default)]
pub(super) struct Values(Vec<Bound>);

/// A value of its own.
#[derive(Clone)]
pub(super) enum Bound {
    Text(String),
    Number(i64),
}

impl From<&str> for Bound {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Bound {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Bound {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl Values {
    /// Adds a value; its place in the statement.
    pub(super) fn bind(&mut self, value: impl Into<Bound>) -> String {
        self.0.push(value.into());
        format!("@P{}", self.0.len())
    }

    pub(super) fn bound(&self) -> Vec<Value<'_>> {
        self.0
            .iter()
            .map(|value| match value {
                Bound::Text(text) => Value::Text(text),
                Bound::Number(number) => Value::Long(*number),
            })
            .collect()
    }
}
