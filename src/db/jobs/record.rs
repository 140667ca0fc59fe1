//! A job as the table has it.

use crate::diag::{Diagnostic, Result};
use crate::value::Cell;

/// A row. Times are microseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// Identifier.
    pub id: String,
    /// Who it belongs to.
    pub owner: Option<String>,
    /// The client's own name of it.
    pub run_id: Option<String>,
    /// Name of its phase.
    pub phase: String,
    /// When it is expected to end.
    pub quote: Option<i64>,
    /// When it was made.
    pub created: i64,
    /// When work began.
    pub started: Option<i64>,
    /// When work ended.
    pub ended: Option<i64>,
    /// Seconds that it may run; 0 for no limit.
    pub duration: i64,
    /// When it is to be forgotten.
    pub destruction: Option<i64>,
    /// What was asked for.
    pub request: String,
    /// What came out; empty while nothing has.
    pub outcome: String,
    /// The claim under which somebody works at it.
    pub worker: Option<String>,
    /// How often work began.
    pub attempts: i64,
}

/// What to change of a job; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Phase.
    pub phase: Option<&'static str>,
    /// When it began to wait.
    pub queued: Option<i64>,
    /// When work ended.
    pub ended: Option<i64>,
    /// When it is expected to end.
    pub quote: Option<i64>,
    /// Seconds that it may run.
    pub duration: Option<i64>,
    /// When it is to be forgotten; the inner `None` for never.
    pub destruction: Option<Option<i64>>,
    /// What is asked for.
    pub request: Option<String>,
    /// The client's own name of it.
    pub run_id: Option<String>,
    /// What came out.
    pub outcome: Option<String>,
}

/// Which jobs of a list.
#[derive(Debug, Clone, Default)]
pub struct Selection<'a> {
    /// Whose; `None` for those of nobody.
    pub owner: Option<&'a str>,
    /// In these phases; empty for any.
    pub phases: Vec<&'a str>,
    /// Not in these phases.
    pub without: Vec<&'a str>,
    /// Made later.
    pub after: Option<i64>,
    /// The most, newest first.
    pub last: Option<u32>,
}

/// Columns in the order in which [`Record::read`] takes them.
pub const COLUMNS: &str = "id, owner, run_id, phase, quote, created, started, ended, duration, \
                           destruction, request, outcome, worker, attempts";

/// A parameter; NULL has no type of its own, so those of numbers are cast.
pub fn place(at: usize, cell: Option<&Cell>) -> String {
    match cell {
        Some(Cell::Int(_)) => format!("CAST(${at} AS bigint)"),
        _ => format!("${at}"),
    }
}

fn text(value: Option<&String>) -> Cell {
    value.map_or(Cell::Null, |text| Cell::Text(text.clone()))
}

impl Record {
    /// The columns that are set, and their values.
    pub fn cells(&self) -> (Vec<&'static str>, Vec<Cell>) {
        let number = |value: Option<i64>| value.map_or(Cell::Null, Cell::Int);
        let all = [
            ("id", Cell::Text(self.id.clone())),
            ("owner", text(self.owner.as_ref())),
            ("run_id", text(self.run_id.as_ref())),
            ("phase", Cell::Text(self.phase.clone())),
            ("quote", number(self.quote)),
            ("created", Cell::Int(self.created)),
            ("started", number(self.started)),
            ("ended", number(self.ended)),
            ("duration", Cell::Int(self.duration)),
            ("destruction", number(self.destruction)),
            ("request", Cell::Text(self.request.clone())),
            ("outcome", Cell::Text(self.outcome.clone())),
            ("worker", text(self.worker.as_ref())),
            ("attempts", Cell::Int(self.attempts)),
        ];
        all.into_iter().filter(|(_, cell)| *cell != Cell::Null).unzip()
    }

    /// A row of [`COLUMNS`].
    ///
    /// # Errors
    /// R029 when somebody else has written it.
    pub fn read(row: &[Cell]) -> Result<Self> {
        let text = |at: usize| row.get(at).and_then(Cell::as_str).map(str::to_owned);
        let number = |at: usize| row.get(at).and_then(Cell::as_int);
        let wrong = || Diagnostic::error("R029", "a row of the table of jobs is not one of ours");
        Ok(Self {
            id: text(0).ok_or_else(wrong)?,
            owner: text(1),
            run_id: text(2),
            phase: text(3).ok_or_else(wrong)?,
            quote: number(4),
            created: number(5).ok_or_else(wrong)?,
            started: number(6),
            ended: number(7),
            duration: number(8).ok_or_else(wrong)?,
            destruction: number(9),
            request: text(10).ok_or_else(wrong)?,
            outcome: text(11).ok_or_else(wrong)?,
            worker: text(12),
            attempts: number(13).ok_or_else(wrong)?,
        })
    }
}

impl Change {
    /// `column = value, …`, with the values added to the parameters.
    pub fn assignments(&self, cells: &mut Vec<Cell>) -> String {
        let number = |value: Option<i64>| value.map(Cell::Int);
        let values = [
            ("phase", self.phase.map(|phase| Cell::Text(phase.to_owned()))),
            ("queued", number(self.queued)),
            ("ended", number(self.ended)),
            ("quote", number(self.quote)),
            ("duration", number(self.duration)),
            ("destruction", self.destruction.map(|time| time.map_or(Cell::Null, Cell::Int))),
            ("request", self.request.clone().map(Cell::Text)),
            ("run_id", self.run_id.clone().map(Cell::Text)),
            ("outcome", self.outcome.clone().map(Cell::Text)),
        ];
        let mut set = Vec::new();
        for (column, cell) in values {
            match cell {
                None => {}
                Some(Cell::Null) => set.push(format!("{column} = NULL")),
                Some(cell) => {
                    let place = place(cells.len() + 1, Some(&cell));
                    cells.push(cell);
                    set.push(format!("{column} = {place}"));
                }
            }
        }
        if set.is_empty() {
            // Nothing to change is no error.
            set.push("id = id".to_owned());
        }
        set.join(", ")
    }
}
