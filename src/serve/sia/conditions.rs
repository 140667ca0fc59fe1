//! From the parameters of a request to a query.
//!
//! In: parameters, the table, and whose reading of them is wanted. Out: the tree of an ADQL query for all columns
//! of the table. Values of one parameter are alternatives, different parameters must all hold, and what is NULL
//! is never what was asked for (SIA 2.0 section 2.1). Where the reading is that of dax_obscore, the
//! differences are those that docs/sia.md lists.

use super::given::{intervals, known, levels, unfit, weigh};
use super::interval::Interval;
use super::names::{Meaning, PARAMETERS, Parameter, SCOPE};
use super::position::{FORMS, Shape};
use crate::adql::{
    BuiltIn, ColumnReference, Columns, Comparator, Condition, Expression, Node, Place, Predicate,
    Query, Select, Set, TableName, TableReference,
};
use crate::catalog::{Schema, Table};
use crate::diag::{Diagnostic, Result};
use crate::serve::parameters::Parameters;
use crate::serve::settings::Like;

/// What dax_obscore reads and leaves aside.
const LEFT_ASIDE: [&str; 9] =
    ["POL", "FOV", "SPATRES", "SPECRP", "TIMERES", "COLLECTION", "FACILITY", "TARGET", "FORMAT"];

/// The query for what was asked of a table.
///
/// # Errors
/// S011 for a value that its parameter cannot have, S016 for too many or too long ones.
pub fn query(
    parameters: &Parameters,
    (schema, table): (&Schema, &Table),
    like: Like,
) -> Result<Query> {
    refuse_files(parameters)?;
    let reader = Reader { table, like };
    let mut conditions = Vec::new();
    for parameter in PARAMETERS {
        let values: Vec<&str> = parameters.all(parameter.name).collect();
        if !values.is_empty() {
            match reader.condition(parameter, &values)? {
                Some(Condition { node: Predicate::And(parts), .. }) => conditions.extend(parts),
                asked => conditions.extend(asked),
            }
        }
    }
    if like == Like::Standard && parameters.all("DPTYPE").next().is_none() {
        conditions.push(reader.among(SCOPE.0, SCOPE.1.iter().copied()));
    }
    let name = TableName::in_schema(&schema.name, &table.name);
    let select = Select {
        quantifier: None,
        top: None,
        columns: Columns::All,
        from: vec![TableReference::table(name)],
        filter: Condition::all(conditions),
        group_by: Vec::new(),
        having: None,
        place: Place::default(),
    };
    Ok(select.into())
}

/// Tables and files are not for this protocol; a parameter that comes as a file must not be left out.
fn refuse_files(parameters: &Parameters) -> Result<()> {
    let refused = |message: String, help: &str| {
        Err(Box::new(Diagnostic::error("S011", message).help(help.to_owned())))
    };
    if parameters.all("UPLOAD").next().is_some() {
        let help =
            "send positions as POS, once for each; tables can be uploaded to the TAP service";
        return refused("UPLOAD is not a parameter of this service".to_owned(), help);
    }
    let named = |name: &str| PARAMETERS.iter().any(|one| one.name.eq_ignore_ascii_case(name));
    match parameters.parts().iter().find(|part| named(&part.name)) {
        Some(part) => refused(
            format!("{} comes as a file", part.name),
            "send it as text, without a file name",
        ),
        None => Ok(()),
    }
}

struct Reader<'a> {
    table: &'a Table,
    like: Like,
}

impl Reader<'_> {
    /// What values of a parameter ask of a row; `None` for nothing.
    fn condition(&self, parameter: &Parameter, values: &[&str]) -> Result<Option<Condition>> {
        weigh(parameter, values)?;
        let asked = match parameter.meaning {
            Meaning::Meets => Some(self.meets(parameter, values)?),
            Meaning::Overlaps(low, high) => {
                let intervals = intervals(parameter, values)?;
                let overlaps = |one: &Interval| self.overlaps(parameter, (low, high), *one);
                any(intervals.iter().map(overlaps))
            }
            Meaning::Within(column) => {
                let intervals = intervals(parameter, values)?;
                if self.like == Like::DaxObscore && column == "t_exptime" {
                    Some(self.between(column, &intervals))
                } else {
                    any(intervals.iter().map(|one| self.within(column, *one)))
                }
            }
            Meaning::Equals(column) => Some(self.equals(column, values)),
            Meaning::IsOneOf(column, possible) => {
                known(parameter, values, possible)?;
                Some(self.among(column, values.iter().copied()))
            }
            Meaning::Identifies(first, second) => any([first, second]
                .into_iter()
                .filter(|column| *column == first || self.table.column(column).is_some())
                .flat_map(|column| self.identified(column, values))),
            Meaning::Lists(column, possible) => {
                known(parameter, values, possible)?;
                let listed = |state: &&str| self.listed(column, state);
                any(values.iter().map(listed))
            }
            Meaning::Level(column, most) => {
                let most = if self.like == Like::DaxObscore { 3 } else { most };
                let levels = levels(parameter, values, most)?;
                Some(self.on(column, |value| among(value, levels)))
            }
        };
        let aside = self.like == Like::DaxObscore && LEFT_ASIDE.contains(&parameter.name);
        Ok(asked.filter(|_| !aside))
    }

    /// A condition on a column; one that is never true where the table has no such column.
    fn on(&self, column: &str, condition: impl FnOnce(Expression) -> Condition) -> Condition {
        match self.table.column(column) {
            Some(column) => condition(Expression::column(&column.name)),
            None => Condition::equal(Expression::integer(1), Expression::integer(0)),
        }
    }

    fn is_null(&self, column: &str, negated: bool) -> Condition {
        self.on(column, |_| {
            Predicate::IsNull { column: ColumnReference::new(column), negated }.into()
        })
    }

    fn compare(&self, column: &str, comparator: Comparator, value: f64) -> Condition {
        self.on(column, |own| Condition::compare(own, comparator, Expression::number(value)))
    }

    fn meets(&self, parameter: &Parameter, values: &[&str]) -> Result<Condition> {
        let shapes = values
            .iter()
            .map(|text| Shape::parse(text).map_err(|wrong| unfit(parameter, text, &wrong, FORMS)));
        let shapes: Vec<Shape> = shapes.collect::<Result<_>>()?;
        let one = Expression::integer(1);
        Ok(self.on("s_region", |region| {
            let shape = Shape::together(&shapes);
            let meets = crate::adql::Geometry::Intersects(region, shape);
            Condition::equal(one, meets.into())
        }))
    }

    /// Two intervals with a value in common, both with their ends.
    fn overlaps(
        &self,
        parameter: &Parameter,
        (low, high): (&str, &str),
        interval: Interval,
    ) -> Condition {
        use Comparator::{Greater, GreaterOrEqual, Less, LessOrEqual};
        let butler = self.like == Like::DaxObscore && parameter.name == "TIME";
        let (begins, ends) = match butler {
            // Butler's time spans do not hold their ends; an instant is one that a span can begin with.
            true if interval.low >= interval.high => (LessOrEqual, Greater),
            true => (Less, Greater),
            false => (LessOrEqual, GreaterOrEqual),
        };
        let upper = match interval.high.is_finite() {
            true => self.compare(low, begins, interval.high),
            false => self.is_null(low, true),
        };
        let lower = match interval.low.is_finite() {
            true => self.compare(high, ends, interval.low),
            false => self.is_null(high, true),
        };
        let or_null =
            |condition, column: &str| Predicate::Or(vec![condition, self.is_null(column, false)]);
        match (self.like, parameter.name) {
            (Like::DaxObscore, "TIME") => {
                // What has no time is found whatever the time, and what has no end never ended.
                let both = vec![or_null(upper, low).into(), or_null(lower, high).into()];
                Predicate::And(both).into()
            }
            (Like::DaxObscore, "BAND") => {
                // So is what has no band; a band that is at no known wavelength is not.
                let both = Predicate::And(vec![upper, lower]).into();
                or_null(both, "em_filter_name").into()
            }
            _ => Predicate::And(vec![upper, lower]).into(),
        }
    }

    /// A column in an interval with its ends.
    fn within(&self, column: &str, interval: Interval) -> Condition {
        let Interval { low, high } = interval;
        match (low.is_finite(), high.is_finite()) {
            (true, true) if low < high => self.on(column, |own| {
                Condition::between(own, Expression::number(low), Expression::number(high))
            }),
            (true, true) => self.compare(column, Comparator::Equal, low),
            (true, false) => self.compare(column, Comparator::GreaterOrEqual, low),
            (false, true) => self.compare(column, Comparator::LessOrEqual, high),
            (false, false) => self.is_null(column, true),
        }
    }

    /// A column between numbers, as dax_obscore reads intervals of exposure times: without their ends. Those
    /// without any end count only where there are no others.
    fn between(&self, column: &str, intervals: &[Interval]) -> Condition {
        let ended = any(intervals.iter().filter_map(|interval| {
            let lower = interval.low.is_finite();
            let upper = interval.high.is_finite();
            let lower = lower.then(|| self.compare(column, Comparator::Greater, interval.low));
            let upper = upper.then(|| self.compare(column, Comparator::Less, interval.high));
            Condition::all(lower.into_iter().chain(upper).collect())
        }));
        ended.unwrap_or_else(|| self.is_null(column, true))
    }

    fn equals(&self, column: &str, values: &[&str]) -> Condition {
        let equal = self.among(column, values.iter().copied());
        match self.like == Like::DaxObscore && column == "instrument_name" {
            // What has no instrument is found whatever the instrument.
            true => Predicate::Or(vec![equal, self.is_null(column, false)]).into(),
            false => equal,
        }
    }

    fn among<'v>(&self, column: &str, values: impl Iterator<Item = &'v str>) -> Condition {
        self.on(column, |own| among(own, values.map(Expression::text).collect()))
    }

    /// IVOIDs are equal in any case of letters, which are those of ASCII.
    fn identified(&self, column: &str, values: &[&str]) -> Vec<Condition> {
        let (plain, other): (Vec<&str>, Vec<&str>) =
            values.iter().copied().partition(|value| value.is_ascii());
        let folded = |own| Expression::from(Node::Function(BuiltIn::Lower, vec![own]));
        let lowered = plain.iter().map(|value| Expression::text(value.to_ascii_lowercase()));
        let lowered: Vec<Expression> = lowered.collect();
        let mut conditions = Vec::new();
        if !lowered.is_empty() {
            conditions.push(self.on(column, |own| among(folded(own), lowered)));
        }
        if !other.is_empty() {
            conditions.push(self.among(column, other.into_iter()));
        }
        conditions
    }

    fn listed(&self, column: &str, state: &str) -> Condition {
        self.on(column, |own| {
            let (value, pattern) =
                (Box::new(own), Box::new(Expression::text(format!("%/{state}/%"))));
            Predicate::Like { value, negated: false, ignore_case: false, pattern }.into()
        })
    }
}

/// A value that is one of several.
fn among(value: Expression, mut wanted: Vec<Expression>) -> Condition {
    if wanted.len() == 1
        && let Some(only) = wanted.pop()
    {
        return Condition::equal(value, only);
    }
    Predicate::In { value: Box::new(value), negated: false, set: Set::List(wanted) }.into()
}

fn any(conditions: impl IntoIterator<Item = Condition>) -> Option<Condition> {
    Condition::any(conditions.into_iter().collect())
}
