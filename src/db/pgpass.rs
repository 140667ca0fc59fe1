//! The PostgreSQL password file.
//!
//! In: `PGPASSFILE` or `~/.pgpass`, lines of `host:port:database:role:password` where `*` matches
//! anything and a backslash escapes. Out: the password of the first line that matches. Follows
//! libpq; a file that others may read is not used.

use std::os::unix::fs::PermissionsExt;

use super::Environment;
use super::target::{PostgresTarget, Secret};

/// Takes the password from the file, if it has one.
pub fn apply(target: &mut PostgresTarget, environment: &Environment) {
    let path = environment.path(environment.get("PGPASSFILE").unwrap_or("~/.pgpass"));
    let name = path.display();
    let Ok(metadata) = std::fs::metadata(&path) else { return };
    if metadata.permissions().mode() & 0o077 != 0 {
        // The server's refusal will quote this.
        target.password_from =
            Some(format!("{name} is not used, as others may read it: chmod 600 {name}"));
        return;
    }
    let Ok(content) = std::fs::read_to_string(&path) else { return };
    let host = match target.host.as_deref() {
        None => "localhost",
        Some(directory) if directory.starts_with('/') => "localhost",
        Some(host) => host,
    };
    let port = target.port.unwrap_or(5432).to_string();
    let user = target.user.clone().or_else(|| environment.get("USER").map(str::to_owned));
    let user = user.unwrap_or_default();
    let database = target.database.clone().unwrap_or_else(|| user.clone());
    for line in content.lines().filter(|line| !line.starts_with('#')) {
        let fields = fields(line);
        let [line_host, line_port, line_database, line_user, password] = fields.as_slice() else {
            continue;
        };
        let fits = |pattern: &str, value: &str| pattern == "*" || pattern == value;
        if fits(line_host, host)
            && fits(line_port, &port)
            && fits(line_database, &database)
            && fits(line_user, &user)
        {
            target.password = Some(Secret::new(password.clone()));
            target.password_from = Some(name.to_string());
            return;
        }
    }
}

/// Five fields; the last one is the rest of the line.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let character = match character {
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(last) = fields.last_mut() {
            last.push(character);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_colons_in_the_password() {
        assert_eq!(fields(r"h\:x:5432:*:me:a:b\\c"), ["h:x", "5432", "*", "me", r"a:b\c"]);
    }
}
