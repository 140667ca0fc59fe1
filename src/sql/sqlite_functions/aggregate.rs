//! The aggregate functions of the IVOA's catalogue.

use super::call::{Aggregate, Answer, Argument, Arguments, Function, aggregate};
use crate::functions::{Histogram, StringAgg, Wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    aggregate(c"ivo_string_agg", "ivo_string_agg", &[2], || Box::new(StringAgg::default())),
    aggregate(c"ivo_histogram", "ivo_histogram", &[4], || Box::new(Bins(None))),
];

/// A row whose text is NULL is left out; a delimiter that is NULL is empty.
impl Aggregate for StringAgg {
    fn add(&mut self, row: &Arguments<'_>) -> Result<(), Wrong> {
        if row.at(0) == Argument::Null {
            return Ok(());
        }
        let delimiter = if row.at(1) == Argument::Null { String::new() } else { row.written(1)? };
        Self::add(self, &row.written(0)?, &delimiter)
    }

    fn finish(&mut self) -> Answer {
        std::mem::take(self).finish().into()
    }
}

/// A histogram whose bins the first row says.
struct Bins(Option<Histogram>);

impl Aggregate for Bins {
    fn add(&mut self, row: &Arguments<'_>) -> Result<(), Wrong> {
        let histogram = match &mut self.0 {
            Some(histogram) => histogram,
            none => none.insert(Histogram::new(row.number(1)?, row.number(2)?, row.integer(3)?)?),
        };
        histogram.add(row.optional_number(0)?);
        Ok(())
    }

    fn finish(&mut self) -> Answer {
        self.0.as_ref().map(Histogram::finish).into()
    }
}
