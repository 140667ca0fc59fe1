//! A service: what it offers, who answers, and its routes.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::ask::Asker;
use super::datalink::Urls;
use super::datasets::{Datasets, Shelf};
use super::fetch::Fetcher;
use super::files::Libraries;
use super::http::{Metrics, Server, base_url, text, wrap};
use super::jobs::{self, Files, Pace, Store, Table, work};
use super::offers;
use super::parameters;
use super::query::{Answer, Offer};
use super::settings::Settings;
use super::soda::{self, Kitchen};
use super::uws::Instant;
use super::vosi::{self, Availability, Capabilities, Example, Function, Limit};
use super::{datalink, resolve, sia, tap};
use crate::catalog::Catalog;
use crate::db::Environment;
use crate::diag::Result;

/// What a service offers, as plain data.
#[derive(Debug, Clone)]
pub struct Offered {
    /// Its tables.
    pub catalog: Catalog,
    /// Its user-defined functions.
    pub functions: Vec<Function>,
    /// Queries to begin with.
    pub examples: Vec<Example>,
    /// Its name, for people.
    pub title: String,
    /// Its ObsCore tables as programs ask them; none where it has no registry to ask.
    pub shelves: Arc<[Shelf]>,
    /// The datastores whose files are given; `None` where files are switched off.
    pub libraries: Option<Libraries>,
    /// Its URL, where it is the same for all clients.
    pub url: Option<String>,
}

/// Tells whether queries can be answered now: whether the database is there.
pub type Probe = Arc<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// A service; shared by all requests.
pub struct Service {
    pub(super) settings: Settings,
    pub(super) offered: Offered,
    pub(super) offer: Arc<Offer>,
    pub(super) answer: Answer,
    pub(super) probe: Probe,
    pub(super) store: Arc<Store>,
    pub(super) metrics: Metrics,
    pub(super) slots: Arc<Semaphore>,
    pub(super) since: Instant,
    /// What makes cutouts, where they are made.
    pub(super) kitchen: Option<Kitchen>,
    /// What is described of image queries.
    pub(super) sia: sia::Known,
    /// Cancelled when the service is told to end.
    pub(super) end: CancellationToken,
}

impl Service {
    /// Makes a service. `folder` is where its jobs are kept unless the settings say otherwise.
    ///
    /// # Errors
    /// S007, S008 and those of the database of jobs.
    pub async fn new(
        settings: Settings,
        offered: Offered,
        (answer, probe): (Answer, Probe),
        folder: &Path,
        environment: &Environment,
    ) -> Result<Arc<Self>> {
        let folder = settings.jobs.folder.clone().unwrap_or_else(|| folder.to_owned());
        let files = match &settings.jobs.results {
            Some(address) => Files::bucket(address, environment).await?,
            None => Files::folder(&folder)?,
        };
        let place = match &settings.jobs.database {
            Some(place) => place.0.clone(),
            None => {
                // Files may be elsewhere; that it cannot be made is said of the file in it.
                let _ = std::fs::create_dir_all(&folder);
                folder.join("jobs.sqlite3").display().to_string()
            }
        };
        let limits = job_limits(&settings);
        let kitchen = match offered.libraries.as_ref().filter(|all| !all.is_empty()) {
            Some(_) if settings.cutouts.is_on => {
                let jobs = (place.as_str(), Table::Cutouts);
                let store = Store::open(jobs, files.clone(), limits, environment).await?;
                Some(Kitchen::new(&settings, Arc::new(store)))
            }
            _ => None,
        };
        let store = Store::open((&place, Table::Queries), files, limits, environment).await?;
        let limit = |rows: u64| (rows > 0).then_some(rows);
        let has_links = !offered.shelves.is_empty();
        let base = offered.url.clone().filter(|_| has_links);
        let offer = Offer {
            urls: base.map(|base| Urls { base }),
            rows: limit(settings.limits.rows),
            most_rows: limit(settings.limits.most_rows),
            fetcher: Fetcher::new(
                settings.upload_hosts.clone(),
                settings.limits.upload_bytes,
                settings.limits.stall_time,
            )?,
        };
        Ok(Arc::new(Self {
            slots: Arc::new(Semaphore::new(settings.limits.queries)),
            settings,
            offered,
            offer: Arc::new(offer),
            answer,
            probe,
            store: Arc::new(store),
            kitchen,
            metrics: Metrics::new(),
            since: Instant::now(),
            sia: sia::Known::default(),
            end: CancellationToken::new(),
        }))
    }

    /// All routes. `more` are those of others, pages for people say, beside `/tap`.
    pub fn routes(self: &Arc<Self>, more: Router) -> Router {
        let own = Router::new()
            .route("/livez", get(|| async { text("alive\n") }))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics))
            .nest("/tap", tap::routes(self))
            .nest("/sia", sia::routes())
            .nest("/datalink", datalink::routes())
            .nest("/soda", soda::routes(self))
            .route("/resolve", get(resolve::answer).post(resolve::answer))
            .with_state(Arc::clone(self));
        wrap(own.merge(more), &self.settings, self.metrics.clone())
    }

    /// Answers requests and works at jobs until `end` is cancelled; then what is under way has its
    /// grace.
    pub async fn run(self: Arc<Self>, server: Server, more: Router, end: CancellationToken) {
        let limits = self.settings.limits;
        let jobs = &self.settings.jobs;
        let pace = Pace {
            slots: jobs.running,
            beat: jobs.silence / 6,
            silence: jobs.silence,
            grace: limits.grace,
        };
        let answer = counted(&self.answer, &self.metrics);
        let queries = Arc::new(tap::Queries { answer, offer: Arc::clone(&self.offer) });
        let worker = work(Arc::clone(&self.store), queries, pace, end.clone());
        let cutting = async {
            if let Some(kitchen) = &self.kitchen {
                let cutouts = Arc::new(soda::Cutouts(Arc::downgrade(&self)));
                work(Arc::clone(&kitchen.store), cutouts, pace, end.clone()).await;
            }
        };
        let marker = async {
            end.cancelled().await;
            // Whoever waits for news of a job is answered now.
            self.end.cancel();
        };
        let requests = server.run(self.routes(more), limits, end.clone());
        tokio::join!(requests, worker, cutting, marker);
        self.store.close().await;
        if let Some(kitchen) = &self.kitchen {
            kitchen.store.close().await;
        }
    }

    /// Its URLs as the client of a request sees them, where it has links.
    pub(super) fn links(&self, headers: &HeaderMap) -> Option<Urls> {
        let base = || base_url(&self.settings, headers);
        (!self.offered.shelves.is_empty()).then(|| Urls { base: base() })
    }

    /// Whether files of the datasets of a table are given; its schema tells which.
    pub(super) fn gives_files(&self, schema: &str) -> bool {
        self.offered.libraries.as_ref().is_some_and(|libraries| libraries.contains_key(schema))
    }

    /// What finds datasets.
    pub(super) fn datasets(&self) -> Datasets {
        let asker = Asker { answer: Arc::clone(&self.answer), slots: Arc::clone(&self.slots) };
        Datasets::new(asker, Arc::clone(&self.offered.shelves), self.settings.limits.sync_time)
    }

    /// What a request may weigh.
    pub(super) fn weights(&self) -> parameters::Limits {
        let limits = &self.settings.limits;
        parameters::Limits {
            values: usize::try_from(limits.query_bytes).unwrap_or(usize::MAX),
            uploads: limits.upload_bytes,
            memory: MEMORY,
            count: parameters::MOST,
        }
    }

    /// What `/capabilities` says, for a service at `base`.
    pub(super) fn capabilities(&self, base: &str) -> Capabilities {
        let (limits, jobs) = (&self.settings.limits, &self.settings.jobs);
        let limit = |default: u64, hard: u64| Limit {
            default: (default > 0).then_some(default),
            hard: (hard > 0).then_some(hard),
        };
        Capabilities {
            base: base.to_owned(),
            functions: self.offered.functions.clone(),
            formats: offers::formats(),
            upload_by_url: !self.settings.upload_hosts.is_empty(),
            retention: limit(jobs.retention.as_secs(), jobs.most_retention.as_secs()),
            execution: limit(limits.job_time.as_secs(), limits.most_job_time.as_secs()),
            rows: limit(limits.rows, limits.most_rows),
            upload_bytes: limit(limits.upload_bytes, limits.upload_bytes),
            examples: !self.offered.examples.is_empty(),
            security: self.security(),
        }
    }

    /// The way to authenticate where nobody is served without.
    pub(super) fn security(&self) -> Option<String> {
        (!self.settings.anonymous).then(|| "ivo://ivoa.net/sso#OAuth".to_owned())
    }

    /// What `/availability` says.
    pub(super) async fn availability(&self) -> String {
        let mut notes = Vec::new();
        if self.end.is_cancelled() {
            notes.push("The service is ending.".to_owned());
        } else if let Err(error) = (self.probe)().await {
            tracing::warn!(%error, "not available");
            notes.push("The database does not answer.".to_owned());
        }
        let (available, up_since) = (notes.is_empty(), Some(self.since));
        vosi::availability(&Availability { available, up_since, notes })
    }
}

/// Whoever answers, with the queries of jobs counted.
fn counted(answer: &Answer, metrics: &Metrics) -> Answer {
    let (answer, metrics) = (Arc::clone(answer), metrics.clone());
    Arc::new(move |query, output| {
        let (answered, metrics) = (answer(query, output), metrics.clone());
        async move {
            let ended = answered.await;
            let rows = ended.as_ref().map_or(0, |answered| answered.rows);
            let ending = ended.as_ref().err().map_or("ok", |error| error.code);
            metrics.query_ended("async", ending, rows);
            ended
        }
        .boxed()
    })
}

/// Bytes of an upload that are kept in memory.
const MEMORY: usize = 1 << 20;

fn job_limits(settings: &Settings) -> jobs::Limits {
    let (limits, jobs) = (&settings.limits, &settings.jobs);
    // UWS has seconds in a 32-bit integer with a sign.
    let seconds = |time: std::time::Duration| {
        u32::try_from(time.as_secs()).unwrap_or(u32::MAX).min(i32::MAX.unsigned_abs())
    };
    jobs::Limits {
        duration: seconds(limits.job_time),
        most_duration: seconds(limits.most_job_time),
        retention: jobs.retention,
        most_retention: jobs.most_retention,
        queued: jobs.queued,
        jobs: jobs.kept,
        attempts: jobs.attempts,
        list_anonymous: jobs.list_anonymous,
    }
}

async fn ready(State(service): State<Arc<Service>>) -> Response {
    if service.end.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, text("ends\n")).into_response();
    }
    match (service.probe)().await {
        Ok(()) => text("ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, text("the database does not answer\n"))
                .into_response()
        }
    }
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(axum::http::header::CONTENT_TYPE, kind)], service.metrics.text()).into_response()
}
