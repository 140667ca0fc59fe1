//! Find-first, apart from the rows.
//!
//! In: a question for data IDs that several collections have, or rows in the order of their collections. Out:
//! which of the rows that arrive are hidden by another dataset of the same data ID in an earlier collection. In
//! most registries few data IDs are in several collections, so that a database need not compare each row with
//! what is earlier.

use std::collections::HashMap;
use std::sync::Arc;

use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Apart, Form, Layout, PlainBranch, PlainSelects, Recipe, Wire};
use crate::value::Cell;

use super::decode::Keep;
use super::evaluate::Rows;

/// Data IDs at most that are remembered; of more, find-first is a condition on every row.
const MOST: usize = 200_000;

/// Which datasets are hidden.
#[derive(Debug, Clone, Default)]
pub enum Hidden {
    /// None.
    #[default]
    None,
    /// Those of data IDs that several collections have, in later ones than the first, whose rank is known.
    Known {
        /// Rank of the first collection.
        first: Arc<HashMap<String, i64>>,
        /// What the columns of a data ID are.
        data_id: Vec<Wire>,
    },
    /// Those whose data ID has come with an earlier collection: rows are in the order of collections.
    Ordered {
        /// Data IDs that have come, with the rank of the collection.
        first: HashMap<String, i64>,
        /// What the columns of a data ID are.
        data_id: Vec<Wire>,
    },
}

impl Hidden {
    /// Asks for the data IDs that hide datasets, where that can be asked apart and not told in another way;
    /// `with` is what the SELECTs refer to. With the SELECTs to take then, and the question.
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
        let Some(apart) = apart else { return Ok((selects, Self::None, None)) };
        let Apart { selects: all, question, data_id, are_few } = apart;
        if are_few {
            return Ok((all, Self::Ordered { first: HashMap::new(), data_id }, None));
        }
        let question = format!("WITH {with}\n{question}\nLIMIT {}", MOST + 1);
        let rows = session.rows(&question, parameters).await?;
        let few = (rows.len() <= MOST).then(|| Self::known(rows, data_id)).flatten();
        Ok(match few {
            Some(hidden) => (all, hidden, Some(question)),
            None => (selects, Self::None, Some(question)),
        })
    }

    /// Whether nothing is hidden.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Reads data IDs, each followed by a rank; `None` where that is not what the rows are.
    fn known(rows: Vec<Vec<Cell>>, data_id: Vec<Wire>) -> Option<Self> {
        let mut first = HashMap::new();
        for row in rows {
            let (Cell::Int(rank), cells) = row.split_last()? else { return None };
            let mut key = String::new();
            let wires = cells.iter().map(|cell| match cell {
                Cell::Int(number) => {
                    key.push_str(&number.to_string());
                    key.push('\0');
                    Some(Wire::Int)
                }
                Cell::Text(text) => {
                    key.push_str(text);
                    key.push('\0');
                    Some(Wire::Text)
                }
                _ => None,
            });
            if wires.collect::<Option<Vec<Wire>>>()? != data_id {
                return None;
            }
            first.insert(key, *rank);
        }
        Some(match first.is_empty() {
            true => Self::None,
            false => Self::Known { first: Arc::new(first), data_id },
        })
    }

    /// What the rows of a branch are made of, and the first field of the data ID, which is there where something
    /// is hidden.
    pub fn layout(&self, branch: &PlainBranch, form: Form) -> (Layout, usize) {
        let mut layout = branch.layout(form);
        let from = layout.fetch.fields.len();
        if let Self::Known { data_id, .. } | Self::Ordered { data_id, .. } = self {
            let wires = data_id.iter().copied().chain([Wire::Int]);
            branch.data_id_fields().into_iter().zip(wires).for_each(|(name, wire)| {
                layout.push(name, wire);
            });
        }
        (layout, from)
    }

    /// The order that rows must come in, in SQL: that of the last field.
    pub fn order(&self, names: &[String]) -> String {
        match (self, names.last()) {
            (Self::Ordered { .. }, Some(rank)) => format!("\nORDER BY {rank}"),
            _ => String::new(),
        }
    }

    /// Whether a row, whose data ID begins at the field `from`, is hidden.
    pub fn hides(&mut self, rows: &Rows<'_>, row: usize, from: usize) -> bool {
        let (Self::Known { data_id, .. } | Self::Ordered { data_id, .. }) = &*self else {
            return false;
        };
        let mut key = String::new();
        let rank = from + data_id.len();
        for field in from..rank {
            rows.text(&Recipe::Field(field), row, &mut key);
            key.push('\0');
        }
        let Some(own) = rows.int(&Recipe::Field(rank), row) else { return false };
        match self {
            Self::None => false,
            Self::Known { first, .. } => first.get(&key).is_some_and(|first| own > *first),
            Self::Ordered { first, .. } => own > *first.entry(key).or_insert(own),
        }
    }

    /// The test for rows whose data IDs begin at the field `from`; `None` where nothing is hidden.
    pub fn keep(mut self, from: usize) -> Option<Keep> {
        if self.is_none() {
            return None;
        }
        Some(Box::new(move |rows, row| Ok(!self.hides(rows, row, from))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const WIRES: [Wire; 3] = [Wire::Text, Wire::Int, Wire::Int];

    fn row(instrument: &str, visit: i64, rank: i64) -> Vec<Cell> {
        vec![Cell::Text(instrument.to_owned()), Cell::Int(visit), Cell::Int(rank)]
    }

    fn known(rows: Vec<Vec<Cell>>) -> Option<Hidden> {
        Hidden::known(rows, WIRES[..2].to_vec())
    }

    /// A tuple of a text, a number and a rank, as fields of [`Rows`].
    fn hides(hidden: &mut Hidden, instrument: &str, visit: i64, rank: i64) -> bool {
        let mut data = instrument.as_bytes().to_vec();
        let text = u32::try_from(data.len()).unwrap();
        data.extend(visit.to_be_bytes());
        data.extend(rank.to_be_bytes());
        let spans = [(0, text), (text, text + 8), (text + 8, text + 16)];
        hidden.hides(&Rows { data: &data, spans: &spans, wires: &WIRES, regions: &[] }, 0, 0)
    }

    #[test]
    fn later_datasets_of_a_data_id_are_hidden() {
        let mut hidden = known(vec![row("A", 11, 1), row("A1", 1, 0)]).unwrap();
        assert!(!hides(&mut hidden, "A", 11, 1));
        assert!(hides(&mut hidden, "A", 11, 2));
        assert!(hides(&mut hidden, "A1", 1, 1));
        assert!(!hides(&mut hidden, "A", 1, 9));
        assert!(!hides(&mut hidden, "B", 11, 9));
    }

    #[test]
    fn in_order_the_first_collection_hides_later_ones() {
        let (first, data_id) = (HashMap::new(), WIRES[..2].to_vec());
        let mut hidden = Hidden::Ordered { first, data_id };
        assert!(!hides(&mut hidden, "A", 11, 0));
        assert!(!hides(&mut hidden, "A", 11, 0));
        assert!(!hides(&mut hidden, "A1", 1, 1));
        assert!(hides(&mut hidden, "A", 11, 2));
        assert!(hides(&mut hidden, "A1", 1, 2));
        assert!(!hides(&mut hidden, "B", 11, 2));
    }

    #[test]
    fn nothing_is_hidden_where_every_data_id_is_in_one_collection() {
        let hidden = known(Vec::new()).unwrap();
        assert!(hidden.is_none());
        assert!(hidden.keep(3).is_none());
    }

    #[test]
    fn what_is_no_data_id_is_left_to_the_database() {
        assert!(known(vec![vec![Cell::Null, Cell::Int(1)]]).is_none());
        assert!(known(vec![vec![Cell::Int(1), Cell::Null]]).is_none());
        assert!(known(vec![row("A", 1, 0), vec![Cell::Int(1), Cell::Int(0)]]).is_none());
        assert!(known(vec![Vec::new()]).is_none());
    }
}
