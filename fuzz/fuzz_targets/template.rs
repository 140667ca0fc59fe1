//! The template parser on any text: no panic, and what it accepts has spans inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::diag::{Source, SpanMap};
use obscore_view::template::{self, Part};

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    match template::parse(text, &source, &SpanMap::verbatim(0, text.len())) {
        Ok(template) => {
            for part in &template.parts {
                if let Part::Field(field) = part {
                    let written = text.get(field.span.start..field.span.end);
                    assert!(written.is_some_and(|t| t.starts_with('{') && t.ends_with('}')));
                }
            }
        }
        Err(error) => {
            error.render(false);
        }
    }
});
