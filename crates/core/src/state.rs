//! The states of an order and the only ways between them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// In the store, nothing speaks against handing it over (once TEMU has confirmed it).
    Imported,
    /// Must not be handed over until a person (or a later answer of TEMU's) mends something.
    OnHold,
    /// Handed to JTL; JTL has not shown it yet.
    Exported,
    /// Seen in JTL by its external number.
    Accepted,
    /// All its parcels are known.
    Tracked,
    /// TEMU has its parcels.
    Reported,
    /// Cancelled at TEMU.
    Cancelled,
}

impl OrderState {
    /// Every state, in the order of the workflow.
    pub const ALL: [Self; 7] = [
        Self::Imported,
        Self::OnHold,
        Self::Exported,
        Self::Accepted,
        Self::Tracked,
        Self::Reported,
        Self::Cancelled,
    ];

    /// The stable text form, as stored and shown by `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::OnHold => "on_hold",
            Self::Exported => "exported",
            Self::Accepted => "accepted",
            Self::Tracked => "tracked",
            Self::Reported => "reported",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the order has been handed to JTL (or was found there) and what JTL has must not be changed silently.
    pub fn is_handed_over(self) -> bool {
        matches!(self, Self::Exported | Self::Accepted | Self::Tracked | Self::Reported)
    }
}

impl fmt::Display for OrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OrderState {
    type Err = UnknownState;
    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| UnknownState(text.to_owned()))
    }
}

/// A text that names no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no order state")]
pub struct UnknownState(String);

/// What happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Something speaks against handing it over.
    Hold,
    /// What spoke against it is mended.
    Release,
    /// It was handed to JTL.
    Export,
    /// JTL shows it.
    Accept,
    /// Its parcels are known.
    Track,
    /// TEMU has its parcels.
    Report,
    /// TEMU cancelled it.
    Cancel,
    /// TEMU says it is shipped, and not by Kontor.
    ShippedElsewhere,
    /// The operator asks for the hand-over to be done once more.
    ReExport,
}

/// A permitted change of state. Made only by [`OrderState::on`], so one that is not in the table cannot exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    from: OrderState,
    to: OrderState,
}

impl Transition {
    /// The state before.
    pub fn from(self) -> OrderState {
        self.from
    }
    /// The state after.
    pub fn to(self) -> OrderState {
        self.to
    }
}

impl OrderState {
    /// The transition that `event` makes from this state; `None` when the table has none.
    pub fn on(self, event: Event) -> Option<Transition> {
        use OrderState::{Accepted, Cancelled, Exported, Imported, OnHold, Reported, Tracked};
        let to = match (self, event) {
            (Imported, Event::Hold) => OnHold,
            (OnHold, Event::Release) => Imported,
            (Imported, Event::Export) => Exported,
            (Imported | Exported, Event::Accept) => Accepted,
            (Accepted, Event::Track) => Tracked,
            (Tracked, Event::Report) => Reported,
            (Imported | OnHold | Exported | Accepted | Tracked, Event::Cancel) => Cancelled,
            (Imported | OnHold | Exported | Accepted, Event::ShippedElsewhere) => Reported,
            (Exported, Event::ReExport) => Imported,
            _ => return None,
        };
        Some(Transition { from: self, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_back_from_its_text() {
        for state in OrderState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("shipped".parse::<OrderState>().is_err());
    }

    #[test]
    fn an_order_on_hold_is_never_exported_and_a_reported_one_never_moves() {
        assert_eq!(OrderState::OnHold.on(Event::Export), None);
        for event in
            [Event::Hold, Event::Export, Event::Accept, Event::Track, Event::Report, Event::Cancel]
        {
            assert_eq!(OrderState::Reported.on(event), None);
            assert_eq!(OrderState::Cancelled.on(event), None);
        }
    }
}
