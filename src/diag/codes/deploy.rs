//! Codes of generate, apply, check and drop.

use super::Code;

/// Family D.
pub const CODES: &[Code] = &[];
