//! What a result is about, for formats that can say it.

use crate::catalog::Column;
use crate::mapping::Origin;
use crate::stream::frames;
use crate::stream::origin::{Provenance, provenance};
use crate::votable::{Datatype, Descriptor, Document, Info, Version};

/// A result's columns, and who says what about it.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Name of the table; may be empty.
    pub table: String,
    /// The columns, as many as those of the batches to come.
    pub columns: Vec<Column>,
    /// Of the answer: who answers, to which request, when.
    pub infos: Vec<Info>,
    /// Of the data: the query, whose they are.
    pub resource_infos: Vec<Info>,
    /// Title of the data; may be empty.
    pub description: String,
    /// Services that a client can call, for VOTables.
    pub services: Vec<Descriptor>,
    /// The position and the XML ID of a column that services refer to.
    pub referred: Option<(usize, String)>,
}

impl About {
    /// An answer with these columns to a query, from data of this origin; the time of the request is
    /// now.
    pub fn new(columns: Vec<Column>, query: &str, origin: Option<&Origin>) -> Self {
        let Provenance { infos, mut resource_infos, description } =
            provenance(origin, "Date of the query");
        if !query.is_empty() {
            resource_infos.insert(0, Info::new("QUERY", query, ""));
        }
        let (table, services) = ("result".to_owned(), Vec::new());
        let referred = None;
        Self { table, columns, infos, resource_infos, description, services, referred }
    }

    /// The VOTable that says all this.
    pub fn document(&self, version: Version) -> Document {
        let mut document = Document {
            version,
            infos: self.infos.clone(),
            description: self.description.clone(),
            resource_infos: self.resource_infos.clone(),
            table: self.table.clone(),
            fields: self.columns.iter().map(Column::field).collect(),
            services: self.services.clone(),
            ..Document::default()
        };
        if let Some((at, id)) = &self.referred
            && let Some(field) = document.fields.get_mut(*at)
        {
            field.id.clone_from(id);
        }
        frames::declare(&self.columns, &mut document);
        document
    }

    /// The primitive types of the columns.
    pub fn types(&self) -> Vec<Datatype> {
        self.columns.iter().map(|column| column.kind.datatype()).collect()
    }

    /// Names for formats that need them to differ: repeated ones get a number.
    pub fn distinct_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::with_capacity(self.columns.len());
        let taken = |names: &[String], name: &str| {
            // FITS and some databases do not tell upper from lower case.
            names.iter().any(|other| other.eq_ignore_ascii_case(name))
        };
        for column in &self.columns {
            let mut name = column.name.clone();
            let mut number = 2;
            while taken(&names, &name) {
                name = format!("{}_{number}", column.name);
                number += 1;
            }
            names.push(name);
        }
        names
    }
}
