//! What a database's error means to a user.
//!
//! In: the driver's error and the target. Out: a diagnostic of its own for each thing that can be
//! put right, with what to do. SQLSTATE codes are those of PostgreSQL's appendix A, result codes
//! those of SQLite. Neither the driver's text nor this prints passwords.

use std::io::ErrorKind;

use sqlx::Error;
use sqlx::error::DatabaseError;

use super::target::{PostgresTarget, SqliteTarget, Target};
use crate::diag::Diagnostic;

/// The diagnostic for `error`.
#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
pub fn describe(error: &Error, target: &Target) -> Box<Diagnostic> {
    Box::new(match (error, target) {
        (Error::Database(error), Target::Postgres(target)) => postgres(error.as_ref(), target),
        (Error::Database(error), Target::Sqlite(target)) => sqlite(error.as_ref(), target),
        (Error::Io(error), Target::Postgres(_)) => network(error, target),
        (Error::Tls(error), _) => encryption(&error.to_string(), target),
        (Error::PoolTimedOut, _) => {
            Diagnostic::error("R027", format!("{target} did not answer in time"))
                .help("a firewall may drop the packets, or all connections are taken")
        }
        (error, _) => Diagnostic::error("R029", format!("{target}: {error}")),
    })
}

fn encryption(text: &str, target: &Target) -> Diagnostic {
    Diagnostic::error("R025", format!("no encrypted connection to {target}: {text}"))
        .help("`?sslmode=disable` does without, `sslrootcert=FILE` names an authority to trust")
}

fn network(error: &std::io::Error, target: &Target) -> Diagnostic {
    let text = error.to_string();
    // A certificate that does not verify ends the connection, so it comes as an error of reading.
    if error.kind() == ErrorKind::InvalidData && text.contains("certificate") {
        return encryption(&text, target);
    }
    let unknown_host =
        ["failed to lookup address", "Name or service not known", "nodename nor servname"];
    if unknown_host.iter().any(|known| text.contains(known)) {
        return Diagnostic::error("R021", format!("the host of {target} is unknown")).help(
            "check the spelling; the name may be known inside an observatory's network only",
        );
    }
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::NotFound => {
            Diagnostic::error("R022", format!("nothing accepts connections at {target}"))
                .help("check that the server runs, and its port (PostgreSQL's usual one is 5432)")
        }
        ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Diagnostic::error("R027", format!("{target} did not answer in time: {text}"))
                .help("a firewall may drop the packets, or a VPN may be needed")
        }
        _ => Diagnostic::error("R029", format!("the connection to {target} broke: {text}")),
    }
}

fn postgres(error: &dyn DatabaseError, target: &PostgresTarget) -> Diagnostic {
    let code = error.code().unwrap_or_default();
    let text = error.message();
    match code.as_ref() {
        "28P01" => wrong_password(target),
        "28000" if text.contains("no password") => wrong_password(target),
        "28000" => Diagnostic::error("R026", format!("{target} does not let this role in: {text}"))
            .help("check the role's name and the server's pg_hba.conf"),
        "3D000" => Diagnostic::error("R023", format!("{target}: {text}"))
            .help("`psql -l` lists the databases of a server"),
        "42501" => Diagnostic::error("R028", format!("{target}: {text}"))
            .help("reading needs USAGE on the registry's schema and SELECT on its tables")
            .help("applying a view needs CREATE on the schema that the view goes to"),
        "25006" => Diagnostic::error("R028", format!("{target} is read-only: {text}"))
            .help("connect to the primary server, with a role that may write"),
        "53300" | "57P03" | "57P01" => {
            Diagnostic::error("R027", format!("{target} takes no connection now: {text}"))
                .help("try again later")
        }
        "55P03" => Diagnostic::error("R027", format!("{target}: {text}"))
            .help("another session holds the lock, for instance a long query on the view")
            .help("try again when it has ended; pg_stat_activity shows who it is"),
        "57014" => Diagnostic::error("R027", format!("{target}: {text}"))
            .help("raise the statement timeout"),
        // Class 22, data exceptions: a statement met a value that it cannot take.
        code if code.starts_with("22") => Diagnostic::error("Q117", text.to_owned()),
        // Class 54, program limits.
        code if code.starts_with("54") => Diagnostic::error("Q120", text.to_owned()),
        "42P01" | "42703" | "3F000" => Diagnostic::error("R024", format!("{target}: {text}"))
            .help("the registry changed since it was looked at, or its namespace is another one"),
        _ => Diagnostic::error("R029", format!("{target}: {text} (SQLSTATE {code})")),
    }
}

fn wrong_password(target: &PostgresTarget) -> Diagnostic {
    let message = match (&target.password, &target.user) {
        (None, _) => format!("{target} asks for a password, and there is none"),
        (_, Some(user)) => format!("{target} refuses the password of {user}"),
        (_, None) => format!("{target} refuses the password"),
    };
    let from = match (&target.password_from, &target.password) {
        (Some(from), Some(_)) => format!("the password came from {from}"),
        // Why a file was passed over.
        (Some(why), None) => why.clone(),
        (None, _) => "no source of passwords has one for this server".to_owned(),
    };
    Diagnostic::error("R020", message)
        .help(from)
        .help("sources in order: the URL, db-auth.yaml (LSST_DB_AUTH), PGPASSWORD, ~/.pgpass")
}

fn sqlite(error: &dyn DatabaseError, target: &SqliteTarget) -> Diagnostic {
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    sqlite_code(code.unwrap_or_default(), error.message(), target)
}

/// The diagnostic for an SQLite result code with its message.
pub fn sqlite_code(code: i32, text: &str, target: &SqliteTarget) -> Diagnostic {
    let path = target.path.display();
    // Extended result codes carry the primary one in the low byte.
    let code = code & 0xff;
    match code {
        5 | 6 => Diagnostic::error("R027", format!("{path} is locked by another process"))
            .help("try again later"),
        8 | 3 | 23 => Diagnostic::error("R028", format!("{path} cannot be written: {text}"))
            .help("check the permissions of the file and of its directory"),
        14 if !target.path.exists() => {
            Diagnostic::error("R024", format!("there is no SQLite file {path}"))
                .help("relative names start at the current directory")
        }
        14 => Diagnostic::error("R024", format!("{path} cannot be opened: {text}"))
            .help("check the permissions of the file and of its directory"),
        26 => Diagnostic::error("R039", format!("{path} is not a SQLite database")),
        11 => Diagnostic::error("R039", format!("the SQLite database {path} is damaged: {text}"))
            .help("`sqlite3 FILE .recover` can save what is left"),
        1 if text.starts_with("no such table") || text.starts_with("no such column") => {
            Diagnostic::error("R024", format!("{path}: {text}"))
                .help("the registry changed since it was looked at")
        }
        _ => Diagnostic::error("R029", format!("{path}: {text} (SQLite code {code})")),
    }
}
