//! SODA 1.0: cutouts.
//!
//! In: `/soda/sync` and `/soda/async` with the identifier of a dataset and shapes on the sky, bands, times,
//! polarizations. Out: the part of the image, made by a back-end ([`crate::cutout`]); 204 where nothing is left.
//! The protocol is here; nothing here looks into a file.

mod capabilities;
mod describe;
mod filter;
mod kitchen;
mod refusal;
mod request;
mod sync;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;

pub use describe::{descriptors, is_cut};
pub use kitchen::Kitchen;
pub use request::{Asked, Part};
pub use work::Cutouts;

use super::Service;
use super::http::{base_url, identify, xml};
use super::jobs::resource;
use crate::diag::Diagnostic;

/// Identifier of the synchronous protocol.
pub const SYNC: &str = "ivo://ivoa.net/std/SODA#sync-1.0";
/// Identifier of the asynchronous protocol.
pub const ASYNC: &str = "ivo://ivoa.net/std/SODA#async-1.0";

/// All routes.
pub(super) fn routes(service: &Arc<Service>) -> Router<Arc<Service>> {
    let Some(kitchen) = &service.kitchen else {
        return Router::new().fallback(off);
    };
    let store = Arc::clone(&kitchen.store);
    let place = middleware::from_fn_with_state((Arc::clone(service), store), place);
    Router::new()
        .merge(resource::routes())
        .layer(place)
        .route("/sync", get(sync::answer).post(sync::answer))
        .route("/capabilities", get(capabilities))
        .route("/availability", get(availability))
        .fallback(nothing)
}

type Placed = (Arc<Service>, Arc<super::jobs::Store>);

/// Lets those in who may ask, and says which jobs are meant.
async fn place(
    State((service, store)): State<Placed>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match identify(&service.settings, request.headers()) {
        Ok(caller) => caller,
        Err(error) => return refusal::refuse(&error),
    };
    let url = format!("{}/soda/async", base_url(&service.settings, request.headers()));
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(resource::Jobs { store, url, errors_are_text: true });
    refusal::reword(next.run(request).await)
}

async fn capabilities(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let base = format!("{}/soda", base_url(&service.settings, &headers));
    xml(capabilities::document(&base, service.security().as_deref()))
}

async fn availability(State(service): State<Arc<Service>>) -> Response {
    xml(service.availability().await)
}

async fn off() -> Response {
    let error = Diagnostic::error("S070", "this service makes no cutouts");
    refusal::refuse(&error)
}

async fn nothing() -> Response {
    let error = Diagnostic::error("S020", "there is nothing of that name");
    refusal::refuse(&error.help("/soda/sync and /soda/async take cutouts"))
}
