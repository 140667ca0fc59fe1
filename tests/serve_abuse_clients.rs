//! Clients that a service on the open network has to bear, on both databases: slow ones, many at a time, those
//! that hang up.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;
#[path = "serve_support/target.rs"]
mod target;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use target::{Target, on_both};

/// How long a query may take beside all of this, on a machine that has other things to do as well.
const PATIENCE: Duration = Duration::from_secs(8);

/// Whether the other side has closed, or does within a time.
fn closes(stream: &mut TcpStream, within: Duration) -> bool {
    stream.set_read_timeout(Some(within)).unwrap();
    let deadline = Instant::now() + within;
    let mut bytes = [0; 4096];
    while Instant::now() < deadline {
        match stream.read(&mut bytes) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {
                return false;
            }
            Err(_) => return true,
        }
    }
    false
}

#[test]
fn slow_clients() {
    let times = ["--limits-header-time", "2s", "--limits-stall-time", "2s"];
    on_both(&[&times[..], &["--limits-most-rows", "0"]].concat(), be_slow);
}

fn be_slow(target: &Target) {
    target.is_well();
    let before = target.connections();
    let connect = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(target.address()).unwrap();
        stream.write_all(bytes).unwrap();
        stream
    };
    let head =
        "POST /tap/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let mut streams: Vec<TcpStream> = Vec::new();
    for _ in 0..200 {
        streams.push(connect(b"GET /tap/sync HTTP/1.1\r\nHost: x\r\nX-Slow: "));
        streams.push(connect(format!("{head}Content-Length: 1000\r\n\r\nQUERY=").as_bytes()));
        streams.push(connect(
            format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\nQUERY").as_bytes(),
        ));
    }
    // Some never stop to send, a byte at a time.
    let mut drips: Vec<TcpStream> =
        (0..20).map(|_| connect(b"GET /tap/sync HTTP/1.1\r\nHost: x\r\nX-Slow: ")).collect();
    // Some ask for much and read nothing: 20 million rows.
    let form = "LANG=ADQL&FORMAT=csv&MAXREC=100000000&QUERY=SELECT+a.obs_id+FROM+ivoa.ObsCore+AS+a,ivoa.ObsCore+AS+b,ivoa.ObsCore+AS+c";
    let asks = format!("{head}Content-Length: {}\r\n\r\n{form}", form.len());
    let deaf: Vec<TcpStream> = (0..3).map(|_| connect(asks.as_bytes())).collect();
    for _ in 0..5 {
        for drip in &mut drips {
            let _ = drip.write_all(b"x");
        }
        let began = Instant::now();
        assert_eq!(target.ask("SELECT COUNT(*) AS n FROM ivoa.ObsCore", &[]).0, 200);
        assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
        std::thread::sleep(Duration::from_millis(600));
    }
    for stream in streams.iter_mut().chain(&mut drips) {
        assert!(closes(stream, Duration::from_secs(5)));
    }
    // Those who read nothing are given up as well.
    rests(target, before, "deaf clients are kept");
    drop(deaf);
    target.is_well();
}

#[test]
fn clients_that_hang_up() {
    on_both(&["--limits-queries", "4", "--limits-most-rows", "0"], hang_up);
}

fn hang_up(target: &Target) {
    let long = "SELECT+a.*+FROM+ivoa.ObsCore+AS+a,ivoa.ObsCore+AS+b,ivoa.ObsCore+AS+c";
    let none = "SELECT+COUNT(*)+FROM+ivoa.ObsCore+AS+a,ivoa.ObsCore+AS+b,ivoa.ObsCore+AS+c,ivoa.ObsCore+AS+d+WHERE+a.s_ra%2Bb.s_ra%2Bc.s_ra%3Cd.s_ra";
    let before = target.connections();
    // Twenty times as many as are answered at a time; none waits for another that has gone.
    for client in 0..80 {
        let query = if client % 2 == 0 { long } else { none };
        let mut stream = TcpStream::connect(target.address()).unwrap();
        let ask = format!(
            "GET /tap/sync?LANG=ADQL&FORMAT=csv&MAXREC=100000000&QUERY={query} HTTP/1.1\r\nHost: x\r\n\r\n"
        );
        // Before the head is whole, before an answer, in the middle of one.
        match client % 4 {
            0 => stream.write_all(&ask.as_bytes()[..ask.len() - 2]).unwrap(),
            1 => stream.write_all(ask.as_bytes()).unwrap(),
            _ => {
                stream.write_all(ask.as_bytes()).unwrap();
                stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
                let _ = stream.read(&mut [0; 1000]);
            }
        }
    }
    let began = Instant::now();
    assert_eq!(target.ask("SELECT COUNT(*) AS n FROM ivoa.ObsCore", &[]).0, 200);
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    rests(target, before, "the queries of clients that hung up go on");
    target.is_well();
}

/// Waits until the processor rests and the connections are closed.
fn rests(target: &Target, before: usize, what: &str) {
    let deadline = Instant::now() + Duration::from_secs(40);
    loop {
        let used = target.serving.processor_time();
        std::thread::sleep(Duration::from_secs(1));
        let connections = target.connections();
        if target.serving.processor_time() - used < 0.05 && connections <= before {
            return;
        }
        assert!(Instant::now() < deadline, "{what}: {connections} connections, {before} before");
    }
}

#[test]
fn a_hundred_clients() {
    on_both(&["--limits-queue-time", "50s"], ask_a_hundred_times);
}

fn ask_a_hundred_times(target: &Target) {
    let queries = [
        ("SELECT COUNT(*) AS n FROM ivoa.ObsCore", "csv", 200),
        ("SELECT TOP 50 * FROM ivoa.ObsCore", "votable", 200),
        (
            "SELECT TOP 50 obs_id, s_region FROM ivoa.ObsCore WHERE 1 = CONTAINS(POINT(40, -34.4), s_region)",
            "json",
            200,
        ),
        ("SELECT * FROM ivoa.ObsCore", "html", 200),
        ("SELECT obs_idd FROM ivoa.ObsCore", "html", 400),
        ("SELECT (((", "csv", 400),
        (
            "SELECT v.name, o.obs_id FROM butler.visit AS v JOIN ivoa.ObsCore AS o ON o.lsst_visit = v.id",
            "fits",
            200,
        ),
        ("SELECT * FROM ivoa.ObsCore", "parquet", 200),
        ("SELECT table_name FROM TAP_SCHEMA.tables", "tsv", 200),
        ("SELECT TOP 20000 a.obs_id FROM ivoa.ObsCore AS a, ivoa.ObsCore AS b", "csv", 200),
    ];
    let began = Instant::now();
    std::thread::scope(|scope| {
        for client in 0..100 {
            let queries = &queries;
            scope.spawn(move || {
                for turn in 0..3 {
                    let (adql, format, expected) = queries[(client + turn) % queries.len()];
                    let (status, body) = target.ask(adql, &[("FORMAT", format)]);
                    assert_eq!(status, expected, "{adql}: {body:.500}");
                }
                let page = target.serving.base.trim_end_matches("tap");
                assert_eq!(target.said(target.client.get(page)).0, 200);
            });
        }
    });
    println!("a hundred clients: {:?}", began.elapsed());
    target.is_well();
}
