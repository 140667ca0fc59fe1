//! Opening a file without ever leaving some folders.
//!
//! In: a path, and the folders that files may be in. Out: the open file, or why not. Links are followed as
//! long as they lead to one of the folders. The path without links is then opened folder by folder, each
//! refusing to be a link, so that nobody can put one there meanwhile.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags, open, openat};

/// Why a file is not opened.
#[derive(Debug)]
pub enum Refused {
    /// There is none, or no regular one.
    Missing,
    /// It is somewhere else.
    Outside,
    /// It cannot be read.
    Failed(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidFilename => Self::Missing,
            _ => Self::Failed(error),
        }
    }
}

/// Opens a regular file for reading that is in one of the folders, after all links.
///
/// # Errors
/// [`Refused`].
pub fn open_inside(path: &Path, folders: &[PathBuf]) -> Result<File, Refused> {
    let path = path.canonicalize()?;
    // A folder may be a link itself; one that is not there holds nothing.
    let real = folders.iter().filter_map(|folder| folder.canonicalize().ok());
    let below = |folder: PathBuf| {
        let rest = path.strip_prefix(&folder).ok()?.to_owned();
        Some((folder, rest))
    };
    let (folder, rest) = real.into_iter().find_map(below).ok_or(Refused::Outside)?;
    let failed = |error: rustix::io::Errno| Refused::from(io::Error::from(error));
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut at = open(&folder, flags | OFlags::DIRECTORY, Mode::empty()).map_err(failed)?;
    let mut parts = rest.components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(name) = part else { return Err(Refused::Outside) };
        // What is no regular file may block whoever opens it.
        let kind = if parts.peek().is_some() { OFlags::DIRECTORY } else { OFlags::NONBLOCK };
        at = openat(&at, name, flags | kind, Mode::empty()).map_err(failed)?;
    }
    let file = File::from(at);
    if file.metadata()?.is_file() { Ok(file) } else { Err(Refused::Missing) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_outside_is_opened() {
        let all = tempfile::tempdir().unwrap();
        let (root, other) = (all.path().join("root"), all.path().join("other"));
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::create_dir(&other).unwrap();
        fs::write(root.join("a/b/file"), "inside").unwrap();
        fs::write(other.join("file"), "outside").unwrap();
        fs::write(all.path().join("rooted"), "beside").unwrap();
        symlink(root.join("a/b/file"), root.join("absolute")).unwrap();
        symlink("../other/file", root.join("out")).unwrap();
        symlink(&other, root.join("folder")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        symlink("ring", root.join("ring")).unwrap();
        symlink(&root, all.path().join("linked")).unwrap();

        let roots = [root.clone()];
        let text = |path: &str, folders: &[PathBuf]| {
            let mut text = String::new();
            let opened = open_inside(&all.path().join(path), folders);
            match opened {
                Ok(mut file) => file.read_to_string(&mut text).map(|_| text).unwrap(),
                Err(Refused::Missing) => "missing".to_owned(),
                Err(Refused::Outside) => "refused".to_owned(),
                Err(Refused::Failed(error)) => format!("failed: {error}"),
            }
        };
        for (path, expected) in [
            ("root/a/b/file", "inside"),
            ("root/a/../a/b/file", "inside"),
            ("root/absolute", "inside"),
            ("linked/a/b/file", "inside"),
            ("root/out", "refused"),
            ("root/folder/file", "refused"),
            ("root/../other/file", "refused"),
            ("rooted", "refused"),
            ("root/dangling", "missing"),
            ("root/a/b/file/x", "missing"),
            ("root/a/b", "missing"),
            ("root/nothing", "missing"),
            ("root/nul\0", "missing"),
        ] {
            assert_eq!(text(path, &roots), expected, "{path}");
        }
        assert!(text("root/ring", &roots).starts_with("failed"));
        assert_eq!(text("root/folder/file", &[root, other]), "outside");
        // A root that is a link.
        assert_eq!(text("root/a/b/file", &[all.path().join("linked")]), "inside");
        assert_eq!(text("root/a/b/file", &[]), "refused");
    }
}
