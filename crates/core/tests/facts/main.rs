//! Facts of planning: what is judged, what is stored, what is reported. Pure values in, pure values out.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot build its case must fail"
)]

mod assessing;
mod build;
mod importing;
mod scheduling;
mod shipping;
mod states;
mod stocking;
