//! Any text as an identifier: never a panic, and what is found to be a UUID is the same UUID however it is written.
//!
//! `cargo +nightly fuzz run identifier`

#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::serve::datasets::{Identifier, Wanted};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for word in text.split('\n').chain([text]) {
        let wanted = Wanted::new(word);
        assert_eq!(wanted.text, word);
        match wanted.identifier {
            Identifier::Did(did) => assert_eq!(did, word.trim()),
            Identifier::Uuid(id, label) => {
                let plain = id.simple().to_string();
                assert!(word.replace('-', "").to_lowercase().contains(&plain));
                let again = format!("butler://{}/{id}", label.as_deref().unwrap_or_default());
                assert_eq!(Identifier::parse(&again), Identifier::Uuid(id, label));
            }
        }
    }
});
