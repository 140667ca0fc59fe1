//! Codes of templates.

use super::Code;

/// Family T.
pub const CODES: &[Code] = &[
    Code {
        code: "T001",
        title: "a `{` of a template is not closed",
        text: "\
Templates are Python format strings: text with fields in braces. Every `{` opens a field that must
end with `}` in the same template. A brace that belongs to the text is doubled.

  wrong:  obs_id_fmt: \"{visit\"
  right:  obs_id_fmt: \"{visit}\"
  right:  obs_id_fmt: \"{{{visit}}}\"        gives {123}

Inside `[…]` everything up to the next `]` is a name, so a forgotten `]` also hides the `}`.",
    },
    Code {
        code: "T002",
        title: "a `}` of a template closes nothing",
        text: "\
A single `}` outside a field is an error in Python format strings. Double it when it belongs to the
text, or add the `{` that is missing before it.

  wrong:  obs_title: {template: \"visit} of the night\"}
  right:  obs_title: {template: \"{visit} of the night\"}",
    },
    Code {
        code: "T003",
        title: "the name inside a template field is malformed",
        text: "\
A field is a name, followed by any number of `.attribute` and `[item]` steps, none of them empty and
without braces inside. Items stand in brackets without quotes.

  wrong:  {records[visit]name}     {records[].name}     {visit.}
  right:  {records[visit].name}",
    },
    Code {
        code: "T004",
        title: "a template field has no name",
        text: "\
`{}` and `{0}` refer to positional arguments in Python. Butler formats templates with named
arguments only, so a positional field fails for every dataset.

  wrong:  obs_id_fmt: \"{}-{}\"
  right:  obs_id_fmt: \"{tract}-{patch}\"

The names are the dimensions of the dataset type (visit, detector, band, tract, …), `records[…]`,
`id`, `run`, `dataset_type`, and the columns that are already set.",
    },
    Code {
        code: "T005",
        title: "the conversion of a template field is wrong",
        text: "\
After `!` stands one letter: `s` (str), `r` (repr) or `a` (ascii), then `:` or `}`. Conversions are
hardly ever needed in a mapping; a format specification begins with a colon.

  wrong:  {tract!d}
  right:  {tract:05d}      {physical_filter!s:>12}",
    },
    Code {
        code: "T006",
        title: "the format specification of a template field is wrong",
        text: "\
What follows the colon is Python's mini-language:

  [[fill]align][sign][z][#][0][width][grouping][.precision][type]

with align one of < > ^ =, sign one of + - or a space, grouping , or _ and type one of
s (text), d b o x X c n (integers), f F e E g G % (numbers). Width and precision are at most 1000.

  {tract:05d}     00042
  {band:>4}          r, right-aligned in four characters
  {x:.3f}         3.142",
    },
    Code {
        code: "T007",
        title: "a field inside a format specification",
        text: "\
Python can take a width from another field, as in `{name:{width}}`. A view has one expression per
column, whose layout is decided when the view is made, so this is not possible here.

  wrong:  {visit:{detector}d}
  right:  {visit:012d}",
    },
];
