//! The queries of `fixtures/adql/corpus`: each begins with a comment that names it, and ends with an
//! empty line. A name is followed by `fails CODE` where a query ends with an error.

use crate::support::package;

/// A query of the corpus.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    /// With which code it fails, if it does.
    pub fails: Option<String>,
    pub adql: String,
}

/// All of them, file by file.
pub fn cases() -> Vec<Case> {
    let folder = package().join("fixtures/adql/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "adql"))
        .collect();
    files.sort();
    let mut cases: Vec<Case> = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file");
        for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            let (first, adql) = block.split_once('\n').expect("a name and a query");
            let title = first.strip_prefix("-- ").unwrap_or_else(|| panic!("no name: {block}"));
            let mut words = title.split_whitespace();
            let name = words.next().expect("a name").to_owned();
            let fails = match (words.next(), words.next()) {
                (Some("fails"), Some(code)) => Some(code.to_owned()),
                (None, _) => None,
                _ => panic!("what is this: {first}"),
            };
            assert!(cases.iter().all(|case| case.name != name), "two queries are called {name}");
            cases.push(Case { name, fails, adql: adql.to_owned() });
        }
    }
    cases
}
