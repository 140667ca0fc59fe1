//! Links of datasets as their users' programs see them: pyvo, astropy, plain HTTP, STILTS; and as the real Butler and
//! sphgeom tell what belongs together.
//!
//! Every check asks a process of its own, on the same registry in SQLite and in PostgreSQL. `datalink.py` looks at
//! every document with the rules of DataLink 1.1.
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

use serve_support::http::client;
use serve_support::invalidities;
use serve_support::process::{Served, Serving};
use support::files::Files;
use support::postgres::Cluster;
use support::python::{output, python};
use support::survey::{Repository, Survey};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve_support").join(name)
}

/// Has Python do a check of `datalink.py`.
fn check(base: &str, root: &Path, mapping: &Path, name: &str) {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(python());
    command.args(["-W", "ignore"]).arg(file("datalink.py")).arg(base).arg(root).arg(mapping);
    command.arg(name).env("PYTHONDONTWRITEBYTECODE", "1").env("HOME", home.path());
    println!("{}", output(&mut command));
}

/// The repository with files, on each database.
fn with_files() -> [Files; 2] {
    [Files::sqlite(), Files::postgres(Cluster::shared())]
}

fn serve_files(files: &Files, options: &[&str]) -> Serving {
    let folders = ["--files-folders", files.outside.to_str().unwrap()];
    let served = Served::new(&files.repository.root, &files.mapping).with(&folders);
    served.with(options).start_alone()
}

fn check_files(files: &Files, options: &[&str], names: &[&str]) {
    let service = serve_files(files, options);
    for name in names {
        check(&service.base, &files.repository.root, &files.mapping, name);
    }
    assert!(service.log().lines().all(|line| !line.contains(" ERROR ")), "{}", service.log());
}

#[test]
fn every_file_is_linked() {
    for files in with_files() {
        check_files(&files, &[], &["product", "related"]);
    }
}

#[test]
fn what_the_service_does_not_give_is_not_linked() {
    for files in with_files() {
        for options in [&[][..], &["--files-local", "false"], &["--files", "false"]] {
            let served = Served::new(&files.repository.root, &files.mapping);
            let service = served.with(options).start_alone();
            check(&service.base, &files.repository.root, &files.mapping, "offers");
        }
    }
}

#[test]
fn files_of_chains_of_datastores_are_linked() {
    check_files(&Files::chained(), &[], &["product", "downloads"]);
}

#[test]
fn pyvo_follows_what_is_attached() {
    for files in with_files() {
        check_files(&files, &[], &["attached", "downloads"]);
    }
}

/// The survey on each database.
fn surveys() -> [Repository; 2] {
    let survey = Survey::newest();
    [survey.sqlite(), survey.postgres(Cluster::shared())]
}

fn serve(repository: &Repository, options: &[&str]) -> Serving {
    Served::new(&repository.root, &file("datalink.yaml")).with(options).start_alone()
}

fn check_survey(repository: &Repository, options: &[&str], names: &[&str]) {
    let service = serve(repository, options);
    for name in names {
        check(&service.base, &repository.root, &file("datalink.yaml"), name);
    }
    assert!(service.log().lines().all(|line| !line.contains(" ERROR ")), "{}", service.log());
}

#[test]
fn what_belongs_together_is_what_butler_says() {
    for repository in surveys() {
        check_survey(&repository, &["--datalink-related", "100000"], &["related"]);
    }
}

#[test]
fn calibrations_are_those_that_butler_finds() {
    for repository in surveys() {
        check("", &repository.root, &file("datalink.yaml"), "certify");
        check_survey(&repository, &[], &["calibrations"]);
    }
}

#[test]
fn identifiers_are_any_text() {
    for repository in surveys() {
        check_survey(&repository, &[], &["hostile", "foreign"]);
    }
}

#[test]
fn more_than_is_taken_or_given_is_said() {
    for repository in surveys() {
        check_survey(&repository, &["--datalink-ids", "7"], &["many"]);
        check_survey(&repository, &[], &["thousands"]);
        check_survey(&repository, &["--datalink-related", "2"], &["more"]);
        check_survey(&repository, &["--datalink-related", "0"], &["alone"]);
    }
}

#[test]
fn links_are_for_those_who_may_ask() {
    let tokens = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(tokens.path(), "0123456789abcdef someone\n").unwrap();
    let tokens = tokens.path().display().to_string();
    for repository in surveys() {
        check_survey(&repository, &["--tokens", &tokens], &["guarded"]);
    }
}

#[test]
fn capabilities_say_how_to_ask() {
    let service = serve(&Survey::newest().sqlite(), &[]);
    let base = service.base.replace("/tap", "/datalink");
    let text = client().get(format!("{base}/capabilities")).send().unwrap().text().unwrap();
    assert_eq!(invalidities(&text), Vec::<String>::new(), "{text}");
    let (_, links) = text.split_once("ivo://ivoa.net/std/DataLink#links-1.1").unwrap();
    let links = links.split_once("</capability>").unwrap().0;
    for part in [
        &format!("<accessURL use=\"base\">{base}/links<"),
        "<queryType>GET</queryType>",
        "<queryType>POST</queryType>",
        "<resultType>application/x-votable+xml;content=datalink</resultType>",
        "<param use=\"required\" std=\"true\">",
        "<name>ID</name>",
        "<param use=\"optional\" std=\"true\">",
        "<name>RESPONSEFORMAT</name>",
    ] {
        assert!(links.contains(part), "{part}: {text}");
    }
}

#[test]
fn access_url_leads_here_unless_it_is_told_otherwise() {
    for repository in surveys() {
        check_survey(&repository, &[], &["access"]);
        for options in [&["--datalink-access-urls", "false"][..], &["--parity"]] {
            check_survey(&repository, options, &["untouched"]);
        }
    }
    // Where nobody knows how clients see the service.
    let [repository, _] = surveys();
    let service = serve(&repository, &["--bind", "0.0.0.0:0"]);
    let base = service.base.replace("0.0.0.0", "127.0.0.1");
    check(&base, &repository.root, &file("datalink.yaml"), "untouched");
    let service = serve(&repository, &["--bind", "0.0.0.0:0", "--base-url", "https://a.example/x"]);
    let base = service.base.replace("0.0.0.0", "127.0.0.1");
    let asked = client().get(format!("{base}/sync")).query(&[
        ("LANG", "ADQL"),
        ("RESPONSEFORMAT", "csv"),
        ("QUERY", "SELECT TOP 1 access_url FROM ivoa.ObsCore WHERE calib_level = 1"),
    ]);
    let text = asked.send().unwrap().text().unwrap();
    let start = "access_url\r\nhttps://a.example/x/datalink/links?ID=butler%3A//ivoa/";
    assert!(text.starts_with(start), "{text}");
}

const SERVICES: &str = r##"
services:
  - id: cut.out-1
    description: Cuts & <more>
    access_url: "https://example.org/cut?x=1&y=2"
    content_type: application/fits
    semantics: "#cutout"
    dataset_types: [visit_image]
    parameters:
      - {name: ID, value: "{did}", ucd: "meta.id;meta.main"}
      - {name: UUID, value: "x-{id}-y"}
      - {name: VISIT, value: "{visit}", datatype: long}
      - {name: CAMERA, value: "{instrument}"}
      - {name: RUN, value: "{run}"}
      - {name: SIZE, datatype: double, unit: deg, description: "Its <size>", min: "0.1", max: "2.5"}
      - {name: KIND, options: [image, "mask & <more>"]}
  - id: anything
    description: For everything
    access_url: "http://example.org/any"
    standard_id: "ivo://example.org/std#any"
"##;

#[test]
fn declared_services_are_described() {
    let services = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(services.path(), SERVICES).unwrap();
    let services = services.path().display().to_string();
    for repository in surveys() {
        check_survey(&repository, &["--datalink-services", &services], &["declared"]);
    }
}

#[test]
fn wrong_services_are_errors_with_their_place() {
    let files = Files::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("services.yaml");
    let good = "services:\n- id: one\n  description: d\n  access_url: https://e.org/a\n";
    let with = |more: &str| format!("{good}  {more}\n");
    for (text, at, words) in [
        (with("acess: x"), ":5:3", "unknown field `acess`"),
        (with("parameters: [{name: a, valeu: b}]"), ":5:", "unknown field `valeu`"),
        (with("parameters: [{name: a, datatype: text}]"), ":5:", "unknown variant `text`"),
        (good.replace("one", "1st"), ":2:7", "an id is a letter"),
        (good.replace("one", "'a b'"), ":2:8", "an id is a letter"),
        (format!("{good}{}", &good[10..]), ":5:7", "it is there twice"),
        (good.replace("https://e.org/a", "ftp://e.org/a"), ":2:7", "no http or https URL"),
        (good.replace("https://e.org/a", "e.org/a"), ":2:7", "no http or https URL"),
        (with("semantics: '#cutuot'"), ":2:7", "#cutout"),
        (with("semantics: cutout"), ":2:7", "a term such as #proc"),
        (with("parameters: [{name: P, value: '{did'}]"), ":2:7", "the value of P has a brace"),
        (with("parameters: [{name: P, value: '}{'}]"), ":2:7", "the value of P has a brace"),
        (good.replace("  description: d\n", ""), ":2:3", "missing field `description`"),
        (
            good.replace("  description: d\n", ""),
            ":2:3",
            "a description and an access_url at least",
        ),
        ("services: [\n".to_owned(), ":1:", "S003"),
        ("[]\n".to_owned(), ":1:1", "S003"),
    ] {
        std::fs::write(&place, &text).unwrap();
        let said = refused(&files, &place);
        let place = format!("services.yaml{at}");
        assert!(said.contains("S003") && said.contains(&place), "{place}: {said}\n{text}");
        assert!(said.contains(words), "{words}: {said}");
    }
    let said = refused(&files, &folder.path().join("none.yaml"));
    assert!(said.contains("S001") && said.contains("none.yaml"), "{said}");
}

/// What is said against a file of services.
fn refused(files: &Files, services: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    command.arg("serve").arg(&files.repository.root).arg("-m").arg(&files.mapping);
    command.args(["--bind", "127.0.0.1:0", "--datalink-services"]).arg(services);
    let done = command.output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!((done.status.code(), done.stdout.as_slice()), (Some(2), &b""[..]), "{said}");
    said
}

#[test]
fn the_applied_view_has_no_links() {
    let repository = Survey::newest().postgres(Cluster::shared());
    let mut apply = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    output(apply.arg("apply").arg(&repository.root).arg("-m").arg(file("datalink.yaml")));
    let service = serve(&repository, &["--via", "view"]);
    check(&service.base, &repository.root, &file("datalink.yaml"), "without");
    check(&service.base, &repository.root, &file("datalink.yaml"), "untouched");
}

#[test]
fn several_repositories() {
    let [files, other] = [Files::sqlite(), Files::sqlite()];
    let mapping = other.mapping.display().to_string();
    let [survey, _] = surveys();
    let root = survey.root.display().to_string();
    let own = file("datalink.yaml").display().to_string();
    let again = other.repository.root.display().to_string();
    let options = ["--add", "synth", &root, &own, "--add", "again", &again, &mapping];
    check_files(&files, &options, &["several"]);
}
