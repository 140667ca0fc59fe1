//! Registries written by the real Butler, each made once and kept under `target/oracle`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::postgres::Cluster;
use super::python::{digest, newest_universe, output, registry_script, script};
use super::table::Table;

/// The schema of Butler's tables on PostgreSQL; Butler itself fails with names that need quotes.
pub const NAMESPACE: &str = "embargo_repo";

/// A registry to be made by `survey.py` (or a script with the same first arguments).
#[derive(Debug, Clone)]
pub struct Survey {
    script: &'static str,
    arguments: Vec<String>,
}

/// A repository that a test may use as it likes.
pub struct Repository {
    /// Its directory, with `butler.yaml`.
    pub root: PathBuf,
    /// Where its registry is: the SQLite file, or the URL.
    pub database: String,
    /// What the registry is like: the key of its oracle rows.
    key: String,
    _folder: TempDir,
}

impl Survey {
    /// The synthetic survey in dimension universe `universe`, 0 to 8.
    pub fn new(universe: u32) -> Self {
        Self { script: "survey.py", arguments: vec!["--universe".into(), universe.to_string()] }
    }

    /// The synthetic survey in the newest universe of the Butler that writes.
    pub fn newest() -> Self {
        Self::new(newest_universe())
    }

    /// A registry of another script, called `SCRIPT ROOT [--url URL --namespace NS] ARGUMENTS`.
    pub fn of_script(script: &'static str, arguments: &[&str]) -> Self {
        Self { script, arguments: arguments.iter().map(|&a| a.to_owned()).collect() }
    }

    /// Adds arguments of the script, such as `--collections name` or `--files`.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&a| a.to_owned()));
        self
    }

    /// A private copy on SQLite.
    pub fn sqlite(&self) -> Repository {
        let key = self.key("sqlite");
        let kept = once(&key, |folder| {
            output(registry_script(self.script).arg(folder.join("repo")).args(&self.arguments));
        });
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path().join("repo");
        copy(&kept.join("repo"), &root);
        let database = root.join("gen3.sqlite3").display().to_string();
        Repository { root, database, key, _folder: folder }
    }

    /// A private copy in a new database of `cluster`, in the schema [`NAMESPACE`].
    pub fn postgres(&self, cluster: &Cluster) -> Repository {
        let key = self.key("postgres");
        let kept = once(&key, |folder| {
            let database = cluster.database();
            output(
                registry_script(self.script)
                    .arg(folder.join("repo"))
                    .args(["--url", &cluster.url(&database), "--namespace", NAMESPACE])
                    .args(&self.arguments),
            );
            cluster.dump(&database, &format!("\"{NAMESPACE}\""), &folder.join("dump.sql"));
            let yaml = folder.join("repo/butler.yaml");
            let text = fs::read_to_string(&yaml).expect("butler.yaml");
            let url = cluster.url(&database).replacen("postgresql", "postgresql+psycopg2", 1);
            assert!(text.contains(&url), "no {url} in {text}");
            fs::write(&yaml, text.replace(&url, "DATABASE_URL")).expect("butler.yaml");
        });
        let database = cluster.database();
        cluster.psql_file(&database, &kept.join("dump.sql"));
        cluster.psql(&database, "ANALYZE");
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path().join("repo");
        copy(&kept.join("repo"), &root);
        let yaml = root.join("butler.yaml");
        let text = fs::read_to_string(&yaml).expect("butler.yaml");
        let url = cluster.url(&database);
        let butler_url = url.replacen("postgresql", "postgresql+psycopg2", 1);
        fs::write(&yaml, text.replace("DATABASE_URL", &butler_url)).expect("butler.yaml");
        Repository { root, database: url, key, _folder: folder }
    }

    fn key(&self, database: &str) -> String {
        let arguments = self.arguments.join("\0");
        digest([database.as_bytes(), self.script.as_bytes(), arguments.as_bytes()])
    }
}

/// What is asked of Butler about a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The rows of its exporter, or of its live manager.
    Rows,
    /// The datasets that a query finds, see `obscore_many.py`.
    Ids,
}

impl Repository {
    /// Butler's own rows of this repository as it was made, for a mapping file.
    pub fn rows(&self, mapping: &Path) -> Table {
        self.answers(&[mapping.to_owned()], Asked::Rows).remove(0)
    }

    /// Butler's answers about mappings, in their order, of this repository as it was made: all
    /// that are not known yet by one process.
    ///
    /// Kept between runs: do not use it after changing the repository.
    pub fn answers(&self, mappings: &[PathBuf], asked: Asked) -> Vec<Table> {
        let kind: &[u8] = if asked == Asked::Rows { b"rows" } else { b"ids" };
        let file = |mapping: &PathBuf| {
            let text = fs::read(mapping).unwrap_or_else(|e| panic!("{}: {e}", mapping.display()));
            super::cache().join(digest([self.key.as_bytes(), kind, &text]))
        };
        let files: Vec<PathBuf> = mappings.iter().map(file).collect();
        let _lock = lock(&self.key);
        let unknown: Vec<usize> = (0..files.len()).filter(|&i| !files[i].exists()).collect();
        if !unknown.is_empty() {
            let mut command = script("obscore_many.py");
            command.arg(&self.root).args(unknown.iter().map(|&i| &mappings[i]));
            let text = output(command.arg("--parts").arg(str::from_utf8(kind).expect("ASCII")));
            let sections: Vec<&str> = text.split("{\"mapping\"").skip(1).collect();
            assert_eq!(sections.len(), unknown.len(), "an answer for each mapping");
            for (i, section) in unknown.into_iter().zip(sections) {
                let unfinished = files[i].with_extension("new");
                let rows = section.split_once('\n').expect("lines").1;
                fs::write(&unfinished, rows).expect("rows");
                fs::rename(&unfinished, &files[i]).expect("rename");
            }
        }
        files.iter().map(|file| Table::parse(&fs::read_to_string(file).expect("rows"))).collect()
    }
}

/// A mapping of `tests/oracle/mappings`.
pub fn mapping(name: &str) -> PathBuf {
    super::oracle_file("mappings").join(format!("{name}.yaml"))
}

/// The folder `key` of the cache, filled by `make` if it is not there; safe among processes.
fn once(key: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let folder = super::cache().join(key);
    let _lock = lock(key);
    if !folder.exists() {
        let unfinished = super::cache().join(format!("{key}.new"));
        let _ = fs::remove_dir_all(&unfinished);
        fs::create_dir(&unfinished).expect("folder");
        make(&unfinished);
        fs::rename(&unfinished, &folder).expect("rename");
    }
    folder
}

/// Held by one thread of one process at a time.
fn lock(key: &str) -> fs::File {
    let lock = fs::File::create(super::cache().join(format!("{key}.lock"))).expect("lock file");
    lock.lock().expect("lock");
    lock
}

fn copy(from: &Path, to: &Path) {
    output(Command::new("cp").arg("-r").arg(from).arg(to));
}
