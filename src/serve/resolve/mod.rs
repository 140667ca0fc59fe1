//! `/resolve`: identifiers both ways.
//!
//! In: `ID`s of any form (publisher and creator DIDs, `butler://label/uuid`, UUIDs), or `dataset_type`, `run` and
//! dimensions of a data ID. Out: JSON with dataset type, data ID, run, collections, storage class, DIDs and a line
//! of Python that gets the dataset from a Butler. The same is `obscore-view resolve` on the command line.

mod asked;
mod document;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

pub use asked::{Asked, MOST};
pub use document::{Document, document, python};

use super::Service;
use super::failure;
use super::http::{identify, refuse_with};
use super::parameters;
use crate::diag::{Diagnostic, Result};

/// Answers a request.
pub(super) async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response {
    match found(&service, request).await {
        Ok(found) => {
            let status = if found.has_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
            let kind = [(header::CONTENT_TYPE, "application/json")];
            match serde_json::to_vec(&found) {
                Ok(body) => (status, kind, body).into_response(),
                Err(error) => refuse(&Diagnostic::error("S030", error.to_string())),
            }
        }
        Err(error) => refuse(&error),
    }
}

async fn found(service: &Arc<Service>, request: Request) -> Result<Document> {
    identify(&service.settings, request.headers())?;
    let parameters = parameters::read(request, &service.weights()).await?;
    let datasets = service.datasets();
    if datasets.shelves.is_empty() {
        return Err(Box::new(
            Diagnostic::error("S026", "identifiers cannot be resolved here")
                .help("the service asks the applied view only, not the registry"),
        ));
    }
    let asked = Asked::read(&parameters, &datasets.shelves)?;
    document(&datasets, &asked).await
}

fn refuse(error: &Diagnostic) -> Response {
    refuse_with(error, "text/plain; charset=utf-8", (failure::text(error) + "\n").into_bytes())
}
