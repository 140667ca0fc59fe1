//! What a query means: names, types, and its SQL.
//!
//! In: an ADQL tree, the [`Catalog`](crate::catalog::Catalog) and the columns of uploads. Out: a
//! [`Checked`] tree in which every name is found and every value has a type ([`check()`]), and from
//! it the SQL of a dialect in which no text of the user stands ([`write()`]): names are generated,
//! texts are parameters. [`abilities()`] says what a database can answer by itself, [`pushed`] which
//! conditions it can apply early when it cannot. Pure.

mod abilities;
mod check;
mod counted;
mod full;
mod near;
mod plain;
mod push;
mod sky;
mod top;
mod tree;
mod wish;
mod write;

pub use abilities::{Ability, abilities};
pub use check::{Uploaded, check};
pub use counted::counted;
pub use near::{Near, Side, are_equal_somewhere, nearby, shapes};
pub use plain::{Plain, Sought, plain};
pub use push::pushed;
pub use sky::covers;
pub use top::{Top, top};
pub use tree::*;
pub use wish::wishes;
pub use write::{
    Needs, Pairs, Place, Regional, Sql, Written, column, conditions, encoded, fallback, needs,
    write,
};
