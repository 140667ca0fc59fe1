//! Results of jobs in an object store: the real process, against moto's S3.
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

use std::process::Command;
use std::time::{Duration, Instant};

use bucket::Bucket;
use reqwest::blocking::multipart::Form;
use serve_support::http::{client, header};
use serve_support::process::{Served, Serving, State, mapping};
use support::postgres::Cluster;
use support::survey::{Repository, Survey};

/// A hundred megabytes, which would be seen in the memory of a process: every row of a pair of tables.
const LARGE: &str = "SELECT a.*, b.obs_id AS other, a.run AS again \
                     FROM butler.dataset AS a, butler.exposure AS b";
/// So much that nobody waits for its end.
const HUGE: &str = "SELECT a.*, b.run AS other \
                    FROM butler.dataset AS a, butler.dataset AS b, butler.dataset AS c";

fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(Instant::now() < deadline, "not so: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The parameters of a query whose rows are not cut off.
fn whole(query: &str) -> [(&str, &str); 4] {
    [("LANG", "ADQL"), ("FORMAT", "csv"), ("MAXREC", "9000000"), ("QUERY", query)]
}

/// A job of such a query.
fn started(service: &Serving, query: &str) -> String {
    service.create(&[&whole(query)[..], &[("PHASE", "RUN")]].concat())
}

/// The most bytes of memory that a service ever had; without a result it is about 40 MB.
fn most_memory(service: &Serving) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

/// What is at the end of a job's path.
fn id(job: &str) -> &str {
    job.rsplit('/').next().unwrap()
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// A service of its own jobs, with results in `bucket`.
fn alone(bucket: &Bucket) -> (Served, Repository) {
    let repository = Survey::newest().sqlite();
    let options = ["--jobs-results", &bucket.url(), "--jobs-silence", "2s"];
    let served = Served::new(&repository.root, &mapping()).with(&options);
    (served.within(bucket.variables()), repository)
}

#[test]
fn replicas_share_what_jobs_have() {
    let bucket = Bucket::start(true);
    let cluster = Cluster::shared();
    let repository = Survey::newest().postgres(cluster);
    let jobs = cluster.url(&cluster.database());
    let options = ["--jobs-database", &jobs, "--jobs-results", &bucket.url()];
    let served = Served::new(&repository.root, &mapping())
        .with(&options)
        .with(&["--jobs-silence", "2s", "--log-level", "debug"])
        .within(bucket.variables());
    let states = [State::new(), State::new()];
    let [one, mut two] = [&states[0], &states[1]].map(|state| served.start(state));
    // What the services tried at their start is gone.
    assert_eq!(bucket.objects(), []);

    // A result of several parts: at both, and for another client of the store, the same bytes.
    let job = started(&one, LARGE);
    two.until(&job, "COMPLETED");
    let result = format!("{job}/results/result");
    let text = two.text(&result);
    assert!(text == one.text(&result), "replicas give different results");
    let found = bucket.objects();
    let [(name, size, parts)] = &found[..] else { panic!("{found:?}") };
    assert!(name.starts_with(&format!("of/jobs/{}/result-", id(&job))), "{name}");
    assert_eq!(*size, text.len() as u64);
    assert!(*size > 90 << 20 && *parts >= 10, "{size} bytes in {parts} parts");
    assert!(bucket.get(name) == text, "the object is something else");
    assert_eq!(bucket.uploads(), 0);
    let most = [&one, &two].map(most_memory);
    println!("{size} bytes in {parts} parts, most memory {most:?}");
    assert!(most.iter().all(|most| most < size), "{most:?} bytes of memory for {size}");
    let sync = one.post("/sync", &whole(LARGE)).text().unwrap();
    assert!(sorted(&sync) == sorted(&text), "the result is not what the query gives");
    let head = client().head(format!("{}{result}", two.base));
    let head = head.header("accept-encoding", "identity").send().unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(header(&head, "content-type"), "text/csv;header=present");
    assert_eq!(header(&head, "content-length"), size.to_string());
    assert_eq!(header(&head, "x-content-type-options"), "nosniff");

    // What is removed through one is gone for all.
    assert_eq!(two.post(&job, &[("ACTION", "DELETE")]).status(), 303);
    assert_eq!(one.get(&result).send().unwrap().status(), 404);
    until("the object is gone", || bucket.objects().is_empty());

    // An upload to one that ends before its job runs is used by the other.
    let table = "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"><RESOURCE><TABLE>\
                 <FIELD name=\"up\" datatype=\"int\"/><DATA><TABLEDATA><TR><TD>41</TD></TR></TABLEDATA></DATA>\
                 </TABLE></RESOURCE></VOTABLE>";
    let form = Form::new()
        .text("LANG", "ADQL")
        .text("FORMAT", "csv")
        .text("QUERY", "SELECT t.up + 1 AS n FROM TAP_UPLOAD.a AS t")
        .text("UPLOAD", "a,param:x")
        .part("x", reqwest::blocking::multipart::Part::text(table).file_name("x.xml"));
    let made = client().post(format!("{}/async", two.base)).multipart(form).send().unwrap();
    let job = header(&made, "location").replace(&two.base, "");
    assert_eq!(bucket.objects().len(), 1);
    two.tell_to_end();
    assert!(two.ended(Duration::from_secs(20)).success());
    let part = one.get(&format!("{job}/parameters/x")).send().unwrap();
    assert_eq!(header(&part, "content-disposition"), "attachment");
    assert_eq!(part.text().unwrap(), table);
    one.post(&format!("{job}/phase"), &[("PHASE", "RUN")]);
    one.until(&job, "COMPLETED");
    assert_eq!(one.text(&format!("{job}/results/result")), "n\r\n42\r\n");
    assert_eq!(bucket.objects().len(), 2);

    // Its time comes.
    let past = [("DESTRUCTION", "2020-01-01T00:00:00Z")];
    assert_eq!(one.post(&format!("{job}/destruction"), &past).status(), 303);
    until("objects of a job go with it", || bucket.objects().is_empty());
    assert_eq!(one.get(&job).send().unwrap().status(), 404);

    // Nothing was kept on the machines, and nothing said of the secret.
    for (state, service) in states.iter().zip([&one, &two]) {
        assert_eq!(std::fs::read_dir(state.path()).unwrap().count(), 0);
        assert!(!service.log().contains(&bucket.secret()));
    }
}

#[test]
fn an_upload_that_is_given_up_is_aborted() {
    let bucket = Bucket::start(false);
    let (served, _repository) = alone(&bucket);
    let mut service = served.start_alone();
    for ending in ["ABORT", "DELETE", "too long", "SIGTERM"] {
        let job = started(&service, HUGE);
        until("parts arrive", || bucket.uploads() == 1);
        match ending {
            "ABORT" => drop(service.post(&format!("{job}/phase"), &[("PHASE", "ABORT")])),
            "DELETE" => drop(service.post(&job, &[("ACTION", "DELETE")])),
            "too long" => {
                service.post(&format!("{job}/phase"), &[("PHASE", "ABORT")]);
                let job = service.create(&whole(HUGE));
                service.post(&format!("{job}/executionduration"), &[("EXECUTIONDURATION", "4")]);
                service.post(&format!("{job}/phase"), &[("PHASE", "RUN")]);
                let document = service.until(&job, "ABORTED");
                assert!(document.contains("longer than 4 seconds"), "{document}");
            }
            _ => {
                service.tell_to_end();
                service.ended(Duration::from_secs(40));
            }
        }
        until(&format!("aborted after {ending}"), || bucket.uploads() == 0);
        assert_eq!(bucket.objects(), [], "{ending}");
    }
}

#[test]
fn a_store_that_goes_away() {
    let mut bucket = Bucket::start(false);
    let (served, _repository) = alone(&bucket);
    let service = served.start_alone();
    let small = service.start("SELECT COUNT(*) AS n FROM butler.visit");
    service.until(&small, "COMPLETED");
    let job = started(&service, HUGE);
    until("parts arrive", || bucket.uploads() == 1);
    bucket.kill();
    let document = service.until(&job, "ERROR");
    assert!(document.contains("S034") && document.contains("object store"), "{document}");
    assert!(!document.contains("127.0.0.1:"), "{document}");
    // One that is small fails as well, and what is there cannot be read, but the rest goes on.
    let result = service.get(&format!("{small}/results/result")).send().unwrap();
    assert_eq!(result.status(), 503);
    assert!(result.text().unwrap().contains("S034"));
    let other = service.start("SELECT COUNT(*) AS n FROM butler.visit");
    let document = service.until(&other, "ERROR");
    assert!(document.contains("S034"), "{document}");
    assert_eq!(service.csv("SELECT COUNT(*) AS n FROM butler.visit").lines().count(), 1);
    let log = service.log();
    assert!(log.contains("the object store did not take a file"), "{log}");
    assert!(!log.contains("panic"), "{log}");
}

#[test]
fn a_store_that_cannot_be_used_is_said_at_once() {
    let bucket = Bucket::start(true);
    let repository = Survey::newest().sqlite();
    let state = State::new();
    let said = |url: &str, changes: &[(&str, Option<&str>)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
        command.arg("serve").arg(&repository.root).arg("-m").arg(mapping());
        command.args(["--bind", "127.0.0.1:0", "--jobs-results", url]);
        bucket.known_to(&mut command).env("XDG_STATE_HOME", state.path());
        for (name, value) in changes {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let done = command.output().unwrap();
        let text = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{text}");
        assert!(done.stdout.is_empty() && !text.contains(&bucket.secret()), "{text}");
        text
    };
    let url = bucket.url();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    for (url, changes, code, wanted) in [
        ("gs://results", &[][..], "S003", "`gs`, which is unknown"),
        ("/srv/results", &[], "S003", "it is s3://BUCKET or s3://BUCKET/PREFIX"),
        ("s3://", &[], "S003", "names no bucket"),
        ("s3://me:hush-hush@results", &[], "S003", "credentials come from the environment"),
        ("s3://nothing/x", &[], "S008", "NoSuchBucket"),
        (&url, &[("AWS_SECRET_ACCESS_KEY", Some("wrong"))], "S008", "SignatureDoesNotMatch"),
        (&url, &[("AWS_ACCESS_KEY_ID", Some("nobody"))], "S008", "InvalidAccessKeyId"),
        (&url, &[("AWS_SECRET_ACCESS_KEY", None)], "S008", "AWS_SECRET_ACCESS_KEY"),
        (&url, &[("AWS_ENDPOINT_URL", Some(&nowhere))], "S008", "Connection refused"),
        (&url, &[("AWS_ENDPOINT_URL", Some("nowhere"))], "S008", "is not a URL"),
    ] {
        let text = said(url, changes);
        assert!(text.contains(code) && text.contains(wanted), "{url} {changes:?}: {text}");
        assert!(!text.contains("hush-hush"), "{text}");
    }
    assert_eq!(bucket.objects(), []);
}
