//! The reader of VOTables on any bytes: no panic, no more rows or larger cells than the limits allow,
//! and diagnostics that can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obscore_view::votable::read::{Limits, read};

fuzz_target!(|document: &[u8]| {
    let limits = Limits {
        bytes: 1 << 20,
        rows: 1000,
        columns: 50,
        cell: 4096,
        row: 16_384,
        item: 8192,
        metadata: 16_384,
        depth: 30,
        attributes: 20,
    };
    let mut reader = match read(document, "fuzz", &limits) {
        Ok(reader) => reader,
        Err(error) => {
            error.render(false);
            return;
        }
    };
    let columns = reader.columns().to_vec();
    let mut rows = 0;
    for row in &mut reader {
        match row {
            Ok(row) => {
                assert_eq!(row.len(), columns.len());
                for (column, value) in columns.iter().zip(&row) {
                    let _ = column.meaning(value);
                }
                rows += 1;
            }
            Err(error) => {
                error.render(false);
            }
        }
    }
    assert!(rows <= limits.rows);
    assert!(reader.next().is_none());
});
