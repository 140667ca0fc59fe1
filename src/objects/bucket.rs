//! A bucket, and reading what is in it.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::gcp::{GoogleCloudStorage, GoogleCloudStorageBuilder};
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use tokio_util::task::TaskTracker;
use url::Url;
use uuid::Uuid;

use super::upload::{self, Upload, Writer};
use super::{Address, Failure, Keeper, variables};
use crate::db::Environment;

/// What a signed URL is for.
pub use reqwest::Method;

/// Bytes that are read at once. A client that is slow holds no connection to the store.
const PIECE: u64 = 1 << 20;
/// How long a request may take; a part of an upload is a request.
const TIME: Duration = Duration::from_mins(1);
/// How often a request is repeated that failed for a reason that may pass. The pauses double, so it
/// is given up after about six seconds where nothing answers.
const TRIES: usize = 6;
/// How long all tries may take.
const ALL_TRIES: Duration = Duration::from_mins(2);
/// How long a store may take to say at the beginning that it can be used.
const FIRST: Duration = Duration::from_secs(20);

/// A bucket with a prefix; cheap to clone.
#[derive(Clone)]
pub struct Bucket {
    address: Address,
    store: Arc<dyn ObjectStore>,
    signer: Arc<dyn Signer>,
    /// What is still to be removed or written when nobody waits for it.
    tasks: TaskTracker,
}

/// An object that can be read.
pub struct Object {
    /// Bytes.
    pub size: u64,
    /// The bytes, piece by piece, each asked for when it is wanted.
    pub pieces: BoxStream<'static, io::Result<Bytes>>,
}

impl Bucket {
    /// The bucket at an address, with region, endpoint and credentials as the variables `AWS_…` say, or those of
    /// Google. Nothing is asked yet.
    ///
    /// # Errors
    /// Variables that are wrong or contradict each other.
    pub fn open(address: &Address, environment: &Environment) -> Result<Self, Failure> {
        let client = ClientOptions::new().with_timeout(TIME);
        let retry = RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: TRIES,
            retry_timeout: ALL_TRIES,
        };
        let (store, signer): (Arc<dyn ObjectStore>, Arc<dyn Signer>) = match address.keeper {
            Keeper::S3 => {
                let builder = AmazonS3Builder::new().with_client_options(client).with_retry(retry);
                let builder = variables::apply(builder, environment)?;
                let store = Arc::new(builder.with_bucket_name(&address.bucket).build()?);
                (Arc::<AmazonS3>::clone(&store), store)
            }
            Keeper::Google => {
                let builder = GoogleCloudStorageBuilder::new();
                let builder = builder.with_client_options(client).with_retry(retry);
                let builder = variables::google(builder, environment);
                let store = Arc::new(builder.with_bucket_name(&address.bucket).build()?);
                (Arc::<GoogleCloudStorage>::clone(&store), store)
            }
        };
        Ok(Self { address: address.clone(), store, signer, tasks: TaskTracker::new() })
    }

    /// Writes, lists, reads and removes a small object, as will be done with others.
    ///
    /// # Errors
    /// What of it cannot be done, and why.
    pub async fn check(&self) -> Result<(), Failure> {
        let name = format!(".writable-{}", Uuid::new_v4().simple());
        let tried = async {
            let path = self.path(&[&name]);
            let told = |what: &'static str| {
                move |cause: object_store::Error| {
                    let failure = Failure::from(cause);
                    Failure { text: format!("{what}: {}", failure.text), ..failure }
                }
            };
            self.store.put(&path, "x".into()).await.map_err(told("nothing can be written"))?;
            let root = self.path(&[]);
            let listed = self.store.list(Some(&root)).try_next().await;
            listed.map_err(told("nothing can be listed"))?;
            self.store.get_range(&path, 0..1).await.map_err(told("nothing can be read"))?;
            self.store.delete(&path).await.map_err(told("nothing can be removed"))
        };
        let late =
            |_| Failure::new(format!("it does not answer within {} seconds", FIRST.as_secs()));
        tokio::time::timeout(FIRST, tried).await.map_err(late)?
    }

    /// Begins an object, which is there when its upload has been finished, and not before. To be
    /// called inside a runtime.
    pub fn create(&self, name: &[&str]) -> (Writer, Upload) {
        upload::begin(Arc::clone(&self.store), self.path(name), &self.tasks)
    }

    /// An object.
    ///
    /// # Errors
    /// There is none of this name, or the store cannot be asked.
    pub async fn object(&self, name: &[&str]) -> Result<Object, Failure> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        let size = store.head(&path).await?.size;
        let pieces = stream::try_unfold((store, path, 0), move |(store, path, from)| async move {
            if from >= size {
                return Ok(None);
            }
            let to = size.min(from + PIECE);
            let piece = store.get_range(&path, from..to).await;
            let piece = piece.map_err(|cause| io::Error::other(Failure::from(cause)))?;
            Ok(Some((piece, (store, path, to))))
        });
        Ok(Object { size, pieces: pieces.boxed() })
    }

    /// A URL by which anybody can do `method` with an object for some time. Nothing is asked of the store, so there
    /// may be no such object. The name is taken as it is, with slashes between its segments.
    ///
    /// # Errors
    /// The name is none, or there are no credentials to sign with.
    pub async fn signed(&self, method: Method, name: &str, time: Duration) -> Result<Url, Failure> {
        let prefix = self.address.prefix.iter().map(String::as_str);
        let whole = prefix.chain([name]).collect::<Vec<_>>().join("/");
        // The client library writes these into Google's URLs as they are, which then name another object or have a
        // signature that does not fit.
        let plain = |c: char| c.is_alphanumeric() || "/_.~- ".contains(c);
        if self.address.keeper == Keeper::Google && !whole.chars().all(plain) {
            return Err(Failure::new(
                "the name of the object has characters that cannot be signed",
            ));
        }
        let path = Path::parse(whole).map_err(object_store::Error::from)?;
        Ok(self.signer.signed_url(method, &path, time).await?)
    }

    /// Removes an object, or all whose names begin with these segments, some time soon. What cannot be
    /// removed is in the log.
    pub fn remove(&self, name: &[&str]) {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        self.tasks.spawn(async move {
            if let Err(failure) = remove(&*store, &path).await {
                tracing::warn!(object = %path, %failure, "an object cannot be removed");
            }
        });
    }

    /// Waits for what is still being removed.
    pub async fn close(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn path(&self, name: &[&str]) -> Path {
        let prefix = self.address.prefix.iter().map(String::as_str);
        prefix.chain(name.iter().copied()).collect()
    }
}

async fn remove(store: &dyn ObjectStore, path: &Path) -> Result<(), Failure> {
    // A listing has what is below the name, and not what has the name itself.
    store.delete(path).await.or_else(|cause| match cause {
        object_store::Error::NotFound { .. } => Ok(()),
        other => Err(other),
    })?;
    let mut below = store.list(Some(path));
    while let Some(object) = below.try_next().await? {
        store.delete(&object.location).await?;
    }
    Ok(())
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client has credentials.
        write!(f, "{}", self.address)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.size)
    }
}
