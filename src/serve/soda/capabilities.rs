//! VOSI capabilities of a SODA service.

use crate::serve::vosi::plain_capabilities;

/// The document of the service at `base`; `security` is the way to authenticate where nobody is served without.
pub fn document(base: &str, security: Option<&str>) -> String {
    plain_capabilities(
        base,
        &[
            (super::SYNC, "1.0", "/sync", security),
            (super::ASYNC, "1.0", "/async", security),
            // VOSI documents are read without a name, whatever the others need.
            ("ivo://ivoa.net/std/VOSI#capabilities", "1.0", "/capabilities", None),
            ("ivo://ivoa.net/std/VOSI#availability", "1.0", "/availability", None),
        ],
    )
}
