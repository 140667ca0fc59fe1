//! Keys that only this program reads: the blocks `obscore_view`.

use super::Kind::{Block, Choice, Number, ObsCoreColumns, Switch, Template, Text, Texts};
use super::Owner::Own;
use super::{Table, key};

/// Own keys of a whole mapping.
pub(in crate::mapping) static OWN: Table = Table {
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
pub(in crate::mapping) static OWN_TYPE: Table = Table {
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
pub(in crate::mapping) static RELEASE: Table = Table {
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
pub(in crate::mapping) static VIEW: Table = Table {
    name: "view",
    doc: "Where the view is installed; the command line wins.",
    keys: &[
        key("schema", Text, Own, "Schema; `ivoa` on PostgreSQL.").nullable(),
        key("name", Text, Own, "Name; `obscore`.").nullable(),
    ],
};
/// Columns of ObsCore 1.1 that a mapping may fill by `obscore_view: columns`: the optional ones
/// and those mandatory ones that Butler leaves empty.
pub(in crate::mapping) const OBSCORE_COLUMNS: &[&str] = &[
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
