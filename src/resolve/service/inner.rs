//! Tables that a service asks for itself, and shows nobody.
//!
//! In: view plans, a registry snapshot. Out: for each view a plan with the datasets themselves beside their ObsCore
//! values ([`datasets`]), so that whoever has an identifier finds the data ID, and the other way round; and the
//! memberships of datasets in collections, the datastore's records and its trash as tables ([`memberships`]).

use super::native::{Native, text_of};
use crate::catalog::{Column, Type};
use crate::obscore::ColumnType;
use crate::plan::{
    Bound, Branch, Join, Multiplicity, On, Origin, RUN, Scalar, TAGS, TimeForm, ValueKind,
    ViewColumn, ViewPlan,
};
use crate::registry::{CollectionKey, Group, Snapshot};
use crate::resolve::tables::{Tables, value_kind};
use crate::value::Literal;

/// The name that a column of [`datasets`] has beside those of the view.
pub fn own_name(name: &str) -> String {
    format!("{OWN}{name}")
}

/// How names of columns begin that are Butler's: `id`, `dataset_type`, `storage_class`, `run`, and the dimensions.
pub const OWN: &str = "butler/";

/// The plan of a view with the datasets beside their values. Dimensions are those that data IDs require and those that
/// these imply, the band of a visit say; one that the data IDs of a dataset type have neither way is NULL there.
pub fn datasets(plan: &ViewPlan, snapshot: &Snapshot) -> ViewPlan {
    let mut plan = plan.clone();
    let mut dimensions: Vec<String> = Vec::new();
    let groups: Vec<_> = plan.branches.iter().map(|branch| group(branch, snapshot)).collect();
    let required = groups.iter().flatten().flat_map(|group| &group.required);
    let implied = groups.iter().flatten().flat_map(|group| &group.implied);
    for name in required.chain(implied) {
        if !dimensions.contains(name) {
            dimensions.push(name.clone());
        }
    }
    let texts = ["id", "dataset_type", "storage_class", "run"];
    plan.columns.extend(texts.map(|name| described(name, ColumnType::Text)));
    plan.columns.extend(dimensions.iter().map(|name| {
        let kind = match dimension_kind(snapshot, name) {
            ValueKind::Int => ColumnType::BigInt,
            _ => ColumnType::Text,
        };
        described(name, kind)
    }));
    for (branch, group) in plan.branches.iter_mut().zip(groups) {
        // Of a dataset type that the universe does not know nothing is known.
        let Some(group) = group else {
            branch.values.resize(plan.columns.len(), Scalar::Null);
            continue;
        };
        // With what it takes to read them.
        let mut tables = Tables::new(snapshot, group);
        tables.joins = std::mem::take(&mut branch.joins);
        let run = tables.run();
        let dataset_type = snapshot.dataset_types.get(&branch.dataset_type);
        let class = dataset_type.map_or(Scalar::Null, |one| text(&one.storage_class));
        let own = [Scalar::DatasetId, text(&branch.dataset_type), class, run];
        branch.values.extend(own);
        let of_data_id = |name: &String| tables.dimension(name).unwrap_or(Scalar::Null);
        branch.values.extend(dimensions.iter().map(of_data_id));
        branch.joins = tables.joins;
    }
    plan
}

/// Media type of a document of links.
pub const LINKS_TYPE: &str = "application/x-votable+xml;content=datalink";

/// URLs that a service gives its datasets: what comes before a dataset's UUID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefixes {
    /// Of links.
    pub links: String,
    /// Of files, where they are given.
    pub files: Option<String>,
}

/// Makes the access URLs of a view's rows those of a service: links where the mapping has URLs of links, or says
/// that its products are links; files where it has a format but no URL. What leads to links is told by its format.
pub fn relink(plan: &mut ViewPlan, own: &Prefixes) {
    let position = |name: &str| plan.columns.iter().position(|column| column.name == name);
    let (Some(url), Some(format)) = (position("access_url"), position("access_format")) else {
        return;
    };
    for branch in &mut plan.branches {
        let is_link = match branch.values.get(format) {
            Some(Scalar::Literal(Literal::String(format))) => Some(format.contains("datalink")),
            _ => None,
        };
        let Some(value) = branch.values.get_mut(url) else { continue };
        let to_links = *value != Scalar::Null || is_link == Some(true);
        let prefix = match (to_links, is_link) {
            (true, _) => Some(&own.links),
            (false, Some(_)) => own.files.as_ref(),
            (false, None) => None,
        };
        if let Some(prefix) = prefix {
            *value = Scalar::Concat(vec![text(prefix), Scalar::DatasetId]);
        }
        // The type of what is behind the URL, and not of the dataset behind that.
        if let (true, Some(format)) = (to_links, branch.values.get_mut(format)) {
            *format = text(LINKS_TYPE);
        }
    }
}

fn described(name: &str, kind: ColumnType) -> ViewColumn {
    ViewColumn {
        name: own_name(name),
        kind,
        unit: String::new(),
        ucd: String::new(),
        utype: String::new(),
        description: String::new(),
        origin: Origin::Extra,
    }
}

fn text(text: &str) -> Scalar {
    Scalar::Literal(Literal::String(text.to_owned()))
}

fn dimension_kind(snapshot: &Snapshot, name: &str) -> ValueKind {
    let element = snapshot.universe.elements.get(name);
    let key = element.and_then(|one| one.keys.first());
    key.map_or(ValueKind::Int, |key| value_kind(key.kind))
}

fn of_data_id(snapshot: &Snapshot, name: &str) -> Scalar {
    let kind = dimension_kind(snapshot, name);
    Scalar::Column { alias: TAGS.to_owned(), column: name.to_owned(), kind, nullable: false }
}

/// All dimensions of a branch's data IDs.
fn group(branch: &Branch, snapshot: &Snapshot) -> Option<Group> {
    snapshot.universe.group(branch.required.iter().map(String::as_str)).ok()
}

/// Tables of the registry about datasets in collections, each under its own name: those that say which datasets are
/// in which collections, for calibrations with the times when they are valid; the children of chains; and the
/// files of a datastore.
pub fn memberships(snapshot: &Snapshot) -> Vec<Native> {
    let mut tables: Vec<Native> = Vec::new();
    for dataset_type in snapshot.dataset_types.values() {
        let calibs = dataset_type.calibs_table.as_ref().map(|table| (table, true));
        for (table, is_calibs) in [(&dataset_type.tags_table, false)].into_iter().chain(calibs) {
            let is_there = snapshot.tables.contains_key(table);
            if is_there && !tables.iter().any(|known| known.table.name == *table) {
                tables.push(membership(snapshot, table, &dataset_type.required, is_calibs));
            }
        }
    }
    tables.push(chains(snapshot));
    tables.extend(snapshot.all_datastore_records().map(records));
    let locations = [LOCATION, TRASH].into_iter();
    tables.extend(locations.filter(|name| snapshot.tables.contains_key(*name)).map(location));
    tables
}

/// The name of the table of the children of chains.
pub const CHAINS: &str = "collection_chain";

/// The name of the table of datasets that a datastore has.
pub const LOCATION: &str = "dataset_location";

/// The name of the table of datasets that a datastore is going to remove.
pub const TRASH: &str = "dataset_location_trash";

/// How the names of tables of files begin; behind it is what the registry calls them.
pub const RECORDS: &str = "records/";

fn membership(snapshot: &Snapshot, table: &str, required: &[String], is_calibs: bool) -> Native {
    let mut made = Native::new(table, "", table, TAGS);
    made.add(Column::new("dataset_id", Type::Text), Scalar::DatasetId);
    made.joins.push(joined("dataset_type", "dataset_type", ("id", "dataset_type_id")));
    made.add(Column::new("dataset_type", Type::Unicode), text_of("dataset_type", "name"));
    made.add(Column::new("storage_class", Type::Unicode), text_of("dataset_type", "storage_class"));
    let collection = match snapshot.collection_key {
        CollectionKey::Name => text_of(TAGS, "collection_name"),
        CollectionKey::Integer => {
            made.joins.push(joined(RUN, "collection", ("collection_id", "collection_id")));
            text_of(RUN, "name")
        }
    };
    made.add(Column::new("collection", Type::Unicode), collection);
    for name in required {
        let value = of_data_id(snapshot, name);
        let kind = match value.kind() {
            ValueKind::Int => Type::Long,
            _ => Type::Unicode,
        };
        made.add(Column::new(own_name(name), kind), value);
    }
    for (name, bound) in [("t_min", Bound::Begin), ("t_max", Bound::End)] {
        if is_calibs {
            let time = Scalar::Time { alias: TAGS.to_owned(), bound, form: TimeForm::UtcMjd };
            made.add(Column::new(name, Type::Double), time);
        }
    }
    made
}

fn joined(alias: &str, table: &str, (own, other): (&str, &str)) -> Join {
    let other = On::Column { alias: TAGS.to_owned(), column: other.to_owned() };
    Join {
        alias: alias.to_owned(),
        table: table.to_owned(),
        on: vec![(own.to_owned(), other)],
        multiplicity: Multiplicity::ExactlyOne,
        filters: false,
    }
}

fn chains(snapshot: &Snapshot) -> Native {
    let mut made = Native::new(CHAINS, "", "collection_chain", TAGS);
    for name in ["parent", "child"] {
        let value = match snapshot.collection_key {
            CollectionKey::Name => text_of(TAGS, name),
            CollectionKey::Integer => {
                made.joins.push(joined(name, "collection", ("collection_id", name)));
                text_of(name, "name")
            }
        };
        made.add(Column::new(name, Type::Unicode), value);
    }
    made.add(Column::new("position", Type::Long), integer("position"));
    made
}

fn integer(name: &str) -> Scalar {
    let (alias, column) = (TAGS.to_owned(), name.to_owned());
    Scalar::Column { alias, column, kind: ValueKind::Int, nullable: true }
}

fn records(table: &str) -> Native {
    let mut made = Native::new(&format!("{RECORDS}{table}"), "", table, TAGS);
    made.add(Column::new("dataset_id", Type::Text), Scalar::DatasetId);
    for name in ["component", "path"] {
        made.add(Column::new(name, Type::Unicode), text_of(TAGS, name));
    }
    made.add(Column::new("file_size", Type::Long), integer("file_size"));
    made
}

fn location(table: &str) -> Native {
    let mut made = Native::new(table, "", table, TAGS);
    made.add(Column::new("dataset_id", Type::Text), Scalar::DatasetId);
    made
}
