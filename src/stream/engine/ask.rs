//! A question from its text to its rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::held::Held;
use super::probes;
use super::running::Running;
use super::service::{Limits, Origin, Service};
use super::site::Site;
use super::stage::{Bring, Staged};
use super::upload::Upload;
use super::{Sink, Summary};
use crate::adql::{self, Version};
use crate::catalog::{Column, Type};
use crate::db::Session;
use crate::diag::{Diagnostic, Result, Source};
use crate::lower::{Fetch, Found, Known};
use crate::plan::{Cover, Scalar, Wish};
use crate::query::{self, Ability, Checked, Place, Sql, TableId, Uploaded, Written, abilities};
use crate::sql::{Dialect, Parameters};
use crate::stream::Limit;
use crate::stream::decode::Part;
use crate::stream::pipeline::Pipeline;

/// A question that has been understood.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What it means.
    pub checked: Checked,
    /// Warnings and notes about it.
    pub said: Vec<Diagnostic>,
}

impl Prepared {
    /// The columns of its answer.
    pub fn columns(&self) -> &[Column] {
        &self.checked.body.columns
    }

    /// The schema of its batches.
    pub fn schema(&self) -> SchemaRef {
        arrow(self.columns())
    }
}

/// What was given as an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Rows.
    pub rows: u64,
    /// Whether there were more than were wanted.
    pub overflow: bool,
}

/// Rows on their way from a session into a sink.
pub(super) struct Sent {
    pub pipeline: Pipeline,
    /// Whether all rows of the statements were taken, where nothing failed.
    pub all: Result<bool>,
}

/// A question with what belongs to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'q> {
    pub checked: &'q Checked,
    pub uploads: &'q [Upload],
    /// Most rows.
    pub limit: Option<u64>,
    pub limits: Limits,
    pub running: &'q Running,
}

impl Service {
    /// Understands a question.
    ///
    /// # Errors
    /// Family Q: what is wrong with it, with its place.
    pub fn prepare(
        &self,
        source: &Source,
        version: Version,
        uploads: &[Upload],
    ) -> Result<Prepared, Vec<Diagnostic>> {
        let parsed = adql::parse_as(source, version)?;
        let uploads: Vec<Uploaded> = uploads
            .iter()
            .map(|one| Uploaded { name: one.name.clone(), columns: one.columns.clone() })
            .collect();
        let checked = query::check(&parsed.query, source, &self.catalog, &uploads)
            .map_err(|wrong| vec![*wrong])?;
        Ok(Prepared { checked, said: parsed.warnings })
    }

    /// Understands a question that a program made as a tree, whose nodes have no places: what is wrong is said
    /// of the beginning of its text.
    ///
    /// # Errors
    /// Family Q.
    pub fn prepare_tree(&self, query: &adql::Query) -> Result<Prepared> {
        let source = Source::new("query", adql::format(query));
        let checked = query::check(query, &source, &self.inner, &[])?;
        Ok(Prepared { checked, said: Vec::new() })
    }

    /// Answers a question: at most `limit` rows go to the sink, which is told if there are more.
    /// `stopped` ends it early.
    ///
    /// # Errors
    /// Q117 to Q119, those of the databases and of the sink.
    pub async fn answer(
        &self,
        prepared: &Prepared,
        uploads: &[Upload],
        limit: Option<u64>,
        limits: Limits,
        sink: Box<dyn Sink>,
        stopped: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Answered> {
        let checked = &prepared.checked;
        let plain = self.plain(checked);
        let home = plain.as_ref().map(|plain| plain.site).or_else(|| self.home(checked));
        let database = match home.and_then(|home| self.sites.get(home)) {
            Some(site) => &site.database,
            None => &self.private,
        };
        let mut session = database.snapshot().await?;
        let running = Running::default();
        running.add(database, &session)?;
        let watched = running.clone();
        let watch = tokio::spawn(async move {
            match limits.time {
                Some(time) => tokio::select! {
                    () = stopped => {}
                    () = tokio::time::sleep(time) => {}
                },
                None => stopped.await,
            }
            watched.stop().await;
        });
        let question = Question { checked, uploads, limit, limits, running: &running };
        let sent = match &plain {
            Some(plain) => self.send_plain(&mut session, plain, &question, sink).await,
            None => self.send_query(&mut session, home, &question, sink).await,
        };
        // A connection that breaks while its transaction ends is not used again.
        let answered = match sent {
            // The transaction ends while the last rows are written.
            Ok(Sent { pipeline, all: Ok(true) }) => {
                let (answered, _) = tokio::join!(pipeline.end(Ok(())), session.rollback());
                watch.abort();
                answered
            }
            other => {
                let answered = match other {
                    Ok(Sent { pipeline, all }) => pipeline.end(all.map(drop)).await,
                    Err(wrong) => Err(wrong),
                };
                watch.abort();
                // What still runs would hold a connection up until its last row.
                running.end().await;
                let _ = session.rollback().await;
                answered
            }
        };
        match answered {
            Ok(Summary { rows, overflow, .. }) => Ok(Answered { rows, overflow }),
            Err(wrong) => running.check().and(Err(wrong)),
        }
    }

    /// The site whose database answers the question; none when this process must.
    pub(super) fn home(&self, checked: &Checked) -> Option<usize> {
        let sites: BTreeSet<Option<usize>> =
            checked.sources.iter().map(|source| self.site(source.table)).collect();
        let mut known = sites.iter().flatten();
        let (Some(&home), None) = (known.next(), known.next()) else { return None };
        let dialect = self.sites.get(home)?.database.dialect();
        let regional = |table: TableId, column| self.regional(table, column).is_some();
        let foreign = |table: TableId| self.site(table) != Some(home);
        let whole = abilities(checked, dialect, &regional, &foreign) == Ability::Whole
            && !self.pairs_rows(checked);
        whole.then_some(home)
    }

    /// Sends the rows of one statement on their way.
    async fn send_query(
        &self,
        session: &mut Session,
        home: Option<usize>,
        question: &Question<'_>,
        sink: Box<dyn Sink>,
    ) -> Result<Sent> {
        let mut staged = Staged::new(self, question.limits, question.running, Bring::Rows);
        let wishes = self.first_rows(session, home, question, &mut staged).await?;
        let written = self.compile(session, home, question, wishes, &mut staged).await?;
        staged.end().await;
        let pipeline = self.pipeline(question, None, sink);
        let all = send(session, &pipeline, written).await;
        Ok(Sent { pipeline, all })
    }

    /// The way of rows into the sink of a question, `top` of them where that is not left to a database.
    pub(super) fn pipeline(
        &self,
        question: &Question<'_>,
        top: Option<u64>,
        sink: Box<dyn Sink>,
    ) -> Pipeline {
        let schema = arrow(&question.checked.body.columns);
        let sink: Box<dyn Sink> = Box::new(Held::new(sink));
        let count = |rows: Option<u64>| rows.and_then(|rows| usize::try_from(rows).ok());
        let limit = match (count(question.limit), count(top)) {
            (Some(limit), Some(top)) if top > limit => Limit::Most(limit),
            (_, Some(top)) => Limit::First(top),
            (limit, None) => limit.into(),
        };
        Pipeline::start(schema, self.regions, sink, limit, |_| {})
    }

    /// The statement that answers the question in a session, once what is elsewhere has been brought
    /// there; `wishes` are further ones about its first table.
    pub(super) async fn compile(
        &self,
        session: &mut Session,
        home: Option<usize>,
        question: &Question<'_>,
        wishes: Vec<Wish>,
        staged: &mut Staged<'_>,
    ) -> Result<Written> {
        let Question { checked, uploads, limit, .. } = *question;
        let regional = |table: TableId, column: usize| {
            if self.site(table) == home { self.regional(table, column) } else { None }
        };
        let needs = query::needs(checked, &regional);
        let mut places = vec![Place::Table(String::new()); checked.sources.len()];
        let mut preamble = Preamble::new(session.dialect());
        let nearby = self.nearby(checked);
        let mut counted = query::counted(checked).filter(|_| wishes.is_empty());
        let mut left: Vec<usize> = (0..checked.sources.len()).collect();
        while !left.is_empty() {
            let at = staged.next(question, &nearby, &left);
            left.retain(|other| *other != at);
            let Some(source) = checked.sources.get(at) else { continue };
            let mut needed = needs.get(at).cloned().unwrap_or_default();
            needed.covers = self.covers(checked, at);
            needed.covers.extend(staged.covers(session, question, &nearby, at).await?);
            needed.wishes = query::wishes(checked, at);
            if at == 0 {
                needed.wishes.extend(wishes.iter().cloned());
            }
            let here = home.is_some() && self.site(source.table) == home;
            let place = match self.origin(source.table) {
                Some(Origin::ObsCore(site, view)) if here => {
                    needed.is_counted = counted.is_some() && needed.regions.is_empty();
                    counted = counted.filter(|_| needed.is_counted);
                    self.obscore(session, site, view, &needed, &mut preamble).await?
                }
                Some(Origin::Native(site, native)) if here => {
                    let joined = checked.sources.len() > 1;
                    counted = None;
                    self.native(session, site, native, &needed, joined, &mut preamble).await?
                }
                _ => {
                    counted = None;
                    staged.bring(session, checked, at, &needed, uploads).await?
                }
            };
            if let Some(known) = places.get_mut(at) {
                *known = place;
            }
        }
        let pairs = staged.pairs(session, question, &nearby).await?;
        staged.note(session, std::mem::take(&mut preamble.probed)).await?;
        let more = limit.map(|limit| limit.saturating_add(1));
        let sql = Sql {
            dialect: session.dialect(),
            places: &places,
            pairs: &pairs,
            preamble: &preamble.text(),
            regional: &regional,
            twin: &|table, column| self.twin(table, column),
            regions: self.regions,
            decode: true,
            counted,
            limit: more,
        };
        Ok(query::write(checked, &sql, preamble.parameters))
    }

    /// An ObsCore table in its own database.
    pub(super) async fn obscore(
        &self,
        session: &mut Session,
        site: usize,
        view: usize,
        needs: &query::Needs,
        preamble: &mut Preamble,
    ) -> Result<Place> {
        let place = self.sites.get(site);
        let known = known(place, session, needs).await?;
        let Some(published) = place.and_then(|site| site.published.get(view)) else {
            return Ok(Place::Select(String::new()));
        };
        let found = match preamble.found.iter().position(|(known, _)| *known == view) {
            Some(at) => preamble.found.get(at).map(|(_, found)| found.clone()).unwrap_or_default(),
            None => {
                let found = published.found(session).await?;
                preamble.tables.push(published.helper_tables(&found).to_string());
                preamble.found.push((view, found.clone()));
                found
            }
        };
        let (asked, probes) = published.asked(&found, needs, &known);
        let keys = probes::run(session, published, &probes, &mut preamble.probed).await?.keys;
        if needs.is_about_all() || probes::are_many(&keys) {
            session.reads_much().await?;
        }
        let parameters = &mut preamble.parameters;
        Ok(Place::Select(published.select(&found, needs, &asked, &keys, parameters)))
    }

    /// One of Butler's own tables in its own database.
    pub(super) async fn native(
        &self,
        session: &mut Session,
        site: usize,
        native: usize,
        needs: &query::Needs,
        joined: bool,
        preamble: &mut Preamble,
    ) -> Result<Place> {
        let Some(site) = self.sites.get(site) else { return Ok(Place::Select(String::new())) };
        let known = known(Some(site), session, needs).await?;
        if !preamble.natives {
            preamble.natives = true;
            preamble.tables.push(site.target.helper_tables(&[]));
        }
        let native = site.natives.get(native);
        let parameters = &mut preamble.parameters;
        let select = native.map(|native| site.native_select(native, needs, &known, parameters));
        let select = select.unwrap_or_default();
        let computed = needs.values.iter().any(|at| {
            let value = native.and_then(|native| native.values.get(*at));
            matches!(value, Some(Scalar::Identifier { .. }))
        });
        // SQLite would compute identifiers for every pair of rows that a join looks at; kept rows get an
        // index. PostgreSQL joins such values by their hashes.
        Ok(match site.database.dialect().can_be_extended() && computed && joined {
            true => Place::Once(select),
            false => Place::Select(select),
        })
    }

    /// Where on the sky the rows of a table of the question must be.
    pub(super) fn covers(&self, checked: &Checked, at: usize) -> Vec<Cover> {
        query::covers(checked, at, &|table, column| self.part(table, column))
    }
}

/// What is known of the trixels of regions, where a question can use it.
pub(super) async fn known(
    site: Option<&Site>,
    session: &mut Session,
    needs: &query::Needs,
) -> Result<Known> {
    let Some(site) = site.filter(|_| !needs.covers.is_empty()) else { return Ok(Known::new()) };
    site.known(session).await
}

/// What the tables of a statement share.
#[derive(Debug)]
pub(super) struct Preamble {
    /// Common table expressions.
    tables: Vec<String>,
    /// Constants.
    pub parameters: Parameters,
    /// What is in the collections of each view.
    found: Vec<(usize, Found)>,
    natives: bool,
    /// What was asked before the statement.
    pub probed: Vec<Written>,
}

impl Preamble {
    /// Nothing yet.
    pub fn new(dialect: Dialect) -> Self {
        let parameters = Parameters::new(dialect);
        let (tables, found, probed) = (Vec::new(), Vec::new(), Vec::new());
        Self { tables, parameters, found, natives: false, probed }
    }

    /// All common table expressions, with commas.
    pub fn text(&self) -> String {
        self.tables.join(",\n")
    }
}

/// Runs a statement; whether all its rows were taken.
pub(super) async fn send(
    session: &mut Session,
    pipeline: &Pipeline,
    written: Written,
) -> Result<bool> {
    let Written { text, parameters, fields, recipes } = written;
    let fetch = Fetch { fields: fields.clone(), recipes };
    let Some(tuples) = pipeline.branch(Arc::from("query"), Part::whole(fetch, None)).await else {
        return Ok(false);
    };
    session.tuples(&text, &parameters, &fields, &tuples).await?;
    Ok(!tuples.is_closed())
}

/// The Arrow schema of columns.
pub(super) fn arrow(columns: &[Column]) -> SchemaRef {
    let fields: Vec<Field> = columns
        .iter()
        .map(|column| {
            let kind = match column.kind {
                Type::Boolean => DataType::Boolean,
                Type::Short => DataType::Int16,
                Type::Integer => DataType::Int32,
                Type::Long => DataType::Int64,
                Type::Real | Type::Double => DataType::Float64,
                Type::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
                _ => DataType::Utf8,
            };
            Field::new(&column.name, kind, true)
        })
        .collect();
    Arc::new(Schema::new(fields))
}
