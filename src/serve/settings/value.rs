//! Values of settings, wherever they come from.

use std::net::SocketAddr;
use std::time::Duration;

use crate::diag::{Diagnostic, Result, Source, Span};

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Address,
    Text,
    Secret,
    Path,
    Store,
    Switch,
    Prepare,
    Like,
    List,
    Log,
    Level,
    Number,
    Time,
    Bytes,
}

impl Kind {
    /// Its name in --help.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "ADDRESS:PORT",
            Self::Text => "TEXT",
            Self::Secret => "FILE|URL",
            Self::Path => "FILE",
            Self::Store => "URL",
            Self::Switch => "true|false",
            Self::Prepare => "auto|true|false",
            Self::Like => "standard|dax_obscore",
            Self::List => "A,B",
            Self::Log => "FORM",
            Self::Level => "LEVEL",
            Self::Number => "NUMBER",
            Self::Time => "TIME",
            Self::Bytes => "BYTES",
        }
    }
}

/// Where a value was given.
#[derive(Debug, Clone)]
pub enum Origin {
    /// On the command line.
    Flag(&'static str),
    /// In the environment.
    Variable(&'static str),
    /// In the file.
    File(Source, Span),
    /// Nowhere.
    Default,
}

/// A value with its origin.
#[derive(Clone)]
pub struct Given {
    pub text: String,
    pub origin: Origin,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may be the URL of a database with its password.
        write!(f, "… {:?}", self.origin)
    }
}

impl Given {
    /// A diagnostic about it, with its place.
    pub fn wrong(&self, key: &str, code: &'static str, message: &str) -> Diagnostic {
        match &self.origin {
            Origin::File(source, span) => {
                Diagnostic::error(code, format!("`{key}` {message}")).at(source, *span, "")
            }
            Origin::Flag(flag) => Diagnostic::error(code, format!("`--{flag}` {message}")),
            Origin::Variable(name) => {
                Diagnostic::error(code, format!("the variable {name} {message}"))
            }
            Origin::Default => Diagnostic::error(code, format!("`{key}` {message}")),
        }
    }

    fn cannot(&self, key: &str, help: &str) -> Box<Diagnostic> {
        let message = format!("cannot be `{}`", self.text);
        Box::new(self.wrong(key, "S003", &message).help(help))
    }

    pub fn address(&self, key: &str) -> Result<SocketAddr> {
        // A bare port means this machine only, as the default does.
        let text = match self.text.parse::<u16>() {
            Ok(port) => format!("127.0.0.1:{port}"),
            Err(_) => self.text.replacen("localhost:", "127.0.0.1:", 1),
        };
        let help = "it is an address and a port: 127.0.0.1:8080, 0.0.0.0:80, [::]:8080";
        text.parse().map_err(|_| self.cannot(key, help))
    }

    pub fn switch(&self, key: &str) -> Result<bool> {
        match self.text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(self.cannot(key, "it is true or false")),
        }
    }

    /// Items between commas; `none` for an empty list.
    pub fn list(&self) -> Vec<String> {
        let items = self.text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.filter(|item| *item != "none").map(str::to_owned).collect()
    }

    pub fn number(&self, key: &str) -> Result<u64> {
        let text = self.text.replace('_', "");
        text.parse().map_err(|_| self.cannot(key, "it is a whole number: 0, 1, 1000000, 1_000_000"))
    }

    pub fn time(&self, key: &str) -> Result<Duration> {
        let units =
            [("ms", 0.001), ("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0), ("", 1.0)];
        let seconds = measure(&self.text, &units).filter(|seconds| *seconds < 1e11);
        let help = "it is a time: 500ms, 30s, 10min, 2h, 7d; seconds without a unit";
        let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        time.ok_or_else(|| self.cannot(key, help))
    }

    pub fn bytes(&self, key: &str) -> Result<u64> {
        let units = [
            ("kb", 1e3),
            ("mb", 1e6),
            ("gb", 1e9),
            ("kib", 1024.0),
            ("mib", 1_048_576.0),
            ("gib", 1_073_741_824.0),
            ("b", 1.0),
            ("", 1.0),
        ];
        let bytes = measure(&self.text, &units).filter(|bytes| *bytes < 9e15);
        let help = "it is a number of bytes: 65536, 500kB, 20MB, 1GiB";
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded")]
        bytes.map(|bytes| bytes.round() as u64).ok_or_else(|| self.cannot(key, help))
    }

    /// One of several words.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<T> {
        let found = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(&self.text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.cannot(key, &format!("possible: {}", names.join(", ")))
        })
    }
}

/// A number that is not negative, times its unit.
fn measure(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase().replace('_', "");
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim())?;
    number.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn given(text: &str) -> Given {
        Given { text: text.to_owned(), origin: Origin::Default }
    }

    #[test]
    fn measures() {
        for (text, seconds) in [("1", 1.0), ("1.5h", 5400.0), ("10 min", 600.0), ("0", 0.0)] {
            assert!((given(text).time("k").unwrap().as_secs_f64() - seconds).abs() < 1e-9);
        }
        for (text, bytes) in [("1_000", 1000), ("20MB", 20_000_000), ("1 GiB", 1 << 30)] {
            assert_eq!(given(text).bytes("k").unwrap(), bytes);
        }
        for bad in ["", "-1", "soon", "1 week", "1e999", "1.2.3", "9999999999999d"] {
            assert_eq!(given(bad).time("k").unwrap_err().code, "S003", "{bad}");
            assert!(given(bad).bytes("k").is_err() && given(bad).number("k").is_err());
        }
        assert_eq!(given("8000").address("k").unwrap().to_string(), "127.0.0.1:8000");
        assert_eq!(given("[::1]:80").address("k").unwrap().to_string(), "[::1]:80");
        assert!(given("host").address("k").is_err() && given("1.2.3.4").address("k").is_err());
        assert_eq!(given("a, b,").list(), ["a", "b"]);
        assert!(given("none").list().is_empty());
    }
}
