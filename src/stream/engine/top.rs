//! The first rows in an order, found before the query.
//!
//! In: a query for the first rows of an ObsCore table in some order. Out: the identifiers of these rows, as a
//! wish. Where the order is that of a time, the times of the dimension tables are asked first: no dataset is
//! as early as the n-th of n exposures unless it belongs to them, so the others need not be looked at. In descending
//! order rows without a value come first: those of dataset types that never have one are looked for.

use super::ask::Question;
use super::service::{Origin, Service};
use super::stage::Staged;
use crate::db::Session;
use crate::diag::Result;
use crate::plan::{Constant, Test, Wish};
use crate::query::{self, Top};
use crate::value::Cell;

/// Datasets that an exposure may have; if it has fewer, more exposures are looked at.
const SHARE: u64 = 50;
/// What times are wider by than they are written, in days: the rounding of a column, and more.
const MARGIN: f64 = 1e-6;

impl Service {
    /// The wish for the first rows of a question; nothing where it is not of that kind.
    ///
    /// # Errors
    /// R028 and R029.
    pub(super) async fn first_rows(
        &self,
        session: &mut Session,
        home: Option<usize>,
        question: &Question<'_>,
        staged: &mut Staged<'_>,
    ) -> Result<Vec<Wish>> {
        let Some(source) = question.checked.sources.first() else { return Ok(Vec::new()) };
        let Some(Origin::ObsCore(site, view)) = self.origin(source.table) else {
            return Ok(Vec::new());
        };
        let published = self.sites.get(site).and_then(|site| site.published.get(view));
        let Some(published) = published.filter(|_| home == Some(site)) else {
            return Ok(Vec::new());
        };
        let top = published.identifier.and_then(|at| {
            let column = published.obscore.table.columns.get(at)?;
            Some((at, query::top(question.checked, question.limit, (at, column))?))
        });
        let Some((identifier, top)) = top else { return Ok(Vec::new()) };
        let mut found = self.nulls(session, home, question, &top, staged).await?;
        let times = match &found {
            Some(_) => Vec::new(),
            None => self.times(session, (site, view), &top).await?,
        };
        for count in [top.count.div_ceil(SHARE), top.count] {
            let Some((bound, wish)) = bound(&times, &top, count) else { continue };
            let rows = self.identifiers(session, home, question, &top, vec![wish], staged).await?;
            let within = |row: &Vec<Cell>| match (row.get(1), top.column) {
                (Some(Cell::Float(value)), Some((_, true))) => *value >= bound,
                (Some(Cell::Float(value)), _) => *value <= bound,
                _ => false,
            };
            if rows.len() as u64 == top.count && rows.last().is_some_and(within) {
                found = Some(rows);
                break;
            }
        }
        let rows = match found {
            Some(rows) => rows,
            None => self.identifiers(session, home, question, &top, Vec::new(), staged).await?,
        };
        let text = |row: Vec<Cell>| row.first()?.as_str().map(|id| Constant::Text(id.to_owned()));
        let wanted: Vec<Constant> = rows.into_iter().filter_map(text).collect();
        Ok(vec![Wish::Column { column: identifier, test: Test::Among(wanted) }])
    }

    /// The first rows where they are those of dataset types without such a value, which come first in descending
    /// order, before or behind each other; `None` where there are not so many.
    async fn nulls(
        &self,
        session: &mut Session,
        home: Option<usize>,
        question: &Question<'_>,
        top: &Top,
        staged: &mut Staged<'_>,
    ) -> Result<Option<Vec<Vec<Cell>>>> {
        let Some((column, true)) = top.column else { return Ok(None) };
        let wishes = query::wishes(&top.checked, 0);
        let speaks =
            |wish: &Wish| matches!(wish, Wish::Column { column: own, .. } if *own == column);
        if wishes.iter().any(speaks) || top.checked.body.order.len() > 1 {
            return Ok(None);
        }
        let null = Wish::Column { column, test: Test::NullAlways };
        let rows = self.identifiers(session, home, question, top, vec![null], staged).await?;
        Ok((rows.len() as u64 == top.count).then_some(rows))
    }

    /// Identifiers of the first rows, each with the value that it is sorted by, among those that fulfil
    /// wishes.
    async fn identifiers(
        &self,
        session: &mut Session,
        home: Option<usize>,
        question: &Question<'_>,
        top: &Top,
        wishes: Vec<Wish>,
        staged: &mut Staged<'_>,
    ) -> Result<Vec<Vec<Cell>>> {
        let first = Question { checked: &top.checked, limit: None, ..*question };
        let written = self.compile(session, home, &first, wishes, staged).await?;
        let rows = session.rows(&written.text, &written.parameters).await?;
        staged.note(session, vec![written]).await?;
        Ok(rows)
    }

    /// The first times of the dimension tables, in the order of the question; none where that is another.
    async fn times(
        &self,
        session: &mut Session,
        (site, view): (usize, usize),
        top: &Top,
    ) -> Result<Vec<f64>> {
        let site = self.sites.get(site);
        let published = site.and_then(|site| site.published.get(view));
        let (Some(published), Some((column, descending))) = (published, top.column) else {
            return Ok(Vec::new());
        };
        let wishes = query::wishes(&top.checked, 0);
        let not_null = Wish::Column { column, test: Test::NotNull };
        // Other wishes may take those rows out that the times belong to. NULL is the largest of all.
        let fits = match wishes.as_slice() {
            [] => !descending,
            [only] => *only == not_null,
            _ => false,
        };
        let selects = fits.then(|| published.times(column, descending, top.count)).flatten();
        let mut times = Vec::new();
        for select in selects.unwrap_or_default() {
            for row in session.rows(&select, &[]).await? {
                if let Some(Cell::Float(time)) = row.first() {
                    times.push(*time);
                }
            }
        }
        times.sort_unstable_by(f64::total_cmp);
        if descending {
            times.reverse();
        }
        Ok(times)
    }
}

/// The time that so many rows of dimension tables reach, and the wish for datasets that reach it.
fn bound(times: &[f64], top: &Top, count: u64) -> Option<(f64, Wish)> {
    let (column, descending) = top.column?;
    let last = *times.get(usize::try_from(count).ok()?.checked_sub(1)?)?;
    let (low, high) = match descending {
        true => (last - MARGIN, f64::INFINITY),
        false => (f64::NEG_INFINITY, last + MARGIN),
    };
    Some((last, Wish::Column { column, test: Test::Within { low, high } }))
}
