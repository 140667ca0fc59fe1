//! On which side of a great circle a direction lies (`sphgeom::orientation`).
//!
//! In: three vectors. Out: the exact sign of their triple product. Rounded arithmetic decides where
//! its error bound allows (the bounds are those of J. R. Shewchuk's adaptive predicates, as in
//! sphgeom); what is left is summed in integers, so that points on an edge are on it.

use super::Vector3;

/// Bound on the error of the triple product of unit vectors.
const MAX_ERROR: f64 = 1.7e-15;

/// Bound on its error relative to the permanent of absolute values.
const RELATIVE_ERROR: f64 = 5.6e-16;

/// Bound on what underflow may take away.
const UNDERFLOW_ERROR: f64 = 4.0e-307;

/// 1 when `a`, `b`, `c` turn counter-clockwise seen from outside the sphere (equivalently: `a` is to
/// the left of the great circle from `b` to `c`), -1 when clockwise, 0 when on one great circle.
///
/// Components that are not finite give -1.
pub fn orientation(a: Vector3, b: Vector3, c: Vector3) -> i32 {
    let (yz, zy) = (b.y * c.z, b.z * c.y);
    let (zx, xz) = (b.z * c.x, b.x * c.z);
    let (xy, yx) = (b.x * c.y, b.y * c.x);
    let determinant = a.x * (yz - zy) + a.y * (zx - xz) + a.z * (xy - yx);
    if determinant > MAX_ERROR {
        return 1;
    }
    if determinant < -MAX_ERROR || !determinant.is_finite() {
        return -1;
    }
    let permanent = a.x.abs() * (yz.abs() + zy.abs())
        + a.y.abs() * (zx.abs() + xz.abs())
        + a.z.abs() * (xy.abs() + yx.abs());
    let error = RELATIVE_ERROR * permanent + UNDERFLOW_ERROR;
    if determinant > error {
        return 1;
    }
    if determinant < -error {
        return -1;
    }
    if a == b || b == c || a == c || a == -b || b == -c || a == -c {
        return 0;
    }
    exact(a, b, c)
}

/// The sign of the triple product of finite vectors, without rounding.
fn exact(a: Vector3, b: Vector3, c: Vector3) -> i32 {
    let products = [
        product(a.x, b.y, c.z, 1),
        product(a.x, b.z, c.y, -1),
        product(a.y, b.z, c.x, 1),
        product(a.y, b.x, c.z, -1),
        product(a.z, b.x, c.y, 1),
        product(a.z, b.y, c.x, -1),
    ];
    let present = || products.iter().filter(|product| product.sign != 0);
    let Some(lowest) = present().map(|product| product.exponent).min() else { return 0 };
    let mut sums = [Wide(Vec::new()), Wide(Vec::new())];
    for product in present() {
        let shift = usize::try_from(product.exponent - lowest).unwrap_or(0);
        let [positive, negative] = &mut sums;
        if product.sign > 0 { positive } else { negative }.add(product.mantissa, shift);
    }
    let [positive, negative] = sums;
    positive.compare(&negative)
}

/// sign · mantissa · 2^exponent, the mantissa in limbs of 64 bits from the least significant.
struct Product {
    sign: i32,
    mantissa: [u64; 3],
    exponent: i32,
}

fn product(a: f64, b: f64, c: f64, sign: i32) -> Product {
    let (sign_a, a, exponent_a) = parts(a);
    let (sign_b, b, exponent_b) = parts(b);
    let (sign_c, c, exponent_c) = parts(c);
    let ab = u128::from(a) * u128::from(b);
    let low = u128::from(low_limb(ab)) * u128::from(c);
    let high = (ab >> 64) * u128::from(c) + (low >> 64);
    Product {
        sign: sign * sign_a * sign_b * sign_c,
        mantissa: [low_limb(low), low_limb(high), low_limb(high >> 64)],
        exponent: exponent_a + exponent_b + exponent_c,
    }
}

/// The least significant 64 bits.
#[allow(clippy::cast_possible_truncation)]
const fn low_limb(wide: u128) -> u64 {
    wide as u64
}

/// Sign (0 for zero), integer mantissa of at most 53 bits, and its power of two.
fn parts(number: f64) -> (i32, u64, i32) {
    let bits = number.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let biased = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) };
    let sign = if mantissa == 0 {
        0
    } else if number < 0.0 {
        -1
    } else {
        1
    };
    (sign, mantissa, exponent)
}

/// A natural number in limbs of 64 bits from the least significant.
struct Wide(Vec<u64>);

impl Wide {
    /// Adds `limbs` · 2^`shift`.
    fn add(&mut self, limbs: [u64; 3], shift: usize) {
        let (skip, bits) = (shift / 64, shift % 64);
        let mut carry = 0u128;
        let mut below = 0u64;
        let mut index = skip;
        for limb in limbs.into_iter().chain([0]) {
            let moved = if bits == 0 { limb } else { (limb << bits) | (below >> (64 - bits)) };
            below = limb;
            carry += u128::from(moved);
            carry = self.add_limb(index, carry);
            index += 1;
        }
        while carry != 0 {
            carry = self.add_limb(index, carry);
            index += 1;
        }
    }

    /// Adds to one limb and returns the carry.
    fn add_limb(&mut self, index: usize, addend: u128) -> u128 {
        if self.0.len() <= index {
            self.0.resize(index + 1, 0);
        }
        let Some(limb) = self.0.get_mut(index) else { return 0 };
        let sum = u128::from(*limb) + addend;
        *limb = low_limb(sum);
        sum >> 64
    }

    /// The sign of the difference.
    fn compare(&self, other: &Self) -> i32 {
        let length = self.0.len().max(other.0.len());
        let limb = |wide: &Self, index: usize| wide.0.get(index).copied().unwrap_or(0);
        for index in (0..length).rev() {
            match limb(self, index).cmp(&limb(other, index)) {
                std::cmp::Ordering::Greater => return 1,
                std::cmp::Ordering::Less => return -1,
                std::cmp::Ordering::Equal => {}
            }
        }
        0
    }
}
