//! Compares rows cell by cell, as strictly as DESIGN section 4 asks.
//!
//! Text, integers and booleans exactly; `t_*` to 1e-9 days; angles to 1e-9 degrees; other doubles
//! to 1e-12 of their size; NULL only with NULL.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use super::table::Table;

/// The outcome.
#[derive(Debug, Default)]
pub struct Report {
    /// Expected rows.
    pub rows: usize,
    /// Cells compared.
    pub cells: usize,
    /// What differs, in words; empty when nothing does.
    pub mismatches: Vec<String>,
}

impl Report {
    /// Panics when something differs or nothing was compared; returns the number of cells.
    pub fn assert_equal(&self, what: &str) -> usize {
        assert!(self.mismatches.is_empty(), "{what}: {self}");
        assert!(self.cells > 0, "{what}: nothing was compared");
        self.cells
    }

    /// Adds another outcome.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.cells += other.cells;
        self.mismatches.extend(other.mismatches);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} rows, {} cells, {} mismatches",
            self.rows,
            self.cells,
            self.mismatches.len()
        )?;
        for mismatch in self.mismatches.iter().take(20) {
            write!(f, "\n  {mismatch}")?;
        }
        Ok(())
    }
}

/// Compares the columns of `expected` with those of the same names in `actual`.
///
/// Rows belong together when the `key` columns are equal; several rows with one key are paired in
/// the order that leaves fewest differences.
pub fn compare(expected: &Table, actual: &Table, key: &[&str]) -> Report {
    let mut report = Report { rows: expected.rows.len(), ..Report::default() };
    let mut pairs = Vec::new();
    for (here, name) in expected.columns.iter().enumerate() {
        match actual.column(name) {
            Some(there) => pairs.push((name.as_str(), here, there)),
            None => report.mismatches.push(format!("no column {name}")),
        }
    }
    let mut wanted = group(expected, key);
    for (name, rows) in group(actual, key) {
        let Some(mut candidates) = wanted.remove(&name) else {
            report.mismatches.push(format!("{} unexpected rows with key {name}", rows.len()));
            continue;
        };
        if candidates.len() != rows.len() {
            report.mismatches.push(format!(
                "key {name}: {} rows expected, {} found",
                candidates.len(),
                rows.len()
            ));
        }
        for row in rows {
            let best = (0..candidates.len())
                .min_by_key(|&i| differences(&pairs, candidates[i], row).len());
            let Some(best) = best else { break };
            let found = differences(&pairs, candidates.swap_remove(best), row);
            report.cells += pairs.len();
            report.mismatches.extend(found.into_iter().map(|text| format!("key {name}: {text}")));
        }
    }
    for (name, rows) in wanted {
        report.mismatches.push(format!("{} missing rows with key {name}", rows.len()));
    }
    report
}

fn group<'a>(table: &'a Table, key: &[&str]) -> BTreeMap<String, Vec<&'a Vec<Json>>> {
    let columns: Vec<usize> = key
        .iter()
        .map(|name| table.column(name).unwrap_or_else(|| panic!("no key column {name}")))
        .collect();
    let mut groups: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for row in &table.rows {
        let name: Vec<String> = columns.iter().map(|&column| row[column].to_string()).collect();
        groups.entry(name.join(" ")).or_default().push(row);
    }
    groups
}

fn differences(pairs: &[(&str, usize, usize)], expected: &[Json], actual: &[Json]) -> Vec<String> {
    pairs
        .iter()
        .filter(|(name, here, there)| !equal(name, &expected[*here], &actual[*there]))
        .map(|(name, here, there)| {
            format!("{name}: expected {}, found {}", expected[*here], actual[*there])
        })
        .collect()
}

/// Whether two cells of column `name` are equal.
pub fn equal(name: &str, expected: &Json, actual: &Json) -> bool {
    match (expected, actual) {
        // SQLite has no booleans.
        (Json::Bool(flag), Json::Number(number)) => number.as_i64() == Some(i64::from(*flag)),
        (Json::Number(a), Json::Number(b)) => {
            if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
                return a == b;
            }
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return false };
            let difference = (a - b).abs();
            match name {
                "s_ra" => difference.min(360.0 - difference) <= 1e-9,
                "t_min" | "t_max" | "s_dec" | "s_fov" => difference <= 1e-9,
                _ => difference <= 1e-12 * a.abs().max(b.abs()),
            }
        }
        _ => expected == actual,
    }
}
