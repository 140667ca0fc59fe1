//! Services over throw-away registries, and their answers as plain rows.

// Several test binaries compile all of this and each uses a part of it.
#![allow(dead_code, unreachable_pub)]

pub mod answer;
pub mod corpus;
pub mod everywhere;
pub mod plans;
pub mod random;
pub mod stand_in;
pub mod twins;

use std::path::Path;
use std::time::Duration;

use obscore_view::adql::Version;
use obscore_view::db::{Access, Database, Environment, Options, Repo, introspect, resolve};
use obscore_view::diag::{Diagnostic, Source};
use obscore_view::mapping;
use obscore_view::region::{RegionOptions, Winding};
use obscore_view::resolve;
use obscore_view::stream::engine::{Limits, Prepared, Service, Site, Upload, with_functions};
use obscore_view::votable::read;

use crate::support::survey::{Repository, mapping as mapping_file};
use answer::{Answer, Collect};

/// How a mapping's rows are made: just as Butler makes them.
pub const REGIONS: RegionOptions =
    RegionOptions { winding: Winding::Butler, all_region_types: false };

/// A service of a repository, with the rows that Butler itself would make.
pub async fn service(repository: &Repository) -> Service {
    service_of(&repository.root, &mapping_file("search"), true).await
}

/// A service of the repository in a folder.
pub async fn service_of(root: &Path, file: &Path, parity: bool) -> Service {
    service_with(root, file, parity, REGIONS).await
}

/// As [`service_of`], with options for regions.
pub async fn service_with(
    root: &Path,
    file: &Path,
    parity: bool,
    regions: RegionOptions,
) -> Service {
    let site =
        site_with(root, file, parity, ("ivoa", "butler"), (regions, Options::default())).await;
    Service::new(vec![site], regions).await.expect("a service")
}

/// A repository with an ObsCore table in one schema and Butler's tables in another.
pub async fn site(
    root: &Path,
    file: &Path,
    parity: bool,
    schema: &str,
    native: &str,
) -> (Site, RegionOptions) {
    let regions = (REGIONS, Options::default());
    (site_with(root, file, parity, (schema, native), regions).await, REGIONS)
}

/// The same with regions as they are asked for, and options of the database.
pub async fn site_with(
    root: &Path,
    file: &Path,
    parity: bool,
    (schema, native): (&str, &str),
    (regions, options): (RegionOptions, Options),
) -> Site {
    let text = std::fs::read_to_string(file).expect("a mapping");
    let (mapping, said) = mapping::read(Source::new("mapping.yaml", text));
    let mapping = mapping.unwrap_or_else(|| panic!("{said:?}"));
    let environment = Environment::process();
    let found = resolve(&root.display().to_string(), &environment).expect("a repository");
    let Repo::Database(place) = found else { panic!("not a database") };
    let options = with_functions(options);
    let database = Database::open(&place, Access::ReadOnly, &options).await.expect("it opens");
    let snapshot = introspect(&database).await.expect("a registry");
    let resolving = resolve::Options { dialect: snapshot.dialect, parity };
    let (plan, _) = resolve::resolve(&mapping, &snapshot, resolving).expect("a plan");
    let mut site = Site::new(database, &snapshot, native, regions);
    site.publish(schema, "ObsCore", plan, &snapshot, regions);
    site
}

/// The answer to a query that has one.
pub async fn answer(service: &Service, adql: &str, uploads: &[Upload]) -> Answer {
    let answer = ask(service, adql, uploads).await;
    answer.unwrap_or_else(|wrong| panic!("{}\n{adql}", said(&wrong)))
}

/// The answer to a query that has one; none where it takes longer than that, as it does for some in a form that
/// is not turned around.
pub async fn answer_soon(
    service: &Service,
    adql: &str,
    uploads: &[Upload],
    longest: Duration,
) -> Option<Answer> {
    let limits = Limits { time: Some(longest), ..limits(adql) };
    let answer = ask_within(service, adql, uploads, None, limits, std::future::pending()).await;
    match answer {
        Ok(answer) => Some(answer),
        Err(wrong) if wrong[0].code == "Q118" => None,
        Err(wrong) => panic!("{}\n{adql}", said(&wrong)),
    }
}

/// Understands a query.
pub fn prepare(
    service: &Service,
    adql: &str,
    uploads: &[Upload],
) -> Result<Prepared, Vec<Diagnostic>> {
    service.prepare(&Source::new("query", adql), Version::V2_1, uploads)
}

/// Understands and answers a query.
pub async fn ask(
    service: &Service,
    adql: &str,
    uploads: &[Upload],
) -> Result<Answer, Vec<Diagnostic>> {
    ask_within(service, adql, uploads, None, limits(adql), std::future::pending()).await
}

/// Of half of the queries, datasets and dimension records are read apart however few they are.
fn limits(adql: &str) -> Limits {
    let joined_rows = if adql.len().is_multiple_of(2) { 0 } else { Limits::default().joined_rows };
    Limits { joined_rows, ..Limits::default() }
}

/// As [`ask`], with limits.
pub async fn ask_within(
    service: &Service,
    adql: &str,
    uploads: &[Upload],
    most: Option<u64>,
    limits: Limits,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> Result<Answer, Vec<Diagnostic>> {
    let prepared = prepare(service, adql, uploads)?;
    let (sink, rows) = Collect::new();
    let done = service
        .answer(&prepared, uploads, most, limits, Box::new(sink), stopped)
        .await
        .map_err(|wrong| vec![*wrong])?;
    let rows = rows.take();
    assert_eq!(done.rows, rows.len() as u64, "{adql}");
    Ok(Answer {
        columns: prepared.columns().to_vec(),
        rows,
        is_ordered: !prepared.checked.body.order.is_empty(),
        overflow: done.overflow,
    })
}

/// The codes and messages of what went wrong.
pub fn said(wrong: &[Diagnostic]) -> String {
    wrong.iter().map(|one| one.render(false)).collect()
}

/// A VOTable as a table of TAP_UPLOAD.
pub fn upload(name: &str, file: &Path) -> Upload {
    Upload::open(name, file.to_owned(), &read::Limits::default()).expect("a VOTable")
}

/// The same query, with a table that no registry has: its rows are brought to this process.
pub fn staged(adql: &str) -> String {
    let brought = "WITH brought_here AS (SELECT table_name FROM TAP_SCHEMA.tables)";
    let start = adql.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
    match start.trim_start().get(..5) {
        Some(word) if word.eq_ignore_ascii_case("WITH ") => {
            format!("{brought}, {}", &start.trim_start()[5..])
        }
        _ => format!("{brought} {start}"),
    }
}
