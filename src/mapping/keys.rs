//! The one table of all keys of a mapping.
//!
//! Unknown-key detection and suggestions, the JSON Schema and `docs/mapping.md` all come from it,
//! so they cannot disagree. Names, types and defaults follow `ObsCoreConfig`,
//! `ObsCoreManagerConfig` and `ExporterConfig`; the rest are ours.

/// Who reads a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Both the exporter and the live manager of Butler.
    Butler,
    /// Only `butler obscore export`.
    Exporter,
    /// Only the live manager.
    Live,
    /// Only this program.
    Own,
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Template,
    Where,
    Integer,
    Number,
    Switch,
    Date,
    Choice(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A text or a list of texts.
    OneOrMoreTexts,
    /// Two integers.
    IntegerPair,
    /// Two numbers, each perhaps null.
    NumberPair,
    /// A float, integer, boolean, text, or a column block.
    Column,
    /// Anything.
    Any,
    /// A block of keys.
    Block(&'static Table),
    /// A list of blocks.
    Blocks(&'static Table),
    /// Free names, each with a value of that kind.
    Named(&'static Kind),
    /// ObsCore column names, each with a value as in `extra_columns`.
    ObsCoreColumns,
}

/// A key of a block.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// Whether null is the same as leaving the key out.
    pub(super) nullable: bool,
    /// The default as JSON; empty when there is none.
    pub(super) default: &'static str,
    pub(super) owner: Owner,
    pub(super) doc: &'static str,
}

/// The keys that a block may have.
#[derive(Debug)]
pub(super) struct Table {
    /// Name in the schema's `$defs`.
    pub(super) name: &'static str,
    pub(super) doc: &'static str,
    pub(super) keys: &'static [Key],
}

const fn key(name: &'static str, kind: Kind, owner: Owner, doc: &'static str) -> Key {
    Key { name, kind, required: false, nullable: false, default: "", owner, doc }
}

impl Key {
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    const fn default(mut self, json: &'static str) -> Self {
        self.default = json;
        self
    }
}

use Kind::{
    Any, Block, Blocks, Choice, Column, Date, Integer, IntegerPair, Named, Number, NumberPair,
    ObsCoreColumns, OneOrMoreTexts, Switch, Template, Text, Texts, Where,
};
use Owner::{Butler, Exporter, Live, Own};

/// The whole file.
pub(super) static ROOT: Table = Table {
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
pub(super) static DATASET_TYPE: Table = Table {
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
pub(super) static COLUMN: Table = Table {
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
pub(super) static PLUGIN: Table = Table {
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
pub(super) static PGSPHERE: Table = Table {
    name: "pgsphere",
    doc: "Names of the pgSphere columns.",
    keys: &[
        key("region_column", Text, Butler, "Column of type spoly.").default("\"pgsphere_region\""),
        key("position_column", Text, Butler, "Column of type spoint.")
            .default("\"pgsphere_position\""),
    ],
};

/// A constraint.
pub(super) static WHERE: Table = Table {
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
pub(super) static ORIGIN: Table = Table {
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

/// Own keys of a whole mapping.
pub(super) static OWN: Table = Table {
    name: "obscore_view",
    doc: "Keys of obscore-view for the whole mapping.",
    keys: &[
        key(
            "winding",
            Choice(&["dali", "butler"]),
            Own,
            "Order of polygon vertices in `s_region`: as DALI wants them, or as Butler stores \
             them.",
        )
        .default("\"dali\""),
        key(
            "regions",
            Choice(&["functions", "inline", "service", "ingest"]),
            Own,
            "How `s_region` is made; the command chooses when absent.",
        ),
        key(
            "region_types",
            Choice(&["all", "polygons"]),
            Own,
            "Whether regions other than convex polygons get geometry; Butler gives them none.",
        )
        .default("\"all\""),
        key(
            "exposures_without_visit",
            Choice(&["keep", "drop"]),
            Own,
            "What to do with an exposure whose visit is not defined yet; Butler drops it.",
        )
        .default("\"keep\""),
        key(
            "visitless_position",
            Choice(&["none", "tracking"]),
            Own,
            "Position of such an exposure: none, or `tracking_ra`, `tracking_dec`.",
        )
        .default("\"none\""),
        key(
            "one_row_per_dataset",
            Switch,
            Own,
            "False gives a row for each visit of an exposure, as Butler does.",
        )
        .default("true"),
        key(
            "access_estsize",
            Choice(&["none", "datastore"]),
            Own,
            "Fills `access_estsize` from the datastore's records.",
        )
        .default("\"none\""),
        key("obs_creator_did_fmt", Template, Own, "Template of `obs_creator_did`.").nullable(),
        key("obs_release_date", Block(&RELEASE), Own, "Fills `obs_release_date`.").nullable(),
        key(
            "obs_creation_date",
            Choice(&["ingest"]),
            Own,
            "Fills `obs_creation_date` from the ingest date.",
        )
        .nullable(),
        key(
            "columns",
            ObsCoreColumns,
            Own,
            "Other ObsCore columns, by name, as constants or templates.",
        )
        .default("{}"),
        key(
            "suppress",
            Texts,
            Own,
            "Codes of findings of `check`, such as `L020`, that do not count.",
        )
        .default("[]"),
        key("view", Block(&VIEW), Own, "Where the view is installed.").default("{}"),
    ],
};

/// Own keys of a dataset type.
pub(super) static OWN_TYPE: Table = Table {
    name: "obscore_view_type",
    doc: "Keys of obscore-view for one dataset type; they replace the mapping's.",
    keys: &[
        key("obs_creator_did_fmt", Template, Own, "Template of `obs_creator_did`.").nullable(),
        key("obs_release_date", Block(&RELEASE), Own, "Fills `obs_release_date`.").nullable(),
        key("columns", ObsCoreColumns, Own, "ObsCore columns, by name, as constants or templates.")
            .default("{}"),
    ],
};

/// The release date.
pub(super) static RELEASE: Table = Table {
    name: "release_date",
    doc: "When data become public.",
    keys: &[
        key(
            "from",
            Choice(&["ingest", "observation"]),
            Own,
            "Counted from the ingest date or from the end of the observation.",
        )
        .required(),
        key("delay_days", Number, Own, "Days to add.").default("0"),
    ],
};

/// The view.
pub(super) static VIEW: Table = Table {
    name: "view",
    doc: "Where the view is installed; the command line wins.",
    keys: &[
        key("schema", Text, Own, "Schema; `ivoa` on PostgreSQL.").nullable(),
        key("name", Text, Own, "Name; `obscore`.").nullable(),
    ],
};

/// Columns of ObsCore 1.1 that a mapping may fill by `obscore_view: columns`: the optional ones
/// and those mandatory ones that Butler leaves empty.
pub(super) const OBSCORE_COLUMNS: &[&str] = &[
    "target_name",
    "target_class",
    "obs_creation_date",
    "obs_creator_name",
    "obs_creator_did",
    "obs_title",
    "publisher_id",
    "bib_reference",
    "data_rights",
    "obs_release_date",
    "access_estsize",
    "s_resolution",
    "s_ucd",
    "s_unit",
    "s_resolution_min",
    "s_resolution_max",
    "s_pixel_scale",
    "s_calib_status",
    "s_stat_error",
    "t_resolution",
    "t_xel",
    "t_calib_status",
    "t_stat_error",
    "em_xel",
    "em_res_power",
    "em_ucd",
    "em_unit",
    "em_calib_status",
    "em_res_power_min",
    "em_res_power_max",
    "em_resolution",
    "em_stat_error",
    "o_unit",
    "o_calib_status",
    "o_stat_error",
    "pol_states",
    "pol_xel",
    "proposal_id",
];

/// Keys that older files have and that no model reads any more.
pub(super) const FORMER: &[(&str, &str)] = &[(
    "use_butler_uri",
    "Butler stopped reading it; `datalink_url_fmt` alone decides what access_url is",
)];

impl Table {
    /// The key called `name`.
    pub(super) fn find(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}
