//! The mapping as data.

use indexmap::IndexMap;

use crate::diag::{Source, Span};
use crate::template::Template;
use crate::value::Literal;

/// A value with its place in the mapping file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// A whole mapping file.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The file, for diagnostics of later stages.
    pub source: Source,
    /// Which collections, and how they are named.
    pub collections: Collections,
    /// Dataset type name → block, in the order of the file.
    pub dataset_types: IndexMap<String, Spanned<DatasetTypeBlock>>,
    /// `obs_collection` of all dataset types without one of their own.
    pub obs_collection: Option<String>,
    /// `facility_name`.
    pub facility_name: String,
    /// Instrument → facility.
    pub facility_map: IndexMap<String, String>,
    /// Columns of all dataset types.
    pub extra_columns: IndexMap<String, Spanned<ExtraColumn>>,
    /// Physical filter or band → wavelengths in metres.
    pub spectral_ranges: IndexMap<String, SpectralRange>,
    /// Column pairs of the pgsphere plugin, in the order of the file.
    pub pgsphere: Vec<Spanned<PgSphereColumns>>,
    /// `instrument_name` of rows whose data ID has no instrument.
    pub fallback_instrument: Option<String>,
    /// Template of `obs_publisher_did`.
    pub obs_publisher_did_fmt: Option<Spanned<Template>>,
    /// Own key: template of `obs_creator_did`.
    pub obs_creator_did_fmt: Option<Spanned<Template>>,
    /// The exporter's `where`: constraint on all dataset types without one of their own.
    pub where_: WhereBind,
    /// Dataset type → alternatives (a row for each that it satisfies in Butler; once here).
    pub dataset_type_constraints: IndexMap<String, Vec<WhereBind>>,
    /// The exporter's batch size.
    pub batch_size: usize,
    /// The exporter's Parquet compression: `snappy`, `zstd`, `gzip`, `lz4`, `brotli`, `none`.
    pub parquet_compression: String,
    /// The exporter's NULL in CSV.
    pub csv_null_string: String,
    /// Data origin metadata.
    pub origin: Option<Origin>,
    /// Keys of the live manager, when the file has `collection_type`.
    pub live: Option<LiveManager>,
    /// The live manager's indices: name → columns. A view has none; kept for `apply`'s advice.
    pub indices: IndexMap<String, Vec<String>>,
    /// Our own switches.
    pub deviations: Deviations,
}

impl Mapping {
    /// Makes the mapping mean exactly what it means to Butler: every deviation off, every key of our
    /// own ignored but where and how the view is made.
    pub fn switch_deviations_off(&mut self) {
        // The live manager has one row for every dataset, with a region or without.
        let live = self.collections.rule != CollectionRule::SearchPath;
        self.deviations = Deviations {
            winding: Winding::Butler,
            keep_visitless: live,
            one_row_per_dataset: live,
            all_region_types: false,
            regions: self.deviations.regions,
            view: self.deviations.view.clone(),
            suppress: self.deviations.suppress.clone(),
            ..Deviations::default()
        };
        self.obs_creator_did_fmt = None;
        for block in self.dataset_types.values_mut() {
            block.value.own = TypeDeviations::default();
        }
    }
}

/// Keys that only Butler's live ObsCore manager reads; they do not change rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveManager {
    /// `namespace`; `daf_butler_obscore` by default.
    pub namespace: String,
    /// `version`, required.
    pub version: i64,
    /// `table_name`; `obscore` by default.
    pub table_name: String,
}

/// Which collections a mapping reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Collections {
    /// How the names are meant.
    pub rule: CollectionRule,
    /// Names or regular expressions, in order; empty means all runs (live manager only).
    pub names: Vec<Spanned<String>>,
}

/// The meaning of `collections`, from `collection_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollectionRule {
    /// No `collection_type` (exporter): a search path of names of any type, find-first.
    SearchPath,
    /// `RUN` (live manager): Python regular expressions, `fullmatch`, on RUN names; no find-first.
    RunPatterns,
    /// `TAGGED` (live manager): exactly one TAGGED collection.
    Tagged,
}

/// The block of a dataset type.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetTypeBlock {
    /// `dataproduct_type`, required.
    pub dataproduct_type: Spanned<String>,
    /// `dataproduct_subtype`.
    pub dataproduct_subtype: Option<String>,
    /// `calib_level`, required.
    pub calib_level: Spanned<i64>,
    /// `o_ucd`.
    pub o_ucd: Option<Spanned<String>>,
    /// `access_format`.
    pub access_format: Option<String>,
    /// Template of `obs_id`.
    pub obs_id_fmt: Option<Spanned<Template>>,
    /// Template of `access_url`.
    pub datalink_url_fmt: Option<Spanned<Template>>,
    /// Overrides the mapping's.
    pub obs_collection: Option<String>,
    /// Pixels along the two spatial axes.
    pub s_xel: Option<(i64, i64)>,
    /// Columns of this dataset type; override the mapping's of the same name.
    pub extra_columns: IndexMap<String, Spanned<ExtraColumn>>,
    /// Own keys of this dataset type, under its `obscore_view:`.
    pub own: TypeDeviations,
}

/// Keys of our own in the block of a dataset type; they override those of the whole mapping.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TypeDeviations {
    /// ObsCore columns as constants or templates.
    pub columns: IndexMap<String, Spanned<ExtraColumn>>,
    /// Template of `obs_creator_did`.
    pub obs_creator_did_fmt: Option<Spanned<Template>>,
    /// `obs_release_date`.
    pub obs_release_date: Option<ReleaseDate>,
}

/// The value of an extra column.
#[derive(Debug, Clone, PartialEq)]
pub enum ExtraColumn {
    /// A constant; its type is the column's.
    Constant(Literal),
    /// A template, whose text is converted.
    Template(Column),
}

/// `{template, type, length, doc}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The template.
    pub template: Spanned<Template>,
    /// What the formatted text is converted to.
    pub kind: ColumnType,
    /// Length of a string column, for declarations only.
    pub length: Option<u32>,
    /// Description.
    pub doc: Option<String>,
}

/// Types of extra columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// `bool(int(text))`.
    Bool,
    /// 64-bit integer.
    Int,
    /// Double.
    Float,
    /// Text.
    String,
}

/// Wavelengths in metres; an end may be unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpectralRange {
    /// `em_min`.
    pub min: Option<f64>,
    /// `em_max`.
    pub max: Option<f64>,
}

/// Columns of the `PgSphereObsCorePlugin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PgSphereColumns {
    /// Name of the `spoly` column; `pgsphere_region` by default.
    pub region: String,
    /// Name of the `spoint` column; `pgsphere_position` by default.
    pub position: String,
}

/// `{where, bind, extra_dims}`, parsed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WhereBind {
    /// The expression; `None` matches everything.
    pub expression: Option<Spanned<crate::expression::Expression>>,
    /// Bind name → values: scalars or lists.
    pub bind: IndexMap<String, Vec<Literal>>,
    /// Dimensions to join as well.
    pub extra_dims: Vec<Spanned<String>>,
}

/// Data origin, as dax_obscore writes it into VOTables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Data centre.
    pub publisher: String,
    /// ISO date.
    pub publication_date: String,
    /// DOI of the data.
    pub citation: Option<String>,
    /// Landing page.
    pub reference_url: Option<String>,
    /// DOI of the article.
    pub article: Option<String>,
    /// Title.
    pub title: Option<String>,
}

/// Keys of our own (under `obscore_view:` in the file) and their defaults.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent switch of the file")]
#[derive(Debug, Clone, PartialEq)]
pub struct Deviations {
    /// `winding: dali | butler`.
    pub winding: Winding,
    /// `exposures_without_visit: keep | drop`; what the exporter drops is kept by default.
    pub keep_visitless: bool,
    /// `visitless_position: none | tracking`.
    pub visitless_position: VisitlessPosition,
    /// `one_row_per_dataset`, true by default; false gives Butler's row per visit.
    pub one_row_per_dataset: bool,
    /// `region_types: all | polygons`; `polygons` gives NULL geometry for the rest as Butler does.
    pub all_region_types: bool,
    /// `access_estsize: none | datastore`.
    pub access_estsize: AccessEstsize,
    /// `obs_release_date: {from: ingest | observation, delay_days: N}`.
    pub obs_release_date: Option<ReleaseDate>,
    /// `obs_creation_date: ingest`.
    pub obs_creation_date: bool,
    /// `regions`: how s_region is made; chosen by the command when absent.
    pub regions: Option<RegionStrategy>,
    /// `columns`: ObsCore columns that Butler never fills, by name, as constants or templates.
    pub columns: IndexMap<String, Spanned<ExtraColumn>>,
    /// `view`: where the view is installed.
    pub view: ViewName,
    /// `suppress`: codes of findings of `check` that do not count.
    pub suppress: Vec<Spanned<String>>,
}

impl Default for Deviations {
    fn default() -> Self {
        Self {
            winding: Winding::Dali,
            keep_visitless: true,
            visitless_position: VisitlessPosition::None,
            one_row_per_dataset: true,
            all_region_types: true,
            access_estsize: AccessEstsize::None,
            obs_release_date: None,
            obs_creation_date: false,
            regions: None,
            columns: IndexMap::new(),
            view: ViewName::default(),
            suppress: Vec::new(),
        }
    }
}

/// `view: {schema, name}`; absent parts are chosen by the dialect.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewName {
    /// Schema.
    pub schema: Option<Spanned<String>>,
    /// Name of the view.
    pub name: Option<Spanned<String>>,
}

/// How s_region is made from Butler's encoded regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionStrategy {
    /// Database functions.
    Functions,
    /// Plain SQL.
    Inline,
    /// The raw column, decoded by this program while streaming.
    Service,
    /// A side table filled by triggers.
    Ingest,
}

/// Order of the vertices of s_region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Winding {
    /// Counter-clockwise seen from inside the sphere, as DALI wants it.
    Dali,
    /// As stored by Butler.
    Butler,
}

/// Position of an exposure that no visit has been defined for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitlessPosition {
    /// NULL.
    None,
    /// `tracking_ra`, `tracking_dec`.
    Tracking,
}

/// Source of `access_estsize`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessEstsize {
    /// NULL.
    None,
    /// Sum of `file_datastore_records.file_size`, in kB.
    Datastore,
}

/// Rule of `obs_release_date`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReleaseDate {
    /// From the ingest date rather than the end of the observation.
    pub from_ingest: bool,
    /// Days to add.
    pub delay_days: f64,
}
