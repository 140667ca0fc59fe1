//! A diagnostic as text for a terminal.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Severity, Span};

impl Diagnostic {
    /// The diagnostic as rustc would print it: title, the source line with a caret, help.
    /// `colour` turns ANSI escapes on.
    pub fn render(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(&self.message).id(self.code);
        let mut group = Group::with_title(title);
        for (index, label) in self.labels.iter().enumerate() {
            let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            // A span may come from a byte count: it must not cut a character in two.
            let text = label.source.text();
            let start = text.floor_char_boundary(label.span.start);
            let end = text.ceil_char_boundary(label.span.end.clamp(start, text.len().max(start)));
            // The renderer looks at all that it is given, and files with many errors may be long.
            let shown = label.source.surroundings(Span { start, end });
            let span = start - shown.start..end - shown.start;
            let (line, column) = label.source.line_column(shown.start);
            let text = text.get(shown.start..shown.end).unwrap_or_default();
            let mut snippet = Snippet::source(text).line_start(line);
            if column > 1 {
                // The text begins inside a line, so the snippet cannot know the column.
                let (line, column) = label.source.line_column(start);
                let origin = Origin::path(label.source.name()).line(line).char_column(column);
                group = group.element(origin);
            } else {
                snippet = snippet.path(label.source.name());
            }
            group = group.element(snippet.annotation(kind.span(span).label(&label.text)));
        }
        for help in &self.help {
            group = group.element(Level::HELP.message(help));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }
}
