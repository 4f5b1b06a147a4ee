//! What the table of transitions is for.

use kontor_core::state::{Event, OrderState};

const EVENTS: [Event; 9] = [
    Event::Hold,
    Event::Release,
    Event::Export,
    Event::Accept,
    Event::Track,
    Event::Report,
    Event::Cancel,
    Event::ShippedElsewhere,
    Event::ReExport,
];

#[test]
fn a_handed_over_order_comes_back_only_by_the_operators_word() {
    for state in OrderState::ALL.into_iter().filter(|s| s.is_handed_over()) {
        for event in EVENTS {
            let comes_back = state.on(event).is_some_and(|t| !t.to().is_handed_over());
            let is_allowed = matches!(event, Event::ReExport | Event::Cancel);
            assert!(!comes_back || is_allowed, "{state} {event:?}");
        }
    }
}
