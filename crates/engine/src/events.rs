//! What happens in a running Kontor, told live to whoever listens: the window, `kontor jobs run`.
//!
//! Telling never waits. Each reader has a queue of its own; of a run's progress only the newest waits there; when it is
//! full its oldest events go and the reader is told how many it missed. What is missed can be read in the store.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::ids::RunId;
use kontor_core::run::{Counts, Outcome, Trigger};
use kontor_store::LogLine;
use serde::Serialize;
use tokio::sync::Notify;
use ts_rs::TS;

/// Events that wait for a reader; beyond, the oldest go.
pub const QUEUE: usize = 1_024;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A run began.
    RunStarted {
        /// The run.
        #[ts(type = "string")]
        run_id: RunId,
        /// Its job.
        job: String,
        /// Its mode.
        mode: String,
        /// What made it begin.
        #[ts(type = "Trigger")]
        trigger: Trigger,
        /// Which try it is, from 1.
        attempt: u32,
        /// When.
        #[ts(type = "string")]
        at: DateTime<Utc>,
    },
    /// A step of a run began.
    StepStarted {
        /// The run.
        #[ts(type = "string")]
        run_id: RunId,
        /// Its job.
        job: String,
        /// The step.
        step: String,
        /// When.
        #[ts(type = "string")]
        at: DateTime<Utc>,
    },
    /// How far a step is.
    Progress {
        /// The run.
        #[ts(type = "string")]
        run_id: RunId,
        /// Its job.
        job: String,
        /// The step.
        step: String,
        /// Records done in it.
        done: u64,
        /// Records to do, when known.
        total: Option<u64>,
    },
    /// A record for which something failed.
    ItemFailed {
        /// The run.
        #[ts(type = "string")]
        run_id: RunId,
        /// The step.
        step: String,
        /// The record, e.g. an order's number.
        subject: String,
        /// What failed.
        #[ts(type = "ProblemCode")]
        code: Code,
    },
    /// A run ended.
    RunFinished {
        /// The run.
        #[ts(type = "string")]
        run_id: RunId,
        /// Its job.
        job: String,
        /// Its mode.
        mode: String,
        /// How.
        #[ts(type = "Outcome")]
        outcome: Outcome,
        /// What it did.
        #[ts(type = "Record<string, number>")]
        counts: Counts,
        /// When.
        #[ts(type = "string")]
        at: DateTime<Utc>,
        /// When it will be tried again.
        #[ts(type = "string | null")]
        retry_at: Option<DateTime<Utc>>,
    },
    /// A line of the log.
    Log(
        #[ts(
            type = "{ at: string; job: string; job_type: string; run_id: string | null; level: LogLevel; message: string; status: string | null }"
        )]
        LogLine,
    ),
    /// Other settings are in force.
    SettingsChanged,
    /// Stored data changed: lists of these subjects are to be read again (`orders`, `stock`, `invoices`, `runs`,
    /// `requests`).
    StoreChanged {
        /// The subjects.
        #[ts(type = "string[]")]
        topics: BTreeSet<&'static str>,
    },
    /// The reader was too slow: so many events were dropped.
    Missed {
        /// How many.
        events: u64,
    },
}

/// Where events are told. Clones tell the same readers.
#[derive(Clone, Debug, Default)]
pub struct EventBus {
    readers: Arc<Readers>,
}

#[derive(Debug, Default)]
struct Readers(Mutex<Vec<Weak<Queue>>>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Event>,
    missed: u64,
    closed: bool,
}

impl EventBus {
    /// Tells all readers.
    pub fn tell(&self, event: Event) {
        let mut readers = locked(&self.readers.0);
        readers.retain(|reader| {
            let Some(queue) = reader.upgrade() else { return false };
            locked(&queue.waiting).add(event.clone());
            queue.arrived.notify_one();
            true
        });
    }

    /// Tells that stored data of a subject changed.
    pub fn tell_changed(&self, topic: &'static str) {
        self.tell(Event::StoreChanged { topics: BTreeSet::from([topic]) });
    }

    /// Whether anybody listens.
    pub fn has_readers(&self) -> bool {
        locked(&self.readers.0).iter().any(|reader| reader.strong_count() > 0)
    }

    /// Listens from now on.
    pub fn listen(&self) -> EventStream {
        let queue = Arc::new(Queue::default());
        locked(&self.readers.0).push(Arc::downgrade(&queue));
        EventStream { queue }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        let readers = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for queue in readers.iter().filter_map(Weak::upgrade) {
            locked(&queue.waiting).closed = true;
            queue.arrived.notify_one();
        }
    }
}

impl Waiting {
    fn add(&mut self, event: Event) {
        let same =
            match &event {
                Event::Progress { run_id, .. } => self.events.iter_mut().rev().find(
                    |e| matches!(e, Event::Progress { run_id: other, .. } if other == run_id),
                ),
                Event::StoreChanged { .. } => {
                    self.events.iter_mut().rev().find(|e| matches!(e, Event::StoreChanged { .. }))
                }
                _ => None,
            };
        match (same, event) {
            (Some(Event::StoreChanged { topics }), Event::StoreChanged { topics: more }) => {
                topics.extend(more);
            }
            (Some(place), event) => *place = event,
            (None, event) => {
                if self.events.len() == QUEUE {
                    self.events.pop_front();
                    self.missed += 1;
                }
                self.events.push_back(event);
            }
        }
    }
}

/// A reader's end.
#[derive(Debug)]
pub struct EventStream {
    queue: Arc<Queue>,
}

impl EventStream {
    /// The next event; `None` when nobody is left to tell any.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            {
                let mut waiting = locked(&self.queue.waiting);
                let missed = std::mem::take(&mut waiting.missed);
                if missed > 0 {
                    return Some(Event::Missed { events: missed });
                }
                if let Some(event) = waiting.events.pop_front() {
                    return Some(event);
                }
                if waiting.closed {
                    return None;
                }
            }
            self.queue.arrived.notified().await;
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(run: &str, done: u64) -> Event {
        Event::Progress {
            run_id: RunId::new(run),
            job: "j".into(),
            step: "import".into(),
            done,
            total: None,
        }
    }

    #[tokio::test]
    async fn of_a_runs_progress_only_the_newest_waits() {
        let bus = EventBus::default();
        let mut reader = bus.listen();
        (0..5_000).for_each(|n| bus.tell(progress("a", n)));
        bus.tell(progress("b", 7));
        assert_eq!(reader.next().await, Some(progress("a", 4_999)));
        assert_eq!(reader.next().await, Some(progress("b", 7)));
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_what_it_missed_and_holds_up_nobody() {
        let bus = EventBus::default();
        let (mut slow, mut quick) = (bus.listen(), bus.listen());
        for _ in 0..QUEUE + 10 {
            bus.tell(Event::SettingsChanged);
            assert_eq!(quick.next().await, Some(Event::SettingsChanged));
        }
        assert_eq!(slow.next().await, Some(Event::Missed { events: 10 }));
        for _ in 0..QUEUE {
            assert_eq!(slow.next().await, Some(Event::SettingsChanged));
        }
        drop(bus);
        assert_eq!((slow.next().await, quick.next().await), (None, None));
    }

    #[tokio::test]
    async fn changes_of_the_store_are_told_once_with_all_subjects() {
        let bus = EventBus::default();
        let mut reader = bus.listen();
        ["orders", "runs", "orders"].into_iter().for_each(|topic| bus.tell_changed(topic));
        let topics = BTreeSet::from(["orders", "runs"]);
        assert_eq!(reader.next().await, Some(Event::StoreChanged { topics }));
    }
}
