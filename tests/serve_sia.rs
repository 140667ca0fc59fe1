//! Simple Image Access as its users' programs see it: pyvo, plain HTTP, astropy, STILTS; and as dax_obscore
//! answers the same questions.
//!
//! Every check asks a process of its own, on the same registry in SQLite and in PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serve_support::http::{client, header};
use serve_support::invalidities;
use serve_support::process::{Served, Serving, State};
use support::postgres::Cluster;
use support::python::{output, python};
use support::survey::{Repository, Survey};

/// A service on one of the databases.
struct Place {
    service: Serving,
    repository: Repository,
    _state: State,
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve_support").join(name)
}

/// A service on each database.
fn places(options: &[&str]) -> [Place; 2] {
    let survey = Survey::newest();
    [survey.sqlite(), survey.postgres(Cluster::shared())].map(|repository| {
        let state = State::new();
        let service = Served::new(&repository.root, &file("sia.yaml")).with(options).start(&state);
        Place { service, repository, _state: state }
    })
}

/// Has Python do a check of `sia.py`.
fn check(places: &[Place], name: &str) {
    for place in places {
        let mut command = Command::new(python());
        command.arg(file("sia.py")).arg(&place.service.base).arg(&place.repository.root);
        command.arg(file("sia.yaml")).arg(name);
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("HOME", place.repository.root.as_os_str());
        output(&mut command);
    }
}

impl Place {
    /// The URL of something below `/sia`.
    fn url(&self, path: &str) -> String {
        format!("{}/sia{path}", self.service.base.trim_end_matches("/tap"))
    }

    /// A document, with its status and type.
    fn get(&self, path: &str) -> (u16, String, String) {
        let response = client().get(self.url(path)).send().unwrap();
        let kind = header(&response, "content-type");
        (response.status().as_u16(), kind, response.text().unwrap())
    }
}

#[test]
fn parameters_are_conditions_of_adql() {
    check(&places(&[]), "adql");
}

#[test]
fn of_the_applied_view() {
    let repository = Survey::newest().postgres(Cluster::shared());
    let mut apply = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    output(apply.arg("apply").arg(&repository.root).arg("-m").arg(file("sia.yaml")));
    let state = State::new();
    let served = Served::new(&repository.root, &file("sia.yaml")).with(&["--via", "view"]);
    let service = served.start(&state);
    check(&[Place { service, repository, _state: state }], "adql");
}

#[test]
fn pyvo() {
    check(&places(&[]), "client");
}

#[test]
fn documents_and_errors() {
    let places = places(&[]);
    check(&places, "documents");
    check(&places, "errors");
}

#[test]
fn like_dax_obscore() {
    check(&places(&["--parity", "--sia-like", "dax_obscore"]), "dax");
}

#[test]
fn unlike_dax_obscore() {
    check(&places(&["--parity"]), "differences");
}

/// What `stilts votlint` says against a document.
fn votlint(document: &str) -> String {
    let place = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(place.path(), document).unwrap();
    let mut command = Command::new("stilts");
    let linted = command.arg("votlint").arg(format!("votable={}", place.path().display())).output();
    let linted =
        linted.unwrap_or_else(|error| panic!("stilts (scripts/setup installs it): {error}"));
    format!(
        "{}{}",
        String::from_utf8_lossy(&linted.stdout),
        String::from_utf8_lossy(&linted.stderr)
    )
}

#[test]
fn votables_are_legal() {
    let [place, _] = places(&[]);
    for query in ["MAXREC=0", "CALIB=2", "CALIB=1&MAXREC=3", "POS=x", "CALIB=0"] {
        for format in ["votable/td", "votable/b2"] {
            let (_, _, text) = place.get(&format!("/query?{query}&RESPONSEFORMAT={format}"));
            assert!(text.contains("QUERY_STATUS"), "{text}");
            assert_eq!(votlint(&text), "", "{query} {format}");
        }
    }
    assert_ne!(votlint("<VOTABLE><RESOURCE><NONSENSE/></RESOURCE></VOTABLE>"), "");
}

#[test]
fn capabilities_and_availability() {
    let tokens = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(tokens.path(), "0123456789abcdef someone\n").unwrap();
    let tokens = tokens.path().display().to_string();
    for guarded in [false, true] {
        let options = ["--tokens", tokens.as_str()];
        let [place, _] = places(if guarded { &options } else { &[] });
        let (status, _, text) = place.get("/capabilities");
        assert_eq!((status, invalidities(&text)), (200, Vec::new()), "{text}");
        assert!(text.contains("ivo://ivoa.net/std/SIA#query-2.0"), "{text}");
        assert!(text.contains(&format!(">{}<", place.url("/query"))), "{text}");
        assert_eq!(text.matches("<securityMethod").count(), usize::from(guarded), "{text}");
        let (status, _, text) = place.get("/availability");
        assert_eq!((status, invalidities(&text)), (200, Vec::new()), "{text}");
        assert!(text.contains("<vosi:available>true<"), "{text}");
        // The rows are for those who say who they are.
        let (status, kind, text) = place.get("/query?CALIB=1");
        if guarded {
            assert_eq!(
                (status, kind.as_str()),
                (401, "application/x-votable+xml;serialization=binary2")
            );
            assert!(text.contains(">DefaultFault: "), "{text}");
            let (status, kind, _) = place.get("/query?RESPONSEFORMAT=json");
            assert_eq!((status, kind.as_str()), (401, "application/json"));
            let asked = client().get(place.url("/query?CALIB=1")).bearer_auth("0123456789abcdef");
            assert_eq!(asked.send().unwrap().status(), 200);
        } else {
            assert_eq!(status, 200, "{text}");
        }
    }
}

#[test]
fn the_page_says_how() {
    let [place, _] = places(&[]);
    let page = place.service.base.trim_end_matches("tap").to_owned();
    let deadline = Instant::now() + Duration::from_secs(20);
    let text = loop {
        let text = client().get(&page).send().unwrap().text().unwrap();
        if text.contains("Counted from the registry itself") {
            break text;
        }
        assert!(Instant::now() < deadline, "{text}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(text.contains(&format!("value=\"{}\"", place.url(""))), "{text}");
    let snippet = text.split_once("id=\"pyvo-sia\"").unwrap().1;
    let snippet = snippet.split_once('>').unwrap().1.split_once("</pre>").unwrap().0;
    let snippet = snippet.replace("&quot;", "\"").replace("&apos;", "'");
    let mut command = Command::new(python());
    command.args(["-c", &format!("{snippet}\nassert len(rows) > 0, rows\n")]);
    let said = output(command.env("HOME", place.repository.root.as_os_str()));
    assert!(said.contains("dataproduct_type"), "{snippet}: {said}");
}

#[test]
fn several_tables() {
    let repository = Survey::newest().sqlite();
    let (state, root) = (State::new(), repository.root.display().to_string());
    let other = serve_support::process::mapping().display().to_string();
    let service = Served::new(&repository.root, &file("sia.yaml"))
        .with(&["--add", "other", &root, &other])
        .start(&state);
    let place = Place { service, repository, _state: state };
    let rows = |path: &str| {
        let (status, _, text) = place.get(&format!("{path}?RESPONSEFORMAT=csv&CALIB=2"));
        assert_eq!(status, 200, "{path}: {text}");
        text
    };
    assert!(rows("/query").contains("usdac/Test"));
    assert_eq!(rows("/ivoa/query"), rows("/query"));
    assert!(rows("/other/query").contains("ivo://example.org/test?"));
    assert_eq!(rows("/Other/query"), rows("/other/query"));
    let (_, _, text) = place.get("/other/capabilities");
    assert!(text.contains(&place.url("/other/query")), "{text}");
    assert_eq!(place.get("/other/availability").0, 200);
    // The page leads to both.
    let page = client().get(place.service.base.trim_end_matches("tap")).send().unwrap();
    let page = page.text().unwrap();
    for path in ["", "/other"] {
        assert!(page.contains(&format!("value=\"{}\"", place.url(path))), "{page}");
        assert!(page.contains(&format!("href=\"sia{path}/capabilities\"")), "{page}");
    }
    let (status, _, text) = place.get("/butler/query");
    assert_eq!(status, 404);
    assert!(text.contains("possible: ivoa, other"), "{text}");
}

#[test]
fn what_is_logged_and_counted() {
    let [place, _] = places(&["--limits-rows", "5", "--limits-most-rows", "7"]);
    let rows = |query: &str| {
        let (_, _, text) = place.get(&format!("/query?RESPONSEFORMAT=votable/td&{query}"));
        (text.matches("<TR>").count(), text.contains("value=\"OVERFLOW\""))
    };
    assert_eq!(
        [rows("CALIB=1"), rows("MAXREC=6"), rows("MAXREC=8")],
        [(5, true), (6, true), (7, true)]
    );
    assert_eq!(place.get("/query?CALIB=x").0, 400);
    let metrics = place.service.base.replace("/tap", "/metrics");
    let metrics = client().get(metrics).send().unwrap().text().unwrap();
    for line in ["{mode=\"sia\",ending=\"ok\"} 3", "{mode=\"sia\",ending=\"S011\"} 1"] {
        assert!(metrics.contains(line), "{metrics}");
    }
    assert!(
        place.service.log().contains("protocol=\"sia\" adql=\"SELECT *"),
        "{}",
        place.service.log()
    );
}
