//! Runs the Python scripts of `tests/oracle` with the interpreter that has the real Butler.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

/// The interpreter: `OBSCORE_VIEW_PYTHON`, or `.venv/bin/python` as `scripts/setup` makes it.
pub fn python() -> &'static PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let path = std::env::var_os("OBSCORE_VIEW_PYTHON")
            .map_or_else(|| super::package().join(".venv/bin/python"), PathBuf::from);
        assert!(
            path.exists(),
            "{} does not exist: run scripts/setup, or set OBSCORE_VIEW_PYTHON to a Python that \
             has the packages of tests/requirements.txt",
            path.display()
        );
        path
    })
}

/// A script of `tests/oracle`, ready for arguments.
pub fn script(name: &str) -> Command {
    let mut command = Command::new(python());
    command.arg(super::oracle_file(name)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A script that makes a registry; `OBSCORE_VIEW_REGISTRY_PYTHON` has it made by another release of
/// Butler than the one whose rows are the truth (see `scripts/butler-releases`).
pub fn registry_script(name: &str) -> Command {
    let mut command = Command::new(registry_python());
    command.arg(super::oracle_file(name)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn registry_python() -> PathBuf {
    std::env::var_os("OBSCORE_VIEW_REGISTRY_PYTHON").map_or_else(|| python().clone(), PathBuf::from)
}

/// Runs `command` to its end and returns its standard output; panics with its errors.
pub fn output(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        done.status.success(),
        "{command:?} failed with {}:\n{}\n{}",
        done.status,
        String::from_utf8_lossy(&done.stdout).chars().take(2000).collect::<String>(),
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).expect("UTF-8 output")
}

/// The newest dimension universe of the Butler that writes: 7 in releases 28 and 29, 8 in 30.
pub fn newest_universe() -> u32 {
    static NEWEST: OnceLock<u32> = OnceLock::new();
    *NEWEST.get_or_init(|| {
        let ask =
            "from lsst.daf.butler import DimensionUniverse; print(DimensionUniverse().version)";
        output(Command::new(registry_python()).args(["-c", ask])).trim().parse().expect("a number")
    })
}

/// A digest of what the scripts and the Butler behind them are: the key of everything cached.
pub fn oracle_digest() -> &'static str {
    static DIGEST: OnceLock<String> = OnceLock::new();
    DIGEST.get_or_init(|| {
        let mut hash = Sha256::new();
        let mut files: Vec<_> = std::fs::read_dir(super::oracle_file(""))
            .expect("tests/oracle")
            .map(|entry| entry.expect("entry").path())
            .filter(|path| path.extension().is_some_and(|e| e == "py"))
            .collect();
        files.sort();
        for file in files {
            hash.update(file.file_name().expect("name").as_encoded_bytes());
            hash.update(std::fs::read(&file).expect("readable script"));
        }
        let versions = "import importlib.metadata as m; print([(d, m.version(d)) \
                        for d in ('lsst-daf-butler', 'lsst-dax-obscore', 'lsst-sphgeom')])";
        for python in [python().clone(), registry_python()] {
            hash.update(output(Command::new(python).args(["-c", versions])));
        }
        hex(&hash.finalize())
    })
}

/// A digest of `parts`, to name cached things with.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    hash.update(oracle_digest());
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(12).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
