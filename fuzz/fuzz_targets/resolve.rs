//! Any text as a request to `/resolve`: never a panic, and what is understood is in the request: identifiers as they
//! were sent, and parts of data IDs that there are, each once.
//!
//! `cargo +nightly fuzz run resolve`

#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::serve::datasets::Shelf;
use obscore_view::serve::parameters::{Parameters, from_query};
use obscore_view::serve::resolve::{Asked, MOST};

const DIMENSIONS: [(&str, bool); 5] =
    [("instrument", false), ("detector", true), ("visit", true), ("band", false), ("tract", true)];

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let shelf = Shelf {
        name: "ivoa".to_owned(),
        natives: "butler".to_owned(),
        schema: "inner".to_owned(),
        columns: Vec::new(),
        dimensions: DIMENSIONS.map(|(name, is_number)| (name.to_owned(), is_number)).to_vec(),
        dataset_types: Vec::new(),
        path: Vec::new(),
        calibrations: Vec::new(),
        elements: Vec::new(),
        records: Vec::new(),
        has_trash: false,
    };
    let mut lines = Parameters::default();
    for line in text.split('\n') {
        let (name, value) = line.split_once('=').unwrap_or(("ID", line));
        lines.push(name, value);
    }
    for request in [from_query(text), lines] {
        match Asked::read(&request, std::slice::from_ref(&shelf)) {
            Ok(Asked::Identifiers(wanted)) => {
                assert!(!wanted.is_empty() && wanted.len() <= MOST);
                for one in &wanted {
                    assert!(request.all("ID").any(|sent| sent == one.text));
                }
            }
            Ok(Asked::DataId(values)) => {
                assert!(!values.is_empty());
                for (at, (name, value)) in values.iter().enumerate() {
                    let dimension = DIMENSIONS.iter().find(|(known, _)| known == name);
                    let is_number = dimension.is_some_and(|(_, is_number)| *is_number);
                    assert!(dimension.is_some() || ["dataset_type", "run"].contains(&name.as_str()));
                    assert_eq!(value.is_i64(), is_number);
                    assert!(values.iter().take(at).all(|(other, _)| other != name));
                }
            }
            Err(error) => assert!(["S010", "S011", "S016"].contains(&error.code), "{error}"),
        }
    }
});
