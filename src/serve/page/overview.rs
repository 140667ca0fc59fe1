//! What a service holds, counted.
//!
//! In: the catalogue, and answers to the page's own queries. Out: an [`Overview`] that grows while it is
//! counted. It is kept, and counted anew when it is asked for and old enough that counting takes a
//! small part of the time; nobody waits for it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use super::counts::{Counts, Kind, Sky};
use crate::catalog::{Catalog, Table};
use crate::serve::Service;
use crate::serve::ask::{Rows, ask};
use crate::serve::uws::Instant as Moment;

/// Longest time of one question.
const PATIENCE: Duration = Duration::from_secs(30);
/// Age from which counts are made anew.
const FRESH: Duration = Duration::from_secs(10);
/// How much longer they are kept than they took.
const REST: u32 = 20;
/// Datasets up to which the sky is that of all of them; else it is that of the visits.
const FEW: u64 = 500_000;

/// Something that takes a while to find out.
#[derive(Debug, Clone, Default)]
pub enum Found<T> {
    /// Not known yet.
    #[default]
    Waiting,
    /// Known.
    Known(T),
    /// It takes too long, or there is too much of it.
    Unknown,
}

impl<T> Found<T> {
    /// What is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it may still become known.
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting)
    }
}

/// What there is of one repository.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Its ObsCore table.
    pub obscore: String,
    /// The schema of Butler's own tables; empty when there is none.
    pub schema: String,
    /// Its datasets.
    pub counts: Found<Counts>,
    /// Where they are, and whether these are the visits only.
    pub sky: Found<(Sky, bool)>,
    /// Collections: name, kind, what people should know.
    pub collections: Found<Vec<(String, &'static str, String)>>,
    /// Names and storage classes of dataset types.
    pub types: Found<Vec<(String, String)>>,
    /// Datasets by RUN and type.
    pub runs: Found<Vec<(String, String, u64)>>,
}

/// What there is.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// Repository by repository.
    pub parts: Vec<Part>,
    /// When it was counted.
    pub at: Option<Moment>,
}

impl Overview {
    /// Nothing but names yet.
    fn of(catalog: &Catalog) -> Self {
        let obscore = catalog.tables().filter(|(_, table)| table.name == "ObsCore");
        let part = |(schema, table): (&crate::catalog::Schema, &Table)| {
            let own = if schema.name == "ivoa" {
                "butler".to_owned()
            } else {
                format!("{}_butler", schema.name)
            };
            let has_own = catalog.table(&format!("{own}.dataset_type")).is_some();
            Part {
                obscore: table.qualified(schema),
                schema: if has_own { own } else { String::new() },
                ..Part::default()
            }
        };
        Self { parts: obscore.map(part).collect(), at: None }
    }

    /// Whether everything is known that will be.
    pub fn is_whole(&self) -> bool {
        self.at.is_some()
    }
}

/// Counts, and keeps what was counted.
#[derive(Debug)]
pub struct Counter {
    latest: watch::Sender<Arc<Overview>>,
    /// When counting may begin again; none while it goes on.
    due: Mutex<Option<Instant>>,
}

impl Counter {
    /// Nothing is counted until somebody asks.
    pub fn new(catalog: &Catalog) -> Self {
        let (latest, _) = watch::channel(Arc::new(Overview::of(catalog)));
        Self { latest, due: Mutex::new(Some(Instant::now())) }
    }

    /// What is known, after `patience` at most.
    pub async fn overview(
        self: &Arc<Self>,
        service: &Arc<Service>,
        patience: Duration,
    ) -> Arc<Overview> {
        if self.begin() && !service.end.is_cancelled() {
            let (counter, service) = (Arc::clone(self), Arc::clone(service));
            tokio::spawn(async move { counter.count(&service).await });
        }
        let mut latest = self.latest.subscribe();
        let _ = tokio::time::timeout(patience, latest.wait_for(|now| now.is_whole())).await;
        Arc::clone(&self.latest.borrow())
    }

    /// Whether it is time to count and nobody does it yet.
    fn begin(&self) -> bool {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        due.take_if(|due| *due <= Instant::now()).is_some()
    }

    async fn count(&self, service: &Service) {
        let began = Instant::now();
        // However it ends, it can begin again.
        let _again = Again { due: &self.due, began };
        let number = self.latest.borrow().parts.len();
        for at in 0..number {
            let mut part = self.latest.borrow().parts.get(at).cloned().unwrap_or_default();
            let catalog = &service.offered.catalog;
            part.counts = told(counts(service, catalog, &part).await);
            self.put(at, &part);
            if !part.schema.is_empty() {
                part.types = told(types(service, &part).await);
                part.collections = told(collections(service, &part).await);
                self.put(at, &part);
            }
            part.sky = told(sky(service, catalog, &part).await);
            self.put(at, &part);
            if !part.schema.is_empty() {
                part.runs = told(runs(service, &part).await);
                self.put(at, &part);
            }
        }
        self.latest.send_modify(|latest| {
            let mut overview = Overview::clone(latest);
            overview.at = Some(Moment::now());
            *latest = Arc::new(overview);
        });
    }

    fn put(&self, at: usize, part: &Part) {
        self.latest.send_modify(|latest| {
            let mut overview = Overview::clone(latest);
            if let Some(place) = overview.parts.get_mut(at) {
                *place = part.clone();
            }
            *latest = Arc::new(overview);
        });
    }
}

struct Again<'a> {
    due: &'a Mutex<Option<Instant>>,
    began: Instant,
}

impl Drop for Again<'_> {
    fn drop(&mut self) {
        let rest = FRESH.max(self.began.elapsed() * REST);
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + rest);
    }
}

fn told<T>(found: Option<T>) -> Found<T> {
    found.map_or(Found::Unknown, Found::Known)
}

async fn rows(service: &Service, adql: &str, most: u64) -> Option<Rows> {
    match ask(service, adql, most, PATIENCE).await {
        Ok(rows) => Some(rows),
        Err(error) => {
            tracing::info!(code = error.code, %error, adql, "not counted for the page");
            None
        }
    }
}

/// The columns that people choose by; those that a mapping lacks are left out.
pub const CHOICES: [&str; 5] =
    ["obs_collection", "dataproduct_subtype", "calib_level", "instrument_name", "em_filter_name"];

async fn counts(service: &Service, catalog: &Catalog, part: &Part) -> Option<Counts> {
    let (_, table) = catalog.table(&part.obscore)?;
    let list: Vec<&str> =
        CHOICES.iter().copied().filter(|name| table.column(name).is_some()).collect();
    let names = list.join(", ");
    let adql = format!(
        "SELECT {names}, COUNT(*) AS datasets, MIN(t_min) AS earliest, MAX(t_max) AS latest \
         FROM {} GROUP BY {names}",
        part.obscore
    );
    let rows = rows(service, &adql, 20_000).await?;
    let kinds = rows.iter().map(|row| {
        let value = |name: &str| row.get(list.iter().position(|known| *known == name)?);
        let after = |at: usize| row.get(list.len() + at);
        Kind {
            choices: CHOICES.map(|name| text(value(name))),
            datasets: number(after(0)),
            earliest: after(1).and_then(Value::as_f64),
            latest: after(2).and_then(Value::as_f64),
        }
    });
    Some(Counts(kinds.collect()))
}

async fn sky(service: &Service, catalog: &Catalog, part: &Part) -> Option<(Sky, bool)> {
    let few = part.counts.known().is_some_and(|counts| counts.datasets() <= FEW);
    let visits = format!("{}.visit", part.schema);
    let (table, ra, dec) = if few {
        (part.obscore.as_str(), "s_ra", "s_dec")
    } else {
        catalog.table(&visits)?.1.column("s_region")?;
        (visits.as_str(), "COORD1(CENTROID(s_region))", "COORD2(CENTROID(s_region))")
    };
    let cell = |angle: &str| format!("FLOOR({angle} / {})", Sky::CELL);
    let (column, row) = (cell(ra), cell(dec));
    let present = if few { "s_ra" } else { "s_region" };
    let adql = format!(
        "SELECT {column} AS c, {row} AS r, COUNT(*) AS datasets, MIN({ra}) AS ra_least, MAX({ra}) AS \
         ra_most, MIN({dec}) AS dec_least, MAX({dec}) AS dec_most FROM {table} WHERE {present} IS \
         NOT NULL GROUP BY {column}, {row}"
    );
    let rows = rows(service, &adql, 10_000).await?;
    let cells = rows.iter().filter_map(|row| {
        let value = |at: usize| row.get(at).and_then(Value::as_f64);
        let numbers = [value(0)?, value(1)?, value(3)?, value(4)?, value(5)?, value(6)?];
        Some((numbers, number(row.get(2))))
    });
    Some((Sky(cells.collect()), !few))
}

/// What Butler's numbers of kinds of collections mean.
fn kind(number: u64) -> &'static str {
    match number {
        1 => "RUN",
        2 => "TAGGED",
        3 => "CHAINED",
        4 => "CALIBRATION",
        _ => "other",
    }
}

async fn collections(
    service: &Service,
    part: &Part,
) -> Option<Vec<(String, &'static str, String)>> {
    let adql = format!("SELECT name, type, doc FROM {}.collection ORDER BY name", part.schema);
    let rows = rows(service, &adql, 20_000).await?;
    let one = |row: &Vec<Value>| (text(row.first()), kind(number(row.get(1))), text(row.get(2)));
    Some(rows.iter().map(one).collect())
}

async fn types(service: &Service, part: &Part) -> Option<Vec<(String, String)>> {
    let adql =
        format!("SELECT name, storage_class FROM {}.dataset_type ORDER BY name", part.schema);
    let rows = rows(service, &adql, 20_000).await?;
    Some(rows.iter().map(|row| (text(row.first()), text(row.get(1)))).collect())
}

async fn runs(service: &Service, part: &Part) -> Option<Vec<(String, String, u64)>> {
    let adql = format!(
        "SELECT run, dataset_type, COUNT(*) AS datasets FROM {}.dataset GROUP BY run, dataset_type",
        part.schema
    );
    let rows = rows(service, &adql, 50_000).await?;
    let one = |row: &Vec<Value>| (text(row.first()), text(row.get(1)), number(row.get(2)));
    Some(rows.iter().map(one).collect())
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn number(value: Option<&Value>) -> u64 {
    value.and_then(Value::as_u64).unwrap_or_default()
}
