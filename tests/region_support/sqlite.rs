//! SQLite databases with a table of region texts, read by programs of others.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use obscore_view::region::RegionColumns;

use super::postgres::rows;

/// Runs the `sqlite3` program on a file.
fn sqlite3(file: &Path, arguments: &[&str], script: &str) -> String {
    let mut child = Command::new("sqlite3")
        .args(["-batch", "-bail"])
        .args(arguments)
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the sqlite3 program must be there");
    let mut stdin = child.stdin.take().unwrap();
    let script = script.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// A file with the table `v (n, region)` of `texts`.
pub fn database(dir: &Path, texts: &[&str]) -> PathBuf {
    let file = dir.join("regions.sqlite3");
    let mut script = String::from("CREATE TABLE v (n INTEGER PRIMARY KEY, region TEXT);\nBEGIN;\n");
    for (n, text) in texts.iter().enumerate() {
        script += &format!("INSERT INTO v VALUES ({n}, '{}');\n", text.replace('\'', "''"));
    }
    script += "COMMIT;\n";
    sqlite3(&file, &[], &script);
    file
}

/// Answers of the `sqlite3` program, the file opened read-only.
pub fn program_rows(file: &Path, load: Option<&Path>, sql: &str) -> Vec<RegionColumns> {
    let load = load.map_or(String::new(), |path| format!(".load {}\n", path.display()));
    let script = format!(
        "{load}.mode list\n.separator \"\\t\" \"\\n\"\n.nullvalue \\\\N\n.headers off\n{sql};\n"
    );
    rows(&sqlite3(file, &["-readonly"], &script))
}

/// Answers of Python's sqlite3 module, the file opened read-only.
pub fn python_rows(file: &Path, sql: &str) -> Vec<RegionColumns> {
    const SCRIPT: &str = "
import sqlite3, sys
connection = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)
for row in connection.execute(sys.stdin.read()):
    print(*('\\\\N' if value is None else value if isinstance(value, str) else repr(value)
            for value in row), sep='\\t')
";
    let mut child = Command::new(super::python())
        .args(["-c", SCRIPT])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    rows(&String::from_utf8(output.stdout).unwrap())
}

/// The loadable extension, built if it is not fresh: `cargo test --test NAME` builds no example.
pub fn extension() -> PathBuf {
    let target = std::env::current_exe().unwrap();
    let profile = target.ancestors().nth(2).unwrap();
    let path = profile.join("examples/libobscore_view_sqlite.so");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--example", "obscore_view_sqlite"]);
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let built = build.status().unwrap().success();
    assert!(built && path.exists(), "{} was not built", path.display());
    path.with_extension("")
}
