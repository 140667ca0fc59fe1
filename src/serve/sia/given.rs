//! The values of a parameter, weighed and read.
//!
//! In: a parameter and its texts. Out: intervals and numbers, or an error that names the parameter, the value
//! and what is possible.

use super::interval::Interval;
use super::names::{Meaning, Parameter};
use crate::adql::Expression;
use crate::diag::{Diagnostic, Result};
use crate::region::MAX_TEXT;

/// Most values of a parameter.
const VALUES: usize = 1000;
/// Most shapes.
const SHAPES: usize = 100;
/// Longest value, in bytes; that of a shape may have as many vertices as a polygon can.
const LENGTH: usize = 1000;
/// Longest shape.
const LONGEST: usize = 50_000;

/// Refuses too many values, too long ones, and what no database holds.
///
/// # Errors
/// S011, S016.
pub fn weigh(parameter: &Parameter, values: &[&str]) -> Result<()> {
    let name = parameter.name;
    let (most, longest) = match parameter.meaning {
        Meaning::Meets => (SHAPES, LONGEST),
        _ => (VALUES, LENGTH),
    };
    let heavy = |message: String| Err(Box::new(Diagnostic::error("S016", message)));
    if values.len() > most {
        let message = format!("{name} was given {} times, and can be {most} times", values.len());
        return heavy(message);
    }
    if let Some(long) = values.iter().find(|value| value.len() > longest) {
        let message = format!("a value of {name} has {} bytes, and can have {longest}", long.len());
        return heavy(message);
    }
    if let Some(value) = values.iter().find(|value| value.contains('\0')) {
        let help = "texts are what people write";
        return Err(unfit(
            parameter,
            &value.replace('\0', "␀"),
            "it has the character U+0000",
            help,
        ));
    }
    // Written with all their digits, numbers are longer than most people write them.
    if parameter.meaning == Meaning::Meets
        && values.iter().map(|value| value.len()).sum::<usize>() > MAX_TEXT / 8
    {
        return heavy(format!("all values of {name} have more than {} bytes", MAX_TEXT / 8));
    }
    Ok(())
}

/// The error of a value, with why and what is possible.
pub fn unfit(parameter: &Parameter, value: &str, why: &str, help: &str) -> Box<Diagnostic> {
    let mut shown: String = value.chars().take(60).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    let message = format!("{} cannot be `{shown}`: {why}", parameter.name);
    Box::new(Diagnostic::error("S011", message).help(help.to_owned()))
}

/// The intervals of values.
///
/// # Errors
/// S011.
pub fn intervals(parameter: &Parameter, values: &[&str]) -> Result<Vec<Interval>> {
    let unit = if parameter.unit.is_empty() { "" } else { " in " };
    let help = format!(
        "it is a number{unit}{}, or two with a blank between, lower first; -Inf and +Inf are open ends",
        parameter.unit
    );
    let read = |value: &&str| {
        Interval::parse(value).map_err(|wrong| unfit(parameter, value, &wrong, &help))
    };
    values.iter().map(read).collect()
}

/// Refuses values other than these.
///
/// # Errors
/// S011.
pub fn known(parameter: &Parameter, values: &[&str], possible: &[&str]) -> Result<()> {
    match values.iter().find(|value| !possible.contains(value)) {
        Some(other) => {
            let help = format!("possible: {}", possible.join(", "));
            Err(unfit(parameter, other, "this service has none of that", &help))
        }
        None => Ok(()),
    }
}

/// Levels from 0 to another as numbers of a query.
///
/// # Errors
/// S011.
pub fn levels(parameter: &Parameter, values: &[&str], most: i64) -> Result<Vec<Expression>> {
    let read = |value: &&str| {
        let level = value.trim().parse::<i64>().ok().filter(|level| (0..=most).contains(level));
        level.map(Expression::integer).ok_or_else(|| {
            let help = format!("it is a whole number from 0 to {most}");
            unfit(parameter, value, "there is no such level", &help)
        })
    };
    values.iter().map(read).collect()
}
