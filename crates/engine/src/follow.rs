//! What other desks and programs change in the store, told here.

use std::collections::BTreeSet;
use std::time::Duration;

use kontor_store::Pulse;
use tokio_util::sync::CancellationToken;

use crate::Desk;
use crate::events::Event;

/// How often the store is asked.
const BEAT: Duration = Duration::from_secs(1);

impl Desk {
    /// Tells of changes in the store that others made, until cancelled: what another desk stores is seen here within two
    /// seconds. Nobody is asked while nobody listens; a store that does not answer is asked again, and says so to
    /// whoever needs it.
    pub async fn follow_store(&self, cancel: CancellationToken) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut last: Option<Pulse> = None;
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = beat.tick() => {}
            }
            let app = self.app();
            if !app.workplace.events.has_readers() {
                last = None;
                continue;
            }
            let Ok(now) = app.store.pulse().await else { continue };
            let topics = last.map(|last| changed(last, now)).unwrap_or_default();
            if !topics.is_empty() {
                app.workplace.events.tell(Event::StoreChanged { topics });
            }
            last = Some(now);
        }
    }
}

/// What is to be read again. A run that began or ended may have changed everything.
fn changed(last: Pulse, now: Pulse) -> BTreeSet<&'static str> {
    let mut topics = BTreeSet::new();
    if last.orders != now.orders || last.desk != now.desk {
        topics.insert("orders");
    }
    if last.runs != now.runs {
        topics.extend(["orders", "stock", "invoices", "runs"]);
    }
    if last.requests != now.requests {
        topics.insert("requests");
    }
    topics
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use kontor_core::ids::ParentOrderSn;
    use kontor_store::{NewEvent, SqliteStore, Store, TimelineKind};

    use super::*;
    use crate::App;
    use crate::clock::SystemClock;
    use crate::config::Config;
    use crate::data_folder::DataFolder;
    use crate::secrets::Secrets;

    #[test]
    fn only_what_moved_is_read_again() {
        let last = Pulse::default();
        assert!(changed(last, last).is_empty());
        assert_eq!(changed(last, Pulse { desk: 1, ..last }), BTreeSet::from(["orders"]));
        assert_eq!(changed(last, Pulse { requests: 1, ..last }), BTreeSet::from(["requests"]));
        assert!(changed(last, Pulse { runs: 1, ..last }).contains("stock"));
    }

    fn desk(dir: &std::path::Path) -> Desk {
        let folder = DataFolder::open(Some(dir.to_owned())).expect("folder");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.database()).expect("store"));
        let config = Config::from_text("", "test").expect("config");
        let clock = Arc::new(SystemClock);
        Desk::new(App::assemble(config, folder, store, Secrets::default(), clock).expect("app"))
    }

    async fn store_something(desk: &Desk) {
        let event = NewEvent {
            parent_order_sn: ParentOrderSn::new("PO-076-00000000000000001"),
            run_id: None,
            at: DateTime::from_timestamp(1_764_000_000, 0).expect("a time"),
            kind: TimelineKind::Note,
            code: None,
            detail: String::new(),
        };
        desk.app().store.add_events(&[event]).await.expect("stored");
    }

    #[tokio::test]
    async fn what_one_desk_stores_another_one_hears_of() {
        let dir = tempfile::tempdir().expect("folder");
        let (one, other) = (desk(dir.path()), desk(dir.path()));
        let mut events = other.app().workplace.events.listen();
        let stop = CancellationToken::new();
        let heard = async {
            // The first look is what later ones are compared with: something new is stored until one is told.
            loop {
                store_something(&one).await;
                if let Ok(told) = tokio::time::timeout(BEAT, events.next()).await {
                    stop.cancel();
                    return told;
                }
            }
        };
        let (told, ()) = tokio::join!(heard, other.follow_store(stop.clone()));
        assert_eq!(told, Some(Event::StoreChanged { topics: BTreeSet::from(["orders"]) }));
    }
}
