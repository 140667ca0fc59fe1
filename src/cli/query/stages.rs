//! The compiler's work on a question, stage by stage.

use std::fmt::Write as _;

use super::{Arguments, Outcome};
use crate::adql;
use crate::cli::Failure;
use crate::cli::output::product;
use crate::diag::Source;
use crate::stream::engine::{Prepared, Service, Upload};

/// The stages that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Stage {
    /// The tree of the query.
    Ast,
    /// Which tables and columns are read, and which database answers.
    Plan,
    /// The statements that the databases get, with their parameters.
    Sql,
}

/// Prints what was asked for.
pub async fn show(
    service: &Service,
    source: &Source,
    prepared: &Prepared,
    uploads: &[Upload],
    arguments: &Arguments,
) -> Result<Outcome, Failure> {
    let mut text = String::new();
    match arguments.stage {
        Some(Stage::Ast) => {
            let query = adql::parse(source)?;
            text.push_str(&adql::outline(&query, source));
        }
        Some(Stage::Plan) => {
            let statements = service.statements(prepared, uploads, arguments.maxrec, false).await?;
            for read in service.reads(prepared, uploads) {
                let _ = writeln!(text, "reads {}: {}", read.table, read.columns.join(", "));
            }
            for column in prepared.columns() {
                let unit = if column.unit.is_empty() { "" } else { " in " };
                let _ = writeln!(
                    text,
                    "gives {}: {}{unit}{}",
                    column.name,
                    column.kind.title(),
                    column.unit
                );
            }
            for statement in statements {
                let _ = writeln!(text, "{} answers: {}", statement.database, statement.purpose);
            }
        }
        _ => {
            let explain = arguments.explain;
            let statements =
                service.statements(prepared, uploads, arguments.maxrec, explain).await?;
            for statement in statements {
                let _ = writeln!(text, "-- {}: {}", statement.database, statement.purpose);
                if arguments.stage == Some(Stage::Sql) || !explain {
                    let _ = writeln!(text, "{};", statement.written.text);
                    for (at, cell) in statement.written.parameters.iter().enumerate() {
                        let _ = writeln!(text, "-- ${} = {cell:?}", at + 1);
                    }
                }
                for line in &statement.plan {
                    let _ = writeln!(text, "{line}");
                }
            }
        }
    }
    product(&text, None)?;
    Ok(Outcome::Done)
}
