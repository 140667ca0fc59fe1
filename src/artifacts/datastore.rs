//! Which datastores a repository has.
//!
//! In: the configuration that `butler.yaml` and its includes are. Out: file datastores in the order in which
//! Butler asks them, and remarks about those that cannot be served. Defaults are those of daf_butler's
//! `configs/datastores/fileDatastore.yaml`.

use std::path::PathBuf;

use serde_yaml::Value;
use url::Url;

use crate::db::{Configuration, Environment};
use crate::diag::Diagnostic;
use crate::objects::{Address, Keeper};

/// A datastore that keeps files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datastore {
    /// Its name in `dataset_location`.
    pub name: String,
    /// The table of its records.
    pub table: String,
    /// Where its files are.
    pub root: Root,
}

/// What relative paths in records start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A folder of this machine, absolute.
    Folder(PathBuf),
    /// A bucket; of one that speaks S3 with the profile that says where it is and who asks.
    Bucket(Address, Option<String>),
    /// A web server.
    Web(Url),
    /// Something that cannot be reached: the scheme of its URL.
    Other(String),
}

/// Stands for the repository's directory in values of the configuration.
const ROOT_TAG: &str = "<butlerRoot>";

/// The class that Butler takes when a repository names none.
const DEFAULT_CLASS: &str = "FileDatastore";

/// The file datastores of a repository, in the order of the chain.
pub fn read(
    configuration: &Configuration,
    environment: &Environment,
) -> (Vec<Datastore>, Vec<Diagnostic>) {
    let mut reader = Reader { configuration, environment, found: Vec::new(), remarks: Vec::new() };
    let absent = Value::Null;
    reader.datastore(configuration.value.get("datastore").unwrap_or(&absent));
    (reader.found, reader.remarks)
}

struct Reader<'a> {
    configuration: &'a Configuration,
    environment: &'a Environment,
    found: Vec<Datastore>,
    remarks: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn datastore(&mut self, section: &Value) {
        // Butler allows a section to repeat the component's name.
        let section = section.get("datastore").unwrap_or(section);
        let class = text(section, "cls").unwrap_or(DEFAULT_CLASS);
        match class.rsplit('.').next().unwrap_or(class) {
            "FileDatastore" => self.files(section),
            "ChainedDatastore" => {
                let all = section.get("datastores").and_then(Value::as_sequence);
                for one in all.into_iter().flatten() {
                    self.datastore(one);
                }
            }
            // It has nothing that outlives its process.
            "InMemoryDatastore" => {}
            _ => self.remark(format!("datastores of the class `{class}` are not known")),
        }
    }

    fn files(&mut self, section: &Value) {
        let root = text(section, "root").unwrap_or("<butlerRoot>/datastore");
        let named = text(section, "name").map(str::to_owned);
        let table = section.get("records").and_then(|records| text(records, "table"));
        let place = self.environment.expand(&root.replace(ROOT_TAG, &self.configuration.root));
        let place = self.root(&place);
        if let Root::Other(scheme) = &place {
            self.remark(format!("datastores at `{scheme}://` are not reached"));
        }
        self.found.push(Datastore {
            // As Butler names it: before the root is filled in.
            name: named.unwrap_or_else(|| format!("FileDatastore@{root}")),
            table: table.unwrap_or("file_datastore_records").to_owned(),
            root: place,
        });
    }

    fn root(&self, text: &str) -> Root {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Root::Folder(self.environment.path(text));
        };
        let other = || Root::Other(scheme.to_owned());
        match scheme {
            "file" => {
                let path = rest.strip_prefix("localhost").unwrap_or(rest);
                Root::Folder(PathBuf::from(super::place::decoded(path)))
            }
            "s3" => {
                let (profile, bucket) = match rest.split_once('@') {
                    Some((profile, bucket)) => (Some(profile.to_owned()), bucket),
                    None => (None, rest),
                };
                let address = Address::parse(&format!("s3://{bucket}"));
                address.map_or_else(|_| other(), |address| Root::Bucket(address, profile))
            }
            "gs" => {
                let address = Address::among(text, &[Keeper::Google]);
                address.map_or_else(|_| other(), |address| Root::Bucket(address, None))
            }
            "http" | "https" => Url::parse(text).map_or_else(|_| other(), Root::Web),
            _ => other(),
        }
    }

    fn remark(&mut self, message: String) {
        let remark = Diagnostic::warning("S059", message);
        self.remarks.push(remark.help("their files are not given; all else is served"));
    }
}

fn text<'a>(section: &'a Value, key: &str) -> Option<&'a str> {
    section.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn of(yaml: &str) -> (Vec<Datastore>, Vec<Diagnostic>) {
        let value = serde_yaml::from_str(yaml).unwrap();
        let configuration = Configuration { value, root: "/repo".to_owned() };
        read(&configuration, &Environment::default())
    }

    #[test]
    fn what_nobody_says_is_as_butler_has_it() {
        let (found, remarks) = of("{}");
        assert!(remarks.is_empty());
        let expected = Datastore {
            name: "FileDatastore@<butlerRoot>/datastore".to_owned(),
            table: "file_datastore_records".to_owned(),
            root: Root::Folder("/repo/datastore".into()),
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn chains_are_in_their_order() {
        let (found, remarks) = of("
datastore:
  cls: lsst.daf.butler.datastores.chainedDatastore.ChainedDatastore
  datastores:
  - cls: lsst.daf.butler.datastores.inMemoryDatastore.InMemoryDatastore
  - datastore:
      cls: lsst.daf.butler.datastores.fileDatastore.FileDatastore
      name: first
      root: s3://embargo@bucket/prefix/
      records: {table: first_records}
  - {cls: a.b.FileDatastore, root: 'https://host/d'}
  - {cls: a.b.FileDatastore, root: 'file:///a%20b'}
  - {cls: a.b.FileDatastore, root: 'webdav://host/x'}
  - {cls: a.b.SasquatchDatastore, restProxyUrl: 'https://secret'}
");
        let roots: Vec<&Root> = found.iter().map(|one| &one.root).collect();
        let bucket = Address::parse("s3://bucket/prefix").unwrap();
        let web = Url::parse("https://host/d").unwrap();
        let folder = Root::Folder("/a b".into());
        let other = Root::Other("webdav".to_owned());
        assert_eq!(
            roots,
            [&Root::Bucket(bucket, Some("embargo".to_owned())), &Root::Web(web), &folder, &other]
        );
        assert_eq!((found[0].name.as_str(), found[0].table.as_str()), ("first", "first_records"));
        let said: Vec<&str> = remarks.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(said.len(), 2);
        assert!(
            said[0].contains("webdav://") && said[1].contains("SasquatchDatastore"),
            "{said:?}"
        );
    }
}
