//! Bearer tokens (RFC 6750) and whom they stand for.

use std::fmt;
use std::path::Path;

use subtle::ConstantTimeEq;

use crate::diag::{Diagnostic, Result};

/// Tokens with the names of their users; never printed.
#[derive(Clone, Default)]
pub struct Tokens {
    entries: Vec<(String, String)>,
}

impl Tokens {
    /// Reads a file with a token and a name in each line.
    ///
    /// # Errors
    /// S006 for a file that cannot be read, that others may read, or whose lines are something else.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let wrong = |message: String| {
            Box::new(
                Diagnostic::error("S006", format!("the tokens {name} {message}"))
                    .help("a line is `token name`; the file belongs to its user alone (chmod 600)"),
            )
        };
        let unreadable = |error: std::io::Error| wrong(format!("cannot be read: {error}"));
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = path.metadata().map_err(unreadable)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(wrong("can be read by others".to_owned()));
            }
        }
        let mut entries = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            // The line itself is not shown: it is a password.
            let Some((token, user)) = line.split_once(char::is_whitespace) else {
                return Err(wrong(format!("have no name in line {}", number + 1)));
            };
            if token.len() < 16 {
                let message = format!("have fewer than 16 characters in line {}", number + 1);
                return Err(wrong(message));
            }
            entries.push((token.to_owned(), user.trim().to_owned()));
        }
        Ok(Self { entries })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whose a token is. How long this takes tells nothing but lengths.
    pub fn user(&self, token: &str) -> Option<&str> {
        let mut found = None;
        for (known, user) in &self.entries {
            if bool::from(known.as_bytes().ct_eq(token.as_bytes())) {
                found = Some(user.as_str());
            }
        }
        found
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens", self.entries.len())
    }
}
