//! A throw-away PostgreSQL cluster with a table of region texts.
//!
//! Out: rows of any SQL through psql, in the order of the table.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use obscore_view::region::RegionColumns;

pub struct Cluster {
    bin: PathBuf,
    dir: tempfile::TempDir,
    as_postgres: bool,
}

impl Cluster {
    /// A running server without network, with the table `v (n, region)` of `texts`.
    pub fn with_texts(texts: &[&str]) -> Self {
        let found = Command::new("pg_config").arg("--bindir").output();
        let found =
            found.expect("pg_config must be there: install PostgreSQL and its development files");
        let bin = PathBuf::from(String::from_utf8(found.stdout).unwrap().trim());
        let dir = tempfile::tempdir_in("/tmp").unwrap();
        // SAFETY-free way to ask who runs the tests: initdb refuses root.
        let as_postgres = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        if as_postgres {
            let status = Command::new("chown").arg("postgres").arg(dir.path()).status().unwrap();
            assert!(status.success(), "the user postgres must exist");
        }
        let cluster = Self { bin, dir, as_postgres };
        cluster.run("initdb", &["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"]);
        let socket = format!(
            "-k {} -c listen_addresses='' -c fsync=off -c jit=off",
            cluster.dir.path().display()
        );
        cluster.run("pg_ctl", &["-w", "-l", &cluster.path("log"), "-o", &socket, "start"]);
        let mut script = String::from("CREATE TABLE v (n int PRIMARY KEY, region text);\n");
        script += "COPY v FROM stdin;\n";
        for (n, text) in texts.iter().enumerate() {
            writeln!(script, "{n}\t{}", text.replace('\\', "\\\\").replace('\t', "\\t")).unwrap();
        }
        script += "\\.\n";
        cluster.psql(&script);
        cluster
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.bin.join(program);
        let mut command = if self.as_postgres {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        command.arg("-D").arg(self.path("data")).args(arguments).current_dir(self.dir.path());
        let output = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap_or_else(|e| panic!("{}: {e}", program.display()));
        assert!(output.success(), "{} failed, see {}", program.display(), self.path("log"));
    }

    /// The standard output of a script; an error of the server fails the test.
    pub fn psql(&self, script: &str) -> String {
        let mut child = Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-F", "\t", "-P", "null=\\N", "-U", "postgres"])
            .args(["-v", "ON_ERROR_STOP=1", "-d", "postgres"])
            .arg("-h")
            .arg(self.dir.path())
            .env("PGCLIENTENCODING", "UTF8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("psql must start");
        let mut stdin = child.stdin.take().unwrap();
        let script = script.to_owned();
        let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let _ = writer.join().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn directory(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-m", "immediate", "stop"]);
    }
}

/// Tab-separated lines of the four columns, with `\N` for NULL.
pub fn rows(output: &str) -> Vec<RegionColumns> {
    output
        .lines()
        .map(|line| {
            let fields: Vec<Option<&str>> =
                line.split('\t').map(|field| (field != "\\N").then_some(field)).collect();
            let number = |i: usize| fields[i].map(|field| field.parse::<f64>().unwrap());
            RegionColumns {
                s_ra: number(0),
                s_dec: number(1),
                s_fov: number(2),
                s_region: fields[3].map(str::to_owned),
            }
        })
        .collect()
}
