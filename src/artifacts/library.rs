//! The datastores of a repository.
//!
//! In: the UUID of a dataset. Out: its files, and each file open, or a URL to go to.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;
use uuid::Uuid;

use super::content::Content;
use super::datastore::{self, Datastore, Root};
use super::inside::{Refused, open_inside};
use super::place::{Place, Where};
use super::profile;
use super::record::{self, Record};
use super::zipped;
use crate::db::{Configuration, Database, Environment};
use crate::diag::{Diagnostic, Result};
use crate::objects::{Bucket, Method};

/// What may be given of datastores.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whether files of this machine's file systems are given.
    pub is_local: bool,
    /// Folders beside the roots of datastores whose files may be given.
    pub folders: Vec<PathBuf>,
    /// How long a signed URL is valid.
    pub signed: Duration,
}

/// The datastores of a repository with its database.
pub struct Library {
    database: Database,
    namespace: Option<String>,
    stores: Vec<Store>,
    access: Access,
}

/// A datastore, with what is needed to sign URLs of it.
struct Store {
    datastore: Datastore,
    bucket: Option<Bucket>,
}

/// The files of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// The datastore that has them.
    store: usize,
    /// The files, by their components.
    pub records: Vec<Record>,
}

/// How a file is had.
enum Way<'l> {
    /// From this machine's file systems: below the root where there is one, or in a folder that is given.
    Local { path: PathBuf, root: Option<PathBuf>, member: Option<String> },
    /// By a signed URL of an object's path.
    Signed(&'l Bucket, String),
    /// At a URL.
    Web(Url),
}

/// A file that can be had.
#[derive(Debug)]
pub enum Opened {
    /// Its bytes.
    Here(Content),
    /// Where to ask for them.
    Elsewhere(Url),
}

impl Library {
    /// The datastores that a configuration has, of a registry in the schema `namespace`; and remarks about those
    /// that cannot be used.
    pub fn new(
        database: Database,
        namespace: Option<String>,
        configuration: &Configuration,
        access: Access,
        environment: &Environment,
    ) -> (Self, Vec<Diagnostic>) {
        let (datastores, mut remarks) = datastore::read(configuration, environment);
        let store = |datastore: Datastore| {
            let Root::Bucket(address, profile) = &datastore.root else {
                return Store { datastore, bucket: None };
            };
            let known = match profile {
                Some(profile) => profile::environment(profile, environment),
                None => Ok(environment.clone()),
            };
            let bucket = known
                .and_then(|known| Bucket::open(address, &known).map_err(|wrong| wrong.to_string()));
            if let Err(failure) = &bucket {
                let message = format!("the datastore {address} cannot be used: {failure}");
                remarks.push(Diagnostic::warning("S059", message));
            }
            Store { bucket: bucket.ok(), datastore }
        };
        let stores = datastores.into_iter().map(store).collect();
        (Self { database, namespace, stores, access }, remarks)
    }

    /// The datastores.
    pub fn datastores(&self) -> impl Iterator<Item = &Datastore> {
        self.stores.iter().map(|store| &store.datastore)
    }

    /// The name of what the registry is now; `None` where the database has no such name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn state(&self) -> Result<Option<String>> {
        let mut session = self.database.snapshot().await?;
        let state = session.state().await?;
        session.rollback().await?;
        Ok(state)
    }

    /// The files of a dataset, in the first datastore of the chain that has some.
    ///
    /// # Errors
    /// S053 when none has, S054 when it is in the trash; those of the database.
    pub async fn files(&self, dataset: Uuid) -> Result<Held> {
        let mut session = self.database.snapshot().await?;
        let mut was_trashed = false;
        let mut found = None;
        for (store, Store { datastore, .. }) in self.stores.iter().enumerate() {
            let namespace = self.namespace.as_deref();
            let records = record::read(&mut session, namespace, datastore, dataset).await?;
            was_trashed |= records.iter().any(|record| record.is_trashed);
            if !records.is_empty() && records.iter().all(|record| !record.is_trashed) {
                found = Some(Held { store, records });
                break;
            }
        }
        session.rollback().await?;
        match found {
            Some(held) => Ok(held),
            None if was_trashed => {
                let message = "the dataset's files were removed: they are in the datastore's trash";
                Err(Diagnostic::error("S054", message).into())
            }
            None => {
                let message = "the registry knows the dataset, but no datastore has a file of it";
                Err(Diagnostic::error("S053", message).into())
            }
        }
    }

    /// Opens a file, or says where it is. `method` is what the client will do at a URL that is signed.
    ///
    /// # Errors
    /// S053, S055 to S057.
    pub async fn open(&self, held: &Held, record: &Record, method: Method) -> Result<Opened> {
        let Some(store) = self.stores.get(held.store) else {
            return Err(Diagnostic::error("S053", "the datastore is gone").into());
        };
        match self.way(store, &record.path)? {
            Way::Local { path, root, member } => self.local(path, root, member).await,
            Way::Signed(bucket, path) => {
                let signed = bucket.signed(method, &path, self.access.signed).await;
                signed.map(Opened::Elsewhere).map_err(|failure| {
                    tracing::error!(%failure, "no signed URL");
                    failed("the object store of the datastore gives no URL")
                })
            }
            Way::Web(url) => Ok(Opened::Elsewhere(url)),
        }
    }

    /// Whether a file that a record has at this path would be given, as far as the path tells.
    ///
    /// # Errors
    /// S053, S055 to S057 where no datastore gives it.
    pub fn may_give(&self, path: &str) -> Result<()> {
        let ways = self.stores.iter().map(|store| self.way(store, path).map(drop));
        first_good(ways.collect())
    }

    /// Whether a file that a record has at this path is given: one of this machine is opened for that.
    ///
    /// # Errors
    /// As [`Self::may_give`].
    pub async fn gives(&self, path: &str) -> Result<()> {
        let mut tried = Vec::new();
        for store in &self.stores {
            tried.push(match self.way(store, path) {
                Ok(Way::Local { path, root, member }) => {
                    self.local(path, root, member).await.map(drop)
                }
                other => other.map(drop),
            });
        }
        first_good(tried)
    }

    /// How a file is had that a record of a datastore has at a path.
    fn way<'l>(&'l self, store: &'l Store, path: &str) -> Result<Way<'l>> {
        let place = Place::read(path);
        let is_member = place.member.is_some();
        let local = |path, root| match self.access.is_local {
            true => Ok(Way::Local { path, root, member: place.member }),
            false => Err(forbidden("this service gives no files of its own file system")),
        };
        match (place.file, &store.datastore.root) {
            (Where::Inside(path), Root::Folder(root)) => local(root.join(path), Some(root.clone())),
            (Where::Folder(path), _) => local(path, None),
            _ if is_member => Err(unsupported(
                "members of zips that are not on the service's own file system are not given",
            )),
            (Where::Inside(path), Root::Bucket(..)) => match &store.bucket {
                Some(bucket) => Ok(Way::Signed(bucket, path)),
                None => Err(failed("the object store of the datastore cannot be used")),
            },
            (Where::Inside(path), Root::Web(root)) => below(root, &path).map(Way::Web),
            (Where::Inside(_), Root::Other(_)) => {
                Err(unsupported("files of this kind of datastore are not given"))
            }
            (Where::Elsewhere(_), _) => Err(forbidden(
                "the file is outside of its datastore: it was ingested without a copy",
            )),
        }
    }

    async fn local(
        &self,
        path: PathBuf,
        root: Option<PathBuf>,
        member: Option<String>,
    ) -> Result<Opened> {
        let folders: Vec<PathBuf> =
            root.into_iter().chain(self.access.folders.iter().cloned()).collect();
        let opened = tokio::task::spawn_blocking(move || {
            let file = open_inside(&path, &folders)?;
            let member = member.map(|name| zipped::member(&file, &name)).transpose()?;
            Ok(Content::new(file, member)?.at(path))
        });
        match opened.await {
            Ok(Ok(content)) => Ok(Opened::Here(content)),
            Ok(Err(Refused::Missing)) => {
                let message = "the datastore has recorded a file that is not there any more";
                Err(Diagnostic::error("S053", message).into())
            }
            Ok(Err(Refused::Outside)) => Err(forbidden("the file is outside of its datastore")),
            Ok(Err(Refused::Failed(error))) => {
                tracing::error!(%error, "a file of a datastore cannot be read");
                Err(failed("the file cannot be read"))
            }
            Err(lost) => {
                tracing::error!(error = %lost, "a file of a datastore was not opened");
                Err(failed("the file cannot be read"))
            }
        }
    }
}

/// The first that is good, or the first that is not.
fn first_good(tried: Vec<Result<()>>) -> Result<()> {
    let is_good = tried.iter().any(Result::is_ok);
    match tried.into_iter().find(|one| one.is_ok() == is_good) {
        Some(found) => found,
        None => Err(Diagnostic::error("S053", "the repository has no datastore").into()),
    }
}

/// A path below a URL.
fn below(root: &Url, path: &str) -> Result<Url> {
    let mut url = root.clone();
    let is_plain = path.split('/').all(|part| !part.is_empty() && ![".", ".."].contains(&part));
    if !is_plain {
        return Err(forbidden("the file is outside of its datastore"));
    }
    match url.path_segments_mut() {
        Ok(mut segments) => drop(segments.pop_if_empty().extend(path.split('/'))),
        Err(()) => return Err(unsupported("files of this kind of datastore are not given")),
    }
    Ok(url)
}

fn forbidden(message: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S055", message))
}

fn unsupported(message: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S056", message))
}

fn failed(message: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S057", message).help("try again later"))
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.datastores()).finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn urls_stay_below_their_root() {
        for root in ["https://host/d", "https://host/d/"] {
            let root = Url::parse(root).unwrap();
            let url = |path: &str| below(&root, path).map(|url| url.to_string());
            assert_eq!(url("a/b c#?%2F.fits").unwrap(), "https://host/d/a/b%20c%23%3F%252F.fits");
            for path in ["../x", "a/../../x", "a//b", "./x", ""] {
                assert_eq!(url(path).unwrap_err().code, "S055", "{path}");
            }
        }
    }
}
