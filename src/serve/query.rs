//! A query, ready to be answered.
//!
//! In: the parameters of TAP 1.1 section 2.7. Out: a [`Query`] with everything that whoever answers
//! it has to know, and the type of such an [`Answer`]. What a parameter means is checked here, when
//! the query is to run and not earlier, as TAP wants it.

use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::datalink::Urls;
use super::fetch::Fetcher;
use super::parameters::{Content, Parameters, UploadSource};
use crate::adql::{Query as Tree, Version};
use crate::diag::{Diagnostic, Result};
use crate::stream::answer::{Format, Requested};
use crate::votable::{Descriptor, Info};

/// A query with its circumstances.
#[derive(Debug, Clone)]
pub struct Query {
    /// Its text.
    pub adql: String,
    /// How the text is understood.
    pub reading: Reading,
    /// What its answer says besides.
    pub remarks: Remarks,
    /// The most rows: what was asked for within what may be. `None` for no limit; 0 for metadata
    /// only. One row more is OVERFLOW.
    pub maxrec: Option<u64>,
    /// The format of the answer.
    pub format: Requested,
    /// The tables that come with it, those elsewhere fetched already.
    pub uploads: Vec<Uploaded>,
    /// The client's own name of it.
    pub run_id: Option<String>,
    /// Who asks.
    pub owner: Option<String>,
    /// When it must have ended.
    pub deadline: Option<Instant>,
    /// Cancelled when nobody waits for the answer any more. The deadline cancels it as well.
    pub cancel: CancellationToken,
}

/// How a text becomes a query.
#[derive(Debug, Clone)]
pub enum Reading {
    /// It is read as this version of the language; the newest unless the client names one.
    As(Version),
    /// It was written from this tree, which is the query.
    Of(Arc<Tree>),
}

/// What the answer to a query of another protocol than TAP says of itself.
#[derive(Debug, Clone, Default)]
pub struct Remarks {
    /// INFOs of the document.
    pub infos: Vec<Info>,
    /// INFOs of the results.
    pub resource_infos: Vec<Info>,
    /// Services that a client can call.
    pub services: Vec<Descriptor>,
    /// URLs of the service, where rows of ObsCore get a description of their links.
    pub links: Option<Urls>,
}

/// A table that comes with a query: a VOTable of any serialization, not looked into yet.
#[derive(Debug, Clone)]
pub struct Uploaded {
    /// Its name behind `TAP_UPLOAD.`.
    pub table: String,
    /// The document.
    pub content: Content,
}

/// Where an answer goes. Writing may block, so it is for a thread that may, and nothing is sent
/// before [`Write::flush`] or a few kilobytes; a client that has left is a broken pipe.
pub type Output = Box<dyn Write + Send>;

/// Answers a query: writes the whole document and says how many rows it has. An error before the
/// first byte is told to the client with a status of its own; after it, the document has already
/// been ended in a legal way and says what happened.
pub type Answer = Arc<dyn Fn(Query, Output) -> BoxFuture<'static, Result<Answered>> + Send + Sync>;

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answered {
    /// Rows.
    pub rows: u64,
    /// Whether there were more.
    pub overflow: bool,
}

/// What is offered to queries.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Rows when nothing is asked for.
    pub rows: Option<u64>,
    /// The most rows.
    pub most_rows: Option<u64>,
    /// What fetches uploads.
    pub fetcher: Fetcher,
    /// URLs of the service as all clients see it, where it knows them and has links.
    pub urls: Option<Urls>,
}

impl Offer {
    /// The most rows of an answer: what was asked for within what may be.
    ///
    /// # Errors
    /// S010, S011.
    pub fn maxrec(&self, parameters: &Parameters) -> Result<Option<u64>> {
        Ok(match (parameters.maxrec()?.or(self.rows), self.most_rows) {
            (Some(wanted), Some(most)) => Some(wanted.min(most)),
            (wanted, most) => wanted.or(most),
        })
    }
}

/// How long a query that took too long may take to end its document.
const FAREWELL: Duration = Duration::from_secs(5);

impl Query {
    /// Reads the parameters of a query that may run for `time`.
    ///
    /// # Errors
    /// S010 to S016, and S019 for a language or a format that is not offered.
    pub async fn read(
        parameters: &Parameters,
        offer: &Offer,
        owner: Option<String>,
        time: Option<Duration>,
    ) -> Result<Self> {
        let language = language(parameters.required("LANG", "ADQL, ADQL-2.0 or ADQL-2.1")?)?;
        let adql = parameters.required("QUERY", "the text of the query")?.to_owned();
        let maxrec = offer.maxrec(parameters)?;
        let format = Format::parse(parameters.response_format()?.unwrap_or_default())?;
        let mut uploads = Vec::new();
        for upload in parameters.uploads()? {
            let content = match upload.source {
                UploadSource::Part(_, content) => content,
                UploadSource::Url(url) => offer.fetcher.fetch(&url).await?,
            };
            uploads.push(Uploaded { table: upload.table, content });
        }
        Ok(Self {
            adql,
            reading: Reading::As(language),
            remarks: Remarks { links: offer.urls.clone(), ..Remarks::default() },
            maxrec,
            format,
            uploads,
            run_id: parameters.run_id()?.map(str::to_owned),
            owner,
            deadline: time.and_then(|time| Instant::now().checked_add(time)),
            cancel: CancellationToken::new(),
        })
    }
}

impl Query {
    /// Has it answered, until its deadline and no longer. When this is dropped, the query is
    /// cancelled.
    ///
    /// # Errors
    /// S032 when it takes too long, S030 when whoever answers panics, and its own errors.
    pub async fn answered(self, answer: &Answer, output: Output) -> Result<Answered> {
        let deadline = self.deadline;
        let cancel = self.cancel.clone();
        let guard = cancel.clone().drop_guard();
        let began = Instant::now();
        // An engine may block its thread, so the clock is another task's.
        let _alarm = deadline.map(|deadline| {
            let cancel = cancel.clone();
            AbortOnDropHandle::new(tokio::spawn(async move {
                tokio::time::sleep_until(deadline).await;
                cancel.cancel();
            }))
        });
        let work = AssertUnwindSafe(answer(self, output)).catch_unwind();
        let done = match deadline {
            None => Ok(work.await),
            // What has begun is to end as a legal document.
            Some(deadline) => tokio::time::timeout_at(deadline + FAREWELL, work).await,
        };
        let late = deadline.filter(|deadline| *deadline <= Instant::now());
        let answered = match (done, late) {
            (Ok(Ok(Ok(answered))), _) => answered,
            (Err(_) | Ok(Ok(Err(_))), Some(deadline)) => {
                let seconds = deadline.duration_since(began).as_secs_f64().round();
                let message = format!("the query took longer than {seconds} seconds");
                return Err(Diagnostic::error("S032", message)
                    .help("ask for less, or let it run longer as an asynchronous job")
                    .into());
            }
            (Ok(Ok(Err(error))), None) => return Err(error),
            (Ok(Err(_)) | Err(_), _) => {
                return Err(Diagnostic::error("S030", "the query engine panicked").into());
            }
        };
        guard.disarm();
        Ok(answered)
    }
}

fn language(name: &str) -> Result<Version> {
    Version::named(name.trim()).ok_or_else(|| {
        let error = Diagnostic::error("S019", format!("the query language `{name}` is unknown"));
        Box::new(error.help(format!("possible: {}", Version::NAMES)))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn offer(rows: Option<u64>, most_rows: Option<u64>) -> Offer {
        Offer { rows, most_rows, fetcher: Fetcher::none(), urls: None }
    }

    async fn read(extra: &[(&str, &str)], offer: &Offer) -> Result<Query> {
        let basis = [("LANG", "ADQL"), ("QUERY", "SELECT 1")];
        let pairs = basis.iter().chain(extra).map(|(name, value)| (*name, *value));
        Query::read(&Parameters::from_pairs(pairs), offer, None, None).await
    }

    #[tokio::test]
    async fn limits_of_rows() {
        for (rows, most, asked, expected) in [
            (None, None, None, None),
            (Some(10), Some(20), None, Some(10)),
            (Some(10), Some(20), Some("15"), Some(15)),
            (Some(10), Some(20), Some("25"), Some(20)),
            (None, Some(20), None, Some(20)),
            (Some(30), Some(20), None, Some(20)),
            (Some(10), None, Some("0"), Some(0)),
        ] {
            let extra: Vec<_> = asked.map(|asked| ("MAXREC", asked)).into_iter().collect();
            assert_eq!(read(&extra, &offer(rows, most)).await.unwrap().maxrec, expected);
        }
    }

    #[tokio::test]
    async fn languages_and_formats() {
        let offer = offer(None, None);
        assert_eq!(
            read(&[], &offer).await.unwrap().format.content_type,
            "application/x-votable+xml;serialization=binary2"
        );
        assert_eq!(
            read(&[("FORMAT", "CSV")], &offer).await.unwrap().format.content_type,
            "text/csv;header=present"
        );
        let error = read(&[("RESPONSEFORMAT", "VOTabel")], &offer).await.unwrap_err();
        assert_eq!(error.code, "F001");
        assert_eq!(error.help.first().map(String::as_str), Some("did you mean `votable`?"));
        assert_eq!(language("adql-2.0").unwrap(), Version::V2_0);
        assert_eq!(language("PQL").unwrap_err().code, "S019");
        let nothing = Query::read(&Parameters::default(), &offer, None, None).await;
        assert_eq!(nothing.unwrap_err().code, "S012");
        assert_eq!(read(&[("query", "SELECT 2")], &offer).await.unwrap_err().code, "S010");
    }
}
