//! The envelope of every answer.

use kontor_core::{Code, Problem};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::errors::refusal;
use crate::fields::Scalar;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope<'a> {
    #[serde(default)]
    success: Scalar,
    #[serde(default)]
    error_code: Scalar,
    #[serde(default)]
    error_msg: Scalar,
    // A shape in snake case has been seen in the field (temu-api.md, "Response envelope").
    #[serde(rename = "error_code", default)]
    snake_code: Scalar,
    #[serde(rename = "error_msg", default)]
    snake_msg: Scalar,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// The code of success.
    const SUCCESS: i64 = 1_000_000;

    pub(crate) fn is_success(&self) -> bool {
        self.success == Scalar::Bool(true)
            && self.error_code.int().is_none_or(|code| code == Self::SUCCESS)
    }

    pub(crate) fn code(&self) -> Option<i64> {
        self.error_code.int().or_else(|| self.snake_code.int())
    }

    pub(crate) fn message(&self) -> &str {
        match (&self.error_msg, &self.snake_msg) {
            (Scalar::Text(text), _) | (_, Scalar::Text(text)) => text,
            _ => "",
        }
    }
}

/// The result of a successful answer as `T`.
///
/// # Errors
/// `temu.answer_unreadable` when the body is no answer, the refusal's own problem when it is one, and
/// `temu.answer_incomplete` when the result has not the shape of `T`.
pub(crate) fn result<'a, T: Deserialize<'a>>(api: &str, body: &'a [u8]) -> Result<T, Problem> {
    let envelope: Envelope<'a> = serde_json::from_slice(body)
        .map_err(|e| Problem::new(Code::TemuAnswerUnreadable).detail(format!("{api}: {e}")))?;
    if !envelope.is_success() {
        let unreadable =
            || Problem::new(Code::TemuAnswerUnreadable).detail(format!("{api}: no error code"));
        return Err(envelope
            .code()
            .map_or_else(unreadable, |code| refusal(api, code, envelope.message())));
    }
    let text = envelope.result.map_or("null", RawValue::get);
    serde_json::from_str(text)
        .map_err(|e| Problem::new(Code::TemuAnswerIncomplete).detail(format!("{api}: {e}")))
}
