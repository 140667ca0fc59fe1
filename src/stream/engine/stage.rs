//! Rows that are brought to where a question can be answered.
//!
//! In: one table of a question. Out: a temporary table with the columns that the question reads, and of
//! the rows those that its conditions on this table alone leave over.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::block_in_place;

use super::ask::{Preamble, arrow, send};
use super::running::Running;
use super::service::{Limits, Origin, Service};
use super::statement::Statement;
use super::upload::Upload;
use super::{Sink, Status};
use crate::adql::Place as At;
use crate::catalog::{Column, Type, tap_schema};
use crate::db::{Database, Session};
use crate::diag::{Diagnostic, Result};
use crate::obscore::ColumnType;
use crate::plan::Cover;
use crate::query::{
    self, Checked, From, Needs, Node, Place, Rows, Select, Set, Source, Sql, TableId, Truth, Value,
    Written, column, pushed,
};
use crate::stream::pipeline::Pipeline;
use crate::stream::text::{self, columns};
use crate::stream::{Flow, Limit};
use crate::time;
use crate::value::{Cell, CellRef};

/// What is brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bring {
    /// All rows that matter.
    Rows,
    /// Nothing: what would be asked is noted down.
    Statements,
    /// As `Statements`, with the database's plans.
    Plans,
}

/// What a question brings together, with one session for each registry it comes from.
pub(super) struct Staged<'s> {
    pub(super) service: &'s Service,
    limits: Limits,
    running: &'s Running,
    sessions: Vec<(usize, Session)>,
    rows: u64,
    /// Rows that are there, by the position of their source.
    counts: BTreeMap<usize, u64>,
    bring: Bring,
    /// What was noted down.
    pub noted: Vec<Statement>,
}

impl<'s> Staged<'s> {
    /// Nothing yet.
    pub fn new(service: &'s Service, limits: Limits, running: &'s Running, bring: Bring) -> Self {
        let (sessions, noted, counts) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { service, limits, running, sessions, rows: 0, counts, bring, noted }
    }

    /// How many rows of a source are there, where it has been brought.
    pub(super) fn count(&self, source: usize) -> Option<u64> {
        self.counts.get(&source).copied()
    }

    /// Ends the sessions.
    pub async fn end(self) {
        for (_, session) in self.sessions {
            // It has only read.
            let _ = session.rollback().await;
        }
    }

    /// Brings what the question needs of one of its tables into `to`.
    pub async fn bring(
        &mut self,
        to: &mut Session,
        checked: &Checked,
        at: usize,
        needs: &Needs,
        uploads: &[Upload],
    ) -> Result<Place> {
        let Some(source) = checked.sources.get(at) else { return Ok(Place::Table(String::new())) };
        let name = table(source.id);
        let known = self.columns(source.table, uploads);
        let mut wanted: Vec<(usize, Column)> = needs
            .values
            .iter()
            .filter_map(|at| known.get(*at).map(|column| (*at, column.clone())))
            .collect();
        if wanted.is_empty() {
            // Rows that are only counted need a column to be rows.
            wanted.extend(known.first().map(|column| (0, column.clone())));
        }
        let typed: Vec<(String, ColumnType)> =
            wanted.iter().map(|(at, one)| (column(*at), one.kind.carrier())).collect();
        to.create_temporary(&name, &typed).await?;
        match (source.table, self.service.origin(source.table)) {
            (TableId::Upload(upload), _) => {
                let mut count = 0;
                if let Some(upload) = uploads.get(upload) {
                    for block in upload.blocks()? {
                        self.running.check()?;
                        let block = block?;
                        fill(to, &name, &wanted, &block).await?;
                        count += block.len() as u64;
                    }
                }
                self.counts.insert(at, count);
            }
            (_, Some(Origin::ObsCore(site, _) | Origin::Native(site, _))) => {
                let before = self.rows;
                self.fetch(to, checked, at, site, &wanted, &needs.covers).await?;
                if self.bring == Bring::Rows {
                    self.counts.insert(at, self.rows - before);
                }
            }
            (TableId::Catalog(s, t), _) => {
                let schema = self.service.inner.schemas.get(s);
                let table = schema.and_then(|schema| schema.tables.get(t));
                if let Some(table) = table {
                    let rows = tap_schema::rows(&self.service.catalog, &table.name);
                    fill(to, &name, &wanted, &rows).await?;
                }
            }
        }
        Ok(Place::Table(name))
    }

    /// All columns of a table.
    fn columns(&self, table: TableId, uploads: &[Upload]) -> Vec<Column> {
        match table {
            TableId::Upload(at) => uploads.get(at).map(|one| one.columns.clone()),
            TableId::Catalog(schema, table) => {
                let schema = self.service.inner.schemas.get(schema);
                schema.and_then(|schema| schema.tables.get(table)).map(|one| one.columns.clone())
            }
        }
        .unwrap_or_default()
    }

    /// The session on a site.
    async fn session(&mut self, site: usize, database: &Database) -> Result<usize> {
        if let Some(at) = self.sessions.iter().position(|(known, _)| *known == site) {
            return Ok(at);
        }
        let session = database.snapshot().await?;
        self.running.add(database, &session)?;
        self.sessions.push((site, session));
        Ok(self.sessions.len() - 1)
    }

    /// Notes down what was asked before a statement.
    pub(super) async fn note(&mut self, session: &mut Session, probed: Vec<Written>) -> Result<()> {
        self.noted.extend(Statement::probes(session, self.bring, probed).await?);
        Ok(())
    }

    async fn fetch(
        &mut self,
        to: &mut Session,
        checked: &Checked,
        at: usize,
        site: usize,
        wanted: &[(usize, Column)],
        covers: &[Cover],
    ) -> Result<()> {
        let service = self.service;
        let (Some(source), Some(place)) = (checked.sources.get(at), service.sites.get(site)) else {
            return Ok(());
        };
        let name = table(source.id);
        let dialect = place.database.dialect();
        let regional = |table: TableId, column: usize| service.regional(table, column);
        let is_regional = |table, column| regional(table, column).is_some();
        let conditions = pushed(checked, at, dialect, &is_regional);
        let question = all_of(source, wanted, conditions);
        let mut needs = query::needs(&question, &regional).pop().unwrap_or_default();
        needs.covers = covers.to_vec();
        needs.wishes = query::wishes(checked, at);
        let left = self.limits.staged_rows.saturating_sub(self.rows);
        let running = self.running;
        let index = self.session(site, &place.database).await?;
        let Some((_, session)) = self.sessions.get_mut(index) else { return Ok(()) };
        let mut preamble = Preamble::new(dialect);
        let home = match service.origin(source.table) {
            Some(Origin::ObsCore(site, view)) => {
                service.obscore(session, site, view, &needs, &mut preamble).await?
            }
            Some(Origin::Native(site, native)) => {
                service.native(session, site, native, &needs, false, &mut preamble).await?
            }
            _ => return Ok(()),
        };
        let probed = std::mem::take(&mut preamble.probed);
        let probed = Statement::probes(session, self.bring, probed).await?;
        self.noted.extend(probed);
        let sql = Sql {
            dialect,
            places: &[home],
            pairs: &[],
            preamble: &preamble.text(),
            regional: &regional,
            twin: &|table, column| service.twin(table, column),
            regions: service.regions,
            decode: false,
            counted: None,
            limit: Some(left.saturating_add(1)),
        };
        let written = query::write(&question, &sql, preamble.parameters);
        if self.bring != Bring::Rows {
            let with_plan = self.bring == Bring::Plans;
            let purpose = format!("rows of {}", service.name(source.table));
            self.noted.push(Statement::noted(session, &purpose, written, with_plan).await?);
            return Ok(());
        }
        let (batches, mut arriving) = mpsc::channel(4);
        let schema = arrow(&question.body.columns);
        let sink = Box::new(Forward { batches });
        let pipeline = Pipeline::start(schema, service.regions, sink, Limit::None, |_| {});
        let sending = async {
            let sent = send(session, &pipeline, written).await;
            pipeline.end(sent.map(drop)).await
        };
        let loading = async {
            let mut count = 0;
            while let Some(batch) = arriving.recv().await {
                let batch: RecordBatch = batch;
                count += batch.num_rows() as u64;
                if count > left {
                    return Err(too_many(self.limits.staged_rows));
                }
                running.check()?;
                load(to, &name, &batch).await?;
            }
            Ok(count)
        };
        // A thread each: SQLite's work blocks its thread until the other side has taken the rows.
        let runtime = Handle::current();
        let (sent, loaded) = block_in_place(|| {
            std::thread::scope(|scope| {
                let sending = scope.spawn(|| runtime.block_on(sending));
                let loaded = runtime.block_on(loading);
                (sending.join(), loaded)
            })
        });
        let ended = |_| Box::new(Diagnostic::error("X001", "a worker of the query ended early"));
        let sent = sent.map_err(ended)?;
        self.rows += loaded?;
        sent.map(drop)
    }
}

/// The name of the table that holds the rows of a source.
pub(super) fn table(id: usize) -> String {
    format!("x{id}")
}

fn too_many(limit: u64) -> Box<Diagnostic> {
    let message =
        format!("the query reads more than {limit} rows that must be looked at one by one");
    Box::new(Diagnostic::error("Q119", message).help("add conditions on t_min, band or instrument"))
}

/// `SELECT wanted FROM source WHERE conditions`
fn all_of(source: &Source, wanted: &[(usize, Column)], conditions: Vec<Truth>) -> Checked {
    let mut outputs: Vec<Value> = wanted
        .iter()
        .map(|(at, column)| {
            Value::new(Node::Column(source.id, *at), column.kind.clone(), At::default())
        })
        .collect();
    let mut columns: Vec<Column> = wanted.iter().map(|(_, column)| column.clone()).collect();
    if outputs.is_empty() {
        // Rows are counted by their columns.
        outputs.push(Value::new(Node::Integer(1), Type::Integer, At::default()));
        columns.push(Column::new("one", Type::Integer));
    }
    let select = Select {
        distinct: false,
        top: None,
        outputs,
        from: vec![From::Source(0)],
        filter: (!conditions.is_empty()).then_some(Truth::And(conditions)),
        group: Vec::new(),
        having: None,
    };
    let set = Set::Select(Box::new(select));
    let used = wanted.iter().map(|(at, _)| *at).collect();
    Checked {
        with: Vec::new(),
        body: Rows { set, order: Vec::new(), offset: 0, columns },
        sources: vec![Source { table: source.table, id: source.id, used }],
    }
}

/// Rows of all columns of a table, of which some are wanted.
async fn fill(
    to: &mut Session,
    name: &str,
    wanted: &[(usize, Column)],
    rows: &[Vec<Cell>],
) -> Result<()> {
    let rows = rows.iter().map(|row| {
        let mut cells: Vec<CellRef<'_>> = wanted
            .iter()
            .map(|(at, _)| row.get(*at).map_or(CellRef::Null, CellRef::from))
            .collect();
        if cells.is_empty() {
            cells.push(CellRef::Null);
        }
        cells
    });
    to.insert(name, wanted.len().max(1), rows).await
}

async fn load(to: &mut Session, name: &str, batch: &RecordBatch) -> Result<()> {
    let columns = columns(batch);
    let width = columns.len().max(1);
    // Timestamps are the only values that have to be written first.
    let instant = |value: &text::Value<'_>| match value {
        text::Value::Instant(microseconds) => Some(time::iso(*microseconds)),
        _ => None,
    };
    let rows: Vec<Vec<(text::Value<'_>, Option<String>)>> = (0..batch.num_rows())
        .map(|row| {
            let values = columns.iter().map(|column| column.value(row));
            values.map(|value| (value, instant(&value))).collect()
        })
        .collect();
    let rows = rows.iter().map(|row| {
        let mut cells: Vec<CellRef<'_>> = row.iter().map(cell).collect();
        if cells.is_empty() {
            cells.push(CellRef::Null);
        }
        cells
    });
    to.insert(name, width, rows).await
}

fn cell<'r>((value, written): &'r (text::Value<'r>, Option<String>)) -> CellRef<'r> {
    match (value, written) {
        (_, Some(text)) => CellRef::Text(text),
        (text::Value::Text(text), _) => CellRef::Text(text),
        (text::Value::Int(number), _) => CellRef::Int(*number),
        (text::Value::Double(number), _) => CellRef::Float(*number),
        (text::Value::Float(number), _) => CellRef::Float(f64::from(*number)),
        (text::Value::Bool(flag), _) => CellRef::Int(i64::from(*flag)),
        _ => CellRef::Null,
    }
}

/// Hands batches on to another task.
struct Forward {
    batches: mpsc::Sender<RecordBatch>,
}

impl Sink for Forward {
    fn start(&mut self, _: &SchemaRef) -> Result<()> {
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let sent = self.batches.blocking_send(batch.clone());
        Ok(if sent.is_ok() { Flow::More } else { Flow::Enough })
    }

    fn finish(&mut self, _: &Status) -> Result<()> {
        Ok(())
    }
}
