//! The block of a dataset type.

use super::columns;
use super::keys::DATASET_TYPE;
use super::own;
use super::reader::Reader;
use super::yaml::Node;
use super::{DatasetTypeBlock, Spanned};
use crate::diag::{Diagnostic, Span};

/// Reads a block; nothing when a required key is missing or wrong. `place` is its name.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, place: Span) -> Option<DatasetTypeBlock> {
    let fields = reader.open(node, &DATASET_TYPE, place)?;
    let spanned = |reader: &mut Reader<'_>, name: &str| {
        reader.key(&fields, name, |reader, node| {
            let value = reader.text(node)?.text.clone();
            Some(Spanned { value, span: node.span })
        })
    };
    let dataproduct_type = spanned(reader, "dataproduct_type");
    let o_ucd = spanned(reader, "o_ucd");
    let calib_level = reader.key(&fields, "calib_level", |reader, node| {
        let value = reader.integer(node)?;
        if !(0..=4).contains(&value) {
            let warning = Diagnostic::warning(
                "M014",
                format!("ObsCore has no calibration level {value}"),
            )
            .help("levels: 0 raw in a private format, 1 raw, 2 calibrated, 3 combined, 4 derived");
            reader.report(warning, node.span, "");
        }
        Some(Spanned { value, span: node.span })
    });
    let s_xel = reader.key(&fields, "s_xel", |reader, node| {
        let (first, second) = reader.pair(node)?;
        let first = reader.within("0", |reader| reader.integer(first));
        let second = reader.within("1", |reader| reader.integer(second));
        Some((first?, second?))
    });
    let own_place = fields.place("obscore_view").unwrap_or(place);
    let block = DatasetTypeBlock {
        dataproduct_subtype: reader.text_key(&fields, "dataproduct_subtype"),
        o_ucd,
        access_format: reader.text_key(&fields, "access_format"),
        obs_id_fmt: reader.key(&fields, "obs_id_fmt", Reader::template),
        datalink_url_fmt: reader.key(&fields, "datalink_url_fmt", Reader::template),
        obs_collection: reader.text_key(&fields, "obs_collection"),
        s_xel,
        extra_columns: reader
            .key(&fields, "extra_columns", |reader, node| Some(columns::read(reader, node)))
            .unwrap_or_default(),
        own: reader
            .key(&fields, "obscore_view", |reader, node| {
                Some(own::read_type(reader, node, own_place))
            })
            .unwrap_or_default(),
        dataproduct_type: dataproduct_type?,
        calib_level: calib_level?,
    };
    Some(block)
}
