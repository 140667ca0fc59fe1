//! Butler's `where` expression language as a tree.
//!
//! In: the text of a `where`. Out: an [`Expression`], or a diagnostic with a caret. Follows the
//! grammar of `lsst.daf.butler.queries.expressions`; what is not supported says so with its place.

mod tree;

pub use tree::{Comparison, Expression, Node, Range};
