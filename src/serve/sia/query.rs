//! `/sia/query`: a query, answered at once.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::describe::{STANDARD, descriptor};
use super::values::Values;
use super::{Target, conditions};
use crate::adql;
use crate::diag::Result;
use crate::serve::http::identify;
use crate::serve::parameters::{self, Parameters, from_query};
use crate::serve::query::{Query, Reading, Remarks};
use crate::serve::sync;
use crate::stream::answer::Format;
use crate::votable::Info;

/// What is counted and logged as the protocol.
const PROTOCOL: &str = "sia";

/// Answers a request about a table.
pub async fn answer(target: &Target<'_>, request: Request) -> Response {
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let service = target.service;
    // Who may not ask is told so before anything is read.
    let caller = match identify(&service.settings, &headers) {
        Ok(caller) => caller,
        Err(error) => return super::refuse(&error, &from_query(uri.query().unwrap_or_default())),
    };
    let mut parameters = Parameters::default();
    let limits = service.weights().of_lists();
    if let Err(error) = parameters::read_into(request, &limits, &mut parameters).await {
        service.metrics.query_ended(PROTOCOL, error.code, 0);
        return super::refuse(&error, &parameters);
    }
    let answered = match read(target, &parameters, caller.0, &headers, &uri).await {
        Ok(query) => sync::answer(service, PROTOCOL, query).await,
        Err(error) => {
            service.metrics.query_ended(PROTOCOL, error.code, 0);
            Err(error)
        }
    };
    answered.unwrap_or_else(|error| super::refuse(&error, &parameters))
}

async fn read(
    target: &Target<'_>,
    parameters: &Parameters,
    owner: Option<String>,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Query> {
    let Target { service, schema, table, .. } = target;
    let format = Format::parse(parameters.single("RESPONSEFORMAT")?.unwrap_or_default())?;
    let maxrec = service.offer.maxrec(parameters)?;
    let run_id = parameters.run_id()?.map(str::to_owned);
    let tree = conditions::query(parameters, (schema, table), service.settings.sia)?;
    // Only a VOTable tells what could be asked for.
    let described = maxrec == Some(0) && matches!(format.format, Format::VoTable { .. });
    let values = match described {
        true => service.sia.values(service, schema, table).await,
        false => Values::default(),
    };
    let url = target.url(headers, "/query");
    let asked = match uri.query() {
        Some(query) if !query.is_empty() => format!("{url}?{query}"),
        _ => url.clone(),
    };
    let remarks = Remarks {
        infos: vec![
            Info::new("service_protocol", STANDARD, "Protocol of the service"),
            Info::new("request", asked, "URL of the request"),
        ],
        resource_infos: vec![Info::new("standardID", STANDARD, "")],
        services: vec![descriptor(&url, &values)],
        links: service.links(headers),
    };
    Ok(Query {
        adql: adql::format(&tree).trim_end().to_owned(),
        reading: Reading::Of(Arc::new(tree)),
        remarks,
        maxrec,
        format,
        uploads: Vec::new(),
        run_id,
        owner,
        deadline: Instant::now().checked_add(service.settings.limits.sync_time),
        cancel: CancellationToken::new(),
    })
}

impl Target<'_> {
    /// The URL of something of it, as the client sees it.
    pub fn url(&self, headers: &HeaderMap, path: &str) -> String {
        let base = crate::serve::http::base_url(&self.service.settings, headers);
        format!("{base}{}{path}", self.path)
    }
}
