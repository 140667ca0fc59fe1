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
    Code {
        code: "D010",
        title: "SQLite cannot keep decoded regions",
        text: "With the region strategy `ingest`, triggers on Butler's tables decode regions when they are \
stored. SQLite runs triggers in the process that writes, which is Butler's: functions of this program are \
not there, a trigger that called them would make Butler's insert fail, and without functions SQL takes \
milliseconds for a region. `functions` and `inline` make views in SQLite; `query`, `export` and `serve` \
need none.",
    },
    Code {
        code: "D011",
        title: "a view has no service",
        text: "The region strategy `service` means that a program decodes regions while it sends rows. \
`query`, `export` and `serve` do so, whatever the strategy. A view is read by the database alone, so \
`generate`, `apply` and `check` need another strategy: `functions`, `inline` or, on PostgreSQL, `ingest`; \
say it by --regions or under `obscore_view: regions` of the mapping.",
    },
    Code {
        code: "D020",
        title: "not deployed",
        text: "There is no ObsCore view of that name that carries our stamp. `apply` installs it. If it \
is somewhere else, name the place by --schema and --view, or in the mapping under `obscore_view: view`.",
    },
    Code {
        code: "D021",
        title: "not what the mapping says",
        text: "The deployed view is as it was made, but the mapping (or the options, or the version of \
the tool) would make another one now. `apply --dry-run` shows the difference, `apply` brings the view \
up to date. Give `check` the same --regions, --parity, --schema and --view as `apply`.",
    },
    Code {
        code: "D022",
        title: "dataset type registered since",
        text: "The mapping has a block for a dataset type that the registry did not know when the view \
was made, and knows now. Its rows are not in the view until `apply` has run again.",
    },
    Code {
        code: "D023",
        title: "new runs match",
        text: "A regular expression in `collections` uses what the database cannot test, so its matches \
were written into the view when it was made. Runs that match it have been added since. `apply` adds \
their rows. A simpler pattern is tested live: on PostgreSQL most are, on SQLite literal text and `.*`.",
    },
    Code {
        code: "D024",
        title: "changed by hand",
        text: "The definition in the database is not the one that `apply` left there: somebody ran \
CREATE OR REPLACE, or dropped and made it anew. `apply --dry-run` shows the difference; `apply` \
undoes the change. What the change was for may belong into the mapping.",
    },
    Code {
        code: "D025",
        title: "parts are missing",
        text: "The ObsCore view reads helper views and a view for each dataset type. Some of them, or \
the ObsCore view itself, are gone. `apply` makes everything anew.",
    },
    Code {
        code: "D026",
        title: "deployed by a newer obscore-view",
        text: "The stamp in the database names a later version. Differences that are reported may be \
improvements. Check with that version.",
    },
    Code {
        code: "D027",
        title: "deployed by an older obscore-view",
        text: "The view works as it did. Applying again gives it what has been improved since; \
CHANGELOG.md says what that is.",
    },
    Code {
        code: "D028",
        title: "the registry's schema has changed",
        text: "Dimension universe or managers are of another version than when the view was made: \
`butler migrate` has run. Columns may have moved, so apply again.",
    },
    Code {
        code: "D029",
        title: "schema migration under way",
        text: "The registry's tables disagree with the versions that butler_attributes names. A \
migration is under way, or was broken off. Nothing else can be checked until it has ended.",
    },
    Code {
        code: "D030",
        title: "leap seconds expire",
        text: "Times are converted from TAI to UTC with the leap seconds that this version knows. The \
IERS announces half a year ahead whether there will be another one; after the day in the message t_min \
and t_max of new observations may be wrong by a second.",
    },
    Code {
        code: "D031",
        title: "changes cannot be noticed",
        text: "PostgreSQL does not keep the text of a view. `apply` notes a digest of what the server \
makes of it, which is how a change by hand is noticed. Views that were installed from `generate`'s \
output have none, and that of another major version of the server does not compare. `apply` puts \
that right.",
    },
    Code {
        code: "D032",
        title: "only the stamp is old",
        text: "The mapping file has changed, for instance in a comment, but the SQL that it makes has \
not. `apply` writes the new digest into the stamp; readers notice nothing.",
    },
    Code {
        code: "D033",
        title: "rights differ",
        text: "--owner or --grant-select ask for rights that are not there. `apply` with the same \
options grants them without making the views anew.",
    },
    Code {
        code: "D034",
        title: "unknown code suppressed",
        text: "`suppress` takes codes such as L020. One of them does not exist, so it suppresses nothing.",
    },
    Code {
        code: "D035",
        title: "out of time",
        text: "Looking at rows is limited in time, so that `check` can run against a large and busy \
registry. What took longer is not known to be good. --timeout gives it more.",
    },
    Code {
        code: "D036",
        title: "side tables of regions are out of step",
        text: "With `--regions ingest` triggers keep a side table for each dimension element with regions. \
Its rows were compared with the registry by a hash of the stored region: regions without a row, rows of \
another region or made by another version, and rows without a region. That happens where triggers were \
disabled (restoring with `pg_restore --disable-triggers`, `session_replication_role`, replication), or \
where a trigger could not write; PostgreSQL's log has a warning then. `apply` puts it right.",
    },
    Code {
        code: "D037",
        title: "side tables of regions may not be read",
        text: "`check` compares the side tables of `--regions ingest` with the registry. The role may not \
read them; readers of the view need not, but this takes SELECT on them.",
    },
    Code {
        code: "D038",
        title: "regions that cannot be found by their trixels",
        text: "Butler keeps, beside every region, the numbers of the HTM trixels of level 7 that it overlaps, in \
tables called <element>_skypix_overlap. The service finds images by place in them. Where a region is missing there, or \
the registry has another common pixelization, nothing is wrong with the rows, but queries by place on this element read \
all of its regions.",
    },
];
