//! Simple Image Access 2.0.
//!
//! In: requests below `/sia`. Out: rows of an ObsCore table, errors as the protocol wants them, and the documents
//! of VOSI. A request becomes the tree of an ADQL query, which goes the way of TAP's: the planner, the formats
//! and the limits are the same. `/sia` is about the first ObsCore table, `/sia/SCHEMA` about that of a schema.

mod conditions;
mod describe;
mod given;
mod interval;
pub mod names;
mod position;
mod query;
mod refusal;
#[cfg(test)]
mod tests;
mod values;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

pub use conditions::query as tree;
pub use describe::STANDARD;
pub use interval::{Interval, number};
pub use position::Shape;
use refusal::refuse;
pub use values::Known;

use super::Service;
use super::http::xml;
use super::parameters::{Parameters, from_query};
use super::vosi;
use crate::catalog::{Schema, Table};
use crate::diag::{Diagnostic, Result};

/// Name of the tables that are asked.
const TABLE: &str = "ObsCore";

/// A table that is asked, and where.
pub struct Target<'a> {
    service: &'a Arc<Service>,
    schema: &'a Schema,
    table: &'a Table,
    /// Its path in the service.
    path: String,
}

/// The name of a schema in a path.
type Named = Option<Path<String>>;

/// All routes.
pub(super) fn routes() -> Router<Arc<Service>> {
    let all = |before: &str| {
        Router::new()
            .route(&format!("{before}/query"), get(ask).post(ask))
            .route(&format!("{before}/capabilities"), get(capabilities))
            .route(&format!("{before}/availability"), get(availability))
    };
    // Clients that are given the base URL may ask there.
    let base = Router::new().route("/", get(ask).post(ask));
    base.merge(all("")).merge(all("/{schema}")).fallback(nothing)
}

/// The ObsCore tables of a service, the first of which is asked where none is named.
pub fn tables(service: &Service) -> impl Iterator<Item = (&Schema, &Table)> {
    service.offered.catalog.tables().filter(|(_, table)| table.name.eq_ignore_ascii_case(TABLE))
}

fn target<'a>(service: &'a Arc<Service>, named: &Named) -> Result<Target<'a>> {
    let wanted = |schema: &Schema| {
        named.as_ref().is_none_or(|Path(name)| schema.name.eq_ignore_ascii_case(name))
    };
    let found = tables(service).find(|(schema, _)| wanted(schema));
    let Some((schema, table)) = found else {
        let names: Vec<&str> = tables(service).map(|(schema, _)| schema.name.as_str()).collect();
        let error = Diagnostic::error("S020", "there is no ObsCore table of that schema");
        return Err(Box::new(error.help(format!("possible: {}", names.join(", ")))));
    };
    let path = match named {
        Some(_) => format!("/sia/{}", schema.name),
        None => "/sia".to_owned(),
    };
    Ok(Target { service, schema, table, path })
}

async fn ask(State(service): State<Arc<Service>>, named: Named, request: Request) -> Response {
    match target(&service, &named) {
        Ok(target) => query::answer(&target, request).await,
        Err(error) => refuse(&error, &from_query(request.uri().query().unwrap_or_default())),
    }
}

async fn capabilities(
    State(service): State<Arc<Service>>,
    named: Named,
    headers: HeaderMap,
) -> Response {
    match target(&service, &named) {
        Ok(target) => {
            let security = service.security();
            xml(vosi::plain_capabilities(
                &target.url(&headers, ""),
                &[
                    (STANDARD, "2.0", "/query", security.as_deref()),
                    // VOSI documents are read without a name, whatever the queries need.
                    ("ivo://ivoa.net/std/VOSI#capabilities", "1.0", "/capabilities", None),
                    ("ivo://ivoa.net/std/VOSI#availability", "1.0", "/availability", None),
                ],
            ))
        }
        Err(error) => refuse(&error, &Parameters::default()),
    }
}

async fn availability(State(service): State<Arc<Service>>, named: Named) -> Response {
    match target(&service, &named) {
        Ok(_) => xml(service.availability().await),
        Err(error) => refuse(&error, &Parameters::default()),
    }
}

async fn nothing() -> Response {
    let error = Diagnostic::error("S020", "there is nothing of that name");
    refuse(
        &error.help("/sia/query takes queries, /sia/capabilities says what there is"),
        &Parameters::default(),
    )
}
