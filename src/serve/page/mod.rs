//! The page for people, at `/`.
//!
//! In: requests of browsers. Out: a page that says what the service holds, helps to write a query, has it
//! answered by `/tap/sync`, and shows it as other programs take it. It is HTML of forms and links, all
//! made here; a small script of this process only spares the reader the loading of pages. Nothing comes
//! from elsewhere, and the policy in its head forbids it.

mod assets;
mod compose;
mod counts;
mod document;
mod forms;
mod holdings;
mod map;
mod overview;
mod snippets;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Service;
use super::failure;
use super::http::{base_url, identify, refuse_with};
use super::parameters::{self, Parameters};
use crate::diag::{Diagnostic, Result};
use document::Page;
use overview::{Counter, Overview};
pub use snippets::pyvo;

/// How long the page waits for counts before it is sent without them.
const PATIENCE: Duration = Duration::from_millis(300);

/// Only what this service itself has, and no script but its own file.
const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// Media type of the page.
const KIND: &str = "text/html; charset=utf-8";

struct Shown {
    service: Arc<Service>,
    counter: Arc<Counter>,
}

/// The routes of the page.
pub fn routes(service: &Arc<Service>) -> Router {
    let counter = Arc::new(Counter::new(&service.offered.catalog));
    let shown = Shown { service: Arc::clone(service), counter };
    Router::new()
        .route("/", get(show).post(show))
        .with_state(Arc::new(shown))
        .route("/page/{name}", get(assets::asset))
}

async fn show(State(shown): State<Arc<Shown>>, request: Request) -> Response {
    let service = &shown.service;
    let base = base_url(&service.settings, request.headers());
    // The first error is what is said; others may come of it.
    let mut trouble: Option<Box<Diagnostic>> = None;
    let mut refused = |error| {
        trouble.get_or_insert(error);
    };
    // What the repository holds is told to those who may ask it.
    let overview = match identify(&service.settings, request.headers()) {
        Ok(_) => shown.counter.overview(service, PATIENCE).await,
        Err(error) => {
            refused(error);
            Arc::new(Overview::default())
        }
    };
    let given = parameters::read(request, &service.weights()).await.unwrap_or_else(|error| {
        refused(error);
        Parameters::default()
    });
    let query = wanted(service, &given).unwrap_or_else(|error| {
        refused(error);
        String::new()
    });
    let said = trouble.as_deref().map(failure::line);
    let page =
        Page { service, base: &base, overview: &overview, given: &given, query, trouble: said };
    let page = page.write();
    let mut response = match trouble {
        Some(error) => refuse_with(&error, KIND, page.into_bytes()),
        None => ([(header::CONTENT_TYPE, KIND)], page).into_response(),
    };
    let told = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    let told = told.map(|(name, value)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(told);
    response
}

/// The query to show: the one that was sent, an example, one from choices, or the first example.
fn wanted(service: &Service, given: &Parameters) -> Result<String> {
    if let Some(query) = given.single("QUERY")? {
        return Ok(query.to_owned());
    }
    let examples = &service.offered.examples;
    if given.single("COMPOSE")?.is_some() {
        let table = given.single("TABLE")?.unwrap_or("ivoa.ObsCore");
        return compose::compose(&service.offered.catalog, table, given);
    }
    let named = given.single("EXAMPLE")?;
    let example = examples.iter().find(|example| Some(example.id.as_str()) == named);
    Ok(example.or(examples.first()).map(|example| example.query.clone()).unwrap_or_default())
}
