//! Whether a dataset has something of a band, a time, a polarization.

use super::Part;
use crate::serve::datasets::Dataset;
use crate::serve::sia::Interval;

/// Whether something of a dataset is left; what is not known of it is not in any interval.
pub fn is_left(dataset: &Dataset, part: &Part) -> bool {
    let meets = |asked: Option<Interval>, low: &str, high: &str| match asked {
        None => true,
        Some(asked) => match (dataset.number(low), dataset.number(high)) {
            (Some(low), Some(high)) => asked.low <= high && low <= asked.high,
            _ => false,
        },
    };
    let states = dataset.text("pol_states").unwrap_or_default();
    let is_in = |state: &String| states.split('/').any(|own| own == state);
    meets(part.band, "em_min", "em_max")
        && meets(part.time, "t_min", "t_max")
        && (part.polarizations.is_empty() || part.polarizations.iter().any(is_in))
}
