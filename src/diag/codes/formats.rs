//! Codes of the output formats of a service.

use super::Code;

/// Family F.
pub const CODES: &[Code] = &[
    Code {
        code: "F001",
        title: "There is no such output format",
        text: concat!(
            "RESPONSEFORMAT, or FORMAT as TAP 1.0 called it, takes a media type or a short name, in ",
            "any case of letters:\n",
            "\n",
            "    RESPONSEFORMAT=votable\n",
            "    RESPONSEFORMAT=application/x-votable+xml;serialization=tabledata\n",
            "    RESPONSEFORMAT=text/csv;header=absent\n",
            "\n",
            "The message lists all of them; /capabilities has the list, too. A media type's ",
            "parameters are honoured or refused, never ignored.",
        ),
    },
    Code {
        code: "F002",
        title: "A value is not of its column's type",
        text: concat!(
            "A row of the result has an array, a complex number or an integer that the type of its ",
            "column cannot hold. The answer ends with the row before, and says so where its format ",
            "can: VOTable, JSON, HTML, FITS. CSV, TSV, and TABLEDATA, whose cells are text, show the ",
            "value as it is.",
        ),
    },
    Code {
        code: "F003",
        title: "Too many columns for FITS",
        text: concat!(
            "The keywords of a FITS table's columns end in a number of three digits, so it has 999 at ",
            "most. Select fewer columns, or ask for another format.",
        ),
    },
];
