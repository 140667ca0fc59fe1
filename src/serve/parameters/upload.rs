//! UPLOAD: tables that come with a query.
//!
//! `name,uri`, repeated or joined by `;` as in TAP 1.0; the URI is `param:part` for a part of the
//! same request, or a URL to fetch (DALI 1.1 section 3.4.5, TAP 1.1 section 2.7.6).

use url::Url;

use super::{Content, Parameters};
use crate::diag::{Diagnostic, Result};

/// A table that comes with a query.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its name behind `TAP_UPLOAD.`.
    pub table: String,
    /// Where it is.
    pub source: UploadSource,
}

/// Where an upload is.
#[derive(Debug, Clone)]
pub enum UploadSource {
    /// In the request: the name of the part, and its bytes.
    Part(String, Content),
    /// Elsewhere.
    Url(Url),
}

/// What a part is called that a URI names; `None` for other URIs.
fn part_name(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once(':')?;
    scheme.eq_ignore_ascii_case("param").then_some(rest)
}

impl Parameters {
    /// The uploads in the order in which they came.
    ///
    /// # Errors
    /// S013 for a value that is not `name,uri`, a name that is none or comes twice; S014 for a part
    /// that is not there; S015 for a scheme that cannot be fetched.
    pub fn uploads(&self) -> Result<Vec<Upload>> {
        let mut uploads: Vec<Upload> = Vec::new();
        for pair in self.all("UPLOAD").flat_map(|value| value.split(';')) {
            let pair = pair.trim();
            if pair.is_empty() {
                continue;
            }
            let Some((table, uri)) = pair.split_once(',') else {
                return Err(wrong(format!("UPLOAD `{pair}` is not a name and a URI")));
            };
            let (table, uri) = (table.trim(), uri.trim());
            if !is_name(table) {
                return Err(wrong(format!("`{table}` cannot be the name of an upload")));
            }
            if uploads.iter().any(|known| known.table.eq_ignore_ascii_case(table)) {
                return Err(wrong(format!("two uploads are called `{table}`")));
            }
            let source = match part_name(uri) {
                Some(name) => UploadSource::Part(name.to_owned(), self.part(name)?),
                None => UploadSource::Url(location(uri)?),
            };
            uploads.push(Upload { table: table.to_owned(), source });
        }
        Ok(uploads)
    }

    /// The bytes of a part; also of one that looked like a plain value.
    fn part(&self, name: &str) -> Result<Content> {
        if let Some(part) = self.parts.iter().find(|part| part.name == name) {
            return Ok(part.content.clone());
        }
        if let Some(text) = self.all(&name.to_ascii_uppercase()).next() {
            return Ok(Content::Memory(text.to_owned().into()));
        }
        let error = Diagnostic::error("S014", format!("the request has no part `{name}`"));
        let names: Vec<&str> = self.parts.iter().map(|part| part.name.as_str()).collect();
        Err(Box::new(match names.as_slice() {
            [] => error.help("send the table in the same request, as multipart/form-data"),
            names => error.help(format!("parts of the request: {}", names.join(", "))),
        }))
    }
}

fn wrong(message: String) -> Box<Diagnostic> {
    let error = Diagnostic::error("S013", message)
        .help("example: UPLOAD=mine,param:part1 with a part called part1")
        .help("a name begins with a letter, then come letters, digits and underscores");
    Box::new(error)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

fn location(uri: &str) -> Result<Url> {
    let url = Url::parse(uri).map_err(|error| wrong(format!("`{uri}` is not a URI: {error}")))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(Diagnostic::error("S015", format!("`{scheme}:` cannot be fetched"))
            .help("possible: param: for a part of the request, http:, https:")
            .into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::Part;
    use super::*;

    fn with_part(values: &[&str]) -> Result<Vec<Upload>> {
        let mut parameters = Parameters::from_pairs(values.iter().map(|value| ("upload", *value)));
        parameters.push("inline", "<VOTABLE/>");
        parameters.push_part(Part {
            name: "p1".to_owned(),
            media_type: None,
            content: Content::Memory("abc".into()),
        });
        parameters.uploads()
    }

    #[test]
    fn several_ways_to_say_it() {
        let found =
            with_part(&["a,param:p1;b,https://example.org/t.xml?x=1,2", " c , PARAM:inline "]);
        let found = found.unwrap();
        let names: Vec<&str> = found.iter().map(|upload| upload.table.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert!(matches!(&found[0].source, UploadSource::Part(name, _) if name == "p1"));
        assert!(matches!(&found[1].source, UploadSource::Url(url) if url.query() == Some("x=1,2")));
        let UploadSource::Part(_, content) = &found[2].source else { unreachable!() };
        assert_eq!(content.size().unwrap(), 10);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (value, code, said) in [
            ("a", "S013", "not a name and a URI"),
            ("1a,param:p1", "S013", "`1a` cannot"),
            ("s.a,param:p1", "S013", "`s.a` cannot"),
            ("a,param:p1;A,param:p1", "S013", "two uploads"),
            ("a,param:p2", "S014", "no part `p2`"),
            ("a,ftp://h/f", "S015", "`ftp:`"),
            ("a,file:///etc/passwd", "S015", "`file:`"),
            ("a,nothing", "S013", "is not a URI"),
        ] {
            let error = with_part(&[value]).unwrap_err();
            assert_eq!(error.code, code, "{value}");
            assert!(error.message.contains(said), "{value}: {}", error.message);
        }
    }
}
