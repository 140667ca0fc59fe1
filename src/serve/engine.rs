//! The engine behind the service: queries in, documents out.
//!
//! In: a [`Query`] of whoever asks. Out: its answer in the format that was asked for, streamed; or what is
//! wrong with it. Uploads are read from where the request left them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tempfile::TempPath;

use super::datalink;
use super::discreet::Discreet;
use super::parameters::Content;
use super::query::{Answer, Answered, Output, Query, Reading, Remarks};
use super::service::Probe;
use super::settings::Settings;
use crate::diag::{Diagnostic, Result, Source};
use crate::mapping::Origin;
use crate::stream::answer::{About, sink};
use crate::stream::engine::{Limits, Service, Upload};
use crate::stream::{Sink, Status};
use crate::votable::read;

/// What the settings say of uploads.
pub fn upload_limits(settings: &Settings) -> read::Limits {
    read::Limits {
        bytes: settings.limits.upload_bytes,
        rows: settings.limits.upload_rows,
        ..read::Limits::default()
    }
}

/// What answers with the tables of `service`, whose data are of `origin`.
pub fn answer(service: Arc<Service>, origin: Option<Origin>, limits: read::Limits) -> Answer {
    let engine = Arc::new(Engine { service, origin, limits });
    Arc::new(move |query, output| {
        let engine = Arc::clone(&engine);
        async move { engine.answer(query, output).await }.boxed()
    })
}

/// How long a database may take to say that it is there.
const PROBE: Duration = Duration::from_secs(3);

/// What tells whether the databases of `service` answer.
pub fn probe(service: Arc<Service>) -> Probe {
    Arc::new(move || {
        let service = Arc::clone(&service);
        async move {
            let asked = async {
                for site in &service.sites {
                    let mut session = site.database.snapshot().await?;
                    session.rows("SELECT 1", &[]).await?;
                    session.rollback().await?;
                }
                Ok(())
            };
            let late = |_| Diagnostic::error("R027", "a database does not answer in time");
            tokio::time::timeout(PROBE, asked).await.map_err(late)?
        }
        .boxed()
    })
}

struct Engine {
    service: Arc<Service>,
    origin: Option<Origin>,
    limits: read::Limits,
}

impl Engine {
    async fn answer(&self, query: Query, output: Output) -> Result<Answered> {
        let (uploads, _files) = self.uploads(&query)?;
        let prepared = match &query.reading {
            Reading::As(language) => {
                let source = Source::new("query", query.adql.as_str());
                let prepared = self.service.prepare(&source, *language, &uploads);
                prepared.map_err(|wrong| together(wrong, &source))?
            }
            Reading::Of(tree) => self.service.prepare_tree(tree)?,
        };
        let columns = prepared.columns().to_vec();
        let mut about = About::new(columns, &query.adql, self.origin.as_ref());
        let Remarks { infos, resource_infos, services, links } = &query.remarks;
        about.infos.extend_from_slice(infos);
        about.resource_infos.extend_from_slice(resource_infos);
        about.services.clone_from(services);
        let identifier = about.columns.iter().position(datalink::identifies);
        if let (Some(urls), Some(at)) = (links, identifier) {
            let id = about.columns.get(at).map(datalink::column_id).unwrap_or_default();
            about.services.push(datalink::attached(urls, &id));
            about.referred = Some((at, id));
        }
        let inner = sink(query.format.format, output, about)?;
        let mut sink: Box<dyn Sink> = Box::new(Discreet { inner, cancel: query.cancel.clone() });
        // Only the columns are wanted, so nothing has to be asked.
        if query.maxrec == Some(0) {
            sink.start(&prepared.schema())?;
            sink.finish(&Status::Overflow)?;
            return Ok(Answered { rows: 0, overflow: true });
        }
        let stopped = query.cancel.clone().cancelled_owned();
        let answered = self
            .service
            .answer(&prepared, &uploads, query.maxrec, Limits::default(), sink, stopped)
            .await?;
        Ok(Answered { rows: answered.rows, overflow: answered.overflow })
    }

    /// The uploads of a query, and the files that must live as long as they.
    fn uploads(&self, query: &Query) -> Result<(Vec<Upload>, Vec<TempPath>)> {
        let (mut uploads, mut files) = (Vec::new(), Vec::new());
        for upload in &query.uploads {
            let path = match &upload.content {
                Content::Stored(path) => path.clone(),
                Content::Temporary(path, _) => Path::to_path_buf(path),
                content @ Content::Memory(_) => keep(&mut files, |path| content.store(path))?,
            };
            uploads.push(Upload::open(&upload.table, path, &self.limits)?);
        }
        Ok((uploads, files))
    }
}

/// Fills a temporary file.
fn keep(
    files: &mut Vec<TempPath>,
    fill: impl FnOnce(&Path) -> std::io::Result<()>,
) -> Result<PathBuf> {
    let failed = |error: std::io::Error| {
        Box::new(Diagnostic::error("S030", format!("an upload cannot be kept: {error}")))
    };
    let path = tempfile::NamedTempFile::new().map_err(failed)?.into_temp_path();
    fill(&path).map_err(failed)?;
    let place = path.to_path_buf();
    files.push(path);
    Ok(place)
}

/// All that is wrong with a query, as one error: the first one, with the others below it.
fn together(wrong: Vec<Diagnostic>, source: &Source) -> Box<Diagnostic> {
    let mut wrong = wrong.into_iter();
    let mut first = wrong.next().unwrap_or_else(|| {
        Diagnostic::error("S030", format!("the query `{}` is refused", source.name()))
    });
    first.help.extend(wrong.map(|other| format!("further: {other}")));
    Box::new(first)
}
