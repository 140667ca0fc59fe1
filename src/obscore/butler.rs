//! The table that Butler's own ObsCore code fills, as `butler obscore export` writes it.

use super::Column;
use super::ColumnType::Text;

/// The integer and float widths of an exported column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportType {
    /// Text.
    String,
    /// 16-bit integer (`calib_level`).
    Int16,
    /// 32-bit integer (`*_xel`).
    Int32,
    /// 64-bit integer (extra columns).
    Int64,
    /// Double.
    Float64,
    /// Boolean.
    Boolean,
}

/// `em_filter_name`, which is in Butler's table and not in the standard.
pub const EM_FILTER_NAME: Column = Column::new(
    "em_filter_name",
    Text,
    "",
    "instr.bandpass",
    "",
    "Band of the observation (not in the standard)",
);

/// The leading columns of an export, in Butler's order. Extra columns follow, then [`SPATIAL`].
pub const STATIC: &[(&str, ExportType)] = &[
    ("dataproduct_type", ExportType::String),
    ("dataproduct_subtype", ExportType::String),
    ("facility_name", ExportType::String),
    ("calib_level", ExportType::Int16),
    ("target_name", ExportType::String),
    ("obs_id", ExportType::String),
    ("obs_collection", ExportType::String),
    ("obs_publisher_did", ExportType::String),
    ("access_url", ExportType::String),
    ("access_format", ExportType::String),
    ("s_resolution", ExportType::Float64),
    ("s_xel1", ExportType::Int32),
    ("s_xel2", ExportType::Int32),
    ("t_xel", ExportType::Int32),
    ("t_min", ExportType::Float64),
    ("t_max", ExportType::Float64),
    ("t_exptime", ExportType::Float64),
    ("t_resolution", ExportType::Float64),
    ("em_xel", ExportType::Int32),
    ("em_min", ExportType::Float64),
    ("em_max", ExportType::Float64),
    ("em_res_power", ExportType::Float64),
    ("em_filter_name", ExportType::String),
    ("o_ucd", ExportType::String),
    ("pol_xel", ExportType::Int32),
    ("instrument_name", ExportType::String),
];

/// The columns that Butler's default spatial plugin adds after the extra columns.
pub const SPATIAL: &[(&str, ExportType)] = &[
    ("s_ra", ExportType::Float64),
    ("s_dec", ExportType::Float64),
    ("s_fov", ExportType::Float64),
    ("s_region", ExportType::String),
];
