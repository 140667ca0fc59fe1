//! Codes of mapping files.

use super::Code;

/// Family M, up to M099.
pub const CODES: &[Code] = &[];
