//! The values that columns have, for descriptions.
//!
//! In: an ObsCore table. Out: what its columns of few values hold, by the names of parameters. It is asked
//! when somebody wants to know, at most now and then, and left out where that takes too long.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::names::{SCOPE, listed};
use crate::catalog::{Schema, Table};
use crate::serve::Service;
use crate::serve::ask::ask;
use crate::serve::settings::Like;

/// Longest time of the question.
const PATIENCE: Duration = Duration::from_secs(5);
/// Age from which the values are asked for anew.
const FRESH: Duration = Duration::from_secs(10);
/// How much longer they are kept than they took.
const REST: u32 = 20;
/// Combinations of values that are looked at.
const COMBINATIONS: u64 = 20_000;
/// Values of a parameter that are listed; of more, none are.
const MOST: usize = 1000;

/// Values by parameter.
#[derive(Debug, Clone, Default)]
pub struct Values(BTreeMap<&'static str, Vec<String>>);

impl Values {
    /// The values of a parameter, in order; `None` where they are not known.
    pub fn of(&self, parameter: &str) -> Option<&[String]> {
        self.0.get(parameter).map(Vec::as_slice)
    }
}

/// What is known of each table, by its qualified name, until when.
#[derive(Debug, Default)]
pub struct Known(Mutex<BTreeMap<String, (Values, Instant)>>);

impl Known {
    /// The values of a table; none where it takes too long to find them.
    pub async fn values(&self, service: &Service, schema: &Schema, table: &Table) -> Values {
        let name = table.qualified(schema);
        // Whoever comes meanwhile waits for the same answer.
        let mut known = self.0.lock().await;
        let began = Instant::now();
        if let Some((values, until)) = known.get(&name)
            && began < *until
        {
            return values.clone();
        }
        let values = found(service, schema, table).await.unwrap_or_default();
        let until = Instant::now() + FRESH.max(began.elapsed() * REST);
        known.insert(name, (values.clone(), until));
        values
    }
}

async fn found(service: &Service, schema: &Schema, table: &Table) -> Option<Values> {
    let columns = listed().filter(|(_, column)| table.column(column).is_some());
    let columns: Vec<(&str, &str)> = columns.collect();
    let names: Vec<&str> = columns.iter().map(|(_, column)| *column).collect();
    let mut adql = format!("SELECT DISTINCT {} FROM {}", names.join(", "), table.written(schema));
    // What no request finds cannot be asked for.
    if service.settings.sia == Like::Standard {
        let kinds = SCOPE.1.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>();
        adql.push_str(&format!(" WHERE {} IN ({})", SCOPE.0, kinds.join(", ")));
    }
    // Waiting for a turn takes of the time as well.
    let asked = ask(service, &adql, COMBINATIONS, PATIENCE);
    let rows = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(rows)) => rows,
        Ok(Err(error)) => {
            tracing::info!(code = error.code, %error, adql, "values are not described");
            return None;
        }
        Err(_) => {
            tracing::info!(adql, "values are not described: it takes too long");
            return None;
        }
    };
    let mut all = Values::default();
    for (at, (parameter, _)) in columns.iter().enumerate() {
        let values: BTreeSet<String> = rows.iter().filter_map(|row| text(row.get(at)?)).collect();
        if values.len() <= MOST {
            all.0.insert(parameter, values.into_iter().collect());
        }
    }
    Some(all)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
