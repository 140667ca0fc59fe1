//! Looking at jobs.

use super::record::COLUMNS;
use super::{Jobs, Record, Selection};
use crate::diag::Result;
use crate::value::Cell;

/// Adds texts to the parameters and lists their places.
pub fn places(texts: &[&str], cells: &mut Vec<Cell>) -> String {
    let mut list = Vec::new();
    for text in texts {
        cells.push(Cell::Text((*text).to_owned()));
        list.push(format!("${}", cells.len()));
    }
    list.join(", ")
}

impl Jobs {
    /// A job.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn get(&self, id: &str) -> Result<Option<Record>> {
        let sql = format!("SELECT {COLUMNS} FROM {} WHERE id = $1", self.table());
        let rows = self.read(&sql, &[Cell::Text(id.to_owned())]).await?;
        rows.first().map(|row| Record::read(row)).transpose()
    }

    /// Jobs, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self, selection: &Selection<'_>) -> Result<Vec<Record>> {
        let mut cells = Vec::new();
        let mut conditions = Vec::new();
        match selection.owner {
            None => conditions.push("owner IS NULL".to_owned()),
            Some(owner) => conditions.push(format!("owner = {}", places(&[owner], &mut cells))),
        }
        if !selection.phases.is_empty() {
            conditions.push(format!("phase IN ({})", places(&selection.phases, &mut cells)));
        }
        if !selection.without.is_empty() {
            conditions.push(format!("phase NOT IN ({})", places(&selection.without, &mut cells)));
        }
        if let Some(after) = selection.after {
            cells.push(Cell::Int(after));
            conditions.push(format!("created > ${}", cells.len()));
        }
        let limit = selection.last.map(|last| format!(" LIMIT {last}")).unwrap_or_default();
        let sql = format!(
            "SELECT {COLUMNS} FROM {} WHERE {} ORDER BY created DESC, id{limit}",
            self.table(),
            conditions.join(" AND ")
        );
        let rows = self.read(&sql, &cells).await?;
        rows.iter().map(|row| Record::read(row)).collect()
    }

    /// How many jobs are in these phases; in any when none is named.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self, phases: &[&str]) -> Result<u64> {
        let mut cells = Vec::new();
        let condition = if phases.is_empty() {
            String::new()
        } else {
            format!(" WHERE phase IN ({})", places(phases, &mut cells))
        };
        let sql = format!("SELECT count(*) FROM {}{condition}", self.table());
        let rows = self.read(&sql, &cells).await?;
        let count = rows.first().and_then(|row| row.first()).and_then(Cell::as_int);
        Ok(count.unwrap_or_default().unsigned_abs())
    }
}
