//! `/soda/sync`: a cutout, answered at once.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::io::AsyncReadExt;

use super::kitchen::{Dish, Served};
use super::{Asked, refusal};
use crate::diag::{Diagnostic, Result};
use crate::serve::Service;
use crate::serve::datalink::Urls;
use crate::serve::http::{base_url, identify, see_other};
use crate::serve::parameters;

/// What is counted and logged as the protocol.
const PROTOCOL: &str = "soda";
/// Bytes of a piece.
const PIECE: usize = 256 << 10;

/// Answers a request.
pub async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let answered = cut(&service, &headers, request).await;
    let ending = answered.as_ref().err().map_or("ok", |error| error.code);
    service.metrics.query_ended(PROTOCOL, ending, u64::from(answered.is_ok()));
    answered.unwrap_or_else(|error| refusal::refuse(&error))
}

async fn cut(service: &Arc<Service>, headers: &HeaderMap, request: Request) -> Result<Response> {
    identify(&service.settings, headers)?;
    let parameters = parameters::read(request, &service.weights()).await?;
    let part = Asked::read(&parameters)?.part()?;
    let kitchen = service.kitchen.as_ref();
    let kitchen =
        kitchen.ok_or_else(|| Diagnostic::error("S060", "this service makes no cutouts"))?;
    let time = Some(service.settings.limits.sync_time);
    match kitchen.serve(service, &part, time).await? {
        Served::Dish(dish) => file(dish).await,
        Served::Nothing => Ok(StatusCode::NO_CONTENT.into_response()),
        Served::Whole(dataset) => {
            let base = base_url(&service.settings, headers);
            Ok(see_other(&Urls { base }.file(dataset.id, None)))
        }
    }
}

async fn file(dish: Dish) -> Result<Response> {
    let lost = |error: std::io::Error| {
        Box::new(Diagnostic::error("S030", format!("the cutout cannot be read: {error}")))
    };
    let file = tokio::fs::File::open(&dish.path).await.map_err(lost)?;
    let size = file.metadata().await.map_err(lost)?.len();
    let kind = HeaderValue::from_str(&dish.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    // The name is made of a dataset type and a UUID; what no header can have is left out.
    let plain = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
    let name: String = dish.name.chars().filter(plain).collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    // The file goes when its last piece has been read, or when the client leaves.
    let pieces = stream::try_unfold((file, dish), |(mut file, dish)| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let count = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
        Ok::<_, std::io::Error>((count > 0).then_some((piece, (file, dish))))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    if let Ok(disposition) = disposition {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
