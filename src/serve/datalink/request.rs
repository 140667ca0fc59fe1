//! A request for links.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::compose::{Composer, Known};
use super::link::{Access, Link, Target, fields};
use super::urls::Urls;
use super::{CONTENT_TYPE, STANDARD, itself};
use crate::artifacts::Library;
use crate::diag::{Diagnostic, Result};
use crate::serve::Service;
use crate::serve::datasets::{Dataset, Datasets, Found, Wanted};
use crate::serve::failure;
use crate::serve::http::{base_url, identify};
use crate::serve::parameters::{self, Parameters};
use crate::serve::soda::Kitchen;
use crate::votable::{Descriptor, Document, Info, Serialization, Version, Writer, error_document};

/// What is counted and logged as the protocol.
const PROTOCOL: &str = "datalink";

/// Answers a request.
pub async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response {
    let base = base_url(&service.settings, request.headers());
    let answered = links(&service, Urls { base }, request).await;
    let ending = answered.as_ref().err().map_or("ok", |error| error.code);
    let rows = answered.as_ref().map_or(0, |(rows, _)| *rows);
    service.metrics.query_ended(PROTOCOL, ending, rows);
    match answered {
        Ok((_, (kind, body))) => ([(header::CONTENT_TYPE, kind)], body).into_response(),
        Err(error) => refuse(&error),
    }
}

/// Rows, media type and bytes of a document.
type Answered = (u64, (&'static str, Vec<u8>));

async fn links(service: &Arc<Service>, urls: Urls, request: Request) -> Result<Answered> {
    identify(&service.settings, request.headers())?;
    let parameters = parameters::read(request, &service.weights().of_lists()).await?;
    let kind = response_format(&parameters)?;
    let datasets = service.datasets();
    if datasets.shelves.is_empty() {
        return Err(Box::new(
            Diagnostic::error("S026", "there are no links here")
                .help("the service asks the applied view only, not the registry"),
        ));
    }
    let most = service.settings.datalink.ids;
    // Once each: a client may have sent the identifiers of many rows, several of one dataset.
    let mut known = HashSet::new();
    let mut wanted: Vec<Wanted> =
        parameters.all("ID").filter(|id| known.insert(*id)).map(Wanted::new).collect();
    let overflow = wanted.len() > most;
    wanted.truncate(most);
    let found = datasets.find(&wanted).await?;
    let mut services = Vec::new();
    let rows = rows(service, &datasets, &urls, &found, &mut services).await?;
    let count = rows.len() as u64;
    let access = Access { needs_identity: !service.settings.anonymous };
    let body = written(&rows, access, (itself(&urls), services), overflow);
    let body = body.map_err(|error| Diagnostic::error("S030", error.to_string()))?;
    Ok((count, (kind, body)))
}

async fn rows(
    service: &Service,
    datasets: &Datasets,
    urls: &Urls,
    found: &[Found],
    services: &mut Vec<Descriptor>,
) -> Result<Vec<Link>> {
    let settings = &service.settings.datalink;
    let searched = searched(service, datasets, found).await?;
    let mut looks = Vec::new();
    for one in found {
        for dataset in &one.datasets {
            let library = datasets.shelves.get(dataset.shelf).and_then(|shelf| {
                service.offered.libraries.as_ref()?.get(&shelf.name).map(AsRef::as_ref)
            });
            let most = settings.related;
            looks.push(known(datasets, library, dataset, most, &searched).boxed());
        }
    }
    let known: Vec<Known> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
    let mut known = known.iter();
    let mut links = Vec::new();
    for one in found {
        if one.datasets.is_empty() {
            let why = "NotFoundFault: no published dataset has this identifier".to_owned();
            links.push(Link::new(&one.text, "#this", Target::Nothing(why)));
        }
        for (dataset, known) in one.datasets.iter().zip(known.by_ref()) {
            let Some(shelf) = datasets.shelves.get(dataset.shelf) else { continue };
            let gives_files = service.gives_files(&shelf.name);
            let kitchen = service.kitchen.as_ref().filter(|_| gives_files);
            let cuts = kitchen.map_or(0, Kitchen::most_files);
            let composer = Composer { urls, declared: &settings.services, gives_files, cuts };
            links.extend(composer.links(&one.text, dataset, shelf, known, services));
        }
    }
    Ok(links)
}

/// Datasets that are looked into at the same time.
const AT_ONCE: usize = 4;

/// The collections that each table searches, where links need them.
async fn searched(
    service: &Service,
    datasets: &Datasets,
    found: &[Found],
) -> Result<Vec<Vec<String>>> {
    let mut searched = Vec::new();
    for (at, shelf) in datasets.shelves.iter().enumerate() {
        let is_asked = found.iter().flat_map(|one| &one.datasets).any(|one| one.shelf == at);
        let is_wanted = service.settings.datalink.related > 0 && !shelf.calibrations.is_empty();
        searched.push(match is_asked && is_wanted {
            true => datasets.searched(shelf).await?,
            false => Vec::new(),
        });
    }
    Ok(searched)
}

/// What is known of a dataset with the files that are given, and with at most `most` related ones of a type.
async fn known(
    datasets: &Datasets,
    library: Option<&Library>,
    dataset: &Dataset,
    most: u64,
    searched: &[Vec<String>],
) -> Result<Known> {
    let mut known = Known::default();
    if most > 0 {
        known.related = datasets.related(dataset, most).await?;
        let searched = searched.get(dataset.shelf).map_or(&[][..], Vec::as_slice);
        known.calibrations = datasets.calibrations(dataset, searched).await?;
    }
    let related = known.related.some.iter().map(|related| related.dataset.id);
    let calibrations = known.calibrations.iter().map(|one| one.id);
    let ids: Vec<_> = [dataset.id].into_iter().chain(related).chain(calibrations).collect();
    for file in datasets.files(dataset.shelf, &ids).await? {
        let Some(library) = library else { continue };
        // Files of the dataset itself are looked at, others may be many.
        let given = match file.dataset == dataset.id {
            true => library.gives(&file.path).await,
            false => library.may_give(&file.path),
        };
        match given {
            Ok(()) => known.files.push(file),
            Err(why) if file.dataset == dataset.id => known.refused = Some(why),
            Err(_) => {}
        }
    }
    Ok(known)
}

fn written(
    rows: &[Link],
    access: Access,
    (itself, services): (Descriptor, Vec<Descriptor>),
    overflow: bool,
) -> std::io::Result<Vec<u8>> {
    let document = Document {
        version: Version::V1_4,
        resource_infos: vec![Info::new("standardID", STANDARD, "")],
        fields: fields(rows.iter().all(|row| row.id.is_ascii())),
        services,
        itself: Some(itself),
        ..Document::default()
    };
    let mut writer = Writer::begin(Vec::new(), &document, Serialization::TableData)?;
    for row in rows {
        writer.row(row.cells(access))?;
    }
    let more = Info::new("QUERY_STATUS", "OVERFLOW", "more identifiers than are taken at a time");
    writer.end(overflow.then_some(&more))
}

/// The media type of the answer: a links document is a VOTable, whatever it is called.
fn response_format(parameters: &Parameters) -> Result<&'static str> {
    let asked = parameters.single("RESPONSEFORMAT")?.unwrap_or_default();
    let bare = asked.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match bare.as_str() {
        "" | "votable" | "application/x-votable+xml" => Ok(CONTENT_TYPE),
        "text/xml" => Ok("text/xml"),
        _ => {
            let message = format!("links cannot be had as `{asked}`");
            let error = Diagnostic::error("S019", message);
            Err(Box::new(error.help("possible: votable, application/x-votable+xml, text/xml")))
        }
    }
}

/// The error document, with a word for the kind of the error (DataLink 1.1 section 3.4).
pub(super) fn refuse(error: &Diagnostic) -> Response {
    let status = failure::status(error.code);
    let fault = match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => "TransientFault",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "DefaultFault",
        StatusCode::NOT_FOUND => "NotFoundFault",
        status if status.is_client_error() => "UsageFault",
        _ => "FatalFault",
    };
    let text = format!("{fault}: {}", failure::line(error));
    let nothing = Document { version: Version::V1_4, ..Document::default() };
    let body = error_document(Vec::new(), &nothing, &text).unwrap_or_default();
    crate::serve::http::refuse_with(error, CONTENT_TYPE, body)
}
