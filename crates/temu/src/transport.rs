//! One call: sign, send, receive, record, and read the envelope.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use kontor_core::{Class, Code, Problem};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::answer::{Answer, CallFailure};
use crate::pace::Pace;
use crate::recorder::{Exchange, ExchangeRecorder};
use crate::settings::{TemuSettings, is_loopback};
use crate::sign::{Member, SignatureMethod, common_members, object_members, raw, sign};

/// The largest answer that is read.
const MAX_BODY: usize = 32 << 20;
/// Idle connections are given up before gateways usually close them: a report sent into a closing one is of unknown
/// outcome.
const IDLE: Duration = Duration::from_secs(20);

pub(crate) struct Transport {
    http: reqwest::Client,
    router: reqwest::Url,
    settings: TemuSettings,
    pace: Arc<Pace>,
    recorder: Option<Arc<dyn ExchangeRecorder>>,
    sequence: AtomicU64,
    /// Seconds by which the gateway's clock differed at its last answer; [`UNKNOWN`] before the first.
    skew: AtomicI64,
}

/// No answer yet.
const UNKNOWN: i64 = i64::MIN;

impl Transport {
    pub(crate) fn new(
        settings: TemuSettings,
        pace: Arc<Pace>,
        recorder: Option<Arc<dyn ExchangeRecorder>>,
    ) -> Result<Self, Problem> {
        let router = settings.router()?;
        if let Some(name) = settings.empty_credential() {
            return Err(Problem::new(Code::TemuCredentialsMissing).detail(name));
        }
        let mut http = reqwest::Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout.min(Duration::from_secs(10)))
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(settings.max_in_flight)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true);
        if is_loopback(&router) {
            // A proxy of the environment would get the token in the clear.
            http = http.no_proxy();
        }
        let http =
            http.build().map_err(|e| Problem::new(Code::InternalError).detail(e.without_url()))?;
        Ok(Self {
            http,
            router,
            settings,
            pace,
            recorder,
            sequence: AtomicU64::new(0),
            skew: AtomicI64::new(UNKNOWN),
        })
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

    /// Seconds by which this computer's clock is ahead of the gateway's, as its last answer showed.
    pub(crate) fn clock_skew(&self) -> Option<i64> {
        Some(self.skew.load(Ordering::Relaxed)).filter(|seconds| *seconds != UNKNOWN)
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
        let answer = answered.inspect_err(|failure| {
            tracing::debug!(temu.api = api, problem.code = %failure.problem.code, "call failed");
        })?;
        tracing::debug!(
            temu.api = api,
            http.status = answer.status,
            duration_ms = begun.elapsed().as_millis(),
            "call answered"
        );
        if let Some(skew) = answer.skew(now()) {
            self.skew.store(skew, Ordering::Relaxed);
        }
        if let Some(recorder) = &self.recorder {
            let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
            let api = api.to_owned();
            recorder.record(Exchange {
                sequence,
                api,
                parameters: business,
                http_status: answer.status,
                body: answer.body.clone(),
            });
        }
        self.judge(api, answer)
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

    async fn send(&self, body: String) -> Result<Answer, CallFailure> {
        let request = self
            .http
            .post(self.router.clone())
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body);
        let mut response = request.send().await.map_err(failed)?;
        let mut answer = Answer::begin(&response);
        let mut received = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if received.len() + chunk.len() > MAX_BODY {
                let problem =
                    Problem::new(Code::TemuAnswerUnreadable).detail("the answer is too large");
                return Err(CallFailure { problem, error_code: None, may_have_happened: true });
            }
            received.extend_from_slice(&chunk);
        }
        answer.body = received.freeze();
        Ok(answer)
    }

    /// What an answer means for the caller; "too fast" makes all callers wait.
    fn judge(&self, api: &str, answer: Answer) -> Result<Bytes, CallFailure> {
        answer.judge(api, now(), |message| self.without_secrets(message)).inspect_err(|failure| {
            if failure.problem.code == Code::TemuRateLimited {
                self.pace.pause(failure.problem.retry_after.unwrap_or_default());
            }
        })
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

fn failed(error: reqwest::Error) -> CallFailure {
    let (code, may_have_happened) = if error.is_connect() {
        (Code::TemuUnreachable, false)
    } else if error.is_timeout() {
        (Code::TemuTimeout, true)
    } else {
        (Code::TemuUnreachable, true)
    };
    // The first cause says more than reqwest's own text, and none holds the request's body.
    let mut detail = None;
    let mut cause = std::error::Error::source(&error);
    while let Some(deeper) = cause {
        detail = Some(deeper.to_string());
        cause = deeper.source();
    }
    let detail = detail.unwrap_or_else(|| error.without_url().to_string());
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
