//! Records for the branches of a stream.
//!
//! In: what branches look up, and datasets that have arrived where not all are wanted. Out: tables in the stream's
//! decoder: whole ones, asked for once, or the records of these datasets; all in the snapshot of the rows.

use std::collections::{HashMap, HashSet};

use tokio::sync::mpsc::channel;

use super::evaluate::Rows;
use super::pipeline::Pipeline;
use super::records::{Bound, MOST, push_key};
use super::tuples::Tuples;
use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Form, Layout, Lookup, PlainBranch, Probe, Records, Target, Wire};
use crate::sql::Parameters;
use crate::value::Cell;

/// For so few rows the database joins faster than it tells which data IDs hide datasets, or what their records are.
pub const FEW: u64 = 10_000;
/// For so few rows it joins faster than it sends whole tables.
pub const PART: u64 = 100_000;
/// Records in a chunk.
const CHUNK: usize = 10_000;
/// So many datasets are held until their records are known, in bytes.
const HELD: usize = 64 << 20;
/// Chunks that may wait.
const QUEUE: usize = 4;

/// The tables that a decoder has, by their SELECTs; `None` where they are too large.
#[derive(Debug, Default)]
pub struct Gathered {
    tables: HashMap<String, Option<usize>>,
}

/// Datasets that wait for their records.
#[derive(Debug, Default)]
pub struct Waiting {
    /// The tuples of a statement after the other.
    pub statements: Vec<Vec<Vec<u8>>>,
    rows: usize,
    bytes: usize,
}

/// Regions that were found before the datasets that have them.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'s> {
    /// How they were found.
    pub probe: &'s Probe,
    /// The keys of their rows.
    pub keys: &'s [Vec<Cell>],
    /// The regions.
    pub regions: &'s [Option<String>],
    /// Whether no exposure has several visits: else a lower one than that which was found may have a region too.
    pub is_one_visit: bool,
}

impl Waiting {
    /// Reads the datasets of a statement.
    ///
    /// # Errors
    /// R027 to R029.
    pub async fn read(
        &mut self,
        session: &mut Session,
        (text, parameters, wires): (&str, &[Cell], &[Wire]),
    ) -> Result<()> {
        let (to, mut from) = channel(QUEUE);
        let send = async {
            let sent = session.tuples(text, parameters, wires, &to).await;
            drop(to);
            sent
        };
        let (mut chunks, mut tuples) = (Vec::new(), Tuples::default());
        let receive = async {
            while let Some(chunk) = from.recv().await {
                let chunk: Vec<u8> = chunk;
                self.bytes += chunk.len();
                if self.bytes <= HELD {
                    chunks.push(chunk);
                }
            }
        };
        let (sent, ()) = tokio::join!(send, receive);
        sent?;
        for chunk in &chunks {
            tuples.complete(chunk.clone(), wires.len())?;
            self.rows += tuples.spans.len() / wires.len().max(1);
        }
        self.statements.push(chunks);
        Ok(())
    }

    /// Whether they are more than some, and not too many to wait.
    pub fn are_more(&self, some: u64) -> bool {
        self.bytes <= HELD && self.rows as u64 > some
    }

    /// The values that fields of the tuples have, each once.
    fn distinct(&self, wires: &[Wire], fields: &[usize]) -> Result<Vec<Vec<Cell>>> {
        let (mut known, mut values) = (HashSet::new(), Vec::new());
        for chunks in &self.statements {
            let mut tuples = Tuples::default();
            for chunk in chunks {
                let data = tuples.complete(chunk.clone(), wires.len())?;
                let rows = Rows { data: &data, spans: &tuples.spans, wires, regions: &[] };
                for row in 0..rows.count() {
                    let mut key = Vec::with_capacity(32);
                    let whole = fields.iter().all(|field| {
                        let wire = wires.get(*field).copied().unwrap_or(Wire::Text);
                        push_key(&mut key, wire, rows.bytes(row, *field))
                    });
                    if whole && known.insert(key) {
                        values.push(fields.iter().map(|field| rows.cell(row, *field)).collect());
                    }
                }
            }
        }
        Ok(values)
    }
}

/// A SELECT with its parameters.
pub type Select = (String, Vec<Cell>);

/// Records that some datasets have.
#[derive(Debug)]
pub struct Wanted {
    lookup: Lookup,
    /// What tells the visits of their exposures, where those are needed.
    pub visits: Option<Select>,
    /// Where they come from.
    pub from: From,
}

/// Where records come from.
#[derive(Debug)]
pub enum From {
    /// From a small table.
    Whole(String),
    /// From a large table, by their keys.
    Keys(Select),
    /// They have been found before.
    Seen,
}

/// What some datasets need of other tables; `None` where that cannot be told from what they have.
///
/// # Errors
/// R029 for broken tuples.
pub fn wanted(
    target: &Target,
    layout: &Layout,
    waiting: &Waiting,
    seen: Option<Seen<'_>>,
) -> Result<Option<Vec<Wanted>>> {
    let sent = layout.sent();
    let position = |slot: &usize| layout.own.iter().position(|own| own == slot);
    // A key with a field of another record is not known yet.
    let values = |slots: &[Option<usize>]| -> Result<Option<Vec<Vec<Cell>>>> {
        let fields = slots.iter().map(|slot| position(slot.as_ref()?));
        let fields: Option<Vec<usize>> = fields.collect();
        fields.map(|fields| waiting.distinct(&sent, &fields)).transpose()
    };
    let mut all = Vec::new();
    for lookup in layout.lookups.clone() {
        let records = &lookup.records;
        let mut parameters = Parameters::new(target.dialect);
        let (mut visits, mut exposures) = (None, Vec::new());
        if let Some(lowest) = &lookup.lowest {
            let Some(known) = values(&lowest.key.map(Some))? else { return Ok(None) };
            let mut parameters = Parameters::new(target.dialect);
            let select = lowest.definitions.with_keys(target, &known, &mut parameters);
            let Some(select) = select else { return Ok(None) };
            (visits, exposures) = (Some((select, parameters.into_cells())), known);
        }
        let from = if seen.is_some_and(|seen| seen.are_of(&lookup)) {
            From::Seen
        } else if let Some(visit) = lookup.key.iter().position(Option::is_none) {
            let select = records.with_exposures(target, (&exposures, visit), &mut parameters);
            let Some(select) = select else { return Ok(None) };
            From::Keys((select, parameters.into_cells()))
        } else if let Some(telling) = records.telling() {
            let slots = telling.iter().map(|at| lookup.key.get(*at).copied().flatten());
            let Some(keys) = values(&slots.collect::<Vec<_>>())? else { return Ok(None) };
            let select = records.with_keys(target, &keys, &mut parameters);
            let Some(select) = select else { return Ok(None) };
            From::Keys((select, parameters.into_cells()))
        } else {
            From::Whole(records.select.clone())
        };
        all.push(Wanted { lookup, visits, from });
    }
    Ok(Some(all))
}

impl Gathered {
    /// The lookups of a branch, once all records are in the decoder; `None` where the database has to join.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn bounds(
        &mut self,
        session: &mut Session,
        pipeline: &Pipeline,
        branch: &PlainBranch,
    ) -> Result<Option<Vec<Bound>>> {
        if branch.apart() == Form::Joined {
            return Ok(None);
        }
        let mut bounds = Vec::new();
        for lookup in branch.layout(Form::Split).lookups {
            let (records, visits) = Bound::needs(&lookup);
            let Some(table) = self.table(session, pipeline, records).await? else {
                return Ok(None);
            };
            let mut definitions = None;
            if let Some(visits) = visits {
                definitions = self.table(session, pipeline, visits).await?;
                if definitions.is_none() {
                    return Ok(None);
                }
            }
            bounds.push(Bound { lookup, table, definitions });
        }
        Ok(Some(bounds))
    }

    /// The lookups of a branch, once the records of some datasets are in the decoder; `None` where the database has
    /// to join.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn bounds_of(
        &mut self,
        session: &mut Session,
        pipeline: &Pipeline,
        wanted: Vec<Wanted>,
        seen: Option<Seen<'_>>,
    ) -> Result<Option<Vec<Bound>>> {
        let mut bounds = Vec::new();
        for Wanted { lookup, visits, from } in wanted {
            let mut definitions = None;
            if let (Some(lowest), Some(select)) = (&lookup.lowest, &visits) {
                definitions = load(session, pipeline, &lowest.definitions, select).await?;
                if definitions.is_none() {
                    return Ok(None);
                }
            }
            let records = &lookup.records;
            let table = match (from, seen) {
                (From::Keys(select), _) => load(session, pipeline, records, &select).await?,
                (From::Seen, Some(seen)) => self.seen(pipeline, records, seen).await?,
                _ => self.table(session, pipeline, records).await?,
            };
            let Some(table) = table else { return Ok(None) };
            bounds.push(Bound { lookup, table, definitions });
        }
        Ok(Some(bounds))
    }

    /// The number of a whole table in the decoder.
    async fn table(
        &mut self,
        session: &mut Session,
        pipeline: &Pipeline,
        records: &Records,
    ) -> Result<Option<usize>> {
        if let Some(known) = self.tables.get(&records.select) {
            return Ok(*known);
        }
        let select = format!("{}\nLIMIT {}", records.select, MOST + 1);
        let table = load(session, pipeline, records, &(select, Vec::new())).await?;
        self.tables.insert(records.select.clone(), table);
        Ok(table)
    }

    /// The number of a table of regions that were found before.
    async fn seen(
        &mut self,
        pipeline: &Pipeline,
        records: &Records,
        seen: Seen<'_>,
    ) -> Result<Option<usize>> {
        // There is one such table for each kind of records.
        let name = format!("seen: {}", records.select);
        if let Some(known) = self.tables.get(&name) {
            return Ok(*known);
        }
        let Some((tuples, loaded)) = pipeline.records(records.clone()).await else {
            return Ok(None);
        };
        let columns =
            records.key.iter().map(|key| seen.probe.keys.iter().position(|own| own == key));
        let columns: Vec<usize> = columns.flatten().collect();
        for (keys, regions) in seen.keys.chunks(CHUNK).zip(seen.regions.chunks(CHUNK)) {
            let mut chunk = Vec::new();
            for (key, region) in keys.iter().zip(regions) {
                let fields = i16::try_from(columns.len() + 1).unwrap_or(i16::MAX);
                chunk.extend_from_slice(&fields.to_be_bytes());
                for at in &columns {
                    match key.get(*at) {
                        Some(Cell::Int(number)) => {
                            push_field(&mut chunk, Some(&number.to_be_bytes()));
                        }
                        Some(Cell::Text(text)) => push_field(&mut chunk, Some(text.as_bytes())),
                        _ => push_field(&mut chunk, None),
                    }
                }
                push_field(&mut chunk, region.as_ref().map(String::as_bytes));
            }
            if tuples.send(chunk).await.is_err() {
                break;
            }
        }
        drop(tuples);
        let table = loaded.await.unwrap_or_default();
        self.tables.insert(name, table);
        Ok(table)
    }
}

impl Seen<'_> {
    /// Whether they are all regions that a lookup can find.
    fn are_of(&self, lookup: &Lookup) -> bool {
        let (table, keys) = (&self.probe.table, &self.probe.keys);
        lookup.records.regions_of.as_ref() == Some(table)
            && lookup.records.key.len() == keys.len()
            && lookup.records.key.iter().all(|key| keys.contains(key))
            && (lookup.lowest.is_none() || self.is_one_visit)
    }
}

/// Loads records into a table of the decoder, and tells its number.
async fn load(
    session: &mut Session,
    pipeline: &Pipeline,
    records: &Records,
    (select, parameters): &Select,
) -> Result<Option<usize>> {
    let Some((tuples, loaded)) = pipeline.records(records.clone()).await else { return Ok(None) };
    session.tuples(select, parameters, &records.wires, &tuples).await?;
    drop(tuples);
    // What went wrong in the decoder is told at the end of the stream.
    Ok(loaded.await.unwrap_or_default())
}

/// Appends a field of a tuple.
fn push_field(out: &mut Vec<u8>, field: Option<&[u8]>) {
    let length = field.map_or(-1, |field| i32::try_from(field.len()).unwrap_or(i32::MAX));
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(field.unwrap_or_default());
}
