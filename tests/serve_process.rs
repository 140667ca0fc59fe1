//! The life and death of the process: what is killed, told to end, left by its clients; several of them on one
//! store of jobs, several repositories in one of them. All on real registries, on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serve_support::http::SLOW;
use serve_support::process::{Served, Serving, State, mapping};
use support::postgres::Cluster;
use support::survey::{Repository, Survey};

/// A registry somewhere.
struct Place {
    repository: Repository,
    cluster: Option<Cluster>,
}

impl Place {
    fn sqlite() -> Self {
        Self { repository: Survey::newest().sqlite(), cluster: None }
    }

    /// On a server of its own: what runs there is this place's.
    fn postgres() -> Self {
        let cluster = Cluster::start();
        Self { repository: Survey::newest().postgres(&cluster), cluster: Some(cluster) }
    }

    fn served(&self, options: &[&str]) -> Served {
        Served::new(&self.repository.root, &mapping()).with(options)
    }

    /// Where its jobs are kept: beside the registry on a server, otherwise where they are by default.
    fn jobs(&self, state: &State) -> Vec<String> {
        let Some(cluster) = &self.cluster else { return Vec::new() };
        let folder = state.path().join("results").display().to_string();
        let database = cluster.url(&cluster.database());
        ["--jobs-database", &database, "--jobs-folder", &folder].map(str::to_owned).to_vec()
    }

    /// Whether the service or its database is at work.
    fn is_busy(&self, service: &Serving) -> bool {
        let active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' \
                      AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        if self
            .cluster
            .as_ref()
            .is_some_and(|cluster| cluster.psql("postgres", active).trim() != "0")
        {
            return true;
        }
        // SQLite works in the process itself, and so do geometries.
        let before = service.processor_time();
        std::thread::sleep(Duration::from_millis(500));
        service.processor_time() - before > 0.05
    }

    fn becomes(&self, service: &Serving, busy: bool, what: &str) {
        let deadline = Instant::now() + Duration::from_secs(15);
        while self.is_busy(service) != busy {
            assert!(Instant::now() < deadline, "{what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Does it on both databases at the same time.
fn on_both(test: impl Fn(&Place) + Sync) {
    std::thread::scope(|scope| {
        let both = [Place::sqlite as fn() -> Place, Place::postgres];
        let test = &test;
        for place in both {
            scope.spawn(move || test(&place()));
        }
    });
}

#[test]
fn an_abort_ends_what_fetches_rows_as_well() {
    let place = Place::postgres();
    let cluster = place.cluster.as_ref().unwrap();
    let service = place.served(&[]).start_alone();
    let database = place.repository.database.rsplit('/').next().unwrap();
    // What the service looks up about regions when it starts is read before there is a lock.
    let by_place =
        "SELECT COUNT(*) AS n FROM ivoa.ObsCore WHERE 1 = CONTAINS(POINT(0, 0), s_region)";
    assert_eq!(service.sync(by_place).status(), 200);
    // A statement that waits for a lock, before the geometry of this process can begin.
    let lock = "BEGIN; LOCK TABLE embargo_repo.visit_detector_region; SELECT pg_sleep(60)";
    let mut locker = cluster.psql_command(database).args(["-c", lock]).spawn().unwrap();
    let waiting = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                   AND application_name LIKE 'obscore-view %'";
    let locked = "SELECT count(*) > 0 FROM pg_stat_activity \
                  WHERE wait_event = 'PgSleep' AND query LIKE 'BEGIN; LOCK%'";
    let becomes = |question: &str, answer: &str| {
        let deadline = Instant::now() + Duration::from_secs(30);
        while cluster.psql("postgres", question).trim() != answer {
            assert!(Instant::now() < deadline, "not `{answer}`: {question}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    becomes(locked, "t");
    let job = service.start(SLOW_SKY);
    becomes(waiting, "t");
    service.post(&format!("{job}/phase"), &[("PHASE", "ABORT")]);
    becomes(waiting, "f");
    locker.kill().unwrap();
    locker.wait().unwrap();
}

/// What needs the geometry of this process where the registry is in PostgreSQL, and takes for ever.
const SLOW_SKY: &str = "SELECT COUNT(*) AS n FROM ivoa.ObsCore AS a, ivoa.ObsCore AS b, ivoa.ObsCore AS c, \
                        ivoa.ObsCore AS d WHERE 1 = INTERSECTS(a.s_region, b.s_region) AND \
                        c.t_min + d.t_min < a.t_max + b.t_max";

#[test]
fn an_abort_ends_the_statement() {
    on_both(|place| {
        let service = place.served(&[]).start_alone();
        for query in [SLOW, SLOW_SKY] {
            for ending in ["ABORT", "DELETE", "too long"] {
                let job = service.create(&[("LANG", "ADQL"), ("QUERY", query)]);
                if ending == "too long" {
                    let form = [("EXECUTIONDURATION", "6")];
                    assert_eq!(
                        service.post(&format!("{job}/executionduration"), &form).status(),
                        303
                    );
                }
                service.post(&format!("{job}/phase"), &[("PHASE", "RUN")]);
                service.until(&job, "EXECUTING");
                place.becomes(&service, true, "nothing runs");
                match ending {
                    "ABORT" => {
                        service.post(&format!("{job}/phase"), &[("PHASE", "ABORT")]);
                        assert_eq!(service.text(&format!("{job}/phase")), "ABORTED");
                    }
                    "DELETE" => {
                        service.post(&job, &[("ACTION", "DELETE")]);
                        assert_eq!(service.get(&job).send().unwrap().status(), 404);
                    }
                    _ => {
                        let document = service.until(&job, "ABORTED");
                        assert!(document.contains("longer than 6 seconds"), "{document}");
                    }
                }
                place.becomes(&service, false, &format!("{query} goes on after {ending}"));
            }
        }
        assert_eq!(service.csv("SELECT COUNT(*) AS n FROM butler.visit").lines().count(), 1);
    });
}

#[test]
fn a_client_that_leaves_takes_its_query_along() {
    on_both(|place| {
        let service = place.served(&[]).start_alone();
        let address = service.base.strip_prefix("http://").unwrap().strip_suffix("/tap").unwrap();
        for query in [SLOW, SLOW_SKY] {
            let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "GET /tap/sync?LANG=ADQL&QUERY={query} HTTP/1.1\r\nHost: x\r\n\r\n")
                .unwrap();
            place.becomes(&service, true, "nothing runs");
            drop(stream);
            place.becomes(&service, false, "a query goes on after its client left");
        }
        // One that reads a little of a long answer.
        let rows =
            "SELECT a.*, b.run FROM butler.dataset AS a, butler.dataset AS b, butler.dataset AS c";
        let query: String = url::form_urlencoded::byte_serialize(rows.as_bytes()).collect();
        let mut stream = TcpStream::connect(address).unwrap();
        let most = "MAXREC=9999999&FORMAT=csv";
        write!(stream, "GET /tap/sync?LANG=ADQL&{most}&QUERY={query} HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        let mut bytes = vec![0; 100_000];
        std::io::Read::read_exact(&mut stream, &mut bytes).unwrap();
        assert!(bytes.starts_with(b"HTTP/1.1 200 OK"));
        drop(stream);
        place.becomes(&service, false, "a query goes on after its client left in the middle");
    });
}

#[test]
fn jobs_survive_a_crash() {
    on_both(|place| {
        let state = State::new();
        let mut served = place.served(&["--jobs-silence", "2s", "--jobs-attempts", "2"]);
        served.options.extend(place.jobs(&state));
        let mut service = served.start(&state);
        let query = "SELECT obs_id, t_min FROM ivoa.ObsCore ORDER BY obs_publisher_did";
        let done = service.start(query);
        service.until(&done, "COMPLETED");
        let result = format!("{done}/results/result");
        let answer = service.text(&result);
        assert!(answer.lines().count() > 100);
        let waiting = service.create(&[("LANG", "ADQL"), ("FORMAT", "csv"), ("QUERY", query)]);
        let slow = service.start(SLOW);
        service.until(&slow, "EXECUTING");
        place.becomes(&service, true, "nothing runs");
        for life in 1..=2 {
            service.kill();
            if let Some(cluster) = &place.cluster {
                // A server notices a client that died when it has something to say.
                cluster.psql(
                    "postgres",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active' \
                     AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
                );
            }
            service = served.start(&state);
            // What was done is there, what waits can go on.
            assert_eq!(service.text(&result), answer);
            assert!(service.text(&waiting).contains("<uws:phase>PENDING<"));
            if life == 1 {
                place.becomes(&service, true, "the job is not begun again");
                service.until(&slow, "EXECUTING");
            }
        }
        let document = service.until(&slow, "ERROR");
        assert!(document.contains("interrupted several times"), "{document}");
        assert!(service.text(&format!("{slow}/error")).contains("interrupted several times"));
        place.becomes(&service, false, "the job goes on");
        service.post(&format!("{waiting}/phase"), &[("PHASE", "RUN")]);
        service.until(&waiting, "COMPLETED");
        assert_eq!(service.text(&format!("{waiting}/results/result")), answer);
    });
}

#[test]
fn an_orderly_end() {
    on_both(|place| {
        let state = State::new();
        let served = place.served(&["--limits-grace", "2s"]);
        let mut service = served.start(&state);
        // With nothing to do it ends at once.
        let began = Instant::now();
        service.tell_to_end();
        assert!(service.ended(Duration::from_secs(10)).success());
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());

        let mut service = served.start(&state);
        let slow = service.start(SLOW);
        service.until(&slow, "EXECUTING");
        let answer = std::thread::scope(|scope| {
            // An answer that is under way is given to its end.
            let answer = scope.spawn(|| {
                service.csv(
                    "SELECT TOP 20000 a.run, b.run AS other FROM butler.dataset AS a, butler.dataset AS b",
                )
            });
            std::thread::sleep(Duration::from_millis(300));
            service.tell_to_end();
            answer.join().unwrap()
        });
        assert_eq!(answer.lines().count(), 20_000);
        assert!(service.ended(Duration::from_secs(15)).success(), "{}", service.log());
        if let Some(cluster) = &place.cluster {
            let left =
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'obscore%'";
            let deadline = Instant::now() + Duration::from_secs(5);
            while cluster.psql("postgres", left).trim() != "0" {
                assert!(Instant::now() < deadline, "connections are left behind");
            }
        }
        // The job went back to the queue, and is not counted as a failure.
        let service = served.start(&state);
        service.until(&slow, "EXECUTING");
        service.post(&format!("{slow}/phase"), &[("PHASE", "ABORT")]);
        place.becomes(&service, false, "the job goes on");
    });
}

#[test]
fn several_processes_share_jobs() {
    let place = Place::postgres();
    let cluster = place.cluster.as_ref().unwrap();
    let jobs = cluster.url(&cluster.database());
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().display().to_string();
    let options = ["--jobs-database", &jobs, "--jobs-folder", &folder, "--jobs-running", "1"];
    let served = place.served(&options).with(&["--jobs-silence", "2s"]);
    let states = [State::new(), State::new()];
    let [one, mut two] = [&states[0], &states[1]].map(|state| served.start(state));

    // Both take their share, and each shows all.
    // The other one looks for work now and then: it is not all done before.
    let query =
        "SELECT COUNT(*) AS n FROM ivoa.ObsCore AS a, ivoa.ObsCore AS b, butler.instrument AS c";
    let ids: Vec<String> = (0..16).map(|_| one.start(query)).collect();
    let answers: Vec<String> = ids
        .iter()
        .map(|id| {
            two.until(id, "COMPLETED");
            let result = format!("{id}/results/result");
            assert_eq!(one.text(&result), two.text(&result));
            one.text(&result)
        })
        .collect();
    assert!(answers.iter().all(|answer| answer == &answers[0]));
    let ended = |service: &Serving| service.log().matches("job ended").count();
    assert_eq!(ended(&one) + ended(&two), 16);
    assert!(ended(&one) > 0 && ended(&two) > 0, "{} {}", ended(&one), ended(&two));

    // An abort through one ends the statement of the other, in whichever it is.
    let jobs: Vec<String> = (0..2).map(|_| one.start(SLOW)).collect();
    jobs.iter().for_each(|job| drop(two.until(job, "EXECUTING")));
    place.becomes(&one, true, "nothing runs");
    for job in &jobs {
        one.post(&format!("{job}/phase"), &[("PHASE", "ABORT")]);
    }
    place.becomes(&one, false, "a statement goes on after an abort through another process");

    // The jobs of one that is killed are done by the other.
    let mut jobs: Vec<String> = (0..2).map(|_| two.start(SLOW)).collect();
    jobs.iter().for_each(|job| drop(one.until(job, "EXECUTING")));
    two.kill();
    let shorter = one.start("SELECT COUNT(*) AS n FROM butler.visit");
    for job in &jobs {
        one.until(job, "EXECUTING");
        one.post(&format!("{job}/phase"), &[("PHASE", "ABORT")]);
    }
    one.until(&shorter, "COMPLETED");
    jobs.push(shorter);
    let list = one.text("/async");
    assert!(jobs.iter().all(|job| list.contains(job.as_str())), "{list}");
}

#[test]
fn several_repositories() {
    let (here, there) = (Place::sqlite(), Place::postgres());
    let (root, file) =
        (there.repository.root.display().to_string(), mapping().display().to_string());
    // Another registry in another database, and another mapping of the same one.
    let runs = support::survey::mapping("runs").display().to_string();
    let own = here.repository.root.display().to_string();
    let options = ["--add", "far", &root, &file, "--add", "all_runs", &own, &runs, "--parity"];
    let service = here.served(&options).start_alone();
    let alone = there.served(&["--parity"]).start_alone();

    assert_eq!(
        service.csv(
            "SELECT table_name FROM TAP_SCHEMA.tables WHERE table_name LIKE '%ObsCore' ORDER BY 1"
        ),
        "all_runs.ObsCore\r\nfar.ObsCore\r\nivoa.ObsCore\r\n"
    );
    let schemas = service.csv("SELECT schema_name FROM TAP_SCHEMA.schemas ORDER BY schema_name");
    assert_eq!(schemas, "TAP_SCHEMA\r\nall_runs\r\nbutler\r\nfar\r\nfar_butler\r\nivoa\r\n");
    // Keys lead to tables of the same repository.
    let keys = service.csv("SELECT from_table, target_table FROM TAP_SCHEMA.keys");
    assert!(keys.contains("far_butler.visit,far_butler.physical_filter"), "{keys}");
    for line in keys.lines() {
        let line = line.replace('"', "");
        let (from, to) = line.split_once(',').unwrap();
        assert_eq!(from.starts_with("far"), to.starts_with("far"), "{line}");
    }
    // Each is what it is alone.
    for tail in ["ObsCore WHERE calib_level = 2", "ObsCore"] {
        let wanted =
            alone.csv(&format!("SELECT obs_id, t_min, s_ra FROM ivoa.{tail} ORDER BY 1, 2, 3"));
        let got =
            service.csv(&format!("SELECT obs_id, t_min, s_ra FROM far.{tail} ORDER BY 1, 2, 3"));
        assert_eq!(sorted(&got), sorted(&wanted));
    }
    // Joins between a file and a server: both hold the same synthetic survey.
    let visits = service.csv("SELECT COUNT(*) AS n FROM butler.visit");
    assert_eq!(
        service.csv(
            "SELECT COUNT(*) AS n FROM butler.visit AS a JOIN far_butler.visit AS b \
             ON a.instrument = b.instrument AND a.id = b.id AND a.name = b.name"
        ),
        visits
    );
    let pairs = service.csv(
        "SELECT COUNT(*) AS n FROM (SELECT DISTINCT obs_id, lsst_detector FROM ivoa.ObsCore WHERE calib_level = 2) \
         AS a JOIN (SELECT DISTINCT obs_id, lsst_detector FROM far.ObsCore WHERE calib_level = 2) AS b \
         ON a.obs_id = b.obs_id AND a.lsst_detector = b.lsst_detector",
    );
    let alone = alone.csv(
        "SELECT COUNT(*) AS n FROM (SELECT DISTINCT obs_id, lsst_detector FROM ivoa.ObsCore WHERE calib_level = 2) AS a",
    );
    assert_eq!(pairs, alone);
    let with_sky = service.csv(
        "SELECT COUNT(*) AS n FROM ivoa.ObsCore AS a JOIN far.ObsCore AS b \
         ON 1 = CONTAINS(POINT(a.s_ra, a.s_dec), b.s_region) WHERE a.calib_level = 3 AND b.calib_level = 3",
    );
    assert!(with_sky.trim().parse::<u32>().unwrap() > 0, "{with_sky}");
}

fn sorted(csv: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = csv.lines().collect();
    lines.sort_unstable();
    lines
}
