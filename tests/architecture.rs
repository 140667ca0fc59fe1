//! The floors of the design: a module imports lower floors only, there are no rings, files stay small,
//! every module says what it is, and a database is named only where it belongs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Floor → its top-level modules. A module that is not here fails the test.
const FLOORS: [&[&str]; 7] = [
    &["diag", "value", "time", "geom", "obscore", "fits"],
    &["region", "functions", "template", "mapping", "expression", "adql", "sql", "votable", "wcs"],
    &["registry", "catalog"],
    &["plan", "resolve", "lower", "query"],
    &["db", "objects", "artifacts", "deploy", "stream", "cutout"],
    &["serve"],
    &["cli"],
];

/// Imports within a floor that the design has.
const SAME_FLOOR: &[(&str, &str)] = &[
    ("mapping", "template"),
    ("mapping", "expression"),
    ("resolve", "plan"),
    ("lower", "resolve"),
    ("lower", "plan"),
    ("query", "plan"),
    ("query", "lower"),
    ("functions", "region"),
    ("sql", "region"),
    ("sql", "functions"),
    ("wcs", "functions"),
    ("deploy", "db"),
    ("objects", "db"),
    ("artifacts", "db"),
    ("artifacts", "objects"),
    ("stream", "db"),
];

/// Where a database system may be named: writing SQL, talking to servers.
const NAMES_DATABASES: &[&str] = &["sql", "db"];

/// Files that may use `unsafe`, each for the C interface of SQLite.
const UNSAFE: &[&str] = &[
    "src/db/connect.rs",
    "src/db/tuples/sqlite.rs",
    "src/sql/region/sqlite.rs",
    // Registers functions, and reads arguments and gives answers through pointers.
    "src/sql/sqlite_functions/host.rs",
];

/// Lines that no file may exceed.
const LONGEST: usize = 800;

struct File {
    path: String,
    module: String,
    text: String,
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                let first = relative.trim_start_matches("src/").split('/').next().unwrap();
                let module = first.trim_end_matches(".rs").to_owned();
                files.push(File {
                    path: relative,
                    module,
                    text: fs::read_to_string(path).unwrap(),
                });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 10, "the source tree was not found");
    files
}

/// The code of a file: without comments, string contents, and the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap();
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    let mut previous = ' ';
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => {
                for skipped in rest.by_ref() {
                    if skipped == '\n' {
                        out.push('\n');
                        break;
                    }
                }
            }
            // A raw string ends at a quote with as many hashes.
            'r' if !previous.is_alphanumeric() && matches!(rest.peek(), Some('"' | '#')) => {
                let mut hashes = 0;
                while rest.peek() == Some(&'#') {
                    hashes += 1;
                    rest.next();
                }
                if rest.peek() != Some(&'"') {
                    continue; // a raw identifier
                }
                rest.next();
                let end = format!("\"{}", "#".repeat(hashes));
                let mut seen = String::new();
                for skipped in rest.by_ref() {
                    seen.push(skipped);
                    if seen.ends_with(&end) {
                        break;
                    }
                }
                out.push_str("\"\"");
            }
            '"' => {
                while let Some(skipped) = rest.next() {
                    match skipped {
                        '\\' => drop(rest.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                out.push_str("\"\"");
            }
            // The character '"' is not the beginning of a string.
            '\'' if rest.peek() == Some(&'"') => {
                rest.next();
                rest.next();
            }
            _ => out.push(c),
        }
        previous = c;
    }
    out
}

/// The top-level modules that code names through `crate::`, also in groups.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (start, _) in code.match_indices("crate::") {
        if code[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[start + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => drop(found.insert(name(rest))),
            Some(group) => found.extend(group_members(group)),
        }
    }
    found.retain(|name| !name.is_empty() && name.starts_with(char::is_lowercase));
    found
}

fn name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn group_members(group: &str) -> Vec<String> {
    let (mut depth, mut member, mut members) = (0, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(std::mem::take(&mut member)),
            _ if depth == 0 => member.push(c),
            _ => {}
        }
    }
    members.push(member);
    members.iter().map(|member| name(member.trim())).collect()
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Module → what it imports, over all files but the roots.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources().iter().filter(|file| !is_root(file)) {
        let edges = graph.entry(file.module.clone()).or_default();
        edges.extend(imports(&code(&file.text)).into_iter().filter(|to| *to != file.module));
    }
    graph
}

fn is_root(file: &File) -> bool {
    ["src/lib.rs", "src/main.rs"].contains(&file.path.as_str())
}

#[test]
fn modules_import_lower_floors_only() {
    let mut wrong = Vec::new();
    for (from, edges) in graph() {
        let Some(here) = floor(&from) else {
            wrong.push(format!("{from} is on no floor"));
            continue;
        };
        for to in edges {
            match floor(&to) {
                None => wrong.push(format!("{from} imports {to}, which is on no floor")),
                Some(there) if there < here => {}
                Some(there) if there == here && SAME_FLOOR.contains(&(&from, &to)) => {}
                Some(there) => {
                    wrong.push(format!("{from} (floor {here}) imports {to} (floor {there})"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn there_are_no_rings() {
    let mut graph = graph();
    loop {
        let done: BTreeSet<String> = graph
            .iter()
            .filter(|(_, edges)| edges.iter().all(|to| !graph.contains_key(to)))
            .map(|(module, _)| module.clone())
            .collect();
        if done.is_empty() {
            break;
        }
        graph.retain(|module, _| !done.contains(module));
    }
    assert!(graph.is_empty(), "modules import each other: {graph:?}");
}

#[test]
fn files_are_small() {
    let mut lengths: Vec<(usize, String)> =
        sources().into_iter().map(|file| (file.text.lines().count(), file.path)).collect();
    lengths.sort();
    let median = lengths[lengths.len() / 2].0;
    let (longest, path) = lengths.last().unwrap();
    println!("{} files, median {median} lines, longest {longest} ({path})", lengths.len());
    assert!(*longest <= LONGEST, "{path} has {longest} lines");
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.path)
        .collect();
    assert!(silent.is_empty(), "no `//!` head: {silent:?}");
}

#[test]
fn databases_are_named_where_they_belong() {
    let mut wrong = Vec::new();
    for file in sources() {
        let hands = ["cli", "lib", "main"].contains(&file.module.as_str());
        // Unit tests in a file of their own are as free as those beside the code.
        let is_test = file.path.ends_with("/tests.rs");
        if NAMES_DATABASES.contains(&file.module.as_str()) || hands || is_test {
            continue;
        }
        for (number, line) in code(&file.text).lines().enumerate() {
            if ["Postgres", "Sqlite", "sqlx"].iter().any(|word| line.contains(word)) {
                wrong.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_is_where_it_must_be() {
    let wrong: Vec<String> = sources()
        .into_iter()
        .filter(|file| !UNSAFE.contains(&file.path.as_str()))
        .filter(|file| {
            code(&file.text)
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == "unsafe")
        })
        .map(|file| file.path)
        .collect();
    assert!(wrong.is_empty(), "unsafe code in {wrong:?}");
}

#[test]
fn the_reader_of_code_reads_code() {
    let text = "use crate::{diag::{A, B}, value::C};\n// crate::serve\nlet s = \"crate::cli\"; \
                let c = '\"'; let r = r#\"crate::db \" \"#; crate::sql::f();\n\
                #[cfg(test)]\nuse crate::lower;";
    let expected: BTreeSet<String> =
        ["diag", "value", "sql"].iter().map(|&name| name.to_owned()).collect();
    assert_eq!(imports(&code(text)), expected);
}
