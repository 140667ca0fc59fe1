//! FROM: tables, derived tables, joins.

use super::super::tree::{From, Node, TableId, Truth, Value};
use super::scope::{Scope, Shown, Visible};
use super::{Checker, UPLOADS};
use crate::adql::{
    Comparator, Identifier, Join, JoinCondition, JoinKind, Place, Subquery, TableName,
    TableReference,
};
use crate::catalog::{Column, Known, Matched};
use crate::diag::{Result, by_nearness, nearest};

/// A FROM clause under construction: what is read, and what it shows.
pub struct Joined {
    /// What is read.
    pub from: From,
    /// The tables in it.
    pub tables: Vec<Visible>,
    /// The columns of `*`.
    pub columns: Vec<Shown>,
}

impl Checker<'_> {
    /// The tables of a FROM clause.
    pub fn from<'p>(
        &mut self,
        references: &[TableReference],
        parent: Option<&'p Scope<'p>>,
    ) -> Result<(Vec<From>, Scope<'p>)> {
        let mut scope = Scope { tables: Vec::new(), columns: Vec::new(), parent };
        let mut from = Vec::new();
        for reference in references {
            let joined = self.reference(reference, parent)?;
            self.no_twins(&scope.tables, &joined.tables, reference.place())?;
            from.push(joined.from);
            scope.tables.extend(joined.tables);
            scope.columns.extend(joined.columns);
        }
        Ok((from, scope))
    }

    /// Two tables of one FROM clause need names that tell them apart.
    fn no_twins(&self, known: &[Visible], new: &[Visible], place: Place) -> Result<()> {
        let alike = |a: &Visible, b: &Visible| {
            a.name.matches(&b.name.text)
                && match (&a.schema, &b.schema) {
                    (Some(one), Some(other)) => one == other,
                    _ => true,
                }
        };
        match new.iter().find(|one| known.iter().any(|other| alike(one, other))) {
            None => Ok(()),
            Some(twin) => {
                let name = &twin.name.text;
                let message = format!("two tables of this query are called `{name}`");
                let help = format!("give one of them another name: … AS {name}2");
                Err(self.wrong_help("Q114", message, place, help))
            }
        }
    }

    fn reference(
        &mut self,
        reference: &TableReference,
        parent: Option<&Scope<'_>>,
    ) -> Result<Joined> {
        match reference {
            TableReference::Table { name, alias, .. } => self.table(name, alias.as_ref()),
            TableReference::Derived { query, alias, .. } => {
                let rows = self.subquery(query, parent)?;
                let id = self.number();
                let columns = rows.columns.clone();
                let from = From::Derived(Box::new(rows), id);
                Ok(joined(from, id, alias.clone(), None, columns, alias.place))
            }
            TableReference::Join(join) => self.join(join, parent),
        }
    }

    /// A subquery's rows; a join stands for all its columns.
    pub fn subquery(
        &mut self,
        subquery: &Subquery,
        parent: Option<&Scope<'_>>,
    ) -> Result<super::super::tree::Rows> {
        match subquery {
            Subquery::Select(expression) => self.rows(expression, parent),
            Subquery::Join(table) => self.all_of(table, parent),
        }
    }

    fn table(&mut self, name: &TableName, alias: Option<&Identifier>) -> Result<Joined> {
        if name.schema.is_none()
            && let Some(at) = self.common.iter().rposition(|(known, _)| {
                name.table.matches(&known.text) || known.matches(&name.table.text)
            })
            && let Some((_, columns)) = self.common.get(at).cloned()
        {
            let id = self.number();
            let called = alias.unwrap_or(&name.table).clone();
            return Ok(joined(From::Common(at, id), id, called, None, columns, name.place));
        }
        let (table, schema, own, columns) = self.find_table(name)?;
        let (source, id) = self.refer(table);
        let (called, schema) = match alias {
            Some(alias) => (alias.clone(), None),
            None => (Identifier::new(own), Some(schema)),
        };
        Ok(joined(From::Source(source), id, called, schema, columns, name.place))
    }

    /// Table, name of its schema, own name, columns.
    fn find_table(&self, name: &TableName) -> Result<(TableId, String, String, Vec<Column>)> {
        let wanted = name.schema.as_ref();
        if wanted.is_some_and(|schema| schema.matches(UPLOADS)) {
            let known = Known::new(self.uploads, |upload| &upload.name);
            return match known.find(&name.table.text, name.table.delimited) {
                Matched::One(at) => self.upload(at).ok_or_else(|| self.unknown_table(name)),
                _ => Err(self.unknown_table(name)),
            };
        }
        let mut found = Vec::new();
        for (s, schema) in self.catalog.schemas.iter().enumerate() {
            if wanted.is_some_and(|wanted| !wanted.matches(&schema.name)) {
                continue;
            }
            let known = Known::new(&schema.tables, |table| &table.name);
            if let Matched::One(t) = known.find(&name.table.text, name.table.delimited)
                && let Some(table) = schema.tables.get(t)
            {
                let id = TableId::Catalog(s, t);
                found.push((id, schema.name.clone(), table.name.clone(), table.columns.clone()));
            }
        }
        if found.len() > 1 {
            let names: Vec<String> =
                found.iter().map(|(_, schema, table, _)| format!("{schema}.{table}")).collect();
            let message = format!("`{name}` is a table of several schemas");
            let help = format!("say which: {}", names.join(", "));
            return Err(self.wrong_help("Q102", message, name.place, help));
        }
        found.pop().ok_or_else(|| self.unknown_table(name))
    }

    fn upload(&self, at: usize) -> Option<(TableId, String, String, Vec<Column>)> {
        let upload = self.uploads.get(at)?;
        let columns = upload.columns.clone();
        Some((TableId::Upload(at), UPLOADS.to_owned(), upload.name.clone(), columns))
    }

    fn unknown_table(&self, name: &TableName) -> Box<crate::diag::Diagnostic> {
        let uploads = self.uploads.iter().map(|upload| format!("{UPLOADS}.{}", upload.name));
        let common = self.common.iter().map(|(known, _)| known.text.clone());
        let tables = self.catalog.tables().map(|(schema, table)| table.qualified(schema));
        let all: Vec<String> = common.chain(uploads).chain(tables).collect();
        let written = name.to_string();
        let bare = name.table.text.to_lowercase();
        let same = all.iter().find(|one| {
            one.rsplit('.').next().is_some_and(|table| table.eq_ignore_ascii_case(&bare))
        });
        let near = same.map(String::as_str).or_else(|| {
            let lower = written.to_lowercase();
            let found = all.iter().find(|one| one.to_lowercase() == lower);
            found.map(String::as_str).or_else(|| nearest(&written, all.iter().map(String::as_str)))
        });
        let is_upload = name.schema.as_ref().is_some_and(|schema| schema.matches(UPLOADS));
        let help = match near {
            Some(near) => format!("did you mean {near}?"),
            None if is_upload && self.uploads.is_empty() => {
                "no table is uploaded with this query: UPLOAD does it, or --upload NAME=FILE"
                    .to_owned()
            }
            None => some_of(&by_nearness(&written, all.iter().map(String::as_str))),
        };
        self.wrong_help("Q101", format!("there is no table `{written}`"), name.place, help)
    }

    fn join(&mut self, join: &Join, parent: Option<&Scope<'_>>) -> Result<Joined> {
        let left = self.reference(&join.left, parent)?;
        let right = self.reference(&join.right, parent)?;
        self.no_twins(&left.tables, &right.tables, join.right.place())?;
        match &join.condition {
            JoinCondition::On(condition) => {
                let mut scope = Scope { parent, ..Scope::default() };
                scope.tables.extend(left.tables);
                scope.tables.extend(right.tables);
                scope.columns = left.columns;
                scope.columns.extend(right.columns);
                let on = self.truth(condition, &scope)?;
                self.no_aggregates_in(&on, condition.place, "ON")?;
                let from = pair(left.from, join.kind, right.from, Some(on));
                Ok(Joined { from, tables: scope.tables, columns: scope.columns })
            }
            JoinCondition::Natural => {
                let shared: Vec<Identifier> = left
                    .columns
                    .iter()
                    .filter(|one| {
                        right.columns.iter().any(|other| other.column.name == one.column.name)
                    })
                    .map(|one| Identifier::delimited(&one.column.name))
                    .collect();
                self.merge(left, join, right, &shared)
            }
            JoinCondition::Using(columns) => self.merge(left, join, right, columns),
        }
    }

    /// A join by equality of columns of the same names, each of which is shown once.
    fn merge(
        &self,
        left: Joined,
        join: &Join,
        right: Joined,
        names: &[Identifier],
    ) -> Result<Joined> {
        let mut shared = Vec::new();
        let mut conditions = Vec::new();
        let (mut left_rest, mut right_rest) = (left.columns, right.columns);
        for name in names {
            let place = if name.place.0.end > 0 { name.place } else { join.place };
            let one = self.take(&mut left_rest, name, place, "left")?;
            let other = self.take(&mut right_rest, name, place, "right")?;
            let (a, b) = self.comparable(one.value.clone(), other.value.clone(), place)?;
            conditions.push(Truth::Comparison(a, Comparator::Equal, b));
            let value = match join.kind {
                JoinKind::Inner | JoinKind::Left => one.value,
                JoinKind::Right => other.value,
                JoinKind::Full => {
                    let kind = one.value.kind.clone();
                    let unit = one.value.unit.clone();
                    Value { node: Node::Coalesce(vec![one.value, other.value]), kind, unit, place }
                }
            };
            shared.push(Shown { column: one.column, value });
        }
        shared.extend(left_rest);
        shared.extend(right_rest);
        let on = (!conditions.is_empty()).then_some(Truth::And(conditions));
        let from = pair(left.from, join.kind, right.from, on);
        let mut tables = left.tables;
        tables.extend(right.tables);
        Ok(Joined { from, tables, columns: shared })
    }

    /// Takes the column of a USING list out of the columns of one side.
    fn take(
        &self,
        columns: &mut Vec<Shown>,
        name: &Identifier,
        place: Place,
        side: &str,
    ) -> Result<Shown> {
        let known = Known::new(columns, |shown| &shown.column.name);
        match known.find(&name.text, name.delimited) {
            Matched::One(at) => Ok(columns.remove(at)),
            Matched::Nothing => {
                let names = columns.iter().map(|shown| shown.column.name.as_str());
                let help = match nearest(&name.text, names) {
                    Some(near) => format!("did you mean {near}?"),
                    None => "both sides of the join need the column".to_owned(),
                };
                let message = format!("the {side} side of the join has no column `{name}`");
                Err(self.wrong_help("Q103", message, place, help))
            }
            Matched::Several => {
                let message = format!("the {side} side of the join has several columns `{name}`");
                Err(self.wrong_help("Q104", message, place, "join with ON, which can say which"))
            }
        }
    }
}

/// The first of many tables, and where the others are told.
fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    match names.split_at_checked(SHOWN) {
        Some((shown, others)) if !others.is_empty() => format!(
            "there are {} and {} others: SELECT table_name FROM TAP_SCHEMA.tables (in a service also \
             /tables)",
            shown.join(", "),
            others.len()
        ),
        _ => format!("there are {}", names.join(", ")),
    }
}

fn pair(left: From, kind: JoinKind, right: From, on: Option<Truth>) -> From {
    From::Join { left: Box::new(left), kind, right: Box::new(right), on: on.map(Box::new) }
}

fn joined(
    from: From,
    id: usize,
    name: Identifier,
    schema: Option<String>,
    columns: Vec<Column>,
    place: Place,
) -> Joined {
    let table = Visible { id, name, schema, columns };
    let shown = (0..table.columns.len()).filter_map(|at| table.shown(at, place)).collect();
    Joined { from, tables: vec![table], columns: shown }
}
