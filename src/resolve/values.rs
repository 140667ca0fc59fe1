//! The values of one branch's columns, by Butler's rules.
//!
//! In: the block of a dataset type. Out: column name → scalar. The order is that of Butler's
//! `RecordFactory`: constants, obs_id, access_url, publisher DID, extra columns; then what comes
//! from the data ID, which replaces earlier values of the same name where it is not NULL.

use std::collections::BTreeMap;

use super::branch::Context;
use super::fields::{self, Names};
use super::footprint;
use super::tables::Tables;
use crate::diag::{Diagnostic, Span};
use crate::mapping::{
    AccessEstsize, ColumnType, DatasetTypeBlock, ExtraColumn, Spanned, VisitlessPosition,
};
use crate::plan::{Bound, Scalar, TimeForm, ValueKind};
use crate::template::Template;
use crate::value::Literal;

/// Builds the values of one branch.
#[derive(Debug)]
pub struct Values<'a> {
    context: Context<'a>,
    block: &'a DatasetTypeBlock,
    names: Names<'a>,
    said: &'a mut Vec<Diagnostic>,
    values: BTreeMap<String, Scalar>,
}

fn literal(text: &str) -> Scalar {
    Scalar::Literal(Literal::String(text.to_owned()))
}

fn optional(text: Option<&str>) -> Scalar {
    text.map_or(Scalar::Null, literal)
}

impl<'a> Values<'a> {
    /// Nothing yet.
    pub fn new(
        context: Context<'a>,
        name: &'a str,
        block: &'a DatasetTypeBlock,
        said: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let names =
            Names { source: &context.mapping.source, dataset_type: name, set: BTreeMap::new() };
        Self { context, block, names, said, values: BTreeMap::new() }
    }

    /// All values; what could not be compiled is in `said`.
    pub fn all(mut self, tables: &mut Tables<'_>) -> BTreeMap<String, Scalar> {
        self.constants();
        self.identifiers(tables);
        self.extra_columns(tables);
        self.instrument(tables);
        self.time(tables);
        self.space(tables);
        self.spectrum(tables);
        self.own_keys(tables);
        self.values
    }

    fn constants(&mut self) {
        let (block, mapping) = (self.block, self.context.mapping);
        let collection = block.obs_collection.as_deref().or(mapping.obs_collection.as_deref());
        let constants = [
            ("dataproduct_type", literal(&block.dataproduct_type.value)),
            ("dataproduct_subtype", optional(block.dataproduct_subtype.as_deref())),
            ("o_ucd", optional(block.o_ucd.as_ref().map(|ucd| ucd.value.as_str()))),
            ("calib_level", Scalar::Literal(Literal::Int(block.calib_level.value))),
            ("obs_collection", optional(collection)),
            ("access_format", optional(block.access_format.as_deref())),
        ];
        for (name, value) in constants {
            self.names.set.insert(name.to_owned(), value);
        }
        if let Some((first, second)) = block.s_xel {
            for (name, pixels) in [("s_xel1", first), ("s_xel2", second)] {
                self.names.set.insert(name.to_owned(), Scalar::Literal(Literal::Int(pixels)));
            }
        }
        self.values.clone_from(&self.names.set);
    }

    fn identifiers(&mut self, tables: &mut Tables<'_>) {
        let (block, mapping) = (self.block, self.context.mapping);
        if let Some(value) = self.obligatory(tables, "obs_id_fmt", block.obs_id_fmt.as_ref()) {
            self.names.set.insert("obs_id".to_owned(), value.clone());
            self.values.insert("obs_id".to_owned(), value);
        }
        for (key, column, template) in [
            ("datalink_url_fmt", "access_url", block.datalink_url_fmt.as_ref()),
            ("obs_publisher_did_fmt", "obs_publisher_did", mapping.obs_publisher_did_fmt.as_ref()),
            (
                "obs_creator_did_fmt",
                "obs_creator_did",
                block.own.obs_creator_did_fmt.as_ref().or(mapping.obs_creator_did_fmt.as_ref()),
            ),
        ] {
            if let Some(value) = self.obligatory(tables, key, template) {
                self.values.insert(column.to_owned(), value);
            }
        }
    }

    /// A template outside extra columns, where a missing name is an error.
    fn obligatory(
        &mut self,
        tables: &mut Tables<'_>,
        key: &str,
        template: Option<&Spanned<Template>>,
    ) -> Option<Scalar> {
        let template = template?;
        match fields::text(&template.value, tables, &self.names) {
            Ok(Some(value)) => Some(value),
            Ok(None) => {
                self.missing(tables, key, &template.value, template.span);
                None
            }
            Err(error) => {
                self.said.push(error);
                None
            }
        }
    }

    fn missing(&mut self, tables: &mut Tables<'_>, key: &str, template: &Template, whole: Span) {
        let unknown = template.parts.iter().find_map(|part| match part {
            crate::template::Part::Field(field) => {
                let alone = Template { text: String::new(), parts: vec![part.clone()] };
                let missing = matches!(fields::text(&alone, tables, &self.names), Ok(None));
                missing.then_some(field)
            }
            crate::template::Part::Literal(_) => None,
        });
        let span = unknown.map_or(whole, |field| field.span);
        let possible = tables.group.names.join("`, `");
        self.said.push(
            Diagnostic::error(
                "P003",
                format!("`{key}` names what `{}` does not have", self.names.dataset_type),
            )
            .at(self.names.source, span, "unknown here")
            .help(format!(
                "possible: `{possible}`, `id`, `run`, `dataset_type`, `records[…].…` of these, and \
                 columns set before"
            )),
        );
    }

    fn extra_columns(&mut self, tables: &mut Tables<'_>) {
        let (block, mapping) = (self.block, self.context.mapping);
        let global = mapping.extra_columns.iter();
        for (name, column) in global.filter(|(name, _)| !block.extra_columns.contains_key(*name)) {
            self.extra_column(tables, name, &column.value);
        }
        for (name, column) in &block.extra_columns {
            self.extra_column(tables, name, &column.value);
        }
    }

    fn extra_column(&mut self, tables: &mut Tables<'_>, name: &str, column: &ExtraColumn) {
        match self.extra_value(tables, column) {
            Ok(Some(value)) => {
                self.values.insert(name.to_owned(), value);
            }
            Ok(None) => {}
            Err(error) => self.said.push(error),
        }
    }

    fn extra_value(
        &mut self,
        tables: &mut Tables<'_>,
        column: &ExtraColumn,
    ) -> Result<Option<Scalar>, Diagnostic> {
        let column = match column {
            ExtraColumn::Constant(value) => return Ok(Some(Scalar::Literal(value.clone()))),
            ExtraColumn::Template(column) => column,
        };
        let text = fields::text(&column.template.value, tables, &self.names)?;
        let to = match column.kind {
            ColumnType::String => return Ok(text),
            ColumnType::Int => ValueKind::Int,
            ColumnType::Float => ValueKind::Float,
            ColumnType::Bool => ValueKind::Bool,
        };
        Ok(text.map(|text| converted(text, to)))
    }

    /// Sets a value of the data ID, keeping an earlier one for rows where this is NULL.
    fn set(&mut self, name: &str, value: Scalar) {
        let value = match self.values.remove(name) {
            Some(earlier) if earlier != Scalar::Null => Scalar::Coalesce(vec![value, earlier]),
            _ => value,
        };
        self.values.insert(name.to_owned(), value);
    }

    fn instrument(&mut self, tables: &mut Tables<'_>) {
        let mapping = self.context.mapping;
        let facility = literal(&mapping.facility_name);
        let (instrument, facility) = match tables.dimension("instrument") {
            Some(instrument) if mapping.facility_map.is_empty() => (instrument, facility),
            Some(instrument) => {
                let cases = mapping.facility_map.iter().map(|(name, facility)| {
                    (instrument.clone(), name.clone(), Some(Literal::String(facility.clone())))
                });
                let facility =
                    Scalar::Lookup { cases: cases.collect(), otherwise: Box::new(facility) };
                (instrument, facility)
            }
            None => {
                let fallback = mapping.fallback_instrument.as_deref();
                let mapped = fallback.and_then(|name| mapping.facility_map.get(name));
                (optional(fallback), mapped.map_or(facility, |name| literal(name)))
            }
        };
        self.values.insert("instrument_name".to_owned(), instrument);
        self.values.insert("facility_name".to_owned(), facility);
    }

    fn time(&mut self, tables: &mut Tables<'_>) {
        if let Some(element) = tables.group.timespan_dimension.clone()
            && let Some(alias) = tables.element(&element)
        {
            for (name, bound) in [("t_min", Bound::Begin), ("t_max", Bound::End)] {
                let alias = alias.clone();
                self.set(name, Scalar::Time { alias, bound, form: TimeForm::UtcMjd });
            }
        }
        let observation = ["exposure", "visit"]
            .into_iter()
            .find(|name| tables.group.names.iter().any(|one| one == name));
        for (column, field) in [("t_exptime", "exposure_time"), ("target_name", "target_name")] {
            if let Some(value) = observation.and_then(|element| tables.field(element, field)) {
                // Butler replaces an earlier value even by NULL here.
                self.values.insert(column.to_owned(), value);
            }
        }
    }

    fn space(&mut self, tables: &mut Tables<'_>) {
        for (name, value) in footprint::values(self.context, tables) {
            self.set(&name, value);
        }
        let tracking =
            self.context.mapping.deviations.visitless_position == VisitlessPosition::Tracking;
        if tracking && footprint::is_derived(tables) {
            for (name, field) in [("s_ra", "tracking_ra"), ("s_dec", "tracking_dec")] {
                if let (Some(value), Some(position)) =
                    (self.values.remove(name), tables.field("exposure", field))
                {
                    let value = Scalar::Coalesce(vec![value, position]);
                    self.values.insert(name.to_owned(), value);
                }
            }
        }
    }

    fn spectrum(&mut self, tables: &mut Tables<'_>) {
        let Some(band) = tables.dimension("band") else { return };
        let filter = tables.dimension("physical_filter");
        let ranges = &self.context.mapping.spectral_ranges;
        for (name, end) in [("em_min", 0), ("em_max", 1)] {
            let mut cases = Vec::new();
            for subject in filter.iter().chain(std::iter::once(&band)) {
                for (label, range) in ranges {
                    let value = if end == 0 { range.min } else { range.max };
                    cases.push((subject.clone(), label.clone(), value.map(Literal::Float)));
                }
            }
            if !cases.is_empty() {
                self.set(name, Scalar::Lookup { cases, otherwise: Box::new(Scalar::Null) });
            }
        }
        self.values.insert("em_filter_name".to_owned(), band);
    }

    fn own_keys(&mut self, tables: &mut Tables<'_>) {
        let mapping = self.context.mapping;
        if mapping.deviations.access_estsize == AccessEstsize::Datastore {
            match self.context.snapshot.datastore_records() {
                Some(table) => self.set("access_estsize", Scalar::FileSize { table }),
                None => self.said.push(
                    Diagnostic::warning(
                        "P005",
                        "access_estsize stays NULL: the registry has no table of datastore records",
                    )
                    .help("a file datastore makes `file_datastore_records` when it is configured"),
                ),
            }
        }
        if mapping.deviations.obs_creation_date {
            tables.dataset();
            self.set("obs_creation_date", Scalar::IngestDate);
        }
        let rule = self.block.own.obs_release_date.or(mapping.deviations.obs_release_date);
        if let Some(rule) = rule {
            let observed = tables.group.timespan_dimension.clone();
            let alias = observed.and_then(|element| tables.element(&element));
            let value = match alias {
                _ if rule.from_ingest => {
                    tables.dataset();
                    Scalar::IngestDatePlus(rule.delay_days)
                }
                Some(alias) => {
                    let form = TimeForm::UtcTimestampPlus(rule.delay_days);
                    Scalar::Time { alias, bound: Bound::End, form }
                }
                None => Scalar::Null,
            };
            self.set("obs_release_date", value);
        }
        let (own, global) = (&self.block.own.columns, &mapping.deviations.columns);
        let global = global.iter().filter(|(name, _)| !own.contains_key(*name));
        for (name, column) in global.chain(own) {
            match self.extra_value(tables, &column.value) {
                // These fill what Butler leaves NULL.
                Ok(Some(value)) => match self.values.remove(name) {
                    Some(earlier) if earlier != Scalar::Null => {
                        let value = Scalar::Coalesce(vec![earlier, value]);
                        self.values.insert(name.clone(), value);
                    }
                    _ => {
                        self.values.insert(name.clone(), value);
                    }
                },
                Ok(None) => {}
                Err(error) => self.said.push(error),
            }
        }
    }
}

/// Text as a number; a template that is one unformatted field of that type is the field itself.
fn converted(text: Scalar, to: ValueKind) -> Scalar {
    if let Scalar::Format { value, spec, conversion: None } = &text
        && spec.is_default()
        && value.kind() == to
        && to != ValueKind::Bool
    {
        return (**value).clone();
    }
    Scalar::Convert { text: Box::new(text), to }
}
