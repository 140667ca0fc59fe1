//! `/sync`: a query, answered at once (TAP 1.1 section 2.1).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use crate::diag::Result;
use crate::serve::Service;
use crate::serve::datalink::Urls;
use crate::serve::http::{Answered, Caller, refuse_on_page};
use crate::serve::parameters::{self, Parameters};
use crate::serve::query::Query;
use crate::serve::sync;
use crate::stream::answer::Format;

pub async fn query(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let links = service.links(request.headers());
    let parameters = parameters::read(request, &service.weights()).await?;
    let page = wants_page(&parameters).then(|| parameters.all("QUERY").collect::<String>());
    answer_to(&service, caller, links, parameters).await.or_else(|error| match page {
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
    links: Option<Urls>,
    parameters: Parameters,
) -> Result<Response> {
    let time = Some(service.settings.limits.sync_time);
    let mut query = match Query::read(&parameters, &service.offer, caller.0, time).await {
        Ok(query) => query,
        Err(error) => {
            service.metrics.query_ended("sync", error.code, 0);
            return Err(error);
        }
    };
    query.remarks.links = links;
    // Its files live in the query from here on.
    drop(parameters);
    sync::answer(service, "sync", query).await
}
