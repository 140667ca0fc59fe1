//! A service under attack, and whether it is well afterwards.

// Every test binary compiles all of this and uses a part of it.
#![allow(dead_code, unreachable_pub)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::blocking::multipart::{Form, Part};
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::redirect::Policy;

use crate::serve_support::process::{Served, Serving, State, mapping};
use crate::support::postgres::Cluster;
use crate::support::survey::{NAMESPACE, Repository, Survey};

const COUNT: &str = "SELECT COUNT(*) AS n FROM ivoa.ObsCore";

/// Bytes of memory that the process may ever have had, whatever it was sent. It begins with about 30 MB
/// in a debug build.
const MEMORY: u64 = 250 << 20;

/// A running service.
pub struct Target {
    pub serving: Serving,
    pub client: Client,
    state: State,
    registry: Registry,
    /// How many rows ObsCore has.
    rows: String,
}

/// What nobody may change.
enum Registry {
    /// A file.
    Sqlite(PathBuf, Vec<u8>),
    /// A database, and what is in it.
    Postgres(Repository, String),
}

impl Registry {
    fn sqlite(folder: &Path) -> (Self, Served) {
        let root = folder.join("repo");
        let mut demo = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
        assert!(demo.arg("demo").arg(&root).output().unwrap().status.success());
        let (file, served) =
            (root.join("gen3.sqlite3"), Served::new(&root, &root.join("mapping.yaml")));
        let before = std::fs::read(&file).unwrap();
        (Self::Sqlite(file, before), served)
    }

    fn postgres() -> (Self, Served) {
        let repository = Survey::newest().postgres(Cluster::shared());
        let served = Served::new(&repository.root, &mapping());
        let before = dump(&repository);
        (Self::Postgres(repository, before), served)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(..) => "SQLite",
            Self::Postgres(..) => "PostgreSQL",
        }
    }

    fn is_what_it_was(&self) {
        match self {
            Self::Sqlite(file, before) => assert!(std::fs::read(file).unwrap() == *before),
            Self::Postgres(repository, before) => assert!(dump(repository) == *before),
        }
    }

    /// No statement goes on in a server.
    fn rests(&self) {
        let Self::Postgres(repository, _) = self else { return };
        let database = repository.database.rsplit('/').next().unwrap();
        let active = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND datname = '{database}'"
        );
        let deadline = Instant::now() + Duration::from_secs(15);
        while Cluster::shared().psql("postgres", &active).trim() != "0" {
            assert!(Instant::now() < deadline, "statements go on");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn dump(repository: &Repository) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    let database = repository.database.rsplit('/').next().unwrap();
    Cluster::shared().dump(database, NAMESPACE, file.path());
    let text = std::fs::read_to_string(file.path()).unwrap();
    assert!(text.contains("COPY "), "{text}");
    // Each dump has a password of its own against its own text.
    let kept = text.lines().filter(|line| !line.contains("restrict "));
    kept.collect::<Vec<_>>().join("\n")
}

/// Attacks services of both databases at the same time.
pub fn on_both(options: &[&str], attack: impl Fn(&Target) + Sync) {
    std::thread::scope(|scope| {
        scope.spawn(|| attack(&Target::sqlite(options)));
        scope.spawn(|| attack(&Target::postgres(options)));
    });
}

/// A status and a body.
pub type Said = (u16, String);

impl Target {
    /// With the demo's registry.
    pub fn sqlite(options: &[&str]) -> Self {
        let state = State::new();
        let registry = Registry::sqlite(state.path());
        Self::new(state, registry, options)
    }

    /// With the synthetic survey's registry on a server.
    pub fn postgres(options: &[&str]) -> Self {
        Self::new(State::new(), Registry::postgres(), options)
    }

    fn new(state: State, (registry, served): (Registry, Served), options: &[&str]) -> Self {
        let serving = served.with(options).start(&state);
        let client = Client::builder().redirect(Policy::none()).timeout(Duration::from_mins(1));
        let client = client.build().unwrap();
        let mut target = Self { serving, client, state, registry, rows: String::new() };
        let (status, rows) = target.ask(COUNT, &[]);
        assert_eq!(status, 200, "{rows}");
        target.rows = rows;
        target
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.serving.base)
    }

    pub fn address(&self) -> String {
        self.serving.base.trim_start_matches("http://").trim_end_matches("/tap").to_owned()
    }

    pub fn said(&self, request: RequestBuilder) -> Said {
        let answer = request.send().unwrap();
        let status = answer.status().as_u16();
        let text = String::from_utf8_lossy(&answer.bytes().unwrap()).into_owned();
        self.tells_nothing(&text);
        (status, text)
    }

    /// A query; further parameters.
    pub fn ask(&self, adql: &str, more: &[(&str, &str)]) -> Said {
        let mut form = vec![("LANG", "ADQL"), ("QUERY", adql)];
        if !more.iter().any(|(name, _)| *name == "FORMAT") {
            form.push(("FORMAT", "csv"));
        }
        form.extend_from_slice(more);
        self.said(self.client.post(self.url("/sync")).form(&form))
    }

    /// An upload called `t`, and a query of it.
    pub fn upload(&self, document: impl Into<Vec<u8>>) -> Said {
        let form = Form::new()
            .text("LANG", "ADQL")
            .text("QUERY", "SELECT * FROM TAP_UPLOAD.t")
            .text("FORMAT", "csv")
            .text("UPLOAD", "t,param:u")
            .part("u", Part::bytes(document.into()).file_name("u.vot"));
        self.said(self.client.post(self.url("/sync")).multipart(form))
    }

    /// Sends bytes and reads until the other side closes, or for a while.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        // The other side may refuse in the middle.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        self.tells_nothing(&text);
        text
    }

    /// No path of the machine, no SQL of the database, no name of a program part.
    pub fn tells_nothing(&self, text: &str) {
        let state = self.state.path().display().to_string();
        for secret in [
            state.as_str(),
            "gen3.sqlite3",
            "sqlite",
            "SQLITE",
            "postgres",
            "pg_",
            NAMESPACE,
            "dataset_tags_",
            "obscore_collections",
            "sqlx",
            "tokio",
            "panicked",
            ".rs:",
            "root:x:0",
        ] {
            if let Some(at) = text.find(secret) {
                let near: String = text.chars().skip(at.saturating_sub(200)).take(600).collect();
                panic!("`{secret}` is told: {near}");
            }
        }
    }

    /// How many clients the process is connected with.
    pub fn connections(&self) -> usize {
        const ESTABLISHED: &str = "01";
        const LEFT_BY_THE_CLIENT: &str = "08";
        let (_, port) =
            self.address().rsplit_once(':').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let port = format!(":{:04X}", port.parse::<u16>().unwrap());
        let table =
            std::fs::read_to_string(format!("/proc/{}/net/tcp", self.serving.pid())).unwrap();
        let own = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        own.filter(|fields| {
            fields[1].ends_with(&port) && [ESTABLISHED, LEFT_BY_THE_CLIENT].contains(&fields[3])
        })
        .count()
    }

    /// Afterwards: it answers, it is small, it has not panicked, and the registry is what it was.
    pub fn is_well(&self) {
        assert_eq!(self.ask(COUNT, &[]), (200, self.rows.clone()));
        let log = self.serving.log();
        assert!(!log.contains("panic"), "{log}");
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.serving.pid()));
        let status = status.unwrap();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let most: u64 = most.trim().trim_end_matches(" kB").parse().unwrap();
        println!("most memory, {}: {} MB", self.registry.name(), most >> 10);
        assert!(most << 10 < MEMORY, "{most} kB of memory");
        self.registry.rests();
        self.registry.is_what_it_was();
    }
}
