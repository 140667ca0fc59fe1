//! The resources of TAP 1.1.
//!
//! In: requests below `/tap`. Out: answers of `/sync`, jobs of `/async`, the documents of VOSI, and
//! examples. Meaning is elsewhere; here are paths, methods and status codes.

mod job;
mod job_list;
mod job_part;
mod job_request;
mod sync;
mod vosi;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use super::Service;
use super::http::{base_url, identify, refuse};
use crate::diag::Diagnostic;

/// A diagnostic as the answer.
struct Refusal(Box<Diagnostic>);

impl From<Box<Diagnostic>> for Refusal {
    fn from(error: Box<Diagnostic>) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        refuse(&self.0)
    }
}

type Answered<T = Response> = Result<T, Refusal>;

/// Where the client sees the TAP service.
#[derive(Debug, Clone)]
struct Base(String);

/// All routes; those of queries and jobs are for those who may ask.
pub(super) fn routes(service: &Arc<Service>) -> Router<Arc<Service>> {
    let jobs = Router::new()
        .route("/", get(job_list::list).post(job_list::create))
        .route("/{id}", get(job::show).post(job::act).delete(job::delete))
        .route("/{id}/phase", get(job_part::phase).post(job::set_phase))
        .route("/{id}/executionduration", get(job_part::duration).post(job::set_duration))
        .route("/{id}/destruction", get(job_part::destruction).post(job::set_destruction))
        .route("/{id}/quote", get(job_part::quote))
        .route("/{id}/owner", get(job_part::owner))
        .route("/{id}/error", get(job_part::error))
        .route("/{id}/parameters", get(job_part::parameters).post(job::add_parameters))
        .route("/{id}/parameters/{name}", get(job_part::parameter))
        .route("/{id}/results", get(job_part::results))
        .route("/{id}/results/{name}", get(job_part::result));
    let list = get(job_list::list).post(job_list::create);
    let asked = Router::new()
        .route("/sync", get(sync::query).post(sync::query))
        // With and without a slash at its end.
        .route("/async/", list)
        .nest("/async", jobs)
        .route_layer(middleware::from_fn_with_state(Arc::clone(service), admit));
    Router::new()
        .merge(asked)
        .route("/capabilities", get(vosi::capabilities))
        .route("/availability", get(vosi::availability))
        .route("/tables", get(vosi::tables))
        .route("/tables/{name}", get(vosi::table))
        .route("/examples", get(vosi::examples))
        .fallback(nothing)
        .layer(middleware::from_fn_with_state(Arc::clone(service), place))
}

async fn admit(State(service): State<Arc<Service>>, mut request: Request, next: Next) -> Answered {
    let caller = identify(&service.settings, request.headers())?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

async fn place(State(service): State<Arc<Service>>, mut request: Request, next: Next) -> Response {
    let base = format!("{}/tap", base_url(&service.settings, request.headers()));
    request.extensions_mut().insert(Base(base));
    next.run(request).await
}

async fn nothing(Extension(base): Extension<Base>, _: HeaderMap) -> Refusal {
    let error = Diagnostic::error("S020", "there is nothing of that name");
    Refusal(Box::new(error.help(format!("{}/capabilities says what there is", base.0))))
}
