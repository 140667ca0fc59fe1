//! Codes of cutouts.

use super::Code;

/// Family C.
pub const CODES: &[Code] = &[
    Code {
        code: "C001",
        title: "the job of a cutout is not one",
        text: "A job is a JSON document with `version` 1, `input`, `stencils` (one) and `output`; \
`dataset` and `provenance` may be there. Unknown keys are errors, so that nothing that was asked for \
is left out without a word. docs/cutout-backends.md has all keys.",
    },
    Code {
        code: "C002",
        title: "the file cannot be cut",
        text: "The input is not FITS, is shorter than its headers say, has headers or tiles that are \
damaged, or needs something that the built-in back-end does not have. The message says which HDU. \
Another back-end may be able to: docs/cutout-backends.md.",
    },
    Code {
        code: "C003",
        title: "no coordinates to cut by",
        text: "Cutouts need an image whose first two axes are longitude and latitude, in a \
projection and a frame that are supported; docs/cutouts.md lists them. Images of the same size without \
coordinates are cut along with it.",
    },
    Code {
        code: "C004",
        title: "the cutout is too large",
        text: "The pixels of the result are counted before any is read, and there are more than the \
limit; or a tile, a header or the input itself is larger than what may be taken into memory or to the \
disk. Ask for a smaller part, or fetch the whole file.",
    },
    Code {
        code: "C005",
        title: "the stencil is no shape",
        text: "A circle is longitude, latitude and radius; a polygon has three vertices or more and \
does not cross itself; a range has longitudes eastwards and latitudes northwards. All are degrees of \
ICRS.",
    },
    Code {
        code: "C006",
        title: "the stencil touches no image",
        text: "No pixel of the file shares a point with the shape, so that there is nothing to \
write.",
    },
    Code {
        code: "C007",
        title: "the back-end of cutouts failed",
        text: "The command could not be started, ended with an error, took longer than it may, or \
wrote something that is no outcome; or the worker did not answer as docs/cutout-backends.md says. The \
message has the end of what it said.",
    },
    Code {
        code: "C008",
        title: "the cutout cannot be written",
        text: "The folder of the output does not exist or may not be written to, the disk is full, or the \
output is the input. \
Nothing half-written is left.",
    },
];
