//! Which jobs of a list are wanted, and for how long to wait (UWS 1.1 sections 2.2.1.1, 2.2.2.1).

use std::time::Duration;

use super::{Instant, Phase};
use crate::diag::{Diagnostic, Result};
use crate::serve::parameters::Parameters;

/// The filters of a job list; they are joined by AND.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Any of these phases; empty for all but ARCHIVED.
    pub phases: Vec<Phase>,
    /// Made after this.
    pub after: Option<Instant>,
    /// The most jobs, newest first.
    pub last: Option<u32>,
}

impl Filter {
    /// Reads PHASE, AFTER and LAST.
    ///
    /// # Errors
    /// S011 for a value that means nothing, S010 for AFTER or LAST given twice.
    pub fn read(parameters: &Parameters) -> Result<Self> {
        let phase = |name: &str| {
            Phase::named(name).ok_or_else(|| {
                let known: Vec<&str> = Phase::all().map(Phase::name).collect();
                let message = format!("PHASE cannot be `{name}`");
                Diagnostic::error("S011", message).help(format!("possible: {}", known.join(", ")))
            })
        };
        let phases = parameters.all("PHASE").map(phase).collect::<Result<Vec<_>, _>>()?;
        let after = match parameters.single("AFTER")? {
            None => None,
            Some(text) => Some(Instant::parse(text).ok_or_else(|| {
                Diagnostic::error("S011", format!("AFTER cannot be `{text}`"))
                    .help("it is an instant in UTC such as 2026-01-02T03:04:05.678Z")
            })?),
        };
        let last = match parameters.single("LAST")? {
            None => None,
            Some(text) => {
                let number = text.parse::<u32>().ok().filter(|number| *number > 0);
                Some(number.ok_or_else(|| {
                    Diagnostic::error("S011", format!("LAST cannot be `{text}`"))
                        .help("it is the number of newest jobs to list, at least 1")
                })?)
            }
        };
        Ok(Self { phases, after, last })
    }
}

/// How a GET of a job waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The longest that the client waits.
    pub time: Duration,
    /// The phase that the client has seen; another one is news at once.
    pub seen: Option<Phase>,
}

impl Wait {
    /// Reads WAIT and PHASE; `longest` is what the service grants. `None` when nothing was asked.
    ///
    /// # Errors
    /// S010, S011.
    pub fn read(parameters: &Parameters, longest: Duration) -> Result<Option<Self>> {
        let Some(text) = parameters.single("WAIT")? else { return Ok(None) };
        let time = match text.parse::<i64>() {
            Ok(-1) => longest,
            Ok(seconds) if seconds >= 0 => Duration::from_secs(seconds.unsigned_abs()).min(longest),
            _ => {
                return Err(Diagnostic::error("S011", format!("WAIT cannot be `{text}`"))
                    .help("it is a whole number of seconds; -1 for as long as the service likes")
                    .into());
            }
        };
        let seen =
            match parameters.single("PHASE")? {
                None => None,
                Some(name) => Some(Phase::named(name).ok_or_else(|| {
                    Diagnostic::error("S011", format!("PHASE cannot be `{name}`"))
                })?),
            };
        Ok(Some(Self { time, seen }))
    }

    /// Whether there is still something to wait for.
    pub fn goes_on(&self, first: Phase, now: Phase) -> bool {
        now.blocks() && now == first && self.seen.is_none_or(|seen| seen == now)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        Parameters::from_pairs(pairs.iter().map(|(name, value)| (*name, *value)))
    }

    #[test]
    fn filters() {
        let read = |pairs: &[_]| Filter::read(&parameters(pairs));
        let all =
            read(&[("phase", "EXECUTING"), ("PHASE", "queued"), ("After", "2026-01-01T00:00:00Z")]);
        let all = all.unwrap();
        assert_eq!(all.phases, [Phase::Executing, Phase::Queued]);
        assert_eq!(all.after.unwrap().to_string(), "2026-01-01T00:00:00.000Z");
        assert_eq!(read(&[("LAST", "3")]).unwrap().last, Some(3));
        for bad in [("LAST", "0"), ("LAST", "-1"), ("AFTER", "x"), ("PHASE", "DONE")] {
            assert_eq!(read(&[bad]).unwrap_err().code, "S011", "{bad:?}");
        }
        assert_eq!(read(&[("LAST", "1"), ("LAST", "1")]).unwrap_err().code, "S010");
    }

    #[test]
    fn waiting() {
        let longest = Duration::from_mins(1);
        let read = |pairs: &[_]| Wait::read(&parameters(pairs), longest);
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&[("WAIT", "-1")]).unwrap().unwrap().time, longest);
        assert_eq!(read(&[("WAIT", "999999999999")]).unwrap().unwrap().time, longest);
        assert_eq!(read(&[("wait", "5")]).unwrap().unwrap().time, Duration::from_secs(5));
        assert!(read(&[("WAIT", "-2")]).is_err() && read(&[("WAIT", "soon")]).is_err());
        let guarded = read(&[("WAIT", "5"), ("PHASE", "QUEUED")]).unwrap().unwrap();
        assert!(!guarded.goes_on(Phase::Executing, Phase::Executing));
        assert!(guarded.goes_on(Phase::Queued, Phase::Queued));
        let plain = read(&[("WAIT", "5")]).unwrap().unwrap();
        assert!(!plain.goes_on(Phase::Completed, Phase::Completed));
        assert!(!plain.goes_on(Phase::Held, Phase::Held));
        assert!(!plain.goes_on(Phase::Queued, Phase::Executing));
    }
}
