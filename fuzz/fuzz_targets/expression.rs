//! The parser of where-expressions on any text: no panic, no overflow of the stack.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::diag::{Source, SpanMap};
use obscore_view::expression;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    if let Err(error) = expression::parse(text, &source, &SpanMap::verbatim(0, text.len()), None) {
        error.render(false);
    }
});
