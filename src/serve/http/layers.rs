//! The layers around all routes.

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use axum::{Router, middleware};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::{Metrics, observe, refuse};
use crate::diag::Diagnostic;
use crate::serve::settings::Settings;

/// More than the parameters and uploads themselves: boundaries and heads of parts.
const ENVELOPE: u64 = 1 << 20;

/// The routes with everything that all of them have.
pub fn wrap(routes: Router, settings: &Settings, metrics: Metrics) -> Router {
    let limits = &settings.limits;
    let largest = limits.upload_bytes.saturating_add(limits.query_bytes).saturating_add(ENVELOPE);
    let packed = NotForContentType::const_new("application/vnd.apache.parquet");
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(packed));
    routes
        .layer(DefaultBodyLimit::max(usize::try_from(largest).unwrap_or(usize::MAX)))
        .layer(RequestBodyTimeoutLayer::new(limits.stall_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(compression)
        .layer(cors(&settings.cors))
        .layer(middleware::from_fn_with_state(metrics, observe))
}

#[expect(clippy::needless_pass_by_value, reason = "as the layer calls it")]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    refuse(&Diagnostic::error("S030", format!("a panic: {}", text.unwrap_or("of unknown kind"))))
}

fn cors(origins: &[String]) -> CorsLayer {
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            header::LOCATION,
            header::CONTENT_DISPOSITION,
            header::RETRY_AFTER,
            HeaderName::from_static("x-request-id"),
        ])
}
