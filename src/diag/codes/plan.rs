//! Codes of compiling a mapping against a registry.

use super::Code;

/// Family P.
pub const CODES: &[Code] = &[
    Code {
        code: "P001",
        title: "dataset type not registered",
        text: "The mapping has a block for a dataset type that this repository does not know (yet). \
The view is made without it: no rows come from that block. When somebody registers the dataset type, \
`check` reports it and `apply` adds the rows. If it is a slip of the pen, correct the name; \
`inspect` lists the dataset types of the repository.",
    },
    Code {
        code: "P002",
        title: "dataset type with unknown dimensions",
        text: "The registry says that a dataset type has a dimension that its own dimension universe \
does not define. The registry is damaged, or a schema migration is under way; try again when it has \
ended.",
    },
    Code {
        code: "P003",
        title: "template names what the dataset type does not have",
        text: "A template can name the dimensions of the data ID (required and implied), `id`, `run`, \
`dataset_type`, values that are set before it (`dataproduct_type`, `calib_level`, `obs_collection`, \
`obs_id`, …) and the records of its dimensions: `{records[visit].name}`. In an extra column a name \
that does not exist gives NULL, as in Butler; in obs_id_fmt, datalink_url_fmt, \
obs_publisher_did_fmt and obs_creator_did_fmt it is this error. A field that a record does not have \
is an error everywhere.",
    },
    Code {
        code: "P004",
        title: "format that the value cannot take",
        text: "The view computes templates in the database, with exactly the texts of Python's \
`format`. Integers take the types b, c, d, e, E, f, F, g, G, n, o, x, X and %, doubles e, E, f, F, \
g, G, n and %, text takes s; all with fill, alignment and width, numbers with sign, `#`, `0` and \
grouping, doubles with `z` and a precision; !r, !s and !a work for all but times as MJD, where !r \
depends on the version of NumPy. Other combinations are errors in Python, too, for every dataset: a \
precision for an integer, a sign for text, a specification for `id` (write `{id!s:>40}`).",
    },
    Code {
        code: "P005",
        title: "no datastore records",
        text: "`access_estsize: datastore` takes file sizes from the table in which a file datastore \
keeps its records (`file_datastore_records` by default). This registry has no such table, so the \
column stays NULL.",
    },
    Code {
        code: "P006",
        title: "collection does not exist",
        text: "A collection of the mapping's search path is not in the repository. The view names it, \
so its datasets show as soon as it is made. Butler's own exporter stops with an error here.",
    },
    Code {
        code: "P007",
        title: "collection is not TAGGED",
        text: "With `collection_type: TAGGED` the mapping must name one TAGGED collection.",
    },
    Code {
        code: "P008",
        title: "not a regular expression",
        text: "With `collection_type: RUN`, `collections` holds Python regular expressions that must \
match the whole name of a RUN collection. This one cannot be compiled.",
    },
    Code {
        code: "P009",
        title: "pattern resolved when the view is made",
        text: "Most patterns become a test that the database makes for every query, so new runs show \
at once. PostgreSQL can test regular expressions; SQLite only GLOB patterns. A pattern beyond that is \
resolved to the runs that match when the view is made; `check` reports runs that match since, and \
`apply` adds them.",
    },
];
