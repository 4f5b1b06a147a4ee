//! The check of DATEV files: whatever comes, it ends with a report whose lists are bounded.
#![no_main]

use kontor_datev::check;
use libfuzzer_sys::fuzz_target;

const HEAD: &[u8] = b"\"EXTF\";700;21;\"Buchungsstapel\";13;20240130140440439;;\"RE\";\"\";\"\";29098;55003;20240101;4;\
    20240101;20240831;\"\";\"WD\";1;0;0;\"EUR\";;\"\";;;\"03\";;;\"\";\"\"\r\nUmsatz;Soll\r\n";

fuzz_target!(|data: &[u8]| {
    for source in [data.to_vec(), [HEAD, data].concat()] {
        if let Ok(report) = check(source.as_slice(), "EXTF_a.csv") {
            assert!(report.violations.len() as u64 <= report.errors + report.warnings);
            assert!(report.counts.iter().all(|(_, count)| *count > 0));
        }
    }
});
