//! The progress of an export on a terminal.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, MultiProgress, ProgressBar, ProgressStyle};

use crate::stream::{Progress, Summary};

/// A line for every dataset type, with its rows and their rate; silent unless somebody watches.
#[derive(Debug, Clone)]
pub struct Meter {
    lines: Option<MultiProgress>,
    current: Arc<Mutex<Option<Line>>>,
    start: Instant,
}

/// A dataset type and its line.
type Line = (Arc<str>, ProgressBar);

impl Meter {
    /// A meter on stderr.
    pub fn new(watched: bool) -> Self {
        Self {
            lines: watched.then(MultiProgress::new),
            current: Arc::default(),
            start: Instant::now(),
        }
    }

    /// Counts rows.
    pub fn advance(&self, progress: &Progress) {
        let Some(lines) = &self.lines else { return };
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Some((name, bar)) if *name == progress.dataset_type => {
                bar.inc(progress.rows as u64);
                return;
            }
            Some((_, bar)) => bar.abandon(),
            None => {}
        }
        let bar = lines.add(ProgressBar::new_spinner());
        let template = "{spinner} {msg:<32} {human_pos:>13} rows  {per_sec:>14}";
        bar.set_style(
            ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        bar.enable_steady_tick(Duration::from_millis(120));
        bar.set_message(progress.dataset_type.to_string());
        bar.inc(progress.rows as u64);
        *current = Some((Arc::clone(&progress.dataset_type), bar));
    }

    /// Says the total.
    pub fn end(&self, summary: &Summary) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bar)) = current.take() {
            bar.abandon();
        }
        let Some(lines) = &self.lines else { return };
        let more = if summary.overflow { ", and there are more" } else { "" };
        let elapsed = HumanDuration(self.start.elapsed());
        let rows = HumanCount(summary.rows);
        // There is nobody to tell when stderr is closed.
        let _ = lines.println(format!("{rows} rows in {elapsed}{more}"));
    }
}
