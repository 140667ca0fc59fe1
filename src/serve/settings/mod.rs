//! How a service is set up.
//!
//! In: the command line, variables of the environment called `OBSCORE_VIEW_…`, one YAML file, in
//! this order of precedence, and defaults. Out: [`Settings`], or a diagnostic that names the flag,
//! the variable or the place in the file. One table says what there is; a setting `limits.rows` is
//! `--limits-rows`, `OBSCORE_VIEW_LIMITS_ROWS`, and `rows` under `limits` in the file.

mod file;
mod flags;
mod gather;
mod table;
mod tokens;
mod value;

pub use flags::Flags;
pub use gather::read;
pub use table::{SETTINGS, Setting};
pub use tokens::Tokens;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::db::Prepare;
use crate::objects::Address;
use crate::serve::datalink::Declared;

/// Everything that an operator can choose.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address to listen at.
    pub bind: SocketAddr,
    /// What clients are told as the URL of the service, without a slash at its end; else it is taken
    /// from each request.
    pub base_url: Option<String>,
    /// Whether a proxy sets X-Forwarded-* or Forwarded, and clients cannot.
    pub trust_proxy: bool,
    /// The header in which the proxy names the user.
    pub identity_header: Option<String>,
    /// Tokens and their users.
    pub tokens: Tokens,
    /// Whether requests without an identity are answered.
    pub anonymous: bool,
    /// Origins whose pages may use the service; `*` for all.
    pub cors: Vec<String>,
    /// How the log is written.
    pub log: LogFormat,
    /// What is logged.
    pub log_level: tracing::Level,
    /// Whether statements stay prepared on connections to PostgreSQL registries.
    pub prepare: Prepare,
    /// Limits of requests.
    pub limits: Limits,
    /// Asynchronous jobs.
    pub jobs: JobSettings,
    /// Hosts that uploads may be fetched from; `*` for all that are public.
    pub upload_hosts: Vec<String>,
    /// How parameters of image queries are read.
    pub sia: Like,
    /// Files of datasets.
    pub files: FileSettings,
    /// Links of datasets.
    pub datalink: LinkSettings,
    /// Cutouts.
    pub cutouts: CutoutSettings,
}

/// Cutouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutoutSettings {
    /// Whether images are cut.
    pub is_on: bool,
    /// A program that makes them, with its arguments; empty for none.
    pub command: Vec<String>,
    /// A service that makes them.
    pub worker: Option<String>,
    /// Most pixels.
    pub pixels: u64,
    /// Most bytes that are fetched, unpacked or made.
    pub bytes: u64,
    /// Most bytes of all results of a job.
    pub job_bytes: u64,
    /// Cutouts at the same time.
    pub running: usize,
}

/// Links of datasets.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkSettings {
    /// Services that are described for datasets.
    pub services: Vec<Declared>,
    /// Related datasets of each dataset type; 0 for none.
    pub related: u64,
    /// Identifiers of a request.
    pub ids: usize,
    /// Whether access_url leads to this service where the mapping has links.
    pub access_urls: bool,
}

/// Files of datasets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSettings {
    /// Whether they are given at all.
    pub is_on: bool,
    /// Whether those of this machine's file systems are given.
    pub is_local: bool,
    /// Folders beside the roots of datastores whose files may be given.
    pub folders: Vec<PathBuf>,
    /// How long a signed URL is valid.
    pub signed: Duration,
}

/// Whose reading of the parameters of Simple Image Access is followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Like {
    /// That of the standard.
    #[default]
    Standard,
    /// That of Rubin's dax_obscore where it is another one.
    DaxObscore,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// A JSON object a line.
    Json,
}

/// Limits of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows when MAXREC is not given; 0 for no limit.
    pub rows: u64,
    /// The most rows; 0 for no limit.
    pub most_rows: u64,
    /// How long a synchronous query may take.
    pub sync_time: Duration,
    /// How long a job may take when nothing is asked for.
    pub job_time: Duration,
    /// How long a job may take at most; zero for no limit.
    pub most_job_time: Duration,
    /// Bytes of all uploads of a request.
    pub upload_bytes: u64,
    /// Rows of an upload.
    pub upload_rows: u64,
    /// Bytes of a request's parameters, the query among them.
    pub query_bytes: u64,
    /// Synchronous queries at the same time.
    pub queries: usize,
    /// How long a synchronous query waits for its turn.
    pub queue_time: Duration,
    /// How long a client may take to send the head of a request.
    pub header_time: Duration,
    /// How long a client may send or read nothing while there is something to send or read.
    pub stall_time: Duration,
    /// How long requests may go on when the service ends.
    pub grace: Duration,
}

/// Asynchronous jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSettings {
    /// The folder of results and uploads; `None` for one that is chosen by what is served.
    pub folder: Option<PathBuf>,
    /// The bucket of results and uploads instead of the folder.
    pub results: Option<Address>,
    /// A database URL or a SQLite file; `None` for a file in the folder. May hold a password.
    pub database: Option<Location>,
    /// Jobs at the same time.
    pub running: usize,
    /// Jobs that wait for their turn.
    pub queued: u64,
    /// Jobs that are kept.
    pub kept: u64,
    /// How long a job is kept when nothing is asked for.
    pub retention: Duration,
    /// How long a job is kept at most.
    pub most_retention: Duration,
    /// How often a job is begun that was interrupted.
    pub attempts: u32,
    /// How long a service may be silent before its jobs are begun again.
    pub silence: Duration,
    /// Whether the jobs of nobody are listed to everybody.
    pub list_anonymous: bool,
}

/// The place of a database; never printed whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Location(pub String);

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}
