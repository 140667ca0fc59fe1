//! What the region tests share: the oracle's vectors and how answers are compared.
//!
//! In: `tests/oracle/region_vectors.py`. Out: vectors and mutations, made once a test process.

#![allow(dead_code, reason = "each test binary uses a part")]

pub mod postgres;
pub mod sqlite;

use std::sync::OnceLock;

use obscore_view::region::{RegionColumns, RegionOptions, columns};
use obscore_view::sql::Dialect;
use obscore_view::sql::region::{RegionColumn, Strategy, column};
use sea_query::{Expr, ExprTrait, Query};

use crate::support::python::{output, script};

/// A region column's text with the oracle's answers.
pub struct Vector {
    pub text: String,
    pub kind: String,
    /// sphgeom's bounding circle: longitude, latitude, diameter in degrees; `None` when empty.
    pub circle: Option<[f64; 3]>,
    /// The s_region of Butler's plugin.
    pub butler: Option<String>,
    /// sphgeom's own STC-S.
    pub stcs: Option<String>,
    /// sphgeom itself fails on the bounding circle.
    pub degenerate: bool,
}

/// A mutated text, and whether sphgeom reads it.
pub struct Mutation {
    pub text: String,
    pub readable: bool,
}

/// The oracle's vectors (500 of each kind) and 4,000 mutations.
pub fn vectors() -> &'static (Vec<Vector>, Vec<Mutation>) {
    static VECTORS: OnceLock<(Vec<Vector>, Vec<Mutation>)> = OnceLock::new();
    VECTORS.get_or_init(|| parse(&output(script("region_vectors.py").args(["500", "4000"]))))
}

fn parse(text: &str) -> (Vec<Vector>, Vec<Mutation>) {
    let (mut vectors, mut mutations) = (Vec::new(), Vec::new());
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let optional = |i: usize| (fields[i] != "-").then(|| fields[i].to_owned());
        let number = |i: usize| fields[i].parse::<f64>().unwrap();
        if fields[0] == "M" {
            mutations.push(Mutation { text: fields[1].to_owned(), readable: fields[2] == "1" });
            continue;
        }
        let degenerate = fields[0] == "D";
        vectors.push(Vector {
            text: fields[1].to_owned(),
            kind: fields[2].to_owned(),
            circle: (!degenerate && fields[3] != "-").then(|| [number(3), number(4), number(5)]),
            butler: if degenerate { None } else { optional(6) },
            stcs: if degenerate { None } else { optional(7) },
            degenerate,
        });
    }
    assert!(vectors.len() > 4000 && mutations.len() == 4000);
    (vectors, mutations)
}

/// All option sets.
pub const OPTIONS: [RegionOptions; 3] = [
    RegionOptions { winding: obscore_view::region::Winding::Dali, all_region_types: true },
    RegionOptions { winding: obscore_view::region::Winding::Butler, all_region_types: true },
    RegionOptions::BUTLER,
];

/// Angles are equal to 1e-9 degrees; longitudes also across zero.
pub fn same_angle(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            let d = (a - b).abs();
            d <= 1e-9 || (d - 360.0).abs() <= 1e-9
        }
        _ => false,
    }
}

pub fn same_columns(a: &RegionColumns, b: &RegionColumns) -> bool {
    same_angle(a.s_ra, b.s_ra)
        && same_angle(a.s_dec, b.s_dec)
        && same_angle(a.s_fov, b.s_fov)
        && a.s_region == b.s_region
}

/// Compares the answers of another path, a row for each of `texts`, with those of Rust.
pub fn compare(path: &str, texts: &[&str], options: RegionOptions, rows: &[RegionColumns]) {
    assert_eq!(texts.len(), rows.len(), "{path}: rows");
    let mut wrong = 0;
    for (text, row) in texts.iter().zip(rows) {
        let (expected, _) = columns(text, options);
        if !same_columns(&expected, row) {
            wrong += 1;
            if wrong <= 5 {
                eprintln!(
                    "{path} {options:?}\n  text {text:?}\n  rust {expected:?}\n  here {row:?}"
                );
            }
        }
    }
    assert_eq!(wrong, 0, "{path}: {wrong} of {} rows differ", rows.len());
    println!("{path}: {} rows of 4 columns equal ({options:?})", rows.len());
}

/// `SELECT` of the four columns from every `step`-th row of `v`, as the compiler writes them.
pub fn select(dialect: Dialect, strategy: Strategy, options: RegionOptions, step: i32) -> String {
    use RegionColumn::{Dec, Fov, Ra, Region};
    let mut query = Query::select();
    for which in [Ra, Dec, Fov, Region] {
        let region = Expr::col("region");
        query.expr(column(dialect, strategy, which, region, Some(SCHEMA), &options));
    }
    query
        .from("v")
        .and_where(Expr::col("n").modulo(step).eq(0))
        .order_by("n", sea_query::Order::Asc);
    match dialect {
        Dialect::Postgres => query.to_string(sea_query::PostgresQueryBuilder),
        Dialect::Sqlite => query.to_string(sea_query::SqliteQueryBuilder),
    }
}

/// A schema whose name needs quoting.
pub const SCHEMA: &str = "Ob\"s $$ core";

/// All texts: vectors, then mutations.
pub fn texts() -> Vec<&'static str> {
    let (vectors, mutations) = vectors();
    vectors.iter().map(|v| &*v.text).chain(mutations.iter().map(|m| &*m.text)).collect()
}

/// Every `step`-th text.
pub fn some_texts(step: i32) -> Vec<&'static str> {
    texts().into_iter().step_by(usize::try_from(step).unwrap()).collect()
}

/// Whether it is one of sphgeom's own, not made by hand nor mutated nor too small for pgSphere.
pub fn is_ordinary(text: &str) -> bool {
    vectors().0.iter().skip(200).any(|v| v.text == text && v.circle.is_none_or(|c| c[2] > 1e-3))
}
