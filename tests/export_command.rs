//! `export` as a command: its options, its ends, good and bad, and its memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod export_support;
mod support;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use export_support::{changed, export, exported, read};
use support::postgres::Cluster;
use support::python::{output, python};
use support::survey::{Repository, Survey, mapping};

fn survey() -> (Repository, String) {
    let repository = Survey::newest().sqlite();
    let root = repository.root.display().to_string();
    (repository, root)
}

/// A registry that is larger than all buffers on the way.
fn large() -> Survey {
    Survey::of_script("bench_registry.py", &["--visits", "96"])
}

/// The code of the diagnostic that a command ends with.
fn refused(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(2), "{said}");
    let (_, code) = said.rsplit_once("error[").unwrap_or_else(|| panic!("no error in: {said}"));
    code.split(']').next().unwrap().to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn options_choose_rows() {
    let (_repository, root) = survey();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("o.parquet");
    let types = |file: &Path| {
        let table = read(file);
        let column = table.column("lsst_type").unwrap();
        let mut types: Vec<String> =
            table.rows.iter().map(|row| row[column].as_str().unwrap().to_owned()).collect();
        types.sort();
        types.dedup();
        (table.rows.len(), types)
    };
    exported(&mut export(&root, &mapping("search"), &file));
    let (all, _) = types(&file);
    let mut two = export(&root, &mapping("search"), &file);
    exported(two.args(["--dataset-type", "raw,visit_image"]));
    let (some, found) = types(&file);
    assert_eq!(found, ["raw", "visit_image"]);
    assert!(some > 0 && some < all, "{some} of {all}");
    let mut one = export(&root, &mapping("search"), &file);
    exported(one.args(["--dataset-type", "raw", "--collections", "Survey/runs/2024A"]));
    assert!(types(&file).0 < some);
    let mut none = export(&root, &mapping("search"), &file);
    exported(none.args(["--dataset-type", "raw", "--collections", "no/such/collection"]));
    assert_eq!(types(&file), (0, vec![]));
    let mut unknown = export(&root, &mapping("search"), &file);
    assert_eq!(refused(unknown.args(["--dataset-type", "rawr"])), "X006");
    let mut wrong = export(&root, &mapping("search"), &file);
    assert!(refused(wrong.args(["--where", "visit >"])).starts_with('M'));
    assert_eq!(names(folder.path()), ["o.parquet"]);
}

#[test]
fn a_limit_is_kept_and_told() {
    let (_repository, root) = survey();
    let folder = tempfile::tempdir().unwrap();
    for (limit, rows, status) in
        [("0", 0, "OVERFLOW"), ("7", 7, "OVERFLOW"), ("1000000", 1_800, "OK")]
    {
        for format in ["votable", "binary2"] {
            let file = folder.path().join("o.vot");
            let mut command = export(&root, &mapping("search"), &file);
            exported(command.args(["--format", format, "--limit", limit]));
            let table = read(&file);
            let last = table.warnings.iter().rfind(|info| info.contains("QUERY_STATUS")).unwrap();
            assert_eq!(last, &format!("INFO QUERY_STATUS={status}"));
            assert!(table.rows.len() == rows || (status == "OK" && table.rows.len() > 1_000));
        }
    }
}

#[test]
fn an_error_after_the_first_byte_leaves_a_legal_votable() {
    let (_repository, root) = survey();
    let folder = tempfile::tempdir().unwrap();
    // The second dataset type has a value that Butler's column cannot hold.
    let mapping = changed(&mapping("search"), folder.path(), |text| {
        let block = "  visit_image: &visit\n    extra_columns: {s_xel1: 99999999999}\n";
        let text = text.replace("    extra_columns:\n      target_name: \"overridden\"\n      constant_int: 8\n      em_res_power: {template: \"{visit}\", type: float}\n", "");
        text.replace("  visit_image: &visit\n", block)
    });
    for format in ["votable", "binary2"] {
        let done = export(&root, &mapping, Path::new("-"))
            .args(["--format", format, "--dataset-type", "raw,visit_image"])
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&done.stderr).contains("error[X003]"));
        let file = folder.path().join("broken.vot");
        fs::write(&file, done.stdout).unwrap();
        let table = read(&file);
        assert!(!table.rows.is_empty(), "the rows before the error");
        assert_eq!(table.warnings.last().unwrap(), "INFO QUERY_STATUS=ERROR");
    }
    // Into a file: an older one stays.
    let file = folder.path().join("o.parquet");
    fs::write(&file, "older").unwrap();
    assert_eq!(refused(&mut export(&root, &mapping, &file)), "X003");
    assert_eq!(fs::read_to_string(&file).unwrap(), "older");
    assert_eq!(names(folder.path()).len(), 3);
}

#[test]
fn what_cannot_be_written_is_said() {
    let (_repository, root) = survey();
    let folder = tempfile::tempdir().unwrap();
    let search = mapping("search");
    let at = |name: &str| folder.path().join(name);
    assert_eq!(refused(&mut export(&root, &search, &at("no/such/folder/o.csv"))), "X001");
    assert_eq!(refused(&mut export(&root, &search, folder.path())), "X005");
    assert_eq!(refused(&mut export(&root, &search, &at("o.fits"))), "X005");
    assert_eq!(refused(&mut export(&root, &search, Path::new("-"))), "X005");
    assert_eq!(
        refused(export(&root, &search, Path::new("-")).args(["--format", "parquet"])),
        "X005"
    );
    let full = Path::new("/dev/full");
    for format in ["csv", "votable", "parquet"] {
        assert_eq!(refused(export(&root, &search, full).args(["--format", format])), "X001");
    }
    let unknown =
        changed(&search, folder.path(), |text| format!("{text}\nparquet_compression: rar\n"));
    let code = refused(&mut export(&root, &unknown, &at("o.parquet")));
    assert!(code == "X004" || code.starts_with('M'), "{code}");
    let snapshot = at("snapshot.json");
    let mut inspect = Command::new(env!("CARGO_BIN_EXE_obscore-view"));
    output(inspect.arg("inspect").arg(&root).arg("-o").arg(&snapshot));
    assert_eq!(refused(&mut export(snapshot.to_str().unwrap(), &search, &at("o.csv"))), "X007");
    assert!(!at("o.csv").exists() && !at("o.parquet").exists());
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let repository = large().sqlite();
    let root = repository.root.display().to_string();
    for format in ["csv", "votable"] {
        let mut child = export(&root, &mapping("bench"), Path::new("-"))
            .args(["--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut some = [0; 100];
        child.stdout.take().unwrap().read_exact(&mut some).unwrap();
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!((done.status.code(), said.as_ref()), (Some(0), ""), "{format}");
    }
}

#[test]
fn an_interrupted_export_leaves_nothing() {
    let repository = large().sqlite();
    let root = repository.root.display().to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("o.csv");
    fs::write(&file, "older").unwrap();
    let mut child = export(&root, &mapping("bench"), &file).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while names(folder.path()).len() < 2 && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(1));
    }
    output(Command::new("kill").args(["-INT", &child.id().to_string()]));
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert_eq!(names(folder.path()), ["o.csv"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "older");
}

#[test]
fn a_server_that_leaves_is_told_in_the_votable() {
    let cluster = Cluster::shared();
    let repository = large().postgres(cluster);
    let mut child = export(repository.root.to_str().unwrap(), &mapping("bench"), Path::new("-"))
        .args(["--format", "votable"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut written = vec![0; 1000];
    stdout.read_exact(&mut written).unwrap();
    // The pipe is full soon: export waits, in the first dataset types of three.
    std::thread::sleep(Duration::from_millis(500));
    let database = repository.database.rsplit('/').next().unwrap();
    let ended = cluster.psql(
        "postgres",
        &format!(
            "SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity WHERE \
             application_name = 'obscore-view' AND datname = '{database}'"
        ),
    );
    assert_eq!(ended.trim(), "t");
    stdout.read_to_end(&mut written).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("error[R0"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.vot");
    fs::write(&file, written).unwrap();
    let table = read(&file);
    assert!(!table.rows.is_empty());
    assert_eq!(table.warnings.last().unwrap(), "INFO QUERY_STATUS=ERROR");
}

#[test]
fn memory_does_not_grow_with_rows() {
    let peak = |repository: &Repository, format: &str| -> i64 {
        let measure = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); \
                       print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
        let folder = tempfile::tempdir().unwrap();
        let run =
            export(repository.root.to_str().unwrap(), &mapping("bench"), &folder.path().join("o"));
        let mut python = Command::new(python());
        python.args(["-c", measure]).arg(run.get_program()).args(run.get_args());
        output(python.args(["--format", format])).trim().parse().unwrap()
    };
    let few = Survey::of_script("bench_registry.py", &["--visits", "32"]).sqlite();
    let many = large().sqlite();
    for format in ["csv", "votable", "binary2", "parquet"] {
        let (few, many) = (peak(&few, format), peak(&many, format));
        println!("{format}: {few} kB for 18,096 rows, {many} kB for 42,288 rows");
        assert!(many < 150_000, "{format}: {many} kB");
        assert!(many - few < 30_000, "{format}: {few} kB, then {many} kB");
    }
}
