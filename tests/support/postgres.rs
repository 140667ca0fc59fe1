//! A throw-away PostgreSQL cluster: one per test binary, in a temporary folder, on a free port.
//!
//! As root, the server runs as user `postgres`. A watchdog process holds the other end of a pipe
//! from this process and stops the server when this process ends, however it ends.

use std::fmt::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use super::python::output;

/// The role that must give its password; every other one is trusted.
pub const SCRAM_ROLE: &str = "obscore_scram";
/// Its password, awkward in URLs and in pgpass files.
pub const SCRAM_PASSWORD: &str = "p@ss:w/rd \\%";

/// A running server.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    binaries: PathBuf,
    databases: Mutex<u32>,
    watchdog: Child,
}

impl Cluster {
    /// The cluster of this test binary, started by the first who asks.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts a cluster of its own; it stops when dropped.
    pub fn start() -> Self {
        let binaries = binaries();
        let folder = tempfile::Builder::new().prefix("ovpg").tempdir().expect("folder").keep();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("chmod");
        if is_root() {
            output(Command::new("chown").arg("postgres").arg(&folder));
        }
        let data = folder.join("data");
        output(
            as_server(&binaries.join("initdb"))
                .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"])
                .arg("-D")
                .arg(&data),
        );
        let rules = format!(
            "local all all trust\n\
             host all {SCRAM_ROLE} 127.0.0.1/32 scram-sha-256\n\
             host all all 127.0.0.1/32 trust\n"
        );
        std::fs::write(data.join("pg_hba.conf"), rules).expect("pg_hba.conf");
        let (port, watchdog) = (0..5)
            .find_map(|_| launch(&binaries, &folder))
            .unwrap_or_else(|| panic!("PostgreSQL did not start:\n{}", log(&folder)));
        let cluster = Self { folder, port, binaries, databases: Mutex::new(0), watchdog };
        cluster.psql(
            "postgres",
            &format!("CREATE ROLE {SCRAM_ROLE} LOGIN PASSWORD '{SCRAM_PASSWORD}'"),
        );
        cluster
    }

    /// The TCP port, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the Unix socket.
    pub fn socket(&self) -> &Path {
        &self.folder
    }

    /// A URL of `database` for the superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a database that Butler can use and returns its name.
    pub fn database(&self) -> String {
        let name = {
            let mut count = self.databases.lock().expect("no panic while counting");
            *count += 1;
            format!("test{count}")
        };
        self.psql("postgres", &format!("CREATE DATABASE {name}"));
        self.psql(&name, "CREATE EXTENSION btree_gist");
        name
    }

    /// Adds an extension that Debian packages: `pg_sphere` or `postgis`.
    pub fn extension(&self, database: &str, name: &str) {
        let mut create = self.psql_command(database);
        let done = create
            .args(["-c", &format!("CREATE EXTENSION IF NOT EXISTS {name}")])
            .output()
            .expect("psql runs");
        let error = String::from_utf8_lossy(&done.stderr);
        if error.contains("is already the commutator of operator") {
            self.old_pgsphere(database);
        } else {
            assert!(done.status.success(), "{name} (scripts/setup installs it): {error}");
        }
    }

    /// Adds Debian 12's pgSphere, whose script newer PostgreSQL servers reject.
    ///
    /// It declares `@>` as the commutator of two obsolete operators, which servers have refused
    /// since 17 and in later security releases (pgSphere's issue 85). The script is run without
    /// those clauses, and the extension is entered by hand.
    fn old_pgsphere(&self, database: &str) {
        let share = output(Command::new(self.binaries.join("pg_config")).arg("--sharedir"));
        let folder = Path::new(share.trim()).join("extension");
        let control = std::fs::read_to_string(folder.join("pg_sphere.control")).expect("control");
        let version = control
            .lines()
            .find_map(|line| line.strip_prefix("default_version = '")?.strip_suffix('\''))
            .expect("default_version");
        let script = folder.join(format!("pg_sphere--{version}.sql"));
        let mut in_old_operator = false;
        let mut kept = String::new();
        for line in std::fs::read_to_string(script).expect("script").lines() {
            if line.starts_with("CREATE OPERATOR") {
                in_old_operator = line.starts_with("CREATE OPERATOR @ (");
            }
            let clause = line.contains("COMMUTATOR = '@>'") || line.contains("NEGATOR    = '!<@'");
            let dropped = line.starts_with('\\') || (in_old_operator && clause);
            if !dropped {
                kept.push_str(&line.replace("MODULE_PATHNAME", "$libdir/pg_sphere"));
                kept.push('\n');
            }
        }
        let _ = writeln!(
            kept,
            "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) \
             SELECT pg_nextoid('pg_extension', 'oid', 'pg_extension_oid_index'), 'pg_sphere', 10, \
             'public'::regnamespace, true, '{version}';"
        );
        let file = self.folder.join("pg_sphere.sql");
        std::fs::write(&file, kept).expect("script");
        self.psql_file(database, &file);
    }

    /// Runs SQL with psql, as the superuser, stopping at the first error; returns unaligned text.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        output(self.psql_command(database).args(["-c", sql]))
    }

    /// Runs a file of SQL with psql, in one transaction.
    pub fn psql_file(&self, database: &str, file: &Path) -> String {
        output(self.psql_command(database).arg("-1").arg("-f").arg(file))
    }

    /// `psql` ready for more arguments.
    pub fn psql_command(&self, database: &str) -> Command {
        let mut command = Command::new(self.binaries.join("psql"));
        command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "postgres"]);
        command.args(["-p", &self.port.to_string(), "-d", database]);
        command
    }

    /// Writes the schema `namespace` of `database` as SQL.
    pub fn dump(&self, database: &str, namespace: &str, file: &Path) {
        output(
            Command::new(self.binaries.join("pg_dump"))
                .args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string()])
                .args(["-n", namespace, "--no-owner", "-d", database, "-f"])
                .arg(file),
        );
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// Starts the server on a port that is free now; `None` when somebody else took it meanwhile.
fn launch(binaries: &Path, folder: &Path) -> Option<(u16, Child)> {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("port").port();
    let data = folder.join("data");
    let settings = [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={}", folder.display()),
        "fsync=off".to_owned(),
        "synchronous_commit=off".to_owned(),
        "full_page_writes=off".to_owned(),
        "jit=off".to_owned(),
        "timezone=Asia/Kathmandu".to_owned(), // a time zone that hides nothing
    ];
    let options: Vec<String> = settings.iter().map(|setting| format!("-c {setting}")).collect();
    let started = as_server(&binaries.join("pg_ctl"))
        .args(["-s", "-w", "-t", "60", "start", "-o", &options.join(" ")])
        .arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(folder.join("log"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("pg_ctl runs");
    started.success().then(|| (port, watch(folder)))
}

/// Stops the server with the pid that it wrote, and removes its folder, once this process is gone.
fn watch(folder: &Path) -> Child {
    let rest = "cat >/dev/null; pid=$(head -n1 \"$1/data/postmaster.pid\") && kill -INT \"$pid\"; \
                n=0; while kill -0 \"$pid\" 2>/dev/null && [ $n -lt 100 ]; do n=$((n+1)); sleep 0.1; done; \
                rm -rf \"$1\"";
    // `setsid` keeps the watchdog alive when the test run is interrupted from the keyboard.
    Command::new("setsid")
        .args(["sh", "-c", rest, "watchdog"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("setsid and sh")
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// A command of the server, which refuses to run as root.
fn as_server(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
    command
}

fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| output(Command::new("id").arg("-u")).trim() == "0")
}

/// The folder of `initdb`: Debian's newest, or wherever the path leads.
fn binaries() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .map(|(major, path)| (major, path.join("bin")))
        .filter(|(_, path)| path.join("initdb").exists())
        .collect();
    found.sort();
    if let Some((_, path)) = found.pop() {
        return path;
    }
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .find(|folder| folder.join("initdb").exists())
        .unwrap_or_else(|| panic!("no PostgreSQL server (initdb) here: run scripts/setup"))
}
