//! The reader of ZIP files: whatever comes, it ends with a result within its bounds, and no name leads anywhere.
#![no_main]

use std::cell::Cell;
use std::io::{Cursor, Write};
use std::rc::Rc;

use kontor_datev::{ZipLimits, unpack};
use libfuzzer_sys::fuzz_target;

const LIMITS: ZipLimits = ZipLimits { max_files: 20, max_bytes: 1 << 20 };

struct Counter(Rc<Cell<u64>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.set(self.0.get() + bytes.len() as u64);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| {
    let written = Rc::new(Cell::new(0));
    let done = unpack(Cursor::new(data), LIMITS, &mut |name| {
        let is_plain = !name.contains(['/', '\\', ':', '\0']) && !name.starts_with('.');
        assert!(is_plain && name.to_ascii_lowercase().ends_with(".csv"), "{name}");
        Ok(Box::new(Counter(written.clone())))
    });
    assert!(written.get() <= LIMITS.max_bytes);
    if let Ok(unpacked) = done {
        assert!(unpacked.batches.len() + unpacked.skipped.len() <= LIMITS.max_files);
    }
});
