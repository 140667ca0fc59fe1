//! Sets of rows: set operators, ORDER BY, OFFSET.

use super::super::tree::{From, Rows, Select, Set, Sort, SortKey, Value};
use super::Checker;
use super::aggregate::Group;
use super::scope::Scope;
use crate::adql::{
    self, Direction, Node as Written, SelectExpression, SetExpression, SetOperator, SortTerm,
    TableReference,
};
use crate::catalog::{Column, Known, Matched, Type};
use crate::diag::Result;

/// A checked set, and what its ORDER BY may refer to.
struct Operand<'p> {
    set: Set,
    columns: Vec<Column>,
    /// The tables of a plain SELECT.
    scope: Option<Scope<'p>>,
}

impl Checker<'_> {
    /// Rows with their order.
    pub fn rows(
        &mut self,
        expression: &SelectExpression,
        parent: Option<&Scope<'_>>,
    ) -> Result<Rows> {
        let mut operand = self.set(&expression.set, parent)?;
        let mut order = Vec::new();
        for term in &expression.order_by {
            order.push(self.sort(term, &mut operand)?);
        }
        let offset = expression.offset.unwrap_or(0);
        Ok(Rows { set: operand.set, order, offset, columns: operand.columns })
    }

    /// All columns of a join that stands where a query may.
    pub fn all_of(&mut self, table: &TableReference, parent: Option<&Scope<'_>>) -> Result<Rows> {
        let (from, scope) = self.from(std::slice::from_ref(table), parent)?;
        let columns = scope.columns.iter().map(|shown| shown.column.clone()).collect();
        let outputs = scope.columns.into_iter().map(|shown| shown.value).collect();
        let set = Set::Select(Box::new(plain(outputs, from)));
        Ok(Rows { set, order: Vec::new(), offset: 0, columns })
    }

    fn set<'p>(
        &mut self,
        set: &SetExpression,
        parent: Option<&'p Scope<'p>>,
    ) -> Result<Operand<'p>> {
        match set {
            SetExpression::Select(select) => {
                let (select, columns, scope) = self.select(select, parent)?;
                Ok(Operand { set: Set::Select(Box::new(select)), columns, scope: Some(scope) })
            }
            SetExpression::Nested(nested) => {
                let rows = self.rows(nested, parent)?;
                let columns = rows.columns.clone();
                Ok(Operand { set: Set::Nested(Box::new(rows)), columns, scope: None })
            }
            SetExpression::Operation { left, operator, all, right, place } => {
                let first = self.set(left, parent)?;
                let second = self.set(right, parent)?;
                let (one, other) = (first.columns.len(), second.columns.len());
                if one != other {
                    let message =
                        format!("{operator} has {one} columns on the left, {other} on the right");
                    let help = "both sides have the same number of columns, of the same types";
                    return Err(self.wrong_help("Q025", message, right.place(), help));
                }
                let mut columns = first.columns;
                for (column, other) in columns.iter_mut().zip(&second.columns) {
                    let Some(kind) = common(&column.kind, &other.kind) else {
                        let message = format!(
                            "{operator}: `{}` is {} on the left, {} on the right",
                            column.name,
                            column.kind.title(),
                            other.kind.title()
                        );
                        let help = "CAST one of them to the type of the other";
                        return Err(self.wrong_help("Q110", message, *place, help));
                    };
                    column.kind = kind;
                }
                let types = columns.iter().map(|column| column.kind.clone()).collect();
                let (left, right) = (Box::new(first.set), Box::new(second.set));
                let operator: SetOperator = *operator;
                let set = Set::Operation { left, operator, all: *all, right, types };
                Ok(Operand { set, columns, scope: None })
            }
        }
    }

    fn sort(&mut self, term: &SortTerm, operand: &mut Operand<'_>) -> Result<Sort> {
        let descending = term.direction == Some(Direction::Descending);
        let key = match &term.key {
            adql::SortKey::Position(position) => {
                let at = usize::try_from(*position).ok().and_then(|at| at.checked_sub(1));
                match at.filter(|at| *at < operand.columns.len()) {
                    Some(at) => SortKey::Output(at),
                    None => {
                        let count = operand.columns.len();
                        let message = format!("the result has no column {position}, but {count}");
                        return Err(self.wrong("Q018", message, term.place));
                    }
                }
            }
            adql::SortKey::Value(value) => self.sort_value(value, term, operand)?,
        };
        if let SortKey::Output(at) = key
            && let Some(column) = operand.columns.get(at)
            && (column.kind.is_geometry() || matches!(column.kind, Type::Opaque { .. }))
        {
            let message = format!("rows cannot be sorted by {}", column.kind.title());
            return Err(self.wrong("Q105", message, term.place));
        }
        Ok(Sort { key, descending })
    }

    fn sort_value(
        &mut self,
        written: &adql::Expression,
        term: &SortTerm,
        operand: &mut Operand<'_>,
    ) -> Result<SortKey> {
        // A plain name is first of all a column of the result.
        if let Written::Column(reference) = &written.node
            && reference.qualifier.is_none()
        {
            let name = &reference.column;
            let known = Known::new(&operand.columns, |column| &column.name);
            if let Matched::One(at) = known.find(&name.text, name.delimited) {
                return Ok(SortKey::Output(at));
            }
        }
        let Some(scope) = &operand.scope else {
            let message = "the rows of a set operation are sorted by columns of the result";
            let names: Vec<&str> = operand.columns.iter().map(|one| one.name.as_str()).collect();
            let help = format!("there are {}", names.join(", "));
            return Err(self.wrong_help("Q116", message, term.place, help));
        };
        let value = self.value(written, scope)?;
        let Set::Select(select) = &operand.set else { return Ok(SortKey::Value(value)) };
        if let Some(at) = select.outputs.iter().position(|output| output.node == value.node) {
            return Ok(SortKey::Output(at));
        }
        if select.distinct {
            let message = "with DISTINCT, rows are sorted by columns of the result";
            let help = "add it to the select list";
            return Err(self.wrong_help("Q116", message, term.place, help));
        }
        if !select.group.is_empty() || select.outputs.iter().any(super::aggregate::aggregates) {
            let group = Group { values: &select.group, tables: scope.numbers() };
            self.is_grouped(&value, &group)?;
        } else {
            self.no_aggregates(&value, "ORDER BY of a query that does not group")?;
        }
        self.ordered(&value)?;
        Ok(SortKey::Value(value))
    }

    /// Values that have an order.
    pub fn ordered(&self, value: &Value) -> Result<()> {
        match &value.kind {
            Some(kind) if kind.is_geometry() || matches!(kind, Type::Opaque { .. }) => {
                let message = format!("{} has no order", kind.title());
                Err(self.wrong("Q105", message, value.place))
            }
            _ => Ok(()),
        }
    }
}

/// A SELECT of all rows.
pub fn plain(outputs: Vec<Value>, from: Vec<From>) -> Select {
    Select {
        distinct: false,
        top: None,
        outputs,
        from,
        filter: None,
        group: Vec::new(),
        having: None,
    }
}

/// The type of a column of a set operation.
fn common(left: &Type, right: &Type) -> Option<Type> {
    super::unify::of_types(left, right)
}
