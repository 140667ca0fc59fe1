//! Where data come from (IVOA note DataOrigin), for the INFOs of VOTables.
//!
//! In: the mapping's `origin`. Out: INFOs of the document (who answers, with what, when) and of its
//! resource (whose data they are).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::mapping::Origin;
use crate::time;
use crate::votable::Info;

/// What a document says of its origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Of the document.
    pub infos: Vec<Info>,
    /// Of the resource.
    pub resource_infos: Vec<Info>,
    /// Title of the data; may be empty.
    pub description: String,
}

/// What there is to say; `date` explains the date of the request.
pub fn provenance(origin: Option<&Origin>, date: &str) -> Provenance {
    let version = concat!("obscore-view version ", env!("CARGO_PKG_VERSION"));
    let infos = vec![
        Info::new("server_software", version, "Version of the software"),
        Info::new("request_date", now(), date),
    ];
    let mut all = Provenance { infos, ..Provenance::default() };
    let Some(origin) = origin else { return all };
    all.infos.push(Info::new("publisher", &origin.publisher, ""));
    let date = Some(&origin.publication_date).filter(|date| !date.is_empty());
    let said = [
        ("citation", origin.citation.as_ref(), ""),
        ("publication_date", date, "Date of publication"),
        ("article", origin.article.as_ref(), ""),
        ("reference_url", origin.reference_url.as_ref(), ""),
    ];
    for (name, value, content) in said {
        all.resource_infos.extend(value.map(|value| Info::new(name, value, content)));
    }
    all.description = origin.title.clone().unwrap_or_default();
    all
}

/// The second of the clock, as DALI writes it.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let microseconds = i64::try_from(since.as_micros()).unwrap_or_default();
    time::iso(microseconds).split('.').next().unwrap_or_default().to_owned()
}
