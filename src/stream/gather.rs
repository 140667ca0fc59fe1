//! Records for the branches of a stream.
//!
//! In: what branches look up. Out: tables in the stream's decoder, each of them asked for once, in the snapshot
//! of the rows.

use std::collections::HashMap;

use super::pipeline::Pipeline;
use super::records::{Bound, MOST};
use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Form, PlainBranch, Records};

/// For so few rows the database joins faster than it sends whole tables, or tells which data IDs hide datasets.
pub const FEW: usize = 10_000;

/// The tables that a decoder has, by their SELECTs; `None` where they are too large.
#[derive(Debug, Default)]
pub struct Gathered {
    tables: HashMap<String, Option<usize>>,
}

impl Gathered {
    /// The lookups of a branch, once their records are in the decoder; `None` where the database has to join.
    ///
    /// # Errors
    /// R028 and R029.
    pub async fn bounds(
        &mut self,
        session: &mut Session,
        pipeline: &Pipeline,
        branch: &PlainBranch,
    ) -> Result<Option<Vec<Bound>>> {
        if branch.apart() == Form::Joined {
            return Ok(None);
        }
        let mut bounds = Vec::new();
        for lookup in branch.layout(Form::Split).lookups {
            let (records, visits) = Bound::needs(&lookup);
            let Some(table) = self.table(session, pipeline, records).await? else {
                return Ok(None);
            };
            let mut definitions = None;
            if let Some(visits) = visits {
                definitions = self.table(session, pipeline, visits).await?;
                if definitions.is_none() {
                    return Ok(None);
                }
            }
            bounds.push(Bound { lookup, table, definitions });
        }
        Ok(Some(bounds))
    }

    /// The number of a table in the decoder.
    async fn table(
        &mut self,
        session: &mut Session,
        pipeline: &Pipeline,
        records: &Records,
    ) -> Result<Option<usize>> {
        if let Some(known) = self.tables.get(&records.select) {
            return Ok(*known);
        }
        let Some((tuples, loaded)) = pipeline.records(records.clone()).await else {
            return Ok(None);
        };
        let select = format!("{}\nLIMIT {}", records.select, MOST + 1);
        session.tuples(&select, &[], &records.wires, &tuples).await?;
        drop(tuples);
        // What went wrong in the decoder is told at the end of the stream.
        let table = loaded.await.unwrap_or_default();
        self.tables.insert(records.select.clone(), table);
        Ok(table)
    }
}
