//! What a client wants to have cut.
//!
//! In: the parameters of SODA 1.0 section 3: ID, POS, CIRCLE, POLYGON, BAND, TIME, POL. Out: identifiers, shapes and
//! filters. All values of POL are one filter; each combination of the others is a cutout of its own.

use crate::cutout::Stencil;
use crate::diag::{Diagnostic, Result};
use crate::serve::parameters::Parameters;
use crate::serve::sia::{Interval, Shape, number};

/// Values of parameters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// Identifiers.
    pub ids: Vec<String>,
    /// Shapes on the sky.
    pub shapes: Vec<Stencil>,
    /// Wavelengths in metres.
    pub bands: Vec<Interval>,
    /// Times, MJD in UTC.
    pub times: Vec<Interval>,
    /// States of polarization.
    pub polarizations: Vec<String>,
}

/// One combination of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The identifier.
    pub id: String,
    /// The shape; `None` for the whole image.
    pub shape: Option<Stencil>,
    /// The band.
    pub band: Option<Interval>,
    /// The time.
    pub time: Option<Interval>,
    /// States of polarization, one of which it must have; none for any.
    pub polarizations: Vec<String>,
}

/// Combinations of one request.
const MOST: usize = 1000;

impl Asked {
    /// Reads the parameters.
    ///
    /// # Errors
    /// S011 for values that are wrong, S012 without an ID, S016 for too many combinations.
    pub fn read(parameters: &Parameters) -> Result<Self> {
        let mut asked = Self {
            ids: parameters.all("ID").map(str::to_owned).collect(),
            polarizations: parameters.all("POL").map(str::to_ascii_uppercase).collect(),
            ..Self::default()
        };
        if asked.ids.is_empty() {
            return Err(Box::new(
                Diagnostic::error("S012", "the parameter ID is missing")
                    .help("it names the dataset: its publisher's DID, butler://label/uuid or UUID"),
            ));
        }
        for text in parameters.all("POS") {
            let shape = Shape::parse(text).map_err(|wrong| unfit("POS", text, &wrong))?;
            asked.shapes.push(checked("POS", text, of_shape(&shape))?);
        }
        for text in parameters.all("CIRCLE") {
            let numbers = numbers("CIRCLE", text)?;
            let Ok(circle) = <[f64; 3]>::try_from(numbers) else {
                return Err(unfit("CIRCLE", text, "it is three numbers: lon, lat, radius"));
            };
            asked.shapes.push(checked("CIRCLE", text, Stencil::Circle(circle))?);
        }
        for text in parameters.all("POLYGON") {
            let numbers = numbers("POLYGON", text)?;
            if numbers.len() < 6 || numbers.len() % 2 == 1 {
                return Err(unfit("POLYGON", text, "it is three or more pairs of lon and lat"));
            }
            asked.shapes.push(checked("POLYGON", text, Stencil::Polygon(numbers))?);
        }
        for (name, into) in [("BAND", &mut asked.bands), ("TIME", &mut asked.times)] {
            for text in parameters.all(name) {
                into.push(Interval::parse(text).map_err(|wrong| unfit(name, text, &wrong))?);
            }
        }
        if asked.count() > MOST {
            let message = format!("{} cutouts in one request", asked.count());
            return Err(Box::new(
                Diagnostic::error("S016", message).help(format!("at most {MOST}")),
            ));
        }
        Ok(asked)
    }

    fn count(&self) -> usize {
        let lengths = [self.ids.len(), self.shapes.len(), self.bands.len(), self.times.len()];
        lengths.iter().map(|length| (*length).max(1)).fold(1, usize::saturating_mul)
    }

    /// Every combination of values.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for id in &self.ids {
            for shape in each(&self.shapes) {
                for band in each(&self.bands) {
                    for time in each(&self.times) {
                        let polarizations = self.polarizations.clone();
                        let (id, shape) = (id.clone(), shape.cloned());
                        let (band, time) = (band.copied(), time.copied());
                        parts.push(Part { id, shape, band, time, polarizations });
                    }
                }
            }
        }
        parts
    }

    /// The only combination.
    ///
    /// # Errors
    /// S061 for several.
    pub fn part(&self) -> Result<Part> {
        match <[Part; 1]>::try_from(self.parts()) {
            Ok([part]) => Ok(part),
            Err(parts) => Err(Box::new(
                Diagnostic::error("S061", format!("that is {} cutouts", parts.len()))
                    .help("an answer has one; /soda/async makes several"),
            )),
        }
    }
}

/// The values, or once nothing.
fn each<T>(values: &[T]) -> Vec<Option<&T>> {
    if values.is_empty() { vec![None] } else { values.iter().map(Some).collect() }
}

fn numbers(name: &str, text: &str) -> Result<Vec<f64>> {
    let read = |word| {
        let value = number(word)?;
        if value.is_finite() { Ok(value) } else { Err(format!("`{word}` is not finite")) }
    };
    let numbers: Result<Vec<f64>, String> = text.split_ascii_whitespace().map(read).collect();
    numbers.map_err(|wrong| unfit(name, text, &wrong))
}

/// A shape of POS; open ends of a RANGE are those of the sphere.
fn of_shape(shape: &Shape) -> Stencil {
    match (shape.keyword(), shape.numbers()) {
        ("CIRCLE", &[lon, lat, radius]) => Stencil::Circle([lon, lat, radius]),
        ("RANGE", &[west, east, south, north]) => Stencil::Range([
            west.max(0.0),
            if east.is_finite() { east } else { 360.0 },
            south.max(-90.0),
            north.min(90.0),
        ]),
        (_, numbers) => Stencil::Polygon(numbers.to_vec()),
    }
}

fn checked(name: &str, text: &str, stencil: Stencil) -> Result<Stencil> {
    match stencil.region() {
        Ok(_) => Ok(stencil),
        Err(error) => Err(unfit(name, text, &error.to_string())),
    }
}

#[allow(clippy::unnecessary_box_returns)] // as every Result carries it
fn unfit(name: &str, text: &str, wrong: &str) -> Box<Diagnostic> {
    let shown: String = text.chars().take(80).collect();
    let message = format!("{name} cannot be `{shown}`: {wrong}");
    Box::new(Diagnostic::error("S011", message))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Asked> {
        Asked::read(&Parameters::from_pairs(pairs.iter().copied()))
    }

    #[test]
    fn every_combination_is_a_cutout() {
        let asked = read(&[
            ("ID", "a"),
            ("id", "b"),
            ("CIRCLE", "12.0 34.0 0.5"),
            ("POS", "RANGE 12 12.5 -Inf +Inf"),
            ("POLYGON", "12 34 14 34 14 36"),
            ("BAND", "500e-9 600e-9"),
            ("POL", "I"),
            ("POL", "q"),
        ]);
        let asked = asked.unwrap();
        assert_eq!(asked.parts().len(), 6);
        assert_eq!(asked.polarizations, ["I", "Q"]);
        assert_eq!(asked.shapes.first(), Some(&Stencil::Range([12.0, 12.5, -90.0, 90.0])));
        assert_eq!(asked.part().unwrap_err().code, "S061");
        let alone = read(&[("ID", "a")]).unwrap().part().unwrap();
        assert_eq!((alone.shape, alone.band, alone.time), (None, None, None));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (name, value, said) in [
            ("CIRCLE", "1 2", "three numbers"),
            ("CIRCLE", "1 2 x", "`x` is not a number"),
            ("CIRCLE", "1 2 -3", "radius"),
            ("CIRCLE", "1 92 3", "latitude"),
            ("CIRCLE", "1 2 inf", "not finite"),
            ("POLYGON", "1 2 3 4", "three or more pairs"),
            ("POLYGON", "0 0 0 0 0 0", "three different vertices"),
            ("POS", "BOX 1 2 3 4", "not a shape"),
            ("BAND", "2 1", "lower end is above"),
            ("TIME", "x", "not a number"),
        ] {
            let error = read(&[("ID", "a"), (name, value)]).unwrap_err();
            assert!(error.code == "S011" && error.to_string().contains(said), "{error}");
        }
        assert_eq!(read(&[("POS", "CIRCLE 1 2 3")]).unwrap_err().code, "S012");
    }
}
