//! A query over several lines.
//!
//! Each clause begins a line. What fits into a line stands in one; otherwise columns, tables and
//! the members of AND and OR stand one to a line, and subqueries are indented. The layout depends
//! on the tree alone, so laying out twice changes nothing.

use std::fmt::Display;

use super::super::tree::{
    Columns, Condition, Predicate, Query, Select, SelectExpression, Set, SetExpression, Subquery,
    TableReference,
};
use super::needs_parentheses;
use super::query::{Right, head, is_closed, join_words};

/// Characters of a line, where the text can be broken.
const WIDTH: usize = 88;

/// Columns by which a part stands to the right of its clause.
const STEP: usize = 4;

/// The query over several lines, with a line break at the end.
pub fn format(query: &Query) -> String {
    let mut layout = Layout { text: String::new(), indent: 0 };
    layout.query(query);
    layout.text.push('\n');
    layout.text
}

struct Layout {
    text: String,
    indent: usize,
}

impl Layout {
    fn line(&mut self) {
        self.text.push('\n');
        self.text.push_str(&" ".repeat(self.indent));
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Characters left in this line.
    fn room(&self) -> usize {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        WIDTH.saturating_sub(line.chars().count())
    }

    /// Writes on this line what fits into it behind `reserve` other characters.
    fn fits(&mut self, node: &impl Display, reserve: usize) -> bool {
        let flat = node.to_string();
        let fits = flat.chars().count() + reserve <= self.room();
        if fits {
            self.push(&flat);
        }
        fits
    }

    fn indented(&mut self, inner: impl FnOnce(&mut Self)) {
        self.indent += STEP;
        inner(self);
        self.indent -= STEP;
    }

    /// `(`, the inside indented, `)`.
    fn block(&mut self, inner: impl FnOnce(&mut Self)) {
        self.push("(");
        self.indented(|layout| {
            layout.line();
            inner(layout);
        });
        self.line();
        self.push(")");
    }

    fn query(&mut self, query: &Query) {
        for (index, table) in query.with.iter().enumerate() {
            self.push(if index == 0 { "WITH " } else { "," });
            if index > 0 {
                self.line();
            }
            self.push(&format!("{} AS ", table.name));
            self.block(|layout| layout.select_expression(&table.query));
        }
        if !query.with.is_empty() {
            self.line();
        }
        self.select_expression(&query.body);
    }

    fn select_expression(&mut self, expression: &SelectExpression) {
        self.set(&expression.set);
        if !expression.order_by.is_empty() {
            self.line();
            self.list("ORDER BY", &expression.order_by);
        }
        if let Some(offset) = expression.offset {
            self.line();
            self.push(&format!("OFFSET {offset}"));
        }
    }

    fn set(&mut self, set: &SetExpression) {
        match set {
            SetExpression::Select(select) => self.select(select),
            SetExpression::Nested(nested) => self.block(|layout| layout.select_expression(nested)),
            SetExpression::Operation { left, operator, all, right, .. } => {
                self.operand(left, is_closed(left, *operator, false));
                self.line();
                self.push(&operator.to_string());
                if *all {
                    self.push(" ALL");
                }
                self.line();
                self.operand(right, is_closed(right, *operator, true));
            }
        }
    }

    fn operand(&mut self, operand: &SetExpression, closed: bool) {
        if closed {
            self.block(|layout| layout.set(operand));
        } else {
            self.set(operand);
        }
    }

    fn select(&mut self, select: &Select) {
        let head = head(select);
        match &select.columns {
            Columns::All => self.push(&format!("{head} *")),
            Columns::Some(columns) => self.list(&head, columns),
        }
        self.line();
        self.tables(&select.from);
        if let Some(filter) = &select.filter {
            self.line();
            self.clause("WHERE", filter);
        }
        if !select.group_by.is_empty() {
            self.line();
            self.list("GROUP BY", &select.group_by);
        }
        if let Some(having) = &select.having {
            self.line();
            self.clause("HAVING", having);
        }
    }

    /// A clause with a condition; the members of AND and OR stand to the right of it.
    fn clause(&mut self, clause: &str, condition: &Condition) {
        self.push(clause);
        self.push(" ");
        match condition.node {
            Predicate::And(_) | Predicate::Or(_) => {
                self.indented(|layout| layout.condition(condition));
            }
            _ => self.condition(condition),
        }
    }

    /// A clause with its members behind it, or one to a line.
    fn list<T: Display>(&mut self, clause: &str, members: &[T]) {
        self.push(clause);
        let flat: Vec<String> = members.iter().map(ToString::to_string).collect();
        let joined = flat.join(", ");
        if joined.chars().count() < self.room() || members.len() == 1 {
            self.push(" ");
            self.push(&joined);
            return;
        }
        self.indented(|layout| {
            for (index, member) in flat.iter().enumerate() {
                layout.line();
                layout.push(member);
                if index + 1 < flat.len() {
                    layout.push(",");
                }
            }
        });
    }

    fn tables(&mut self, tables: &[TableReference]) {
        self.push("FROM ");
        let flat: Vec<String> = tables.iter().map(ToString::to_string).collect();
        let joined = flat.join(", ");
        if joined.chars().count() <= self.room() {
            self.push(&joined);
            return;
        }
        if let [derived @ TableReference::Derived { .. }] = tables {
            return self.table(derived);
        }
        self.indented(|layout| {
            for (index, table) in tables.iter().enumerate() {
                if index > 0 {
                    layout.push(",");
                    layout.line();
                }
                layout.table(table);
            }
        });
    }

    fn table(&mut self, table: &TableReference) {
        if self.fits(table, 1) {
            return;
        }
        match table {
            TableReference::Table { .. } => self.push(&table.to_string()),
            TableReference::Derived { query, alias, .. } => {
                self.block(|layout| layout.subquery(query));
                self.push(&format!(" AS {alias}"));
            }
            TableReference::Join(join) => {
                self.table(&join.left);
                self.line();
                let (joined, condition) = join_words(join);
                self.push(&joined);
                self.push(" ");
                match &join.right {
                    right if self.fits(&Right(right), condition.chars().count()) => {}
                    TableReference::Join(_) => self.block(|layout| layout.table(&join.right)),
                    right => self.table(right),
                }
                self.push(&condition);
            }
        }
    }

    fn subquery(&mut self, subquery: &Subquery) {
        match subquery {
            Subquery::Select(expression) => self.select_expression(expression),
            Subquery::Join(table) => self.table(table),
        }
    }

    fn condition(&mut self, condition: &Condition) {
        if self.fits(condition, 1) {
            return;
        }
        match &condition.node {
            Predicate::Or(terms) => self.terms(terms, "OR ", true),
            Predicate::And(terms) => self.terms(terms, "AND ", false),
            Predicate::Not(inner) => {
                self.push("NOT ");
                let closed =
                    matches!(inner.node, Predicate::Or(_) | Predicate::And(_) | Predicate::Not(_));
                if closed {
                    self.block(|layout| layout.condition(inner));
                } else {
                    self.condition(inner);
                }
            }
            Predicate::Exists(subquery) => {
                self.push("EXISTS ");
                self.block(|layout| layout.subquery(subquery));
            }
            Predicate::In { value, negated, set } => {
                self.push(&format!("{value}{} IN ", if *negated { " NOT" } else { "" }));
                match set {
                    Set::Subquery(subquery) => self.block(|layout| layout.subquery(subquery)),
                    Set::List(values) => self.block(|layout| layout.fill(values)),
                }
            }
            _ => self.push(&condition.to_string()),
        }
    }

    /// As many members to a line as fit.
    fn fill<T: Display>(&mut self, members: &[T]) {
        for (index, member) in members.iter().enumerate() {
            let mut text = member.to_string();
            if index + 1 < members.len() {
                text.push(',');
            }
            if index > 0 {
                if text.chars().count() < self.room() {
                    self.push(" ");
                } else {
                    self.line();
                }
            }
            self.push(&text);
        }
    }

    fn terms(&mut self, terms: &[Condition], word: &str, in_or: bool) {
        for (index, term) in terms.iter().enumerate() {
            if index > 0 {
                self.line();
                self.push(word);
            }
            if !needs_parentheses(term, in_or) {
                self.condition(term);
            } else if !self.fits(&format!("({term})"), 1) {
                self.block(|layout| layout.condition(term));
            }
        }
    }
}
