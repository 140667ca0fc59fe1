//! Rows per second of each output format, printed by hand: `cargo bench --bench formats [NAME…]`.
//!
//! In: batches of 8,192 rows of 30 columns as ObsCore has them, `OBSCORE_VIEW_BENCH_ROWS` in all
//! (default 500,000). Out: rows and megabytes a second into a writer that forgets them, on one thread.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::cast_precision_loss, reason = "counts of rows")]

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use arrow_array::{
    ArrayRef, Float64Array, Int16Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema};
use obscore_view::catalog::{Column, Type};
use obscore_view::stream::answer::{About, OFFERS, sink};
use obscore_view::stream::{Sink, Status};

const BATCH: usize = 8192;

#[derive(Clone, Default)]
struct Counted(Arc<AtomicU64>);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Numbers that use all their digits.
fn scattered(row: usize, column: usize) -> f64 {
    ((row * 31 + column) as f64 * 0.618_033_988_749_895).fract()
}

fn columns() -> Vec<(Column, ArrayRef)> {
    let texts = |make: &dyn Fn(usize) -> Option<String>| -> ArrayRef {
        Arc::new((0..BATCH).map(make).collect::<StringArray>())
    };
    let mut all: Vec<(Type, ArrayRef)> = Vec::new();
    for word in
        ["image", "calexp", "LSSTCam", "LSSTCam-imSim", "r_sim_1.4", "LSST.DP02", "phys.flux"]
    {
        all.push((Type::Text, texts(&|_| Some(word.to_owned()))));
    }
    let id = |row: usize| format!("visit-{}-{}", 1_200_000 + row / 189, row % 189);
    all.push((Type::Unicode, texts(&|row| Some(id(row)))));
    all.push((
        Type::Unicode,
        texts(&|row| Some(format!("ivo://org.rubin/usdac/lsst-dp02?repo=dp02&id={}", id(row)))),
    ));
    all.push((
        Type::Text,
        texts(&|row| Some(format!("https://data.example.org/api/datalink/links?ID={}", id(row)))),
    ));
    let region = |row: usize| {
        let corners: Vec<String> =
            (0..8).map(|n| format!("{}", 60.0 + scattered(row, n))).collect();
        format!("Polygon ICRS {}", corners.join(" "))
    };
    all.push((Type::Region, texts(&|row| Some(region(row)))));
    all.push((
        Type::Point,
        texts(&|row| Some(format!("{} {}", scattered(row, 1), scattered(row, 2)))),
    ));
    all.push((Type::Text, texts(&|row| (row % 3 == 0).then(|| "4000.0".to_owned()))));
    all.push((Type::Text, texts(&|_| None)));
    all.push((Type::Short, Arc::new(Int16Array::from(vec![2; BATCH]))));
    for scale in [1, 4096, 1 << 40] {
        let numbers = (0..BATCH).map(|row| i64::try_from(row).unwrap() * scale);
        all.push((Type::Long, Arc::new(Int64Array::from_iter_values(numbers))));
    }
    let times =
        (0..BATCH).map(|row| 1_700_000_000_000_000 + 30_000_000 * i64::try_from(row).unwrap());
    all.push((Type::Timestamp, Arc::new(TimestampMicrosecondArray::from_iter_values(times))));
    for column in 0..11 {
        let numbers = (0..BATCH)
            .map(|row| (column < 8 || row % 2 == 0).then(|| 60_000.0 * scattered(row, column)));
        all.push((Type::Double, Arc::new(numbers.collect::<Float64Array>())));
    }
    let named = all.into_iter().enumerate();
    named
        .map(|(index, (kind, array))| (Column::new(format!("column_{index}"), kind), array))
        .collect()
}

fn main() {
    let rows =
        std::env::var("OBSCORE_VIEW_BENCH_ROWS").map_or(500_000, |text| text.parse().unwrap());
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let (columns, arrays): (Vec<Column>, Vec<ArrayRef>) = columns().into_iter().unzip();
    assert_eq!(columns.len(), 30);
    let fields: Vec<Field> = columns
        .iter()
        .zip(&arrays)
        .map(|(column, array)| Field::new(&column.name, array.data_type().clone(), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    for offer in OFFERS.iter().filter(|offer| !offer.aliases.is_empty()) {
        if !wanted.is_empty() && !wanted.iter().any(|word| offer.aliases.contains(&word.as_str())) {
            continue;
        }
        let out = Counted::default();
        let about = About::new(columns.clone(), "SELECT * FROM ivoa.ObsCore", None);
        let start = Instant::now();
        let mut sink: Box<dyn Sink> = sink(offer.format, out.clone(), about).unwrap();
        sink.start(&schema).unwrap();
        let mut done = 0;
        while done < rows {
            sink.batch(&batch).unwrap();
            done += BATCH;
        }
        sink.finish(&Status::Complete).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        let bytes = out.0.load(Ordering::Relaxed) as f64;
        println!(
            "{:<18} {:>9.0} rows/s {:>6.0} MB/s {:>5.0} bytes/row",
            offer.aliases.first().unwrap(),
            done as f64 / seconds,
            bytes / seconds / 1e6,
            bytes / done as f64
        );
    }
}
