//! The ObsCore tables of a service, as programs ask them.

use crate::catalog::{Column, Type};
use crate::plan::{Scalar, Search};
use crate::resolve::service::{LOCATION, OWN, RECORDS, TRASH};
use crate::stream::engine::Service;
use crate::value::Literal;

/// An ObsCore table with the datasets themselves beside their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// The schema of the table that everybody sees.
    pub name: String,
    /// The schema of Butler's own tables beside it.
    pub natives: String,
    /// The schema of the tables that only programs ask.
    pub schema: String,
    /// The columns of this one; those of the ObsCore table first.
    pub columns: Vec<String>,
    /// The dimensions of its data IDs, required and implied ones, and whether each is a number.
    pub dimensions: Vec<(String, bool)>,
    /// Its dataset types, with their storage classes and the tables of their memberships.
    pub dataset_types: Vec<DatasetType>,
    /// The collections of its search, chains among them; none where all runs of some names are searched.
    pub path: Vec<String>,
    /// All tables of memberships of calibrations in the registry, with the dimensions of their data IDs.
    pub calibrations: Vec<(String, Vec<String>)>,
    /// Butler's tables of dimension elements, with the columns of their keys and the dimensions that these are of.
    pub elements: Vec<(String, Vec<(String, String)>)>,
    /// The tables of the datastores' records of files.
    pub records: Vec<String>,
    /// Whether there are the tables of what datastores have, and of what they are going to remove.
    pub has_trash: bool,
}

impl Shelf {
    /// The tables that may have memberships of datasets of a type.
    pub fn memberships<'s>(&'s self, kind: &'s DatasetType) -> impl Iterator<Item = &'s str> {
        let calibrations = self.calibrations.iter().filter(|(_, own)| *own == kind.required);
        [&kind.tags].into_iter().chain(calibrations.map(|(table, _)| table)).map(String::as_str)
    }
}

/// A dataset type that is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetType {
    /// Its name.
    pub name: String,
    /// The table of its memberships in runs and tagged collections.
    pub tags: String,
    /// Its required dimensions.
    pub required: Vec<String>,
    /// Its level of calibration, as the mapping has it.
    pub level: Option<i64>,
}

/// The tables of a service.
pub fn shelves(service: &Service) -> Vec<Shelf> {
    let sites = service.sites.iter();
    sites
        .flat_map(|site| site.published.iter().map(move |one| (site, one)))
        .filter(|(_, one)| one.is_inner)
        .map(|(site, published)| {
            let table = &published.obscore.table;
            let columns: Vec<String> = table.columns.iter().map(|one| one.name.clone()).collect();
            let schema = site.inner();
            let hidden = site.natives.iter().skip(site.shown);
            let calibrations =
                hidden.clone().filter(|native| native.table.column("t_min").is_some());
            let dimensions = dimensions(&table.columns);
            let calibrations: Vec<(String, Vec<String>)> = calibrations
                .map(|one| (one.table.name.clone(), dimensions_of(&one.table.columns)))
                .collect();
            let level = published.plan.columns.iter().position(|one| one.name == "calib_level");
            let dataset_types = published.plan.branches.iter().map(|branch| DatasetType {
                name: branch.dataset_type.clone(),
                tags: branch.tags_table.clone(),
                required: branch.required.clone(),
                level: level.and_then(|at| match branch.values.get(at) {
                    Some(Scalar::Literal(Literal::Int(level))) => Some(*level),
                    _ => None,
                }),
            });
            let path = match &published.plan.search {
                Search::Path(names) => names.clone(),
                Search::Runs(_) | Search::Tagged(_) => Vec::new(),
            };
            let elements = site.natives.iter().take(site.shown).filter(|one| !one.keys.is_empty());
            let elements = elements.map(|one| {
                // A key that is not named like a dimension is that of the element itself.
                let names = dimensions.iter().any(|(name, _)| *name == one.from);
                let dimension = |column: &String| match (column.as_str(), names) {
                    ("id" | "name", true) => one.from.clone(),
                    (column, _) => column.to_owned(),
                };
                let keys = one.keys.iter().map(|column| (column.clone(), dimension(column)));
                (one.table.name.clone(), keys.collect())
            });
            Shelf {
                elements: elements.collect(),
                path,
                name: published.schema.clone(),
                natives: site.schema.clone(),
                records: hidden
                    .clone()
                    .map(|one| one.table.name.clone())
                    .filter(|name| name.starts_with(RECORDS))
                    .collect(),
                has_trash: [LOCATION, TRASH]
                    .iter()
                    .all(|name| hidden.clone().any(|one| one.table.name == **name)),
                dataset_types: dataset_types.collect(),
                schema,
                columns,
                dimensions,
                calibrations,
            }
        })
        .collect()
}

/// Dimensions among columns, and whether each is a number.
fn dimensions(columns: &[Column]) -> Vec<(String, bool)> {
    let own = columns.iter().filter_map(|column| {
        let name = column.name.strip_prefix(OWN)?;
        let is_one = !["id", "dataset_type", "storage_class", "run"].contains(&name);
        is_one.then(|| (name.to_owned(), column.kind == Type::Long))
    });
    own.collect()
}

fn dimensions_of(columns: &[Column]) -> Vec<String> {
    dimensions(columns).into_iter().map(|(name, _)| name).collect()
}
