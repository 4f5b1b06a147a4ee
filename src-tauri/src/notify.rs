//! What is told beside the window: a run failed for good, or a plan waits for a person. Nothing else interrupts.

use kontor_engine::core::Problem;
use kontor_engine::core::run::Outcome;

use crate::words::{Words, job_name};

/// Title and text of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    title: String,
    body: String,
}

impl Note {
    /// What is told when a run has ended; nothing when it needs nobody. One that will be tried again by itself is not told.
    pub(crate) fn of_run(
        words: Words,
        job: &str,
        outcome: Outcome,
        is_retried: bool,
        problem: Option<&Problem>,
    ) -> Option<Self> {
        let what = match outcome {
            Outcome::NeedsApproval => words.say("Freigabe nötig", "needs approval"),
            Outcome::Failed if !is_retried => words.say("Fehler", "failed"),
            _ => return None,
        };
        let body = problem.map_or_else(
            || words.say("Kontor zeigt, was zu tun ist.", "Kontor shows what to do.").to_owned(),
            |problem| text_of(words, problem),
        );
        Some(Self { title: format!("{}: {what}", job_name(job, words)), body })
    }

    /// Shows it. A desktop without notifications is no failure.
    pub(crate) fn show(self) {
        tauri::async_runtime::spawn_blocking(move || {
            let shown = notify_rust::Notification::new()
                .appname("Kontor")
                .icon("kontor-desktop")
                .summary(&self.title)
                .body(&self.body)
                .show();
            if let Err(error) = shown {
                tracing::debug!(%error, "no notification");
            }
        });
    }
}

/// Tells that something asked for outside the window was refused.
pub(crate) fn problem(words: Words, job: &str, problem: &Problem) {
    Note { title: job_name(job, words), body: text_of(words, problem) }.show();
}

/// Tells that closing the window did not end Kontor.
pub(crate) fn goes_on(words: Words) {
    let title = words.say("Kontor läuft weiter", "Kontor goes on");
    let body = words.say(
        "Die Zeitpläne gelten weiter. Öffnen und beenden können Sie Kontor am Symbol neben der Uhr.",
        "Its schedules are still followed. Open or quit Kontor at its icon beside the clock.",
    );
    Note { title: title.into(), body: body.into() }.show();
}

fn text_of(words: Words, problem: &Problem) -> String {
    let text = problem.code.text(words.language());
    format!("{}. {}", text.title, text.remedy)
}

#[cfg(test)]
mod tests {
    use kontor_engine::core::Code;

    use super::*;

    #[test]
    fn only_what_needs_a_person_is_told() {
        let note = |outcome, is_retried| {
            Note::of_run(Words::GERMAN, "temu_orders_sync", outcome, is_retried, None)
        };
        assert!(
            note(Outcome::Failed, false).is_some() && note(Outcome::NeedsApproval, false).is_some()
        );
        assert_eq!(note(Outcome::Failed, true), None);
        for quiet in [Outcome::Success, Outcome::Partial, Outcome::Cancelled] {
            assert_eq!(note(quiet, false), None);
        }
    }

    #[test]
    fn a_notification_names_the_cause_and_what_to_do_but_no_particulars() {
        let problem = Problem::new(Code::TemuTokenExpired).detail("a particular");
        let note =
            Note::of_run(Words::GERMAN, "temu_orders_sync", Outcome::Failed, false, Some(&problem));
        let note = note.expect("a note");
        assert_eq!(note.title, "Bestellungen: Fehler");
        assert!(note.body.contains("Token") && !note.body.contains("particular"), "{}", note.body);
    }
}
