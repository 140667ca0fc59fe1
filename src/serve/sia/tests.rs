//! Requests as queries: what they say, and that their text says the same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::conditions::query;
use super::names::PARAMETERS;
use crate::adql;
use crate::adql::Query;
use crate::catalog::{Catalog, Column, TableKind, Type};
use crate::catalog::{Schema, Table};
use crate::diag::Result;
use crate::diag::Source;
use crate::obscore::{ColumnType, MANDATORY};
use crate::query::check;
use crate::serve::parameters::Parameters;
use crate::serve::settings::Like;
use proptest::prelude::*;

/// A catalogue whose only table has the mandatory columns.
fn catalog() -> Catalog {
    let kind = |name: &str, kind| match kind {
        _ if name == "s_region" => Type::Region,
        ColumnType::Text => Type::Text,
        ColumnType::Double => Type::Double,
        ColumnType::Integer => Type::Integer,
        _ => Type::Long,
    };
    let columns = MANDATORY.iter().map(|one| Column::new(one.name, kind(one.name, one.kind)));
    let (description, utype) = (String::new(), String::new());
    let (name, keys, kind) = ("ObsCore".to_owned(), Vec::new(), TableKind::View);
    let table = Table { name, kind, description, utype, columns: columns.collect(), keys };
    let (name, tables) = ("ivoa".to_owned(), vec![table]);
    Catalog { schemas: vec![Schema { name, tables, ..Schema::default() }] }
}

fn asked(catalog: &Catalog, pairs: &[(&str, &str)], like: Like) -> Result<Query> {
    query(&Parameters::from_pairs(pairs.iter().copied()), catalog.tables().next().unwrap(), like)
}

/// The condition of a request, in ADQL.
fn condition(pairs: &[(&str, &str)], like: Like) -> String {
    let text = adql::format(&asked(&catalog(), pairs, like).unwrap());
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("SELECT * FROM ivoa.ObsCore", "").trim().to_owned()
}

#[test]
fn readings() {
    let scope = "AND dataproduct_type IN ('image', 'cube')";
    for (pair, standard, dax) in [
        (("BAND", "1 2"), "em_min <= 2 AND em_max >= 1", "em_min <= 2 AND em_max >= 1 OR 1 = 0"),
        (
            ("time", "5"),
            "t_min <= 5 AND t_max >= 5",
            "(t_min <= 5 OR t_min IS NULL) AND (t_max > 5 OR t_max IS NULL)",
        ),
        (
            ("TIME", "5 6"),
            "t_min <= 6 AND t_max >= 5",
            "(t_min < 6 OR t_min IS NULL) AND (t_max > 5 OR t_max IS NULL)",
        ),
        (("EXPTIME", "5 +Inf"), "t_exptime >= 5", "t_exptime > 5"),
        (("FOV", "-Inf 5"), "s_fov <= 5", ""),
        (
            ("INSTRUMENT", "x'y"),
            "instrument_name = 'x''y'",
            "instrument_name = 'x''y' OR instrument_name IS NULL",
        ),
        (("DPSUBTYPE", "x"), "1 = 0", "1 = 0"),
        (
            ("ID", "ivo://X/Y?Z"),
            "LOWER(obs_publisher_did) = 'ivo://x/y?z'",
            "LOWER(obs_publisher_did) = 'ivo://x/y?z'",
        ),
        (("ID", "É"), "obs_publisher_did = 'É'", "obs_publisher_did = 'É'"),
        (("POL", "RR"), "pol_states LIKE '%/RR/%'", ""),
    ] {
        assert_eq!(condition(&[pair], Like::Standard), format!("WHERE {standard} {scope}"));
        let dax = if dax.is_empty() { String::new() } else { format!("WHERE {dax}") };
        assert_eq!(condition(&[pair], Like::DaxObscore), dax);
    }
}

/// Values of which many can be asked for.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "(-Inf|[-+]?[0-9]{1,4}(\\.[0-9]{1,3})?(e-?[0-9]{1,2})?)( (\\+Inf|[0-9]{1,5}))?",
        "CIRCLE [0-9]{1,3} -?[0-8][0-9] [0-9]\\.[0-9]",
        "RANGE [0-9]{1,3} [0-9]{1,3} -[0-8]?[0-9] [0-8]?[0-9]",
        "POLYGON 1 2 [3-9] 4 5 [6-9][0-9]",
        "[0-5]|I|Q|RR|POLI|image|cube",
        "\\PC{1,20}",
    ]
}

proptest! {
    #[test]
    fn the_text_of_a_query_is_the_query(
        pairs in prop::collection::vec((0..PARAMETERS.len(), value()), 1..5),
        dax in proptest::bool::ANY,
    ) {
        let catalog = catalog();
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(at, value)| (PARAMETERS[*at].name, value.as_str())).collect();
        let like = if dax { Like::DaxObscore } else { Like::Standard };
        if let Ok(tree) = asked(&catalog, &pairs, like) {
            let source = Source::new("query", adql::format(&tree));
            prop_assert_eq!(&adql::parse(&source).unwrap(), &tree);
            prop_assert!(check(&tree, &source, &catalog, &[]).is_ok(), "{}", source.text());
        }
    }
}
