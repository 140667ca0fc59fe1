//! The resources of TAP 1.1.
//!
//! In: requests below `/tap`. Out: answers of `/sync`, jobs of `/async`, the documents of VOSI, and
//! examples. Meaning is elsewhere; here are paths, methods and status codes.

mod sync;
mod vosi;
mod work;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

pub use work::Queries;

use super::Service;
use super::http::{Answered, Refusal, base_url, identify};
use super::jobs::resource;
use crate::diag::Diagnostic;

/// Where the client sees the TAP service.
#[derive(Debug, Clone)]
struct Base(String);

/// All routes; those of queries and jobs are for those who may ask.
pub(super) fn routes(service: &Arc<Service>) -> Router<Arc<Service>> {
    let asked = Router::new()
        .route("/sync", get(sync::query).post(sync::query))
        .merge(resource::routes())
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
    let (store, url) = (Arc::clone(&service.store), format!("{base}/async"));
    request.extensions_mut().insert(resource::Jobs { store, url, errors_are_text: false });
    request.extensions_mut().insert(Base(base));
    next.run(request).await
}

async fn nothing(Extension(base): Extension<Base>, _: HeaderMap) -> Refusal {
    let error = Diagnostic::error("S020", "there is nothing of that name");
    Refusal(Box::new(error.help(format!("{}/capabilities says what there is", base.0))))
}
