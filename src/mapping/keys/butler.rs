//! Keys that Butler's exporter and its live manager read: `ObsCoreConfig`, `ObsCoreManagerConfig`,
//! `ExporterConfig`; and where ours are among them.

use super::Kind::{
    Any, Block, Blocks, Choice, Column, Date, Integer, IntegerPair, Named, NumberPair,
    OneOrMoreTexts, Template, Text, Texts, Where,
};
use super::Owner::{Butler, Exporter, Live, Own};
use super::own::{OWN, OWN_TYPE};
use super::{Table, key};

/// The whole file.
pub(in crate::mapping) static ROOT: Table = Table {
    name: "mapping",
    doc: "Which dataset types of a Butler repository become ObsCore rows, and how.",
    keys: &[
        key(
            "collections",
            Texts,
            Butler,
            "Collections to read. For the exporter a search path of names: the first collection \
             that has a dataset wins. With `collection_type: RUN` regular expressions that must \
             match the whole name of a RUN; without any, all RUNs. With `collection_type: TAGGED` \
             exactly one name.",
        )
        .nullable(),
        key(
            "collection_type",
            Choice(&["RUN", "TAGGED"]),
            Live,
            "Makes the file a configuration of the live ObsCore manager and says what \
             `collections` are. Absent in files of the exporter.",
        ),
        key("namespace", Text, Live, "Name of the live manager's schema version entry.")
            .default("\"daf_butler_obscore\""),
        key(
            "version",
            Integer,
            Live,
            "Version of the live manager's configuration; required with `collection_type`.",
        ),
        key("table_name", Text, Live, "Name of the live manager's own table.")
            .default("\"obscore\""),
        key(
            "dataset_types",
            Named(&Block(&DATASET_TYPE)),
            Butler,
            "The dataset types that become rows, by name. Others are left out.",
        )
        .required(),
        key(
            "obs_collection",
            Text,
            Butler,
            "`obs_collection` of every row, unless the dataset type has its own.",
        )
        .nullable(),
        key(
            "facility_name",
            Text,
            Butler,
            "`facility_name` of rows whose instrument is not in `facility_map`.",
        )
        .required(),
        key("facility_map", Named(&Text), Butler, "Instrument to facility.").default("{}"),
        key(
            "extra_columns",
            Named(&Column),
            Butler,
            "Columns of every dataset type: a constant, or a template with a type. A name of a \
             standard column replaces its value and keeps its type.",
        )
        .nullable(),
        key(
            "indices",
            Named(&OneOrMoreTexts),
            Butler,
            "Indices of the live manager's table, name to columns. A view has no indices.",
        )
        .nullable(),
        key(
            "spectral_ranges",
            Named(&NumberPair),
            Butler,
            "Physical filter or band to `[em_min, em_max]` in metres; null where unknown. The \
             physical filter is looked up first.",
        )
        .default("{}"),
        key(
            "spatial_plugins",
            Named(&Block(&PLUGIN)),
            Butler,
            "Additional columns with geometry, by an arbitrary name.",
        )
        .default("{}"),
        key(
            "fallback_instrument",
            Text,
            Butler,
            "`instrument_name` of rows whose data ID has no instrument, such as coadds.",
        )
        .nullable(),
        key(
            "obs_publisher_did_fmt",
            Template,
            Butler,
            "Template of `obs_publisher_did`, for instance `ivo://org.example/repo?id={id}`.",
        )
        .nullable(),
        key(
            "where",
            Block(&WHERE),
            Exporter,
            "Restricts the rows of all dataset types that have no constraint of their own.",
        )
        .default("{}"),
        key(
            "dataset_type_constraints",
            Named(&Blocks(&WHERE)),
            Exporter,
            "Dataset type to alternatives, each as in `where`; a row has to satisfy one of them.",
        )
        .default("{}"),
        key("batch_size", Integer, Exporter, "Rows per batch of an export.").default("10000"),
        key("parquet_compression", Text, Exporter, "Compression of Parquet files.")
            .default("\"snappy\""),
        key("csv_null_string", Text, Exporter, "What stands for NULL in CSV.").default("\"\\\\N\""),
        key("origin", Block(&ORIGIN), Exporter, "Data origin, written into VOTables.").nullable(),
        key(
            "obscore_view",
            Block(&OWN),
            Own,
            "Keys of obscore-view. Butler ignores them, so the file stays usable for Butler.",
        ),
    ],
};

/// A dataset type.
pub(in crate::mapping) static DATASET_TYPE: Table = Table {
    name: "dataset_type",
    doc: "How the datasets of one type become rows.",
    keys: &[
        key(
            "dataproduct_type",
            Text,
            Butler,
            "`dataproduct_type`: image, cube, spectrum, sed, timeseries, visibility, event or \
             measurements.",
        )
        .required(),
        key("dataproduct_subtype", Text, Butler, "`dataproduct_subtype`.").nullable(),
        key(
            "calib_level",
            Integer,
            Butler,
            "`calib_level`: 0 raw in a private format, 1 raw, 2 calibrated, 3 combined, \
             4 derived.",
        )
        .required(),
        key("o_ucd", Text, Butler, "`o_ucd`, for instance `phot.flux.density`.").nullable(),
        key("access_format", Text, Butler, "`access_format`, a MIME type.").nullable(),
        key("obs_id_fmt", Template, Butler, "Template of `obs_id`.").nullable(),
        key("datalink_url_fmt", Template, Butler, "Template of `access_url`.").nullable(),
        key("obs_collection", Text, Butler, "Replaces the mapping's `obs_collection`.").nullable(),
        key("s_xel", IntegerPair, Butler, "`[s_xel1, s_xel2]`: pixels along each axis.").nullable(),
        key(
            "extra_columns",
            Named(&Column),
            Butler,
            "Columns of this dataset type; they replace the mapping's of the same name.",
        )
        .nullable(),
        key("obscore_view", Block(&OWN_TYPE), Own, "Keys of obscore-view for this dataset type."),
    ],
};

/// A column with a template.
pub(in crate::mapping) static COLUMN: Table = Table {
    name: "column",
    doc: "A column whose value is a formatted template.",
    keys: &[
        key(
            "template",
            Template,
            Butler,
            "The template. What a dataset type cannot have gives NULL.",
        )
        .required(),
        key(
            "type",
            Choice(&["bool", "int", "float", "string"]),
            Butler,
            "The type that the formatted text is converted to.",
        )
        .default("\"string\""),
        key("length", Integer, Butler, "Declared length of a string.").nullable(),
        key("doc", Text, Butler, "Description of the column.").nullable(),
    ],
};

/// A plugin.
pub(in crate::mapping) static PLUGIN: Table = Table {
    name: "spatial_plugin",
    doc: "A plugin of Butler for geometry columns.",
    keys: &[
        key(
            "cls",
            Text,
            Butler,
            "`lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin` or \
             `lsst.daf.butler.registry.obscore.default_spatial.DefaultSpatialObsCorePlugin`.",
        )
        .required(),
        key("config", Block(&PGSPHERE), Butler, "Configuration of the plugin.").default("{}"),
    ],
};

/// The configuration of the pgSphere plugin.
pub(in crate::mapping) static PGSPHERE: Table = Table {
    name: "pgsphere",
    doc: "Names of the pgSphere columns.",
    keys: &[
        key("region_column", Text, Butler, "Column of type spoly.").default("\"pgsphere_region\""),
        key("position_column", Text, Butler, "Column of type spoint.")
            .default("\"pgsphere_position\""),
    ],
};

/// A constraint.
pub(in crate::mapping) static WHERE: Table = Table {
    name: "where",
    doc: "A constraint in Butler's expression language.",
    keys: &[
        key("where", Where, Exporter, "The expression; empty matches everything.").default("\"\""),
        key(
            "bind",
            Named(&Any),
            Exporter,
            "Values of names in the expression: texts, numbers, timestamps, or lists of them.",
        )
        .default("{}"),
        key("extra_dims", Texts, Exporter, "Dimensions to join in addition.").default("[]"),
    ],
};

/// Data origin.
pub(in crate::mapping) static ORIGIN: Table = Table {
    name: "origin",
    doc: "Data origin, see the IVOA note of that name.",
    keys: &[
        key("publisher", Text, Exporter, "The data centre.").required(),
        key("publication_date", Date, Exporter, "Date of publication.").required(),
        key("citation", Text, Exporter, "DOI of the data.").nullable(),
        key("reference_url", Text, Exporter, "Landing page.").nullable(),
        key("article", Text, Exporter, "DOI of a publication.").nullable(),
        key("title", Text, Exporter, "Title of the data.").nullable(),
    ],
};

/// Keys that older files have and that no model reads any more.
pub(in crate::mapping) const FORMER: &[(&str, &str)] = &[(
    "use_butler_uri",
    "Butler stopped reading it; `datalink_url_fmt` alone decides what access_url is",
)];
