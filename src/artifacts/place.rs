//! What a path in a datastore's records says.
//!
//! In: the text of `path`: relative to the datastore's root, absolute, or a URI, percent-encoded or not; with
//! `#zip-path=` for a member of a zip. Out: its parts, as `lsst.resources.ResourcePath` reads them.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Where,
    /// Its member that is meant, where the file is a zip.
    pub member: Option<String>,
}

/// Where a file is, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// Below the datastore's root.
    Inside(String),
    /// Anywhere on this machine.
    Folder(PathBuf),
    /// Elsewhere: a URI as it is.
    Elsewhere(String),
}

impl Place {
    /// Reads a path.
    pub fn read(path: &str) -> Self {
        let (file, fragment) = path.rsplit_once('#').unwrap_or((path, ""));
        let member = decoded(fragment).strip_prefix("zip-path=").map(str::to_owned);
        let file = match file.split_once("://") {
            Some(("file", rest)) => {
                Where::Folder(decoded(rest.strip_prefix("localhost").unwrap_or(rest)).into())
            }
            Some(_) => Where::Elsewhere(file.to_owned()),
            None if file.starts_with('/') => Where::Folder(decoded(file).into()),
            None => Where::Inside(decoded(file)),
        };
        Self { file, member }
    }

    /// The last part of the name of what is meant.
    pub fn name(&self) -> &str {
        let whole = match (&self.member, &self.file) {
            (Some(member), _) => member.as_str(),
            (None, Where::Inside(path) | Where::Elsewhere(path)) => path,
            (None, Where::Folder(path)) => path.to_str().unwrap_or_default(),
        };
        whole.rsplit('/').next().unwrap_or(whole)
    }
}

/// Without percent-encoding; what is no UTF-8 then is left as it was.
pub fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_butler_does() {
        let inside = |path: &str| Where::Inside(path.to_owned());
        let folder = |path: &str| Where::Folder(path.into());
        let some = |name: &str| Some(name.to_owned());
        for (text, file, member) in [
            ("a/b.fits", inside("a/b.fits"), None),
            ("a b/c%20d+e?f.fits", inside("a b/c d+e?f.fits"), None),
            ("100%.fits", inside("100%.fits"), None),
            ("z.zip#zip-path=a%20b/c.fits", inside("z.zip"), some("a b/c.fits")),
            ("a#b.zip#zip-path=x=y", inside("a#b.zip"), some("x=y")),
            ("a/x#y.fits", inside("a/x"), None),
            ("file:///tmp/a%20b.fits", folder("/tmp/a b.fits"), None),
            ("file://localhost/tmp/a.fits", folder("/tmp/a.fits"), None),
            ("/tmp/a.fits", folder("/tmp/a.fits"), None),
            ("s3://b/k%20.fits", Where::Elsewhere("s3://b/k%20.fits".to_owned()), None),
        ] {
            assert_eq!(Place::read(text), Place { file, member }, "{text}");
        }
        assert_eq!(Place::read("a/z.zip#zip-path=b/c.fits").name(), "c.fits");
        assert_eq!(Place::read("file:///x/y.fits").name(), "y.fits");
    }
}
