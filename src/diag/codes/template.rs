//! Codes of templates.

use super::Code;

/// Family T.
pub const CODES: &[Code] = &[];
