//! Back-ends of cutouts: the protocol of commands and workers, and the command line.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use obscore_view::cutout::{Backend, Command, Fault, Input, Job, Limits, Outcome, Stencil, Worker};
use support::python::{output, python};

/// An image of 100 by 80 pixels of 0.2″ around (10, -20).
fn image(folder: &Path) -> PathBuf {
    let path = folder.join("image.fits");
    let code = "import sys, numpy as np\nfrom astropy.io import fits\nfrom astropy.wcs import WCS\n\
                w = WCS(naxis=2)\nw.wcs.ctype = ['RA---TAN', 'DEC--TAN']\nw.wcs.crval = [10, -20]\n\
                w.wcs.crpix = [50.5, 40.5]\nw.wcs.cdelt = [-0.2/3600, 0.2/3600]\n\
                d = np.arange(8000, dtype='i4').reshape(80, 100)\n\
                fits.PrimaryHDU(d, w.to_header()).writeto(sys.argv[1], overwrite=True)";
    output(Process::new(python()).args(["-c", code]).arg(&path));
    path
}

fn job(input: Input, output: &Path) -> Job {
    let text = format!(
        r#"{{"version": 1, "input": [], "stencils": [{{"circle": [10.0, -20.0, 0.001]}}],
            "dataset": {{"did": "ivo://example/x?1", "data_id": {{"visit": 7}}}},
            "output": "{}", "provenance": {{"request": "number 7"}}}}"#,
        output.display()
    );
    Job { input: vec![input.into()], ..Job::read(&text).unwrap() }
}

fn command(arguments: &[&str], seconds: u64) -> Backend {
    Backend::Command(Command {
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        time_limit: Duration::from_secs(seconds),
        most_bytes: 1 << 20,
    })
}

fn message(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Failed { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

/// Sum of the pixels, and the header's history, as astropy reads them.
fn read(path: &Path) -> (i64, String) {
    let code = "import sys\nfrom astropy.io import fits\nh = fits.open(sys.argv[1])[0]\nh.verify('exception')\n\
                print(h.data.sum(), str(h.header['HISTORY']).replace('\\n', '|'))";
    let text = output(Process::new(python()).args(["-c", code]).arg(path));
    let (sum, history) = text.trim().split_once(' ').unwrap();
    (sum.parse().unwrap(), history.to_owned())
}

#[tokio::test]
async fn the_example_cuts_as_the_program_does() {
    let folder = tempfile::tempdir().unwrap();
    let (file, ours, theirs) =
        (image(folder.path()), folder.path().join("a.fits"), folder.path().join("b.fits"));
    let builtin = Backend::Builtin(Limits::default());
    let made = builtin.run(&job(Input::Path(file.clone()), &ours)).await;
    let script = support::package().join("docs/cutout-back-end.py");
    let example = command(&[python().to_str().unwrap(), script.to_str().unwrap()], 60);
    let also = example.run(&job(Input::Path(file.clone()), &theirs)).await;
    assert_eq!(made, also);
    assert!(made.pixels() > 1000, "{made:?}");
    let ((sum, history), (expected, _)) = (read(&ours), read(&theirs));
    assert_eq!(sum, expected);
    for said in ["image.fits", "CIRCLE 10 -20 0.001", "ivo://example/x?1", "request: number 7"] {
        assert!(history.contains(said), "{history}");
    }
    // The program speaks the protocol itself.
    let itself = command(&[env!("CARGO_BIN_EXE_obscore-view"), "cutout", "--job", "-"], 60);
    let again = folder.path().join("c.fits");
    assert_eq!(itself.run(&job(Input::Path(file.clone()), &again)).await, made);
    assert_eq!(read(&again).0, sum);
    // Far away.
    for backend in [builtin, example, itself] {
        let mut job = job(Input::Path(file.clone()), &folder.path().join("d.fits"));
        // On this side of the projection, beyond it, and the other side of the sky.
        for circle in [[10.0, -21.0, 0.001], [140.0, -5.0, 0.01], [190.0, 20.0, 0.01]] {
            job.stencils = vec![Stencil::Circle(circle)];
            assert_eq!(backend.run(&job).await, Outcome::NoOverlap, "{circle:?}");
            assert!(!job.output.exists());
        }
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[tokio::test]
async fn the_example_says_what_it_does_not_cut() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (image(folder.path()), folder.path().join("out.fits"));
    let script = support::package().join("docs/cutout-back-end.py");
    let example = command(&[python().to_str().unwrap(), script.to_str().unwrap()], 60);
    let mut job = job(Input::Path(file), &out);
    job.stencils = vec![Stencil::Range([9.0, 11.0, -21.0, -19.0])];
    let outcome = example.run(&job).await;
    let fault = |outcome: &Outcome| match outcome {
        Outcome::Failed { fault, .. } => *fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(message(&outcome), "only circles are cut here");
    assert_eq!(fault(&outcome), Some(Fault::Usage));
    // A circle around the hemisphere has no pixels for its edge, and all of the image inside.
    job.stencils = vec![Stencil::Circle([10.0, -20.0, 100.0])];
    assert_eq!(example.run(&job).await.pixels(), 8000);
    // The built-in one says the same of what is the user's, and nothing of its own troubles.
    let limits = Limits { pixels: 100, ..Limits::default() };
    assert_eq!(fault(&Backend::Builtin(limits).run(&job).await), Some(Fault::Usage));
    job.output = folder.path().join("no/such/folder");
    assert_eq!(fault(&Backend::Builtin(Limits::default()).run(&job).await), None);
}

#[tokio::test]
async fn commands_that_fail_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.fits");
    let job = job(Input::Path("in.fits".into()), &out);
    let made = r#"{"outcome": "made", "media_type": "application/fits"}"#;
    for (script, expected) in [
        ("echo oh no >&2; exit 3".to_owned(), "exit status: 3; it said: oh no"),
        ("echo hello".to_owned(), "no outcome"),
        (format!("echo '{made}'"), "cannot be written"),
        (format!(": > {}; echo '{made}'", out.display()), "empty"),
        (
            format!("head -c 2000000 /dev/zero > {}; echo '{made}'", out.display()),
            "more than 1048576",
        ),
        (
            r#"echo '{"outcome": "failed", "message": "no such visit"}'; exit 1"#.to_owned(),
            "no such visit",
        ),
        (r#"echo '{"outcome": "made", "media_type": "x", "extra": 1}'"#.to_owned(), "no outcome"),
        (format!("echo half > {}; kill -9 $$", out.display()), "signal: 9"),
    ] {
        let outcome = command(&["sh", "-c", &script], 20).run(&job).await;
        assert!(message(&outcome).contains(expected), "{script}: {outcome:?}");
        assert!(!out.exists(), "{script}");
    }
    let outcome = command(&["/no/such/program"], 20).run(&job).await;
    assert!(message(&outcome).contains("cannot be started"), "{outcome:?}");
}

#[tokio::test]
async fn a_command_is_ended_with_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let (out, numbers) = (folder.path().join("out.fits"), folder.path().join("numbers"));
    let job = job(Input::Path("in.fits".into()), &out);
    let script = format!("sleep 100 & echo $! > {0}; echo $$ >> {0}; wait", numbers.display());
    let start = Instant::now();
    let outcome = command(&["sh", "-c", &script], 1).run(&job).await;
    assert!(message(&outcome).contains("longer than 1 s"), "{outcome:?}");
    assert!(start.elapsed() < Duration::from_secs(5));
    let is_gone = |number: &str| -> bool {
        // What has ended may wait to be collected by init.
        let state = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        state.is_empty() || state.contains(") Z ")
    };
    let listed = numbers.clone();
    let all_gone = move || {
        let text = std::fs::read_to_string(&listed).unwrap();
        text.lines().count() == 2 && text.lines().all(is_gone)
    };
    assert!(wait_for(&all_gone));
    // The same where nobody waits for the outcome any more.
    std::fs::remove_file(&numbers).unwrap();
    let backend = command(&["sh", "-c", &script], 60);
    let wait = tokio::time::timeout(Duration::from_millis(700), backend.run(&job));
    assert!(wait.await.is_err());
    assert!(tokio::task::spawn_blocking(move || wait_for(all_gone)).await.unwrap());
}

fn wait_for(done: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(5);
    while !done() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// A folder, a pipe in it, and a job that reads the pipe.
fn pipe() -> (tempfile::TempDir, PathBuf, Job) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pipe.fits");
    assert!(Process::new("mkfifo").arg(&file).status().unwrap().success());
    let job = job(Input::Path(file.clone()), &folder.path().join("out.fits"));
    (folder, file, job)
}

#[tokio::test]
async fn a_turn_lasts_as_long_as_the_work() {
    // Opening a pipe takes until somebody writes, whether the outcome is waited for or not.
    let (folder, file, job) = pipe();
    let turn = std::sync::Arc::new(());
    let backend = Backend::Builtin(Limits::default());
    let run = backend.run_in_turn(&job, std::sync::Arc::clone(&turn));
    assert!(tokio::time::timeout(Duration::from_millis(300), run).await.is_err());
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(std::sync::Arc::strong_count(&turn), 2);
    drop(std::fs::OpenOptions::new().write(true).open(&file).unwrap());
    assert!(wait_for(|| std::sync::Arc::strong_count(&turn) == 1));
    drop(folder);
}

#[tokio::test]
async fn built_in_work_ends_when_nobody_waits() {
    let folder = tempfile::tempdir().unwrap();
    // Zeros without end, as far as gzip is concerned.
    let file = folder.path().join("zeros.fits.gz");
    let code = "import gzip, sys\nmember = gzip.compress(bytes(1 << 24))\n\
                open(sys.argv[1], 'wb').write(member * 500)";
    output(Process::new(python()).args(["-c", code]).arg(&file));
    let job = job(Input::Path(file), &folder.path().join("out.fits"));
    let turn = std::sync::Arc::new(());
    let backend = Backend::Builtin(Limits::default());
    let run = backend.run_in_turn(&job, std::sync::Arc::clone(&turn));
    assert!(tokio::time::timeout(Duration::from_millis(200), run).await.is_err());
    let since = Instant::now();
    assert!(wait_for(|| std::sync::Arc::strong_count(&turn) == 1));
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A star of so many vertices around the middle of the image of 4000 by 4000 pixels.
fn star(count: u32) -> obscore_view::geom::Region {
    let vertices = (0..count).flat_map(|at| {
        let (sine, cosine) = (f64::from(at) * std::f64::consts::TAU / f64::from(count)).sin_cos();
        let radius = if at % 2 == 0 { 0.105 } else { 0.01 };
        [40.0 + radius * cosine / (-5.0_f64).to_radians().cos(), -5.0 + radius * sine]
    });
    Stencil::Polygon(vertices.collect()).region().unwrap()
}

#[test]
fn the_box_of_a_star_is_found_at_once() {
    let sky = |x: f64, y: f64| {
        let degree = |pixel: f64| (pixel - 2000.5) * 0.11 / 2000.0;
        obscore_view::geom::point_degrees(40.0 + degree(x), -5.0 + degree(y)).ok()
    };
    let stop = obscore_view::cutout::Stop::default();
    let size = (4000, 4000);
    for count in [100, 1000] {
        let region = star(count);
        let since = Instant::now();
        let found = obscore_view::cutout::footprint(sky, size, &region, &stop).unwrap().unwrap();
        println!("{count} vertices: {:?}", since.elapsed());
        // Debug builds: ten times faster when optimised.
        assert!(since.elapsed() < Duration::from_secs(8), "{count}: {:?}", since.elapsed());
        let (half, middle) = (0.105 / 0.11 * 2000.0, 2000.0);
        for (at, expected) in [
            (found.y.0, middle - half),
            (found.y.1, middle + half),
            (found.x.0, middle - half / (5.0_f64).to_radians().cos()),
            (found.x.1, middle + half / (5.0_f64).to_radians().cos()),
        ] {
            let at = f64::from(u32::try_from(at).unwrap());
            assert!((at - expected).abs() < 4.0, "{count}: {found:?} {expected}");
        }
    }
    // Nobody waits.
    drop(stop.guard());
    assert!(obscore_view::cutout::footprint(sky, size, &star(100), &stop).is_err());
}

/// A server that answers one request with these bytes; its URL, and what it was asked.
fn server(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/cut?secret=1", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut line, mut length) = (String::new(), 0);
        while reader.read_line(&mut line).unwrap() > 2 {
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(&answer).unwrap();
        String::from_utf8(body).unwrap()
    });
    (url, serving)
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn worker(url: &str) -> Backend {
    Backend::Worker(Worker {
        url: url.to_owned(),
        time_limit: Duration::from_secs(5),
        most_bytes: 5000,
    })
}

#[tokio::test]
async fn workers_answer_with_files_and_outcomes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.fits");
    let job = job(Input::Url("https://example.org/signed?x=1".to_owned()), &out);
    let (url, asked) = server(answer("200 OK\r\nContent-Type: application/fits", b"SIMPLE"));
    let outcome = worker(&url).run(&job).await;
    let expected = Outcome::Made { media_type: "application/fits".to_owned(), images: Vec::new() };
    assert_eq!(outcome, expected);
    assert_eq!(std::fs::read(&out).unwrap(), b"SIMPLE");
    std::fs::remove_file(&out).unwrap();
    let received = Job::read(&asked.join().unwrap()).unwrap();
    assert_eq!(received, Job { output: PathBuf::new(), ..job.clone() });
    let json = "Content-Type: application/json; charset=utf-8";
    for (answer, expected) in [
        (answer("500 Oh\r\nContent-Type: text/plain", b"x"), "status 500"),
        (answer(&format!("200 OK\r\n{json}"), b"{}"), "no outcome"),
        (
            answer(&format!("422 No\r\n{json}"), br#"{"outcome":"failed","message":"too blue"}"#),
            "too blue",
        ),
        (answer("200 OK\r\nContent-Type: application/fits", &[0; 6000]), "more than 5000"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".to_vec(), "breaks off"),
        (answer("200 OK\r\nContent-Type: application/fits", b""), "empty"),
        (answer("302 Found\r\nLocation: http://127.0.0.1:1/", b""), "status 302"),
    ] {
        let (url, asked) = server(answer);
        let outcome = worker(&url).run(&job).await;
        assert!(message(&outcome).contains(expected), "{outcome:?}");
        assert!(!message(&outcome).contains("secret"), "{outcome:?}");
        assert!(!out.exists());
        asked.join().unwrap();
    }
    for answer in [
        answer("204 No Content", b""),
        answer(&format!("200 OK\r\n{json}"), br#"{"outcome":"no-overlap"}"#),
    ] {
        let (url, asked) = server(answer);
        assert_eq!(worker(&url).run(&job).await, Outcome::NoOverlap);
        asked.join().unwrap();
    }
}

#[tokio::test]
async fn the_builtin_fetches_urls() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (image(folder.path()), folder.path().join("out.fits"));
    let bytes = std::fs::read(&file).unwrap();
    let (url, asked) = server(answer("200 OK", &bytes));
    let made = Backend::Builtin(Limits::default()).run(&job(Input::Url(url), &out)).await;
    asked.join().unwrap();
    assert!(made.pixels() > 1000, "{made:?}");
    assert!(!read(&out).1.contains("secret"));
    std::fs::remove_file(&out).unwrap();
    let (url, asked) = server(answer("200 OK", &bytes));
    let limits = Limits { input: 10_000, ..Limits::default() };
    let outcome = Backend::Builtin(limits).run(&job(Input::Url(url), &out)).await;
    assert!(message(&outcome).contains("more than 10000 bytes"), "{outcome:?}");
    drop(asked);
}

#[tokio::test]
async fn limits_are_kept_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (image(folder.path()), folder.path().join("out.fits"));
    let limits = Limits { pixels: 100, ..Limits::default() };
    let outcome = Backend::Builtin(limits).run(&job(Input::Path(file), &out)).await;
    assert!(message(&outcome).contains("more than 100"), "{outcome:?}");
    assert!(!out.exists());
}

#[test]
fn jobs_are_read_strictly() {
    let good = r#"{"version": 1, "input": [{"path": "a"}], "stencils": [{"range": [1, 2, 3, 4]}], "output": "b"}"#;
    let job = Job::read(good).unwrap();
    assert_eq!(job.input, [Input::Path("a".into()).into()]);
    let with = good.replace(r#""a""#, r#""a", "component": "mask""#);
    let job = Job::read(&with).unwrap();
    assert_eq!(job.input[0].component.as_deref(), Some("mask"));
    assert_eq!(Job::read(&serde_json::to_string(&job).unwrap()).unwrap(), job);
    let error = Job::read(r#"{"version": 2}"#).unwrap_err();
    assert_eq!(error.message, "the job is of version 2, not 1");
    for (from, to, expected) in [
        ("\"version\": 1", "\"version\": 2", "version 2"),
        ("\"output\"", "\"outptu\"", "unknown field `outptu`"),
        ("\"path\"", "\"file\"", "unknown field `file`"),
        (r#""path": "a""#, r#""path": "a", "url": "b""#, "either `path` or `url`"),
        (r#""path": "a""#, r#""component": "b""#, "either `path` or `url`"),
        ("\"range\"", "\"box\"", "unknown variant `box`"),
        ("[1, 2, 3, 4]", "[1, 2, 3]", "length"),
    ] {
        let error = Job::read(&good.replace(from, to)).unwrap_err();
        assert!(error.message.contains(expected), "{error}");
    }
}

#[test]
fn the_command_line_cuts() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (image(folder.path()), folder.path().join("out.fits"));
    let run = |shape: &[&str]| {
        let mut program = Process::new(env!("CARGO_BIN_EXE_obscore-view"));
        program.arg("cutout").arg(&file).args(shape).arg("-o").arg(&out);
        let done = program.stdin(Stdio::null()).output().unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, said) = run(&["--range", "9.999,10.001,-20.001,-19.999"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("HDU 0: 34 x 38 pixels from (34, 22)"), "{said}");
    assert!(read(&out).0 > 0);
    assert!(run(&["--circle", "1,2"]).1.contains("C005"));
    assert!(run(&["--circle", "100,2,1"]).1.contains("C006"));
    assert!(run(&["--polygon", "1,2,3"]).1.contains("C005"));
    assert_eq!(run(&[]).0, Some(2));
    // A minus in front of the first number.
    let (code, said) = run(&["--circle", "-350,-20,0.001"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&["--range", "-350.001,10.001,-20.001,-19.999"]);
    assert_eq!(code, Some(0), "{said}");
    // The image is not replaced, by whatever name; to standard output goes all of it.
    let link = folder.path().join("link.fits");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let before = std::fs::read(&file).unwrap();
    let to = |output: &Path| {
        let mut program = Process::new(env!("CARGO_BIN_EXE_obscore-view"));
        program.arg("cutout").arg(&file).args(["--circle", "10,-20,0.001", "-o"]).arg(output);
        program.stdin(Stdio::null()).output().unwrap()
    };
    for output in [&file, &link] {
        let done = to(output);
        assert_eq!(done.status.code(), Some(2));
        assert!(String::from_utf8(done.stderr).unwrap().contains("is the input"));
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let shown = to(Path::new("-"));
    assert_eq!(shown.status.code(), Some(0));
    std::fs::write(&out, &shown.stdout).unwrap();
    assert!(read(&out).0 > 0);
    assert!(!Path::new("-").exists());
}
