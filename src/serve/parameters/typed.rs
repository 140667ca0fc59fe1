//! Parameters of the standards as values.

use super::Parameters;
use crate::diag::{Diagnostic, Result};

/// Longest RUNID (DALI 1.1 section 3.4.4).
const RUN_ID: usize = 64;

impl Parameters {
    /// MAXREC: the most rows wanted.
    ///
    /// # Errors
    /// S010, S011.
    pub fn maxrec(&self) -> Result<Option<u64>> {
        let Some(text) = self.single("MAXREC")? else { return Ok(None) };
        let text = text.trim();
        // More than 64 bits hold is as good as the largest number: the service has its own limit.
        if !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Ok(Some(text.parse().unwrap_or(u64::MAX)));
        }
        Err(Diagnostic::error("S011", format!("MAXREC cannot be `{text}`"))
            .help("it is the largest number of rows wanted: 0, 1, 2, …")
            .into())
    }

    /// RUNID: the client's own name of a job or query.
    ///
    /// # Errors
    /// S010; S011 when it is longer than 64 characters.
    pub fn run_id(&self) -> Result<Option<&str>> {
        let Some(text) = self.single("RUNID")? else { return Ok(None) };
        if text.chars().count() > RUN_ID {
            let message = format!("RUNID is longer than {RUN_ID} characters");
            return Err(Diagnostic::error("S011", message).into());
        }
        Ok(Some(text))
    }

    /// RESPONSEFORMAT, or its synonym FORMAT of TAP 1.0; the former wins.
    ///
    /// # Errors
    /// S010.
    pub fn response_format(&self) -> Result<Option<&str>> {
        match self.single("RESPONSEFORMAT")? {
            Some(format) => Ok(Some(format)),
            None => match (self.all("FORMAT").next(), self.single("FORMAT")) {
                // astroquery sends it twice with uploads.
                (Some(first), Err(_)) if self.all("FORMAT").all(|other| other == first) => {
                    Ok(Some(first))
                }
                (_, single) => single,
            },
        }
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// S010, S012.
    pub fn required<'a>(&'a self, name: &'a str, meaning: &str) -> Result<&'a str> {
        match self.single(name)? {
            Some(value) if !value.trim().is_empty() => Ok(value),
            _ => Err(Diagnostic::error("S012", format!("the parameter {name} is missing"))
                .help(format!("{name} is {meaning}"))
                .into()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn typed_values() {
        let maxrec = |text: &str| Parameters::from_pairs([("maxrec", text)]).maxrec();
        assert_eq!(maxrec("0").unwrap(), Some(0));
        assert_eq!(maxrec("").unwrap(), None);
        assert_eq!(maxrec("99999999999999999999999").unwrap(), Some(u64::MAX));
        for bad in ["-1", "1.5", "many", "+1", "1e3"] {
            assert_eq!(maxrec(bad).unwrap_err().code, "S011", "{bad}");
        }
        let twice = Parameters::from_pairs([("LANG", "ADQL"), ("lang", "ADQL")]);
        let error = twice.required("LANG", "the language").unwrap_err();
        assert_eq!(error.code, "S010");
        assert!(error.message.contains("LANG"), "{}", error.message);
        let long = Parameters::from_pairs([("RunID", "é".repeat(65))]);
        assert_eq!(long.run_id().unwrap_err().code, "S011");
        let both = Parameters::from_pairs([("FORMAT", "csv"), ("RESPONSEFORMAT", "tsv")]);
        assert_eq!(both.response_format().unwrap(), Some("tsv"));
        let same = Parameters::from_pairs([("FORMAT", "csv"), ("format", "csv")]);
        assert_eq!(same.response_format().unwrap(), Some("csv"));
        let other = Parameters::from_pairs([("FORMAT", "csv"), ("format", "tsv")]);
        assert_eq!(other.response_format().unwrap_err().code, "S010");
        assert_eq!(both.required("QUERY", "the query").unwrap_err().code, "S012");
    }
}
