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

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

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
    for (program, arguments) in [("/bin/false", ""), ("/bin/echo", "hello")] {
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
        &["--cutouts-command", "/nowhere/at/all"],
        &["--cutouts-command", "no-such-program-anywhere,x"],
        // A file that is none.
        &["--cutouts-command", "/etc/passwd"],
    ];
    for options in wrong {
        // One that serves would do so for ever.
        let mut command = Command::new("timeout");
        command
            .args(["20", own, "serve"])
            .arg(&files.repository.root)
            .arg("-m")
            .arg(&files.mapping);
        let done = command.args(options).args(["--bind", "127.0.0.1:0"]).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{options:?}: {said}");
        assert!(said.contains("[S00") && said.contains("--cutouts-"), "{said}");
    }
    drop(state);
}

/// The job that a form makes.
fn job_of(service: &Serving, form: &[(&str, &str)]) -> String {
    let url = format!("{}/soda/async", base(service));
    let answer = client().post(url).form(form).send().unwrap();
    assert_eq!(answer.status(), 303);
    header(&answer, "location")
}

fn get(url: &str) -> reqwest::blocking::Response {
    client().get(url).send().unwrap()
}

/// Waits for the end of a job; its phase.
fn ended(job: &str) -> String {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        let phase = get(&format!("{job}/phase")).text().unwrap();
        if ["COMPLETED", "ERROR", "ABORTED"].contains(&phase.as_str()) {
            return phase;
        }
        assert!(Instant::now() < end, "{phase}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Results in the folder of jobs.
fn results(folder: &Path) -> usize {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let inside = names.filter_map(|entry| std::fs::read_dir(entry.path()).ok()).flatten().flatten();
    inside.filter(|entry| entry.file_name().to_string_lossy().starts_with("result")).count()
}

fn until(said: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !said() {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn ranges_through_the_meridian_are_those_east_of_it() {
    let files = Files::sqlite();
    let service = serve(&files, &[]);
    let id = files.one("visit_101_0").id.clone();
    let range = |text: &str| {
        let form = [("ID", id.as_str()), ("POS", text)];
        let answer = client().post(format!("{}/soda/sync", base(&service))).form(&form).send();
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 200, "{text}");
        let bytes = answer.bytes().unwrap();
        // The last pixels; HISTORY, before them, tells the time.
        (bytes.len(), bytes[bytes.len() - 2880..].to_vec())
    };
    let expected = range("RANGE 39.99 40.01 -5.01 -4.99");
    assert_eq!(range("RANGE -320.01 -319.99 -5.01 -4.99"), expected);
    assert_eq!(range("RANGE 399.99 400.01 -5.01 -4.99"), expected);
    assert_ne!(range("RANGE 0 40.01 -5.01 -4.99"), expected);
}

/// A back-end that takes its time, and makes a file of so many bytes.
fn slow(folder: &Path, seconds: &str, bytes: u32) -> PathBuf {
    let script = folder.join(format!("slow-{seconds}-{bytes}.sh"));
    let text = format!(
        "#!/bin/sh\noutput=$(sed 's/.*\"output\":\"\\([^\"]*\\)\".*/\\1/')\nsleep {seconds}\n\
         head -c {bytes} /dev/zero > \"$output\"\n\
         echo '{{\"outcome\": \"made\", \"media_type\": \"application/fits\"}}'\n"
    );
    std::fs::write(&script, text).unwrap();
    Command::new("chmod").arg("700").arg(&script).status().unwrap();
    script
}

#[test]
fn a_job_has_one_time_for_all_of_its_cutouts() {
    let files = Files::sqlite();
    let jobs = files.repository.root.join("jobs-here");
    let script = slow(&files.repository.root, "0.7", 100);
    let (script, folder) = (script.to_str().unwrap(), jobs.to_str().unwrap());
    let options = ["--cutouts-command", script, "--jobs-folder", folder];
    let service = serve(&files, &options);
    let id = files.one("visit_101_0").id.clone();
    let mut form = vec![("ID", id.as_str()), ("PHASE", "RUN"), ("EXECUTIONDURATION", "2")];
    form.extend([("CIRCLE", INSIDE); 8]);
    let start = Instant::now();
    let job = job_of(&service, &form);
    until(|| results(&jobs) > 0);
    // An overrun has the effect of ABORT.
    assert_eq!(ended(&job), "ABORTED");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let said = get(&format!("{job}/error")).text().unwrap();
    assert!(said.contains("longer than 2 seconds"), "{said}");
    until(|| results(&jobs) == 0);
    // The same when its client stops it.
    form[2].1 = "60";
    let job = job_of(&service, &form);
    until(|| results(&jobs) > 0);
    let stop = client().post(format!("{job}/phase")).form(&[("PHASE", "ABORT")]).send().unwrap();
    assert_eq!(stop.status(), 303);
    assert_eq!(ended(&job), "ABORTED");
    until(|| results(&jobs) == 0);
}

#[test]
fn jobs_wait_for_their_turn() {
    let files = Files::sqlite();
    let script = slow(&files.repository.root, "1", 100);
    let options = [
        "--cutouts-command",
        script.to_str().unwrap(),
        "--cutouts-running",
        "1",
        "--limits-queue-time",
        "100ms",
    ];
    let service = serve(&files, &options);
    let id = files.one("visit_101_0").id.clone();
    let form = [("ID", id.as_str()), ("CIRCLE", INSIDE), ("PHASE", "RUN")];
    let jobs: Vec<String> = (0..3).map(|_| job_of(&service, &form)).collect();
    // Who waits for an answer is told.
    until(|| cut(&files, &service, INSIDE).status() == 503);
    for job in jobs {
        assert_eq!(ended(&job), "COMPLETED");
    }
}

#[test]
fn all_results_of_a_job_have_a_limit() {
    let files = Files::sqlite();
    let jobs = files.repository.root.join("jobs-here");
    let script = slow(&files.repository.root, "0", 400);
    let (script, folder) = (script.to_str().unwrap(), jobs.to_str().unwrap());
    let options =
        ["--cutouts-command", script, "--jobs-folder", folder, "--cutouts-job-bytes", "1kB"];
    let service = serve(&files, &options);
    let id = files.one("visit_101_0").id.clone();
    let mut form = vec![("ID", id.as_str()), ("PHASE", "RUN")];
    form.extend([("CIRCLE", INSIDE); 2]);
    assert_eq!(ended(&job_of(&service, &form)), "COMPLETED");
    assert_eq!(results(&jobs), 2);
    form.push(("CIRCLE", INSIDE));
    let job = job_of(&service, &form);
    assert_eq!(ended(&job), "ERROR");
    let said = get(&format!("{job}/error")).text().unwrap();
    assert!(said.contains("more than 1000 bytes together") && said.contains("[S074]"), "{said}");
    assert_eq!(results(&jobs), 2);
}

/// A script as a back-end.
fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
    let script = folder.join(name);
    std::fs::write(&script, format!("#!/bin/sh\n{text}\n")).unwrap();
    Command::new("chmod").arg("700").arg(&script).status().unwrap();
    script
}

#[test]
fn errors_of_jobs_begin_with_their_word() {
    let files = Files::sqlite();
    let tokens = files.repository.root.join("tokens");
    std::fs::write(&tokens, "hush-hush-hush-hush vera\nhist-hist-hist-hist ola\n").unwrap();
    Command::new("chmod").arg("600").arg(&tokens).status().unwrap();
    let options = ["--tokens", tokens.to_str().unwrap(), "--limits-query-bytes", "5kB"];
    let service = serve(&files, &options);
    let all = format!("{}/soda/async", base(&service));
    let (vera, ola) = ("hush-hush-hush-hush", "hist-hist-hist-hist");
    let get = |url: &str, who: &str| client().get(url).bearer_auth(who).send().unwrap();
    let post = |url: &str, form: &[(&str, &str)]| {
        client().post(url).bearer_auth(vera).form(form).send().unwrap()
    };
    let id = files.one("visit_101_0").id.clone();
    let job = header(&post(&all, &[("ID", &id), ("CIRCLE", "x")]), "location");
    let long = "1 ".repeat(5000);
    for (answer, status, word) in [
        (client().get(&all).send().unwrap(), 401, "AuthenticationError"),
        (client().post(&all).form(&[("ID", "x")]).send().unwrap(), 401, "AuthenticationError"),
        (get(&format!("{all}/nothing"), vera), 404, "UsageError"),
        (get(&format!("{all}/nothing/phase"), vera), 404, "UsageError"),
        (get(&format!("{all}/nothing/results/result"), vera), 404, "UsageError"),
        (get(&format!("{job}/error"), vera), 404, "UsageError"),
        (get(&format!("{job}/no/such/place"), vera), 404, "UsageError"),
        (get(&format!("{all}/%ff"), vera), 400, "UsageError"),
        (get(&job, ola), 403, "AuthorizationError"),
        (post(&format!("{job}/phase"), &[("PHASE", "JUMP")]), 400, "UsageError"),
        (post(&format!("{job}/phase"), &[("X", "Y")]), 400, "UsageError"),
        (
            post(&format!("{job}/executionduration"), &[("EXECUTIONDURATION", "x")]),
            400,
            "UsageError",
        ),
        (post(&all, &[("ID", "x"), ("PHASE", "JUMP")]), 400, "UsageError"),
        (post(&all, &[("ID", "x"), ("POLYGON", &long)]), 413, "UsageError"),
        (get(&format!("{all}?PHASE=JUMP"), vera), 400, "UsageError"),
        (client().put(&job).bearer_auth(vera).send().unwrap(), 405, "UsageError"),
    ] {
        let (url, kind) = (answer.url().clone(), header(&answer, "content-type"));
        assert_eq!(answer.status(), status, "{url}");
        let challenge = header(&answer, "www-authenticate");
        assert_eq!(challenge.is_empty(), status != 401);
        let text = answer.text().unwrap();
        assert!(kind.starts_with("text/plain"), "{url}: {kind}: {text}");
        assert!(text.starts_with(&format!("{word}: ")) && text.ends_with('\n'), "{url}: {text}");
        assert!(text.len() > word.len() + 5 && text.lines().count() == 1, "{url}: {text}");
    }
    post(&format!("{job}/phase"), &[("PHASE", "RUN")]);
    until(|| get(&format!("{job}/phase"), vera).text().unwrap() == "ERROR");
    let text = get(&format!("{job}/error"), vera).text().unwrap();
    assert!(text.starts_with("UsageError: CIRCLE cannot be `x`"), "{text}");
    // Those of queries are as they were.
    let query = get(&format!("{}/async/nothing", service.base), vera);
    assert_eq!(header(&query, "content-type"), "application/x-votable+xml");
}

#[test]
fn back_ends_may_tell_the_user() {
    let files = Files::sqlite();
    let folder = &files.repository.root;
    let failed = |fault: &str| {
        let text = format!(
            "echo '{{\"outcome\": \"failed\", \"message\": \"too\\\\nblue\"{fault}}}'; exit 1"
        );
        let script = script(folder, "failing.sh", &text);
        let service = serve(&files, &["--cutouts-command", script.to_str().unwrap()]);
        let answer = cut(&files, &service, INSIDE);
        (answer.status().as_u16(), answer.text().unwrap())
    };
    let (status, text) = failed(r#", "fault": "usage""#);
    assert!(status == 400 && text.starts_with("UsageError: too blue"), "{status} {text}");
    let (status, text) = failed(r#", "fault": "unavailable""#);
    assert!(status == 503 && text.starts_with("ServiceUnavailable: too blue"), "{status} {text}");
    for own in ["", r#", "code": "C005""#, r#", "fault": "other""#] {
        let (status, text) = failed(own);
        assert!(status == 500 && text.starts_with("Error: "), "{own}: {status} {text}");
        assert!(!text.contains("blue"), "{text}");
    }
    // The one of the documentation, which knows circles only.
    let example = support::package().join("docs/cutout-back-end.py");
    let list = format!("{},{}", python().display(), example.display());
    let service = serve(&files, &["--cutouts-command", &list]);
    let id = files.one("visit_101_0").id.clone();
    let form = [("ID", id.as_str()), ("POS", "RANGE 39 41 -6 -4")];
    let answer = client().post(format!("{}/soda/sync", base(&service))).form(&form).send().unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.text().unwrap().starts_with("UsageError: only circles are cut here"));
    assert_eq!(cut(&files, &service, "140 -5 0.01").status(), 204);
    let made = cut(&files, &service, INSIDE);
    assert_eq!(made.status(), 200);
    let history = history(&made.bytes().unwrap());
    let said = format!("request: ID={id}; POS=CIRCLE 40 -5 0.01");
    assert!(history.contains(&said) && history.contains(&format!("dataset: {id}")), "{history}");
    assert!(history.contains(&format!("service: {}/soda", base(&service))), "{history}");
}

/// HISTORY of a FITS file, as astropy reads it.
fn history(bytes: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let code = "import sys\nfrom astropy.io import fits\nh = fits.open(sys.argv[1])[0].header\n\
                print(''.join(h['HISTORY']))";
    output(Command::new(python()).args(["-c", code]).arg(file.path()))
}

#[test]
fn results_say_where_they_come_from() {
    let files = Files::sqlite();
    let service = serve(&files, &[]);
    let stored = files.one("zip_stored");
    let member = stored.member.clone().unwrap();
    let place = "import sys\nfrom astropy.io import fits\nfrom astropy.wcs import WCS\nimport zipfile, io\n\
                 f = io.BytesIO(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))\n\
                 h = next(h for h in fits.open(f) if h.is_image and 'CTYPE1' in h.header)\n\
                 print(*WCS(h.header).celestial.wcs.crval)";
    let mut command = Command::new(python());
    command.args(["-c", place]).arg(&stored.file).arg(&member);
    let at = output(&mut command);
    let circle = format!("{} 0.01", at.trim());
    let form = [("ID", stored.id.as_str()), ("CIRCLE", circle.as_str())];
    let answer = client().post(format!("{}/soda/sync", base(&service))).form(&form).send().unwrap();
    assert_eq!(answer.status(), 200);
    let history = history(&answer.bytes().unwrap());
    let name = member.rsplit('/').next().unwrap();
    assert!(history.contains(&format!("of file {name}")), "{name}: {history}");
    assert!(history.contains(&format!("request: ID={}; POS=CIRCLE", stored.id)), "{history}");
    // Results of jobs are files with a name, as they are.
    let id = files.one("visit_101_0").id.clone();
    let mut form = vec![("ID", id.as_str()), ("PHASE", "RUN"), ("CIRCLE", INSIDE)];
    let job = job_of(&service, &form);
    assert_eq!(ended(&job), "COMPLETED");
    let packed = client().get(format!("{job}/results/result")).header("accept-encoding", "gzip");
    let answer = packed.send().unwrap();
    assert_eq!(header(&answer, "content-encoding"), "");
    let name = format!("attachment; filename=\"visit_image_{id}_cutout.fits\"");
    assert_eq!(header(&answer, "content-disposition"), name);
    let length: usize = header(&answer, "content-length").parse().unwrap();
    assert_eq!(answer.bytes().unwrap().len(), length);
    form.push(("CIRCLE", "200 40 0.1"));
    let job = job_of(&service, &form);
    assert_eq!(ended(&job), "COMPLETED");
    let names = ["result-1", "result-2"]
        .map(|name| header(&get(&format!("{job}/results/{name}")), "content-disposition"));
    assert_eq!(names[0], name.replace("visit_image", "result-1-visit_image"));
    assert_eq!(names[1], "");
}

#[test]
fn components_have_names_and_folders_are_private() {
    let files = Files::sqlite();
    let folder = &files.repository.root;
    let (job, modes) = (folder.join("job.json"), folder.join("modes"));
    let text = format!(
        "cat > {job}\noutput=$(sed 's/.*\"output\":\"\\([^\"]*\\)\".*/\\1/' {job})\n\
         stat -c %a \"$(dirname \"$output\")\" > {modes}\n\
         echo '{{\"outcome\": \"no-overlap\"}}'",
        job = job.display(),
        modes = modes.display()
    );
    let script = script(folder, "noting.sh", &text);
    let jobs = folder.join("jobs-here");
    let options =
        ["--cutouts-command", script.to_str().unwrap(), "--jobs-folder", jobs.to_str().unwrap()];
    let service = serve(&files, &options);
    let sent = |name: &str| -> serde_json::Value {
        let id = files.stored.iter().find(|one| one.name == name).unwrap().id.clone();
        let form = [("ID", id.as_str()), ("CIRCLE", INSIDE)];
        let url = format!("{}/soda/sync", base(&service));
        let answer = client().post(url).form(&form).send().unwrap();
        assert_eq!(answer.status(), 204, "{}", answer.text().unwrap());
        serde_json::from_str(&std::fs::read_to_string(&job).unwrap()).unwrap()
    };
    let whole = sent("visit_101_0");
    assert!(whole["input"][0]["component"].is_null(), "{whole}");
    assert!(whole["input"][0].as_object().unwrap().contains_key("component"), "{whole}");
    assert_eq!(std::fs::read_to_string(&modes).unwrap().trim(), "700");
    let parts = sent("parts");
    for input in parts["input"].as_array().unwrap() {
        let path = Path::new(input["path"].as_str().unwrap()).canonicalize().unwrap();
        let component = input["component"].as_str().unwrap();
        let known =
            files.stored.iter().find(|one| one.name == "parts" && one.component == component);
        assert_eq!(known.unwrap().file.canonicalize().unwrap(), path);
    }
    assert_eq!(parts["input"].as_array().unwrap().len(), 3);
    let id = files.one("visit_101_0").id.clone();
    let form = [("ID", id.as_str()), ("CIRCLE", INSIDE), ("PHASE", "RUN")];
    assert_eq!(ended(&job_of(&service, &form)), "COMPLETED");
    let inside = std::fs::read_dir(&jobs).unwrap().flatten().find(|one| one.path().is_dir());
    for folder in [jobs, inside.unwrap().path()] {
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
