//! `table_reference`, `joined_table` and `subquery`.
//!
//! Behind `(` both a query and a join can come, each in parentheses again; which of them it is
//! shows only behind the inner `)`. So parentheses are read first and judged then ([`Content`]).

use std::mem;

use super::super::token::TokenKind;
use super::super::tree::{
    Identifier, Join, JoinCondition, JoinKind, Place, SelectExpression, Subquery, TableName,
    TableReference,
};
use super::query::in_parentheses;
use super::{Parse, Parser, Stop};
use crate::diag::Span;

/// What stood between parentheses.
enum Content {
    Rows(SelectExpression),
    Tables(TableReference),
}

impl Parser<'_> {
    pub(super) fn table_reference(&mut self) -> Parse<TableReference> {
        let start = self.here();
        let first = self.table()?;
        self.joins(first, start)
    }

    /// A table, a derived table, or a join in parentheses.
    fn table(&mut self) -> Parse<TableReference> {
        let start = self.here();
        if self.is_symbol("(") {
            return match self.parentheses()? {
                Content::Rows(rows) => self.derived(Subquery::Select(rows), start),
                Content::Tables(tables) if self.is_keyword("AS") || self.name_at(0) => {
                    self.derived(Subquery::Join(tables), start)
                }
                Content::Tables(tables) => Ok(tables),
            };
        }
        let name = self.table_name("a table")?;
        if self.is_symbol("(") {
            self.complain(
                "Q014",
                start,
                "ADQL has no functions that give tables",
                "a table, a join, or a query in parentheses with a name behind it",
            );
            return Err(Stop);
        }
        let alias = self.alias("another name of the table")?;
        Ok(TableReference::Table { name, alias, place: self.since(start) })
    }

    fn derived(&mut self, query: Subquery, start: Span) -> Parse<TableReference> {
        let alias = if let Some(alias) = self.alias("the name of a derived table")? {
            alias
        } else {
            self.complain(
                "Q021",
                start,
                "a query in FROM has no name",
                "put a name behind its parentheses: (SELECT …) AS q",
            );
            Identifier::new("q")
        };
        Ok(TableReference::Derived { query: Box::new(query), alias, place: self.since(start) })
    }

    /// Reads from `(` to `)`.
    fn parentheses(&mut self) -> Parse<Content> {
        let opened = self.here();
        self.open("a table")?;
        let content = self.nested(Self::content)?;
        if self.is_symbol(",") && matches!(content, Content::Tables(_)) {
            self.complain(
                "Q010",
                self.here(),
                "a list of tables does not stand in parentheses",
                "leave the parentheses out",
            );
            return Err(Stop);
        }
        self.close(opened)?;
        if let Content::Tables(TableReference::Table { .. } | TableReference::Derived { .. }) =
            content
        {
            self.complain(
                "Q010",
                opened,
                "parentheses in FROM hold a query or a join, not one table",
                "leave the parentheses out",
            );
        }
        Ok(content)
    }

    fn content(&mut self) -> Parse<Content> {
        let start = self.here();
        if self.is_keyword("SELECT") || self.is_keyword("WITH") {
            return self.select_expression().map(Content::Rows);
        }
        if !self.is_symbol("(") {
            return self.table_reference().map(Content::Tables);
        }
        let named = |parser: &Self| parser.is_keyword("AS") || parser.name_at(0);
        let first = match self.parentheses()? {
            Content::Rows(rows) if !named(self) => {
                let first = in_parentheses(rows);
                return self.select_expression_from(first, start).map(Content::Rows);
            }
            Content::Rows(rows) => self.derived(Subquery::Select(rows), start)?,
            Content::Tables(tables) if named(self) => {
                self.derived(Subquery::Join(tables), start)?
            }
            Content::Tables(tables) => tables,
        };
        self.joins(first, start).map(Content::Tables)
    }

    /// A subquery of IN or EXISTS, and its height; the cursor is at `(`.
    pub(super) fn subquery(&mut self) -> Parse<(Subquery, usize)> {
        let outer = mem::take(&mut self.tallest);
        let content = self.parentheses()?;
        let height = self.tallest;
        self.tallest = outer.max(height);
        let subquery = match content {
            Content::Rows(rows) => Subquery::Select(rows),
            Content::Tables(tables) => Subquery::Join(tables),
        };
        Ok((subquery, height))
    }

    /// Whether the parenthesis that comes next begins a subquery and not a value.
    pub(super) fn begins_subquery(&self) -> bool {
        let mut ahead = 0;
        while self.symbol_at(ahead, "(") {
            ahead += 1;
        }
        if self.keyword_at(ahead, "SELECT") || self.keyword_at(ahead, "WITH") {
            return true;
        }
        while self.name_at(ahead) && self.symbol_at(ahead + 1, ".") {
            ahead += 2;
        }
        if !self.name_at(ahead) {
            return false;
        }
        ahead += 1;
        ahead += usize::from(self.keyword_at(ahead, "AS"));
        ahead += usize::from(self.name_at(ahead));
        matches!(
            self.peek_at(ahead),
            Some(TokenKind::Keyword(
                "JOIN" | "NATURAL" | "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS"
            ))
        )
    }

    fn joins(&mut self, mut left: TableReference, start: Span) -> Parse<TableReference> {
        while self.begins_join() {
            left = self.join(left, start, false)?;
        }
        Ok(left)
    }

    fn begins_join(&self) -> bool {
        matches!(
            self.peek(),
            Some(TokenKind::Keyword(
                "JOIN" | "NATURAL" | "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS" | "OUTER"
            ))
        )
    }

    /// One join; an `inner` one stands between another join's table and condition.
    fn join(&mut self, left: TableReference, start: Span, inner: bool) -> Parse<TableReference> {
        self.link()?;
        let word = self.here();
        if self.take_keyword("CROSS") {
            self.complain(
                "Q014",
                word,
                "CROSS JOIN is not in ADQL",
                "each row with each: FROM a, b",
            );
            self.take_keyword("JOIN");
            return self.table();
        }
        let natural = self.take_keyword("NATURAL");
        let kind = self.join_kind();
        if !self.take_keyword("JOIN") {
            return self.expected("JOIN");
        }
        let right_start = self.here();
        let mut right = self.table()?;
        if natural {
            if !inner && (self.is_keyword("ON") || self.is_keyword("USING")) {
                self.complain(
                    "Q020",
                    self.here(),
                    "a NATURAL join has no condition of its own",
                    "it joins on all columns of the same name; leave NATURAL or this out",
                );
                self.join_condition(word)?;
            }
            return Ok(joined(left, kind, right, JoinCondition::Natural, self.since(start)));
        }
        // `a JOIN b JOIN c ON … ON …`: the inner join comes first.
        while self.begins_join() {
            let inner = |parser: &mut Self| parser.join(right, right_start, true);
            right = self.nested(inner)?;
        }
        let condition = self.join_condition(word)?;
        Ok(joined(left, kind, right, condition, self.since(start)))
    }

    fn join_kind(&mut self) -> JoinKind {
        let here = self.here();
        if self.take_keyword("INNER") {
            return JoinKind::Inner;
        }
        let kinds =
            [("LEFT", JoinKind::Left), ("RIGHT", JoinKind::Right), ("FULL", JoinKind::Full)];
        for (word, kind) in kinds {
            if self.take_keyword(word) {
                self.take_keyword("OUTER");
                return kind;
            }
        }
        if self.take_keyword("OUTER") {
            self.complain(
                "Q010",
                here,
                "OUTER does not say which rows stay",
                "LEFT, RIGHT or FULL stands before it",
            );
        }
        JoinKind::Inner
    }

    fn join_condition(&mut self, join: Span) -> Parse<JoinCondition> {
        if self.take_keyword("ON") {
            return self.condition().map(JoinCondition::On);
        }
        if self.take_keyword("USING") {
            let opened = self.here();
            self.open("USING")?;
            let mut columns = vec![self.join_column()?];
            while self.take_symbol(",") {
                columns.push(self.join_column()?);
            }
            self.close(opened)?;
            return Ok(JoinCondition::Using(columns));
        }
        let error = self
            .error("Q020", join, "a join has no condition")
            .help("ON and a condition, or USING and columns in parentheses, stand behind the table")
            .help("to combine each row with each: FROM a, b");
        self.report(error);
        Ok(JoinCondition::Natural)
    }

    fn join_column(&mut self) -> Parse<Identifier> {
        let name = self.name("a column of both tables")?;
        if self.is_symbol(".") {
            self.complain(
                "Q010",
                self.here(),
                "USING has columns without their tables",
                "with different names or tables: ON a.x = b.y",
            );
            return Err(Stop);
        }
        Ok(name)
    }

    /// `[[catalog.]schema.]table`
    fn table_name(&mut self, wanted: &str) -> Parse<TableName> {
        let start = self.here();
        let mut parts = vec![self.name(wanted)?];
        while self.take_symbol(".") {
            parts.push(self.name("a name")?);
        }
        self.table_name_from(parts, start)
    }

    /// A table name of so many parts that are known to come next.
    pub(super) fn table_name_of(&mut self, parts: usize) -> Parse<TableName> {
        let start = self.here();
        let mut names = Vec::new();
        for index in 0..parts {
            if index > 0 {
                self.take_symbol(".");
            }
            names.push(self.name("a name")?);
        }
        self.table_name_from(names, start)
    }

    pub(super) fn table_name_from(
        &mut self,
        mut parts: Vec<Identifier>,
        start: Span,
    ) -> Parse<TableName> {
        let place = self.since(start);
        let Some(table) = parts.pop() else { return self.expected("a table") };
        let schema = parts.pop();
        let catalog = parts.pop();
        if !parts.is_empty() {
            let error = self
                .error("Q038", place.0, "a table has a name of three parts at most")
                .help("catalog.schema.table")
                .help("a name with a dot inside needs double quotes: \"a.b\"");
            self.report(error);
        }
        Ok(TableName { catalog, schema, table, place })
    }
}

fn joined(
    left: TableReference,
    kind: JoinKind,
    right: TableReference,
    condition: JoinCondition,
    place: Place,
) -> TableReference {
    TableReference::Join(Box::new(Join { left, kind, right, condition, place }))
}
