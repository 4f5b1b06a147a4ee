//! From `tracing` to the log of jobs: what is said inside a run carries its run and job.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, PoisonError, RwLock};

use kontor_core::ids::RunId;
use kontor_store::{LogLevel, LogLine};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::LogService;
use super::service::JOB_LINES;
use crate::clock::{Clock as _, SystemClock};

/// Where the lines of the runs that are under way go.
static ROUTES: LazyLock<RwLock<HashMap<String, Destination>>> = LazyLock::new(RwLock::default);

#[derive(Clone)]
struct Destination {
    job: &'static str,
    mode: &'static str,
    logs: LogService,
}

/// A run's way into the log, until it is dropped.
pub(crate) struct Route {
    run: String,
}

/// Opens the way for what is said inside a run.
pub(crate) fn route(
    run: &RunId,
    job: &'static str,
    mode: &'static str,
    logs: &LogService,
) -> Route {
    let run = run.as_str().to_owned();
    let mut routes = ROUTES.write().unwrap_or_else(PoisonError::into_inner);
    routes.insert(run.clone(), Destination { job, mode, logs: logs.clone() });
    Route { run }
}

impl Drop for Route {
    fn drop(&mut self) {
        ROUTES.write().unwrap_or_else(PoisonError::into_inner).remove(&self.run);
    }
}

/// Hands the events of runs to the log of jobs; others pass by.
#[derive(Clone, Copy, Debug, Default)]
pub struct JobLogLayer;

/// The run that a span belongs to.
struct OfRun(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JobLogLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() != "run" {
            return;
        }
        let mut found = RunIdOf(None);
        attributes.record(&mut found);
        if let (Some(run), Some(span)) = (found.0, context.span(id)) {
            span.extensions_mut().insert(OfRun(run));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == JOB_LINES {
            return;
        }
        let level = match *event.metadata().level() {
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warn,
            Level::INFO => LogLevel::Info,
            _ => return,
        };
        let run = context.event_scope(event).and_then(|mut scope| {
            scope.find_map(|span| span.extensions().get::<OfRun>().map(|run| run.0.clone()))
        });
        let Some(run) = run else { return };
        let to = ROUTES.read().unwrap_or_else(PoisonError::into_inner).get(&run).cloned();
        let Some(to) = to else { return };
        let mut text = Text::default();
        event.record(&mut text);
        to.logs.keep(LogLine {
            at: SystemClock.now(),
            job: to.job.into(),
            job_type: to.mode.into(),
            run_id: Some(RunId::new(run)),
            level,
            message: text.joined(),
            status: None,
        });
    }
}

struct RunIdOf(Option<String>);

impl Visit for RunIdOf {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "run.id" {
            self.0 = Some(format!("{value:?}"));
        }
    }
}

/// A message and its fields.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn joined(self) -> String {
        format!("{}{}", self.message, self.fields)
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else {
            let _ = write!(self.fields, " {}={value}", field.name());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.message, "{value:?}");
        } else {
            let _ = write!(self.fields, " {}={value:?}", field.name());
        }
    }
}
