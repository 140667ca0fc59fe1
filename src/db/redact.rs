//! Text that may hold a database URL, without its password.
//!
//! In: what a user typed or a configuration file says. Out: the same number of bytes, so that
//! positions in it stay right. Also what the operating system says, in plain words.

/// Replaces by asterisks what stands between a colon and an `@` in one word, and what follows the
/// key `password`.
pub fn redact(text: &str) -> String {
    let mut redacted = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let key = line.to_ascii_lowercase().find("password").map(|at| at + "password".len());
        let value = key.and_then(|at| {
            let rest = line.get(at..)?;
            Some(at + rest.find([':', '='])? + 1)
        });
        match value.and_then(|at| Some((line.get(..at)?, line.get(at..)?))) {
            Some((before, secret)) => {
                redacted.push_str(&words(before));
                mask(secret, &mut redacted);
            }
            None => redacted.push_str(&words(line)),
        }
    }
    redacted
}

fn words(line: &str) -> String {
    let mut redacted = String::with_capacity(line.len());
    for word in line.split_inclusive(|c: char| c.is_whitespace() || "'\"`,".contains(c)) {
        let start = word.find("://").map_or(0, |at| at + 3);
        let colon = word.get(start..).and_then(|rest| rest.find(':')).map(|at| start + at + 1);
        match (colon, word.rfind('@')) {
            (Some(colon), Some(at)) if colon < at => {
                redacted.push_str(word.get(..colon).unwrap_or_default());
                mask(word.get(colon..at).unwrap_or_default(), &mut redacted);
                redacted.push_str(word.get(at..).unwrap_or_default());
            }
            _ => redacted.push_str(word),
        }
    }
    redacted
}

fn mask(secret: &str, into: &mut String) {
    for character in secret.chars() {
        if character.is_whitespace() {
            into.push(character);
        } else {
            into.extend(std::iter::repeat_n('*', character.len_utf8()));
        }
    }
}

/// An error of the operating system without its number.
pub fn io_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_disappear_and_lengths_stay() {
        for (text, expected) in [
            ("db: postgresql://me:hünter@h:1/d\nx", "db: postgresql://me:*******@h:1/d\nx"),
            ("postgresql:/me:pw@h", "postgresql:******@h"),
            ("  password: 'a b'\n", "  password: ** **\n"),
            ("a://h:1/d me@x", "a://h:1/d me@x"),
        ] {
            assert_eq!(redact(text), expected);
            assert_eq!(redact(text).len(), text.len());
        }
    }
}
