//! Lints of wavelengths.

use std::collections::BTreeSet;

use super::constants::key_span;
use super::lint::at;
use crate::diag::{Diagnostic, Severity};
use crate::mapping::{Mapping, SpectralRange};

/// Gamma rays to long radio waves, in metres.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = 1e-17..=1e4;

/// What an optical telescope's filter lets through, in metres; a number beyond it is of another
/// unit more often than of another telescope.
const OPTICAL: std::ops::RangeInclusive<f64> = 5e-8..=5e-5;

/// Findings on `spectral_ranges`.
pub(super) fn lint(mapping: &Mapping, found: &mut Vec<Diagnostic>) {
    for (name, SpectralRange { min, max }) in &mapping.spectral_ranges {
        let span = key_span(mapping, "spectral_ranges");
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            let message = format!("spectral range of `{name}`: em_min {min:e} > em_max {max:e}");
            found.push(at(mapping, "L006", Severity::Error, message, span));
        }
        for value in [min, max].into_iter().flatten() {
            let severity = match value {
                value if !PLAUSIBLE.contains(value) => Severity::Error,
                value if !OPTICAL.contains(value) => Severity::Warning,
                _ => continue,
            };
            let message =
                format!("spectral range of `{name}`: {value:e} m is no plausible wavelength");
            let finding = at(mapping, "L007", severity, message, span);
            found.push(match unit(*value) {
                Some((unit, factor)) => finding.help(format!(
                    "wavelengths are in metres; {value} {unit} are {:e}",
                    value * factor
                )),
                None => finding.help("wavelengths are in metres, in vacuum"),
            });
        }
    }
}

/// The unit in which a number would be an optical wavelength.
fn unit(value: f64) -> Option<(&'static str, f64)> {
    let optical = 2e-7..=3e-6;
    [("nm", 1e-9), ("µm", 1e-6), ("Å", 1e-10)]
        .into_iter()
        .find(|(_, factor)| optical.contains(&(value * factor)))
}

/// Filters that neither `spectral_ranges` of their own nor of their band describe.
pub(super) fn without_range(
    mapping: &Mapping,
    filters: &BTreeSet<(String, String)>,
) -> Option<Diagnostic> {
    let lacking: Vec<&str> = filters
        .iter()
        .filter(|(filter, band)| {
            let ranges = &mapping.spectral_ranges;
            !ranges.contains_key(filter) && !ranges.contains_key(band)
        })
        .map(|(filter, _)| filter.as_str())
        .collect();
    if lacking.is_empty() {
        return None;
    }
    let some: Vec<&str> = lacking.iter().copied().take(8).collect();
    let more = lacking.len() - some.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("filters without a spectral range: {}{more}", some.join(", "));
    Some(
        at(mapping, "L023", Severity::Note, message, key_span(mapping, "spectral_ranges"))
            .help("em_min and em_max of their rows are NULL; name the filter or its band"),
    )
}
