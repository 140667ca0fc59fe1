//! Queries and tables on one line.

use std::fmt::{self, Display, Formatter};

use super::super::tree::{
    Column, Columns, CommonTable, Direction, Join, JoinCondition, JoinKind, Query, Select,
    SelectExpression, SetExpression, SetOperator, SortKey, SortTerm, Subquery, TableReference,
};
use super::{Expression, Node, separated};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.with.is_empty() {
            f.write_str("WITH ")?;
            separated(f, ", ", &self.with)?;
            f.write_str(" ")?;
        }
        self.body.fmt(f)
    }
}

impl Display for CommonTable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} AS ({})", self.name, self.query)
    }
}

impl Display for SelectExpression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.set.fmt(f)?;
        if !self.order_by.is_empty() {
            f.write_str(" ORDER BY ")?;
            separated(f, ", ", &self.order_by)?;
        }
        if let Some(offset) = self.offset {
            write!(f, " OFFSET {offset}")?;
        }
        Ok(())
    }
}

impl Display for SetExpression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Select(select) => select.fmt(f),
            Self::Nested(nested) => write!(f, "({nested})"),
            Self::Operation { left, operator, all, right, .. } => {
                if is_closed(left, *operator, false) {
                    write!(f, "({left})")?;
                } else {
                    left.fmt(f)?;
                }
                write!(f, " {operator}{} ", if *all { " ALL" } else { "" })?;
                if is_closed(right, *operator, true) {
                    write!(f, "({right})")
                } else {
                    right.fmt(f)
                }
            }
        }
    }
}

/// Whether an operand of a set operator needs parentheses: what binds less close does, and on the
/// right what binds as close.
pub(super) fn is_closed(operand: &SetExpression, outer: SetOperator, right: bool) -> bool {
    let closeness = |operator: SetOperator| u8::from(operator == SetOperator::Intersect);
    match operand {
        SetExpression::Operation { operator, .. } if right => {
            closeness(*operator) <= closeness(outer)
        }
        SetExpression::Operation { operator, .. } => closeness(*operator) < closeness(outer),
        _ => false,
    }
}

impl Display for SetOperator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Union => "UNION",
            Self::Except => "EXCEPT",
            Self::Intersect => "INTERSECT",
        })
    }
}

/// `SELECT [DISTINCT] [TOP n]`
pub(super) fn head(select: &Select) -> String {
    let mut head = "SELECT".to_owned();
    if let Some(quantifier) = select.quantifier {
        head = format!("{head} {quantifier}");
    }
    if let Some(top) = select.top {
        head = format!("{head} TOP {top}");
    }
    head
}

impl Display for Select {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", head(self))?;
        match &self.columns {
            Columns::All => f.write_str("*")?,
            Columns::Some(columns) => separated(f, ", ", columns)?,
        }
        f.write_str(" FROM ")?;
        separated(f, ", ", &self.from)?;
        if let Some(filter) = &self.filter {
            write!(f, " WHERE {filter}")?;
        }
        if !self.group_by.is_empty() {
            f.write_str(" GROUP BY ")?;
            separated(f, ", ", &self.group_by)?;
        }
        if let Some(having) = &self.having {
            write!(f, " HAVING {having}")?;
        }
        Ok(())
    }
}

impl Display for Column {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllOf(table) => write!(f, "{table}.*"),
            Self::Value { value, alias: None } => value.fmt(f),
            Self::Value { value, alias: Some(alias) } => write!(f, "{value} AS {alias}"),
        }
    }
}

impl Display for SortTerm {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.key {
            SortKey::Position(position) => position.fmt(f)?,
            // Without parentheses it would be a position.
            SortKey::Value(Expression { node: Node::Number(number), .. })
                if number.is_integer() =>
            {
                write!(f, "({})", number.as_str())?;
            }
            SortKey::Value(value) => value.fmt(f)?,
        }
        f.write_str(match self.direction {
            None => "",
            Some(Direction::Ascending) => " ASC",
            Some(Direction::Descending) => " DESC",
        })
    }
}

impl Display for TableReference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { name, alias: None, .. } => name.fmt(f),
            Self::Table { name, alias: Some(alias), .. } => write!(f, "{name} AS {alias}"),
            Self::Derived { query, alias, .. } => write!(f, "({query}) AS {alias}"),
            Self::Join(join) => {
                let (joined, condition) = join_words(join);
                write!(f, "{} {joined} {}{condition}", join.left, Right(&join.right))
            }
        }
    }
}

/// The right side of a join: another join needs parentheses.
pub(super) struct Right<'a>(pub(super) &'a TableReference);

impl Display for Right<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            TableReference::Join(_) => write!(f, "({})", self.0),
            table => table.fmt(f),
        }
    }
}

/// `LEFT JOIN` and ` ON condition`
pub(in crate::adql) fn join_words(join: &Join) -> (String, String) {
    let natural = if join.condition == JoinCondition::Natural { "NATURAL " } else { "" };
    let kind = match join.kind {
        JoinKind::Inner => "",
        JoinKind::Left => "LEFT ",
        JoinKind::Right => "RIGHT ",
        JoinKind::Full => "FULL ",
    };
    let condition = match &join.condition {
        JoinCondition::Natural => String::new(),
        JoinCondition::On(condition) => format!(" ON {condition}"),
        JoinCondition::Using(columns) => {
            let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
            format!(" USING ({})", columns.join(", "))
        }
    };
    (format!("{natural}{kind}JOIN"), condition)
}

impl Display for Subquery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Select(select) => select.fmt(f),
            Self::Join(join) => join.fmt(f),
        }
    }
}
