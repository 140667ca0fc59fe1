//! What the process was given: variables, home, current directory.
//!
//! In: the operating system, once. Out: a value to pass down, so that nothing below reads global
//! state and tests can say what the environment is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Environment variables, and the directories that relative paths start from.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    directory: PathBuf,
}

impl Environment {
    /// That of this process.
    pub fn process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { variables, directory: std::env::current_dir().unwrap_or_default() }
    }

    /// An environment of exactly these variables, in `directory`.
    pub fn new(
        directory: impl Into<PathBuf>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self { variables: variables.into_iter().collect(), directory: directory.into() }
    }

    /// The same with other values of some variables.
    #[must_use]
    pub fn with(&self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut changed = self.clone();
        changed.variables.extend(variables);
        changed
    }

    /// A variable; an empty one counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// An absolute path: `~` is the home, anything relative starts at the current directory.
    pub fn path(&self, path: &str) -> PathBuf {
        let home = self.get("HOME").unwrap_or("/");
        match path.strip_prefix("~/") {
            Some(rest) => Path::new(home).join(rest),
            None if path == "~" => PathBuf::from(home),
            None => self.directory.join(path),
        }
    }

    /// Replaces `$NAME` and `${NAME}` as Python's `os.path.expandvars` does: what is unset stays.
    pub fn expand(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('$') {
            let (before, dollar) = rest.split_at(start);
            expanded.push_str(before);
            let after = dollar.get(1..).unwrap_or_default();
            let (name, length) = if let Some((name, _)) =
                after.strip_prefix('{').and_then(|one| one.split_once('}'))
            {
                (name, name.len() + 3)
            } else {
                let word = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
                let name = after.split(word).next().unwrap_or_default();
                (name, name.len() + 1)
            };
            let (reference, tail) = dollar.split_at(length);
            let value = self.variables.get(name).filter(|_| !name.is_empty());
            expanded.push_str(value.map_or(reference, String::as_str));
            rest = tail;
        }
        expanded.push_str(rest);
        expanded
    }
}
