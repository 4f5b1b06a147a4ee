//! The envelope of every answer.

use kontor_core::{Code, Problem};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::errors::refusal;
use crate::fields::{Record, Scalar};

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

    /// Success is `true` and the code of success: one without the other is neither a yes nor a no.
    pub(crate) fn is_success(&self) -> bool {
        self.success == Scalar::Bool(true) && self.error_code.int() == Some(Self::SUCCESS)
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> Option<i64> {
        let code = self.error_code.int().or_else(|| self.snake_code.int());
        code.filter(|code| *code != Self::SUCCESS)
    }

    /// Whether the refusal has the documented shape, so that it is TEMU's own word.
    pub(crate) fn is_documented(&self) -> bool {
        self.error_code.int().is_some()
    }

    /// TEMU's text.
    pub(crate) fn message(&self) -> &str {
        match (&self.error_msg, &self.snake_msg) {
            (Scalar::Text(text), _) | (_, Scalar::Text(text)) => text,
            _ => "",
        }
    }

    /// Nothing for a success; else the problem that the answer means.
    fn verdict(&self, api: &str) -> Result<(), Problem> {
        match self.code() {
            _ if self.is_success() => Ok(()),
            Some(code) => Err(refusal(api, code, self.message())),
            None => Err(no_verdict(api)),
        }
    }
}

/// The problem of an answer that says neither yes nor no.
pub(crate) fn no_verdict(api: &str) -> Problem {
    Problem::new(Code::TemuAnswerUnreadable)
        .detail(format!("{api}: neither success nor error code"))
}

/// The envelope of a body.
///
/// # Errors
/// `temu.answer_unreadable` when the body is none.
pub(crate) fn envelope<'a>(api: &str, body: &'a [u8]) -> Result<Envelope<'a>, Problem> {
    let unreadable =
        |what: &str| Problem::new(Code::TemuAnswerUnreadable).detail(format!("{api}: {what}"));
    let record: Record<Envelope<'a>> =
        serde_json::from_slice(body).map_err(|e| unreadable(&place(&e)))?;
    record.0.ok_or_else(|| unreadable("no object"))
}

/// The result of a successful answer, of any shape.
///
/// # Errors
/// `temu.answer_unreadable` when the body is no answer, the refusal's own problem when it is one, and
/// `temu.answer_incomplete` when the result has not the shape of `T`.
pub(crate) fn result<'a, T: Deserialize<'a>>(api: &str, body: &'a [u8]) -> Result<T, Problem> {
    let envelope = envelope(api, body)?;
    envelope.verdict(api)?;
    let text = envelope.result.map_or("null", RawValue::get);
    serde_json::from_str(text).map_err(|e| misshapen(api, &place(&e)))
}

/// The result of a successful answer that should be an object; `None` when there is no result.
///
/// # Errors
/// As [`result`].
pub(crate) fn object<'a, T: Deserialize<'a>>(
    api: &str,
    body: &'a [u8],
) -> Result<Option<T>, Problem> {
    let envelope = envelope(api, body)?;
    envelope.verdict(api)?;
    let Some(text) = envelope.result.map(RawValue::get) else { return Ok(None) };
    let record: Record<T> = serde_json::from_str(text).map_err(|e| misshapen(api, &place(&e)))?;
    record.0.map(Some).ok_or_else(|| misshapen(api, "the result is no object"))
}

/// The result of a successful answer that has to be an object.
///
/// # Errors
/// As [`result`].
pub(crate) fn required<'a, T: Deserialize<'a>>(api: &str, body: &'a [u8]) -> Result<T, Problem> {
    object(api, body)?.ok_or_else(|| misshapen(api, "no result"))
}

fn misshapen(api: &str, what: &str) -> Problem {
    Problem::new(Code::TemuAnswerIncomplete).detail(format!("{api}: {what}"))
}

/// Where reading stopped. serde's own text would quote the value, and that may be a buyer's name.
fn place(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the answer ends",
        serde_json::error::Category::Data => "another kind of value",
        serde_json::error::Category::Io | serde_json::error::Category::Syntax => "no JSON",
    };
    format!("{what} at line {} column {}", error.line(), error.column())
}
