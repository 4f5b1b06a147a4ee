//! The whole table of transitions, as people read it.

use kontor_core::state::{Event, OrderState};

#[test]
fn the_table_of_transitions_is_this_and_no_other() {
    let events = [
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
    let mut table = String::new();
    for state in OrderState::ALL {
        for event in events {
            if let Some(transition) = state.on(event) {
                table.push_str(&format!(
                    "{} --{event:?}--> {}\n",
                    transition.from(),
                    transition.to()
                ));
            }
        }
    }
    insta::assert_snapshot!(table);
}
