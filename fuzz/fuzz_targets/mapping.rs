//! The reader of mappings on any text: no panic, and a mapping exactly when there is no error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::diag::{Severity, Source};
use obscore_view::mapping;

fuzz_target!(|text: &str| {
    let (mapping, found) = mapping::read(Source::new("fuzz.yaml", text));
    let failed = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    assert_eq!(mapping.is_none(), failed);
    for diagnostic in &found {
        diagnostic.render(false);
    }
});
