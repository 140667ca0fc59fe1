//! Columns by name.

use super::super::tree::Value;
use super::Checker;
use super::scope::{Scope, Shown, Visible};
use crate::adql::{ColumnReference, TableName};
use crate::catalog::{Known, Matched};
use crate::diag::{Diagnostic, Result, nearest};

impl Checker<'_> {
    /// The value of a column.
    pub fn column(&self, reference: &ColumnReference, scope: &Scope<'_>) -> Result<Value> {
        self.shown(reference, scope).map(|shown| shown.value)
    }

    /// A column with what is known about it; looked for from the inside to the outside.
    pub fn shown(&self, reference: &ColumnReference, scope: &Scope<'_>) -> Result<Shown> {
        let mut around = Some(scope);
        while let Some(scope) = around {
            if let Some(mut shown) = self.shown_in(reference, scope)? {
                shown.value.place = reference.place;
                return Ok(shown);
            }
            around = scope.parent;
        }
        Err(self.unknown_column(reference, scope))
    }

    fn shown_in(&self, reference: &ColumnReference, scope: &Scope<'_>) -> Result<Option<Shown>> {
        let name = &reference.column;
        if let Some(qualifier) = &reference.qualifier {
            let Some(table) = self.qualified(qualifier, scope)? else { return Ok(None) };
            let known = Known::new(&table.columns, |column| &column.name);
            return match known.find(&name.text, name.delimited) {
                Matched::One(at) => Ok(table.shown(at, reference.place)),
                Matched::Nothing => Err(self.no_such_column(reference, &[table])),
                Matched::Several => Err(self.several(reference)),
            };
        }
        let known = Known::new(&scope.columns, |shown| &shown.column.name);
        match known.find(&name.text, name.delimited) {
            Matched::Nothing => Ok(None),
            Matched::One(at) => Ok(scope.columns.get(at).cloned()),
            Matched::Several => Err(self.several(reference)),
        }
    }

    /// The table that a qualifier means.
    pub fn qualified<'s>(
        &self,
        qualifier: &TableName,
        scope: &'s Scope<'_>,
    ) -> Result<Option<&'s Visible>> {
        let mut found = scope.tables.iter().filter(|table| table.is_called(qualifier));
        match (found.next(), found.next()) {
            (one, None) => Ok(one),
            (_, Some(_)) => {
                let message = format!("`{qualifier}` is the name of two tables of this query");
                Err(self.wrong_help("Q104", message, qualifier.place, "give them aliases"))
            }
        }
    }

    fn several(&self, reference: &ColumnReference) -> Box<Diagnostic> {
        let name = &reference.column;
        let message = format!("`{name}` is a column of several tables here");
        let help = format!("say of which: table.{name}, or alias.{name}");
        self.wrong_help("Q104", message, reference.place, help)
    }

    fn no_such_column(&self, reference: &ColumnReference, tables: &[&Visible]) -> Box<Diagnostic> {
        let name = &reference.column;
        let names: Vec<&str> = tables
            .iter()
            .flat_map(|table| table.columns.iter().map(|column| column.name.as_str()))
            .collect();
        let lower = name.text.to_lowercase();
        let other_case = names.iter().find(|one| one.eq_ignore_ascii_case(&name.text)).copied();
        let help = match other_case.or_else(|| nearest(&lower, names.iter().copied())) {
            Some(near) if other_case.is_some() => {
                format!("the column is called {near}; double quotes ask for exactly that case")
            }
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", shortened(&names)),
        };
        self.wrong_help("Q103", format!("there is no column `{reference}`"), reference.place, help)
    }

    fn unknown_column(&self, reference: &ColumnReference, scope: &Scope<'_>) -> Box<Diagnostic> {
        if let Some(qualifier) = &reference.qualifier {
            let names: Vec<&str> = scope.tables.iter().map(|one| one.name.text.as_str()).collect();
            let message = format!("`{qualifier}` is no table of this query");
            let help = match nearest(&qualifier.table.text, names.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("there are {}", shortened(&names)),
            };
            return self.wrong_help("Q101", message, qualifier.place, help);
        }
        self.no_such_column(reference, &scope.tables.iter().collect::<Vec<_>>())
    }
}

/// A list of names that fits on a line or two.
fn shortened(names: &[&str]) -> String {
    const SHOWN: usize = 40;
    let shown = names.get(..SHOWN.min(names.len())).unwrap_or_default().join(", ");
    if names.len() > SHOWN { format!("{shown}, …") } else { shown }
}
