//! How the old system failed, each line a test (defects.md), and faults of both sides.

mod hand_over;
mod import;
mod invoices;
mod shipments;
mod stock;
mod stock_guard;
mod stock_push;
