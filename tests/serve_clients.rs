//! The service as its users' programs see it: pyvo, astroquery, STILTS, curl.
//!
//! Every client asks a process of its own, on the same registry in SQLite and in PostgreSQL; the rows must be
//! Butler's own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serve_support::process::{Served, Serving, State, mapping};
use support::postgres::Cluster;
use support::python::{output, python, script};
use support::survey::{Repository, Survey};
use support::table::Table;

/// A service with what its rows must be.
struct Place {
    service: Serving,
    rows: PathBuf,
    _repository: Repository,
    _state: State,
    folder: tempfile::TempDir,
}

/// A service on each database.
fn places(options: &[&str]) -> [Place; 2] {
    let survey = Survey::newest();
    [survey.sqlite(), survey.postgres(Cluster::shared())].map(|repository| {
        let (state, folder) = (State::new(), tempfile::tempdir().unwrap());
        // Without the deviations from Butler's answers, which docs/deviations.md lists.
        let served = Served::new(&repository.root, &mapping()).with(&["--parity"]).with(options);
        let rows = folder.path().join("rows.json");
        let said = output(script("obscore_rows.py").arg(&repository.root).arg(mapping()));
        std::fs::write(&rows, said).unwrap();
        let service = served.start(&state);
        Place { service, rows, _repository: repository, _state: state, folder }
    })
}

/// Has Python do a check of `clients.py`.
fn python_client(places: &[Place], check: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve_support/clients.py");
    for place in places {
        let mut command = Command::new(python());
        command.arg(&script).arg(&place.service.base).arg(&place.rows).arg(check);
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("HOME", place.folder.path());
        output(&mut command);
    }
}

#[test]
fn pyvo() {
    let places = places(&[]);
    for check in ["documents", "rows", "limits", "errors", "jobs", "uploads", "formats"]
        .map(|c| format!("pyvo_{c}"))
    {
        python_client(&places, &check);
    }
}

#[test]
fn pyvo_is_warned_of_limits_of_the_service() {
    python_client(&places(&["--limits-rows", "10", "--limits-most-rows", "20"]), "pyvo_limited");
}

#[test]
fn astroquery() {
    python_client(&places(&[]), "astroquery_client");
}

/// The rows that the oracle counts.
fn count(place: &Place) -> usize {
    let text = std::fs::read_to_string(&place.rows).unwrap();
    text.lines().filter(|line| line.starts_with("{\"row\"")).count()
}

/// The datasets among them: an exposure of several visits has as many rows.
fn identifiers(place: &Place) -> usize {
    let table = Table::parse(&std::fs::read_to_string(&place.rows).unwrap());
    let at = table.columns.iter().position(|name| name == "obs_publisher_did").unwrap();
    let all: HashSet<_> = table.rows.iter().map(|row| row[at].to_string()).collect();
    all.len()
}

fn stilts(arguments: &[String]) -> String {
    output(Command::new("stilts").args(arguments))
}

#[test]
fn stilts_tapquery() {
    for place in places(&[]) {
        let file = |name: &str| place.folder.path().join(name).display().to_string();
        let url = format!("tapurl={}", place.service.base);
        let query = |adql: &str, more: &[String]| {
            let command = ["tapquery".to_owned(), url.clone(), format!("adql={adql}")];
            stilts(&[&command[..], more].concat())
        };
        let rows = |name: &str, format: &str| {
            let input = [format!("in={}", file(name)), format!("ifmt={format}")];
            let all = [&["tpipe".to_owned(), "omode=count".to_owned()][..], &input[..]].concat();
            // columns: 5   rows: 264
            stilts(&all).split_whitespace().last().unwrap().parse::<usize>().unwrap()
        };
        let columns = "SELECT obs_publisher_did, obs_id, t_min, s_region, calib_level, is_real FROM ivoa.ObsCore";
        for sync in ["true", "false"] {
            for format in ["votable", "votable-binary2-inline", "csv", "fits", "ecsv"] {
                let name = format!("{sync}.{format}");
                let (sync, out) = (format!("sync={sync}"), format!("out={}", file(&name)));
                query(columns, &[sync, out, format!("ofmt={format}")]);
                let format = format.split('-').next().unwrap();
                assert_eq!(rows(&name, format), count(&place), "{name}");
            }
            // A table of its own, with a join. STILTS has no way to write other letters than ASCII's in
            // FITS and BINARY, so obs_id stays behind.
            let ascii = "SELECT obs_publisher_did, t_min, calib_level FROM ivoa.ObsCore";
            query(
                ascii,
                &[
                    format!("sync={sync}"),
                    format!("out={}", file("ascii.fits")),
                    "ofmt=fits".to_owned(),
                ],
            );
            for serialization in ["TABLEDATA", "BINARY", "BINARY2"] {
                let more = [
                    format!("upvotformat={serialization}"),
                    format!("sync={sync}"),
                    "nupload=1".to_owned(),
                    format!("upload1={}", file("ascii.fits")),
                    "upname1=mine".to_owned(),
                    format!("out={}", file("joined.vot")),
                    "ofmt=votable".to_owned(),
                ];
                query(
                    "SELECT DISTINCT m.obs_publisher_did FROM TAP_UPLOAD.mine AS m JOIN ivoa.ObsCore AS o \
                 ON o.obs_publisher_did = m.obs_publisher_did AND o.calib_level = m.calib_level",
                    &more,
                );
                assert_eq!(rows("joined.vot", "votable"), identifiers(&place), "{serialization}");
            }
        }
        // All formats of the service that Debian's STILTS reads; its tab-separated one is another.
        for format in ["votable/td", "votable/b", "votable/b2", "csv", "fits"] {
            let name = format!("raw.{}", format.replace('/', "."));
            let (adql, format) = (format!("QUERY={columns}"), format!("FORMAT={format}"));
            let form = ["-d", "LANG=ADQL", "-d", &format, "--data-urlencode", &adql, "-o"];
            let sync = format!("{}/sync", place.service.base);
            curl(&[&form[..], &[&file(&name), &sync]].concat());
            let read = name.split('.').nth(1).unwrap();
            assert_eq!(rows(&name, read), count(&place), "{name}");
        }
    }
}

/// What curl writes.
fn curl(arguments: &[&str]) -> String {
    output(Command::new("curl").args(["-sS", "--max-time", "60"]).args(arguments))
}

#[test]
fn plain_curl() {
    for place in places(&[]) {
        let (base, wanted) = (&place.service.base, count(&place));
        let sync = format!("{base}/sync");
        let adql = "QUERY=SELECT obs_id, t_min FROM ivoa.ObsCore";
        // GET, POST as a form, POST in parts.
        let get = curl(&["-G", "-d", "LANG=ADQL&FORMAT=csv", "--data-urlencode", adql, &sync]);
        let post = curl(&["-d", "LANG=ADQL&FORMAT=csv", "--data-urlencode", adql, &sync]);
        let parts = curl(&["-F", "LANG=ADQL", "-F", "FORMAT=csv", "-F", adql, &sync]);
        assert_eq!(get.lines().count(), wanted + 1);
        assert!(get == post && get == parts);
        let packed = curl(&["--compressed", "-d", "LANG=ADQL&FORMAT=csv", "-d", adql, &sync]);
        assert_eq!(packed, get);
        // An upload in a part.
        let table = place.folder.path().join("upload.xml");
        std::fs::write(
            &table,
            "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"><RESOURCE><TABLE>\
             <FIELD name=\"select\" datatype=\"int\"/><DATA><TABLEDATA><TR><TD>41</TD></TR></TABLEDATA></DATA>\
             </TABLE></RESOURCE></VOTABLE>",
        )
        .unwrap();
        let part = format!("t=@{}", table.display());
        let query = "QUERY=SELECT \"select\" + 1 AS n FROM TAP_UPLOAD.t";
        let own =
            ["-F", "LANG=ADQL", "-F", "FORMAT=csv", "-F", query, "-F", "UPLOAD=t,param:t", "-F"];
        assert_eq!(curl(&[&own[..], &[&part, &sync]].concat()), "n\r\n42\r\n");
        // Only the columns are wanted.
        let none = curl(&["-d", "LANG=ADQL&MAXREC=0&FORMAT=votable/td", "-d", adql, &sync]);
        assert!(none.contains("name=\"t_min\"") && none.contains("value=\"OVERFLOW\""), "{none}");
        assert!(!none.contains("<TR>"), "{none}");
        // Heads without bodies.
        for path in [
            "sync?LANG=ADQL&QUERY=SELECT+table_name+FROM+TAP_SCHEMA.tables",
            "tables",
            "capabilities",
            "examples",
            "async",
        ] {
            let head = curl(&["--head", &format!("{base}/{path}")]);
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{path}: {head}");
        }
        // A job from its making to its end, following where the service leads.
        let job = curl(&[
            "-o",
            "/dev/null",
            "-w",
            "%{redirect_url}",
            "-d",
            "LANG=ADQL&PHASE=RUN&FORMAT=csv",
            "-d",
            adql,
            &format!("{base}/async"),
        ]);
        assert!(job.starts_with(&format!("{base}/async/")), "{job}");
        while curl(&[&format!("{job}/phase")]) != "COMPLETED" {
            let document = curl(&[&format!("{job}?WAIT=5")]);
            assert!(!document.contains("<uws:phase>ERROR"), "{document}");
        }
        assert_eq!(curl(&[&format!("{job}/results/result")]), get);
        let left = curl(&["-X", "DELETE", "-o", "/dev/null", "-w", "%{redirect_url}", &job]);
        let list = curl(&[&left]);
        assert!(list.contains("<uws:jobs") && !list.contains(&job), "{list}");
        let gone = curl(&["-o", "/dev/null", "-w", "%{http_code}", &job]);
        assert_eq!(gone, "404");
    }
}
