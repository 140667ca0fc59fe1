//! DataLink 1.1: what belongs to a dataset.
//!
//! In: `/datalink/links` with identifiers of any form. Out: for each of them the dataset's files, datasets it was made
//! from and that were made from it, calibrations, the registry's records, and services that can be called with
//! it; for what is not published, a row that says so. Descriptions of this service go with the answers of TAP
//! and SIA, so that clients find it without being told ([`attached`]).

mod compose;
pub mod declared;
mod link;
mod request;
mod urls;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

pub use declared::Declared;
pub use urls::Urls;

use super::Service;
use super::http::{base_url, xml};
use super::vosi::{self, Parametric};
use crate::catalog::Column;
use crate::diag::Diagnostic;
use crate::stream::frames::{MJD, SKY, UTC};
use crate::votable::{Descriptor, Param};

/// Identifier of the protocol.
pub const STANDARD: &str = "ivo://ivoa.net/std/DataLink#links-1.1";
/// Media type of a links document.
pub const CONTENT_TYPE: &str = crate::resolve::service::LINKS_TYPE;
/// Where links are.
pub const PATH: &str = "/datalink/links";

/// What identifies a dataset, for people.
const ID: &str = "Publisher's or creator's DID, butler://label/uuid, or UUID; can be repeated";

/// All routes.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/links", get(request::answer).post(request::answer))
        .route("/capabilities", get(capabilities))
        .route("/availability", get(availability))
        .fallback(nothing)
}

async fn capabilities(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let base = format!("{}/datalink", base_url(&service.settings, &headers));
    let security = service.security();
    let links = Parametric {
        plain: (STANDARD, "1.1", "/links", security.as_deref()),
        result: CONTENT_TYPE,
        parameters: &[
            ("ID", true, ID),
            (
                "RESPONSEFORMAT",
                false,
                "Media type of the answer, which is a VOTable whatever it is called",
            ),
        ],
    };
    let others = [
        // VOSI documents are read without a name, whatever the others need.
        ("ivo://ivoa.net/std/VOSI#capabilities", "1.0", "/capabilities", None),
        ("ivo://ivoa.net/std/VOSI#availability", "1.0", "/availability", None),
    ];
    xml(vosi::parametric_capabilities(&base, &links, &others))
}

async fn availability(State(service): State<Arc<Service>>) -> Response {
    xml(service.availability().await)
}

async fn nothing() -> Response {
    let error = Diagnostic::error("S020", "there is nothing of that name");
    request::refuse(&error.help("/datalink/links takes identifiers"))
}

/// The XML ID of a column of identifiers whose own name cannot be one.
const COLUMN_ID: &str = "datalink_id";

/// The XML ID by which the description refers to a column of identifiers: its name, which astropy's tables would
/// lose if it were another; something else where XML has no such ID, or the document has it for something else.
pub fn column_id(column: &Column) -> String {
    let name = &column.name;
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let is_one = begins && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let is_taken = [OWN_ID, SKY, MJD, UTC].contains(&name.as_str());
    if is_one && !is_taken { name.clone() } else { COLUMN_ID.to_owned() }
}

/// The XML ID of the description.
const OWN_ID: &str = "datalink";

/// Whether a column has identifiers that this service knows: that of ObsCore, whatever a query calls it.
pub fn identifies(column: &Column) -> bool {
    column.utype.eq_ignore_ascii_case("obscore:Curation.PublisherDID")
}

/// The description of this service for tables with a column of identifiers, whose XML ID is `column`.
pub fn attached(urls: &Urls, column: &str) -> Descriptor {
    let mut id = Param::text("ID", "");
    column.clone_into(&mut id.field.reference);
    Descriptor {
        id: OWN_ID.to_owned(),
        name: "datalink".to_owned(),
        description: "Files, related datasets and services of a row".to_owned(),
        params: vec![
            Param::text("standardID", STANDARD),
            Param::text("accessURL", format!("{}{PATH}", urls.base)),
            Param::text("contentType", CONTENT_TYPE),
        ],
        inputs: vec![id],
    }
}

/// The description of this service itself.
fn itself(urls: &Urls) -> Descriptor {
    let mut id = Param::text("ID", "");
    ID.clone_into(&mut id.field.description);
    let inputs = vec![id, Param::text("RESPONSEFORMAT", "")];
    let name = "this".to_owned();
    Descriptor { id: String::new(), name, inputs, ..attached(urls, "") }
}
