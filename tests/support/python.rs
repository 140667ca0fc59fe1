//! Runs the Python scripts of `tests/oracle` with the interpreter that has the real Butler.

use std::path::{Path, PathBuf};
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

/// The interpreter whose Butler says what ObsCore rows are: `OBSCORE_VIEW_ORACLE`, by default the
/// one that writes. Release 28 writes registries as good as any, but its ObsCore has TAI times.
fn oracle_python() -> PathBuf {
    std::env::var_os("OBSCORE_VIEW_ORACLE").map_or_else(|| python().clone(), PathBuf::from)
}

/// A script of `tests/oracle`, ready for arguments.
pub fn script(name: &str) -> Command {
    script_of(python(), name)
}

/// A script that asks Butler for ObsCore rows, ready for arguments.
pub fn oracle_script(name: &str) -> Command {
    script_of(&oracle_python(), name)
}

fn script_of(python: &Path, name: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(super::oracle_file(name)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
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

/// The newest dimension universe of the installed Butler: 7 in releases 28 and 29, 8 in 30.
pub fn newest_universe() -> u32 {
    static NEWEST: OnceLock<u32> = OnceLock::new();
    *NEWEST.get_or_init(|| {
        let ask =
            "from lsst.daf.butler import DimensionUniverse; print(DimensionUniverse().version)";
        output(Command::new(python()).args(["-c", ask])).trim().parse().expect("a number")
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
        for python in [python(), &oracle_python()] {
            hash.update(output(Command::new(python).args([
                "-c",
                "import importlib.metadata as m; \
                 print([(d, m.version(d)) for d in ('lsst-daf-butler', 'lsst-dax-obscore', 'lsst-sphgeom')])",
            ])));
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
