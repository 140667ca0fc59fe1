//! Queries that a service on the open network has to bear, on both databases: the real process stays up, its
//! memory stays small, and nothing of its inside is told.
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

use std::time::{Duration, Instant};

use target::{Said, Target, on_both};

const INJECTIONS: [&str; 10] = [
    "'; DROP TABLE dataset; --",
    "' OR '1'='1",
    "x' UNION SELECT name FROM dataset_type --",
    "\"; DELETE FROM collection; --",
    "1; ATTACH DATABASE '/etc/passwd' AS p",
    "') OR load_extension('x') --",
    "$1 ?1 :a @b {0} %s",
    "\u{0}'; SELECT 1",
    "\u{2019} OR 1=1 --",
    "<script>alert(1)</script>&amp;]]>",
];

#[test]
fn injections() {
    on_both(&[], inject);
}

fn inject(target: &Target) {
    let base = target.serving.base.trim_end_matches("/tap").to_owned();
    for text in INJECTIONS {
        // As a value it is a value.
        let literal = text.replace('\'', "''");
        let (status, body) = target.ask(
            &format!("SELECT COUNT(*) AS n FROM ivoa.ObsCore WHERE obs_id = '{literal}' OR obs_id LIKE '{literal}'"),
            &[],
        );
        let expected = if text.contains('\0') { 400 } else { 200 };
        assert!(status == expected || status == 200 && body.ends_with("\n0\r\n"), "{text}: {body}");
        // As a name it is none.
        let name = text.replace('"', "\"\"");
        let (status, body) = target.ask(&format!("SELECT \"{name}\" FROM ivoa.ObsCore"), &[]);
        assert_eq!(status, 400, "{body}");
        let (status, body) =
            target.ask(&format!("SELECT obs_id AS \"{name}\" FROM ivoa.ObsCore WHERE 1=0"), &[]);
        assert!([200, 400].contains(&status), "{body}");
        // As a query it is none.
        assert_eq!(target.ask(text, &[]).0, 400);
        let (status, _) =
            target.ask(&format!("SELECT obs_id FROM ivoa.ObsCore WHERE obs_id = '{text}"), &[]);
        assert!([200, 400].contains(&status));
        for name in ["FORMAT", "RESPONSEFORMAT", "MAXREC", "UPLOAD", "LANG"] {
            let (status, body) =
                target.ask("SELECT TOP 1 obs_id FROM ivoa.ObsCore", &[(name, text)]);
            assert_eq!(status, 400, "{name}={text}: {body}");
        }
        for name in ["RUNID", "REQUEST", "VERSION", "PHASE", "WHATEVER"] {
            let (status, body) =
                target.ask("SELECT TOP 1 obs_id FROM ivoa.ObsCore", &[(name, text)]);
            assert!([200, 400].contains(&status), "{name}={text}: {body}");
        }
        for filter in ["PHASE", "AFTER", "LAST"] {
            let list = target.client.get(target.url("/async")).query(&[(filter, text)]);
            assert!([200, 400].contains(&target.said(list).0), "{filter}={text}");
        }
        for path in ["/tables/", "/async/", "/examples/", "/"] {
            let mut url = reqwest::Url::parse(&target.url(path)).unwrap();
            url.path_segments_mut().unwrap().pop().push(text);
            assert_eq!(target.said(target.client.get(url)).0, 404, "{path}{text}");
        }
        // What the page composes of it finds nothing, or is refused.
        for name in
            ["obs_collection", "instrument_name", "calib_level", "position", "from", "table"]
        {
            let page = target.client.get(&base).query(&[("compose", "1"), (name, text)]);
            let (status, page) = target.said(page);
            assert!([200, 400].contains(&status), "{name}={text}");
            assert!(!page.contains("<script>alert"), "{page}");
        }
        let page = target.client.post(&base).form(&[("QUERY", text)]);
        assert!(!target.said(page).1.contains("<script>alert"));
    }
    target.is_well();
}

#[test]
fn large_queries() {
    on_both(&["--limits-sync-time", "20s"], ask_large);
}

fn ask_large(target: &Target) {
    let began = Instant::now();
    for depth in [100, 1000, 10_000, 300_000] {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        for adql in [
            format!("SELECT {open}1{close} AS x FROM ivoa.ObsCore"),
            format!("SELECT obs_id FROM ivoa.ObsCore WHERE {open}calib_level = 9{close}"),
            format!("SELECT * FROM {open}SELECT * FROM ivoa.ObsCore{close}"),
            format!("SELECT TOP 1 {}1 AS x FROM ivoa.ObsCore", "- ".repeat(depth)),
            format!(
                "SELECT TOP 1 obs_id FROM ivoa.ObsCore WHERE {}calib_level = 1",
                "NOT ".repeat(depth)
            ),
            format!("SELECT TOP 1 {}1{} AS x FROM ivoa.ObsCore", "ABS(".repeat(depth), close),
            format!("SELECT TOP 1 1{} AS x FROM ivoa.ObsCore", " + 1".repeat(depth)),
            format!(
                "SELECT TOP 1 obs_id FROM ivoa.ObsCore WHERE calib_level = 1{}",
                " AND 1=1".repeat(depth)
            ),
            format!(
                "SELECT TOP 1 obs_id FROM ivoa.ObsCore{}",
                " UNION SELECT TOP 1 obs_id FROM ivoa.ObsCore".repeat(depth.min(20_000))
            ),
        ] {
            let (status, body) = target.ask(&adql, &[]);
            assert!(
                [200, 400, 413].contains(&status),
                "{depth}: {status} {}",
                &body[..body.len().min(500)]
            );
            // An error shows a part of such a query, not all of it.
            assert!(
                body.len() < 3 * adql.len() + 100_000,
                "{} bytes about {}",
                body.len(),
                adql.len()
            );
        }
    }
    println!("nesting: {:?}", began.elapsed());
    let began = Instant::now();
    let numbers: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    let texts: Vec<String> = numbers.iter().map(|number| format!("'v{number}'")).collect();
    for (column, list) in [("lsst_detector", &numbers), ("obs_id", &texts), ("t_exptime", &numbers)]
    {
        let adql = format!(
            "SELECT COUNT(*) AS n FROM ivoa.ObsCore WHERE {column} IN ({})",
            list.join(",")
        );
        let (status, body) = target.ask(&adql, &[]);
        assert_eq!(status, 200, "{column}: {}", &body[..body.len().min(500)]);
    }
    println!("lists: {:?}", began.elapsed());
    for (top, expected) in [
        ("9223372036854775807", 200),
        ("18446744073709551615", 200),
        ("99999999999999999999999999", 400),
        ("-1", 400),
        ("1e9", 400),
    ] {
        let (status, body) =
            target.ask(&format!("SELECT TOP {top} calib_level FROM ivoa.ObsCore"), &[]);
        assert_eq!(status, expected, "TOP {top}: {body}");
    }
    for (maxrec, expected) in [("18446744073709551615", 200), ("-1", 400), ("1e9", 400), ("0", 200)]
    {
        let (status, body) =
            target.ask("SELECT calib_level FROM ivoa.ObsCore", &[("MAXREC", maxrec)]);
        assert_eq!(status, expected, "MAXREC={maxrec}: {body}");
    }
    target.is_well();
}

#[test]
fn queries_without_end() {
    let limits = ["--limits-sync-time", "1s", "--limits-queries", "4", "--limits-queue-time", "2s"];
    on_both(&limits, ask_without_end);
}

fn ask_without_end(target: &Target) {
    let four = "SELECT COUNT(*) AS n FROM ivoa.ObsCore AS a, ivoa.ObsCore AS b, ivoa.ObsCore AS c, ivoa.ObsCore AS d WHERE a.s_ra + b.s_ra + c.s_ra < d.s_ra";
    let said: Vec<Said> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..12).map(|_| scope.spawn(|| target.ask(four, &[]))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    for (status, body) in &said {
        assert!([503, 504].contains(status), "{status} {body}");
    }
    std::thread::sleep(Duration::from_secs(1));
    let used = target.serving.processor_time();
    std::thread::sleep(Duration::from_secs(1));
    assert!(target.serving.processor_time() - used < 0.1, "they go on");
    target.is_well();
}
