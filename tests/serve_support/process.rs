//! The service as a process of its own, as operators run it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Lines of the log that are shown of a test that failed.
const LAST: usize = 20;

/// A running service; it is killed when dropped.
pub struct Serving {
    /// The base URL of TAP, as the process said it.
    pub base: String,
    child: Child,
    log: tempfile::NamedTempFile,
    /// What goes with it.
    state: Option<State>,
}

/// Folders of a service that outlive its process: where it keeps jobs.
pub struct State(tempfile::TempDir);

impl State {
    /// Empty.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A mapping of the synthetic survey.
pub fn mapping() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve_support/service.yaml")
}

/// What to serve.
#[derive(Debug, Clone)]
pub struct Served {
    /// The repository.
    pub root: PathBuf,
    /// Its mapping.
    pub mapping: PathBuf,
    /// Further arguments.
    pub options: Vec<String>,
    /// Further variables of the environment.
    pub variables: Vec<(&'static str, String)>,
}

impl Served {
    /// A repository with a mapping.
    pub fn new(root: &Path, mapping: &Path) -> Self {
        let (options, variables) = (Vec::new(), Vec::new());
        Self { root: root.to_owned(), mapping: mapping.to_owned(), options, variables }
    }

    /// Adds variables.
    #[must_use]
    pub fn within(mut self, variables: Vec<(&'static str, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn with(mut self, options: &[&str]) -> Self {
        self.options.extend(options.iter().map(|&option| option.to_owned()));
        self
    }

    /// Starts a service whose jobs end with it.
    pub fn start_alone(&self) -> Serving {
        let state = State::new();
        let mut serving = self.start(&state);
        serving.state = Some(state);
        serving
    }

    /// Starts the service and waits until it says where it is.
    pub fn start(&self, state: &State) -> Serving {
        let log = tempfile::NamedTempFile::new().unwrap();
        let bound = self.options.iter().any(|option| option == "--bind");
        let mut child = Command::new(env!("CARGO_BIN_EXE_obscore-view"))
            .arg("serve")
            .arg(&self.root)
            .arg("-m")
            .arg(&self.mapping)
            .args(["--bind", "127.0.0.1:0"].iter().filter(|_| !bound))
            .args(&self.options)
            .env("XDG_STATE_HOME", state.path())
            .envs(self.variables.iter().cloned())
            .stdout(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().to_owned();
        let serving = Serving { base, child, log, state: None };
        assert!(serving.base.starts_with("http://"), "it does not serve: {}", serving.log());
        serving
    }
}

impl Serving {
    /// What it has written to stderr.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The processor time that it has used, in seconds.
    pub fn processor_time(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
        // The kernel's clock for this is a hundredth of a second on every Linux.
        (ticks(11) + ticks(12)) / 100.0
    }

    /// Tells it to end (SIGTERM).
    pub fn tell_to_end(&self) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn ended(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it goes on: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it without a word (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(LAST)..];
            eprintln!("the log of the service ends so:\n{}", last.join("\n"));
        }
    }
}
