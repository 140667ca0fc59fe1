//! Files of datastores in object stores and on web servers: the real process, moto's S3, signatures for Google,
//! Python's web server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "serve_support/bucket.rs"]
mod bucket;
mod serve_support;
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use bucket::Bucket;
use reqwest::blocking::Response;
use serve_support::http::{client, header};
use serve_support::process::{Served, Serving};
use sha2::{Digest, Sha256};
use support::files::{Files, Stored};
use support::python::{output, python};

/// The root as Butler writes it.
const OWN: &str = "<butlerRoot>";

/// Says in the configuration that the datastore is somewhere else.
fn move_root(files: &Files, from: &str, to: &str) {
    let yaml = files.repository.root.join("butler.yaml");
    let text = fs::read_to_string(&yaml).unwrap();
    let [own, other] = [from, to].map(|root| format!("\n  root: {root}\n"));
    assert!(text.contains(&own), "{text}");
    fs::write(&yaml, text.replace(&own, &other)).unwrap();
}

fn url(service: &Serving, stored: &Stored) -> String {
    format!("{}/files/{}", service.base.trim_end_matches("/tap"), stored.id)
}

fn place(files: &Files, stored: &Stored) -> String {
    stored.file.strip_prefix(&files.repository.root).unwrap().to_str().unwrap().to_owned()
}

/// Where an answer leads.
fn led(response: &Response) -> String {
    assert_eq!(response.status(), 307);
    assert_eq!(header(response, "cache-control"), "no-store");
    header(response, "location")
}

/// The address and the parameters of a URL, in any order.
fn parts(url: &str) -> (String, Vec<(String, String)>) {
    let url = reqwest::Url::parse(url).unwrap();
    let mut parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    parameters.sort();
    (url.as_str().split_once('?').unwrap().0.to_owned(), parameters)
}

/// When a URL was signed.
fn time(url: &str) -> String {
    let (_, parameters) = parts(url);
    parameters.into_iter().find(|(name, _)| name == "X-Amz-Date").unwrap().1
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refused(response: Response, status: u16, code: &str) {
    assert_eq!(response.status(), status);
    let text = response.text().unwrap();
    assert!(text.contains(code), "{text}");
}

#[test]
fn buckets_are_reached_by_signed_urls() {
    // moto knows signatures in headers only: these are compared with boto3's.
    let bucket = Bucket::start(false);
    let files = Files::sqlite();
    move_root(&files, OWN, &bucket.root());
    let image = files.one("visit_101_0");
    let plain = format!("store/{}", place(&files, image));
    bucket.put(&image.file, &plain);
    // A name with everything that a URL would read otherwise.
    let odd = files.one("raw_101_0");
    let name = "store/odd/a b+c=d&e#f%25g?h~ü.fits";
    bucket.put(&odd.file, name);
    let key = odd.id.replace('-', "");
    let path = "odd/a%20b+c=d&e%23f%2525g%3Fh~%C3%BC.fits";
    let change =
        format!("UPDATE file_datastore_records SET path='{path}' WHERE dataset_id='{key}'");
    output(Command::new("sqlite3").arg(&files.repository.database).arg(change));
    let served = Served::new(&files.repository.root, &files.mapping)
        // What is elsewhere is given although nothing of this machine is.
        .with(&["--files-signed-time", "2s", "--files-local", "false"])
        .within(bucket.variables());
    let service = served.start_alone();
    for (stored, key) in [(image, plain.as_str()), (odd, name)] {
        let place = led(&client().get(url(&service, stored)).send().unwrap());
        assert_eq!(parts(&place), parts(&bucket.signed("GET", &time(&place), 2, key)));
        assert!(place.contains("X-Amz-Expires=2") && !place.contains(&bucket.secret()), "{place}");
        let got = client().get(&place).send().unwrap();
        assert_eq!(got.status(), 200, "{place}");
        assert_eq!(sha256(&got.bytes().unwrap()), stored.sha256);
        let part = client().get(&place).header("range", "bytes=10-19").send().unwrap();
        assert_eq!(part.status(), 206);
        assert!(part.bytes().unwrap() == fs::read(&stored.file).unwrap()[10..20]);
        // For HEAD another signature is needed.
        let head = led(&client().head(url(&service, stored)).send().unwrap());
        assert_eq!(parts(&head), parts(&bucket.signed("HEAD", &time(&head), 2, key)));
        let head = client().head(head).send().unwrap();
        assert_eq!(header(&head, "content-length"), stored.size.to_string());
    }
    // A client that follows redirects sees a file.
    let following = reqwest::blocking::Client::new();
    let got = following.get(url(&service, image)).send().unwrap();
    assert_eq!(sha256(&got.bytes().unwrap()), image.sha256);
    let zipped = client().get(url(&service, files.one("zip_stored"))).send().unwrap();
    refused(zipped, 501, "S056");
    let direct = client().get(url(&service, files.one("direct"))).send().unwrap();
    refused(direct, 403, "S055");
    assert!(!service.log().contains(&bucket.secret()));

    // Rubin's profiles say the same.
    move_root(&files, &bucket.root(), &bucket.root().replace("s3://", "s3://embargo@"));
    let service = Served::new(&files.repository.root, &files.mapping)
        .within(bucket.profile("LSST_RESOURCES_S3_PROFILE_embargo"))
        .start_alone();
    let signed = led(&client().get(url(&service, image)).send().unwrap());
    assert_eq!(parts(&signed), parts(&bucket.signed("GET", &time(&signed), 900, &plain)));
}

#[test]
fn google_is_reached_by_signed_urls() {
    let files = Files::sqlite();
    move_root(&files, OWN, "gs://survey-1/store");
    let account = files.repository.root.join("account.json").display().to_string();
    let script = format!("{}/tests/oracle/google_signed.py", env!("CARGO_MANIFEST_DIR"));
    output(Command::new(python()).args([&script, "make", &account]));
    let odd = files.one("raw_101_0");
    let key = odd.id.replace('-', "");
    let rename = |path: &str| {
        let change =
            format!("UPDATE file_datastore_records SET path='{path}' WHERE dataset_id='{key}'");
        output(Command::new("sqlite3").arg(&files.repository.database).arg(change));
    };
    rename("odd/a%20b~%C3%BC.fits");
    let image = files.one("visit_101_0");
    let plain = format!("store/{}", place(&files, image));
    for variable in ["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_SERVICE_ACCOUNT"] {
        let served = Served::new(&files.repository.root, &files.mapping)
            .with(&["--files-signed-time", "90s", "--files-local", "false"])
            .within(vec![(variable, account.clone())]);
        let service = served.start_alone();
        for (stored, name) in [(image, plain.as_str()), (odd, "store/odd/a b~ü.fits")] {
            for method in ["GET", "HEAD"] {
                let request = match method {
                    "GET" => client().get(url(&service, stored)),
                    _ => client().head(url(&service, stored)),
                };
                let place = led(&request.send().unwrap());
                let asked = [&script, "check", &account, &place, method, "survey-1", name, "90"];
                output(Command::new(python()).args(asked));
            }
        }
        // A URL of what comes before the mark would be one of another object.
        for name in ["odd/a%23b.fits", "odd/a%3Fb.fits", "odd/a%2523b.fits", "odd/a+b.fits"] {
            rename(name);
            refused(client().get(url(&service, odd)).send().unwrap(), 503, "S057");
        }
        rename("odd/a%20b~%C3%BC.fits");
    }
    // An account that is none is said at the start; all else is served.
    let none = files.repository.root.join("none.json").display().to_string();
    let served = Served::new(&files.repository.root, &files.mapping)
        .within(vec![("GOOGLE_SERVICE_ACCOUNT", none)]);
    let service = served.start_alone();
    assert!(service.log().contains("warning[S059]"), "{}", service.log());
    refused(client().get(url(&service, image)).send().unwrap(), 503, "S057");
}

#[test]
fn a_bucket_without_credentials_is_told_at_the_start() {
    let files = Files::sqlite();
    move_root(&files, OWN, "s3://bucket/store");
    let broken = vec![("AWS_ENDPOINT_URL", "nowhere".to_owned())];
    let service = Served::new(&files.repository.root, &files.mapping).within(broken).start_alone();
    assert!(service.log().contains("S059"), "{}", service.log());
    let response = client().get(url(&service, files.one("visit_101_0"))).send().unwrap();
    refused(response, 503, "S057");
}

#[test]
fn web_servers_are_redirected_to() {
    let files = Files::sqlite();
    let mut server = Command::new(python())
        .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"])
        .arg(&files.repository.root)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let root = line.split_once('(').unwrap().1.split_once(')').unwrap().0;
    let odd = files.one("raw_101_0");
    let name = "a b#c%d.fits";
    fs::copy(&odd.file, files.repository.root.join(name)).unwrap();
    let key = odd.id.replace('-', "");
    let change = format!(
        "UPDATE file_datastore_records SET path='a%20b%23c%25d.fits' WHERE dataset_id='{key}'"
    );
    output(Command::new("sqlite3").arg(&files.repository.database).arg(change));
    move_root(&files, OWN, root);
    let service = Served::new(&files.repository.root, &files.mapping).start_alone();
    for stored in [files.one("visit_101_0"), odd] {
        let place = led(&client().get(url(&service, stored)).send().unwrap());
        assert!(place.starts_with(root), "{place}");
        let got = client().get(&place).send().unwrap();
        assert_eq!(got.status(), 200, "{place}");
        assert_eq!(sha256(&got.bytes().unwrap()), stored.sha256);
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let files = Files::sqlite();
    move_root(&files, OWN, "webdav://host/store");
    let service = Served::new(&files.repository.root, &files.mapping).start_alone();
    assert!(service.log().contains("webdav://"), "{}", service.log());
    let response = client().get(url(&service, files.one("visit_101_0"))).send().unwrap();
    refused(response, 501, "S056");
}
