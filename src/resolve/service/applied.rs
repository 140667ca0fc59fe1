//! The ObsCore table of an applied view.
//!
//! In: the columns of the view in the database and of the one with stored regions, with their comments. Out: a
//! table whose values are columns of the latter, and whose regions are decoded by whoever reads it.

use super::native::Native;
use super::obscore::frame;
use crate::catalog::{Column, Table, TableKind, Type};
use crate::obscore::{ColumnType, standard};
use crate::plan::{RegionPart, Scalar, ValueKind};

/// A column of an applied view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedColumn {
    /// Its name.
    pub name: String,
    /// Its type; `None` for one that only the database knows.
    pub kind: Option<ColumnType>,
    /// Its comment: description, unit in brackets, UCD in parentheses.
    pub comment: String,
    /// Whether the view with stored regions has it, and whether there only for rows without a region.
    pub stored: Option<bool>,
}

/// Alias of the view in values.
const VIEW: &str = "v";

/// The table `ObsCore` of an applied view. `from` is its view with stored regions, which are in the column
/// `region`, and `found` the function that finds rows by place, in the same schema.
pub fn applied(columns: &[AppliedColumn], from: &str, found: &str) -> Native {
    let mut made = Native {
        table: Table {
            name: "ObsCore".to_owned(),
            kind: TableKind::View,
            description: "All datasets that are published, as ObsCore 1.1 describes them"
                .to_owned(),
            utype: "ivo://ivoa.net/std/obscore#table-1.1".to_owned(),
            columns: Vec::new(),
            keys: Vec::new(),
        },
        from: from.to_owned(),
        alias: VIEW.to_owned(),
        joins: Vec::new(),
        values: Vec::new(),
        keys: Vec::new(),
        found: Some(found.to_owned()),
    };
    for column in columns {
        let Some(kind) = column.kind else { continue };
        let own = Scalar::Column {
            alias: VIEW.to_owned(),
            column: column.name.clone(),
            kind: value_kind(kind),
            nullable: true,
        };
        let part = match column.name.as_str() {
            "s_ra" => Some(RegionPart::Ra),
            "s_dec" => Some(RegionPart::Dec),
            "s_fov" => Some(RegionPart::Fov),
            "s_region" => Some(RegionPart::Region),
            _ => None,
        };
        let decoded = part.map(|part| Scalar::Region { alias: VIEW.to_owned(), part });
        let (value, kind) = match (column.stored, decoded) {
            (Some(true), Some(decoded)) => (Scalar::Coalesce(vec![decoded, own]), kind.into()),
            (None, Some(decoded)) => {
                let kind =
                    if part == Some(RegionPart::Region) { Type::Region } else { kind.into() };
                (decoded, kind)
            }
            (Some(_), _) => {
                (own, if kind == ColumnType::Text { Type::Unicode } else { kind.into() })
            }
            (None, None) => continue,
        };
        made.table.columns.push(described(column, kind));
        made.values.push(value);
    }
    made
}

fn value_kind(kind: ColumnType) -> ValueKind {
    match kind {
        ColumnType::Integer | ColumnType::BigInt => ValueKind::Int,
        ColumnType::Double => ValueKind::Float,
        ColumnType::Boolean => ValueKind::Bool,
        ColumnType::Timestamp => ValueKind::Timestamp,
        ColumnType::Text | ColumnType::SpherePolygon | ColumnType::SpherePoint => ValueKind::Text,
    }
}

fn described(column: &AppliedColumn, kind: Type) -> Column {
    let (description, unit, ucd) = parts(&column.comment);
    let standard = standard(&column.name);
    Column {
        name: column.name.clone(),
        unit: unit.to_owned(),
        ucd: ucd.to_owned(),
        utype: match standard {
            Some(standard) if !standard.utype.is_empty() => format!("obscore:{}", standard.utype),
            _ => String::new(),
        },
        description: description.to_owned(),
        indexed: matches!(column.name.as_str(), "s_region" | "lsst_visit"),
        principal: standard.is_some_and(|standard| standard.principal),
        std: standard.is_some(),
        frame: frame(&kind, ucd),
        kind,
    }
}

/// Description, unit and UCD of a comment `description [unit] (UCD ucd)`.
fn parts(comment: &str) -> (&str, &str, &str) {
    let (rest, ucd) = match comment.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (UCD ")) {
        Some((rest, ucd)) if !ucd.contains(' ') => (rest, ucd),
        _ => (comment, ""),
    };
    match rest.strip_suffix(']').and_then(|rest| rest.rsplit_once(" [")) {
        Some((description, unit)) if !unit.contains(' ') => (description, unit, ucd),
        _ => (rest, "", ucd),
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn comments_have_parts() {
        assert_eq!(parts("Begin [d] (UCD time.start;obs)"), ("Begin", "d", "time.start;obs"));
        assert_eq!(parts("Name (UCD meta.id)"), ("Name", "", "meta.id"));
        assert_eq!(parts("See [the text] (or not)"), ("See [the text] (or not)", "", ""));
        assert_eq!(parts(""), ("", "", ""));
    }
}
