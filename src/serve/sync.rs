//! A query that is answered at once.
//!
//! In: a [`Query`], and the name of the protocol that it came by, for the log and the counters. Out: an answer
//! that begins as soon as there is something of it.

use std::sync::Arc;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::sync::oneshot;

use super::Service;
use super::http::pipe;
use super::query::{Answered, Query};
use crate::diag::{Diagnostic, Result};

/// Runs the query, and answers as soon as there is something of a result, or an error.
///
/// # Errors
/// S031 when no turn comes, and those of the query before its first byte.
pub async fn answer(
    service: &Arc<Service>,
    protocol: &'static str,
    query: Query,
) -> Result<Response> {
    let waiting = Arc::clone(&service.slots).acquire_owned();
    let Ok(Ok(slot)) = tokio::time::timeout(service.settings.limits.queue_time, waiting).await
    else {
        service.metrics.query_ended(protocol, "S031", 0);
        return Err(Diagnostic::error("S031", "as many queries run as can run at a time")
            .help("try again later; an asynchronous job of TAP waits for its turn")
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
            tracing::info!(
                protocol,
                adql = query.adql,
                run_id = query.run_id,
                owner = query.owner,
                "query"
            );
            let ended = query.answered(&task.answer, Box::new(writer)).await;
            note(&task, protocol, &ended);
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
    let whole = async move {
        // A document that an error ended is whole; only where nobody could end it, it is not.
        done.await.is_ok_and(|ended: Result<Answered>| {
            ended.as_ref().err().is_none_or(|error| !["S030", "X001"].contains(&error.code))
        })
    };
    let body = body.into_body(first, whole, cancel);
    Ok(([(header::CONTENT_TYPE, media_type)], body).into_response())
}

fn note(service: &Service, protocol: &'static str, ended: &Result<Answered>) {
    match ended {
        Ok(answered) => {
            service.metrics.query_ended(protocol, "ok", answered.rows);
            tracing::info!(rows = answered.rows, overflow = answered.overflow, "query answered");
        }
        Err(error) => {
            service.metrics.query_ended(protocol, error.code, 0);
            tracing::info!(code = error.code, %error, "query failed");
        }
    }
}
