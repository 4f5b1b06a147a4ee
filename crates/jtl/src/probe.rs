//! The connection, looked at step by step: where it breaks off says what to mend.

use std::time::{Duration, Instant};

use kontor_core::{Code, Problem};

use crate::JtlClient;
use crate::errors::problem;

/// Every step in its order: those of any SQL Server, then JTL's own. One that broke off is the last that is told; those
/// after it were not reached.
pub const PROBE_STEPS: [&str; 8] =
    ["dns", "tcp", "tls", "login", "database", "rights", "version", "objects"];

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeStep {
    /// One of [`PROBE_STEPS`].
    pub name: &'static str,
    /// How long it took.
    pub duration: Duration,
    /// What was found.
    pub outcome: Result<String, Problem>,
}

/// The steps so far.
struct Probe {
    steps: Vec<ProbeStep>,
    begun: Instant,
}

impl Probe {
    /// Records the next step; `None` when it broke off.
    fn step(&mut self, outcome: Result<String, Problem>) -> Option<()> {
        let name = PROBE_STEPS.get(self.steps.len())?;
        let duration = std::mem::replace(&mut self.begun, Instant::now()).elapsed();
        let went_well = outcome.is_ok();
        self.steps.push(ProbeStep { name, duration, outcome });
        went_well.then_some(())
    }
}

impl JtlClient {
    /// Looks at the connection step by step; with `inserts`, also at the right to insert. Each step waits as long as the
    /// settings say, and none is tried again.
    pub async fn probe(&self, inserts: bool) -> Vec<ProbeStep> {
        let reached = self.pool.server().probe().await;
        let steps: Vec<ProbeStep> = reached
            .into_iter()
            .map(|step| ProbeStep {
                name: step.name,
                duration: step.duration,
                outcome: step.outcome.map_err(|f| problem(f).about(&self.settings.host)),
            })
            .collect();
        let whole = steps.len() == kontor_mssql::PROBE_STEPS.len()
            && steps.iter().all(|step| step.outcome.is_ok());
        let mut probe = Probe { steps, begun: Instant::now() };
        if whole {
            let _ = self.walk(&mut probe, inserts).await;
        }
        probe.steps
    }

    async fn walk(&self, probe: &mut Probe, inserts: bool) -> Option<()> {
        let objects = self.objects(inserts).await;
        let named = |fails: &dyn Fn(&crate::ObjectTest) -> bool| -> Option<String> {
            let failing = objects.as_deref().unwrap_or_default().iter().filter(|o| fails(o));
            let names: Vec<&str> = failing.map(|o| o.object.as_str()).collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        let rights = match (&objects, named(&|o| o.is_refused)) {
            (Err(problem), _) => Err(problem.clone()),
            (Ok(_), Some(names)) => Err(Problem::new(Code::JtlRightMissing).detail(names)),
            (Ok(objects), None) => Ok(objects.len().to_string()),
        };
        probe.step(rights)?;
        probe.step(self.version().await)?;
        let visible = match named(&|o| !o.visible) {
            Some(names) => Err(Problem::new(Code::JtlObjectMissing).detail(names)),
            None => Ok(objects.map(|o| o.len()).unwrap_or_default().to_string()),
        };
        probe.step(visible)
    }
}
