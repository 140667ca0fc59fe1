//! SELECT.

use super::super::tree::{Node, Select, Value};
use super::Checker;
use super::aggregate::{Group, aggregates};
use super::scope::Scope;
use crate::adql::{self, Columns, Expression, Identifier, Quantifier};
use crate::catalog::{Column, Type};
use crate::diag::Result;

impl Checker<'_> {
    /// A SELECT, the columns of its result, and what it is made from.
    pub fn select<'p>(
        &mut self,
        select: &adql::Select,
        parent: Option<&'p Scope<'p>>,
    ) -> Result<(Select, Vec<Column>, Scope<'p>)> {
        let (from, scope) = self.from(&select.from, parent)?;
        let filter = match &select.filter {
            None => None,
            Some(condition) => {
                let truth = self.truth(condition, &scope)?;
                self.no_aggregates_in(&truth, condition.place, "WHERE")?;
                Some(truth)
            }
        };
        let (outputs, columns) = self.outputs(&select.columns, &scope)?;
        let mut group = Vec::new();
        for expression in &select.group_by {
            group.push(self.group_term(expression, &outputs, &columns, &scope)?);
        }
        let having = match &select.having {
            None => None,
            Some(condition) => Some((self.truth(condition, &scope)?, condition.place)),
        };
        if !group.is_empty() || having.is_some() || outputs.iter().any(aggregates) {
            let group = Group { values: &group, tables: scope.numbers() };
            for output in &outputs {
                self.is_grouped(output, &group)?;
            }
            if let Some((truth, _)) = &having {
                self.is_grouped_in(truth, &group)?;
            }
        }
        let distinct = select.quantifier == Some(Quantifier::Distinct);
        let having = having.map(|(truth, _)| truth);
        let checked = Select { distinct, top: select.top, outputs, from, filter, group, having };
        Ok((checked, columns, scope))
    }

    /// A member of GROUP BY: a value, or the alias of one in the select list.
    fn group_term(
        &mut self,
        expression: &Expression,
        outputs: &[Value],
        columns: &[Column],
        scope: &Scope<'_>,
    ) -> Result<Value> {
        let value = match self.value(expression, scope) {
            Ok(value) => value,
            Err(error) => {
                let aliased = match &expression.node {
                    adql::Node::Column(reference) if reference.qualifier.is_none() => columns
                        .iter()
                        .position(|column| reference.column.matches(&column.name))
                        .and_then(|at| outputs.get(at).cloned()),
                    _ => None,
                };
                aliased.ok_or(error)?
            }
        };
        self.no_aggregates(&value, "GROUP BY")?;
        let own = scope.numbers();
        let (mut has_own, mut has_others) = (false, false);
        value.each(&mut |part| {
            if let Node::Column(id, _) = part.node {
                has_own |= own.contains(&id);
                has_others |= !own.contains(&id);
            }
        });
        if has_own && has_others {
            // SQLite does not look outside of a subquery for what is in its GROUP BY.
            let message = "GROUP BY mixes columns of a subquery with those of the query around it";
            let help = "group by each of them: GROUP BY a, b";
            return Err(self.wrong_help("Q109", message, value.place, help));
        }
        self.ordered(&value)?;
        Ok(self.as_output(value))
    }

    /// The values of the select list, and what they are in the result.
    fn outputs(
        &mut self,
        columns: &Columns,
        scope: &Scope<'_>,
    ) -> Result<(Vec<Value>, Vec<Column>)> {
        let mut shown = Vec::new();
        match columns {
            Columns::All => shown
                .extend(scope.columns.iter().map(|one| (one.value.clone(), one.column.clone()))),
            Columns::Some(list) => {
                for column in list {
                    match column {
                        adql::Column::AllOf(name) => {
                            let Some(table) = self.qualified(name, scope)? else {
                                let message = format!("`{name}` is no table of this query");
                                return Err(self.wrong("Q101", message, name.place));
                            };
                            let all = (0..table.columns.len())
                                .filter_map(|at| table.shown(at, name.place));
                            shown.extend(all.map(|one| (one.value, one.column)));
                        }
                        adql::Column::Value { value, alias } => {
                            shown.push(self.output(value, alias.as_ref(), scope)?);
                        }
                    }
                }
            }
        }
        name_the_nameless(&mut shown);
        Ok(shown.into_iter().unzip())
    }

    fn output(
        &mut self,
        expression: &Expression,
        alias: Option<&Identifier>,
        scope: &Scope<'_>,
    ) -> Result<(Value, Column)> {
        let (value, mut column) = match &expression.node {
            adql::Node::Column(reference) => {
                let shown = self.shown(reference, scope)?;
                (shown.value, shown.column)
            }
            _ => {
                let value = self.value(expression, scope)?;
                let kind = value.kind.clone().unwrap_or(Type::Text);
                let mut column = Column::new("", kind);
                column.unit.clone_from(&value.unit);
                (self.as_output(value), column)
            }
        };
        if let Some(alias) = alias {
            column.name.clone_from(&alias.text);
            column.std = false;
        }
        Ok((value, column))
    }
}

/// Values without a name get one that is an identifier and that no other column has.
fn name_the_nameless(shown: &mut [(Value, Column)]) {
    for at in 0..shown.len() {
        let Some((value, column)) = shown.get(at) else { continue };
        if !column.name.is_empty() {
            continue;
        }
        let base = match &value.node {
            Node::CountAll => "count_all",
            Node::Aggregate { function, .. } => match function {
                adql::AggregateFunction::Avg => "avg_value",
                adql::AggregateFunction::Count => "count_value",
                adql::AggregateFunction::Max => "max_value",
                adql::AggregateFunction::Min => "min_value",
                adql::AggregateFunction::Sum => "sum_value",
            },
            _ => "",
        };
        let taken =
            |name: &str| shown.iter().any(|(_, other)| other.name.eq_ignore_ascii_case(name));
        let mut name = if base.is_empty() { format!("col{}", at + 1) } else { base.to_owned() };
        let mut again = 2;
        while taken(&name) {
            name = if base.is_empty() {
                format!("col{}_{again}", at + 1)
            } else {
                format!("{base}{again}")
            };
            again += 1;
        }
        if let Some((_, column)) = shown.get_mut(at) {
            column.name = name;
        }
    }
}
