//! Tokens → tree: a recursive descent with one token of look-ahead where the grammar allows it.
//!
//! Follows the grammar of ADQL 2.1, and where its BNF contradicts the text, the text: INTERSECT
//! binds closer than UNION, IN takes a list of one, a join that is not NATURAL wants a condition.
//! What can be understood in spite of an error is read on, so that one run finds several.
//! Depth is bounded: nesting by [`NESTING`], chains of operators by [`CHAIN`], so that neither the
//! parser nor anybody who walks the tree runs out of stack.

mod call;
mod condition;
mod cursor;
mod geometry;
mod hint;
mod query;
mod table;
mod value;

use super::token::{Token, TokenKind};
use super::tree::{Condition, Expression, Query};
use super::{Version, lexer};
use crate::diag::{Diagnostic, Source};

/// Parentheses, calls and subqueries inside each other.
const NESTING: usize = 64;

/// Height of the tree of one value, and the number of joins and of set operators in a query.
const CHAIN: usize = 400;

/// An error after which reading cannot go on; it is in [`Parser::errors`].
struct Stop;

type Parse<T> = Result<T, Stop>;

/// A query and what is to be said about it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The query.
    pub query: Query,
    /// What is understood although ADQL does not have it.
    pub warnings: Vec<Diagnostic>,
}

struct Parser<'a> {
    source: &'a Source,
    tokens: Vec<Token>,
    at: usize,
    version: Version,
    depth: usize,
    /// Joins and set operators so far.
    links: usize,
    /// The height of the tallest value since the innermost subquery began.
    tallest: usize,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

/// What an operand turned out to be.
enum Item {
    Value(Expression),
    Condition(Condition),
}

struct Operand {
    item: Item,
    /// Whether it stands in parentheses of its own.
    closed: bool,
    height: usize,
}

/// Reads a query in a version of the language.
///
/// # Errors
/// All errors that were found, at least one.
pub fn parse_as(source: &Source, version: Version) -> Result<Parsed, Vec<Diagnostic>> {
    let mut tokens = lexer::tokens(source)?;
    tokens.retain(|token| token.kind != TokenKind::Comment);
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        version,
        depth: 0,
        links: 0,
        tallest: 0,
        errors: Vec::new(),
        warnings: Vec::new(),
    };
    match parser.query() {
        Ok(query) if parser.errors.is_empty() => Ok(Parsed { query, warnings: parser.warnings }),
        _ => Err(parser.errors),
    }
}
