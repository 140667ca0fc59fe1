//! Where objects are: `s3://bucket/prefix` and `gs://bucket/prefix`, as everybody writes it.

use std::fmt;

/// Who keeps objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// Amazon, or another that speaks S3.
    S3,
    /// Google Cloud Storage.
    Google,
}

impl Keeper {
    /// The scheme of its addresses.
    fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Google => "gs",
        }
    }
}

/// A bucket, and the beginning of the names of objects in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Who has the bucket.
    pub keeper: Keeper,
    /// Name of the bucket.
    pub bucket: String,
    /// Segments of the names, without slashes; none for all of the bucket.
    pub prefix: Vec<String>,
}

impl Address {
    /// What an address looks like.
    pub const FORM: &str = "it is s3://BUCKET or s3://BUCKET/PREFIX";

    /// Reads an address of S3.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence. What stands before an `@` may be a secret and
    /// is not repeated.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::among(text, &[Keeper::S3])
    }

    /// Reads an address of one of these.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn among(text: &str, keepers: &[Keeper]) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or("is not the URL of an object store")?;
        let keeper = keepers.iter().find(|keeper| keeper.scheme() == scheme);
        let Some(&keeper) = keeper else {
            return Err(format!("has the scheme `{scheme}`, which is unknown"));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.contains('@') || prefix.contains('@') {
            return Err("names a user, but credentials come from the environment".to_owned());
        }
        if bucket.is_empty() {
            return Err("names no bucket".to_owned());
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if let Some(wrong) = bucket.chars().find(|c| !is_plain(*c)) {
            return Err(format!("has `{wrong}` in the name of the bucket"));
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let segments: Vec<&str> = prefix.split('/').filter(|_| !prefix.is_empty()).collect();
        for segment in &segments {
            if segment.is_empty() || [".", ".."].contains(segment) {
                return Err(format!("has the segment `{segment}` in its prefix"));
            }
            if let Some(wrong) = segment.chars().find(|c| !is_plain(*c) && *c != '=') {
                return Err(format!("has `{wrong}` in its prefix"));
            }
        }
        let prefix = segments.into_iter().map(str::to_owned).collect();
        Ok(Self { keeper, bucket: bucket.to_owned(), prefix })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.keeper.scheme(), self.bucket)?;
        self.prefix.iter().try_for_each(|segment| write!(f, "/{segment}"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_one_comes_back() {
        for (text, same) in [
            ("s3://b", "s3://b"),
            ("s3://b/", "s3://b"),
            ("s3://B_1.x-y/one/two=2", "s3://B_1.x-y/one/two=2"),
            ("s3://b/one/", "s3://b/one"),
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), same);
        }
    }

    #[test]
    fn google_has_its_own_scheme() {
        let both = [Keeper::S3, Keeper::Google];
        for text in ["gs://b", "gs://b-1/one/two", "s3://b/one"] {
            assert_eq!(Address::among(text, &both).unwrap().to_string(), text);
        }
        assert_eq!(
            Address::among("az://b", &both).unwrap_err(),
            "has the scheme `az`, which is unknown"
        );
    }

    #[test]
    fn what_is_none_is_said() {
        for (text, said) in [
            ("", "is not the URL of an object store"),
            ("/srv/jobs", "is not the URL of an object store"),
            ("gs://b/x", "has the scheme `gs`, which is unknown"),
            ("S3://b", "has the scheme `S3`, which is unknown"),
            ("s3://", "names no bucket"),
            ("s3:///x", "names no bucket"),
            ("s3://key:hush@b", "names a user, but credentials come from the environment"),
            ("s3://b/x?y=1", "has `?` in its prefix"),
            ("s3://b:80/x", "has `:` in the name of the bucket"),
            ("s3://b/x//y", "has the segment `` in its prefix"),
            ("s3://b/../y", "has the segment `..` in its prefix"),
        ] {
            assert_eq!(Address::parse(text).unwrap_err(), said, "{text}");
        }
    }
}
