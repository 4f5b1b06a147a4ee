//! The reader of electronic invoices (CII and UBL): whatever comes, it ends with a result, and panics nowhere.
#![no_main]

use std::sync::{Arc, LazyLock};

use kontor_invoice::{Flag, Limits, Rules, read};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Option<Arc<Rules>>> =
    LazyLock::new(|| Rules::shipped().ok().map(Arc::new));

fuzz_target!(|data: &[u8]| {
    let Some(rules) = &*RULES else { return };
    // A first sign, so that everything goes the way of XML. This reader may not panic: the fuzzer's hook is left in place.
    let document = read("fuzz.xml", [b"<", data].concat(), rules, &Limits::default());
    if let (Some(net), Some(vat), Some(gross)) = (document.net, document.vat, document.gross) {
        let off = i128::from(net.0) + i128::from(vat.0) - i128::from(gross.0);
        assert!(off.abs() <= 2 || document.has(Flag::SumMismatch), "{document:?}");
    }
    if document.gross.is_none() || document.number.is_none() {
        assert!(document.needs_a_look(), "{document:?}");
    }
});
