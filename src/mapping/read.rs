//! A mapping file → [`Mapping`].

use indexmap::IndexMap;

use super::keys::{ORIGIN, Owner, PGSPHERE, PLUGIN, ROOT};
use super::reader::{Fields, Reader};
use super::yaml::{self, Node, Value};
use super::{
    CollectionRule, Collections, DatasetTypeBlock, Deviations, LiveManager, Mapping, Origin,
    PgSphereColumns, Spanned, SpectralRange, columns, constraint, dataset_type, own,
};
use crate::diag::{Diagnostic, Severity, Source, Span, nearest};

/// Reads a mapping. All that is wrong is reported at once, in the order of the file; the mapping
/// is there when nothing of it is an error.
#[expect(clippy::needless_pass_by_value, reason = "the mapping keeps the source")]
pub fn read(source: Source) -> (Option<Mapping>, Vec<Diagnostic>) {
    let (root, warnings) = yaml::compose(&source);
    let mut reader = Reader::new(&source);
    reader.found.extend(warnings);
    let mapping = match root {
        Ok(root) => read_root(&mut reader, &root),
        Err(error) => {
            reader.found.push(*error);
            None
        }
    };
    let mut found = reader.found;
    found.sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
    let failed = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    (mapping.filter(|_| !failed), found)
}

fn read_root(reader: &mut Reader<'_>, root: &Node) -> Option<Mapping> {
    let place = Span::new(root.span.start, root.span.start);
    let empty = Node { value: Value::Map(Vec::new()), span: root.span };
    let root = if matches!(root.value, Value::Null) { &empty } else { root };
    let fields = reader.open(root, &ROOT, place)?;
    let (collections, live) = collections(reader, &fields);
    let dataset_types = reader
        .key(&fields, "dataset_types", |reader, node| Some(dataset_types(reader, node)))
        .unwrap_or_default();
    let facility_name = reader.text_key(&fields, "facility_name");
    let own_place = fields.place("obscore_view").unwrap_or(place);
    let (deviations, obs_creator_did_fmt) = reader
        .key(&fields, "obscore_view", |reader, node| Some(own::read(reader, node, own_place)))
        .unwrap_or_else(|| (Deviations::default(), None));
    let where_place = fields.place("where").unwrap_or(place);
    let where_ = reader
        .key(&fields, "where", |reader, node| constraint::read(reader, node, where_place))
        .unwrap_or_default();
    let dataset_type_constraints = reader
        .key(&fields, "dataset_type_constraints", |reader, node| {
            Some(constraints(reader, node, &dataset_types))
        })
        .unwrap_or_default();
    let mapping = Mapping {
        source: reader.source.clone(),
        obs_collection: reader.text_key(&fields, "obs_collection"),
        facility_map: reader
            .key(&fields, "facility_map", |reader, node| Some(texts_by_name(reader, node)))
            .unwrap_or_default(),
        extra_columns: reader
            .key(&fields, "extra_columns", |reader, node| Some(columns::read(reader, node)))
            .unwrap_or_default(),
        spectral_ranges: reader
            .key(&fields, "spectral_ranges", |reader, node| Some(spectral_ranges(reader, node)))
            .unwrap_or_default(),
        pgsphere: reader
            .key(&fields, "spatial_plugins", |reader, node| Some(plugins(reader, node)))
            .unwrap_or_default(),
        fallback_instrument: reader.text_key(&fields, "fallback_instrument"),
        obs_publisher_did_fmt: reader.key(&fields, "obs_publisher_did_fmt", Reader::template),
        batch_size: reader.key(&fields, "batch_size", batch_size).unwrap_or(10_000),
        parquet_compression: reader
            .key(&fields, "parquet_compression", compression)
            .unwrap_or_else(|| "snappy".to_owned()),
        csv_null_string: reader
            .text_key(&fields, "csv_null_string")
            .unwrap_or_else(|| "\\N".to_owned()),
        origin: origin(reader, &fields),
        indices: reader
            .key(&fields, "indices", |reader, node| Some(indices(reader, node)))
            .unwrap_or_default(),
        collections,
        dataset_types,
        facility_name: facility_name?,
        obs_creator_did_fmt,
        where_,
        dataset_type_constraints,
        deviations,
        live,
    };
    Some(mapping)
}

fn collections(reader: &mut Reader<'_>, fields: &Fields<'_>) -> (Collections, Option<LiveManager>) {
    let names = reader.key(fields, "collections", Reader::texts);
    let none = names.as_ref().map_or(fields.get("collections").is_none(), Vec::is_empty);
    let names = names.unwrap_or_default();
    let choice = reader.choice(fields, "collection_type");
    let Some(type_place) = fields.place("collection_type") else {
        for (key, span) in fields.present().filter(|(key, _)| key.owner == Owner::Live) {
            let message = format!("`{}` has no effect without `collection_type`", key.name);
            reader.report(Diagnostic::note("M008", message), span, "");
        }
        if none {
            let span = fields.place("collections").unwrap_or_default();
            let warning = Diagnostic::warning("M009", "the mapping names no collections")
                .help("add `collections: [name, …]`, in the order in which they are searched");
            reader.report(warning, span, "");
        }
        return (Collections { rule: CollectionRule::SearchPath, names }, None);
    };
    for (key, span) in fields.present().filter(|(key, _)| key.owner == Owner::Exporter) {
        let message = format!("Butler's live manager does not read `{}`", key.name);
        let unread = Diagnostic::note("M008", message)
            .help("`collection_type` makes this a configuration of the live manager");
        reader.report(unread, span, "is honoured here");
    }
    if fields.place("version").is_none() {
        let error = Diagnostic::error("M010", "the mapping has `collection_type` but no `version`")
            .help("the live manager requires `version`, an integer");
        reader.report(error, type_place, "");
    }
    let version = reader.key(fields, "version", Reader::integer);
    let namespace =
        reader.text_key(fields, "namespace").unwrap_or_else(|| "daf_butler_obscore".to_owned());
    let table_name = reader.text_key(fields, "table_name").unwrap_or_else(|| "obscore".to_owned());
    let rule = if choice == Some("TAGGED") {
        if names.len() != 1 {
            let message = format!(
                "`collection_type: TAGGED` takes exactly one collection, not {}",
                names.len()
            );
            reader.error("M015", fields.place("collections").unwrap_or(type_place), message);
        }
        CollectionRule::Tagged
    } else {
        CollectionRule::RunPatterns
    };
    let live = version.map(|version| LiveManager { namespace, version, table_name });
    (Collections { rule, names }, live)
}

fn dataset_types(
    reader: &mut Reader<'_>,
    node: &Node,
) -> IndexMap<String, Spanned<DatasetTypeBlock>> {
    let mut blocks = IndexMap::new();
    for (name, span, node) in reader.named(node) {
        let block = reader.within(&name.text, |reader| dataset_type::read(reader, node, span));
        if let Some(value) = block {
            blocks.insert(name.text.clone(), Spanned { value, span });
        }
    }
    blocks
}

fn texts_by_name(reader: &mut Reader<'_>, node: &Node) -> IndexMap<String, String> {
    let mut texts = IndexMap::new();
    for (name, _, node) in reader.named(node) {
        if let Some(text) = reader.within(&name.text, |reader| reader.text(node)) {
            texts.insert(name.text.clone(), text.text.clone());
        }
    }
    texts
}

fn indices(reader: &mut Reader<'_>, node: &Node) -> IndexMap<String, Vec<String>> {
    let mut indices = IndexMap::new();
    for (name, _, node) in reader.named(node) {
        let columns = reader.within(&name.text, |reader| {
            if let Value::Text(text) = &node.value {
                Some(vec![text.text.clone()])
            } else {
                let texts = reader.texts(node)?;
                Some(texts.into_iter().map(|text| text.value).collect())
            }
        });
        if let Some(columns) = columns {
            indices.insert(name.text.clone(), columns);
        }
    }
    indices
}

fn spectral_ranges(reader: &mut Reader<'_>, node: &Node) -> IndexMap<String, SpectralRange> {
    let mut ranges = IndexMap::new();
    for (name, _, node) in reader.named(node) {
        let range = reader.within(&name.text, |reader| {
            let (low, high) = reader.pair(node)?;
            let mut end = |node: &Node, index: &str| {
                if matches!(node.value, Value::Null) {
                    return Some(None);
                }
                reader.within(index, |reader| reader.number(node)).map(Some)
            };
            let (min, max) = (end(low, "0"), end(high, "1"));
            let range = SpectralRange { min: min?, max: max? };
            // Visible light is 5e-7 m; a tenth of a metre is beyond any filter.
            let complaint = match (range.min, range.max) {
                (Some(min), Some(max)) if min > max => Some("begins after it ends"),
                (min, max) if min.is_some_and(|m| m > 0.1) || max.is_some_and(|m| m > 0.1) => {
                    Some("is not in metres")
                }
                _ => None,
            };
            if let Some(complaint) = complaint {
                let message = format!("the spectral range of `{}` {complaint}", name.text);
                let warning = Diagnostic::warning("M014", message)
                    .help("write [minimum, maximum] in metres: 552 nm is 552.0e-9");
                reader.report(warning, node.span, "");
            }
            Some(range)
        });
        if let Some(range) = range {
            ranges.insert(name.text.clone(), range);
        }
    }
    ranges
}

const DEFAULT_PLUGIN: &str =
    "lsst.daf.butler.registry.obscore.default_spatial.DefaultSpatialObsCorePlugin";
const PGSPHERE_PLUGIN: &str = "lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin";

fn plugins(reader: &mut Reader<'_>, node: &Node) -> Vec<Spanned<PgSphereColumns>> {
    let mut found = Vec::new();
    for (name, span, node) in reader.named(node) {
        let columns = reader.within(&name.text, |reader| plugin(reader, node, span));
        found.extend(columns.map(|value| Spanned { value, span }));
    }
    found
}

fn plugin(reader: &mut Reader<'_>, node: &Node, place: Span) -> Option<PgSphereColumns> {
    let fields = reader.open(node, &PLUGIN, place)?;
    let class = reader.key(&fields, "cls", |reader, node| Some((reader.text(node)?, node.span)));
    let config = fields.get("config");
    let (class, span) = class?;
    match class.text.as_str() {
        PGSPHERE_PLUGIN => {
            let mut columns = PgSphereColumns {
                region: "pgsphere_region".to_owned(),
                position: "pgsphere_position".to_owned(),
            };
            let config_place = fields.place("config").unwrap_or(place);
            if let Some(config) = config {
                reader.within("config", |reader| {
                    let fields = reader.open(config, &PGSPHERE, config_place)?;
                    if let Some(name) = reader.text_key(&fields, "region_column") {
                        columns.region = name;
                    }
                    if let Some(name) = reader.text_key(&fields, "position_column") {
                        columns.position = name;
                    }
                    Some(())
                })?;
            }
            Some(columns)
        }
        DEFAULT_PLUGIN => {
            if let Some(config) = config {
                reader.within("config", |reader| reader.named(config));
            }
            None
        }
        other => {
            let message = format!("the spatial plugin `{other}` is not known here");
            let error = Diagnostic::error("M016", message)
                .help(format!("possible: {PGSPHERE_PLUGIN}"))
                .help(format!("possible, and always there: {DEFAULT_PLUGIN}"));
            reader.report(error, span, "");
            None
        }
    }
}

fn constraints(
    reader: &mut Reader<'_>,
    node: &Node,
    dataset_types: &IndexMap<String, Spanned<DatasetTypeBlock>>,
) -> IndexMap<String, Vec<super::WhereBind>> {
    let mut constraints = IndexMap::new();
    for (name, span, node) in reader.named(node) {
        if !dataset_types.contains_key(&name.text) {
            let message = format!("the mapping has no dataset type `{}`", name.text);
            let warning = Diagnostic::warning("M022", message);
            let warning = match nearest(&name.text, dataset_types.keys().map(String::as_str)) {
                Some(near) => warning.help(format!("did you mean `{near}`?")),
                None => warning,
            };
            reader.report(warning, span, "constrains nothing");
        }
        let alternatives = reader.within(&name.text, |reader| {
            let items = reader.list(node, "a list of blocks with `where`")?;
            let alternative = |(index, item): (usize, &Node)| {
                reader
                    .within(&index.to_string(), |reader| constraint::read(reader, item, item.span))
            };
            Some(items.iter().enumerate().filter_map(alternative).collect::<Vec<_>>())
        });
        if let Some(alternatives) = alternatives {
            constraints.insert(name.text.clone(), alternatives);
        }
    }
    constraints
}

fn batch_size(reader: &mut Reader<'_>, node: &Node) -> Option<usize> {
    let value = reader.integer(node)?;
    let fits = usize::try_from(value).ok().filter(|size| *size > 0);
    if fits.is_none() {
        let warning =
            Diagnostic::warning("M014", format!("a batch of {value} rows is not possible"));
        reader.report(warning, node.span, "10000 is used");
    }
    fits
}

fn compression(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    const KNOWN: [&str; 6] = ["snappy", "zstd", "gzip", "lz4", "brotli", "none"];
    let text = reader.text(node)?;
    if !KNOWN.contains(&text.text.to_lowercase().as_str()) {
        let message = format!("`{}` is not a compression of Parquet", text.text);
        let warning =
            Diagnostic::warning("M019", message).help(format!("possible: {}", KNOWN.join(", ")));
        reader.report(warning, node.span, "");
    }
    Some(text.text.clone())
}

fn origin(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Origin> {
    let place = fields.place("origin")?;
    reader.key(fields, "origin", |reader, node| {
        let fields = reader.open(node, &ORIGIN, place)?;
        let date = reader.key(&fields, "publication_date", Reader::date);
        let origin = Origin {
            citation: reader.text_key(&fields, "citation"),
            reference_url: reader.text_key(&fields, "reference_url"),
            article: reader.text_key(&fields, "article"),
            title: reader.text_key(&fields, "title"),
            publisher: reader.text_key(&fields, "publisher")?,
            publication_date: {
                let date = date?;
                format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
            },
        };
        Some(origin)
    })
}
