//! Files of datasets over HTTP.
//!
//! In: `GET` or `HEAD` of `/files/{uuid}` or `/files/{uuid}/{component}`. Out: the bytes of the file, as RFC 9110
//! has them (ranges, conditions), or a redirect to where they are. Only datasets that a published table has are
//! given, and only from where datastores are. Errors are lines of text.

mod answer;
mod choices;
mod known;
pub mod name;
mod parts;
pub mod range;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::Semaphore;
use uuid::Uuid;

use known::{Found, Known};

use super::datasets::Datasets;
use super::failure;
use super::http::{identify, refuse_with};
use super::settings::Settings;
use super::{Asker, Service};
use crate::artifacts::{Held, Library, Opened};
use crate::diag::{Diagnostic, Result};

/// What files are given of: the datastores of repositories by the schemas of their ObsCore tables. A schema is
/// missing where its datastores are not known.
pub type Libraries = BTreeMap<String, Arc<Library>>;

/// Datasets that are looked for at the same time. They have turns and connections of their own: queries that take
/// long keep nobody from a file.
const TURNS: usize = 4;

/// Connections to a registry that a service may need.
pub fn connections(settings: &Settings) -> usize {
    // Two for probes and for what is looked up ahead.
    settings.limits.queries + settings.jobs.running + TURNS + 2
}

/// What is shared by all requests.
struct Files {
    service: Arc<Service>,
    libraries: Libraries,
    turns: Semaphore,
    datasets: Datasets,
    known: Known,
}

/// The routes below `/files`; without libraries they say that there is nothing.
pub fn routes(service: &Arc<Service>, libraries: Option<Libraries>) -> Router {
    let Some(libraries) = libraries else {
        let off = || async { refuse(&Diagnostic::error("S050", "this service gives no files")) };
        return Router::new()
            .route("/files/", get(off))
            .nest("/files", Router::new().fallback(off));
    };
    let files = Router::new()
        .route("/{id}", get(whole))
        .route("/{id}/{component}", get(component))
        .fallback(nothing)
        .with_state(Arc::new(Files::new(service, libraries)));
    Router::new().route("/files/", get(nothing)).nest("/files", files)
}

/// What is asked for.
struct Asked<'a> {
    id: &'a str,
    component: Option<&'a str>,
    method: Method,
    headers: &'a HeaderMap,
}

async fn whole(
    State(files): State<Arc<Files>>,
    id: std::result::Result<Path<String>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Ok(Path(id)) = id else { return nothing().await };
    let asked = Asked { id: &id, component: None, method, headers: &headers };
    files.answer(asked).await.unwrap_or_else(|error| refuse(&error))
}

async fn component(
    State(files): State<Arc<Files>>,
    asked: std::result::Result<Path<(String, String)>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Ok(Path((id, component))) = asked else { return nothing().await };
    let asked = Asked { id: &id, component: Some(&component), method, headers: &headers };
    files.answer(asked).await.unwrap_or_else(|error| refuse(&error))
}

impl Files {
    fn new(service: &Arc<Service>, libraries: Libraries) -> Self {
        // Turns are taken here, for questions about the dataset and about its files together.
        let slots = Arc::new(Semaphore::new(TURNS));
        let asker = Asker { answer: Arc::clone(&service.answer), slots };
        let shelves = Arc::clone(&service.offered.shelves);
        let datasets = Datasets::new(asker, shelves, service.settings.limits.sync_time);
        let (turns, known) = (Semaphore::new(TURNS), Known::new(connections(&service.settings)));
        Self { service: Arc::clone(service), libraries, turns, datasets, known }
    }

    async fn answer(&self, asked: Asked<'_>) -> Result<Response> {
        let settings = &self.service.settings;
        identify(settings, asked.headers)?;
        let Ok(id) = Uuid::try_parse(asked.id) else {
            return Err(Box::new(no_identifier()));
        };
        let (library, held) = self.find(id).await?;
        let record = match (asked.component, &held.records[..]) {
            (None, [record]) if record.component.is_none() => record,
            (None, records) => return Ok(choices::list(settings, asked.headers, id, records)),
            (Some(name), records) => {
                let named = |one: &&_| choices::component(one) == Some(name);
                records.iter().find(named).ok_or_else(|| choices::unknown(name, records))?
            }
        };
        let opened = library.open(&held, record, asked.method.clone()).await?;
        Ok(match opened {
            Opened::Here(content) => {
                // Butler itself would refuse to read it.
                if let Some(size) = record.size.filter(|size| *size != content.size()) {
                    let found = content.size();
                    tracing::warn!(dataset = %id, size, found, "a file is not of the size that Butler recorded");
                }
                let file = answer::File::new(id, record, content);
                answer::give(&file, &asked.method, asked.headers, settings.anonymous)?
            }
            Opened::Elsewhere(url) => {
                // It holds a signature: whoever has it may read the file for some time.
                let kept = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                let place = HeaderValue::from_str(url.as_str()).map_err(|_| {
                    Box::new(Diagnostic::error("S057", "the place of the file has no URL"))
                })?;
                let place = (header::LOCATION, place);
                (StatusCode::TEMPORARY_REDIRECT, [place, kept]).into_response()
            }
        })
    }

    /// The files of a dataset that the client may see: a published table has it.
    async fn find(&self, id: Uuid) -> Result<(&Library, Held)> {
        if self.datasets.shelves.is_empty() {
            let error = Diagnostic::error("S026", "this service may read the applied view only");
            return Err(error.help("it cannot know where files are").into());
        }
        let busy = || Box::new(Diagnostic::error("S031", "too many files are asked for just now"));
        let turn = self.turns.acquire();
        let turn = tokio::time::timeout(self.service.settings.limits.queue_time, turn).await;
        let _turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        // What is found from here on is not older than these states.
        let mut states = BTreeMap::new();
        for (schema, library) in &self.libraries {
            states.insert(schema.as_str(), library.state().await?);
        }
        let state = |found: &Found| states.get(found.schema.as_str()).cloned().flatten();
        if let Some((found, seen)) = self.known.get(id)
            && state(&found).is_some_and(|state| seen.contains(&state))
        {
            return Ok((self.library(&found.schema)?, found.held));
        }
        let message = format!("no published table has a dataset {id}");
        let mut refusal = Box::new(Diagnostic::error("S051", message));
        // Repositories can have the same dataset: it is there if one of them still has its files.
        for shelf in self.datasets.shown_by(id).await? {
            match self.files(shelf, id).await {
                Ok((library, found)) => {
                    if let Some(state) = state(&found) {
                        self.known.keep(id, &found, state);
                    }
                    return Ok((library, found.held));
                }
                Err(error) if refusal.code == "S051" => refusal = error,
                Err(_) => {}
            }
        }
        Err(refusal)
    }

    /// The files of a dataset that a table publishes.
    async fn files(&self, shelf: usize, id: Uuid) -> Result<(&Library, Found)> {
        let shelf = self.datasets.shelves.get(shelf);
        let schema = shelf.map(|shelf| shelf.name.clone()).unwrap_or_default();
        let library = self.library(&schema)?;
        Ok((library, Found { schema, held: library.files(id).await? }))
    }

    fn library(&self, schema: &str) -> Result<&Library> {
        let unknown = || {
            let message = "the datastore of this repository is not known to the service";
            let help = "it is known where the service was given the repository's folder, its butler.yaml or its \
                        alias, and not the URL of its database";
            Box::new(Diagnostic::error("S050", message).help(help))
        };
        Ok(self.libraries.get(schema).ok_or_else(unknown)?)
    }
}

async fn nothing() -> Response {
    refuse(&no_identifier())
}

fn no_identifier() -> Diagnostic {
    let error = Diagnostic::error("S051", "that is not the UUID of a dataset");
    error.help("it is /files/{uuid} or /files/{uuid}/{component}")
}

/// An error in a line of text.
fn refuse(error: &Diagnostic) -> Response {
    let text = format!("{}\n", failure::line(error));
    refuse_with(error, "text/plain; charset=utf-8", text.into_bytes())
}
