//! `demo`: a small real repository with its view.
//!
//! daf_butler wrote its registry and its images (`fixtures/demo/make.py`), so no Python is needed.

mod repository;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::compile::{self, Compiled, Regions, ViewOptions, compile};
use super::output::{Terminal, product};
use super::repositories::Further;
use super::{Failure, Outcome, apply};
use crate::db::{self, Database};
use crate::deploy::{self, Request, Unwatched};
use crate::diag::Source;
use crate::mapping;
use crate::serve::http::{listen, start_log};
use crate::serve::page;
use crate::serve::settings::{self, Flags};
use crate::value::Cell;

/// Make a small real repository with images, put the view on its registry, and answer three queries;
/// --serve then serves it.
///
/// With --serve there is a page at http://127.0.0.1:8080/ and TAP at http://127.0.0.1:8080/tap, with SIA,
/// links, files and cutouts, until Ctrl-C. The port is the next free one unless --bind says which.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folder of the repository; made when it does not exist.
    #[arg(default_value = "obscore-demo")]
    folder: PathBuf,
    /// Serve the repository afterwards: a page for people, TAP, SIA, links, files and cutouts.
    #[arg(long)]
    serve: bool,
    /// Address and port to listen at.
    #[arg(long, requires = "serve", value_name = "ADDR:PORT")]
    bind: Option<String>,
}

/// What is asked of the view, and why.
const QUERIES: [(&str, &str); 3] = [
    (
        "What is in this repository?",
        "SELECT dataproduct_subtype, calib_level, instrument_name, count(*) AS rows, \
         round(min(t_min), 3) AS first_mjd, round(max(t_max), 3) AS last_mjd FROM obscore GROUP BY \
         1, 2, 3 ORDER BY 2, 1, 3",
    ),
    (
        "What was taken last?",
        "SELECT obs_id, lsst_detector AS detector, em_filter_name AS band, round(t_min, 5) AS t_min, \
         round(s_ra, 4) AS s_ra, round(s_dec, 4) AS s_dec FROM obscore WHERE calib_level = 1 ORDER BY \
         t_min DESC, lsst_detector LIMIT 5",
    ),
    (
        "Which processed images lie within half a degree of RA 40, Dec -34.4?",
        "SELECT dataproduct_subtype, obs_id, em_filter_name AS band, round(s_fov, 3) AS s_fov, \
         substr(s_region, 1, 38) || '…' AS s_region FROM obscore WHERE calib_level >= 2 AND s_dec \
         BETWEEN -34.9 AND -33.9 AND abs(s_ra - 40) * cos(radians(34.4)) < 0.5 ORDER BY calib_level, \
         obs_id LIMIT 5",
    ),
];

pub async fn run(arguments: Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let folder = arguments.folder;
    repository::write(&folder).await?;
    let repo = folder.display().to_string();
    let mapping_file = folder.join("mapping.yaml");
    let sql_file = folder.join("obscore.sql");

    let (mapping, said) =
        mapping::read(Source::new(mapping_file.display().to_string(), repository::MAPPING));
    let mapping = mapping.ok_or(said)?;
    let (found, snapshot) = compile::snapshot(&repo).await?;
    // Plain SQL, so that any SQLite client can read the view.
    let options = ViewOptions { regions: Some(Regions::Inline), ..ViewOptions::default() };
    let compiled = compile(&mapping, &snapshot, snapshot.dialect, &options)?;
    product(&compiled.script.text(snapshot.dialect, &[]), Some(&sql_file))?;

    let database = apply::writable(found, "demo").await?;
    let answers = answers(&database, &compiled).await;
    database.close().await;
    let mut text = answers?;
    text.push_str(&what_is_there(&repo, &mapping_file, &sql_file, arguments.serve));
    product(&text, None)?;
    terminal.note("The view is live: what Butler writes to this registry shows at once.");
    match arguments.serve {
        true => serve(&folder, repo, mapping_file, arguments.bind.as_deref(), terminal).await,
        false => Ok(Outcome::Done),
    }
}

/// A folder of the datastore with one image, about RA 40, Dec -34.4.
const COADD: &str = "Demo/runs/DRP/second/deep_coadd/0/4/r";

/// Where everything is, and commands to go on with, as this program was called.
fn what_is_there(repo: &str, mapping: &Path, sql: &Path, served: bool) -> String {
    let (mapping, sql) = (mapping.display(), sql.display());
    let program = std::env::args().next().unwrap_or_else(|| "obscore-view".to_owned());
    let mut text = format!(
        "\nRegistry   {repo}/gen3.sqlite3 (written by daf_butler)\nMapping    {mapping}\nSQL        {sql}\n\n\
         Try next:\n  \
         sqlite3 {repo}/gen3.sqlite3 'SELECT obs_id, s_region FROM obscore LIMIT 3'\n  \
         {program} query {repo} -m {mapping} \"SELECT obs_id, t_min FROM ivoa.ObsCore WHERE 1 = \
         CONTAINS(POINT(40, -34.4), s_region)\"\n  \
         {program} cutout {repo}/{COADD}/*.fits --circle 40,-34.4,0.05 -o part.fits\n  \
         {program} check {repo} -m {mapping}\n  \
         {program} export {repo} -m {mapping} -o obscore.parquet\n"
    );
    if !served {
        let _ = writeln!(text, "  {program} demo {repo} --serve");
    }
    text
}

/// Ports that are tried one after the other where none was named.
const PORTS: std::ops::RangeInclusive<u16> = 8080..=8099;

/// Serves the repository until the process is told to end.
async fn serve(
    folder: &Path,
    repo: String,
    mapping: PathBuf,
    bind: Option<&str>,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let jobs = folder.join("jobs").display().to_string();
    let own = [("jobs.folder", jobs.as_str()), ("log_level", "warn")];
    let flags = Flags::from_pairs(None, own.into_iter().chain(bind.map(|bind| ("bind", bind))));
    let settings = settings::read(&flags, &db::Environment::process())?;
    start_log(&settings);
    let mut server = listen(settings.bind).await;
    for port in PORTS.skip(1).take_while(|_| bind.is_none()) {
        if server.is_ok() {
            break;
        }
        server = listen((settings.bind.ip(), port).into()).await;
    }
    let said = |address: std::net::SocketAddr| {
        let pyvo = page::pyvo(&format!("http://{address}/tap"), SERVED, 10, false);
        format!(
            "\nPage       http://{address}/\nTAP        http://{address}/tap\n\nFrom Python (pip install \
             pyvo):\n\n{pyvo}\nCtrl-C ends the service.\n"
        )
    };
    let input = compile::Input { repo, mapping };
    super::serve::serve(&input, &Further::default(), settings, server?, terminal, said).await
}

/// A query for those who have the service before them.
const SERVED: &str = "SELECT obs_id, em_filter_name, t_min, s_ra, s_dec\nFROM ivoa.ObsCore\nWHERE 1 = \
                      CONTAINS(POINT(40, -34.4), s_region)";

async fn answers(database: &Database, compiled: &Compiled) -> Result<String, Failure> {
    let request = Request {
        watch: &Unwatched,
        target: &compiled.target,
        script: &compiled.script,
        stamp: &compiled.stamp,
        rights: &compiled.rights,
        force: false,
    };
    deploy::apply(database, request, false).await?;
    let mut text = String::new();
    let mut session = database.snapshot().await?;
    for (question, sql) in QUERIES {
        let rows = session.rows(sql, &[]).await?;
        let _ = writeln!(text, "\n{question}\n{}", table(sql, &rows));
    }
    Ok(text)
}

fn table(sql: &str, rows: &[Vec<Cell>]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_header(headings(sql));
    for row in rows {
        table.add_row(row.iter().map(cell));
    }
    table
}

/// The names of the columns that the demo's own queries ask for.
fn headings(sql: &str) -> Vec<&str> {
    let list = sql.trim_start_matches("SELECT ").split(" FROM ").next().unwrap_or_default();
    let mut depth = 0_i32;
    list.split(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    })
    .map(|column| column.rsplit(' ').next().unwrap_or(column))
    .collect()
}

fn cell(value: &Cell) -> String {
    match value {
        Cell::Null => String::new(),
        Cell::Text(value) => value.clone(),
        Cell::Int(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        other => format!("{other:?}"),
    }
}
