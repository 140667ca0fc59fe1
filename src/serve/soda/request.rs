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
    /// S071 for several.
    pub fn part(&self) -> Result<Part> {
        match <[Part; 1]>::try_from(self.parts()) {
            Ok([part]) => Ok(part),
            Err(parts) => Err(Box::new(
                Diagnostic::error("S071", format!("that is {} cutouts", parts.len()))
                    .help("an answer has one; /soda/async makes several"),
            )),
        }
    }
}

impl Part {
    /// The parameters, in characters that FITS headers have.
    pub fn text(&self) -> String {
        let number = |value: f64| match value {
            f64::INFINITY => "+Inf".to_owned(),
            f64::NEG_INFINITY => "-Inf".to_owned(),
            value => value.to_string(),
        };
        let ends =
            |interval: Interval| format!("{} {}", number(interval.low), number(interval.high));
        let mut said = vec![format!("ID={}", self.id)];
        said.extend(self.shape.as_ref().map(|shape| format!("POS={}", shape.text())));
        said.extend(self.band.map(|band| format!("BAND={}", ends(band))));
        said.extend(self.time.map(|time| format!("TIME={}", ends(time))));
        said.extend(self.polarizations.iter().map(|state| format!("POL={state}")));
        let plain = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
        said.join("; ").chars().map(plain).collect()
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

/// A shape of POS. Open ends of a RANGE are those of the sphere, and its longitudes are brought between 0 and 360, as
/// image queries read them: back-ends get numbers that JSON has, and that mean one thing.
fn of_shape(shape: &Shape) -> Stencil {
    match (shape.keyword(), shape.numbers()) {
        ("CIRCLE", &[lon, lat, radius]) => Stencil::Circle([lon, lat, radius]),
        ("RANGE", &[west, east, south, north]) => {
            let [west, east] = match (west.is_finite(), east.is_finite()) {
                (true, true) if east - west >= 360.0 => [0.0, 360.0],
                (from, to) => [
                    if from { longitude(west) } else { 0.0 },
                    if to { longitude(east) } else { 360.0 },
                ],
            };
            Stencil::Range([west, east, south.clamp(-90.0, 90.0), north.clamp(-90.0, 90.0)])
        }
        (_, numbers) => Stencil::Polygon(numbers.to_vec()),
    }
}

/// A longitude between 0 and 360, both of which stay.
fn longitude(degrees: f64) -> f64 {
    if (0.0..=360.0).contains(&degrees) { degrees } else { degrees.rem_euclid(360.0) }
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
        assert_eq!(asked.part().unwrap_err().code, "S071");
        let first = asked.parts().into_iter().next().unwrap();
        let said = "ID=a; POS=RANGE 12 12.5 -90 90; BAND=0.0000005 0.0000006; POL=I; POL=Q";
        assert_eq!(first.text(), said);
        let odd = read(&[("ID", "ü\n"), ("TIME", "-Inf 5")]).unwrap().part().unwrap();
        assert_eq!(odd.text(), "ID=??; TIME=-Inf 5");
        let alone = read(&[("ID", "a")]).unwrap().part().unwrap();
        assert_eq!((alone.shape, alone.band, alone.time), (None, None, None));
    }

    #[test]
    fn ranges_go_through_the_meridian_0() {
        for (text, expected) in [
            ("RANGE -0.25 0.25 -1 1", [359.75, 0.25, -1.0, 1.0]),
            ("RANGE -320.25 -319.75 -5 -4", [39.75, 40.25, -5.0, -4.0]),
            ("RANGE 399.75 400.25 -5 -4", [39.75, 40.25, -5.0, -4.0]),
            ("RANGE 359 361 -1 1", [359.0, 1.0, -1.0, 1.0]),
            ("RANGE -180 180 -1 1", [0.0, 360.0, -1.0, 1.0]),
            ("RANGE 0 360 -Inf +Inf", [0.0, 360.0, -90.0, 90.0]),
            ("RANGE -Inf +Inf +Inf +Inf", [0.0, 360.0, 90.0, 90.0]),
            ("RANGE -10 +Inf -1 1", [350.0, 360.0, -1.0, 1.0]),
            ("RANGE -Inf -350 -1 1", [0.0, 10.0, -1.0, 1.0]),
        ] {
            let part = read(&[("ID", "a"), ("POS", text)]).unwrap().part().unwrap();
            // The same place that image queries look at.
            let numbers = Shape::parse(text).unwrap();
            let &[west, east, south, north] = numbers.numbers() else { unreachable!() };
            let whole = crate::geom::range_degrees((west, east), (south, north)).unwrap();
            assert_eq!(part.shape, Some(Stencil::Range(expected)), "{text}");
            assert_eq!(Stencil::Range(expected).region().unwrap(), whole, "{text}");
        }
        let wrong = read(&[("ID", "a"), ("POS", "RANGE 1 2 -91 0")]).unwrap_err();
        assert_eq!(wrong.code, "S011");
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
