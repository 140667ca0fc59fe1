//! What the service says of itself; open to everybody.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::Base;
use crate::diag::Diagnostic;
use crate::serve::Service;
use crate::serve::http::{Answered, xml};
use crate::serve::parameters::from_query;
use crate::serve::vosi::{self, Detail};

type Shared = State<Arc<Service>>;

pub async fn capabilities(State(service): Shared, Extension(base): Extension<Base>) -> Response {
    xml(vosi::capabilities(&service.capabilities(&base.0)))
}

pub async fn availability(State(service): Shared) -> Response {
    xml(service.availability().await)
}

pub async fn tables(
    State(service): Shared,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answered {
    let parameters = from_query(&query.unwrap_or_default());
    let detail = match parameters.single("DETAIL")? {
        None => Detail::Max,
        Some(detail) if detail.eq_ignore_ascii_case("max") => Detail::Max,
        Some(detail) if detail.eq_ignore_ascii_case("min") => Detail::Min,
        Some(other) => {
            let error = Diagnostic::error("S011", format!("detail cannot be `{other}`"));
            return Err(Box::new(error.help("possible: min, max")).into());
        }
    };
    let catalog = &service.offered.catalog;
    if is_astroquery(&headers) {
        // What ESA's archives call DETAIL=min, and a choice of tables.
        let bare = parameters.single("ONLY_TABLES")?.is_some_and(|only| only == "true");
        let detail = if bare { Detail::Min } else { detail };
        let only: Vec<&str> = parameters.all("TABLES").flat_map(|names| names.split(',')).collect();
        return Ok(xml(vosi::tables_for_astroquery(catalog, detail, &only)));
    }
    Ok(xml(vosi::tables(catalog, detail)))
}

/// Whether it is astroquery that asks: the standard client of Python without a word of its own.
fn is_astroquery(headers: &HeaderMap) -> bool {
    let plain = headers.get(header::ACCEPT_ENCODING).is_some_and(|accepted| accepted == "identity");
    plain && !headers.contains_key(header::USER_AGENT) && !headers.contains_key(header::ACCEPT)
}

pub async fn table(State(service): Shared, Path(name): Path<String>) -> Answered {
    let document = vosi::table(&service.offered.catalog, &name);
    let missing = || Box::new(Diagnostic::error("S020", format!("there is no table `{name}`")));
    Ok(xml(document.ok_or_else(missing)?))
}

pub async fn examples(State(service): Shared) -> Answered {
    if service.offered.examples.is_empty() {
        return Err(Box::new(Diagnostic::error("S020", "there are no examples")).into());
    }
    let title = format!("{}: examples", service.offered.title);
    let page = vosi::examples(&title, &service.offered.examples);
    Ok(([(header::CONTENT_TYPE, "application/xhtml+xml; charset=utf-8")], page).into_response())
}
