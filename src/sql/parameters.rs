//! Constants of a statement, apart from its text.
//!
//! In: constants that a query compares with. Out: what stands for them in the text, and their values in
//! order. Databases that keep plans of statements know one again whose constants have changed.

use std::collections::HashMap;

use uuid::Uuid;

use super::Dialect;
use crate::obscore::ColumnType;
use crate::value::Cell;

/// Numbers and identifiers beyond so many are written in the text: databases take a limited number of
/// parameters, and texts need theirs.
const MOST: usize = 1000;

/// The parameters of one statement.
#[derive(Debug, Clone)]
pub struct Parameters {
    dialect: Dialect,
    cells: Vec<Cell>,
    known: HashMap<Key, usize>,
    /// Whether numbers and identifiers stand in the text.
    are_texts: bool,
}

/// Equal parameters are one, so that equal expressions stay equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Text(String),
    Integer(i64),
    /// Its bits: zero has two signs.
    Double(u64),
}

impl Parameters {
    /// None yet.
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, cells: Vec::new(), known: HashMap::new(), are_texts: false }
    }

    /// None yet, and of texts only: numbers stand in the text of a statement that is run once, and whose plan
    /// should know them.
    pub fn of_texts(dialect: Dialect) -> Self {
        Self { are_texts: true, ..Self::new(dialect) }
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> String {
        self.typed_text(text, ColumnType::Text)
    }

    /// An instant, as the dialect writes it.
    pub fn timestamp(&mut self, text: &str) -> String {
        self.typed_text(text, ColumnType::Timestamp)
    }

    /// An integer, wide enough for arithmetic.
    pub fn integer(&mut self, number: i64) -> String {
        if self.is_full() {
            return self.dialect.integer(number);
        }
        let at = self.position(Key::Integer(number), Cell::Int(number));
        self.dialect.parameter(at, ColumnType::BigInt)
    }

    /// Numbers as the text of a list, which the dialect reads.
    pub fn list(&mut self, list: &str) -> String {
        if self.are_texts { self.dialect.quote(list) } else { self.text(list) }
    }

    /// A double.
    pub fn double(&mut self, number: f64) -> String {
        if self.is_full() {
            return self.dialect.double(number);
        }
        let at = self.position(Key::Double(number.to_bits()), Cell::Float(number));
        self.dialect.parameter(at, ColumnType::Double)
    }

    /// An identifier of a dataset, as registries store it.
    pub fn uuid(&mut self, id: Uuid) -> String {
        if self.is_full() {
            return self.dialect.text(&self.dialect.uuid_constant(id));
        }
        let text = self.dialect.uuid_stored(id);
        let at = self.position(Key::Text(text.clone()), Cell::Text(text));
        self.dialect.uuid_parameter(at)
    }

    /// Their values, from the first.
    pub fn into_cells(self) -> Vec<Cell> {
        self.cells
    }

    fn is_full(&self) -> bool {
        self.are_texts || self.cells.len() >= MOST
    }

    fn typed_text(&mut self, text: &str, kind: ColumnType) -> String {
        let at = self.position(Key::Text(text.to_owned()), Cell::Text(text.to_owned()));
        self.dialect.parameter(at, kind)
    }

    /// The number of a parameter, from one.
    fn position(&mut self, key: Key, cell: Cell) -> usize {
        let next = self.cells.len();
        let at = *self.known.entry(key).or_insert(next);
        if at == next {
            self.cells.push(cell);
        }
        at + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_constants_are_one_parameter() {
        let mut parameters = Parameters::new(Dialect::Sqlite);
        assert_eq!(parameters.text("1"), "?1");
        assert_eq!(parameters.integer(1), "?2");
        assert_eq!(parameters.double(1.0), "?3");
        assert_eq!(parameters.double(-0.0), "?4");
        assert_eq!(parameters.double(0.0), "?5");
        assert_eq!(parameters.integer(1), "?2");
        let cells = parameters.into_cells();
        let first = [Cell::Text("1".to_owned()), Cell::Int(1), Cell::Float(1.0)];
        assert!(cells.starts_with(&first), "{cells:?}");
    }

    #[test]
    fn identifiers_are_as_registries_store_them() {
        let id = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        let mut lite = Parameters::new(Dialect::Sqlite);
        assert_eq!(lite.uuid(id), "?1");
        assert_eq!(lite.into_cells(), [Cell::Text("0123456789abcdef0123456789abcdef".to_owned())]);
        let mut postgres = Parameters::new(Dialect::Postgres);
        assert_eq!(postgres.uuid(id), "CAST(CAST($1 AS text) AS uuid)");
    }

    #[test]
    fn numbers_stand_in_texts_that_are_run_once() {
        let mut parameters = Parameters::of_texts(Dialect::Postgres);
        assert_eq!(parameters.text("x"), "CAST($1 AS text)");
        assert_eq!(parameters.integer(7), Dialect::Postgres.integer(7));
        assert_eq!(parameters.list("{1,2}"), "'{1,2}'");
        assert_eq!(parameters.into_cells(), [Cell::Text("x".to_owned())]);
    }

    #[test]
    fn numbers_beyond_the_most_are_text() {
        let mut parameters = Parameters::new(Dialect::Sqlite);
        let last = (0..=1000).map(|number| parameters.integer(number)).last();
        assert_eq!(last.as_deref(), Some("1000"));
        assert_eq!(parameters.text("x"), "?1001");
    }
}
