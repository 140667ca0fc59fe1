//! Cutouts over HTTP: the real process, on a repository whose files Butler wrote, against astropy and pyvo.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;

use std::path::Path;
use std::process::Command;

use serve_support::http::{client, header};
use serve_support::process::{Served, Serving};
use support::files::Files;
use support::postgres::Cluster;
use support::python::{output, python};

fn serve(files: &Files, options: &[&str]) -> Serving {
    Served::new(&files.repository.root, &files.mapping).with(options).start_alone()
}

fn base(service: &Serving) -> &str {
    service.base.trim_end_matches("/tap")
}

/// The answer to a cutout of a visit image.
fn cut(files: &Files, service: &Serving, shape: &str) -> reqwest::blocking::Response {
    let id = files.one("visit_101_0").id.clone();
    let form = [("ID", id.as_str()), ("CIRCLE", shape)];
    client().post(format!("{}/soda/sync", base(service))).form(&form).send().unwrap()
}

const INSIDE: &str = "40.0 -5.0 0.01";

#[test]
fn clients_get_what_astropy_cuts() {
    for files in [Files::sqlite(), Files::postgres(Cluster::shared())] {
        let service = serve(&files, &[]);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve_support/soda.py");
        let stored = files.repository.root.join("stored.json");
        let mut command = Command::new(python());
        command.arg(script).arg(base(&service)).arg(stored).arg(&files.repository.root);
        output(&mut command);
    }
}

#[test]
fn limits_and_switches() {
    let files = Files::sqlite();
    let service = serve(&files, &["--cutouts-pixels", "1000"]);
    let answer = cut(&files, &service, INSIDE);
    assert_eq!(answer.status(), 400);
    let text = answer.text().unwrap();
    assert!(text.starts_with("UsageError") && text.contains("more than 1000"), "{text}");
    for off in [["--cutouts", "false"], ["--files", "false"]] {
        let service = serve(&files, &off);
        let answer = cut(&files, &service, INSIDE);
        assert_eq!(answer.status(), 404);
        assert!(answer.text().unwrap().contains("[S070]"));
        let links = format!("{}/datalink/links?ID={}", base(&service), files.one("visit_101_0").id);
        let links = client().get(links).send().unwrap().text().unwrap();
        assert!(!links.contains("#cutout"), "{links}");
    }
}

#[test]
fn only_those_who_may_ask() {
    let files = Files::sqlite();
    let tokens = files.repository.root.join("tokens");
    std::fs::write(&tokens, "hush-hush-hush-hush vera\n").unwrap();
    Command::new("chmod").arg("600").arg(&tokens).status().unwrap();
    let service = serve(&files, &["--tokens", tokens.to_str().unwrap()]);
    let refused = cut(&files, &service, INSIDE);
    assert_eq!(refused.status(), 401);
    assert!(refused.text().unwrap().starts_with("AuthenticationError"));
    let jobs = client().get(format!("{}/soda/async", base(&service))).send().unwrap();
    assert_eq!(jobs.status(), 401);
    let id = files.one("visit_101_0").id.clone();
    let url = format!("{}/soda/sync", base(&service));
    let query = [("ID", id.as_str()), ("CIRCLE", INSIDE)];
    let request = client().get(url).query(&query).bearer_auth("hush-hush-hush-hush");
    let answer = request.send().unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-type"), "application/fits");
}

/// A back-end of others: the one that the documentation shows, and what fails in its way.
#[test]
fn other_backends() {
    let files = Files::sqlite();
    let command = |program: &str, arguments: &str| {
        let list = format!("{program},{arguments}");
        serve(&files, &["--cutouts-command", list.trim_end_matches(',')])
    };
    let own = env!("CARGO_BIN_EXE_obscore-view");
    let service = command(own, "cutout,--job,-");
    let answer = cut(&files, &service, INSIDE);
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().unwrap().starts_with(b"SIMPLE"));
    assert_eq!(cut(&files, &service, "200 40 0.1").status(), 204);
    for (program, arguments) in
        [("/bin/false", ""), ("/nowhere/at/all", ""), ("/bin/echo", "hello")]
    {
        let service = command(program, arguments);
        let answer = cut(&files, &service, INSIDE);
        assert_eq!(answer.status(), 500, "{program}");
        let text = answer.text().unwrap();
        assert!(text.starts_with("Error: ") && text.contains("[S073]"), "{text}");
        assert!(!text.contains(program), "{text}");
        assert!(service.log().contains("a back-end of cutouts failed"), "{}", service.log());
    }
    let state = serve_support::process::State::new();
    let wrong = [
        ["--cutouts-worker", "nonsense"].as_slice(),
        &["--cutouts-worker", "http://127.0.0.1:1/", "--cutouts-command", "/bin/true"],
        &["--cutouts-running", "0"],
    ];
    for options in wrong {
        let mut command = Command::new(own);
        command.arg("serve").arg(&files.repository.root).arg("-m").arg(&files.mapping);
        let done = command.args(options).args(["--bind", "127.0.0.1:0"]).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{options:?}");
    }
    drop(state);
}
