//! Codes of generate, apply, check and drop.

use super::Code;

/// Family D.
pub const CODES: &[Code] = &[
    Code {
        code: "D001",
        title: "cannot write",
        text: "The product could not be written. Nothing else was done.",
    },
    Code {
        code: "D002",
        title: "no such code",
        text: "`explain` takes the code that stands in brackets in a message. Without a code it lists \
all of them.",
    },
];
