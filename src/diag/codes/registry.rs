//! Codes of registries, databases and credentials.

use super::Code;

/// Family R.
pub const CODES: &[Code] = &[];
