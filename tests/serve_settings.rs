//! Settings from flags, variables and a file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use obscore_view::db::Environment;
use obscore_view::diag::Diagnostic;
use obscore_view::serve::settings::{Flags, SETTINGS, Settings, read};

#[derive(Debug, Parser)]
struct Program {
    #[command(flatten)]
    flags: Flags,
}

fn with(folder: &Path, arguments: &[&str]) -> Result<Settings, Vec<Diagnostic>> {
    let arguments = std::iter::once("program").chain(arguments.iter().copied());
    let program = Program::try_parse_from(arguments).unwrap();
    read(&program.flags, &Environment::new(folder, []))
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.yaml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

/// The errors of a file: place, code, message.
fn errors(text: &str, arguments: &[&str]) -> Vec<String> {
    let (folder, _) = file(text);
    let arguments = [&["--settings", "s.yaml"], arguments].concat();
    let found = with(folder.path(), &arguments).unwrap_err();
    let name = folder.path().join("").display().to_string();
    found.iter().map(|error| error.to_string().replace(&name, "")).collect()
}

#[test]
fn defaults_are_legal() {
    let settings = with(Path::new("/"), &[]).unwrap();
    assert_eq!(settings.bind.to_string(), "127.0.0.1:8080");
    assert!(settings.anonymous && !settings.trust_proxy);
    assert_eq!(settings.upload_hosts, ["*"]);
    assert_eq!(settings.limits.rows, 100_000);
    assert_eq!(settings.cors, ["*"]);
}

#[test]
fn flags_before_file_before_defaults() {
    let text = "bind: 9000\nlimits:\n  rows: 5\n  most_rows: 1_000\n  sync_time: 2min\n\
                cors: [https://a.example, https://b.example]\njobs:\n  folder: jobs\n\
                upload_hosts: []\nbase_url: https://x.example/obs/\n";
    let (folder, _) = file(text);
    let arguments = ["--settings", "s.yaml", "--limits-rows", "7", "--log", "json"];
    let settings = with(folder.path(), &arguments).unwrap();
    assert_eq!(settings.bind.port(), 9000);
    assert_eq!((settings.limits.rows, settings.limits.most_rows), (7, 1000));
    assert_eq!(settings.limits.sync_time, Duration::from_mins(2));
    assert_eq!(settings.cors, ["https://a.example", "https://b.example"]);
    assert_eq!(settings.jobs.folder, Some(folder.path().join("jobs")));
    let results = with(folder.path(), &["--jobs-results", "s3://bucket/some/where/"]).unwrap();
    assert_eq!(results.jobs.results.unwrap().to_string(), "s3://bucket/some/where");
    assert_eq!(settings.base_url.as_deref(), Some("https://x.example/obs"));
    assert!(settings.upload_hosts.is_empty());
    // An empty value takes one back.
    let settings = with(folder.path(), &["--settings", "s.yaml", "--base-url", ""]).unwrap();
    assert_eq!(settings.base_url, None);
}

/// Variables belong to a whole process, so one is made for them, and told by this one.
const CHILD: &str = "OBSCORE_VIEW_TEST_WITH_VARIABLES";

#[test]
fn variables_between_flags_and_file() {
    if std::env::var_os(CHILD).is_some() {
        return with_variables();
    }
    for setting in SETTINGS {
        assert!(setting.variable.starts_with("OBSCORE_VIEW_"), "{}", setting.variable);
    }
    let (folder, _) = file("bind: 1001\nlimits: {rows: 1, most_rows: 10, upload_rows: 3}\n");
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "variables_between_flags_and_file"])
        .env(CHILD, "")
        .env("OBSCORE_VIEW_SETTINGS", folder.path().join("s.yaml"))
        .env("OBSCORE_VIEW_LIMITS_ROWS", "2")
        .env("OBSCORE_VIEW_BIND", "1002")
        .env("OBSCORE_VIEW_LOG", "")
        .env("OBSCORE_VIEW_LIMITS_QUERIES", "no")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

/// In a process that has them.
fn with_variables() {
    let wrong = with(Path::new("/"), &[]).unwrap_err();
    let said: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["the variable OBSCORE_VIEW_LIMITS_QUERIES cannot be `no` [S003]"]);
    let settings = with(Path::new("/"), &["--bind", "1003", "--limits-queries", "5"]).unwrap();
    assert_eq!(settings.bind.port(), 1003);
    let limits = settings.limits;
    assert_eq!((limits.rows, limits.most_rows, limits.upload_rows), (2, 10, 3));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let text = "bnd: 1\nlimits:\n  rows: many\n  most_rowz: 3\n  queries: 0\njobs: 3\n\
                log: xml\ncors: {a: 1}\n";
    assert_eq!(
        errors(text, &[]),
        [
            "s.yaml:1:1: there is no setting `bnd` [S002]",
            "s.yaml:4:3: there is no setting `limits.most_rowz` [S002]",
            "s.yaml:6:7: `jobs` is a block of keys [S003]",
            "s.yaml:8:7: `cors` cannot be a block of keys [S003]",
        ]
    );
    assert_eq!(
        errors("limits:\n  rows: many\n  queries: 0\nlog: xml\n", &["--limits-stall-time", "0"]),
        [
            "s.yaml:2:9: `limits.rows` cannot be `many` [S003]",
            "s.yaml:3:12: `limits.queries` cannot be 0 [S003]",
            "`--limits-stall-time` cannot be 0 [S003]",
            "s.yaml:4:6: `log` cannot be `xml` [S003]",
        ]
    );
    assert_eq!(
        errors("limits: {rows: 10, most_rows: 5}\nidentity_header: X-User\nanonymous: false", &[]),
        [
            "s.yaml:1:16: `limits.rows` does not fit: `limits.rows` is more than \
             `limits.most_rows`, which is 5 [S004]",
            "s.yaml:2:18: `identity_header` needs `trust_proxy`: without it anybody could claim \
             to be anybody [S004]",
        ]
    );
    let only = errors("limits: {most_rows: 5}\nanonymous: false\nbase_url: example.org", &[]);
    assert!(only[0].starts_with("s.yaml:1:21: `limits.most_rows` does not fit"), "{only:?}");
    assert!(only[1].starts_with("s.yaml:3:11: `base_url` is not a URL"), "{only:?}");
    assert!(only[2].starts_with("s.yaml:2:12: `anonymous` leaves nobody"), "{only:?}");
    assert_eq!(
        errors("jobs:\n  results: gs://bucket\n", &[]),
        ["s.yaml:2:12: `jobs.results` has the scheme `gs`, which is unknown [S003]"]
    );
    assert!(errors("- a\n", &[])[0].contains("block of keys"));
    assert!(errors("a: [\n", &[])[0].contains("M001"));
    let none = with(Path::new("/"), &["--settings", "/nowhere.yaml"]).unwrap_err();
    assert_eq!(none[0].code, "S001");
}

#[test]
fn tokens_are_secret() {
    let (folder, path) = file("# users\nabcdefghijklmnop-1 me\n\nabcdefghijklmnop-2  you and I\n");
    let arguments = ["--tokens", "s.yaml"];
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let open = with(folder.path(), &arguments).unwrap_err();
    assert_eq!(open[0].code, "S006");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    let settings = with(folder.path(), &arguments).unwrap();
    assert!(!settings.anonymous, "whoever sets tokens means them");
    assert_eq!(settings.tokens.user("abcdefghijklmnop-2"), Some("you and I"));
    assert_eq!(settings.tokens.user("abcdefghijklmnop"), None);
    assert_eq!(settings.tokens.user(""), None);
    assert!(!format!("{settings:?}").contains("abcdefg"));
    let secret = ["--jobs-database", "postgresql://u:hidden@h/d"];
    let settings = with(folder.path(), &secret).unwrap();
    assert!(!format!("{settings:?}").contains("hidden"));
    std::fs::write(&path, "secret-without-a-name\n").unwrap();
    let wrong = with(folder.path(), &arguments).unwrap_err();
    assert!(wrong[0].message.contains("line 1") && !wrong[0].to_string().contains("secret-"));
}
