//! `query_specification`, `select_expression`, `select_query` and their clauses.

use super::super::token::TokenKind;
use super::super::tree::{
    Column, Columns, CommonTable, Direction, Expression, Identifier, Node, Quantifier, Query,
    Select, SelectExpression, SetExpression, SetOperator, SortKey, SortTerm,
};
use super::{Parse, Parser, Stop, Version, hint};
use crate::diag::{Diagnostic, Span};

impl Parser<'_> {
    pub(super) fn query(&mut self) -> Parse<Query> {
        let start = self.here();
        let mut with = Vec::new();
        if self.is_keyword("WITH") {
            self.since_2_1(start, "WITH");
            self.take();
            with.push(self.common_table()?);
            while self.take_symbol(",") {
                with.push(self.common_table()?);
            }
        }
        let body = self.select_expression()?;
        let place = self.since(start);
        self.end()?;
        Ok(Query { with, body, place })
    }

    /// The end of the text, perhaps behind one semicolon.
    fn end(&mut self) -> Parse<()> {
        let here = self.here();
        if self.take_symbol(";") {
            let warning = Diagnostic::warning("Q060", "a query does not end with a semicolon")
                .at(self.source, here, "")
                .help("services that keep to the standard refuse it; leave it out");
            self.warnings.push(warning);
            if self.peek().is_some() {
                self.complain(
                    "Q012",
                    self.here(),
                    "something follows the end of the query",
                    "ask one query at a time",
                );
                return Err(Stop);
            }
        }
        if self.peek().is_none() {
            return Ok(());
        }
        // After an error what is left over is mostly a consequence of it.
        if self.errors.is_empty() {
            let error = hint::behind_the_end(self);
            self.report(error);
        }
        Err(Stop)
    }

    fn common_table(&mut self) -> Parse<CommonTable> {
        let start = self.here();
        if self.is_word("RECURSIVE") && self.name_at(1) {
            self.complain(
                "Q022",
                start,
                "a query of ADQL cannot refer to itself",
                "leave RECURSIVE out",
            );
            self.take();
        }
        let name = self.name("the name of a common table")?;
        if self.is_symbol("(") && !self.keyword_at(1, "SELECT") {
            self.complain(
                "Q022",
                self.here(),
                "a common table of ADQL has no list of columns",
                "name the columns inside, with AS",
            );
            return Err(Stop);
        }
        if !self.take_keyword("AS") {
            return self.expected("AS and a query in parentheses");
        }
        let opened = self.here();
        self.open("AS")?;
        let query = self.nested(Self::select_expression)?;
        self.close(opened)?;
        Ok(CommonTable { name, query, place: self.since(start) })
    }

    /// A set of rows with its order.
    pub(super) fn select_expression(&mut self) -> Parse<SelectExpression> {
        let start = self.here();
        let first = self.set_operand()?;
        self.select_expression_from(first, start)
    }

    /// The rest of a set of rows behind its first operand.
    pub(super) fn select_expression_from(
        &mut self,
        first: SetExpression,
        start: Span,
    ) -> Parse<SelectExpression> {
        let set = self.set_operations(first, start, 0)?;
        let mut order_by = Vec::new();
        let ordered = self.here();
        if self.take_keyword("ORDER") {
            if !self.take_keyword("BY") {
                return self.expected("BY after ORDER");
            }
            order_by.push(self.sort_term()?);
            while self.take_symbol(",") {
                order_by.push(self.sort_term()?);
            }
        }
        hint::foreign_clause(self);
        let offset = self.offset()?;
        hint::foreign_clause(self);
        if set_operator(self).is_some() && (!order_by.is_empty() || offset.is_some()) {
            let error = self
                .error("Q024", ordered, "ORDER BY and OFFSET belong to the whole, behind the last SELECT")
                .at(self.source, self.here(), "more rows are joined here")
                .help("put parentheses around the SELECT that has its own: (SELECT … ORDER BY …) UNION …");
            self.report(error);
            return Err(Stop);
        }
        match set {
            // Parentheses around the whole.
            SetExpression::Nested(nested) if order_by.is_empty() && offset.is_none() => Ok(*nested),
            set => Ok(SelectExpression { set, order_by, offset, place: self.since(start) }),
        }
    }

    fn set_operations(
        &mut self,
        mut left: SetExpression,
        start: Span,
        closer: u8,
    ) -> Parse<SetExpression> {
        while let Some((operator, closeness)) = set_operator(self) {
            if closeness < closer {
                break;
            }
            self.since_2_1(self.here(), "a set operator");
            self.link()?;
            self.take();
            let all = self.take_keyword("ALL");
            if self.is_keyword("DISTINCT") {
                self.complain(
                    "Q014",
                    self.here(),
                    "a set operator has no DISTINCT",
                    "without ALL equal rows come once",
                );
                self.take();
            }
            let here = self.here();
            let right = self.set_operand()?;
            let right = self.set_operations(right, here, closeness + 1)?;
            let place = self.since(start);
            let (left_side, right) = (Box::new(left), Box::new(right));
            left = SetExpression::Operation { left: left_side, operator, all, right, place };
        }
        Ok(left)
    }

    /// A SELECT, or a query in parentheses.
    fn set_operand(&mut self) -> Parse<SetExpression> {
        if self.is_symbol("(") {
            let opened = self.here();
            self.take();
            let nested = self.nested(Self::select_expression)?;
            self.close(opened)?;
            return Ok(in_parentheses(nested));
        }
        self.nested(Self::select).map(|select| SetExpression::Select(Box::new(select)))
    }

    fn select(&mut self) -> Parse<Select> {
        let start = self.here();
        if !self.take_keyword("SELECT") {
            let error = hint::no_select(self);
            self.report(error);
            return Err(Stop);
        }
        let (quantifier, top) = self.quantifier_and_top()?;
        let columns = self.columns()?;
        if !self.is_keyword("FROM") {
            let error = hint::no_from(self);
            self.report(error);
            return Err(Stop);
        }
        self.take();
        let mut from = vec![self.table_reference()?];
        while self.take_symbol(",") {
            from.push(self.table_reference()?);
        }
        hint::foreign_clause(self);
        let filter = if self.take_keyword("WHERE") { Some(self.condition()?) } else { None };
        hint::foreign_clause(self);
        let mut group_by = Vec::new();
        if self.take_keyword("GROUP") {
            if !self.take_keyword("BY") {
                return self.expected("BY after GROUP");
            }
            group_by.push(self.group_term()?);
            while self.take_symbol(",") {
                group_by.push(self.group_term()?);
            }
        }
        let having = if self.take_keyword("HAVING") { Some(self.condition()?) } else { None };
        hint::foreign_clause(self);
        let place = self.since(start);
        Ok(Select { quantifier, top, columns, from, filter, group_by, having, place })
    }

    fn quantifier(&mut self) -> Option<Quantifier> {
        if self.take_keyword("DISTINCT") {
            Some(Quantifier::Distinct)
        } else if self.take_keyword("ALL") {
            Some(Quantifier::All)
        } else {
            None
        }
    }

    fn quantifier_and_top(&mut self) -> Parse<(Option<Quantifier>, Option<u64>)> {
        let mut quantifier = self.quantifier();
        let top = if self.take_keyword("TOP") { Some(self.count("TOP")?) } else { None };
        if top.is_some() && (self.is_keyword("DISTINCT") || self.is_keyword("ALL")) {
            let word = self.text_at(0).to_uppercase();
            self.complain(
                "Q015",
                self.here(),
                format!("{word} stands before TOP"),
                format!("SELECT {word} TOP {} …", top.unwrap_or_default()),
            );
            quantifier = self.quantifier();
        }
        if self.is_keyword("ON") && quantifier == Some(Quantifier::Distinct) {
            self.complain(
                "Q014",
                self.here(),
                "DISTINCT ON is not in ADQL",
                "GROUP BY the columns, with MIN or MAX of the others",
            );
            return Err(Stop);
        }
        Ok((quantifier, top))
    }

    /// The number of rows behind TOP or OFFSET.
    fn count(&mut self, clause: &str) -> Parse<u64> {
        let here = self.here();
        if self.peek() == Some(TokenKind::Integer) {
            let value = self.text_at(0).parse();
            self.take();
            return Ok(value.unwrap_or_else(|_| {
                let error = self.error(
                    "Q018",
                    here,
                    format!("the number of rows behind {clause} is too large"),
                );
                self.report(error);
                0
            }));
        }
        let wanted = format!("{clause} is followed by the number of rows");
        let error = match self.peek() {
            None => self.unexpected(&format!("the number of rows of {clause}")),
            Some(TokenKind::Symbol("(")) => {
                self.error("Q018", here, wanted).help("write it without parentheses")
            }
            Some(TokenKind::Symbol("-" | "+")) => {
                self.error("Q018", here, wanted).help("it has no sign")
            }
            Some(TokenKind::Number) => {
                self.error("Q018", here, wanted).help("it is a whole number of digits only")
            }
            Some(_) => self.error("Q018", here, wanted).help(format!("as in `{clause} 10`")),
        };
        self.report(error);
        Err(Stop)
    }

    fn columns(&mut self) -> Parse<Columns> {
        let star = self.here();
        if self.take_symbol("*") {
            if self.is_symbol(",") {
                self.star_with_others(star);
                self.take();
                return self.column_list();
            }
            return Ok(Columns::All);
        }
        if self.is_keyword("FROM") {
            self.complain(
                "Q017",
                self.here(),
                "SELECT has no columns",
                "`*` stands for all columns",
            );
            return Ok(Columns::All);
        }
        self.column_list()
    }

    fn star_with_others(&mut self, star: Span) {
        self.complain(
            "Q017",
            star,
            "`*` cannot stand beside other columns",
            "write the table or its alias in front: SELECT t.*, 2 * t.x FROM stars AS t",
        );
    }

    fn column_list(&mut self) -> Parse<Columns> {
        let mut columns = Vec::new();
        loop {
            let star = self.here();
            if self.take_symbol("*") {
                self.star_with_others(star);
            } else {
                columns.push(self.column()?);
            }
            let comma = self.here();
            if !self.take_symbol(",") {
                return Ok(Columns::Some(columns));
            }
            if self.is_keyword("FROM") {
                let error = self.error("Q017", comma, "a column is missing behind the comma");
                self.report(error);
                return Ok(Columns::Some(columns));
            }
        }
    }

    fn column(&mut self) -> Parse<Column> {
        if let Some(ahead) = self.qualified_star() {
            let name = self.table_name_of(ahead)?;
            self.take_symbol(".");
            self.take_symbol("*");
            return Ok(Column::AllOf(name));
        }
        let value = self.value()?;
        let alias = self.alias("the name of a column")?;
        Ok(Column::Value { value, alias })
    }

    /// The number of names in front of `.*`, when that comes next.
    fn qualified_star(&self) -> Option<usize> {
        let mut names = 0;
        while self.name_at(2 * names) && self.symbol_at(2 * names + 1, ".") {
            names += 1;
            if self.symbol_at(2 * names, "*") {
                return Some(names);
            }
        }
        None
    }

    /// `[AS] name`
    pub(super) fn alias(&mut self, what: &str) -> Parse<Option<Identifier>> {
        if self.take_keyword("AS") {
            if self.peek() == Some(TokenKind::Text) {
                let name = self.text_at(0).trim_matches('\'').to_owned();
                self.complain(
                    "Q010",
                    self.here(),
                    format!("{what} is expected, not a string"),
                    format!("names have double quotes: \"{name}\""),
                );
                self.take();
                return Ok(None);
            }
            return self.name(what).map(Some);
        }
        if !self.name_at(0) || hint::is_foreign_clause(self) {
            return Ok(None);
        }
        if self.version == Version::V2_0
            && self.is_keyword("OFFSET")
            && self.peek_at(1) == Some(TokenKind::Integer)
        {
            return Ok(None);
        }
        self.name(what).map(Some)
    }

    fn group_term(&mut self) -> Parse<Expression> {
        let value = self.value()?;
        if !matches!(value.node, Node::Column(_)) {
            self.since_2_1(value.place.0, "GROUP BY with anything but columns");
        }
        Ok(value)
    }

    fn sort_term(&mut self) -> Parse<SortTerm> {
        let start = self.here();
        let lonely = self.peek() == Some(TokenKind::Integer)
            && !matches!(self.peek_at(1), Some(TokenKind::Symbol("+" | "-" | "*" | "/" | "||")));
        let key = if lonely {
            SortKey::Position(self.position())
        } else {
            let value = self.value()?;
            let plain = matches!(&value.node, Node::Column(column) if column.qualifier.is_none());
            if !plain {
                self.since_2_1(value.place.0, "ORDER BY with anything but a column of the result");
            }
            SortKey::Value(value)
        };
        let direction = if self.take_keyword("ASC") {
            Some(Direction::Ascending)
        } else if self.take_keyword("DESC") {
            Some(Direction::Descending)
        } else {
            None
        };
        if self.is_word("NULLS") {
            self.complain(
                "Q014",
                self.here(),
                "NULLS FIRST and NULLS LAST are not in ADQL",
                "filter with `IS NOT NULL`, or sort by COALESCE(column, value)",
            );
            self.take();
            self.take();
        }
        Ok(SortTerm { key, direction, place: self.since(start) })
    }

    fn position(&mut self) -> u64 {
        let here = self.here();
        let position = self.text_at(0).parse().ok().filter(|position| *position > 0);
        self.take();
        position.unwrap_or_else(|| {
            self.complain(
                "Q018",
                here,
                "ORDER BY has no column of that number",
                "columns are counted from 1",
            );
            1
        })
    }

    fn offset(&mut self) -> Parse<Option<u64>> {
        let here = self.here();
        if !self.take_keyword("OFFSET") {
            return Ok(None);
        }
        self.since_2_1(here, "OFFSET");
        let count = self.count("OFFSET")?;
        if self.is_keyword("ROWS") || self.is_word("ROW") {
            self.complain(
                "Q014",
                self.here(),
                "OFFSET is followed by a number only",
                format!("OFFSET {count}"),
            );
            self.take();
        }
        if self.is_keyword("ORDER") {
            self.complain(
                "Q015",
                self.here(),
                "ORDER BY stands before OFFSET",
                "the order of clauses is ORDER BY, OFFSET",
            );
            return Err(Stop);
        }
        Ok(Some(count))
    }
}

/// A query in parentheses as an operand; the parentheses matter only for its order.
pub(super) fn in_parentheses(nested: SelectExpression) -> SetExpression {
    if nested.order_by.is_empty() && nested.offset.is_none() {
        nested.set
    } else {
        SetExpression::Nested(Box::new(nested))
    }
}

/// The set operator that comes next, and how close it binds.
pub(super) fn set_operator(parser: &Parser<'_>) -> Option<(SetOperator, u8)> {
    match parser.peek() {
        Some(TokenKind::Keyword("UNION")) => Some((SetOperator::Union, 1)),
        Some(TokenKind::Keyword("EXCEPT")) => Some((SetOperator::Except, 1)),
        Some(TokenKind::Keyword("INTERSECT")) => Some((SetOperator::Intersect, 2)),
        _ => None,
    }
}
