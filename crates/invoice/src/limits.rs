//! How much a document may cost.

use std::time::Duration;

/// Bounds for one document. They are far above what an invoice needs.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: usize,
    /// Bytes that one compressed stream may unfold to.
    pub stream_bytes: u64,
    /// Bytes that all streams but images may unfold to together.
    pub total_bytes: u64,
    /// Pages that are read; the rest is not looked at, and that is said.
    pub pages: usize,
    /// Operators of all pages.
    pub operators: usize,
    /// Characters of all pages.
    pub glyphs: usize,
    /// Time for the whole document.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 32 << 20,
            stream_bytes: 64 << 20,
            total_bytes: 192 << 20,
            pages: 50,
            operators: 2_000_000,
            glyphs: 300_000,
            time: Duration::from_secs(20),
        }
    }
}
