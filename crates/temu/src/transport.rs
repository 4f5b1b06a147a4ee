//! One call: sign, send, receive, record, and read the envelope.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use kontor_core::{Class, Code, Problem};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::errors::refusal;
use crate::pace::Pace;
use crate::recorder::{Exchange, ExchangeRecorder};
use crate::settings::TemuSettings;
use crate::sign::{Member, SignatureMethod, common_members, object_members, raw, sign};
use crate::wire::Envelope;

/// The largest answer that is read.
const MAX_BODY: usize = 32 << 20;
/// The pause after "too fast" when the gateway names none.
const PAUSE: Duration = Duration::from_millis(1_050);

/// How a call failed, and whether it may have been processed.
pub(crate) struct CallFailure {
    pub(crate) problem: Problem,
    /// TEMU's own error code, when it answered one.
    pub(crate) error_code: Option<i64>,
    /// The gateway may have processed the call.
    pub(crate) may_have_happened: bool,
}

pub(crate) struct Transport {
    http: reqwest::Client,
    router: reqwest::Url,
    settings: TemuSettings,
    pace: Pace,
    recorder: Option<Arc<dyn ExchangeRecorder>>,
    sequence: AtomicU64,
}

impl Transport {
    pub(crate) fn new(
        settings: TemuSettings,
        recorder: Option<Arc<dyn ExchangeRecorder>>,
    ) -> Result<Self, Problem> {
        let router = settings.router()?;
        let http = reqwest::Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout.min(Duration::from_secs(10)))
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(settings.max_in_flight)
            .tcp_nodelay(true)
            .build()
            .map_err(|e| Problem::new(Code::InternalError).detail(e.without_url()))?;
        let pace = Pace::new(settings.rate_per_second, settings.max_in_flight);
        Ok(Self { http, router, settings, pace, recorder, sequence: AtomicU64::new(0) })
    }

    /// Calls a read-only API; what passes by itself is tried again with growing, jittered waits.
    pub(crate) async fn read(
        &self,
        api: &'static str,
        parameters: &impl Serialize,
    ) -> Result<Bytes, Problem> {
        let mut waits = self.waits();
        loop {
            let problem = match self.call(api, parameters).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure.problem,
            };
            match waits.next().filter(|_| problem.is_transient()) {
                Some(wait) => pause(wait, &problem).await,
                None => return Err(problem),
            }
        }
    }

    /// The waits before each further try: doubled each time, with jitter, as many as tries are allowed.
    pub(crate) fn waits(&self) -> impl Iterator<Item = Duration> + use<> {
        ExponentialBuilder::new()
            .with_min_delay(self.settings.retry_base)
            .with_max_delay(Duration::from_secs(30))
            .with_factor(2.0)
            .with_jitter()
            .with_max_times(self.settings.max_retries as usize)
            .build()
    }

    /// Calls once. The body is returned when TEMU says success.
    pub(crate) async fn call(
        &self,
        api: &'static str,
        parameters: &impl Serialize,
    ) -> Result<Bytes, CallFailure> {
        let not_sent =
            |problem| CallFailure { problem, error_code: None, may_have_happened: false };
        let bug = |e: serde_json::Error| not_sent(Problem::new(Code::InternalError).detail(e));
        let business = serde_json::to_string(parameters).map_err(bug)?;
        let _turn = self.pace.turn().await;
        let body = self.signed_body(api, &business).map_err(bug)?;
        let begun = std::time::Instant::now();
        let answered = Box::pin(self.send(body)).await;
        let (status, sent_at, body) = answered.inspect_err(|failure| {
            tracing::debug!(temu.api = api, problem.code = %failure.problem.code, "call failed");
        })?;
        tracing::debug!(
            temu.api = api,
            http.status = status,
            duration_ms = begun.elapsed().as_millis(),
            "call answered"
        );
        if let Some(recorder) = &self.recorder {
            let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
            let api = api.to_owned();
            recorder.record(Exchange {
                sequence,
                api,
                parameters: business,
                http_status: status,
                body: body.clone(),
            });
        }
        self.judge(api, status, sent_at, body)
    }

    fn signed_body(&self, api: &str, business: &str) -> Result<String, serde_json::Error> {
        let settings = &self.settings;
        let mut members: Vec<Member> = common_members(
            api,
            settings.app_key.expose_secret(),
            settings.access_token.expose_secret(),
            now().timestamp(),
        )?;
        members.extend(object_members(business)?);
        let method: SignatureMethod = settings.signature;
        let signature = sign(method, &settings.app_secret, &members);
        members.push(("sign".to_owned(), raw(&signature)?));
        let texts: Result<Vec<String>, serde_json::Error> = members
            .iter()
            .map(|(name, value)| Ok(format!("{}:{}", serde_json::to_string(name)?, value.get())))
            .collect();
        Ok(format!("{{{}}}", texts?.join(",")))
    }

    async fn send(&self, body: String) -> Result<(u16, Option<DateTime<Utc>>, Bytes), CallFailure> {
        let request = self
            .http
            .post(self.router.clone())
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body);
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|v: &reqwest::header::HeaderValue| v.to_str().ok())
        };
        let date = header(reqwest::header::DATE)
            .and_then(|d| DateTime::parse_from_rfc2822(d).ok())
            .map(|d| d.with_timezone(&Utc));
        let mut received = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            received.extend_from_slice(&chunk);
            if received.len() > MAX_BODY {
                let problem =
                    Problem::new(Code::TemuAnswerUnreadable).detail("the answer is too large");
                return Err(CallFailure { problem, error_code: None, may_have_happened: true });
            }
        }
        Ok((status, date, received.freeze()))
    }

    fn judge(
        &self,
        api: &str,
        status: u16,
        date: Option<DateTime<Utc>>,
        body: Bytes,
    ) -> Result<Bytes, CallFailure> {
        let failure = |problem, error_code, may_have_happened| {
            Err(CallFailure { problem, error_code, may_have_happened })
        };
        if status == 429 {
            self.pace.pause(PAUSE);
            let problem = Problem::new(Code::TemuRateLimited).detail(format!("{api}: HTTP 429"));
            return failure(problem.retry_after(PAUSE), None, false);
        }
        if status >= 500 {
            let problem =
                Problem::new(Code::TemuServerError).detail(format!("{api}: HTTP {status}"));
            return failure(problem, None, true);
        }
        let Ok(envelope) = serde_json::from_slice::<Envelope>(&body) else {
            let problem =
                Problem::new(Code::TemuAnswerUnreadable).detail(format!("{api}: HTTP {status}"));
            return failure(problem, None, true);
        };
        if envelope.is_success() {
            return Ok(body);
        }
        let Some(code) = envelope.code() else {
            let problem =
                Problem::new(Code::TemuAnswerUnreadable).detail(format!("{api}: no error code"));
            return failure(problem, None, true);
        };
        let mut problem = refusal(api, code, &self.without_secrets(envelope.message()));
        match problem.code {
            Code::TemuRateLimited => {
                self.pace.pause(PAUSE);
                problem = problem.retry_after(PAUSE);
            }
            Code::TemuClockSkew => problem = with_skew(problem, date),
            _ => {}
        }
        // A refusal is an answer: nothing has happened. A fault inside the gateway may have come after the deed.
        let may_have_happened = problem.code == Code::TemuServerError && code != 120_014_006;
        failure(problem, Some(code), may_have_happened)
    }

    /// A foreign text in which no secret of ours stands.
    fn without_secrets(&self, text: &str) -> String {
        let s = &self.settings;
        [&s.app_secret, &s.access_token, &s.app_key].into_iter().fold(
            text.to_owned(),
            |text, secret| match secret.expose_secret() {
                "" => text,
                exposed => text.replace(exposed, "***"),
            },
        )
    }
}

/// The request's time stamp is real time, whatever clock the application works with: the gateway compares it with its own.
#[expect(clippy::disallowed_methods, reason = "a signed request carries the real time")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn with_skew(problem: Problem, date: Option<DateTime<Utc>>) -> Problem {
    let Some(date) = date else { return problem };
    let skew = (now() - date).num_seconds();
    let known = problem.detail.clone().unwrap_or_default();
    problem.detail(format!("{known}; this computer's clock is {skew} s off"))
}

fn failed(error: reqwest::Error) -> CallFailure {
    let (code, may_have_happened) = if error.is_connect() {
        (Code::TemuUnreachable, false)
    } else if error.is_timeout() {
        (Code::TemuTimeout, true)
    } else {
        (Code::TemuUnreachable, true)
    };
    // The cause says more than reqwest's own text, and neither holds the request's body.
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    let detail = cause.unwrap_or_else(|| error.without_url().to_string());
    CallFailure { problem: Problem::new(code).detail(detail), error_code: None, may_have_happened }
}

/// Waits before a try, at least as long as the gateway asked for.
pub(crate) async fn pause(wait: Duration, problem: &Problem) {
    tokio::time::sleep(wait.max(problem.retry_after.unwrap_or_default())).await;
}

/// Whether a problem ends every call, not just this one.
pub(crate) fn is_lasting(problem: &Problem) -> bool {
    matches!(problem.class(), Class::Permanent | Class::Bug)
}
