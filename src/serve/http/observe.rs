//! Every request gets an identifier, a line in the log, and its counters.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use super::Metrics;

/// The identifier of a request: that which its client or a proxy gave, or a new one.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

const NAME: &str = "x-request-id";
/// As IVOA's note on software identifiers (SoftID) has it.
const SERVER: &str = concat!("obscore-view/", env!("CARGO_PKG_VERSION"), " (IVOA-service)");

/// The middleware.
pub async fn observe(State(metrics): State<Metrics>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request.headers().get(NAME).and_then(|id| id.to_str().ok());
    let legal = |c: u8| c.is_ascii_alphanumeric() || b"-_.".contains(&c);
    let id = match id.filter(|id| (1..=64).contains(&id.len()) && id.bytes().all(legal)) {
        Some(id) => id.to_owned(),
        None => Uuid::new_v4().simple().to_string(),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>();
    // Paths that lead nowhere must not fill the memory.
    let route = route.map_or("none".to_owned(), |route| route.as_str().to_owned());
    let span = tracing::info_span!("request", id, %method, path);
    metrics.begin();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, time) = (response.status().as_u16(), began.elapsed());
    metrics.answered(method.as_str(), &route, status, time);
    let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status, milliseconds, "answered"));
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(NAME, id);
    }
    headers.insert(header::SERVER, HeaderValue::from_static(SERVER));
    response
}
