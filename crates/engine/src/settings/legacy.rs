//! The old system's `workers_config.json` (seed: `workers/config/`): jobs with their schedules, as far as Kontor knows them.
//! Comments and trailing commas are taken as the old file has them.

use kontor_core::{Code, Problem};
use serde::Serialize;
use serde_json::{Map, Value};

use super::change::Change;
use super::key::Key;
use super::schema::{Schema, schema};
use super::value::SettingValue;

/// What became of the old file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Values that Kontor takes over.
    pub taken_over: Vec<TakenOver>,
    /// Places in the old file that Kontor knows nothing about.
    pub unknown: Vec<String>,
    /// Values that Kontor knows but does not accept; the present ones stay.
    pub refused: Vec<Refused>,
}

/// A value taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakenOver {
    /// Its place in the old file, e.g. `jobs.temu_orders_sync.hour`.
    pub from: String,
    /// The setting.
    pub key: Key,
    /// Its value.
    pub value: SettingValue,
}

/// A value refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its place in the old file.
    pub from: String,
    /// Why.
    pub problem: Problem,
}

impl ImportReport {
    /// Reads the old file; nothing is written.
    ///
    /// # Errors
    /// `config.unreadable` when it is no JSON or holds no jobs.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let unreadable = |what: String| Problem::new(Code::ConfigUnreadable).detail(what);
        let parsed = jsonc_parser::parse_to_serde_value::<Value>(text, &options());
        let root = parsed.map_err(|e| unreadable(e.to_string()))?;
        let Value::Object(root) = root else { return Err(unreadable("no JSON object".into())) };
        let jobs = root.get("jobs").and_then(Value::as_object);
        let jobs = jobs.ok_or_else(|| unreadable("it holds no \"jobs\"".into()))?;
        let mut reading = Reading { schema: schema()?, report: Self::default() };
        for (name, job) in jobs {
            match job {
                Value::Object(job) => reading.job(name, job),
                _ => reading.report.unknown.push(format!("jobs.{name}")),
            }
        }
        let others = root.keys().filter(|name| *name != "jobs");
        reading.report.unknown.extend(others.cloned());
        Ok(reading.report)
    }

    /// The changes that it asks for.
    pub fn changes(&self) -> Vec<Change> {
        let change = |t: &TakenOver| Change { key: t.key.clone(), value: Some(t.value.clone()) };
        self.taken_over.iter().map(change).collect()
    }
}

fn options() -> jsonc_parser::ParseOptions {
    jsonc_parser::ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        ..jsonc_parser::ParseOptions::default()
    }
}

struct Reading<'a> {
    schema: &'a Schema,
    report: ImportReport,
}

impl Reading<'_> {
    fn job(&mut self, name: &str, job: &Map<String, Value>) {
        let key = |setting: &str| Key::new(["jobs", name, setting]);
        let schedule = (!job.contains_key("schedule")).then(|| schedule(job)).flatten();
        for (member, value) in job {
            let from = format!("jobs.{name}.{member}");
            match &schedule {
                Some((members, cron)) if members.contains(&member.as_str()) => {
                    // The members that make up a schedule count once.
                    if members.first() == Some(&member.as_str()) {
                        let cron = SettingValue::Text(cron.clone());
                        self.take(from, key("schedule"), Some(cron));
                    }
                }
                _ => self.take(from, key(member), of_json(value)),
            }
        }
    }

    fn take(&mut self, from: String, key: Key, value: Option<SettingValue>) {
        let Some(setting) = self.schema.setting(&key) else {
            return self.report.unknown.push(from);
        };
        let checked = match &value {
            Some(value) => setting.kind.check(value),
            None => Err("a plain value is expected".into()),
        };
        match (checked, value) {
            (Ok(()), Some(value)) => self.report.taken_over.push(TakenOver { from, key, value }),
            (Err(expected), _) => {
                let problem = Problem::new(Code::ConfigInvalidValue).about(key).detail(expected);
                self.report.refused.push(Refused { from, problem });
            }
            (Ok(()), None) => self.report.unknown.push(from),
        }
    }
}

fn of_json(value: &Value) -> Option<SettingValue> {
    serde_json::from_value(value.clone()).ok()
}

/// APScheduler's other ways to say when (`hour` and `minute`, or `interval_minutes`), as five-field cron, with the members
/// that it stands in. An interval that cron cannot say exactly is none.
fn schedule(job: &Map<String, Value>) -> Option<(Vec<&'static str>, String)> {
    let number = |member: &str| job.get(member).and_then(Value::as_u64);
    if let Some(hour) = number("hour").filter(|hour| *hour < 24) {
        let minute = number("minute").unwrap_or_default();
        let members = ["hour", "minute"].into_iter().filter(|m| job.contains_key(*m)).collect();
        return (minute < 60).then(|| (members, format!("{minute} {hour} * * *")));
    }
    let minutes = number("interval_minutes")?;
    let cron = match minutes {
        1 => "* * * * *".to_owned(),
        2..60 if 60_u64.is_multiple_of(minutes) => format!("*/{minutes} * * * *"),
        60 => "0 * * * *".to_owned(),
        _ if minutes.is_multiple_of(60) && 1_440_u64.is_multiple_of(minutes) && minutes < 1_440 => {
            format!("0 */{} * * *", minutes / 60)
        }
        1_440 => "0 0 * * *".to_owned(),
        _ => return None,
    };
    Some((vec!["interval_minutes"], cron))
}
