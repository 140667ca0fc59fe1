//! Any text is judged, and what is legal survives being printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::adql::{Version, format, lint, outline, parse_as};
use obscore_view::diag::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("query", text);
    for version in [Version::V2_0, Version::V2_1] {
        match parse_as(&source, version) {
            Ok(parsed) => {
                lint(&parsed.query, &source, &[]);
                outline(&parsed.query, &source);
                for printed in [parsed.query.to_string(), format(&parsed.query)] {
                    let again = parse_as(&Source::new("printed", printed), version);
                    assert_eq!(again.ok().map(|again| again.query).as_ref(), Some(&parsed.query));
                }
            }
            Err(errors) => {
                assert!(!errors.is_empty());
                for error in errors {
                    error.render(false);
                }
            }
        }
    }
});
