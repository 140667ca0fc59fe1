//! Find-first, apart from the rows.
//!
//! In: a question for data IDs that several collections have. Out: which of the rows that arrive are hidden
//! by another dataset of the same data ID in an earlier collection. In most registries few data IDs are in
//! several collections, so that a database need not compare each row with what is earlier.

use std::collections::HashMap;
use std::sync::Arc;

use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Fetch, PlainBranch, PlainSelects, Recipe, Wire};
use crate::value::Cell;

use super::decode::Keep;
use super::evaluate::Rows;

/// Data IDs at most that are remembered; of more, find-first is a condition on every row.
const MOST: usize = 200_000;

/// The data IDs that several collections have, with the rank of the first collection.
#[derive(Debug, Clone, Default)]
pub struct Hidden {
    first: Arc<HashMap<String, i64>>,
    /// What the columns of a data ID are.
    wires: Vec<Wire>,
}

impl Hidden {
    /// Asks for the data IDs that hide datasets, where that can be asked apart; `with` is what the SELECTs refer
    /// to. With the SELECTs to take then, and the question.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn find(
        session: &mut Session,
        with: &str,
        selects: PlainSelects,
        parameters: &[Cell],
    ) -> Result<(Vec<String>, Self, Option<String>)> {
        let PlainSelects { selects, apart } = selects;
        let Some((all, question)) = apart else { return Ok((selects, Self::default(), None)) };
        let question = format!("WITH {with}\n{question}\nLIMIT {}", MOST + 1);
        let rows = session.rows(&question, parameters).await?;
        let few = (rows.len() <= MOST).then(|| Self::new(rows)).flatten();
        Ok(match few {
            Some(hidden) => (all, hidden, Some(question)),
            None => (selects, Self::default(), Some(question)),
        })
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Reads data IDs, each followed by a rank; `None` where that is not what the rows are.
    fn new(rows: Vec<Vec<Cell>>) -> Option<Self> {
        let (mut first, mut known) = (HashMap::new(), Vec::new());
        for row in rows {
            let (Cell::Int(rank), cells) = row.split_last()? else { return None };
            let mut key = String::new();
            let mut wires = Vec::with_capacity(cells.len());
            for cell in cells {
                match cell {
                    Cell::Int(number) => {
                        key.push_str(&number.to_string());
                        wires.push(Wire::Int);
                    }
                    Cell::Text(text) => {
                        key.push_str(text);
                        wires.push(Wire::Text);
                    }
                    _ => return None,
                }
                key.push('\0');
            }
            if first.is_empty() {
                known = wires;
            } else if known != wires {
                return None;
            }
            first.insert(key, *rank);
        }
        Some(Self { first: Arc::new(first), wires: known })
    }

    /// What the statements of a branch have to fetch: with their names, and the first field of the data ID, which
    /// is there where something is hidden.
    pub fn fetch(&self, branch: &PlainBranch) -> (Fetch, Vec<String>, usize) {
        let (mut fetch, mut names) = (branch.fetch.clone(), branch.fields());
        let data_id = fetch.fields.len();
        if !self.is_empty() {
            fetch.fields.extend(self.wires());
            names.extend(branch.data_id_fields());
        }
        (fetch, names, data_id)
    }

    /// What the fields are that a row must have to be looked up: the data ID and the rank; none where
    /// nothing is hidden.
    fn wires(&self) -> Vec<Wire> {
        let rank = (!self.first.is_empty()).then_some(Wire::Int);
        self.wires.iter().copied().chain(rank).collect()
    }

    /// Whether a row, whose data ID begins at the field `from`, is hidden.
    pub fn hides(&self, rows: &Rows<'_>, row: usize, from: usize) -> bool {
        let mut key = String::new();
        let rank = from + self.wires.len();
        for field in from..rank {
            rows.text(&Recipe::Field(field), row, &mut key);
            key.push('\0');
        }
        let own = rows.int(&Recipe::Field(rank), row);
        self.first.get(&key).is_some_and(|first| own.is_some_and(|own| own > *first))
    }

    /// The test for rows whose data IDs begin at the field `from`; `None` where nothing is hidden.
    pub fn keep(self, from: usize) -> Option<Keep> {
        if self.is_empty() {
            return None;
        }
        Some(Box::new(move |rows, row| Ok(!self.hides(rows, row, from))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn row(instrument: &str, visit: i64, rank: i64) -> Vec<Cell> {
        vec![Cell::Text(instrument.to_owned()), Cell::Int(visit), Cell::Int(rank)]
    }

    /// A tuple of a text, a number and a rank, as fields of [`Rows`].
    fn hides(hidden: &Hidden, instrument: &str, visit: i64, rank: i64) -> bool {
        let mut data = instrument.as_bytes().to_vec();
        let text = u32::try_from(data.len()).unwrap();
        data.extend(visit.to_be_bytes());
        data.extend(rank.to_be_bytes());
        let spans = [(0, text), (text, text + 8), (text + 8, text + 16)];
        let wires = hidden.wires();
        hidden.hides(&Rows { data: &data, spans: &spans, wires: &wires, regions: &[] }, 0, 0)
    }

    #[test]
    fn later_datasets_of_a_data_id_are_hidden() {
        let hidden = Hidden::new(vec![row("A", 11, 1), row("A1", 1, 0)]).unwrap();
        assert_eq!(hidden.wires(), [Wire::Text, Wire::Int, Wire::Int]);
        assert!(!hides(&hidden, "A", 11, 1));
        assert!(hides(&hidden, "A", 11, 2));
        assert!(hides(&hidden, "A1", 1, 1));
        assert!(!hides(&hidden, "A", 1, 9));
        assert!(!hides(&hidden, "B", 11, 9));
    }

    #[test]
    fn nothing_is_hidden_where_every_data_id_is_in_one_collection() {
        let hidden = Hidden::new(Vec::new()).unwrap();
        assert!(hidden.is_empty() && hidden.wires().is_empty());
        assert!(hidden.keep(3).is_none());
    }

    #[test]
    fn what_is_no_data_id_is_left_to_the_database() {
        assert!(Hidden::new(vec![vec![Cell::Null, Cell::Int(1)]]).is_none());
        assert!(Hidden::new(vec![vec![Cell::Int(1), Cell::Null]]).is_none());
        assert!(Hidden::new(vec![row("A", 1, 0), vec![Cell::Int(1), Cell::Int(0)]]).is_none());
        assert!(Hidden::new(vec![Vec::new()]).is_none());
    }
}
