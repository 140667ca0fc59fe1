//! Phases, and how one follows another (UWS 1.1 sections 2.1.3 and 2.2.3.1).

use std::fmt;

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Made, not yet committed; parameters can be changed.
    Pending,
    /// Waits for its turn.
    Queued,
    /// Is being worked at.
    Executing,
    /// Done, with results.
    Completed,
    /// Failed.
    Error,
    /// Stopped, by its owner or by a limit.
    Aborted,
    /// Cannot be told now.
    Unknown,
    /// Refused for now; its owner may ask again.
    Held,
    /// Paused by the service.
    Suspended,
    /// Past its destruction time, with its results removed.
    Archived,
}

/// What happens to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Its owner commits it.
    Run,
    /// Its owner commits it, and the queue is full.
    Refuse,
    /// A worker takes it.
    Start,
    /// Its worker is gone or stops; another may take it.
    Requeue,
    /// Its worker is done.
    Complete,
    /// It cannot go on.
    Fail,
    /// Its owner or a limit stops it.
    Abort,
}

const NAMES: [(Phase, &str); 10] = [
    (Phase::Pending, "PENDING"),
    (Phase::Queued, "QUEUED"),
    (Phase::Executing, "EXECUTING"),
    (Phase::Completed, "COMPLETED"),
    (Phase::Error, "ERROR"),
    (Phase::Aborted, "ABORTED"),
    (Phase::Unknown, "UNKNOWN"),
    (Phase::Held, "HELD"),
    (Phase::Suspended, "SUSPENDED"),
    (Phase::Archived, "ARCHIVED"),
];

impl Phase {
    /// All phases.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(phase, _)| *phase)
    }

    /// As documents write it.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(phase, _)| *phase == self).map_or("UNKNOWN", |(_, name)| name)
    }

    /// The phase of that name, in any case of letters.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(phase, _)| *phase)
    }

    /// The phase after an event; `None` when the event is not legal in this one.
    pub fn after(self, event: Event) -> Option<Self> {
        use Phase::{Aborted, Completed, Error, Executing, Held, Pending, Queued, Suspended};
        match (event, self) {
            (Event::Run, Pending | Held) => Some(Queued),
            (Event::Refuse, Pending | Held) => Some(Held),
            (Event::Start, Queued) => Some(Executing),
            (Event::Requeue, Executing | Suspended) => Some(Queued),
            (Event::Complete, Executing) => Some(Completed),
            (Event::Fail, Pending | Held | Queued | Executing | Suspended) => Some(Error),
            (Event::Abort, Pending | Held | Queued | Executing | Suspended) => Some(Aborted),
            _ => None,
        }
    }

    /// The phases that an event can follow.
    pub fn before(event: Event) -> Vec<Self> {
        Self::all().filter(|phase| phase.after(event).is_some()).collect()
    }

    /// Whether a blocking GET waits in it (UWS 1.1 section 2.2.1.1).
    pub fn blocks(self) -> bool {
        matches!(self, Self::Pending | Self::Queued | Self::Executing)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_stays_ended() {
        let events = [
            Event::Run,
            Event::Refuse,
            Event::Start,
            Event::Requeue,
            Event::Complete,
            Event::Fail,
            Event::Abort,
        ];
        for phase in [Phase::Completed, Phase::Error, Phase::Aborted, Phase::Archived] {
            assert!(events.iter().all(|event| phase.after(*event).is_none()), "{phase}");
            assert!(!phase.blocks());
        }
    }

    #[test]
    fn the_way_of_a_job() {
        let way = [Event::Refuse, Event::Run, Event::Start, Event::Requeue, Event::Start];
        let end = way.iter().try_fold(Phase::Pending, |phase, event| phase.after(*event));
        assert_eq!(end, Some(Phase::Executing));
        assert_eq!(Phase::before(Event::Start), [Phase::Queued]);
        assert!(Phase::all().all(|phase| Phase::named(phase.name()) == Some(phase)));
        assert_eq!(Phase::named("completed"), Some(Phase::Completed));
    }
}
