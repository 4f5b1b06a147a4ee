//! A TEMU gateway and a JTL SQL Server on loopback, for the demo and the tests. Imports nothing of
//! Kontor's: it speaks the real protocols.
pub mod jtl;
pub mod tds;
