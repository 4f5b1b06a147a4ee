//! The reader of PDF invoices: whatever comes, it ends in time with a result that does not contradict itself.
#![no_main]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use kontor_invoice::{Document, Flag, Limits, Rules, first_page, page, read};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Option<Arc<Rules>>> = LazyLock::new(|| {
    // A panic of the PDF library is caught where it arises; the fuzzer's own hook would end the process before.
    std::panic::set_hook(Box::new(|_| {}));
    Rules::shipped().ok().map(Arc::new)
});

/// Amounts add up or are flagged; what is empty is flagged.
fn check(document: &Document) {
    assert_ne!(document.detail.as_deref(), Some("the document takes too long"));
    if let (Some(net), Some(vat), Some(gross)) = (document.net, document.vat, document.gross) {
        let off = (net.0 + vat.0 - gross.0).abs();
        assert!(off <= 2 || document.has(Flag::SumMismatch), "{document:?}");
    }
    if document.gross.is_none() || document.number.is_none() {
        assert!(document.needs_a_look(), "{document:?}");
    }
}

fuzz_target!(|data: &[u8]| {
    let Some(rules) = &*RULES else { return };
    let limits = Limits {
        stream_bytes: 8 << 20,
        total_bytes: 32 << 20,
        time: Duration::from_secs(15),
        ..Limits::default()
    };
    check(&read("fuzz.pdf", data.to_vec(), rules, &limits));
    if let Some(shown) = page(data.to_vec(), &limits) {
        assert!(shown.words.len() <= 5_000 && shown.pages > 0);
    }
    if let Some(copy) = first_page(data.to_vec(), &limits) {
        check(&read("copy.pdf", copy, rules, &limits));
    }
});
