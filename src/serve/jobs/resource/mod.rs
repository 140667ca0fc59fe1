//! Jobs over HTTP (UWS 1.1 section 2.2, DALI 1.1 section 2.1).
//!
//! In: requests below `/async` of a protocol, and the store that has its jobs. Out: lists of jobs, jobs, their
//! parts and results. Which store it is, and where the client sees it, is put into each request by the protocol
//! ([`Jobs`]); what a job does is its business.

mod job;
mod list;
mod part;
mod request;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::serve::Service;
use crate::serve::http::Answered;
use crate::serve::jobs::Store;

/// The jobs of a protocol, as a request finds them.
#[derive(Debug, Clone)]
pub struct Jobs {
    /// Where they are kept.
    pub store: Arc<Store>,
    /// Where the client sees the list of them.
    pub url: String,
    /// Whether errors of jobs are lines of text; else they are VOTables.
    pub errors_are_text: bool,
}

/// The routes of jobs, below `/async`.
pub fn routes() -> Router<Arc<Service>> {
    let jobs = Router::new()
        .route("/", get(list::list).post(list::create))
        .route("/{id}", get(job::show).post(job::act).delete(job::delete))
        .route("/{id}/phase", get(part::phase).post(job::set_phase))
        .route("/{id}/executionduration", get(part::duration).post(job::set_duration))
        .route("/{id}/destruction", get(part::destruction).post(job::set_destruction))
        .route("/{id}/quote", get(part::quote))
        .route("/{id}/owner", get(part::owner))
        .route("/{id}/error", get(part::error))
        .route("/{id}/parameters", get(part::parameters).post(job::add_parameters))
        .route("/{id}/parameters/{name}", get(part::parameter))
        .route("/{id}/results", get(part::results))
        .route("/{id}/results/{name}", get(part::result));
    // With and without a slash at its end.
    Router::new().route("/async/", get(list::list).post(list::create)).nest("/async", jobs)
}
