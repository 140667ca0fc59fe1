//! The layers around all routes.

use std::sync::LazyLock;

use axum::extract::DefaultBodyLimit;
use axum::http::{
    Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header,
};
use axum::response::Response;
use axum::{Router, middleware};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::{Metrics, observe, refuse};
use crate::diag::Diagnostic;
use crate::serve::settings::Settings;
use crate::stream::answer::STYLE;

/// More than the parameters and uploads themselves: boundaries and heads of parts.
const ENVELOPE: u64 = 1 << 20;

/// The routes with everything that all of them have.
pub fn wrap(routes: Router, settings: &Settings, metrics: Metrics) -> Router {
    let limits = &settings.limits;
    let largest = limits.upload_bytes.saturating_add(limits.query_bytes).saturating_add(ENVELOPE);
    let packed = NotForContentType::const_new("application/vnd.apache.parquet");
    // Files are given as they are: their ranges and entity tags are those of the bytes on disk. Cutouts have none.
    let is_made = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        !headers.contains_key(header::ACCEPT_RANGES)
    };
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(packed).and(is_made));
    routes
        .layer(DefaultBodyLimit::max(usize::try_from(largest).unwrap_or(usize::MAX)))
        .layer(RequestBodyTimeoutLayer::new(limits.stall_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(compression)
        .layer(cors(&settings.cors))
        .layer(middleware::map_response(guard))
        .layer(middleware::from_fn_with_state(metrics, observe))
}

/// Whatever data says, browsers take an answer for what it is, and run nothing in a page of rows.
async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if kind.starts_with(b"text/html") && !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    }
    response
}

/// For pages of rows: nothing but the style that they come with.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

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
            header::ACCEPT_RANGES,
            header::CONTENT_RANGE,
            header::ETAG,
            header::LOCATION,
            header::CONTENT_DISPOSITION,
            header::RETRY_AFTER,
            HeaderName::from_static("x-request-id"),
        ])
}
