//! The parts of a job, each at a URL of its own (UWS 1.1 section 2.2.2).

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::job::url;
use super::{Answered, Base};
use crate::diag::{Diagnostic, Result};
use crate::objects::Object;
use crate::serve::Service;
use crate::serve::failure;
use crate::serve::http::{Caller, text, xml};
use crate::serve::jobs::Asked;
use crate::serve::uws::{self, Instant, Job};

type Shared = State<Arc<Service>>;

async fn job(service: &Service, caller: &Caller, id: &str) -> Result<Job> {
    service.store.get(id, caller.name()).await
}

pub async fn phase(
    State(service): Shared,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answered {
    Ok(text(job(&service, &caller, &id).await?.phase.name()))
}

pub async fn duration(
    State(service): Shared,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answered {
    Ok(text(job(&service, &caller, &id).await?.duration.to_string()))
}

pub async fn destruction(
    State(service): Shared,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answered {
    Ok(instant(job(&service, &caller, &id).await?.destruction))
}

pub async fn quote(
    State(service): Shared,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answered {
    Ok(instant(job(&service, &caller, &id).await?.quote))
}

pub async fn owner(
    State(service): Shared,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answered {
    Ok(text(job(&service, &caller, &id).await?.owner.unwrap_or_default()))
}

/// The error document: an answer like any other, so its status is 200.
pub async fn error(
    State(service): Shared,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answered {
    let job = job(&service, &caller, &id).await?;
    let missing = || {
        let message = format!("the job is {} and has no error", job.phase);
        Box::new(Diagnostic::error("S020", message))
    };
    let error = job.error.as_ref().ok_or_else(missing)?;
    let kind = [(header::CONTENT_TYPE, "application/x-votable+xml")];
    Ok((kind, failure::document(&error.detail)).into_response())
}

pub async fn parameters(
    State(service): Shared,
    Extension(base): Extension<Base>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answered {
    let job = job(&service, &caller, &id).await?;
    Ok(xml(uws::parameters(&job.parameters, &url(&base, &id))))
}

/// A part that was uploaded, or the text of another parameter.
pub async fn parameter(
    State(service): Shared,
    Extension(caller): Extension<Caller>,
    Path((id, name)): Path<(String, String)>,
) -> Answered {
    match service.store.parameter(&id, &name, caller.name()).await? {
        Asked::Text(value) => Ok(text(value)),
        Asked::File(object, kind) => {
            let mut response = file(object, &kind.unwrap_or_default());
            // What somebody uploaded must not become a page of this service.
            let attached = HeaderValue::from_static("attachment");
            response.headers_mut().insert(header::CONTENT_DISPOSITION, attached);
            Ok(response)
        }
    }
}

pub async fn results(
    State(service): Shared,
    Extension(base): Extension<Base>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answered {
    let job = job(&service, &caller, &id).await?;
    Ok(xml(uws::results(&job, &url(&base, &id))))
}

pub async fn result(
    State(service): Shared,
    Extension(caller): Extension<Caller>,
    Path((id, name)): Path<(String, String)>,
) -> Answered {
    let (object, media_type) = service.store.result(&id, &name, caller.name()).await?;
    Ok(file(object, &media_type))
}

fn instant(instant: Option<Instant>) -> Response {
    text(instant.map(|instant| instant.to_string()).unwrap_or_default())
}

/// A file, piece by piece.
fn file(object: Object, media_type: &str) -> Response {
    let mut response = Body::from_stream(object.pieces).into_response();
    let fallback = HeaderValue::from_static("application/octet-stream");
    let kind = Some(media_type).filter(|kind| !kind.is_empty());
    let kind = kind.and_then(|kind| HeaderValue::from_str(kind).ok()).unwrap_or(fallback);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(object.size));
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}
