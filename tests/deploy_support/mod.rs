//! Runs the program on registries of the survey, for the tests of apply, check and drop.

#![allow(dead_code, unreachable_pub)]

use std::process::{Command, Stdio};

use super::support::postgres::Cluster;
use super::support::python::output;
use super::support::survey::{Repository, Survey};

/// What a run of the program gave.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The program, ready for arguments, with nothing of this user's environment that it reads.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    for name in ["PGPASSWORD", "PGUSER", "PGHOST", "PGPORT", "DAF_BUTLER_REPOSITORY_INDEX"] {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

pub fn run(arguments: &[&str]) -> Run {
    finish(program().args(arguments))
}

pub fn finish(command: &mut Command) -> Run {
    let done = command.output().expect("the program runs");
    Run {
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8(done.stdout).expect("UTF-8"),
        err: String::from_utf8(done.stderr).expect("UTF-8"),
    }
}

impl Run {
    /// Panics unless the exit code is `code`.
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}

/// A repository with the ways to look at and to change its database behind the program's back.
pub struct Place {
    pub repository: Repository,
    /// REPO for the program.
    pub repo: String,
    /// The database on the shared cluster; none on SQLite.
    pub database: Option<String>,
    folder: tempfile::TempDir,
}

impl Place {
    pub fn sqlite() -> Self {
        Self::new(Survey::newest().sqlite(), None)
    }

    pub fn postgres() -> Self {
        let repository = Survey::newest().postgres(Cluster::shared());
        let database = repository.database.rsplit('/').next().expect("name").to_owned();
        Self::new(repository, Some(database))
    }

    pub fn both() -> [Self; 2] {
        [Self::sqlite(), Self::postgres()]
    }

    fn new(repository: Repository, database: Option<String>) -> Self {
        let repo = repository.root.display().to_string();
        Self { repository, repo, database, folder: tempfile::tempdir().expect("folder") }
    }

    pub fn is_postgres(&self) -> bool {
        self.database.is_some()
    }

    /// The view with its schema.
    pub fn view(&self) -> &'static str {
        if self.is_postgres() { "ivoa.obscore" } else { "obscore" }
    }

    /// A name of the registry, qualified.
    pub fn table(&self, name: &str) -> String {
        if self.is_postgres() { format!("embargo_repo.{name}") } else { name.to_owned() }
    }

    /// Runs SQL with the database's own client.
    pub fn sql(&self, sql: &str) -> String {
        if let Some(database) = &self.database {
            return Cluster::shared().psql(database, sql);
        }
        let file = self.folder.path().join("in.sql");
        std::fs::write(&file, sql).expect("SQL");
        let input = std::fs::File::open(file).expect("SQL");
        output(Command::new("sqlite3").arg("-bail").arg(&self.repository.database).stdin(input))
    }

    /// REPO as another role.
    pub fn as_role(&self, role: &str) -> String {
        let database = self.database.as_ref().expect("PostgreSQL");
        let port = Cluster::shared().port();
        format!("postgresql://{role}@127.0.0.1:{port}/{database}?namespace=embargo_repo")
    }

    /// Every object, comment and right of the database that is not Butler's: equal before and after
    /// where nothing may change.
    pub fn state(&self) -> String {
        if self.is_postgres() {
            self.sql(
                "SELECT n.nspname, obj_description(n.oid, 'pg_namespace'), n.nspacl FROM pg_namespace n \
                   WHERE n.nspname !~ '^pg_' ORDER BY 1; \
                 SELECT c.oid, c.relname, c.relkind, c.relacl, c.relowner, obj_description(c.oid, 'pg_class') \
                   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                   WHERE n.nspname !~ '^pg_' AND c.relkind IN ('r', 'v', 'm') ORDER BY c.oid; \
                 SELECT p.oid, p.proname, p.proowner, obj_description(p.oid, 'pg_proc') FROM pg_proc p \
                   JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'ivoa' ORDER BY p.oid",
            )
        } else {
            self.sql("SELECT type, name, sql FROM sqlite_schema ORDER BY rowid")
        }
    }

    /// A mapping file made of `text`.
    pub fn mapping(&self, text: &str) -> String {
        let path = self.folder.path().join("mapping.yaml");
        std::fs::write(&path, text).expect("mapping");
        path.display().to_string()
    }

    /// The simple mapping with changes, each a text and its replacement.
    pub fn changed(&self, changes: &[(&str, &str)]) -> String {
        let mut text = MAPPING.to_owned();
        for (old, new) in changes {
            assert!(text.contains(old), "{old} is not in the mapping");
            text = text.replace(old, new);
        }
        self.mapping(&text)
    }

    pub fn apply(&self, more: &[&str]) -> Run {
        self.apply_mapping(&self.mapping(MAPPING), more)
    }

    pub fn apply_mapping(&self, mapping: &str, more: &[&str]) -> Run {
        let mut arguments = vec!["apply", &self.repo, "-m", mapping];
        arguments.extend(more);
        run(&arguments)
    }

    pub fn check(&self, mapping: &str, more: &[&str]) -> Run {
        let mut arguments = vec!["check", &self.repo, "-m", mapping];
        arguments.extend(more);
        run(&arguments)
    }

    /// Runs Python with `butler` open for writing.
    pub fn butler(&self, code: &str) {
        let code = format!(
            "from lsst.daf.butler import *\nbutler = Butler.from_config({:?}, writeable=True)\n{code}",
            self.repo
        );
        output(Command::new(super::support::python::python()).args(["-c", &code]));
    }

    pub fn drop(&self, more: &[&str]) -> Run {
        let mut arguments = vec!["drop", &self.repo];
        arguments.extend(more);
        run(&arguments)
    }

    /// `text` without what differs from run to run.
    pub fn plain(&self, text: &str) -> String {
        let folder = self.folder.path().display().to_string();
        let mut text = text.replace(&format!("{folder}/"), "").replace(&self.repo, "REPO");
        if let Some(database) = &self.database {
            let place = format!("127.0.0.1:{}/{database}", Cluster::shared().port());
            text = text.replace(&place, "HOST/DATABASE");
        }
        text
    }
}

/// A mapping without a flaw for the survey's registry.
pub const MAPPING: &str = r#"facility_name: Test
facility_map: {SynthCam: "Test:Synth"}
obs_collection: TEST
collections: ["Survey/defaults"]
obs_publisher_did_fmt: "ivo://example.org/test?{id}"
dataset_types:
  raw:
    dataproduct_type: image
    calib_level: 1
    obs_id_fmt: "{instrument}:{records[exposure].obs_id}"
    o_ucd: phot.count
    access_format: image/fits
    datalink_url_fmt: "https://example.org/links?ID={id}"
  visit_image:
    dataproduct_type: image
    calib_level: 2
    obs_id_fmt: "{instrument}:{records[visit].name}"
    o_ucd: phot.flux.density
    access_format: image/fits
    datalink_url_fmt: "https://example.org/links?ID={id}"
spectral_ranges:
  g: [402.0e-9, 552.0e-9]
  r: [552.0e-9, 691.0e-9]
  i: [691.0e-9, 818.0e-9]
"#;

/// The findings of a text report that have `code`, and the one line of the summary.
pub fn only(report: &str, code: &str) -> String {
    let blocks = report.split("\n\n").filter(|block| block.contains(&format!("[{code}]")));
    let found: Vec<&str> = blocks.collect();
    assert!(!found.is_empty(), "no {code} in\n{report}");
    found.join("\n\n")
}

/// The codes in a report, each once, in order.
pub fn codes(report: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in report.lines() {
        let code = line.split_once('[').and_then(|(before, rest)| {
            let (code, _) = rest.split_once("]: ")?;
            ["error", "warning", "note"].contains(&before).then(|| code.to_owned())
        });
        found.extend(code.filter(|code| !found.contains(code)));
    }
    found
}
