//! What an answer means: a result, or a failure of which it is known whether the call may have been processed.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use kontor_core::{Code, Problem};
use reqwest::header::{DATE, HeaderName, RETRY_AFTER};

use crate::errors::refusal;
use crate::wire::{envelope, no_verdict};

/// The pause after "too fast" when the gateway names none: TEMU counts by the second.
const PAUSE: Duration = Duration::from_millis(1_050);
/// The longest wait that a gateway may ask for.
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// "Try later" of the shipment API: an answer before the deed.
const TRY_LATER: i64 = 120_014_006;

/// How a call failed, and whether it may have been processed.
#[derive(Debug)]
pub(crate) struct CallFailure {
    pub(crate) problem: Problem,
    /// TEMU's own error code, when it answered one.
    pub(crate) error_code: Option<i64>,
    /// The gateway may have processed the call.
    pub(crate) may_have_happened: bool,
}

/// An HTTP answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    /// When the gateway sent it, by its own clock.
    date: Option<DateTime<Utc>>,
    retry_after: Option<Duration>,
}

impl Answer {
    /// What is known before the body has come.
    pub(crate) fn begin(response: &reqwest::Response) -> Self {
        let header =
            |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
        let date = header(DATE).and_then(|text| DateTime::parse_from_rfc2822(text).ok());
        let seconds = header(RETRY_AFTER).and_then(|text| text.trim().parse().ok());
        Self {
            status: response.status().as_u16(),
            body: Bytes::new(),
            date: date.map(|date| date.with_timezone(&Utc)),
            retry_after: seconds.map(|s| Duration::from_secs(s).min(MAX_PAUSE)),
        }
    }

    /// Seconds by which `now` is ahead of the gateway's clock.
    pub(crate) fn skew(&self, now: DateTime<Utc>) -> Option<i64> {
        self.date.map(|date| (now - date).num_seconds())
    }

    /// The body of a success. `masked` takes our secrets out of a foreign text.
    pub(crate) fn judge(
        self,
        api: &str,
        now: DateTime<Utc>,
        masked: impl Fn(&str) -> String,
    ) -> Result<Bytes, CallFailure> {
        let uncertain =
            |problem| Err(CallFailure { problem, error_code: None, may_have_happened: true });
        let status = || format!("{api}: HTTP {}", self.status);
        if self.status == 429 {
            let problem = Problem::new(Code::TemuRateLimited).detail(status());
            let problem = problem.retry_after(self.retry_after.unwrap_or(PAUSE));
            return Err(CallFailure { problem, error_code: None, may_have_happened: false });
        }
        if self.status >= 500 {
            let mut problem = Problem::new(Code::TemuServerError).detail(status());
            problem.retry_after = self.retry_after;
            return uncertain(problem);
        }
        let Ok(envelope) = envelope(api, &self.body) else {
            return uncertain(Problem::new(Code::TemuAnswerUnreadable).detail(status()));
        };
        if envelope.is_success() {
            return match self.status {
                200..=299 => Ok(self.body),
                _ => uncertain(Problem::new(Code::TemuAnswerUnreadable).detail(status())),
            };
        }
        let Some(code) = envelope.code() else { return uncertain(no_verdict(api)) };
        let problem = refusal(api, code, &masked(envelope.message()));
        // A refusal of TEMU's is an answer: nothing has happened. A fault inside the gateway may have come after the
        // deed, and an error of another shape is not TEMU's word.
        let is_fault = problem.code == Code::TemuServerError && code != TRY_LATER;
        let may_have_happened = is_fault || !envelope.is_documented();
        let problem = self.with_particulars(problem, now);
        Err(CallFailure { problem, error_code: Some(code), may_have_happened })
    }

    /// Adds what the HTTP headers know about the refusal.
    fn with_particulars(&self, problem: Problem, now: DateTime<Utc>) -> Problem {
        match (problem.code, self.date) {
            (Code::TemuRateLimited, _) => problem.retry_after(self.retry_after.unwrap_or(PAUSE)),
            (Code::TemuClockSkew, Some(date)) => {
                let seconds = (now - date).num_seconds();
                let known = problem.detail.clone().unwrap_or_default();
                problem.detail(format!("{known}; this computer's clock is {seconds} s off"))
            }
            _ => problem,
        }
    }
}
