//! Dimension records that are looked up here.
//!
//! In: tuples of tables of dimension records, then tuples of datasets, which lack what records have. Out: rows
//! with all their fields. Records stay in memory for as long as their stream, those of all streams of this
//! process up to a bound: rows whose records are more than that are joined by the database instead.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::diag::Result;
use crate::lower::{Lookup, Lowest, Records, Wire};
use crate::region::RegionColumns;

use super::tuples::Tuples;

/// Most records that are held at a time, by all streams: a region with its key, as it is stored and as it is
/// shown, takes about half a kilobyte.
pub const MOST: usize = 500_000;
/// The room of this process.
static ROOM: Room = Room { held: AtomicUsize::new(0), most: MOST };

/// Room for records.
#[derive(Debug)]
struct Room {
    held: AtomicUsize,
    most: usize,
}

/// No field.
const NULL: Span = (1, 0);

/// Begin and end of a field; NULL ends before it begins.
pub type Span = (u32, u32);

/// A lookup with the tables that it looks into.
#[derive(Debug, Clone)]
pub struct Bound {
    /// What is looked up.
    pub lookup: Lookup,
    /// The number of the table of its records.
    pub table: usize,
    /// That of the visits that exposures define, where it needs them.
    pub definitions: Option<usize>,
}

/// The tables of a stream.
#[derive(Debug)]
pub struct Store {
    room: &'static Room,
    /// Records that take room.
    held: usize,
    /// The fields of the records; behind them, those of the datasets that are being decoded.
    pub bytes: Vec<u8>,
    end: usize,
    tables: Vec<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// The last record of a key.
    last: HashMap<Box<[u8]>, u32>,
    /// The record before of the same key, by which visits of an exposure are found.
    before: Vec<Option<u32>>,
    width: usize,
    spans: Vec<Span>,
    /// Decoded regions of the records whose region has been wanted.
    regions: Vec<Option<Arc<RegionColumns>>>,
}

/// Rows with all their fields, which are in [`Store::bytes`].
#[derive(Debug, Default)]
pub struct Rows {
    /// Where the fields are, row by row.
    pub spans: Vec<Span>,
    /// The record of each row, lookup by lookup.
    pub records: Vec<Vec<Option<u32>>>,
}

/// What was found last: datasets of a visit often follow each other.
#[derive(Debug, Default)]
struct Latest {
    key: Vec<u8>,
    record: Option<u32>,
    exposure: Vec<u8>,
    visits: Vec<i64>,
}

impl Default for Store {
    fn default() -> Self {
        Self::within(&ROOM)
    }
}

impl Store {
    fn within(room: &'static Room) -> Self {
        Self { room, held: 0, bytes: Vec::new(), end: 0, tables: Vec::new() }
    }

    /// Takes the records that `next` gives in chunks of tuples, to the end; the number of their table, or
    /// `None` if they are too many.
    ///
    /// # Errors
    /// R029 for a broken tuple.
    pub fn load(
        &mut self,
        records: &Records,
        mut next: impl FnMut() -> Option<Vec<u8>>,
    ) -> Result<Option<usize>> {
        let (before, end) = (self.held, self.end);
        let mut table =
            Table { width: records.wires.len() - records.key.len(), ..Table::default() };
        let mut tuples = Tuples::default();
        let mut fits = true;
        self.bytes.truncate(end);
        // What is too much is read to its end too: the connection is needed afterwards.
        while let Some(chunk) = next() {
            let data = tuples.complete(chunk, records.wires.len())?;
            fits = fits && self.reserve(tuples.spans.len() / records.wires.len());
            if fits {
                self.add(&mut table, records, &data, &tuples.spans);
            }
        }
        if !fits {
            self.bytes.truncate(end);
            self.release(self.held - before);
            return Ok(None);
        }
        self.end = self.bytes.len();
        table.regions.resize(table.before.len(), None);
        self.tables.push(table);
        Ok(Some(self.tables.len() - 1))
    }

    fn add(&mut self, table: &mut Table, records: &Records, data: &[u8], spans: &[Span]) {
        for row in spans.chunks(records.wires.len()) {
            let (own, fields) = row.split_at(records.key.len());
            let mut key = Vec::new();
            let mut parts = own.iter().zip(&records.wires);
            let whole = parts.all(|(span, wire)| push_key(&mut key, *wire, field(data, *span)));
            let Ok(number) = u32::try_from(table.before.len()) else { return };
            for span in fields {
                let from = self.bytes.len();
                table.spans.push(match field(data, *span) {
                    Some(bytes) => {
                        self.bytes.extend_from_slice(bytes);
                        placed((0, self.bytes.len() - from), from)
                    }
                    None => NULL,
                });
            }
            // What has no key is never found.
            let known = if whole { table.last.insert(key.into(), number) } else { None };
            table.before.push(known);
        }
    }

    /// The rows of datasets whose fields are at `sent` in `data`, with those of their records; `own` are the
    /// positions of fields that were sent.
    pub fn join(
        &mut self,
        data: &[u8],
        sent: &[Span],
        (own, wires): (&[usize], &[Wire]),
        bounds: &[Bound],
    ) -> Rows {
        self.bytes.truncate(self.end);
        self.bytes.extend_from_slice(data);
        let mut rows = Rows { spans: Vec::new(), records: vec![Vec::new(); bounds.len()] };
        rows.spans.reserve(sent.len() / own.len().max(1) * wires.len());
        let mut latest: Vec<Latest> = bounds.iter().map(|_| Latest::default()).collect();
        let mut row = vec![NULL; wires.len()];
        let mut found = vec![None; bounds.len()];
        for sent in sent.chunks(own.len().max(1)) {
            row.fill(NULL);
            for (at, span) in own.iter().zip(sent) {
                if let (Some(field), true) = (row.get_mut(*at), span.0 <= span.1) {
                    *field = placed((span.0 as usize, span.1 as usize), self.end);
                }
            }
            let mut is_row = true;
            for ((bound, latest), found) in bounds.iter().zip(&mut latest).zip(&mut found) {
                *found = self.find(bound, &row, wires, latest);
                match found.and_then(|number| self.fields(bound.table, number)) {
                    Some(fields) => {
                        for (at, span) in bound.lookup.into.iter().zip(fields) {
                            if let Some(field) = row.get_mut(*at) {
                                *field = *span;
                            }
                        }
                    }
                    None => is_row &= !bound.lookup.is_required,
                }
            }
            if is_row {
                rows.spans.extend_from_slice(&row);
                let each = rows.records.iter_mut().zip(&found);
                each.for_each(|(records, found)| records.push(*found));
            }
        }
        rows
    }

    /// The record of a row.
    fn find(
        &self,
        bound: &Bound,
        row: &[Span],
        wires: &[Wire],
        latest: &mut Latest,
    ) -> Option<u32> {
        let table = self.tables.get(bound.table)?;
        let lookup = &bound.lookup;
        let mut key = Vec::with_capacity(40);
        let Some(lowest) = &lookup.lowest else {
            if !self.key(&mut key, &lookup.key, row, wires, 0) {
                return None;
            }
            if latest.key != key {
                latest.record = table.last.get(key.as_slice()).copied();
                latest.key = key;
            }
            return latest.record;
        };
        if !self.key(&mut key, &lowest.key.map(Some), row, wires, 0) {
            return None;
        }
        if latest.exposure != key {
            latest.visits = self.visits(bound.definitions?, &key);
            latest.exposure.clone_from(&key);
        }
        for visit in &latest.visits {
            key.clear();
            let whole = self.key(&mut key, &lookup.key, row, wires, *visit);
            let record = whole.then(|| table.last.get(key.as_slice()).copied()).flatten();
            if record.is_some() || !lowest.has_record {
                return record;
            }
        }
        None
    }

    /// Appends the key that fields of a row are, with the visit where that is a part; false if one is NULL.
    fn key(
        &self,
        out: &mut Vec<u8>,
        fields: &[Option<usize>],
        row: &[Span],
        wires: &[Wire],
        visit: i64,
    ) -> bool {
        fields.iter().all(|at| {
            let Some(at) = at else { return push_key(out, Wire::Int, Some(&visit.to_be_bytes())) };
            match (row.get(*at), wires.get(*at)) {
                (Some(span), Some(wire)) => push_key(out, *wire, field(&self.bytes, *span)),
                _ => false,
            }
        })
    }

    /// The visits of an exposure, the lowest first.
    fn visits(&self, definitions: usize, exposure: &[u8]) -> Vec<i64> {
        let Some(table) = self.tables.get(definitions) else { return Vec::new() };
        let mut visits = Vec::new();
        let mut next = table.last.get(exposure).copied();
        while let Some(number) = next {
            let span = table.spans.get(number as usize).copied().unwrap_or(NULL);
            visits.extend(field(&self.bytes, span).and_then(integer));
            next = table.before.get(number as usize).copied().flatten();
        }
        visits.sort_unstable();
        visits
    }

    fn fields(&self, table: usize, number: u32) -> Option<&[Span]> {
        let table = self.tables.get(table)?;
        table.spans.get(number as usize * table.width..)?.get(..table.width)
    }

    /// The decoded region of a record, which `decode` makes the first time.
    pub fn region(
        &mut self,
        table: usize,
        number: u32,
        decode: impl FnOnce() -> Arc<RegionColumns>,
    ) -> Option<Arc<RegionColumns>> {
        let known = self.tables.get_mut(table)?.regions.get_mut(number as usize)?;
        Some(Arc::clone(known.get_or_insert_with(decode)))
    }

    /// Takes room for records, if there is any.
    fn reserve(&mut self, records: usize) -> bool {
        let room = self.room;
        let more = |held: usize| Some(held + records).filter(|held| *held <= room.most);
        let fits = room.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok();
        if fits {
            self.held += records;
        }
        fits
    }

    fn release(&mut self, records: usize) {
        self.room.held.fetch_sub(records, Ordering::Relaxed);
        self.held -= records;
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.release(self.held);
    }
}

impl Bound {
    /// The tables that a lookup needs: its records, and the visits that exposures define.
    pub fn needs(lookup: &Lookup) -> (&Records, Option<&Records>) {
        (&lookup.records, lookup.lowest.as_ref().map(|Lowest { definitions, .. }| definitions))
    }
}

fn field(data: &[u8], (begin, end): Span) -> Option<&[u8]> {
    data.get(begin as usize..end as usize)
}

#[expect(clippy::cast_possible_truncation, reason = "a stream's records are far below 4 GiB")]
fn placed((begin, end): (usize, usize), at: usize) -> Span {
    ((begin + at) as u32, (end + at) as u32)
}

/// An integer of any width.
fn integer(bytes: &[u8]) -> Option<i64> {
    match bytes.len() {
        2 => bytes.try_into().ok().map(i16::from_be_bytes).map(i64::from),
        4 => bytes.try_into().ok().map(i32::from_be_bytes).map(i64::from),
        _ => bytes.try_into().ok().map(i64::from_be_bytes),
    }
}

/// Appends a part of a key so that no two keys have the same bytes; false for NULL.
pub fn push_key(out: &mut Vec<u8>, wire: Wire, bytes: Option<&[u8]>) -> bool {
    let Some(bytes) = bytes else { return false };
    match wire {
        Wire::Int => match integer(bytes) {
            Some(number) => out.extend_from_slice(&number.to_be_bytes()),
            None => return false,
        },
        _ => {
            out.extend_from_slice(&bytes.len().to_be_bytes());
            out.extend_from_slice(bytes);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A tuple as databases send it.
    fn tuple(fields: &[Option<&[u8]>]) -> Vec<u8> {
        let mut bytes = i16::try_from(fields.len()).unwrap().to_be_bytes().to_vec();
        for field in fields {
            let length = field.map_or(-1, |field| i32::try_from(field.len()).unwrap());
            bytes.extend(length.to_be_bytes());
            bytes.extend(field.unwrap_or_default());
        }
        bytes
    }

    fn number(number: i64) -> [u8; 8] {
        number.to_be_bytes()
    }

    fn records(key: &[Wire]) -> Records {
        let wires = key.iter().copied().chain([Wire::Text]).collect();
        made(wires, key.len())
    }

    fn made(wires: Vec<Wire>, key: usize) -> Records {
        let key = vec![String::new(); key];
        let (select, regions_of, columns) = Default::default();
        Records { select, wires, key, regions_of, columns }
    }

    fn load(store: &mut Store, records: &Records, tuples: Vec<Vec<u8>>) -> usize {
        let mut tuples = tuples.into_iter();
        store.load(records, || tuples.next()).unwrap().unwrap()
    }

    /// The text at the end of each row.
    fn texts(store: &Store, rows: &Rows, width: usize) -> Vec<Option<String>> {
        let text = |row: &[Span]| {
            field(&store.bytes, *row.last().unwrap())
                .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
        };
        rows.spans.chunks(width).map(text).collect()
    }

    fn joined(store: &mut Store, bound: &Bound, wires: &[Wire], sent: Vec<u8>) -> Rows {
        let own: Vec<usize> = (0..wires.len() - 1).collect();
        let mut tuples = Tuples::default();
        let data = tuples.complete(sent, own.len()).unwrap();
        store.join(&data, &tuples.spans, (&own, wires), std::slice::from_ref(bound))
    }

    #[test]
    fn rows_get_the_records_of_their_keys() {
        let key = [Wire::Text, Wire::Int];
        let mut store = Store::default();
        let other = load(&mut store, &records(&key[..1]), vec![tuple(&[Some(b"A"), Some(b"?")])]);
        assert_eq!(other, 0);
        let record = |name: &str, visit: i64, text: Option<&str>| {
            tuple(&[Some(name.as_bytes()), Some(&number(visit)), text.map(str::as_bytes)])
        };
        let known = vec![
            [record("A", 1, Some("a1")), record("A", 11, None)].concat(),
            record("A1", 1, Some("other")),
            tuple(&[Some(b"A"), None, Some(b"no key")]),
        ];
        let table = load(&mut store, &records(&key), known);
        let lookup = Lookup {
            records: records(&key),
            key: vec![Some(0), Some(1)],
            lowest: None,
            is_required: false,
            into: vec![2],
        };
        let mut bound = Bound { lookup, table, definitions: None };
        let wires = [Wire::Text, Wire::Int, Wire::Text];
        let sent = || {
            // A number may be of another width.
            let short = 1_i32.to_be_bytes();
            [
                tuple(&[Some(b"A"), Some(&number(1))]),
                tuple(&[Some(b"A"), Some(&number(1))]),
                tuple(&[Some(b"A"), Some(&number(11))]),
                tuple(&[Some(b"A"), Some(&number(2))]),
                tuple(&[Some(b"A1"), Some(&short)]),
                tuple(&[Some(b"A"), None]),
            ]
            .concat()
        };
        let rows = joined(&mut store, &bound, &wires, sent());
        let text = |text: &str| Some(text.to_owned());
        let all = vec![text("a1"), text("a1"), None, None, text("other"), None];
        assert_eq!(texts(&store, &rows, 3), all);
        assert_eq!(rows.records, [[Some(0), Some(0), Some(1), None, Some(2), None]]);
        bound.lookup.is_required = true;
        let rows = joined(&mut store, &bound, &wires, sent());
        assert_eq!(texts(&store, &rows, 3), [text("a1"), text("a1"), None, text("other")]);
        assert_eq!(rows.records, [[Some(0), Some(0), Some(1), Some(2)]]);
    }

    #[test]
    fn exposures_take_the_lowest_visit_or_the_lowest_with_a_record() {
        let mut store = Store::default();
        let definition = |exposure: i64, visit: i64| {
            tuple(&[Some(b"A"), Some(&number(exposure)), Some(&number(visit))])
        };
        let visits = made(vec![Wire::Text, Wire::Int, Wire::Int], 2);
        let defined = vec![definition(5, 9), definition(5, 7), definition(6, 8), definition(5, 20)];
        let definitions = load(&mut store, &visits, defined);
        let key = [Wire::Int, Wire::Text, Wire::Int];
        let record = |detector: i64, visit: i64| {
            let text = format!("{visit}.{detector}");
            tuple(&[
                Some(&number(detector)),
                Some(b"A"),
                Some(&number(visit)),
                Some(text.as_bytes()),
            ])
        };
        let known = vec![record(1, 9), record(1, 7), record(2, 9), record(2, 20)];
        let table = load(&mut store, &records(&key), known);
        let wires = [Wire::Text, Wire::Int, Wire::Int, Wire::Text];
        let sent = |exposure: i64, detector: i64| {
            tuple(&[Some(b"A"), Some(&number(exposure)), Some(&number(detector))])
        };
        let asked = || [sent(5, 1), sent(5, 2), sent(6, 1), sent(4, 1)].concat();
        for (has_record, second) in [(true, Some("9.2".to_owned())), (false, None)] {
            let lowest = Lowest { definitions: visits.clone(), key: [0, 1], has_record };
            let lookup = Lookup {
                records: records(&key),
                key: vec![Some(2), Some(0), None],
                lowest: Some(lowest),
                is_required: false,
                into: vec![3],
            };
            let bound = Bound { lookup, table, definitions: Some(definitions) };
            let rows = joined(&mut store, &bound, &wires, asked());
            assert_eq!(texts(&store, &rows, 4), [Some("7.1".to_owned()), second, None, None]);
        }
    }

    #[test]
    fn what_is_too_much_is_not_held() {
        static SMALL: Room = Room { held: AtomicUsize::new(0), most: 5 };
        let (mut one, mut other) = (Store::within(&SMALL), Store::within(&SMALL));
        let chunks = |left: usize| {
            let mut left = left;
            move || {
                left = left.checked_sub(1)?;
                Some([tuple(&[Some(b"A"), None]), tuple(&[Some(b"B"), None])].concat())
            }
        };
        let records = records(&[Wire::Text]);
        assert_eq!(one.load(&records, chunks(1)).unwrap(), Some(0));
        let mut next = chunks(4);
        assert_eq!(other.load(&records, &mut next).unwrap(), None);
        assert!(next().is_none(), "read to its end");
        assert_eq!((one.held, other.held), (2, 0));
        assert_eq!(other.load(&records, chunks(1)).unwrap(), Some(0));
        assert_eq!(one.load(&records, chunks(1)).unwrap(), None);
        drop(other);
        assert_eq!(one.load(&records, chunks(1)).unwrap(), Some(1));
        drop(one);
        assert_eq!(SMALL.held.load(Ordering::Relaxed), 0);
    }
}
