//! `serve`: the service.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::compile::Input;
use super::output::{Terminal, product};
use super::repositories::{self, Further, Opened};
use super::{Failure, Outcome};
use crate::artifacts::{Access, Library};
use crate::db::{self, Environment, Options};
use crate::diag::Diagnostic;
use crate::resolve::service::Prefixes;
use crate::serve::datalink::Urls;
use crate::serve::files::{self, Libraries};
use crate::serve::http::{Server, listen, start_log};
use crate::serve::settings::{self, FileSettings, Flags, Settings};
use crate::serve::{self, Offered};
use crate::stream::engine::Service as Engine;

/// Serve a repository over HTTP: TAP with ObsCore and Butler's own tables, SIA with ObsCore, and files of datasets.
///
/// The base URL for TAP clients is http://ADDR:PORT/tap, for SIA clients http://ADDR:PORT/sia. Everything else has a default; every setting
/// is a flag, a variable of the environment, and a key in the file of --settings.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    further: Further,
    #[command(flatten)]
    flags: Flags,
}

pub async fn run(arguments: Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let settings = settings::read(&arguments.flags, &Environment::process())?;
    start_log(&settings);
    let server = listen(settings.bind).await?;
    // The first line is for scripts.
    let said = |address: SocketAddr| format!("http://{address}/tap\n");
    serve(&arguments.input, &arguments.further, settings, server, terminal, said).await
}

/// Serves until the process is told to end; `said` goes to stdout when clients can be answered.
pub async fn serve(
    input: &Input,
    further: &Further,
    settings: Settings,
    server: Server,
    terminal: &Terminal,
    said: impl FnOnce(SocketAddr) -> String,
) -> Result<Outcome, Failure> {
    let environment = Environment::process();
    let connections = u32::try_from(files::connections(&settings));
    let options = Options {
        connections: connections.unwrap_or(u32::MAX),
        prepare: settings.prepare,
        statement_timeout: longest(&settings),
        patience: settings.limits.queue_time.max(Duration::from_secs(1)),
        ..Options::default()
    };
    let url = url(&settings, server.address());
    let base = url.clone().unwrap_or_default();
    let gives_files = settings.files.is_on;
    let link = |schema: &str, repo: &str| {
        let known = matches!(db::configuration(repo, &environment), Ok(Some(_)));
        let urls = Urls { base: base.clone() };
        let files = (gives_files && known).then(|| urls.files());
        Prefixes { links: urls.links_of(schema), files }
    };
    let links: Option<&repositories::Links<'_>> = match (&url, settings.datalink.access_urls) {
        (Some(_), true) => Some(&link),
        _ => None,
    };
    let Opened { service, mapping, names } =
        repositories::open(input, further, links, &options, terminal).await?;
    let engine = Arc::new(service);
    let libraries = libraries(&engine, &names, &settings.files, &environment, terminal)?;
    let offered = Offered {
        catalog: engine.catalog.clone(),
        functions: serve::functions(),
        examples: serve::examples(&engine.catalog),
        shelves: serve::datasets::shelves(&engine).into(),
        libraries: libraries.clone(),
        url,
        title: mapping.obs_collection.clone().unwrap_or_else(|| "obscore-view".to_owned()),
    };
    let answer =
        serve::answer(Arc::clone(&engine), mapping.origin.clone(), serve::upload_limits(&settings));
    let probe = serve::probe(Arc::clone(&engine));
    let folder = folder(&input.repo, &settings);
    let service =
        serve::Service::new(settings, offered, (answer, probe), &folder, &environment).await?;
    let end = CancellationToken::new();
    let told = end.clone();
    // The first query by place would otherwise wait for it.
    let ready = Arc::clone(&engine);
    let ready = tokio::spawn(async move { ready.look_ahead().await });
    // Before anybody knows that there is something to end.
    let listening = ended()?;
    product(&said(server.address()), None)?;
    tokio::spawn(async move {
        listening.await;
        told.cancel();
    });
    let page = serve::page::routes(&service);
    let files = files::routes(&service, libraries);
    service.run(server, page.merge(files), end).await;
    ready.abort();
    for site in &engine.sites {
        site.database.close().await;
    }
    Ok(Outcome::Done)
}

/// The URL of the service, where it is the same for all clients.
fn url(settings: &Settings, address: SocketAddr) -> Option<String> {
    let own = (!address.ip().is_unspecified()).then(|| format!("http://{address}"));
    settings.base_url.clone().or(own)
}

/// The datastores whose files are given; nothing where files are switched off.
fn libraries(
    engine: &Engine,
    names: &[String],
    settings: &FileSettings,
    environment: &Environment,
    terminal: &Terminal,
) -> Result<Option<Libraries>, Failure> {
    if !settings.is_on {
        return Ok(None);
    }
    let mut libraries = Libraries::new();
    // Who may read the view only cannot know where files are.
    let sites = engine.sites.iter().zip(names).filter(|(site, _)| !site.is_applied);
    for (site, name) in sites {
        let Some(configuration) = db::configuration(name, environment)? else { continue };
        let (database, namespace) = (site.database.clone(), site.target.namespace.clone());
        let access = Access {
            is_local: settings.is_local,
            folders: settings.folders.clone(),
            signed: settings.signed,
        };
        let (library, remarks) =
            Library::new(database, namespace, &configuration, access, environment);
        remarks.iter().for_each(|remark| terminal.say(remark));
        let library = Arc::new(library);
        let schemas = site.published.iter().map(|one| one.schema.clone());
        libraries.extend(schemas.map(|schema| (schema, Arc::clone(&library))));
    }
    Ok(Some(libraries))
}

/// How long a statement may run in the database: longer than any query. It matters when this process was
/// killed, and cannot stop what it began.
fn longest(settings: &Settings) -> Option<Duration> {
    let limits = &settings.limits;
    let longest = limits.sync_time.max(limits.most_job_time);
    (!limits.most_job_time.is_zero()).then(|| longest + Duration::from_mins(1))
}

/// The folder of jobs: by default one of this user's for this repository.
fn folder(repo: &str, settings: &Settings) -> PathBuf {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(repo.as_bytes());
    let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let _ = settings;
    let base = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")));
    base.unwrap_or_else(std::env::temp_dir).join("obscore-view").join(name)
}

/// Ends when the process is told to.
fn ended() -> Result<impl Future<Output = ()> + Send, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let heard =
        |kind| signal(kind).map_err(|error| Box::new(Diagnostic::error("X009", error.to_string())));
    let (mut interrupt, mut terminate) =
        (heard(SignalKind::interrupt())?, heard(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
