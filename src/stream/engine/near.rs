//! Places that one table of a question gives another.
//!
//! In: conditions on places of two tables, and the rows of one that have been brought. Out: where the rows of the
//! other must be, before they are brought; and, once both are there, the pairs of rows among which the condition
//! is to be tested. Both hold all that can matter, and more: the question keeps its condition. What cannot be
//! computed for some row is left to the question, which says what is wrong.

use futures::StreamExt;

use super::ask::Question;
use super::service::Service;
use super::stage::Staged;
use crate::db::Session;
use crate::diag::Result;
use crate::functions::Geometry;
use crate::geom::{Circle, Circles, Region, around};
use crate::obscore::ColumnType;
use crate::plan::Cover;
use crate::query::{self, Checked, Near, Pairs, Place, Side, Sql};
use crate::sql::Parameters;
use crate::value::{Cell, CellRef};

/// Geometries at most that another table is searched by.
const SHAPES: usize = 20_000;
/// Rows at most whose places are held in memory.
const HELD: u64 = 2_000_000;
/// Pairs at most, of rows that may fulfil a condition.
const PAIRS: usize = 5_000_000;
/// So many pairs are tested as fast as they are found.
const FEW: u64 = 2_000;

impl Service {
    /// Conditions on places of two tables.
    pub(super) fn nearby(&self, checked: &Checked) -> Vec<Near> {
        query::nearby(checked, &|table, column| self.part(table, column))
    }

    /// Whether rows are brought together for conditions on places, which a database with our functions would
    /// otherwise test for all pairs.
    pub(super) fn pairs_rows(&self, checked: &Checked) -> bool {
        let nearby = self.nearby(checked);
        nearby.iter().any(|near| !query::are_equal_somewhere(checked, near))
    }
}

impl Staged<'_> {
    /// The source to bring next: one that others may depend on.
    pub(super) fn next(&self, question: &Question<'_>, nearby: &[Near], left: &[usize]) -> usize {
        let checked = question.checked;
        let urgency = |at: &&usize| {
            let Some(source) = checked.sources.get(**at) else { return 0 };
            if self.service.site(source.table).is_none() {
                return 0;
            }
            if self.narrowed(nearby, **at).next().is_some() {
                return 1;
            }
            let is_vague = query::wishes(checked, **at).is_empty()
                && self.service.covers(checked, **at).is_empty();
            if is_vague { 3 } else { 2 }
        };
        left.iter().min_by_key(urgency).copied().unwrap_or_default()
    }

    /// Conditions by which rows of one source have to be near rows that are there: the place, and these rows.
    fn narrowed<'n>(
        &self,
        nearby: &'n [Near],
        at: usize,
    ) -> impl Iterator<Item = (&'n Near, (usize, Option<usize>), &'n Side)> {
        nearby.iter().filter_map(move |near| {
            let [one, other] = &near.sides;
            let (own, side) = if one.source == at { (one, other) } else { (other, one) };
            let known = own.source == at && self.count(side.source)? <= HELD;
            Some((near, own.place.filter(|_| known)?, side))
        })
    }

    /// Where the rows of a source must be, by rows that are there.
    ///
    /// # Errors
    /// Q118.
    pub(super) async fn covers(
        &self,
        to: &mut Session,
        question: &Question<'_>,
        nearby: &[Near],
        at: usize,
    ) -> Result<Vec<Cover>> {
        let mut covers = Vec::new();
        for (near, (column, latitude), side) in self.narrowed(nearby, at) {
            let mut shapes = Vec::new();
            let all = each(to, question, side, false, |_, region| {
                let fits = shapes.len() < SHAPES && !(near.is_inside && may_be_nothing(&region));
                shapes.push(region);
                fits
            });
            if all.await? {
                covers.push(Cover::new(column, latitude, shapes));
            }
        }
        Ok(covers)
    }

    /// The pairs of rows that can fulfil conditions, in tables beside the rows.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn pairs(
        &self,
        to: &mut Session,
        question: &Question<'_>,
        nearby: &[Near],
    ) -> Result<Vec<Pairs>> {
        let mut made = Vec::new();
        for near in nearby.iter().filter(|near| !near.is_twin) {
            let Some(found) = self.paired(to, question, near).await? else { continue };
            let (pairs, sources) = found;
            let table = format!("p{}", made.len());
            let columns = ["a", "b"].map(|name| (name.to_owned(), ColumnType::BigInt));
            to.create_temporary(&table, &columns).await?;
            let rows = pairs.iter().map(|(a, b)| vec![CellRef::Int(*a), CellRef::Int(*b)]);
            to.insert(&table, columns.len(), rows).await?;
            to.index_temporary(&table, &["a", "b"]).await?;
            question.running.check()?;
            made.push(Pairs { table, sources });
        }
        Ok(made)
    }

    /// Numbers of rows, and the tables that they are of: the smaller one first. `None` where there would be too
    /// many, or hardly any.
    async fn paired(
        &self,
        to: &mut Session,
        question: &Question<'_>,
        near: &Near,
    ) -> Result<Option<(Vec<(i64, i64)>, [usize; 2])>> {
        let [one, other] = &near.sides;
        let (Some(first), Some(second)) = (self.count(one.source), self.count(other.source)) else {
            return Ok(None);
        };
        let (few, many) = if first <= second { (one, other) } else { (other, one) };
        if first.min(second) > HELD || first.saturating_mul(second) <= FEW {
            return Ok(None);
        }
        // What holds no direction is inside of everything.
        let is_unfit = |side: &Side, region: &Region| {
            near.is_inside && std::ptr::eq(side, one) && may_be_nothing(region)
        };
        let mut circles: Vec<(usize, Circle)> = Vec::new();
        let all = each(to, question, few, true, |row, region| {
            circles.extend(usize::try_from(row).map(|row| (row, around(&region))));
            !is_unfit(few, &region)
        });
        if !all.await? {
            return Ok(None);
        }
        let circles = Circles::new(circles);
        let mut pairs = Vec::new();
        let all = each(to, question, many, true, |row, region| {
            let too_many = circles.near(&around(&region), |name| {
                pairs.extend(i64::try_from(name).map(|name| (name, row)));
                pairs.len() > PAIRS
            });
            !too_many && !is_unfit(many, &region)
        });
        let all = all.await?;
        let ids = [few, many].map(|side| question.checked.sources.get(side.source));
        Ok(match ids {
            [Some(few), Some(many)] if all => Some((pairs, [few.id, many.id])),
            _ => None,
        })
    }
}

/// Calls `take` for the geometries of a side with the numbers of their rows, or for each geometry once; whether
/// it took all, and all could be computed.
async fn each(
    to: &mut Session,
    question: &Question<'_>,
    side: &Side,
    by_row: bool,
    mut take: impl FnMut(i64, Region) -> bool,
) -> Result<bool> {
    let Some(asked) = query::shapes(question.checked, side, by_row) else { return Ok(false) };
    let Some(source) = asked.sources.first() else { return Ok(false) };
    let sql = Sql {
        dialect: to.dialect(),
        places: &[Place::Table(super::stage::table(source.id))],
        pairs: &[],
        preamble: "",
        regional: &|_, _| None,
        twin: &|_, _| None,
        regions: crate::region::RegionOptions::default(),
        decode: false,
        counted: None,
        limit: None,
    };
    let written = query::write(&asked, &sql, Parameters::new(to.dialect()));
    let mut rows = to.stream(&written.text, &written.parameters);
    let mut taken = true;
    while taken && let Some(row) = rows.next().await {
        let Ok(row) = row else {
            taken = false;
            break;
        };
        let number = match row.get(1) {
            Some(Cell::Int(number)) => *number,
            _ => 0,
        };
        let region = row.first().and_then(Cell::as_str).and_then(Geometry::of_region_column);
        if let Some(Geometry::Region(region)) = region {
            taken = take(number, region);
        }
    }
    drop(rows);
    question.running.check()?;
    Ok(taken)
}

/// Whether a region may hold no direction at all.
fn may_be_nothing(region: &Region) -> bool {
    match region {
        Region::ConvexPolygon(vertices) => vertices.is_empty(),
        Region::Circle(circle) => circle.is_empty() || circle.squared_chord_length.is_nan(),
        Region::Box(lonlat_box) => lonlat_box.is_empty(),
        Region::Ellipse(ellipse) => ellipse.is_empty(),
        Region::Union(operands) => operands.iter().all(may_be_nothing),
        Region::Intersection(_) => true,
    }
}
