//! Keys that are known, as rows of a statement.
//!
//! In: rows of integers and texts. Out: a SELECT of them whose text is the same however many they are, with
//! columns `k0`, `k1`, …

use super::{Dialect, Parameters};
use crate::value::Cell;

impl Dialect {
    /// Whether an integer is among many.
    pub fn one_of(
        self,
        value: &str,
        numbers: impl Iterator<Item = u64>,
        parameters: &mut Parameters,
    ) -> String {
        let list: Vec<String> = numbers.map(|number| number.to_string()).collect();
        let list = list.join(",");
        match self {
            Self::Postgres => {
                let list = parameters.list(&format!("{{{list}}}"));
                format!("{value} = ANY (CAST({list} AS bigint[]))")
            }
            Self::Sqlite => {
                let list = parameters.list(&format!("[{list}]"));
                format!("{value} IN (SELECT value FROM json_each({list}))")
            }
        }
    }

    /// A SELECT of rows of `width` cells; `None` where a cell is neither text nor an integer.
    pub fn known_rows(
        self,
        rows: &[Vec<Cell>],
        width: usize,
        parameters: &mut Parameters,
    ) -> Option<String> {
        let names: Vec<String> = (0..width).map(|at| format!("k{at}")).collect();
        match self {
            Self::Postgres => {
                let arrays: Option<Vec<String>> = (0..width)
                    .map(|at| {
                        let (array, kind) = array(rows, at)?;
                        Some(format!("CAST({} AS {kind}[])", parameters.text(&array)))
                    })
                    .collect();
                Some(format!(
                    "SELECT {names} FROM unnest({}) AS k({names})",
                    arrays?.join(", "),
                    names = names.join(", ")
                ))
            }
            Self::Sqlite => {
                let rows: Option<Vec<serde_json::Value>> =
                    rows.iter().map(|row| json(row)).collect();
                let text = serde_json::Value::from(rows?).to_string();
                let cells: Vec<String> = names
                    .iter()
                    .enumerate()
                    .map(|(at, name)| format!("json_extract(k.value, '$[{at}]') AS {name}"))
                    .collect();
                let text = parameters.text(&text);
                Some(format!("SELECT {} FROM json_each({text}) AS k", cells.join(", ")))
            }
        }
    }
}

fn json(row: &[Cell]) -> Option<serde_json::Value> {
    let cell = |cell: &Cell| match cell {
        Cell::Int(number) => Some(serde_json::Value::from(*number)),
        Cell::Text(text) => Some(serde_json::Value::from(text.as_str())),
        _ => None,
    };
    row.iter().map(cell).collect()
}

/// A column as the text of an array, and the type of its elements.
fn array(rows: &[Vec<Cell>], at: usize) -> Option<(String, &'static str)> {
    let mut kind = None;
    let mut elements = Vec::with_capacity(rows.len());
    for row in rows {
        let (own, element) = match row.get(at)? {
            Cell::Int(number) => ("bigint", number.to_string()),
            Cell::Text(text) => {
                ("text", format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
            }
            _ => return None,
        };
        if *kind.get_or_insert(own) != own {
            return None;
        }
        elements.push(element);
    }
    Some((format!("{{{}}}", elements.join(",")), kind.unwrap_or("text")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rows_are_parameters() {
        let rows = [
            vec![Cell::Text("a\"b\\".to_owned()), Cell::Int(1)],
            vec![Cell::Text("c,d".to_owned()), Cell::Int(-2)],
        ];
        let mut lite = Parameters::new(Dialect::Sqlite);
        let text = Dialect::Sqlite.known_rows(&rows, 2, &mut lite).unwrap();
        assert!(text.ends_with("FROM json_each(?1) AS k"), "{text}");
        let cells = lite.into_cells();
        assert_eq!(cells, [Cell::Text(r#"[["a\"b\\",1],["c,d",-2]]"#.to_owned())]);

        let mut postgres = Parameters::new(Dialect::Postgres);
        let text = Dialect::Postgres.known_rows(&rows, 2, &mut postgres).unwrap();
        assert!(text.contains("AS text) AS text[]), CAST(CAST($2"), "{text}");
        let cells = postgres.into_cells();
        let array = r#"{"a\"b\\","c,d"}"#;
        assert_eq!(cells, [Cell::Text(array.to_owned()), Cell::Text("{1,-2}".to_owned())]);
    }

    #[test]
    fn numbers_are_a_parameter() {
        for (dialect, text, list) in [
            (Dialect::Sqlite, "i IN (SELECT value FROM json_each(?1))", "[3,40]"),
            (Dialect::Postgres, "i = ANY (CAST(CAST($1 AS text) AS bigint[]))", "{3,40}"),
        ] {
            let mut parameters = Parameters::new(dialect);
            assert_eq!(dialect.one_of("i", [3, 40].into_iter(), &mut parameters), text);
            assert_eq!(parameters.into_cells(), [Cell::Text(list.to_owned())]);
        }
    }

    #[test]
    fn other_values_are_no_keys() {
        let mut parameters = Parameters::new(Dialect::Postgres);
        assert_eq!(Dialect::Postgres.known_rows(&[vec![Cell::Null]], 1, &mut parameters), None);
        let mixed = [vec![Cell::Int(1)], vec![Cell::Text("1".to_owned())]];
        assert_eq!(Dialect::Postgres.known_rows(&mixed, 1, &mut parameters), None);
    }
}
