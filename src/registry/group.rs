//! Dependency-complete sets of dimensions.
//!
//! In: names of dimensions. Out: a [`Group`], which mirrors
//! `lsst.daf.butler.dimensions.DimensionGroup`: what identifies a record, what follows from it, and
//! which elements carry its region and timespan.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{Element, Universe};

/// A dependency-complete set of dimensions; every list is in the universe's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// All dimensions: those asked for and all that they require or imply.
    pub names: Vec<String>,
    /// Dimensions that a data ID must state.
    pub required: Vec<String>,
    /// Dimensions that follow from the required ones.
    pub implied: Vec<String>,
    /// Dimensions, and join tables whose required dimensions are all in the group.
    pub elements: Vec<String>,
    /// Families of the elements with regions; a skypix system is a family of its own.
    pub spatial: Vec<String>,
    /// Families of the elements with timespans.
    pub temporal: Vec<String>,
    /// The element whose region is that of a data ID, when there is exactly one spatial family.
    pub region_dimension: Option<String>,
    /// The element whose timespan is that of a data ID, when there is exactly one temporal family.
    pub timespan_dimension: Option<String>,
}

/// A name that is not a dimension of the universe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a dimension of this universe")]
pub struct UnknownDimension(pub String);

impl Universe {
    /// The group of `dimensions` and all that they require or imply.
    ///
    /// # Errors
    /// The first name that is not a dimension.
    pub fn group<'a>(
        &self,
        dimensions: impl IntoIterator<Item = &'a str>,
    ) -> Result<Group, UnknownDimension> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut todo: Vec<String> = dimensions.into_iter().map(str::to_owned).collect();
        while let Some(name) = todo.pop() {
            if names.contains(&name) {
                continue;
            }
            match self.elements.get(&name) {
                Some(element) if element.is_dimension() => {
                    todo.extend(element.requires.iter().chain(&element.implies).cloned());
                }
                None if self.skypix_level(&name).is_some() => {}
                _ => return Err(UnknownDimension(name)),
            }
            names.insert(name);
        }
        Ok(self.conformed(&names))
    }

    fn conformed(&self, set: &BTreeSet<String>) -> Group {
        let order = self.order();
        let names: Vec<String> = order.iter().filter(|name| set.contains(*name)).cloned().collect();
        let implied_by_another = |name: &String| {
            names.iter().any(|other| {
                self.elements.get(other).is_some_and(|element| element.implies.contains(name))
            })
        };
        let (implied, required) = names.iter().cloned().partition(implied_by_another);
        let elements: Vec<String> = order
            .iter()
            .filter(|name| self.required_columns(name).iter().all(|one| set.contains(one)))
            .cloned()
            .collect();
        let spatial = self.families(&self.topology.spatial, &elements, true);
        let temporal = self.families(&self.topology.temporal, &elements, false);
        Group {
            region_dimension: self.choose(&self.topology.spatial, &spatial, &elements),
            timespan_dimension: self.choose(&self.topology.temporal, &temporal, &elements),
            names,
            required,
            implied,
            elements,
            spatial,
            temporal,
        }
    }

    /// Families in the order in which their first member comes.
    fn families(
        &self,
        known: &IndexMap<String, Vec<String>>,
        elements: &[String],
        skypix: bool,
    ) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for element in elements {
            let family = known.iter().find(|(_, members)| members.contains(element));
            let family = match family {
                Some((name, _)) => Some(name.clone()),
                None if skypix => self.skypix_level(element).map(|(system, _)| system.to_owned()),
                None => None,
            };
            found.extend(family.filter(|family| !found.contains(family)));
        }
        found
    }

    /// The first member that the group has, or a skypix system's finest level.
    fn choose(
        &self,
        known: &IndexMap<String, Vec<String>>,
        families: &[String],
        elements: &[String],
    ) -> Option<String> {
        let [family] = families else { return None };
        if let Some(members) = known.get(family) {
            return members.iter().find(|member| elements.contains(member)).cloned();
        }
        elements
            .iter()
            .filter_map(|name| self.skypix_level(name).map(|(_, level)| (level, name)))
            .max()
            .map(|(_, name)| name.clone())
    }
}

impl Element {
    /// Whether it is a dimension (a join table has no keys of its own).
    pub fn is_dimension(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether the registry has a table of it.
    pub fn has_table(&self) -> bool {
        self.view_of.is_none()
    }
}
