//! RAND and `ivo_normal_random`.
//!
//! Numbers of G. Steele's SplitMix64, of each thread its own, begun from the keys that the standard
//! library draws for its hash maps. Not for secrets.

use std::cell::Cell;
use std::f64::consts::TAU;
use std::hash::{BuildHasher, RandomState};

thread_local! {
    static STATE: Cell<u64> = Cell::new(RandomState::new().hash_one(0));
}

fn next() -> u64 {
    let state = STATE.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number in [0, 1), each of the multiples of 2^-53 as likely as any other.
pub fn uniform() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    let number = (next() >> 11) as f64;
    number / 9_007_199_254_740_992.0
}

/// A number of a normal distribution (G. Box and M. Muller).
pub fn normal(mean: f64, deviation: f64) -> f64 {
    // 1 - u is never zero.
    let radius = (-2.0 * (1.0 - uniform()).ln()).sqrt();
    mean + deviation * radius * (TAU * uniform()).cos()
}
