//! Where cutouts are made.
//!
//! In: a combination of values. Out: a file with the part of the image, or nothing where none is left. The dataset is
//! found, its files are located in the datastore, and a back-end gets a job.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use futures::StreamExt;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;

use super::{Part, filter};
use crate::artifacts::{Library, Opened, Place, Record};
use crate::cutout::{
    self, Backend, Command, Fault, Input, InputFile, Job, Limits, Outcome, Worker,
};
use crate::diag::{Diagnostic, Result};
use crate::serve::Service;
use crate::serve::datasets::{Dataset, Datasets, Wanted};
use crate::serve::jobs::Store;
use crate::serve::settings::{CutoutSettings, Settings};

/// Characters of what a back-end says that clients are shown.
const SHOWN: usize = 1000;

/// What makes cutouts.
#[derive(Debug)]
pub struct Kitchen {
    /// Who computes.
    pub backend: Backend,
    /// Cutouts at the same time.
    pub turns: Arc<Semaphore>,
    /// Most bytes that are brought here of a file that is elsewhere or in a zip.
    pub most_bytes: u64,
    /// Asynchronous jobs.
    pub store: Arc<Store>,
}

/// A cutout.
#[derive(Debug)]
pub struct Dish {
    /// The file.
    pub path: PathBuf,
    /// Its media type.
    pub media_type: String,
    /// A name for it.
    pub name: String,
    /// Removed with everything in it when this is dropped.
    _folder: TempDir,
}

/// What a part of a dataset is.
#[derive(Debug)]
pub enum Served {
    /// A file.
    Dish(Dish),
    /// All of the dataset: nothing was to be cut.
    Whole(Box<Dataset>),
    /// Nothing.
    Nothing,
}

impl Kitchen {
    /// What makes cutouts as the settings say, with a store of its jobs.
    pub fn new(settings: &Settings, store: Arc<Store>) -> Self {
        let CutoutSettings { command, worker, pixels, bytes, running, .. } = &settings.cutouts;
        // A job may take longer than an answer.
        let time_limit = settings.limits.most_job_time.max(settings.limits.sync_time);
        let backend = match (command.as_slice(), worker) {
            ([], None) => Backend::Builtin(Limits { pixels: *pixels, input: *bytes }),
            ([], Some(url)) => {
                Backend::Worker(Worker { url: url.clone(), time_limit, most_bytes: *bytes })
            }
            (arguments, _) => Backend::Command(Command {
                arguments: arguments.to_vec(),
                time_limit,
                most_bytes: *bytes,
            }),
        };
        Self { backend, turns: Arc::new(Semaphore::new(*running)), most_bytes: *bytes, store }
    }

    /// The most files of a dataset that is cut: this program does not put those of a composite together.
    pub fn most_files(&self) -> usize {
        match self.backend {
            Backend::Builtin(_) => 1,
            Backend::Command(_) | Backend::Worker(_) => usize::MAX,
        }
    }

    /// Makes a cutout for somebody who waits, within a time; without one for a job, which waits for its turn as
    /// long as it may run, and ends this itself.
    ///
    /// # Errors
    /// S025 for a dataset that is not published, S072 for one that cannot be cut, S073 where the back-end failed,
    /// S031 when no turn comes, S032; those of queries and of files.
    pub async fn serve(
        &self,
        service: &Service,
        part: &Part,
        time: Option<Duration>,
    ) -> Result<Served> {
        let datasets = service.datasets();
        let dataset = find(&datasets, &part.id).await?;
        if !filter::is_left(&dataset, part) {
            return Ok(Served::Nothing);
        }
        let Some(shape) = &part.shape else { return Ok(Served::Whole(Box::new(dataset))) };
        let shelf = datasets.shelves.get(dataset.shelf).map(|shelf| shelf.name.as_str());
        let library = shelf.and_then(|name| service.offered.libraries.as_ref()?.get(name));
        let library =
            library.ok_or_else(|| uncut("the files of this dataset are not known here"))?;
        let busy =
            || Box::new(Diagnostic::error("S031", "as many cutouts are made as can be at a time"));
        let patience = time.map_or(Duration::MAX, |_| service.settings.limits.queue_time);
        let turn = Arc::clone(&self.turns).acquire_owned();
        let waiting = tokio::time::timeout(patience, turn);
        let turn = waiting.await.map_err(|_| busy())?.map_err(|_| busy())?;
        let made = async {
            // Images that not everybody on this machine may see.
            let folder = tempfile::Builder::new()
                .prefix("obscore-view-cutout-")
                .permissions(Permissions::from_mode(0o700))
                .tempdir();
            let folder = folder.map_err(|error| failed(&error.to_string()))?;
            let input = self.inputs(library, &dataset, folder.path()).await?;
            let name = format!("{}_{}_cutout.fits", dataset.dataset_type, dataset.id);
            let path = folder.path().join("cutout.fits");
            let job = Job {
                version: cutout::VERSION,
                input,
                dataset: described(&dataset),
                stencils: vec![shape.clone()],
                output: path.clone(),
                provenance: provenance(service, part, &dataset),
            };
            match self.backend.run_in_turn(&job, turn).await {
                Outcome::Made { media_type, .. } => {
                    Ok(Served::Dish(Dish { path, media_type, name, _folder: folder }))
                }
                Outcome::NoOverlap => Ok(Served::Nothing),
                Outcome::Failed { message, fault, code } => {
                    Err(refused(&message, fault, code.as_deref()))
                }
            }
        };
        match time {
            None => made.await,
            Some(time) => tokio::time::timeout(time, made).await.map_err(|_| {
                let message = format!("the cutout took longer than {} seconds", time.as_secs());
                Box::new(Diagnostic::error("S032", message))
            })?,
        }
    }

    /// The files of a dataset for a back-end; what is in a zip is unpacked into a folder.
    async fn inputs(
        &self,
        library: &Library,
        dataset: &Dataset,
        folder: &Path,
    ) -> Result<Vec<InputFile>> {
        let held = library.files(dataset.id).await?;
        let mut inputs = Vec::new();
        for (at, record) in held.records.iter().enumerate() {
            let place = match library.open(&held, record, Method::GET).await? {
                Opened::Here(content) => match content.path() {
                    Some(path) => Input::Path(path.to_owned()),
                    None => {
                        if content.size() > self.most_bytes {
                            return Err(uncut("the file in the zip is too large"));
                        }
                        let failed = |error: std::io::Error| failed(&error.to_string());
                        // Under its own name, which HISTORY tells; planes of a composite may have the same.
                        let folder = folder.join(at.to_string());
                        tokio::fs::create_dir(&folder).await.map_err(failed)?;
                        let path = folder.join(base_name(record));
                        let mut file = tokio::fs::File::create(&path).await.map_err(failed)?;
                        let mut pieces = content.pieces(0..content.size());
                        while let Some(piece) = pieces.next().await {
                            file.write_all(&piece.map_err(failed)?).await.map_err(failed)?;
                        }
                        file.flush().await.map_err(failed)?;
                        Input::Path(path)
                    }
                },
                Opened::Elsewhere(url) => Input::Url(url.to_string()),
            };
            inputs.push(InputFile { place, component: record.component.clone() });
        }
        Ok(inputs)
    }
}

/// The one dataset of an identifier.
async fn find(datasets: &Datasets, id: &str) -> Result<Dataset> {
    let found = datasets.find(&[Wanted::new(id)]).await?;
    let found: Vec<Dataset> = found.into_iter().flat_map(|found| found.datasets).collect();
    match <[Dataset; 1]>::try_from(found) {
        Ok([dataset]) => Ok(dataset),
        Err(none) if none.is_empty() => {
            let shown: String = id.chars().take(200).collect();
            let message = format!("no published dataset has the identifier `{shown}`");
            Err(Diagnostic::error("S025", message).into())
        }
        Err(several) => {
            let message = format!("{} datasets have this identifier", several.len());
            let error = Diagnostic::error("S072", message);
            Err(Box::new(error.help("name one by its UUID; /resolve lists them")))
        }
    }
}

fn described(dataset: &Dataset) -> cutout::Dataset {
    cutout::Dataset {
        id: Some(dataset.id.to_string()),
        did: dataset.text("obs_publisher_did").map(str::to_owned),
        dataset_type: Some(dataset.dataset_type.clone()),
        storage_class: Some(dataset.storage_class.clone()),
        run: Some(dataset.run.clone()),
        data_id: dataset.data_id.iter().cloned().collect(),
    }
}

/// What the result says of where it comes from.
fn provenance(
    service: &Service,
    part: &Part,
    dataset: &Dataset,
) -> indexmap::IndexMap<String, String> {
    let program = || format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let url = service.offered.url.as_ref().map(|url| format!("{url}/soda"));
    let said = [
        ("request", part.text()),
        ("service", url.unwrap_or_else(program)),
        ("dataset", dataset.id.to_string()),
    ];
    said.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn base_name(record: &Record) -> String {
    let place = Place::read(&record.path);
    let name = place.name().rsplit('/').next().unwrap_or_default();
    let name: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
    // A folder's name for itself is no name of a file.
    if name.trim_matches('.').is_empty() { "input".to_owned() } else { name }
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn uncut(message: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S072", message))
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn failed(message: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("S030", format!("the cutout cannot be made: {message}")))
}

/// What a back-end said: where it says that it is a fault of the request, or one that passes, the client is told; what
/// is the back-end's own trouble stays inside.
fn refused(message: &str, fault: Option<Fault>, code: Option<&str>) -> Box<Diagnostic> {
    // One line, and not a long one.
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    Box::new(match fault {
        Some(Fault::Usage) => Diagnostic::error("S072", line),
        Some(Fault::Unavailable) => Diagnostic::error("S031", line),
        None => {
            tracing::error!(message, code, "a back-end of cutouts failed");
            Diagnostic::error("S073", "the back-end of cutouts failed")
                .help("its operator finds the reason in the log")
        }
    })
}
