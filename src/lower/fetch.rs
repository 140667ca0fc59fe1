//! A branch as raw fields and recipes.
//!
//! In: a [`Branch`] and the columns that are asked of it. Out: SELECTs of as few and as raw fields
//! as possible (constants are not fetched, each registry column once, regions encoded, times as
//! stored), and for each column the [`Recipe`] that makes its value from them. What no recipe is
//! worth writing for stays an SQL expression. `tests/export_parity.rs` holds both against Butler.

use sea_query::Expr;

use super::scalar::column;
use super::split::Split;
use super::{BranchSelect, Found, Target};
use crate::obscore::ColumnType;
use crate::plan::{Branch, RegionPart, Scalar, Search, TimeForm, ValueKind, ViewPlan};
use crate::sql::Dialect;
use crate::value::{Cell, Literal};

/// What a field is, as the database sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// UTF-8.
    Text,
    /// An integer of any width.
    Int,
    /// A floating-point number of any width.
    Float,
    /// A boolean.
    Bool,
    /// Microseconds since 2000-01-01 UTC.
    Timestamp,
    /// ISO text of a timestamp, UTC.
    TimestampText,
    /// Sixteen bytes.
    Uuid,
    /// A UUID as 32 hexadecimal digits.
    UuidDigits,
}

/// How a value is made from the fields of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Recipe {
    /// NULL.
    Null,
    /// The same in every row.
    Constant(Literal),
    /// A field as it is.
    Field(usize),
    /// A field of TAI nanoseconds as MJD, UTC.
    UtcMjd(usize),
    /// A field of TAI nanoseconds as ISO text, UTC, with this separator.
    UtcText(usize, char),
    /// What the encoded region in a field says.
    Region(usize, RegionPart),
    /// The value of the first case whose subject equals its key.
    Lookup {
        /// Subject, key, value.
        cases: Vec<(Recipe, String, Option<Literal>)>,
        /// The value when no case fits.
        otherwise: Box<Recipe>,
    },
    /// Texts one after the other; NULL if one is.
    Concat(Vec<Recipe>),
    /// The text of a value; `None` for NULL.
    Formatted(Box<Recipe>),
    /// The first that is not NULL.
    Coalesce(Vec<Recipe>),
}

/// What the rows of a statement are, and what to make of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetch {
    /// The fields of each row, in order.
    pub fields: Vec<Wire>,
    /// One for each column asked for.
    pub recipes: Vec<Recipe>,
}

impl Target {
    /// The SELECT that lists the collections of a plan's search that may hold datasets of its types, in
    /// their order: the columns that [`Self::with`] takes, then `dataset_type.id`; a row for each pair.
    pub fn found_select(&self, plan: &ViewPlan) -> String {
        let view = self.collections_view(&plan.search);
        let types = plan.branches.iter().map(|branch| branch.dataset_type_id.to_string());
        let types: Vec<String> = types.collect();
        // An empty list is not SQL.
        let types = if types.is_empty() { "NULL".to_owned() } else { types.join(", ") };
        format!(
            "SELECT {}, s.dataset_type_id FROM (\n{view}\n) AS c\nJOIN {} AS s ON s.{} = c.{key}\nWHERE \
             s.dataset_type_id IN ({types})\nORDER BY c.rank, c.{key}, s.dataset_type_id",
            self.key_columns(),
            self.table("collection_summary_dataset_type"),
            self.collection_reference(),
            key = self.collection_key(),
        )
    }

    /// The common table expressions that stand for the helper views: `name AS (…)`, with commas.
    pub fn helper_tables(&self, collections: &[Vec<Cell>]) -> String {
        let utc = format!("{} AS (\n{}\n)", self.own(&self.view.utc()), self.utc_view());
        if collections.is_empty() {
            return utc;
        }
        let columns = self.key_columns().replace("c.", "");
        let rows: Vec<String> = collections
            .iter()
            .enumerate()
            .map(|(rank, row)| {
                let cells: Vec<String> = row.iter().map(|cell| self.constant(cell)).collect();
                format!("  ({}, {rank})", cells.join(", "))
            })
            .collect();
        format!(
            "{} ({columns}, rank) AS (\n  VALUES\n{}\n),\n{utc}",
            self.own(&self.view.collections()),
            rows.join(",\n"),
        )
    }

    /// The common table expressions for the SELECTs of one dataset type, with the collections that may hold it.
    /// Without statistics, one collection would be taken for the best to begin with, whatever else is known.
    pub fn helper_tables_of(&self, found: &Found, dataset_type: i64) -> String {
        match self.dialect.join_in_order() {
            None => self.helper_tables(&found.collections_of(dataset_type)),
            Some(_) => self.helper_tables(&found.collections),
        }
    }

    /// A key of a collection as a constant.
    pub(super) fn constant(&self, cell: &Cell) -> String {
        match cell {
            Cell::Int(number) => number.to_string(),
            Cell::Text(text) => self.dialect.quote(text),
            _ => "NULL".to_owned(),
        }
    }

    /// How to fetch `columns` of a branch, the positions of view columns with their types, and the SELECTs
    /// for it, with further outputs behind the fields. Where only one collection can hold its datasets,
    /// none of them hides another.
    pub(super) fn fetch(
        &self,
        branch: &Branch,
        search: &Search,
        only_one: bool,
        columns: &[(usize, ColumnType)],
        beside: &[(String, Expr, &Scalar)],
    ) -> Fetched {
        let mut fields = Fields { target: self, found: Vec::new() };
        let recipes = columns
            .iter()
            .map(|(index, kind)| {
                let value = branch.values.get(*index);
                value.map_or(Recipe::Null, |value| fields.column(value, *kind))
            })
            .collect();
        let found = fields.found;
        // A row without fields is no row.
        let mut outputs: Vec<(String, Expr, &Scalar)> = if found.is_empty() {
            vec![(field_name(0), Expr::val(1), &Scalar::Null)]
        } else {
            let named = found.iter().enumerate();
            named.map(|(i, field)| (field_name(i), field.sql.clone(), &field.needs)).collect()
        };
        outputs.extend_from_slice(beside);
        let find_first = matches!(search, Search::Path(_)) && !only_one;
        let selects = self.branch_with(branch, search, &outputs, find_first);
        let split = self.split(branch, search, find_first, &found, beside);
        let fields = if found.is_empty() {
            vec![Wire::Int]
        } else {
            found.iter().map(|field| field.wire).collect()
        };
        Fetched { fetch: Fetch { fields, recipes }, selects, split }
    }
}

/// A branch as raw fields.
#[derive(Debug)]
pub(super) struct Fetched {
    pub fetch: Fetch,
    pub selects: Vec<BranchSelect>,
    /// The same with dimension records apart.
    pub split: Option<Split<BranchSelect>>,
}

/// The name of a field in the SELECT.
pub(super) fn field_name(field: usize) -> String {
    format!("f{field}")
}

/// A field of the SELECT.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub sql: Expr,
    pub text: String,
    pub wire: Wire,
    /// What its joins are looked up by.
    pub needs: Scalar,
}

#[derive(Debug)]
struct Fields<'a> {
    target: &'a Target,
    found: Vec<Field>,
}

impl Fields<'_> {
    /// The recipe of a column: of the kind of values that the column has.
    fn column(&mut self, scalar: &Scalar, kind: ColumnType) -> Recipe {
        let fits = match (scalar.kind(), kind) {
            (ValueKind::Text, ColumnType::Text)
            | (ValueKind::Int, ColumnType::Integer | ColumnType::BigInt | ColumnType::Double)
            | (ValueKind::Float, ColumnType::Double)
            | (ValueKind::Bool, ColumnType::Boolean) => true,
            _ => matches!(scalar, Scalar::Null),
        };
        if fits { self.recipe(scalar) } else { Recipe::Field(self.sql(scalar, kind)) }
    }

    fn recipe(&mut self, scalar: &Scalar) -> Recipe {
        match scalar {
            Scalar::Null => Recipe::Null,
            Scalar::Literal(Literal::Float(value)) if !value.is_finite() => Recipe::Null,
            Scalar::Literal(value) => Recipe::Constant(value.clone()),
            Scalar::Column { kind, .. } if *kind != ValueKind::Timestamp => {
                let wire = wire(*kind, self.target.dialect);
                Recipe::Field(self.field(self.target.scalar(scalar), wire, scalar))
            }
            Scalar::Run => {
                Recipe::Field(self.field(self.target.scalar(scalar), Wire::Text, scalar))
            }
            Scalar::DatasetId => {
                let rich = self.target.dialect.has_rich_types();
                let wire = if rich { Wire::Uuid } else { Wire::UuidDigits };
                Recipe::Field(self.field(column(crate::plan::TAGS, "dataset_id"), wire, scalar))
            }
            Scalar::Time { alias, bound, form } => {
                let stored = Scalar::Time {
                    alias: alias.clone(),
                    bound: *bound,
                    form: TimeForm::TaiNanoseconds,
                };
                match form {
                    TimeForm::UtcMjd => Recipe::UtcMjd(self.sql(&stored, ColumnType::BigInt)),
                    TimeForm::UtcIsot => {
                        Recipe::UtcText(self.sql(&stored, ColumnType::BigInt), 'T')
                    }
                    TimeForm::UtcIso => Recipe::UtcText(self.sql(&stored, ColumnType::BigInt), ' '),
                    _ => Recipe::Field(self.sql(scalar, natural(scalar.kind()))),
                }
            }
            Scalar::Region {
                alias,
                part:
                    part @ (RegionPart::Ra | RegionPart::Dec | RegionPart::Fov | RegionPart::Region),
            } => {
                let index = self.field(column(alias, "region"), Wire::Text, scalar);
                Recipe::Region(index, *part)
            }
            Scalar::Lookup { cases, otherwise } => Recipe::Lookup {
                cases: cases
                    .iter()
                    .map(|(subject, key, value)| (self.recipe(subject), key.clone(), value.clone()))
                    .collect(),
                otherwise: Box::new(self.recipe(otherwise)),
            },
            Scalar::Concat(parts) => {
                Recipe::Concat(parts.iter().map(|part| self.recipe(part)).collect())
            }
            Scalar::Coalesce(parts) => {
                Recipe::Coalesce(parts.iter().map(|part| self.recipe(part)).collect())
            }
            Scalar::Format { value, spec, conversion }
                if spec.is_default()
                    && matches!(conversion, None | Some('s'))
                    && matches!(
                        value.kind(),
                        ValueKind::Text | ValueKind::Int | ValueKind::Float
                    ) =>
            {
                Recipe::Formatted(Box::new(self.recipe(value)))
            }
            _ => Recipe::Field(self.sql(scalar, natural(scalar.kind()))),
        }
    }

    /// A field that the database computes, as exactly the type of a column.
    fn sql(&mut self, scalar: &Scalar, kind: ColumnType) -> usize {
        let wire = match kind {
            ColumnType::Integer | ColumnType::BigInt => Wire::Int,
            ColumnType::Double => Wire::Float,
            ColumnType::Boolean => Wire::Bool,
            ColumnType::Timestamp if self.target.dialect.has_rich_types() => Wire::Timestamp,
            ColumnType::Timestamp => Wire::TimestampText,
            _ => Wire::Text,
        };
        self.field(self.target.value(scalar, kind), wire, scalar)
    }

    /// The index of a field; equal ones are fetched once.
    fn field(&mut self, sql: Expr, wire: Wire, needs: &Scalar) -> usize {
        let text = self.target.dialect.text(&sql);
        let known = self.found.iter().position(|field| field.text == text && field.wire == wire);
        known.unwrap_or_else(|| {
            self.found.push(Field { sql, text, wire, needs: needs.clone() });
            self.found.len() - 1
        })
    }
}

fn wire(kind: ValueKind, dialect: Dialect) -> Wire {
    match kind {
        ValueKind::Int => Wire::Int,
        ValueKind::Float => Wire::Float,
        ValueKind::Bool => Wire::Bool,
        ValueKind::Text => Wire::Text,
        ValueKind::Timestamp if dialect.has_rich_types() => Wire::Timestamp,
        ValueKind::Timestamp => Wire::TimestampText,
    }
}

/// The column type that holds values of a kind.
fn natural(kind: ValueKind) -> ColumnType {
    match kind {
        ValueKind::Int => ColumnType::BigInt,
        ValueKind::Float => ColumnType::Double,
        ValueKind::Bool => ColumnType::Boolean,
        ValueKind::Text => ColumnType::Text,
        ValueKind::Timestamp => ColumnType::Timestamp,
    }
}
