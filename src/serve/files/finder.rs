//! Which datasets clients may see.
//!
//! In: a UUID. Out: the repositories of which a published ObsCore table has it, by asking these tables.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::FutureExt;
use uuid::Uuid;

use super::Finder;
use crate::diag::Result;
use crate::serve::Service;
use crate::serve::ask::ask;
use crate::serve::sia;

/// How long a table may take to say whether it has a dataset.
const TIME: Duration = Duration::from_secs(10);

/// What asks the ObsCore tables of a service, whose repositories are at `sites`, by the schemas of the tables.
pub fn finder(service: &Arc<Service>, sites: Vec<(String, usize)>) -> Finder {
    let service = Arc::downgrade(service);
    let sites = Arc::new(sites);
    Arc::new(move |dataset| {
        let (service, sites) = (Weak::clone(&service), Arc::clone(&sites));
        async move {
            let Some(service) = service.upgrade() else { return Ok(Vec::new()) };
            find(&service, &sites, dataset).await
        }
        .boxed()
    })
}

async fn find(service: &Service, sites: &[(String, usize)], dataset: Uuid) -> Result<Vec<usize>> {
    let mut found = Vec::new();
    for (schema, table) in sia::tables(service) {
        let at = sites.iter().find(|(name, _)| *name == schema.name).map(|(_, at)| *at);
        let Some(at) = at.filter(|at| !found.contains(at)) else { continue };
        let adql = format!(
            "SELECT TOP 1 obs_id FROM {}.{} WHERE obs_publisher_did LIKE '%{dataset}%'",
            schema.name, table.name
        );
        if !ask(service, &adql, 1, TIME).await?.is_empty() {
            found.push(at);
        }
    }
    Ok(found)
}
