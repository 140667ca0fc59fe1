//! Scalars in SQL.

use sea_query::{Alias, CaseStatement, Expr, ExprTrait, Func};

use super::Target;
use super::sidecar::kept_column;
use crate::obscore::ColumnType;
use crate::plan::{DATASET, Operator, RUN, RegionPart, Scalar, TAGS, ValueKind};
use crate::sql::region::{self, RegionColumn};
use crate::value::Literal;

/// `alias.column`
pub(super) fn column(alias: &str, column: &str) -> Expr {
    Expr::col((Alias::new(alias), Alias::new(column)))
}

/// A constant.
pub(super) fn literal(value: &Literal) -> Expr {
    match value {
        Literal::Bool(value) => Expr::val(*value),
        Literal::Int(value) => Expr::val(*value),
        // Exponents keep small numbers short and exact.
        Literal::Float(value) if value.is_finite() => Expr::cust(format!("{value:e}")),
        Literal::Float(_) => Expr::null(),
        Literal::String(value) => Expr::val(value.as_str()),
    }
}

impl Target {
    /// The value of a scalar, as exactly the type of its column.
    pub fn value(&self, scalar: &Scalar, kind: ColumnType) -> Expr {
        let expression = self.scalar(scalar);
        let exact = self.is_exactly(scalar, kind);
        let expression = self.fitted(scalar, expression, kind);
        // Literally the same type in every branch, or the branches are not pulled up.
        if exact {
            expression
        } else {
            expression.cast_as(Alias::new(self.dialect.type_name(kind)))
        }
    }

    /// Text that goes into a number column must not be able to fail.
    fn fitted(&self, scalar: &Scalar, expression: Expr, kind: ColumnType) -> Expr {
        let to = match kind {
            ColumnType::Integer | ColumnType::BigInt => ValueKind::Int,
            ColumnType::Double => ValueKind::Float,
            ColumnType::Boolean => ValueKind::Bool,
            _ => return expression,
        };
        if matches!(scalar, Scalar::Null) || scalar.kind() != ValueKind::Text {
            return expression;
        }
        self.converted(&self.typed(scalar), to)
    }

    /// The value of a scalar; a constant text says so, or PostgreSQL would read it as what it is converted to
    /// before looking at any condition.
    fn typed(&self, scalar: &Scalar) -> Expr {
        let value = self.scalar(scalar);
        match scalar {
            Scalar::Literal(Literal::String(_)) => value.cast_as(Alias::new("text")),
            _ => value,
        }
    }

    /// The value of a scalar.
    pub fn scalar(&self, scalar: &Scalar) -> Expr {
        match scalar {
            Scalar::Null => Expr::null(),
            Scalar::Literal(value) => literal(value),
            Scalar::Column { alias, column: name, .. } => column(alias, name),
            Scalar::DatasetId => self.dialect.uuid_text(&column(TAGS, "dataset_id")),
            Scalar::Identifier { alias } => self.dialect.uuid_text(&column(alias, "id")),
            Scalar::Run => column(RUN, "name"),
            Scalar::IngestDate => self.ingest_date(0.0),
            Scalar::IngestDatePlus(days) => self.ingest_date(*days),
            Scalar::Time { alias, bound, form } => self.end(alias, *bound, *form),
            Scalar::Edge { alias, bound, stand_ins } => self.edge(alias, *bound, *stand_ins),
            Scalar::StoredInstant(tai) => self.stored_instant(*tai),
            Scalar::Uuid(id) => self.dialect.uuid_constant(*id),
            Scalar::Arithmetic(left, operator, right) => self.arithmetic(left, *operator, right),
            Scalar::Negative(value) => self.dialect.fill("(- {0})", &[&self.scalar(value)]),
            Scalar::Lookup { cases, otherwise } => self.lookup(cases, otherwise),
            Scalar::Concat(parts) => {
                let texts: Vec<String> =
                    parts.iter().map(|part| self.dialect.text(&self.scalar(part))).collect();
                match texts.as_slice() {
                    [] => Expr::val(""),
                    _ => Expr::cust(format!("({})", texts.join(" || "))),
                }
            }
            Scalar::Format { value, spec, conversion } => self.format(value, spec, *conversion),
            Scalar::Convert { text, to } => self.converted(&self.typed(text), *to),
            Scalar::Region { alias, part } => self.region(alias, *part),
            Scalar::Coalesce(parts) => {
                Func::coalesce(parts.iter().map(|part| self.scalar(part))).into()
            }
            Scalar::FileSize { table } => self.file_size(table),
        }
    }

    fn arithmetic(&self, left: &Scalar, operator: Operator, right: &Scalar) -> Expr {
        let integers = right.kind() == ValueKind::Int;
        let (left, right) = (self.scalar(left), self.scalar(right));
        let template = match operator {
            Operator::Add => "({0} + {1})",
            Operator::Subtract => "({0} - {1})",
            Operator::Multiply => "({0} * {1})",
            Operator::Modulo => "({0} % nullif({1}, 0))",
            Operator::Divide => return self.dialect.quotient(&left, &right, integers),
        };
        self.dialect.fill(template, &[&left, &right])
    }

    fn lookup(&self, cases: &[(Scalar, String, Option<Literal>)], otherwise: &Scalar) -> Expr {
        if cases.is_empty() {
            return self.scalar(otherwise);
        }
        let mut case = CaseStatement::new();
        for (subject, key, value) in cases {
            let value = value.as_ref().map_or_else(Expr::null, literal);
            case = case.case(self.scalar(subject).eq(key.as_str()), value);
        }
        match otherwise {
            Scalar::Null => case.into(),
            otherwise => case.finally(self.scalar(otherwise)).into(),
        }
    }

    fn region(&self, alias: &str, part: RegionPart) -> Expr {
        match kept_column(alias, part) {
            Some(kept) => column(alias, kept),
            None => self.decoded(column(alias, "region"), part),
        }
    }

    /// A column made from a stored region.
    pub(super) fn decoded(&self, stored: Expr, part: RegionPart) -> Expr {
        let part = match part {
            RegionPart::Ra => RegionColumn::Ra,
            RegionPart::Dec => RegionColumn::Dec,
            RegionPart::Fov => RegionColumn::Fov,
            RegionPart::Region => RegionColumn::Region,
            RegionPart::SpherePolygon => RegionColumn::PgSpherePolygon,
            RegionPart::SpherePoint => RegionColumn::PgSpherePoint,
        };
        let schema = self.view.schema.as_deref();
        region::column(self.dialect, self.strategy, part, stored, schema, &self.regions)
    }

    /// kB of 1,000 bytes; a file that several components share counts once.
    fn file_size(&self, table: &str) -> Expr {
        let template = format!(
            "(SELECT (sum(f.size) + 999) / 1000 FROM (SELECT max(r.file_size) AS size FROM {} r \
             WHERE r.dataset_id = {{0}} AND r.file_size >= 0 GROUP BY r.path) f)",
            self.table(table)
        );
        self.dialect.fill(&template, &[&column(TAGS, "dataset_id")])
    }

    /// Whether the scalar is already of the type of its column, to the last modifier.
    fn is_exactly(&self, scalar: &Scalar, kind: ColumnType) -> bool {
        match (scalar, kind) {
            (Scalar::Column { kind: ValueKind::Int, .. }, ColumnType::BigInt)
            | (Scalar::Column { kind: ValueKind::Float, .. }, ColumnType::Double)
            | (Scalar::Column { kind: ValueKind::Bool, .. }, ColumnType::Boolean) => true,
            (Scalar::Column { kind: ValueKind::Int, .. }, ColumnType::Integer)
            | (Scalar::Column { kind: ValueKind::Text, .. } | Scalar::Run, ColumnType::Text) => {
                !self.dialect.has_sized_types()
            }
            (
                Scalar::Region { part: RegionPart::Ra | RegionPart::Dec | RegionPart::Fov, .. },
                ColumnType::Double,
            )
            | (
                Scalar::DatasetId | Scalar::Region { part: RegionPart::Region, .. },
                ColumnType::Text,
            ) => self.dialect.has_rich_types(),
            (Scalar::Column { alias, column, .. }, ColumnType::Timestamp) => {
                self.dialect.has_rich_types() && alias == DATASET && column == "ingest_date"
            }
            _ => false,
        }
    }
}
