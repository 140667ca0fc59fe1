//! Codes of VOTables that are read.

use super::Code;

/// Family V.
pub const CODES: &[Code] = &[
    Code {
        code: "V001",
        title: "The document is not well-formed XML",
        text: concat!(
            "A tag, a reference or a character breaks the rules of XML 1.0, or the document ends ",
            "before its elements are closed. The latter mostly means that a transfer was cut short. ",
            "`xmllint --noout FILE` checks a file.",
        ),
    },
    Code {
        code: "V002",
        title: "The document is not a VOTable",
        text: concat!(
            "The outermost element of a VOTable is VOTABLE, in any namespace and with any prefix, and ",
            "its version, if it has one, is 1.something. Servers that fail often send an HTML page ",
            "instead of a table.",
        ),
    },
    Code {
        code: "V003",
        title: "The document's characters cannot be read",
        text: concat!(
            "A document is in UTF-8 unless it begins with a byte order mark of UTF-16 or its first ",
            "line names another encoding:\n",
            "\n",
            "    <?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n",
            "\n",
            "UTF-8, UTF-16, ISO-8859-1 and US-ASCII are read. Either another one is named, or the ",
            "bytes are not in the encoding that is named.",
        ),
    },
    Code {
        code: "V004",
        title: "The document refers to something that is not defined",
        text: concat!(
            "Only XML's own five entities and references to characters have a meaning. Declarations ",
            "in a DOCTYPE are refused and what it points to is never fetched, because entities can ",
            "make a small document endless or read files of the server.",
        ),
    },
    Code {
        code: "V005",
        title: "The document has no table that can be read",
        text: concat!(
            "The table that is read is the first TABLE in the first RESOURCE of type `results`, which ",
            "is also the type of a resource that does not say. Tables in resources of type `meta` ",
            "describe others and are passed over. A table needs at least one FIELD.",
        ),
    },
    Code {
        code: "V006",
        title: "A column is declared wrongly",
        text: concat!(
            "A FIELD needs a name and a datatype; its arraysize, if there is one, is a number, an ",
            "asterisk, or numbers joined by x of which the last may be an asterisk:\n",
            "\n",
            "    <FIELD name=\"ra\" datatype=\"double\" unit=\"deg\"/>\n",
            "    <FIELD name=\"band\" datatype=\"char\" arraysize=\"*\"/>\n",
            "    <FIELD name=\"centre\" datatype=\"double\" arraysize=\"2\" xtype=\"point\"/>",
        ),
    },
    Code {
        code: "V007",
        title: "The rows are written in a way that is not read",
        text: concat!(
            "Rows are read from TABLEDATA, and from BINARY and BINARY2 whose STREAM has base64 text. ",
            "FITS, Parquet and streams that are in another place (`href`) are refused: nothing is ",
            "fetched on behalf of a document. Save the table again in one of the former.",
        ),
    },
    Code {
        code: "V008",
        title: "A cell has a value that its column cannot have",
        text: concat!(
            "The text or the bytes of a cell do not fit the datatype, the arraysize or the xtype of ",
            "its FIELD. Nothing is cut, rounded or guessed: change the value or the FIELD. An empty ",
            "TD is null in any column.",
        ),
    },
    Code {
        code: "V009",
        title: "A row has too few or too many cells",
        text: "Each TR has one TD for each FIELD, in their order. An empty TD is null.",
    },
    Code {
        code: "V010",
        title: "The binary rows are damaged",
        text: concat!(
            "The STREAM has characters that base64 does not have, or ends inside a row. Either some ",
            "of it was lost, or the FIELD elements do not describe what was written; arrays of ",
            "variable size have four bytes with their count before them, and rows of BINARY2 begin ",
            "with a bit for each column.",
        ),
    },
    Code {
        code: "V011",
        title: "The document exceeds a limit",
        text: concat!(
            "The service bounds the size of documents, rows, cells and markup, the number of rows, ",
            "columns and attributes, and how deep elements may lie in each other. Nothing is cut off ",
            "silently. Upload fewer rows or columns, or ask for a higher limit.",
        ),
    },
    Code {
        code: "V012",
        title: "An element is out of its place",
        text: concat!(
            "TABLEDATA has TR elements, these have TD elements, and these have text. BINARY and ",
            "BINARY2 have one STREAM. A TABLE has its own FIELD elements.",
        ),
    },
    Code {
        code: "V013",
        title: "The document could not be read to its end",
        text: "Reading failed for a reason that is not the document's, such as a lost connection.",
    },
];
