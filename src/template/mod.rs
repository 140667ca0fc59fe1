//! Python `str.format` templates as trees.
//!
//! In: the text of a template, with its place in the mapping file. Out: a [`Template`], or a
//! diagnostic with a caret inside the template. No meaning here: whether a name exists is for
//! [`crate::resolve`]. Follows Python's format string syntax (PEP 3101 and the mini-language).

mod parse;
mod spec;
mod tree;

pub use parse::parse;
pub use tree::{Access, Align, Field, FormatSpec, Part, Template};
