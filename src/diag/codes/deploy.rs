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
    Code {
        code: "D003",
        title: "not a live registry",
        text: "A snapshot says what a registry was like; a view can only be installed in the database \
itself. Name the repository or its database URL. `generate` and the lints of `check` work from a snapshot.",
    },
    Code {
        code: "D004",
        title: "something is in the way",
        text: "A table, a view or a function has a name that the ObsCore view needs, and does not carry \
our stamp, or carries that of another ObsCore view. obscore-view replaces and drops only what it made. \
Butler's own live ObsCore table is called `obscore` by default, too: put the view into a schema of its \
own (--schema) or give it another name (--view).",
    },
    Code {
        code: "D005",
        title: "made by a newer obscore-view",
        text: "The stamp in the database names a later version than this one. Replacing the view would \
undo what that version does better. Update the tool, or say --force.",
    },
    Code {
        code: "D006",
        title: "others depend on the view",
        text: "A view is replaced by dropping it and making it anew in one transaction. Objects that \
somebody built on it (views, materialized views, functions, triggers) would have to be dropped as well, \
which obscore-view does not do. Drop them first and make them again afterwards. Grants are no obstacle: \
they are carried over.",
    },
    Code {
        code: "D007",
        title: "pg_sphere is missing",
        text: "The mapping has the pgsphere plugin, whose columns have the types spoly and spoint of \
the extension pg_sphere. The database does not have it. `CREATE EXTENSION pg_sphere` needs a superuser \
and the server's package (Debian: postgresql-N-pgsphere).",
    },
    Code {
        code: "D008",
        title: "readers need the region functions",
        text: "SQLite cannot store functions. With `--regions functions` s_region and its like are \
computed by functions that each client has to load from the extension library; without it a client \
gets `no such function`. `--regions inline`, the default, writes the computation out in SQL.",
    },
    Code {
        code: "D009",
        title: "the view cannot be read",
        text: "After the view had been made, and before that was made permanent, the database was asked \
to plan a query on it, and refused. Everything was taken back. The message is the database's own.",
    },
];
