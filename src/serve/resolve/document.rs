//! What is said of datasets.

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::asked::Asked;
use crate::diag::Result;
use crate::serve::datasets::{Dataset, Datasets};

/// Datasets that are told of one data ID.
const ROWS: u64 = 1000;

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// One for each identifier in the order of the request; a single one for a data ID.
    pub results: Vec<Resolved>,
}

/// What one identifier names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Resolved {
    /// The identifier as it was given; absent for a data ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The datasets: one as a rule, none where nothing is published by that name.
    pub datasets: Vec<Description>,
    /// Whether there are more.
    pub more: bool,
}

/// A dataset for people and programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// UUID.
    pub id: Uuid,
    /// Dataset type.
    pub dataset_type: String,
    /// Storage class.
    pub storage_class: String,
    /// Required dimensions with their values.
    pub data_id: Map<String, Value>,
    /// RUN collection.
    pub run: String,
    /// All collections that have it as a member, the run among them.
    pub collections: Vec<String>,
    /// Chains through which those are searched.
    pub chains: Vec<String>,
    /// The table that publishes it.
    pub table: String,
    /// Identifier of the publisher.
    pub obs_publisher_did: Option<String>,
    /// Identifier of the creator, where the mapping has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obs_creator_did: Option<String>,
    /// Python that gets it, once `butler` is a Butler of the repository.
    pub python: String,
}

impl Document {
    /// Whether anything was found.
    pub fn has_some(&self) -> bool {
        self.results.iter().any(|one| !one.datasets.is_empty())
    }

    /// Whether everything was found.
    pub fn has_all(&self) -> bool {
        self.results.iter().all(|one| !one.datasets.is_empty())
    }
}

/// Finds what is asked for.
///
/// # Errors
/// Those of queries.
pub async fn document(datasets: &Datasets, asked: &Asked) -> Result<Document> {
    let mut results = Vec::new();
    match asked {
        Asked::Identifiers(wanted) => {
            for found in datasets.find(wanted).await? {
                let described = described(datasets, &found.datasets).await?;
                let asked = Some(found.text);
                results.push(Resolved { asked, datasets: described, more: false });
            }
        }
        Asked::DataId(values) => {
            let (found, more) = datasets.by_data_id(values, ROWS).await?;
            let described = described(datasets, &found).await?;
            results.push(Resolved { asked: None, datasets: described, more });
        }
    }
    Ok(Document { results })
}

async fn described(datasets: &Datasets, found: &[Dataset]) -> Result<Vec<Description>> {
    let memberships = datasets.collections(found).await?;
    let describe = |(dataset, (collections, chains)): (&Dataset, (Vec<String>, Vec<String>))| {
        let shelf = datasets.shelves.get(dataset.shelf);
        let text = |column: &str| dataset.text(column).map(str::to_owned);
        Description {
            id: dataset.id,
            dataset_type: dataset.dataset_type.clone(),
            storage_class: dataset.storage_class.clone(),
            data_id: dataset.data_id.iter().cloned().collect(),
            run: dataset.run.clone(),
            collections,
            chains,
            table: shelf.map(|shelf| format!("{}.ObsCore", shelf.name)).unwrap_or_default(),
            obs_publisher_did: text("obs_publisher_did"),
            obs_creator_did: text("obs_creator_did"),
            python: python(dataset),
        }
    };
    Ok(found.iter().zip(memberships).map(describe).collect())
}

/// A line of Python that gets a dataset from a Butler: by its data ID, in its run; by its UUID where Butler would
/// take the name of the run for a pattern.
pub fn python(dataset: &Dataset) -> String {
    if dataset.run.contains(['*', '?', '[']) {
        return format!("butler.get(butler.get_dataset(\"{}\"))", dataset.id);
    }
    let mut arguments = vec![quoted(&dataset.dataset_type)];
    let values = dataset.data_id.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name}={}", quoted(text)),
        other => format!("{name}={other}"),
    });
    arguments.extend(values);
    arguments.push(format!("collections={}", quoted(&dataset.run)));
    format!("butler.get({})", arguments.join(", "))
}

/// A text as a literal of Python; its escapes are those of JSON for whatever both know.
fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            character if character.is_control() => {
                literal.push_str(&format!("\\U{:08x}", u32::from(character)));
            }
            character => literal.push(character),
        }
    }
    literal.push('"');
    literal
}
