//! Codes of ObsCore lints of check.

use super::Code;

/// Family L.
pub const CODES: &[Code] = &[];
