//! What the registry tests share: Butler's Python, real repositories, a throw-away PostgreSQL.
//!
//! A missing tool is a failure that says what to install, never a skip.
#![allow(dead_code)]

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use obscore_view::db::Environment;
use obscore_view::diag::Diagnostic;
use serde_json::{Value, json};

/// The interpreter of a virtual environment with lsst-daf-butler.
pub fn python() -> String {
    std::env::var("OBSCORE_VIEW_PYTHON").unwrap_or_else(|_| ".venv/bin/python".to_owned())
}

/// Runs a script of `tests/oracle` and reads its JSON.
pub fn oracle(script: &str, arguments: &[&str], input: &Value) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(script);
    let mut child = Command::new(python())
        .arg(path)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{} does not run: {error}; set OBSCORE_VIEW_PYTHON to the Python of a virtual environment with lsst-daf-butler", python())
        });
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{script} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Makes repositories with daf_butler; the answers are what Butler sees in them.
pub fn make_registries(requests: &[Value]) -> Vec<Value> {
    let Value::Array(answers) = oracle("make_registry.py", &[], &json!(requests)) else { panic!() };
    answers
}

/// An environment with nothing but these variables.
pub fn environment(directory: &Path, variables: &[(&str, &str)]) -> Environment {
    let mut all = vec![("HOME".to_owned(), directory.display().to_string())];
    all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Environment::new(directory, all)
}

/// A diagnostic as printed, without what differs from run to run.
pub fn shown(diagnostic: &Diagnostic, hidden: &[(&str, &str)]) -> String {
    let mut text = diagnostic.render(false);
    for (secret, name) in hidden {
        text = text.replace(secret, name);
    }
    text
}

/// A PostgreSQL server of its own, gone when dropped; passwords are checked with SCRAM.
pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    /// TCP port on 127.0.0.1.
    pub port: u16,
}

/// The password of the role `postgres`, awkward on purpose.
pub const PASSWORD: &str = "p@ss:w/rd?%41 'x";

impl Cluster {
    /// Starts a server.
    pub fn start() -> Self {
        let bin = bin_directory();
        let folder = run(as_server("mktemp").args(["-d", "/tmp/obscore-view-pg-XXXXXX"]));
        let folder = PathBuf::from(folder.trim());
        let secret = folder.join("secret");
        run(as_server("sh").args(["-c", "printf %s \"$1\" > \"$2\"", "sh", PASSWORD]).arg(&secret));
        run(as_server(bin.join("initdb").to_str().unwrap())
            .args(["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync", "--pwfile"])
            .arg(&secret)
            .arg("-D")
            .arg(folder.join("data")));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { folder, bin, port };
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off",
            cluster.folder.display()
        );
        cluster.control(&["-w", "-o", &options], "start");
        cluster
    }

    fn control(&self, options: &[&str], action: &str) {
        let mut command = as_server(self.bin.join("pg_ctl").to_str().unwrap());
        command.arg("-D").arg(self.folder.join("data")).args(options);
        command.arg("-l").arg(self.folder.join("log"));
        // The server inherits the output, so it must not be a pipe that someone waits for.
        let status =
            command.arg(action).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "pg_ctl {action} failed");
    }

    /// Turns TLS on, with a certificate for 127.0.0.1 by an authority of its own; the authority's
    /// certificate.
    pub fn encrypt(&self) -> String {
        let script = "set -e; cd \"$1\"; chmod 711 .; \
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=ca; \
            openssl req -newkey rsa:2048 -nodes -keyout data/server.key -out s.csr -subj /CN=s; \
            printf 'subjectAltName=IP:127.0.0.1\n' > ext; \
            openssl x509 -req -in s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile ext \
            -out data/server.crt; chmod 600 data/server.key; chmod 644 ca.crt";
        run(as_server("sh").args(["-c", script, "sh"]).arg(&self.folder));
        self.sql("postgres", "ALTER SYSTEM SET ssl = on");
        self.control(&["-w", "-m", "fast"], "restart");
        self.folder.join("ca.crt").display().to_string()
    }

    /// The directory of the server's socket.
    pub fn socket(&self) -> String {
        self.folder.display().to_string()
    }

    /// A URL of a database, with the password.
    pub fn url(&self, database: &str) -> String {
        let escaped: Vec<String> = PASSWORD.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let password = escaped.concat();
        format!("postgresql://postgres:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs SQL as superuser.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        run(Command::new(self.bin.join("psql"))
            .env("PGPASSWORD", PASSWORD)
            .args(["-h", "127.0.0.1", "-U", "postgres", "-qtAX", "-v", "ON_ERROR_STOP=1", "-p"])
            .arg(self.port.to_string())
            .args(["-d", database, "-c", sql]))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = as_server(self.bin.join("pg_ctl").to_str().unwrap())
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-m", "immediate", "stop"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let _ = as_server("rm").arg("-rf").arg(&self.folder).status();
    }
}

fn bin_directory() -> PathBuf {
    let output = Command::new("pg_config").arg("--bindir").output();
    let configured = output.ok().filter(|output| output.status.success());
    let configured =
        configured.map(|output| PathBuf::from(String::from_utf8(output.stdout).unwrap().trim()));
    let mut candidates: Vec<PathBuf> = configured.into_iter().collect();
    // Debian keeps servers out of the PATH, and pg_config in a package of its own.
    for entry in std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        candidates.push(entry.path().join("bin"));
    }
    candidates
        .into_iter()
        .find(|bin| bin.join("initdb").exists())
        .expect("no PostgreSQL server is installed; on Debian: apt install postgresql")
}

/// A command that runs as a user that PostgreSQL accepts: never root.
fn as_server(program: &str) -> Command {
    let root = run(Command::new("id").arg("-u")).trim() == "0";
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--", program]).current_dir("/");
    command
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
