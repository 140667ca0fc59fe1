//! ADQL, the IVOA's query language: text ↔ tree, without meaning.
//!
//! In: a query of ADQL 2.1 or 2.0. Out: a [`Query`] tree with a place on every node, or what is
//! wrong with it; and back to text. Tables, columns and types are the business of others: this
//! module knows what the grammar knows (REC-ADQL-2.1 and its BNF, REC-ADQL-2.0).
//!
//! ```
//! use obscore_view::adql::{self, Condition, Expression};
//! use obscore_view::diag::Source;
//!
//! let source = Source::new("query", "select top 5 obs_id from ivoa.obscore where t_min > 60800");
//! let query = adql::parse(&source).expect("it is legal");
//! assert_eq!(
//!     adql::format(&query),
//!     "SELECT TOP 5 obs_id\nFROM ivoa.obscore\nWHERE t_min > 60800\n"
//! );
//! let condition = Condition::equal(Expression::column("calib_level"), Expression::integer(2));
//! assert_eq!(condition.to_string(), "calib_level = 2");
//! ```
//!
//! [`parse`] gives the tree, [`parse_as`] also takes the version and gives warnings, [`lint`]
//! finds what is legal and wrong, [`tokens`] is for highlighting. Trees are built with `From` and
//! short constructors, walked with a [`Visitor`], changed with a [`Rewriter`], printed with
//! `Display` (one line) or [`format()`] (laid out). What is printed parses to the same tree.

mod functions;
mod lexer;
mod lexer_error;
mod lint;
mod outline;
mod parse;
mod position;
mod print;
mod reserved;
mod slot;
mod token;
mod tree;
mod visit;

pub use functions::{BuiltIn, CATALOGUE, Signature};
pub use lexer::tokens;
pub use lint::lint;
pub use outline::outline;
pub use parse::{Parsed, parse_as};
pub use position::Positions;
pub use print::format;
pub use reserved::{RESERVED, is_regular};
pub use token::{Token, TokenKind};
pub use tree::*;
pub use visit::{Rewriter, Visitor, rewrite, walk};

use crate::diag::{Diagnostic, Source};

/// A version of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// REC-ADQL-2.0 of 2008, with its errata.
    V2_0,
    /// REC-ADQL-2.1 of 2023.
    #[default]
    V2_1,
}

impl Version {
    /// The names that [`Version::named`] knows, for messages.
    pub const NAMES: &str = "ADQL, ADQL-2.0, ADQL-2.1";

    /// The version that a value of TAP's parameter LANG names, in any case (TAP 1.1 section 2.7.1);
    /// the newest where it names none.
    pub fn named(lang: &str) -> Option<Self> {
        match lang.to_ascii_uppercase().as_str() {
            "ADQL" | "ADQL-2.1" => Some(Self::V2_1),
            "ADQL-2.0" => Some(Self::V2_0),
            _ => None,
        }
    }
}

/// Reads a query of ADQL 2.1, and so almost every query of ADQL 2.0.
///
/// # Errors
/// All errors that were found, at least one, each with its place.
pub fn parse(source: &Source) -> Result<Query, Vec<Diagnostic>> {
    parse_as(source, Version::V2_1).map(|parsed| parsed.query)
}
