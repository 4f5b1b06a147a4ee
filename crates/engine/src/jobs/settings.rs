//! `[jobs.*]`: whether, when and how patiently each job is run.

use std::collections::BTreeMap;
use std::time::Duration;

use kontor_core::retry::RetryRules;
use kontor_core::schedule::Schedule;
use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};

/// `[jobs]`: one section per job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobsSection(pub BTreeMap<String, JobSection>);

/// `[jobs.<name>]`; each job has the schedules of its own modes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct JobSection {
    pub enabled: bool,
    pub schedule: String,
    #[serde(default)]
    pub tracking_schedule: String,
    #[serde(default)]
    pub full_schedule: String,
    #[serde(default)]
    pub watch_seconds: u32,
    pub timezone: String,
    pub timeout_seconds: u64,
    pub max_retries: u32,
    pub retry_delay_seconds: u64,
}

/// A time-out for a job that has no section.
const TIMEOUT: Duration = Duration::from_secs(3_600);

impl JobsSection {
    /// The section of a job.
    pub fn get(&self, job: &str) -> Option<&JobSection> {
        self.0.get(job)
    }

    /// How long a run of the job may take.
    pub fn timeout(&self, job: &str) -> Duration {
        self.get(job).map_or(TIMEOUT, |s| Duration::from_secs(s.timeout_seconds))
    }

    /// How often and how patiently it is tried again.
    pub fn retry_rules(&self, job: &str) -> Option<RetryRules> {
        self.get(job).map(|s| RetryRules {
            max_retries: s.max_retries,
            delay: Duration::from_secs(s.retry_delay_seconds),
        })
    }
}

impl JobSection {
    /// Its schedules, each with its mode; `own` is the mode of the plain `schedule`. An empty one is none.
    ///
    /// # Errors
    /// `config.invalid_value` naming the key.
    pub fn schedules(
        &self,
        job: &str,
        own: &'static str,
    ) -> Result<Vec<(Schedule, &'static str)>, Problem> {
        let keys = [
            ("schedule", &self.schedule, own),
            ("tracking_schedule", &self.tracking_schedule, "tracking_only"),
            ("full_schedule", &self.full_schedule, "full"),
        ];
        let written = keys.into_iter().filter(|(_, text, _)| !text.trim().is_empty());
        written
            .map(|(key, text, mode)| {
                let schedule = Schedule::read(text, &self.timezone).map_err(|e| {
                    Problem::new(Code::ConfigInvalidValue)
                        .about(format!("jobs.{job}.{key}"))
                        .detail(e)
                })?;
                Ok((schedule, mode))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use kontor_core::Code;

    #[test]
    fn a_wrong_schedule_zone_or_bound_is_refused_by_its_key() {
        for (key, value) in [
            ("schedule", "\"0 9 * *\""),
            ("schedule", "\"0 0 9 * * *\""),
            ("tracking_schedule", "\"0 0 30 2 *\""),
            ("schedule", "\"3s\""),
            ("timezone", "\"Europe/Berlinn\""),
            ("timeout_seconds", "0"),
        ] {
            let file = format!("[jobs.temu_orders_sync]\n{key} = {value}");
            let problem = Config::from_text(&file, "kontor.toml").expect_err(value);
            let subject = format!("kontor.toml: jobs.temu_orders_sync.{key}");
            assert_eq!((problem.code, problem.subject), (Code::ConfigInvalidValue, Some(subject)));
        }
    }

    #[test]
    fn a_schedule_for_a_mode_that_the_job_lacks_is_refused_by_its_key() {
        for (job, key) in [
            ("temu_inventory_sync", "tracking_schedule"),
            ("fetch_invoices", "tracking_schedule"),
            ("fetch_invoices", "full_schedule"),
            ("temu_orders_sync", "full_schedule"),
            ("temu_orders_sync", "watch_seconds"),
        ] {
            let file = format!("[jobs.{job}]\n{key} = \"0 4 * * *\"");
            let problem = Config::from_text(&file, "kontor.toml").expect_err(key);
            let subject = format!("kontor.toml: jobs.{job}.{key}");
            assert_eq!((problem.code, problem.subject), (Code::ConfigUnknownKey, Some(subject)));
        }
    }

    #[test]
    fn a_job_without_schedules_is_a_valid_setting() {
        let file = "[jobs.temu_orders_sync]\nschedule = \"\"\ntracking_schedule = \"\"";
        let config = Config::from_text(file, "kontor.toml").expect("valid");
        let section = config.jobs.get("temu_orders_sync").expect("a section");
        assert!(section.schedules("temu_orders_sync", "full").expect("none").is_empty());
    }
}
