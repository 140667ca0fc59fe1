//! Codes of export.

use super::Code;

/// Family X.
pub const CODES: &[Code] = &[
    Code {
        code: "X001",
        title: "the output cannot be written",
        text: "The export writes to a file beside the one that was named, and renames it when all \
rows are in it. This failed: the folder may not exist or not be writable, or the disk may be full. \
Nothing half-written is left, and an older file of that name is as it was.",
    },
    Code {
        code: "X002",
        title: "the reader of the output has left",
        text: "The program that reads standard output has closed it, as `head` does. This is no \
error: the export stops.",
    },
    Code {
        code: "X003",
        title: "a value does not fit its column",
        text: "Butler's ObsCore table has narrower integers than the registry: calib_level has 16 \
bits, the *_xel columns have 32. A value that does not fit is an error in Butler's exporter, too. \
Correct the mapping, or the record that the value comes from.",
    },
    Code {
        code: "X004",
        title: "no such compression",
        text: "`parquet_compression` takes the names that pyarrow has: snappy (the default), zstd, \
gzip, lz4, brotli, none.",
    },
    Code {
        code: "X005",
        title: "the format of the export is not clear",
        text: "The format follows from the name of the file: .parquet, .csv, or .xml, .vot and \
.votable for VOTable. Other names, and `-o -` for standard output, need --format. Parquet goes to files only: \
its index comes at the end, and readers need to seek.",
    },
    Code {
        code: "X006",
        title: "a dataset type that the mapping does not have",
        text: "--dataset-type chooses among the blocks under `dataset_types` of the mapping, as \
`butler obscore export` does. It cannot add one, because nothing would say what its rows are.",
    },
    Code {
        code: "X007",
        title: "a snapshot has no rows",
        text: "`inspect -o FILE` writes what the compiler needs to know about a registry, not its \
datasets. `generate` can work from it; `export` needs the registry itself.",
    },
    Code {
        code: "X008",
        title: "regions that cannot be decoded",
        text: "Some values of region columns are not what lsst.sphgeom writes. Their rows were \
exported with NULL in the spatial columns.",
    },
    Code {
        code: "X009",
        title: "interrupted",
        text: "The export was stopped by a signal, for instance Ctrl-C. Nothing half-written is \
left, and an older file of the same name is as it was.",
    },
    Code {
        code: "X010",
        title: "the applied view cannot be asked",
        text: "\
With --via view a query is answered from what `apply` installed on PostgreSQL, by a role that may read that
and nothing of Butler's. It is not there, was made without what services need, or the role lacks a right:
USAGE on its schema, SELECT on its views, EXECUTE on its function `…_found`.

  obscore-view apply REPO -m mapping.yaml --grant-select tap      gives a role all of these

SQLite has no roles: ask the registry itself there.",
    },
    Code {
        code: "X011",
        title: "the applied view is not what the mapping says",
        text: "\
With --via view the view must have been applied from this very mapping file (by its SHA-256), and by this
version of obscore-view or an older one. Apply it again, or name the mapping that it was made from. Whether it fits the registry as it
is now, `check` tells, with a role that may read the registry.",
    },
];
