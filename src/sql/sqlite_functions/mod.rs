//! [`crate::functions`] as functions of SQLite.
//!
//! In: a connection of this process. Out: `adql_…` and `ivo_…` on it, besides the `obscore_…` of
//! [`crate::sql::region`]. All but the random ones are deterministic, all are innocuous. Geometries
//! are BLOBs as [`crate::functions::Geometry`] encodes them; a TEXT in place of a geometry is a
//! region column of a registry, of which corrupt ones count as NULL. NULL for an argument gives
//! NULL unless a function says otherwise; wrong values are errors, and begin with the name that
//! the function has in ADQL.

mod aggregate;
mod call;
mod catalogue;
mod geometry;
mod host;
mod number;
mod text;

pub use host::register;

use self::call::Function;

/// All functions.
fn all() -> impl Iterator<Item = &'static Function> {
    [
        geometry::FUNCTIONS,
        number::FUNCTIONS,
        text::FUNCTIONS,
        catalogue::FUNCTIONS,
        aggregate::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// SQLite lets the second take the place of the first without a word.
    #[test]
    fn none_is_registered_twice() {
        let mut seen = BTreeSet::new();
        for function in super::all() {
            for count in function.counts {
                assert!(seen.insert((function.name, count)), "{:?} {count}", function.name);
            }
        }
    }
}
