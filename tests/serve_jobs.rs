//! Jobs in a store that several processes share: stores on both databases, for queries about registries on
//! both. What becomes of the jobs of a process that is killed is in `serve_process.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod serve_support;
mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use obscore_view::db::Environment;
use obscore_view::objects::Object;
use obscore_view::serve::Queries;
use obscore_view::serve::fetch::Fetcher;
use obscore_view::serve::jobs::{Files, Limits, Pace, Store, Table, Work, work};
use obscore_view::serve::parameters::{Content, Parameters, Part};
use obscore_view::serve::query::{Answer, Offer};
use obscore_view::serve::uws::{Filter, Job, Phase, Wait};
use serve_support::engine::engine;
use serve_support::http::SLOW;
use support::postgres::Cluster;
use support::python::output;
use support::survey::{Repository, Survey};
use tokio_util::sync::CancellationToken;

const LIMITS: Limits = Limits {
    duration: 60,
    most_duration: 600,
    retention: Duration::from_hours(1),
    most_retention: Duration::from_hours(2),
    queued: 1000,
    jobs: 10_000,
    attempts: 2,
    list_anonymous: true,
};

const PACE: Pace = Pace {
    slots: 2,
    beat: Duration::from_millis(100),
    silence: Duration::from_secs(1),
    grace: Duration::from_millis(300),
};

/// A database for jobs, and the folder that goes with it.
struct Place {
    database: String,
    folder: tempfile::TempDir,
    repository: Repository,
    answer: Answer,
}

impl Place {
    /// One on each database system.
    async fn both() -> [Self; 2] {
        let folder = || tempfile::tempdir().unwrap();
        let (cluster, survey) = (Cluster::shared(), Survey::newest());
        let (here, there) = (survey.sqlite(), survey.postgres(cluster));
        let (sqlite, postgres) = (folder(), cluster.url(&cluster.database()));
        let file = sqlite.path().join("jobs.sqlite3").display().to_string();
        [Self::new(file, sqlite, here).await, Self::new(postgres, folder(), there).await]
    }

    async fn new(database: String, folder: tempfile::TempDir, repository: Repository) -> Self {
        let answer = engine(repository.root.to_str().unwrap()).await;
        Self { database, folder, repository, answer }
    }

    /// A worker at a store.
    fn worker(&self, store: &Arc<Store>) -> Worker {
        let (end, calls) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let (answer, counted) = (Arc::clone(&self.answer), Arc::clone(&calls));
        let answer: Answer = Arc::new(move |query, output| {
            counted.fetch_add(1, Ordering::SeqCst);
            answer(query, output)
        });
        let task = tokio::spawn(work(Arc::clone(store), queries(answer), PACE, end.clone()));
        Worker { end, task, calls }
    }

    /// The number of visits, by the database's own client.
    fn visits(&self) -> String {
        let sql = |schema: &str| format!("SELECT count(*) FROM {schema}visit");
        let database = &self.repository.database;
        if let Some((_, name)) =
            database.rsplit_once('/').filter(|_| database.starts_with("postgresql"))
        {
            return Cluster::shared().psql(name, &sql("embargo_repo.")).trim().to_owned();
        }
        let count = output(std::process::Command::new("sqlite3").arg(database).arg(sql("")));
        count.trim().to_owned()
    }

    async fn open(&self, limits: Limits) -> Arc<Store> {
        let environment = Environment::new("/", []);
        let files = Files::folder(&self.folder.path().join("files")).unwrap();
        Arc::new(
            Store::open((&self.database, Table::Queries), files, limits, &environment)
                .await
                .unwrap(),
        )
    }
}

async fn text(object: Object) -> String {
    let pieces: Vec<_> = object.pieces.try_collect().await.unwrap();
    let text = String::from_utf8(pieces.concat()).unwrap();
    assert_eq!(text.len() as u64, object.size);
    text
}

fn queries(answer: Answer) -> Arc<dyn Work> {
    Arc::new(Queries { answer, offer: offer() })
}

fn offer() -> Arc<Offer> {
    Arc::new(Offer { rows: None, most_rows: None, fetcher: Fetcher::none(), urls: None })
}

fn query(text: &str) -> Parameters {
    Parameters::from_pairs([("LANG", "ADQL"), ("FORMAT", "csv"), ("QUERY", text)])
}

/// An upload.
const TABLE: &str = "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"><RESOURCE><TABLE>\
                     <FIELD name=\"up\" datatype=\"int\"/><DATA><TABLEDATA><TR><TD>41</TD></TR></TABLEDATA></DATA>\
                     </TABLE></RESOURCE></VOTABLE>";
/// A query that needs it.
const JOIN: &str =
    "SELECT COUNT(*) AS n, MAX(t.up) AS up FROM butler.visit AS v, TAP_UPLOAD.a AS t";

struct Worker {
    end: CancellationToken,
    task: tokio::task::JoinHandle<()>,
    calls: Arc<AtomicUsize>,
}

async fn until(store: &Store, id: &str, phase: Phase) -> Job {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let job = store.get(id, None).await.unwrap();
        if job.phase == phase {
            return job;
        }
        assert!(Instant::now() < deadline, "{id} is {}, not {phase}", job.phase);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn files(folder: &Path, id: &str) -> usize {
    std::fs::read_dir(folder.join("files").join(id)).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_life_of_a_job() {
    for place in Place::both().await {
        let store = place.open(LIMITS).await;
        let mut parameters = query("SELECT COUNT(*) AS n FROM nothing");
        parameters.push("RunId", "batch");
        parameters.push("UPLOAD", "a,param:p");
        parameters.push("PHASE", "RUN");
        let content = Content::Memory(TABLE.into());
        parameters.push_part(Part { name: "p".to_owned(), media_type: None, content });
        let job = store.create(&parameters, None).await.unwrap();
        assert_eq!((job.phase, job.run_id.as_deref()), (Phase::Pending, Some("batch")));
        let names: Vec<&str> = job.parameters.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(names, ["LANG", "FORMAT", "QUERY", "UPLOAD", "p"]);
        assert_eq!(job, store.get(&job.id, None).await.unwrap());

        // What is posted replaces what was there; what is wrong is no error yet.
        let change = Parameters::from_pairs([("query", JOIN), ("MAXREC", "many")]);
        store.add_parameters(&job.id, None, &change).await.unwrap();
        let change = Parameters::from_pairs([("maxrec", "7")]);
        let job = store.add_parameters(&job.id, None, &change).await.unwrap();
        let query = job.parameters.iter().find(|one| one.id == "QUERY").unwrap();
        assert_eq!((query.value.as_str(), job.parameters.len()), (JOIN, 6));

        let job = store.run(&job.id, None).await.unwrap();
        assert_eq!(job.phase, Phase::Queued);
        assert_eq!(store.run(&job.id, None).await.unwrap_err().code, "S022");
        let worker = place.worker(&store);
        let wait = Wait { time: Duration::from_secs(20), seen: None };
        let mut job = job;
        while job.phase.blocks() {
            job = store.wait(&job.id, None, &wait).await.unwrap();
        }
        assert_eq!(job.phase, Phase::Completed, "{:?}", job.error);
        assert!(job.started.unwrap() <= job.ended.unwrap());
        let (result, kind) = store.result(&job.id, "result", None).await.unwrap();
        let text = text(result).await;
        assert_eq!(text, format!("n,up\r\n{},41\r\n", place.visits()));
        assert_eq!(kind.media_type, "text/csv;header=present");
        assert_eq!(job.results[0].size, text.len() as u64);
        assert_eq!(store.result(&job.id, "other", None).await.unwrap_err().code, "S020");
        let refused = store.add_parameters(&job.id, None, &change).await.unwrap_err();
        assert_eq!(refused.code, "S022");
        assert_eq!(store.abort(&job.id, None).await.unwrap_err().code, "S022");

        store.delete(&job.id, None).await.unwrap();
        assert_eq!(store.get(&job.id, None).await.unwrap_err().code, "S020");
        assert_eq!(files(place.folder.path(), &job.id), 0);
        worker.end.cancel();
        worker.task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_kept_and_told() {
    for place in Place::both().await {
        let store = place.open(Limits { duration: 1, ..LIMITS }).await;
        let worker = place.worker(&store);
        for (parameters, phase, said) in [
            (query("SELECT nothing FROM butler.visit"), Phase::Error, "no column `nothing`"),
            (Parameters::default(), Phase::Error, "LANG is missing"),
            (query(SLOW), Phase::Aborted, "longer than 1 seconds"),
        ] {
            let job = store.create(&parameters, None).await.unwrap();
            store.run(&job.id, None).await.unwrap();
            let job = until(&store, &job.id, phase).await;
            let error = job.error.unwrap();
            assert!(error.message.contains(said), "{}", error.message);
            assert_eq!(files(place.folder.path(), &job.id), 0, "a broken result is kept");
        }
        worker.end.cancel();
        worker.task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_and_lists() {
    for place in Place::both().await {
        let store = place.open(LIMITS).await;
        let mine = store.create(&query("SELECT id FROM butler.visit"), Some("me")).await.unwrap();
        let open = store.create(&query("SELECT id FROM butler.visit"), None).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        let late = store.create(&query("SELECT id FROM butler.visit"), Some("me")).await.unwrap();
        for caller in [None, Some("you")] {
            assert_eq!(store.get(&mine.id, caller).await.unwrap_err().code, "S021");
            assert_eq!(store.run(&mine.id, caller).await.unwrap_err().code, "S021");
            assert_eq!(store.abort(&mine.id, caller).await.unwrap_err().code, "S021");
            assert_eq!(store.delete(&mine.id, caller).await.unwrap_err().code, "S021");
            assert_eq!(store.parameter(&mine.id, "QUERY", caller).await.unwrap_err().code, "S021");
        }
        assert!(store.get(&open.id, Some("you")).await.is_ok());
        let list = async |filter: Filter, caller| {
            let jobs = store.list(&filter, caller).await.unwrap();
            jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
        };
        assert_eq!(list(Filter::default(), Some("me")).await, [late.id.clone(), mine.id.clone()]);
        assert_eq!(list(Filter::default(), None).await, [open.id.as_str()]);
        let last = Filter { last: Some(1), ..Filter::default() };
        assert_eq!(list(last, Some("me")).await, [late.id.as_str()]);
        let after = Filter { after: Some(mine.created), ..Filter::default() };
        assert_eq!(list(after, Some("me")).await, [late.id.as_str()]);
        store.abort(&mine.id, Some("me")).await.unwrap();
        let phases = vec![Phase::Aborted, Phase::Error];
        let aborted = Filter { phases, ..Filter::default() };
        assert_eq!(list(aborted, Some("me")).await, [mine.id.as_str()]);
        let closed = place.open(Limits { list_anonymous: false, ..LIMITS }).await;
        assert!(closed.list(&Filter::default(), None).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold() {
    for place in Place::both().await {
        let store = place.open(Limits { queued: 1, jobs: 3, ..LIMITS }).await;
        let first = store.create(&query("SELECT id FROM butler.visit"), None).await.unwrap();
        let second = store.create(&query("SELECT id FROM butler.visit"), None).await.unwrap();
        assert_eq!(store.run(&first.id, None).await.unwrap().phase, Phase::Queued);
        assert_eq!(store.run(&second.id, None).await.unwrap().phase, Phase::Held);
        let set = async |text| store.set_duration(&second.id, None, text).await;
        assert_eq!(set("30").await.unwrap().duration, 30);
        assert_eq!(set("999999999999").await.unwrap().duration, 600);
        assert_eq!(set("0").await.unwrap().duration, 600);
        assert_eq!(set("-1").await.unwrap_err().code, "S011");
        let set = async |text| store.set_destruction(&second.id, None, text).await;
        let latest = set("2999-01-01T00:00:00Z").await.unwrap();
        assert_eq!(latest.destruction, Some(latest.created.plus(LIMITS.most_retention)));
        assert_eq!(set("soon").await.unwrap_err().code, "S011");

        // The queue is free again.
        let worker = place.worker(&store);
        until(&store, &first.id, Phase::Completed).await;
        assert_eq!(store.run(&second.id, None).await.unwrap().phase, Phase::Queued);
        let done = until(&store, &second.id, Phase::Completed).await;
        store.create(&query("SELECT id FROM butler.visit"), None).await.unwrap();
        assert_eq!(
            store.create(&query("SELECT id FROM butler.visit"), None).await.unwrap_err().code,
            "S023"
        );
        assert_eq!(files(place.folder.path(), &done.id), 1);

        // A destruction time that has passed removes everything.
        store.set_destruction(&done.id, None, "2020-01-01T00:00:00Z").await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while store.get(&done.id, None).await.is_ok() || files(place.folder.path(), &done.id) > 0 {
            assert!(Instant::now() < deadline, "the job is still there");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        worker.end.cancel();
        worker.task.await.unwrap();
    }
}

/// So many that one process cannot do all before the other has begun, on a busy machine either.
const JOBS: usize = 150;

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_the_work_and_no_job_is_done_twice() {
    for place in Place::both().await {
        let (here, there) = (place.open(LIMITS).await, place.open(LIMITS).await);
        let visits: usize = place.visits().parse().unwrap();
        let mut ids = Vec::new();
        for number in 0..JOBS {
            let query = query(&format!("SELECT COUNT(*) + {number} AS n FROM butler.visit"));
            let job = here.create(&query, None).await.unwrap();
            here.run(&job.id, None).await.unwrap();
            ids.push(job.id);
        }
        let (one, two) = (place.worker(&here), place.worker(&there));
        for (number, id) in ids.iter().enumerate() {
            until(&there, id, Phase::Completed).await;
            let (result, _) = there.result(id, "result", None).await.unwrap();
            let wanted = visits + number;
            assert_eq!(text(result).await, format!("n\r\n{wanted}\r\n"));
        }
        let calls = [&one, &two].map(|worker| worker.calls.load(Ordering::SeqCst));
        assert_eq!(calls.iter().sum::<usize>(), JOBS, "{calls:?}");
        assert!(calls.iter().all(|calls| *calls > 0), "{calls:?}");

        // An ABORT through one process stops the work in the other.
        one.end.cancel();
        one.task.await.unwrap();
        let job = here.create(&query(SLOW), None).await.unwrap();
        here.run(&job.id, None).await.unwrap();
        until(&here, &job.id, Phase::Executing).await;
        here.abort(&job.id, None).await.unwrap();
        let next = here.create(&query("SELECT id FROM butler.visit"), None).await.unwrap();
        here.run(&next.id, None).await.unwrap();
        until(&here, &next.id, Phase::Completed).await;
        let deadline = Instant::now() + Duration::from_secs(10);
        while files(place.folder.path(), &job.id) > 0 {
            assert!(Instant::now() < deadline, "the work goes on");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(here.get(&job.id, None).await.unwrap().phase, Phase::Aborted);
        two.end.cancel();
        two.task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orderly_end_gives_jobs_back() {
    for place in Place::both().await {
        let store = place.open(LIMITS).await;
        let job = store.create(&query(SLOW), None).await.unwrap();
        store.run(&job.id, None).await.unwrap();
        // Ends and begins again more often than a job is tried after crashes.
        for _ in 0..4 {
            let worker = place.worker(&store);
            until(&store, &job.id, Phase::Executing).await;
            worker.end.cancel();
            worker.task.await.unwrap();
            assert_eq!(store.get(&job.id, None).await.unwrap().phase, Phase::Queued);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_abort_and_a_completion_one_happens() {
    for place in Place::both().await {
        let store = place.open(LIMITS).await;
        let worker = place.worker(&store);
        let mut seen = [0, 0];
        for number in 0..40 {
            let job = store.create(&query("SELECT id FROM butler.visit"), None).await.unwrap();
            store.run(&job.id, None).await.unwrap();
            tokio::time::sleep(Duration::from_micros(300 * number)).await;
            let aborted = store.abort(&job.id, None).await;
            let phase = if aborted.is_ok() { Phase::Aborted } else { Phase::Completed };
            tokio::time::sleep(Duration::from_millis(10)).await;
            let job = store.get(&job.id, None).await.unwrap();
            assert_eq!(job.phase, phase, "{:?}", job.error);
            assert_eq!(job.results.len(), usize::from(phase == Phase::Completed));
            seen[usize::from(phase == Phase::Completed)] += 1;
        }
        println!("{} aborted, {} completed", seen[0], seen[1]);
        worker.end.cancel();
        worker.task.await.unwrap();
    }
}
