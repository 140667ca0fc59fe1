//! `/sync`: a query, answered at once (TAP 1.1 section 2.1).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::sync::oneshot;

use super::Answered;
use crate::diag::{Diagnostic, Result};
use crate::serve::Service;
use crate::serve::http::{Caller, pipe, refuse_on_page};
use crate::serve::parameters::{self, Parameters};
use crate::serve::query::{self, Query};
use crate::stream::answer::Format;

pub async fn query(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let parameters = parameters::read(request, &service.weights()).await?;
    let page = wants_page(&parameters).then(|| parameters.all("QUERY").collect::<String>());
    answer_to(&service, caller, parameters).await.or_else(|error| match page {
        Some(query) => Ok(refuse_on_page(&error, &query)),
        None => Err(error.into()),
    })
}

/// Whether whoever asks wants to read the answer, and an error as well, in a browser.
fn wants_page(parameters: &Parameters) -> bool {
    let asked = parameters.response_format().ok().flatten();
    asked
        .and_then(|asked| Format::parse(asked).ok())
        .is_some_and(|asked| asked.format == Format::Html)
}

async fn answer_to(
    service: &Arc<Service>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Response> {
    let time = Some(service.settings.limits.sync_time);
    let query = match Query::read(&parameters, &service.offer, caller.0, time).await {
        Ok(query) => query,
        Err(error) => {
            service.metrics.query_ended("sync", error.code, 0);
            return Err(error);
        }
    };
    // Its files live in the query from here on.
    drop(parameters);
    answer(service, query).await
}

/// Runs the query, and answers as soon as there is something of a result, or an error.
async fn answer(service: &Arc<Service>, query: Query) -> Result<Response> {
    let waiting = Arc::clone(&service.slots).acquire_owned();
    let Ok(Ok(slot)) = tokio::time::timeout(service.settings.limits.queue_time, waiting).await
    else {
        service.metrics.query_ended("sync", "S031", 0);
        return Err(Diagnostic::error("S031", "as many queries run as can run at a time")
            .help("try again later, or make an asynchronous job, which waits for its turn")
            .into());
    };
    let media_type = query.format.content_type.clone();
    let cancel = query.cancel.clone();
    // Until there is a body, the client's leaving drops this future.
    let guard = cancel.clone().drop_guard();
    let (writer, mut body) = pipe(service.settings.limits.stall_time);
    let (report, mut done) = oneshot::channel();
    let task = Arc::clone(service);
    let span = tracing::Span::current();
    tokio::spawn(tracing::Instrument::instrument(
        async move {
            let running = task.metrics.query();
            tracing::info!(adql = query.adql, run_id = query.run_id, owner = query.owner, "query");
            let ended = query.answered(&task.answer, Box::new(writer)).await;
            note(&task, &ended);
            drop((running, slot));
            // The client may have left.
            let _ = report.send(ended);
        },
        span,
    ));
    let Some(first) = body.first().await else {
        let lost = |_| Box::new(Diagnostic::error("S030", "the query was lost"));
        (&mut done).await.map_err(lost)??;
        return Ok(([(header::CONTENT_TYPE, media_type)], ()).into_response());
    };
    guard.disarm();
    let (whole, told) = oneshot::channel();
    tokio::spawn(async move {
        // A document that an error ended is whole; only where nobody could end it, it is not.
        let ended = done.await;
        let is_whole = ended.is_ok_and(|ended| {
            ended.as_ref().err().is_none_or(|error| !["S030", "X001"].contains(&error.code))
        });
        let _ = whole.send(is_whole);
    });
    let body = body.into_body(first, told, cancel);
    Ok(([(header::CONTENT_TYPE, media_type)], body).into_response())
}

fn note(service: &Service, ended: &Result<query::Answered>) {
    match ended {
        Ok(answered) => {
            service.metrics.query_ended("sync", "ok", answered.rows);
            tracing::info!(rows = answered.rows, overflow = answered.overflow, "query answered");
        }
        Err(error) => {
            service.metrics.query_ended("sync", error.code, 0);
            tracing::info!(code = error.code, %error, "query failed");
        }
    }
}
