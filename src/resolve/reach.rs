//! Tables beyond the dimensions of a dataset type.
//!
//! In: a larger group of dimensions. Out: the joins that bring the rest of it, as Butler's query
//! system makes them: all tables are equated in every dimension that they share, required or
//! implied, so that implied dimensions must agree.

use std::collections::{BTreeMap, BTreeSet};

use super::tables::{Place, Tables};
use crate::plan::{Join, Multiplicity, On};
use crate::registry::{Element, Group, Snapshot};

/// How the dimensions beyond a dataset type are reached.
#[derive(Debug, Default)]
pub struct Reached {
    /// The joins, each after those it depends on; their aliases are the names of the elements.
    pub joins: Vec<Join>,
    /// Where the values of the added dimensions are.
    pub places: BTreeMap<String, Place>,
}

/// The joins from the dimensions of `tables`, and from `known` ones beyond them, to all of `wanted`;
/// `read` names elements whose fields are asked for. `None` for a universe that does not fit.
pub fn reach(
    snapshot: &Snapshot,
    tables: &mut Tables<'_>,
    known: &BTreeMap<String, Place>,
    wanted: &Group,
    read: &BTreeSet<String>,
) -> Option<Reached> {
    let universe = &snapshot.universe;
    let have: BTreeSet<&String> = tables.group.names.iter().chain(known.keys()).collect();
    let all = |element: &str| universe.required_columns(element);
    let mut candidates: Vec<String> = wanted
        .elements
        .iter()
        .filter(|name| !all(name).iter().all(|one| have.contains(one)))
        .filter(|name| {
            universe.elements.get(*name).is_some_and(|element| {
                element.is_dimension() || element.always_join || read.contains(*name)
            })
        })
        .cloned()
        .collect();
    let mut reached = Reached { joins: Vec::new(), places: known.clone() };
    while !candidates.is_empty() {
        let mut place = |dimension: &str| -> Option<Place> {
            tables.dimension_place(dimension).or_else(|| reached.places.get(dimension).cloned())
        };
        // What is best determined comes first, so that the text reads as one would write it.
        let rank = |name: &String, place: &mut dyn FnMut(&str) -> Option<Place>| {
            let found = all(name).iter().filter(|one| place(one).is_some()).count();
            let columns =
                all(name).len() + universe.elements.get(name).map_or(0, |e| e.implies.len());
            (found, columns)
        };
        let mut best = (0, (0, 0));
        for (index, name) in candidates.iter().enumerate() {
            let this = rank(name, &mut place);
            if index == 0 || this > best.1 {
                best = (index, this);
            }
        }
        let name = candidates.remove(best.0);
        let element = universe.elements.get(&name)?;
        let complete = all(&name).iter().all(|one| place(one).is_some());
        // Foreign keys guarantee the record of a dimension that is known by its key.
        if complete && element.is_dimension() && element.implies.is_empty() && !read.contains(&name)
        {
            continue;
        }
        let mut on = Vec::new();
        let mut new = Vec::new();
        for dimension in all(&name).iter().chain(&element.implies) {
            let column = own_column(snapshot, element, &name, dimension);
            match place(dimension) {
                Some((alias, other)) => on.push((column, On::Column { alias, column: other })),
                None => new.push((dimension.clone(), (name.clone(), column))),
            }
        }
        reached.places.extend(new);
        reached.joins.push(Join {
            alias: name.clone(),
            table: element.view_of.clone().unwrap_or(name),
            on,
            multiplicity: Multiplicity::Many,
            filters: true,
        });
    }
    Some(reached)
}

/// The column of an element's table that holds a dimension.
fn own_column(snapshot: &Snapshot, element: &Element, name: &str, dimension: &str) -> String {
    // A dimension without a table of its own is a column of its name elsewhere.
    if element.view_of.is_some() {
        return dimension.to_owned();
    }
    snapshot.universe.key_column(name, dimension).to_owned()
}
