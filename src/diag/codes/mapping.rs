//! Codes of mapping files and where-expressions.

use super::Code;

/// Family M.
pub const CODES: &[Code] = &[];
