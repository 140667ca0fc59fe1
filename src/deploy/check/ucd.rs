//! UCDs (IVOA Recommendation UCD1+ 1.1).
//!
//! In: a UCD. Out: what is wrong with its form, or with its words, and the word that may be meant.

use super::ucd_words::WORDS;

/// What is wrong with a UCD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It is not words between semicolons.
    Syntax(String),
    /// A word is not in the list.
    Unknown {
        /// The word.
        word: String,
        /// One that may be meant.
        near: Option<String>,
    },
    /// A word may only stand first, or only behind another.
    Place {
        /// The word.
        word: String,
        /// Whether it is the first one.
        first: bool,
    },
}

/// All words with where they may stand.
pub fn words() -> impl Iterator<Item = (String, char)> {
    WORDS.iter().flat_map(|(family, words)| {
        words.split_whitespace().filter_map(move |entry| {
            let (word, flag) = entry.rsplit_once('/')?;
            let word = if word == "-" { (*family).to_owned() } else { format!("{family}.{word}") };
            Some((word, flag.chars().next()?))
        })
    })
}

/// What is wrong with `ucd`; nothing for a good one.
pub fn flaws(ucd: &str) -> Vec<Flaw> {
    if let Some(flaw) = syntax(ucd) {
        return vec![Flaw::Syntax(flaw)];
    }
    let mut found = Vec::new();
    for (index, written) in ucd.split(';').enumerate() {
        // A namespace other than the IVOA's has words of its own.
        let word = match written.split_once(':') {
            Some((namespace, word)) if namespace.eq_ignore_ascii_case("ivoa") => word,
            Some(_) => continue,
            None => written,
        };
        match words().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
            None => {
                found.push(Flaw::Unknown { word: word.to_owned(), near: near(word) });
            }
            Some((_, flag)) => {
                let first = index == 0;
                if (first && flag == 'S') || (!first && flag == 'P') {
                    found.push(Flaw::Place { word: word.to_owned(), first });
                }
            }
        }
    }
    found
}

fn syntax(ucd: &str) -> Option<String> {
    if ucd.is_empty() {
        return Some("it is empty".to_owned());
    }
    for word in ucd.split(';') {
        if word.is_empty() {
            return Some("a word is empty".to_owned());
        }
        if word.trim() != word {
            return Some("there are blanks around a word".to_owned());
        }
        let (namespace, rest) = word.split_once(':').unwrap_or(("ivoa", word));
        for atom in std::iter::once(namespace).chain(rest.split('.')) {
            let legal = atom.starts_with(|c: char| c.is_ascii_alphanumeric())
                && atom.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            if !legal {
                return Some(format!("`{atom}` is not an atom of letters, digits, - and _"));
            }
        }
    }
    None
}

/// The word nearest in spelling; atoms joined by `_` for `.` are the commonest slip.
fn near(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let dotted = lower.replace(['_', '-'], ".");
    let all: Vec<String> = words().map(|(word, _)| word).collect();
    if let Some(same) = all.iter().find(|known| known.to_lowercase() == dotted) {
        return Some(same.clone());
    }
    crate::diag::nearest(&lower, all.iter().map(String::as_str)).map(str::to_owned)
}
