//! Any bytes as a header Range, any text as a file's name or a path in records: what comes out is within the file,
//! and within its header.
//!
//! `cargo +nightly fuzz run files`

#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::artifacts::Place;
use obscore_view::serve::files::name::disposition;
use obscore_view::serve::files::range::{Wanted, read};

fuzz_target!(|data: (u64, &[u8])| {
    let (size, header) = data;
    for size in [size, size % 1000, 0] {
        if let Wanted::Ranges(ranges) = read(header, size) {
            assert!(!ranges.is_empty() && ranges.len() <= 16);
            assert!(ranges.iter().all(|range| range.start < range.end && range.end <= size));
            assert!(ranges.iter().map(|range| range.end - range.start).sum::<u64>() <= size);
        }
    }
    let Ok(text) = std::str::from_utf8(header) else { return };
    let place = Place::read(text);
    for name in [text, place.name()] {
        let value = disposition(name, "image/fits");
        let value = value.to_str().expect("visible characters of ASCII");
        let rest = value.strip_prefix("attachment; filename=\"").expect("a name in quotes");
        let (name, rest) = rest.split_once('"').expect("the end of the name");
        assert!(!name.contains(['/', '\\']));
        assert!(rest.is_empty() || rest.starts_with("; filename*=UTF-8''"));
        assert!(!rest.trim_start_matches("; filename*").contains([';', '"', ' ']));
    }
});
