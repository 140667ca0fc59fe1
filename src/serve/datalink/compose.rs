//! The links of a dataset.
//!
//! In: a dataset that the service publishes, with its files and what belongs to it. Out: its rows in a links
//! document, and descriptors of the services that can be called with it.

use std::collections::BTreeMap;

use super::declared::Declared;
use super::link::{Link, Target};
use super::urls::Urls;
use crate::artifacts::{Place, media_type};
use crate::diag::Diagnostic;
use crate::serve::datasets::{AllRelated, Calibration, Dataset, File, Related, Relation, Shelf};
use crate::serve::soda;
use crate::votable::Descriptor;

/// What is known of a dataset beside its row.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Files that are given: its own, and those of what belongs to it.
    pub files: Vec<File>,
    /// Why one of its own is not given.
    pub refused: Option<Box<Diagnostic>>,
    /// Datasets that belong to it.
    pub related: AllRelated,
    /// Calibrations that were valid for it.
    pub calibrations: Vec<Calibration>,
}

/// What makes links.
#[derive(Debug, Clone, Copy)]
pub struct Composer<'a> {
    /// The service's own URLs.
    pub urls: &'a Urls,
    /// Services that the operator declared.
    pub declared: &'a [Declared],
    /// Whether files are given.
    pub gives_files: bool,
    /// The most files of a dataset that is cut; none where nothing is.
    pub cuts: usize,
}

impl Composer<'_> {
    /// The links of a dataset, which the client calls `asked`; descriptors go to `services`.
    pub fn links(
        &self,
        asked: &str,
        dataset: &Dataset,
        shelf: &Shelf,
        known: &Known,
        services: &mut Vec<Descriptor>,
    ) -> Vec<Link> {
        let mut links = self.files(asked, dataset, &known.files, "#this");
        if links.is_empty() || known.refused.is_some() {
            let why = match &known.refused {
                _ if !self.gives_files => "DefaultFault: this service gives no files".to_owned(),
                None => "NotFoundFault: no datastore has a file of this dataset".to_owned(),
                Some(why) if why.code == "S053" => format!("NotFoundFault: {}", why.message),
                Some(why) => format!("DefaultFault: {}", why.message),
            };
            links.push(Link::new(asked, "#this", Target::Nothing(why)));
        }
        for link in &mut links {
            link.description = format!("{} of {}", dataset.dataset_type, named(&dataset.data_id));
            link.content_qualifier = qualifier(dataset.text("dataproduct_type"));
        }
        for related in &known.related.some {
            links.extend(self.related(asked, related, &known.files));
        }
        for dataset_type in &known.related.more {
            let url = self.urls.more(shelf, dataset, dataset_type);
            let mut link = Link::new(asked, "#auxiliary", Target::Url(url));
            link.description =
                format!("What there is of the level of {dataset_type} at this place, as a table");
            "application/x-votable+xml".clone_into(&mut link.content_type);
            links.push(link);
        }
        for calibration in &known.calibrations {
            links.extend(self.calibration(asked, calibration, &known.files));
        }
        links.extend(self.records(asked, dataset, shelf));
        links.extend(self.services(asked, dataset, known, services));
        links
    }

    /// A link for each file of a dataset.
    fn files(&self, asked: &str, dataset: &Dataset, files: &[File], semantics: &str) -> Vec<Link> {
        let (name, class) = (&dataset.dataset_type, &dataset.storage_class);
        self.files_of(asked, dataset.id, (name, class), files, semantics)
    }

    fn files_of(
        &self,
        asked: &str,
        id: uuid::Uuid,
        (dataset_type, storage_class): (&str, &str),
        files: &[File],
        semantics: &str,
    ) -> Vec<Link> {
        if !self.gives_files {
            return Vec::new();
        }
        let own = files.iter().filter(|file| file.dataset == id);
        own.map(|file| {
            let url = self.urls.file(id, file.component.as_deref());
            let mut link = Link::new(asked, semantics, Target::Url(url));
            let name = Place::read(&file.path).name().to_owned();
            media_type(&name, storage_class).clone_into(&mut link.content_type);
            link.content_length = file.bytes;
            link.local_semantics = match &file.component {
                Some(component) => format!("{dataset_type}.{component}"),
                None => dataset_type.to_owned(),
            };
            link
        })
        .collect()
    }

    fn related(&self, asked: &str, related: &Related, files: &[File]) -> Vec<Link> {
        let dataset = &related.dataset;
        let semantics = match related.relation {
            Relation::Progenitor => "#progenitor",
            Relation::Derivation => "#derivation",
            Relation::Coderived => "#coderived",
        };
        let mut links = self.files(asked, dataset, files, semantics);
        for link in links.iter_mut().filter(|_| !related.by_overlap) {
            // A picture for people of the same data is what it can be seen by before it is fetched.
            if ["image/png", "image/jpeg", "image/gif", "image/svg+xml"]
                .contains(&link.content_type.as_str())
            {
                "#preview".clone_into(&mut link.semantics);
            }
        }
        if links.is_empty() {
            // Without its file there are its own links still.
            let url = self.urls.links(dataset);
            let mut link = Link::new(asked, semantics, Target::Url(url));
            super::CONTENT_TYPE.clone_into(&mut link.content_type);
            link.local_semantics.clone_from(&dataset.dataset_type);
            links.push(link);
        }
        let how = if related.by_overlap { ", at the same place" } else { "" };
        for link in &mut links {
            link.description =
                format!("{} of {}{how}", dataset.dataset_type, named(&dataset.data_id));
            link.content_qualifier = qualifier(dataset.text("dataproduct_type"));
        }
        links
    }

    fn calibration(&self, asked: &str, calibration: &Calibration, files: &[File]) -> Vec<Link> {
        let Calibration { id, dataset_type, storage_class, .. } = calibration;
        let semantics = match dataset_type.as_str() {
            "bias" => "#bias",
            "dark" => "#dark",
            "flat" => "#flat",
            _ => "#calibration",
        };
        let kind = (dataset_type.as_str(), storage_class.as_str());
        let mut links = self.files_of(asked, *id, kind, files, semantics);
        for link in &mut links {
            let data_id = named(&calibration.data_id);
            link.description =
                format!("{dataset_type} of {data_id}, certified in {}", calibration.collection);
        }
        links
    }

    /// What the registry says of the dataset: itself, and the dimensions of its data ID.
    fn records(&self, asked: &str, dataset: &Dataset, shelf: &Shelf) -> Vec<Link> {
        let mut resolved = Link::new(asked, "#auxiliary", Target::Url(self.urls.resolve(dataset)));
        "Dataset type, data ID, run and collections in Butler"
            .clone_into(&mut resolved.description);
        "application/json".clone_into(&mut resolved.content_type);
        "butler".clone_into(&mut resolved.local_semantics);
        let mut links = vec![resolved];
        for (element, keys) in &shelf.elements {
            let values: Option<Vec<_>> = keys
                .iter()
                .map(|(column, dimension)| Some((column.as_str(), dataset.dimension(dimension)?)))
                .collect();
            let Some(values) = values.filter(|values| !values.is_empty()) else { continue };
            let url = self.urls.record(shelf, element, &values);
            let mut link = Link::new(asked, "#auxiliary", Target::Url(url));
            link.description = format!("Record of {element} in the registry");
            "application/x-votable+xml".clone_into(&mut link.content_type);
            link.local_semantics = format!("{}.{element}", shelf.natives);
            links.push(link);
        }
        links
    }

    /// Services that can be called with the dataset.
    fn services(
        &self,
        asked: &str,
        dataset: &Dataset,
        known: &Known,
        services: &mut Vec<Descriptor>,
    ) -> Vec<Link> {
        let mut links = Vec::new();
        let mut add = |descriptor: Descriptor, semantics: &str, content_type: &str| {
            // A dataset that was asked for by two of its names has one description.
            let twin = services.iter().find(|known| same_call(known, &descriptor));
            let is_known = twin.is_some();
            let mut descriptor = twin.cloned().unwrap_or(descriptor);
            if !is_known && services.iter().any(|known| known.id == descriptor.id) {
                descriptor.id = format!("{}-{}", descriptor.id, services.len());
                descriptor.name.clone_from(&descriptor.id);
            }
            let mut link = Link::new(asked, semantics, Target::Service(descriptor.id.clone()));
            link.description.clone_from(&descriptor.description);
            let place = descriptor.params.iter().find(|param| param.field.name == "accessURL");
            link.is_elsewhere = place.is_some_and(|one| !one.value.starts_with(&self.urls.base));
            content_type.clone_into(&mut link.content_type);
            links.push(link);
            if !is_known {
                services.push(descriptor);
            }
        };
        let class = &dataset.storage_class;
        let mut own = known.files.iter().filter(|file| file.dataset == dataset.id);
        let fits = own.clone().count() <= self.cuts && known.refused.is_none();
        let is_image =
            own.any(|file| media_type(Place::read(&file.path).name(), class) == "image/fits");
        if fits && is_image && soda::is_cut(dataset) {
            for descriptor in soda::descriptors(&self.urls.base, asked, dataset) {
                add(descriptor, "#cutout", "application/fits");
            }
        }
        let values: BTreeMap<&str, String> = super::declared::values(dataset);
        for declared in self.declared.iter().filter(|one| one.is_for(&dataset.dataset_type)) {
            let id = format!("{}-{}", declared.id, dataset.id);
            add(declared.descriptor(&id, &values), &declared.semantics, &declared.content_type);
        }
        links
    }
}

/// Whether two descriptions are of one call.
fn same_call(one: &Descriptor, other: &Descriptor) -> bool {
    (&one.name, &one.params, &one.inputs) == (&other.name, &other.params, &other.inputs)
}

/// A data ID for people.
fn named(data_id: &[(String, serde_json::Value)]) -> String {
    let parts = data_id.iter().map(|(name, value)| match value {
        serde_json::Value::String(text) => format!("{name} {text}"),
        other => format!("{name} {other}"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// The term of the IVOA's vocabulary for a type of product: the words of ObsCore are among them.
fn qualifier(dataproduct_type: Option<&str>) -> String {
    let terms =
        ["image", "cube", "spectrum", "sed", "timeseries", "visibility", "event", "measurements"];
    match dataproduct_type {
        Some(kind) if terms.contains(&kind) => format!("#{kind}"),
        _ => String::new(),
    }
}
