//! Butler's `where` expression language as a tree.
//!
//! In: the text of a `where`. Out: an [`Expression`], or a diagnostic with a caret. Follows the
//! grammar of `lsst.daf.butler.queries.expressions`; what is not supported says so with its place.

mod call;
mod check;
mod instant;
mod lex;
mod parse;
mod time;
mod tree;

pub use parse::parse;
pub use time::{TimeFormat, TimeLiteral, TimeScale, time_literal};
pub use tree::{BindValue, Comparison, Expression, Node, Operator, Range, Shape};
