//! Whether a failed run is tried again, and when.

use std::time::Duration;

use crate::problem::{Class, Problem};
use crate::run::Outcome;

/// A wait never grows beyond this.
const LONGEST: Duration = Duration::from_secs(3_600);

/// How often and how patiently a job is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRules {
    /// Tries after the first.
    pub max_retries: u32,
    /// The wait before the second try; it doubles with each further one.
    pub delay: Duration,
}

impl RetryRules {
    /// The wait before the next try of a run that was the `attempt`th (from 1), or `None` when there is none: only a run
    /// that failed for reasons that all pass by themselves is tried again. `jitter` is 0 to 1,000 and adds up to a
    /// fifth, so that several desks do not come back at the same moment.
    pub fn wait(
        self,
        attempt: u32,
        outcome: Outcome,
        problems: &[Problem],
        jitter: u32,
    ) -> Option<Duration> {
        let passes = problems.iter().any(Problem::is_transient)
            && !problems
                .iter()
                .any(|p| matches!(p.class(), Class::Permanent | Class::Bug | Class::Cancelled));
        if outcome != Outcome::Failed || !passes || attempt > self.max_retries {
            return None;
        }
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let asked = problems.iter().filter_map(|p| p.retry_after).max().unwrap_or_default();
        let wait = self.delay.saturating_mul(doubled).max(asked).min(LONGEST);
        Some(wait + wait / 5 * jitter.min(1_000) / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    const RULES: RetryRules = RetryRules { max_retries: 3, delay: Duration::from_secs(30) };

    fn wait(attempt: u32, codes: &[Code]) -> Option<u64> {
        let problems: Vec<Problem> = codes.iter().copied().map(Problem::new).collect();
        RULES.wait(attempt, Outcome::Failed, &problems, 0).map(|d| d.as_secs())
    }

    #[test]
    fn what_passes_by_itself_is_tried_as_often_as_configured_with_doubled_waits() {
        let waits: Vec<_> = (1..=4).map(|n| wait(n, &[Code::TemuTimeout])).collect();
        assert_eq!(waits, [Some(30), Some(60), Some(120), None]);
    }

    #[test]
    fn what_stays_is_not_tried_again_even_beside_something_that_passes() {
        assert_eq!(wait(1, &[Code::TemuScopeMissing]), None);
        assert_eq!(wait(1, &[Code::TemuTimeout, Code::JtlLoginFailed]), None);
        assert_eq!(wait(1, &[Code::InternalError]), None);
        assert_eq!(wait(1, &[]), None);
    }

    #[test]
    fn a_run_that_did_part_of_its_work_waits_for_its_schedule() {
        let problems = [Problem::new(Code::TemuTimeout)];
        assert_eq!(RULES.wait(1, Outcome::Partial, &problems, 0), None);
        assert_eq!(RULES.wait(1, Outcome::Cancelled, &problems, 0), None);
    }

    #[test]
    fn the_other_sides_wish_counts_and_jitter_adds_a_fifth_at_most() {
        let asked = Problem::new(Code::TemuRateLimited).retry_after(Duration::from_secs(90));
        let wait = |jitter| RULES.wait(1, Outcome::Failed, std::slice::from_ref(&asked), jitter);
        assert_eq!(wait(0), Some(Duration::from_secs(90)));
        assert_eq!(wait(1_000), Some(Duration::from_secs(108)));
    }
}
