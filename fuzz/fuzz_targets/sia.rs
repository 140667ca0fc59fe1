//! Any text as parameters of an image query: never a panic, and what is understood is a query whose text, read
//! again, is the same.
//!
//! `cargo +nightly fuzz run sia`

#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::adql;
use obscore_view::catalog::{Column, Schema, Table, TableKind, Type};
use obscore_view::diag::Source;
use obscore_view::serve::parameters::from_query;
use obscore_view::serve::settings::Like;
use obscore_view::serve::sia;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // As values of each parameter, and as a whole request.
    let mut requests = vec![from_query(text)];
    for parameter in sia::names::PARAMETERS {
        let mut request = obscore_view::serve::parameters::Parameters::default();
        text.split('\n').for_each(|value| request.push(parameter.name, value));
        requests.push(request);
    }
    let columns =
        ["s_region", "em_min", "em_max", "t_min", "t_max", "obs_publisher_did", "pol_states"];
    let kind = |name: &str| if name == "s_region" { Type::Region } else { Type::Double };
    let table = Table {
        name: "ObsCore".to_owned(),
        kind: TableKind::View,
        description: String::new(),
        utype: String::new(),
        columns: columns.map(|name| Column::new(name, kind(name))).to_vec(),
        keys: Vec::new(),
    };
    let schema = Schema { name: "ivoa".to_owned(), ..Schema::default() };
    for request in &requests {
        for like in [Like::Standard, Like::DaxObscore] {
            if let Ok(tree) = sia::tree(request, (&schema, &table), like) {
                let source = Source::new("query", adql::format(&tree));
                let again = adql::parse(&source).expect("the text of a query is one");
                assert_eq!(again, tree);
            }
        }
    }
});
