//! Changes for people: a unified diff of SQL.
//!
//! In: definitions before and after. Out: text with `+` and `-` lines, in colour when asked for.

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use super::compare::Action;
use super::object::ObjectKind;

/// Lines around a change.
const CONTEXT: usize = 3;

/// What happened, or would happen, to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub action: Action,
    /// To what kind of object.
    pub kind: ObjectKind,
    /// How SQL names it.
    pub reference: String,
    /// Its definition before; empty if it was not there.
    pub before: String,
    /// Its definition after; empty if it is gone.
    pub after: String,
}

impl Change {
    /// One line that says it.
    pub fn line(&self) -> String {
        let verb = match self.action {
            Action::Create => "create",
            Action::Replace => "replace",
            Action::Remove => "remove",
            Action::Stamp => "stamp",
        };
        format!("{verb} {} {}", self.kind.word(), self.reference)
    }

    /// The diff; empty when the definition stays.
    pub fn diff(&self, colour: bool) -> String {
        if self.before == self.after {
            return String::new();
        }
        let name = format!("{} {}", self.kind.word(), self.reference);
        let side = |text: &str| {
            if text.is_empty() { "(nothing)".to_owned() } else { name.clone() }
        };
        let paint = |style: Style, line: &str| {
            if colour {
                format!("{}{line}{}\n", style.render(), style.render_reset())
            } else {
                format!("{line}\n")
            }
        };
        let head = Style::new().bold();
        let mut out = paint(head, &format!("--- {}", side(&self.before)));
        out.push_str(&paint(head, &format!("+++ {}", side(&self.after))));
        let diff = TextDiff::from_lines(&self.before, &self.after);
        for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
            let cyan = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
            out.push_str(&paint(cyan, hunk.header().to_string().trim_end()));
            for change in hunk.iter_changes() {
                let (sign, style) = match change.tag() {
                    ChangeTag::Delete => ('-', Style::new().fg_color(Some(AnsiColor::Red.into()))),
                    ChangeTag::Insert => {
                        ('+', Style::new().fg_color(Some(AnsiColor::Green.into())))
                    }
                    ChangeTag::Equal => (' ', Style::new()),
                };
                let line = change.to_string_lossy();
                out.push_str(&paint(style, &format!("{sign}{}", line.trim_end_matches('\n'))));
            }
        }
        out
    }
}
