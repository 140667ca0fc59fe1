//! The tree as indented text: what the parser understood.

use std::fmt::Write as _;

use super::position::Positions;
use super::print::{Quoted, join_words};
use super::tree::{
    Column, Columns, Condition, Direction, Expression, JoinCondition, Node, Place, Predicate,
    Query, Select, SelectExpression, Set, SetExpression, SortKey, Subquery, TableReference,
};
use super::visit::{Visitor, walk};
use crate::diag::Source;

/// A line for each node, parts indented below the whole, each with its line and column.
pub fn outline(query: &Query, source: &Source) -> String {
    let positions = Positions::new(source);
    let mut outline = Outline { positions, text: String::new(), depth: 0 };
    outline.node("query", query.place, |outline| {
        for table in &query.with {
            outline.node(&format!("with {}", table.name), table.place, |outline| {
                outline.select_expression(&table.query);
            });
        }
        outline.select_expression(&query.body);
    });
    outline.text
}

struct Outline<'a> {
    positions: Positions<'a>,
    text: String,
    depth: usize,
}

impl Outline<'_> {
    fn node(&mut self, what: &str, place: Place, parts: impl FnOnce(&mut Self)) {
        let (line, column) = self.positions.line_column(place.0.start);
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(what);
        let _ = writeln!(self.text, "  [{line}:{column}]");
        self.depth += 1;
        parts(self);
        self.depth -= 1;
    }

    fn part(&mut self, what: &str, parts: impl FnOnce(&mut Self)) {
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(what);
        self.text.push('\n');
        self.depth += 1;
        parts(self);
        self.depth -= 1;
    }

    fn set(&mut self, set: &SetExpression) {
        match set {
            SetExpression::Select(select) => self.select(select),
            SetExpression::Nested(nested) => self.select_expression(nested),
            SetExpression::Operation { left, operator, all, right, place } => {
                let all = if *all { " all" } else { "" };
                let what = format!("{}{all}", operator.to_string().to_lowercase());
                self.node(&what, *place, |outline| {
                    outline.set(left);
                    outline.set(right);
                });
            }
        }
    }

    fn subquery(&mut self, subquery: &Subquery) {
        match subquery {
            Subquery::Select(expression) => self.select_expression(expression),
            Subquery::Join(table) => self.table(table),
        }
    }

    fn columns(&mut self, columns: &Columns) {
        let Columns::Some(columns) = columns else {
            return self.part("columns *", |_| {});
        };
        self.part("columns", |outline| {
            for column in columns {
                match column {
                    Column::AllOf(table) => {
                        outline.node(&format!("all of {table}"), table.place, |_| {});
                    }
                    Column::Value { value, alias: None } => outline.expression(value),
                    Column::Value { value, alias: Some(alias) } => {
                        outline.node(&format!("as {alias}"), alias.place, |outline| {
                            outline.expression(value);
                        });
                    }
                }
            }
        });
    }
}

impl Visitor for Outline<'_> {
    fn select_expression(&mut self, expression: &SelectExpression) {
        if expression.order_by.is_empty() && expression.offset.is_none() {
            return self.set(&expression.set);
        }
        self.node("ordered", expression.place, |outline| {
            outline.set(&expression.set);
            for term in &expression.order_by {
                let direction = match term.direction {
                    None => "order by",
                    Some(Direction::Ascending) => "order by, ascending",
                    Some(Direction::Descending) => "order by, descending",
                };
                outline.node(direction, term.place, |outline| match &term.key {
                    SortKey::Position(position) => {
                        outline.part(&format!("column number {position}"), |_| {});
                    }
                    SortKey::Value(value) => outline.expression(value),
                });
            }
            if let Some(offset) = expression.offset {
                outline.part(&format!("offset {offset}"), |_| {});
            }
        });
    }

    fn select(&mut self, select: &Select) {
        let quantifier = select.quantifier.map_or(String::new(), |word| format!(" {word}"));
        let top = select.top.map_or(String::new(), |top| format!(" top {top}"));
        let what = format!("select{}{top}", quantifier.to_lowercase());
        self.node(&what, select.place, |outline| {
            outline.columns(&select.columns);
            outline.part("from", |outline| {
                for table in &select.from {
                    outline.table(table);
                }
            });
            if let Some(filter) = &select.filter {
                outline.part("where", |outline| outline.condition(filter));
            }
            if !select.group_by.is_empty() {
                outline.part("group by", |outline| {
                    for value in &select.group_by {
                        outline.expression(value);
                    }
                });
            }
            if let Some(having) = &select.having {
                outline.part("having", |outline| outline.condition(having));
            }
        });
    }

    fn table(&mut self, table: &TableReference) {
        match table {
            TableReference::Table { name, alias, place } => {
                let alias = alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
                self.node(&format!("table {name}{alias}"), *place, |_| {});
            }
            TableReference::Derived { query, alias, place } => {
                self.node(&format!("derived as {alias}"), *place, |outline| {
                    outline.subquery(query);
                });
            }
            TableReference::Join(join) => {
                let (words, _) = join_words(join);
                self.node(&words.to_lowercase(), join.place, |outline| {
                    outline.table(&join.left);
                    outline.table(&join.right);
                    match &join.condition {
                        JoinCondition::Natural => {}
                        JoinCondition::On(on) => {
                            outline.part("on", |outline| outline.condition(on));
                        }
                        JoinCondition::Using(columns) => {
                            let columns: Vec<String> =
                                columns.iter().map(ToString::to_string).collect();
                            outline.part(&format!("using {}", columns.join(", ")), |_| {});
                        }
                    }
                });
            }
        }
    }

    fn condition(&mut self, condition: &Condition) {
        let not = |negated: bool| if negated { "not " } else { "" };
        let what = match &condition.node {
            Predicate::Or(_) => "or".to_owned(),
            Predicate::And(_) => "and".to_owned(),
            Predicate::Not(_) => "not".to_owned(),
            Predicate::Comparison(_, comparator, _) => comparator.to_string(),
            Predicate::Between { negated, .. } => format!("{}between", not(*negated)),
            Predicate::In { negated, .. } => format!("{}in", not(*negated)),
            Predicate::Like { negated, ignore_case, .. } => {
                format!("{}{}", not(*negated), if *ignore_case { "ilike" } else { "like" })
            }
            Predicate::IsNull { column, negated } => format!("{column} is {}null", not(*negated)),
            Predicate::Exists(_) => "exists".to_owned(),
        };
        self.node(&what, condition.place, |outline| match &condition.node {
            Predicate::In { value, set: Set::Subquery(subquery), .. } => {
                outline.expression(value);
                outline.subquery(subquery);
            }
            Predicate::Exists(subquery) => outline.subquery(subquery),
            _ => walk::condition(outline, condition),
        });
    }

    fn expression(&mut self, expression: &Expression) {
        let what = match &expression.node {
            Node::Null => "null".to_owned(),
            Node::Number(number) => format!("number {}", number.as_str()),
            Node::Text(text) => format!("text {}", Quoted(text)),
            Node::Column(column) => format!("column {column}"),
            Node::Signed(sign, _) => format!("sign {sign}"),
            Node::Arithmetic(_, operator, _) => operator.to_string(),
            Node::Concatenation(_) => "||".to_owned(),
            Node::Aggregate(_) => {
                let text = expression.to_string();
                format!("aggregate {}", text.split('(').next().unwrap_or_default())
            }
            Node::Function(function, _) => format!("function {}", function.name()),
            Node::Geometry(geometry) => format!("geometry {}", geometry.name()),
            Node::Cast(_, target) => format!("cast as {target}"),
            Node::Coalesce(_) => "coalesce".to_owned(),
            Node::InUnit(_, unit) => format!("in unit {}", Quoted(unit)),
            Node::Case(_) => "case".to_owned(),
            Node::UserDefined(name, _) => format!("user-defined function {}", name.text),
        };
        self.node(&what, expression.place, |outline| walk::expression(outline, expression));
    }
}
