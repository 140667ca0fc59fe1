//! The progress of filling side tables on a terminal.

use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use crate::deploy::Watch;

/// A bar for one element after the other; silent unless somebody watches.
#[derive(Debug)]
pub struct Meter {
    watched: bool,
    bar: Mutex<Option<(String, ProgressBar)>>,
}

impl Meter {
    /// A meter on stderr.
    pub fn new(watched: bool) -> Self {
        Self { watched, bar: Mutex::default() }
    }
}

impl Watch for Meter {
    fn filled(&self, element: &str, done: u64, all: u64) {
        if !self.watched {
            return;
        }
        let mut current = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|(name, _)| name != element) {
            let template = "regions of {msg:<24} {bar:30} {human_pos}/{human_len} {per_sec} {eta}";
            let style = ProgressStyle::with_template(template);
            let bar = ProgressBar::new(all)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_message(element.to_owned());
            *current = Some((element.to_owned(), bar));
        }
        if let Some((_, bar)) = &*current {
            bar.set_length(all);
            bar.set_position(done);
            if done >= all {
                bar.abandon();
            }
        }
    }
}
