//! The view plan: an ObsCore view as a list of branches, one per mapped dataset type.
//!
//! In: built by [`crate::resolve`] from a mapping and a registry snapshot. Out: a [`ViewPlan`],
//! lowered to SQL by [`crate::lower`]. A plan names the registry's tables and columns, but no
//! dialect; an expression knows which joins it needs, so that unused joins can be left out.

mod collections;
mod join;
mod predicate;
mod scalar;
mod sky;
mod wish;

pub use collections::{NameTest, Search};
pub use join::{Join, Multiplicity, On};
pub use predicate::{Interval, Predicate, Relation};
pub use scalar::{
    Bound, COLLECTIONS, DATASET, Operator, RUN, RegionPart, Scalar, TimeForm, ValueKind,
    tells_datasets_apart,
};

pub use sky::{Cover, LEVEL, RANGES};
pub use wish::{Constant, Test, Wish};

use crate::obscore::ColumnType;

/// A whole view.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewPlan {
    /// Its columns in order.
    pub columns: Vec<ViewColumn>,
    /// Its branches, in the order of the mapping; only registered dataset types have one.
    pub branches: Vec<Branch>,
    /// Which collections its datasets come from.
    pub search: Search,
}

/// A column of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewColumn {
    /// Name.
    pub name: String,
    /// Type, the same in every branch.
    pub kind: ColumnType,
    /// Unit; empty for none.
    pub unit: String,
    /// UCD; empty for none.
    pub ucd: String,
    /// Utype with prefix; empty for none.
    pub utype: String,
    /// Description.
    pub description: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a view column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Mandatory in ObsCore.
    Mandatory,
    /// Optional in ObsCore.
    Optional,
    /// Neither: Butler's `em_filter_name` or an extra column of the mapping.
    Extra,
    /// A spatial plugin's.
    Plugin,
}

/// The rows of one dataset type.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Name of the dataset type.
    pub dataset_type: String,
    /// `dataset_type.id`.
    pub dataset_type_id: i64,
    /// The table of its RUN and TAGGED memberships; alias `t` in the branch.
    pub tags_table: String,
    /// The table of its CALIBRATION memberships, where it can have any.
    pub calibs_table: Option<String>,
    /// Its required dimensions: the data ID columns of both tables.
    pub required: Vec<String>,
    /// Joins that bring dimension records, each after those it depends on.
    pub joins: Vec<Join>,
    /// Conditions on its rows: alternatives, of which one must hold; none means no condition.
    pub conditions: Vec<Predicate>,
    /// Whether a row counts once for every alternative that it satisfies, as in Butler's exporter.
    pub repeats: bool,
    /// One value for each of the view's columns.
    pub values: Vec<Scalar>,
}

/// Alias of the tags table in a branch.
pub const TAGS: &str = "t";

impl Branch {
    /// The aliases of the joins that `used` scalars, the conditions and obligatory joins need,
    /// with everything those depend on.
    pub fn needed<'a>(&'a self, used: impl IntoIterator<Item = &'a Scalar>) -> Vec<&'a Join> {
        let mut aliases: Vec<&str> = Vec::new();
        for scalar in used {
            scalar.aliases(&mut aliases);
        }
        for condition in &self.conditions {
            condition.aliases(&mut aliases);
        }
        let mut needed: Vec<&Join> = Vec::new();
        for join in self.joins.iter().rev() {
            if join.filters || aliases.contains(&join.alias.as_str()) {
                aliases.extend(join.dependencies());
                needed.push(join);
            }
        }
        needed.reverse();
        needed
    }
}
