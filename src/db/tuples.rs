//! The fast way out of a database: tuples as bytes.
//!
//! In: a SELECT with its parameters and what its fields are. Out: chunks of tuples in the layout of
//! PostgreSQL's binary COPY (fields as a 16-bit count, then for each a 32-bit length, -1 for NULL,
//! and its bytes; big-endian), which PostgreSQL sends as they are. SQLite's cells are put into the
//! same layout without the detour through the driver's rows, one allocation each.

mod chunks;
mod postgres;
mod sqlite;

pub(super) use sqlite::insert;

use chunks::Chunks;
use tokio::sync::mpsc::Sender;

use super::error;
use super::session::{Connection, Session};
use super::target::Target;
use crate::diag::{Diagnostic, Result};
use crate::lower::Wire;
use crate::value::Cell;

/// Signature, flags and length of the extension area of PostgreSQL's binary COPY.
const HEADER: usize = 19;

impl Session {
    /// Sends the rows of `select` in chunks of whole tuples, until they end or nobody receives.
    ///
    /// On SQLite the calling thread of the (multi-threaded) runtime steps through the rows.
    ///
    /// # Errors
    /// R027 to R029.
    pub async fn tuples(
        &mut self,
        select: &str,
        parameters: &[Cell],
        fields: &[Wire],
        to: &Sender<Vec<u8>>,
    ) -> Result<()> {
        let prepared = self.keeps_prepared();
        let target = &self.target;
        match &mut self.connection {
            Connection::Sqlite(connection) => {
                let mut handle = connection
                    .lock_handle()
                    .await
                    .map_err(|failure| error::describe(&failure, target))?;
                tokio::task::block_in_place(|| {
                    sqlite::send(&mut handle, select, parameters, fields, to)
                })
                .map_err(|failure| failed(target, failure))
            }
            // COPY has no parameters.
            Connection::Postgres(connection) if !parameters.is_empty() => {
                let sent = postgres::send(connection, prepared, select, parameters, to).await;
                sent.map_err(|failure| self.failed(&failure))
            }
            Connection::Postgres(connection) => {
                let failed = |failure| error::describe(&failure, target);
                let copy = format!("COPY (\n{select}\n) TO STDOUT (FORMAT binary)");
                connection.is_amid();
                let mut rows = connection.copy_out_raw(&copy).await.map_err(failed)?;
                let mut chunks = Chunks::new(to);
                let mut header = HEADER;
                loop {
                    let Some(next) = chunks.next(&mut rows).await else { return Ok(()) };
                    let Some(bytes) = next else { break };
                    let bytes = bytes.map_err(failed)?;
                    let skipped = header.min(bytes.len());
                    header -= skipped;
                    chunks.bytes().extend_from_slice(bytes.get(skipped..).unwrap_or_default());
                    if !chunks.grown().await {
                        return Ok(());
                    }
                }
                drop(rows);
                connection.is_through();
                // Nobody who receives any more is no failure of the database.
                let _ = chunks.send().await;
                Ok(())
            }
        }
    }
}

/// The diagnostic of what SQLite says: result code and message.
#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
pub(super) fn failed(target: &Target, (code, text): (i32, String)) -> Box<Diagnostic> {
    // A function of this process says what is wrong with its arguments.
    let asked = ["no such", "near ", "ambiguous"].iter().any(|known| text.starts_with(known));
    let large = [
        "too many",
        "Expression tree is too large",
        "parser stack overflow",
        "at most",
        "variable number",
    ];
    match target {
        _ if code == 18 || (code == 1 && large.iter().any(|known| text.starts_with(known))) => {
            Box::new(Diagnostic::error("Q120", text))
        }
        _ if code == 1 && !asked => Box::new(Diagnostic::error("Q117", text)),
        Target::Sqlite(target) => Box::new(error::sqlite_code(code, &text, target)),
        target @ Target::Postgres(_) => {
            Box::new(Diagnostic::error("R029", format!("{target}: {text}")))
        }
    }
}
