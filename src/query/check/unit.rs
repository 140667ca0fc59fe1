//! `IN_UNIT`: conversion between units of one dimension (VOUnits 1.0).

use super::super::tree::{Node, Value};
use super::Checker;
use crate::adql::{Operator, Place};
use crate::catalog::Type;
use crate::diag::Result;

/// Exponents of metre, second, kilogram, ampere, kelvin, mole, candela, radian, bit, and of what is
/// counted or told on a scale of its own.
type Dimension = [i32; 10];

/// Name, size in base units, dimension, whether prefixes go with it.
const UNITS: &[(&str, f64, Dimension, bool)] = &[
    ("m", 1.0, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], true),
    ("s", 1.0, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], true),
    ("g", 1e-3, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0], true),
    ("A", 1.0, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0], true),
    ("K", 1.0, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0], true),
    ("mol", 1.0, [0, 0, 0, 0, 0, 1, 0, 0, 0, 0], true),
    ("cd", 1.0, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0], true),
    ("rad", 1.0, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0], true),
    ("bit", 1.0, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0], true),
    ("byte", 8.0, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0], true),
    ("B", 8.0, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0], true),
    ("pix", 1.0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], true),
    ("pixel", 1.0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], true),
    ("sr", 1.0, [0, 0, 0, 0, 0, 0, 0, 2, 0, 0], true),
    ("deg", DEGREE, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0], false),
    ("arcmin", DEGREE / 60.0, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0], false),
    ("arcsec", DEGREE / 3600.0, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0], true),
    ("mas", DEGREE / 3_600_000.0, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0], false),
    ("min", 60.0, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ("h", 3600.0, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ("d", 86_400.0, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], true),
    ("a", 31_557_600.0, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], true),
    ("yr", 31_557_600.0, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], true),
    ("Hz", 1.0, [0, -1, 0, 0, 0, 0, 0, 0, 0, 0], true),
    ("N", 1.0, [1, -2, 1, 0, 0, 0, 0, 0, 0, 0], true),
    ("Pa", 1.0, [-1, -2, 1, 0, 0, 0, 0, 0, 0, 0], true),
    ("J", 1.0, [2, -2, 1, 0, 0, 0, 0, 0, 0, 0], true),
    ("W", 1.0, [2, -3, 1, 0, 0, 0, 0, 0, 0, 0], true),
    ("C", 1.0, [0, 1, 0, 1, 0, 0, 0, 0, 0, 0], true),
    ("V", 1.0, [2, -3, 1, -1, 0, 0, 0, 0, 0, 0], true),
    ("T", 1.0, [0, -2, 1, -1, 0, 0, 0, 0, 0, 0], true),
    ("G", 1e-4, [0, -2, 1, -1, 0, 0, 0, 0, 0, 0], true),
    ("eV", 1.602_176_634e-19, [2, -2, 1, 0, 0, 0, 0, 0, 0, 0], true),
    ("erg", 1e-7, [2, -2, 1, 0, 0, 0, 0, 0, 0, 0], false),
    ("Jy", 1e-26, [0, -2, 1, 0, 0, 0, 0, 0, 0, 0], true),
    ("Angstrom", 1e-10, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ("angstrom", 1e-10, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ("AU", 1.495_978_707e11, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ("au", 1.495_978_707e11, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ("pc", 3.085_677_581_491_367e16, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], true),
    ("lyr", 9.460_730_472_580_8e15, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ("solMass", 1.988_41e30, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0], false),
    ("solRad", 6.957e8, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ("solLum", 3.828e26, [2, -3, 1, 0, 0, 0, 0, 0, 0, 0], false),
];

const DEGREE: f64 = std::f64::consts::PI / 180.0;

const PREFIXES: &[(&str, f64)] = &[
    ("da", 1e1),
    ("d", 1e-1),
    ("c", 1e-2),
    ("m", 1e-3),
    ("u", 1e-6),
    ("n", 1e-9),
    ("p", 1e-12),
    ("f", 1e-15),
    ("a", 1e-18),
    ("h", 1e2),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
    ("E", 1e18),
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
];

impl Checker<'_> {
    /// A value in another unit.
    pub fn in_unit(&self, value: Value, unit: &str, place: Place) -> Result<Value> {
        let Some((wanted, dimension)) = unit_size(unit) else {
            let message = format!("`{unit}` is not a unit of VOUnits with a fixed size");
            let help = "for instance nm, Angstrom, arcsec, min, h, MHz, keV, m/s, kbyte";
            return Err(self.wrong_help("Q112", message, place, help));
        };
        if value.unit.is_empty() {
            let message = "IN_UNIT of a value whose unit is not known";
            let help = "columns with a unit have one, and so have their sums, products, quotients and powers";
            return Err(self.wrong_help("Q112", message, value.place, help));
        }
        let Some((size, _)) = unit_size(&value.unit).filter(|(_, own)| *own == dimension) else {
            let message = format!("`{}` cannot be converted to `{unit}`", value.unit);
            return Err(self.wrong_help(
                "Q112",
                message,
                place,
                "the units measure different things",
            ));
        };
        let factor = Value::new(Node::Double(size / wanted), Type::Double, place);
        let node = Node::Arithmetic(Box::new(value), Operator::Multiply, Box::new(factor));
        Ok(Value { node, kind: Some(Type::Double), unit: unit.to_owned(), place })
    }
}

/// A unit as the product of named ones with their exponents, and a number before them.
struct Product<'t> {
    scale: f64,
    units: Vec<(&'t str, i32)>,
}

/// The unit of a product of values.
pub fn times(left: &str, right: &str) -> String {
    combined(left, right, 1)
}

/// The unit of a quotient of values.
pub fn over(left: &str, right: &str) -> String {
    combined(left, right, -1)
}

/// The unit of a value to the power of a whole number.
pub fn power(unit: &str, exponent: i32) -> String {
    let raised = |(name, own): &(_, i32)| Some((*name, own.checked_mul(exponent)?));
    let units = product(unit).filter(is_plain).and_then(|it| it.units.iter().map(raised).collect());
    units.map_or_else(String::new, written)
}

/// The unit of a square root; none where an exponent is odd.
pub fn root(unit: &str) -> String {
    let halved = |(name, own): &(_, i32)| (own % 2 == 0).then_some((*name, own / 2));
    let units = product(unit).filter(is_plain).and_then(|it| it.units.iter().map(halved).collect());
    units.map_or_else(String::new, written)
}

/// What is not known of one side is not known of both.
fn combined(left: &str, right: &str, sign: i32) -> String {
    if left.is_empty() || right.is_empty() {
        return String::new();
    }
    let both = product(left).zip(product(right)).filter(|(a, b)| is_plain(a) && is_plain(b));
    let Some((left, right)) = both else { return String::new() };
    let units = right.units.into_iter().map(|(name, own)| (name, own * sign));
    written(left.units.into_iter().chain(units).collect())
}

/// A number before a unit would be part of its name.
fn is_plain(product: &Product<'_>) -> bool {
    product.scale.to_bits() == 1_f64.to_bits()
}

fn written(units: Vec<(&str, i32)>) -> String {
    let mut sums: Vec<(&str, i32)> = Vec::new();
    for (name, exponent) in units {
        match sums.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += exponent,
            None => sums.push((name, exponent)),
        }
    }
    let shown = sums.iter().filter(|(_, exponent)| *exponent != 0).map(|(name, exponent)| {
        if *exponent == 1 { (*name).to_owned() } else { format!("{name}**{exponent}") }
    });
    shown.collect::<Vec<_>>().join(".")
}

/// Size in base units and dimension of a unit.
fn unit_size(text: &str) -> Option<(f64, Dimension)> {
    let product = product(text)?;
    let (mut size, mut dimension) = (product.scale, Dimension::default());
    for (name, power) in product.units {
        let (own, exponents) = named(name)?;
        size *= own.powi(power);
        dimension.iter_mut().zip(exponents).for_each(|(sum, own)| *sum += own * power);
    }
    Some((size, dimension))
}

/// Reads `scale unit.unit/unit**n`.
fn product(text: &str) -> Option<Product<'_>> {
    let mut found = Product { scale: 1.0, units: Vec::new() };
    let mut sign = 1;
    let mut rest = text.trim();
    if let Some(end) = rest.find(|c: char| c.is_alphabetic()).filter(|end| *end > 0) {
        let (number, unit) = rest.split_at(end);
        found.scale = scale(number.trim_end_matches(['.', '*', ' ']))?;
        rest = unit;
    }
    loop {
        let end = rest.find(['.', '*', '/', '^', ' ']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        named(name)?;
        let mut power = 1;
        rest = after;
        if let Some(after) = rest.strip_prefix("**").or_else(|| rest.strip_prefix('^')) {
            let after_sign = after.trim_start_matches(['(', '+']);
            let end = after_sign
                .find(|c: char| !c.is_ascii_digit() && c != '-')
                .unwrap_or(after_sign.len());
            let (digits, after) = after_sign.split_at_checked(end)?;
            power = digits.parse::<i32>().ok().filter(|power| power.abs() <= 20)?;
            rest = after.trim_start_matches(')');
        }
        found.units.push((name, power * sign));
        let Some(separator) = rest.chars().next() else { return Some(found) };
        sign = if separator == '/' { -1 } else { 1 };
        rest = rest.get(1..)?;
    }
}

/// A number, or a power of ten.
fn scale(text: &str) -> Option<f64> {
    match text.split_once("**").or_else(|| text.split_once('^')) {
        Some(("10", power)) => Some(10_f64.powi(power.trim_matches(['(', ')']).parse().ok()?)),
        Some(_) => None,
        None => text.parse().ok(),
    }
    .filter(|scale: &f64| scale.is_finite() && *scale > 0.0)
}

fn named(name: &str) -> Option<(f64, Dimension)> {
    let find = |name: &str, prefixed: bool| {
        UNITS.iter().find(|(known, _, _, can)| *known == name && (*can || !prefixed))
    };
    if let Some((_, size, dimension, _)) = find(name, false) {
        return Some((*size, *dimension));
    }
    PREFIXES.iter().find_map(|(prefix, factor)| {
        let (_, size, dimension, _) = find(name.strip_prefix(prefix)?, true)?;
        Some((size * factor, *dimension))
    })
}
