//! What readers of an applied view cost Butler, and how soon they see what it writes. The times are
//! printed; what is asserted does not depend on the speed of the machine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod live_support;
mod support;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use live_support::process::Process;
use live_support::timing::{Times, puts};
use live_support::{Place, apply, butler};
use serde_json::{Value as Json, json};
use support::python::{newest_universe, script};
use support::survey::{Repository, Survey, mapping};

/// Measurements do not run side by side.
static ALONE: Mutex<()> = Mutex::new(());
const CAMERA: &str = "SynthCam";

fn repository(place: Place) -> Repository {
    place.repository(&Survey::new(newest_universe()))
}

fn watcher(repository: &Repository) -> Process {
    let mut process = Process::start(script("watch.py").arg(&repository.database));
    process.line();
    process
}

/// Lets a watcher repeat a query (`scan` or `poll`) until [`stop`].
fn repeat(watcher: &mut Process, how: &str, sql: &str) {
    watcher.done(&json!({ (how): sql }));
}

fn stop(watcher: &mut Process) -> Json {
    watcher.ask(&json!({}))
}

/// A command to put `count` datasets, one a transaction.
fn stream(first: u32, count: u32, pause: f64) -> Json {
    json!({"do": "stream", "type": "raw", "run": "Live/run/stream", "instrument": CAMERA,
           "first": first, "count": count, "pause": pause})
}

/// Butler puts datasets while nobody reads, while somebody reads a copy of the view elsewhere (which
/// takes a processor and nothing more), and while somebody reads the view, in a tight loop.
#[test]
fn butler_writes_while_the_view_is_read() {
    let _alone = ALONE.lock();
    for place in Place::ALL {
        let [elsewhere, here] = [0, 1].map(|_| {
            let repository = repository(place);
            apply(&repository, &mapping("runs"), "obscore", &[]);
            repository
        });
        let mut watchers = [watcher(&elsewhere), watcher(&here)];
        let mut butler = butler(&here);
        butler.line();
        butler.done(&stream(1_000_000, 20, 0.0));
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        let (mut scans, mut rows) = (Vec::new(), 0);
        let all = format!("SELECT * FROM {}", place.view("obscore"));
        for round in 0..9_u32 {
            let kind = round as usize % 3;
            if kind > 0 {
                repeat(&mut watchers[kind - 1], "scan", &all);
            }
            let answer = butler.done(&stream(1_001_000 + 1000 * round, 50, 0.0));
            if kind > 0 {
                let answer = stop(&mut watchers[kind - 1]);
                if kind == 2 {
                    scans.extend(answer["seconds"].as_array().unwrap().clone());
                    rows = answer["rows"].as_u64().unwrap();
                }
            }
            let seconds = answer["puts"].as_array().unwrap().iter().map(|put| put[0].as_f64());
            times[kind].extend(seconds.map(Option::unwrap));
        }
        let [alone, neighbour, read] = times.map(Times::new);
        let scans = Times::of(&Json::from(scans));
        println!(
            "{}: a put takes {alone}\n  while a copy is read elsewhere: {neighbour}\n  while the \
             view is read ({} times {rows} rows, {scans}): {read}",
            place.name(),
            scans.len()
        );
        assert!(scans.len() >= 3 && rows > 1000, "the view was not read");
    }
}

/// An open snapshot does not keep Butler from committing, except in a rollback journal: there
/// Butler waits for the end of the reader's transaction, and goes on then.
#[test]
fn an_open_snapshot_holds_up_only_a_rollback_journal() {
    let _alone = ALONE.lock();
    for place in Place::ALL {
        let repository = repository(place);
        apply(&repository, &mapping("live_runs"), "obscore", &[]);
        let mut butler = butler(&repository);
        butler.line();
        butler.done(&stream(1_000_000, 1, 0.0));
        let mut reader = live_support::reader::Reader::python(&repository);
        let view = place.view("obscore");
        reader.begin();
        let before = reader.view(&view).rows;
        butler.tell(
            &json!({"do": "put", "type": "raw", "run": "Live/run/stream", "ids":
            [{"instrument": CAMERA, "exposure": 1_000_000, "detector": 1}]})
            .to_string(),
        );
        let early = butler.line_within(Duration::from_secs(3));
        assert_eq!(reader.view(&view).rows, before, "{}", place.name());
        reader.end();
        let end = Instant::now();
        let answer = early.clone().unwrap_or_else(|| butler.line());
        let waited = end.elapsed();
        let answer: Json = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["ok"], json!(true), "{}: {answer}", place.name());
        assert_eq!(reader.view(&view).rows.len(), before.len() + 1);
        assert_eq!(early.is_none(), place == Place::RollbackJournal, "{}", place.name());
        match early {
            Some(_) => {
                println!("{}: a snapshot is open: put in {} s", place.name(), answer["seconds"]);
            }
            None => {
                println!(
                    "{}: a snapshot is open: Butler waits; {:.0} ms after its end the put is done",
                    place.name(),
                    waited.as_secs_f64() * 1e3
                );
            }
        }
    }
}

/// No query that begins after Butler's call has returned misses the dataset.
#[test]
fn a_put_shows_at_once() {
    const COUNT: u32 = 300;
    let _alone = ALONE.lock();
    for place in Place::ALL {
        let repository = repository(place);
        apply(&repository, &mapping("live_runs"), "obscore", &[]);
        let mut butler = butler(&repository);
        let mut watcher = watcher(&repository);
        butler.line();
        let count = format!("SELECT count(*) FROM {}", place.view("obscore"));
        repeat(&mut watcher, "poll", &count);
        let answer = butler.done(&stream(1_000_000, COUNT, 0.005));
        std::thread::sleep(Duration::from_millis(300));
        let polls = stop(&mut watcher);
        let (_, committed) = puts(&answer);
        let polls: Vec<(f64, f64, usize)> = serde_json::from_value(polls["polls"].clone()).unwrap();
        for (start, _, seen) in &polls {
            let there = committed.iter().filter(|&at| at < start).count();
            assert!(*seen >= there, "{}: {seen} of {there} seen", place.name());
        }
        let first = |number: usize| polls.iter().find(|poll| poll.2 > number).unwrap().1;
        // Negative where it was seen before Butler's call had returned.
        let delays = committed.iter().enumerate().map(|(i, at)| (first(i) - at).max(0.0));
        let polling = Times::new(polls.iter().map(|poll| poll.1 - poll.0).collect());
        println!(
            "{}: from the commit of a put to its row in a reader's hands: {}; a query takes {polling}",
            place.name(),
            Times::new(delays.collect())
        );
        assert_eq!(polls.last().unwrap().2, COUNT as usize);
    }
}
