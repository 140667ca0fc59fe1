//! Times and their medians.

use std::fmt;

use serde_json::Value as Json;

/// Times in seconds, sorted.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<f64>);

impl Times {
    /// Of any order.
    pub fn new(mut seconds: Vec<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        Self(seconds)
    }

    /// Of a list in an answer.
    pub fn of(list: &Json) -> Self {
        Self::new(list.as_array().unwrap().iter().map(|one| one.as_f64().unwrap()).collect())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that `percent` of all are not above.
    pub fn percentile(&self, percent: usize) -> f64 {
        self.0[(self.0.len() - 1) * percent / 100]
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, high, highest] = [50, 95, 100].map(|percent| self.percentile(percent) * 1e3);
        write!(f, "median {median:.1} ms, p95 {high:.1} ms, longest {highest:.1} ms")
    }
}

/// Seconds that each put of a `stream` took, and when it was committed.
pub fn puts(answer: &Json) -> (Times, Vec<f64>) {
    let puts = answer["puts"].as_array().unwrap();
    let column = |i: usize| puts.iter().map(|put| put[i].as_f64().unwrap()).collect::<Vec<_>>();
    (Times::new(column(0)), column(1))
}
