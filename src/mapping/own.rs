//! Keys of our own, under `obscore_view:`.

use super::columns;
use super::keys::{OWN, OWN_TYPE, RELEASE, VIEW};
use super::reader::{Fields, Reader};
use super::yaml::Node;
use super::{
    AccessEstsize, Deviations, RegionStrategy, ReleaseDate, Spanned, TypeDeviations, ViewName,
    VisitlessPosition, Winding,
};
use crate::diag::Span;
use crate::template::Template;

/// The keys of the whole mapping, and `obs_creator_did_fmt`.
pub(super) fn read(
    reader: &mut Reader<'_>,
    node: &Node,
    place: Span,
) -> (Deviations, Option<Spanned<Template>>) {
    let mut own = Deviations::default();
    let Some(fields) = reader.open(node, &OWN, place) else { return (own, None) };
    if reader.choice(&fields, "winding") == Some("butler") {
        own.winding = Winding::Butler;
    }
    own.regions = match reader.choice(&fields, "regions") {
        Some("functions") => Some(RegionStrategy::Functions),
        Some("inline") => Some(RegionStrategy::Inline),
        Some("service") => Some(RegionStrategy::Service),
        Some("ingest") => Some(RegionStrategy::Ingest),
        _ => None,
    };
    own.all_region_types = reader.choice(&fields, "region_types") != Some("polygons");
    own.keep_visitless = reader.choice(&fields, "exposures_without_visit") != Some("drop");
    if reader.choice(&fields, "visitless_position") == Some("tracking") {
        own.visitless_position = VisitlessPosition::Tracking;
    }
    if reader.choice(&fields, "access_estsize") == Some("datastore") {
        own.access_estsize = AccessEstsize::Datastore;
    }
    own.obs_creation_date = reader.choice(&fields, "obs_creation_date").is_some();
    own.one_row_per_dataset =
        reader.key(&fields, "one_row_per_dataset", Reader::switch).unwrap_or(true);
    own.obs_release_date = release(reader, &fields);
    own.columns = reader
        .key(&fields, "columns", |reader, node| Some(columns::read_obscore(reader, node)))
        .unwrap_or_default();
    let view_place = fields.place("view").unwrap_or(place);
    own.view = reader
        .key(&fields, "view", |reader, node| view(reader, node, view_place))
        .unwrap_or_default();
    own.suppress = reader.key(&fields, "suppress", Reader::texts).unwrap_or_default();
    let creator = reader.key(&fields, "obs_creator_did_fmt", Reader::template);
    (own, creator)
}

/// The keys of a dataset type.
pub(super) fn read_type(reader: &mut Reader<'_>, node: &Node, place: Span) -> TypeDeviations {
    let Some(fields) = reader.open(node, &OWN_TYPE, place) else {
        return TypeDeviations::default();
    };
    TypeDeviations {
        columns: reader
            .key(&fields, "columns", |reader, node| Some(columns::read_obscore(reader, node)))
            .unwrap_or_default(),
        obs_creator_did_fmt: reader.key(&fields, "obs_creator_did_fmt", Reader::template),
        obs_release_date: release(reader, &fields),
    }
}

fn release(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<ReleaseDate> {
    let place = fields.place("obs_release_date")?;
    reader.key(fields, "obs_release_date", |reader, node| {
        let fields = reader.open(node, &RELEASE, place)?;
        let from_ingest = reader.choice(&fields, "from")? == "ingest";
        let delay = reader.key(&fields, "delay_days", |reader, node| {
            let delay = reader.number(node)?;
            if !delay.is_finite() {
                let path = reader.path("").trim_end_matches('.').to_owned();
                reader.error("M011", node.span, format!("`{path}` must be finite"));
                return None;
            }
            Some(delay)
        });
        Some(ReleaseDate { from_ingest, delay_days: delay.unwrap_or_default() })
    })
}

fn view(reader: &mut Reader<'_>, node: &Node, place: Span) -> Option<ViewName> {
    let fields = reader.open(node, &VIEW, place)?;
    let mut part = |name: &str| {
        reader.key(&fields, name, |reader, node| {
            let text = reader.text(node)?.text.clone();
            if text.is_empty() {
                let path = reader.path("").trim_end_matches('.').to_owned();
                reader.error("M011", node.span, format!("`{path}` is empty"));
                return None;
            }
            Some(Spanned { value: text, span: node.span })
        })
    };
    Some(ViewName { schema: part("schema"), name: part("name") })
}
