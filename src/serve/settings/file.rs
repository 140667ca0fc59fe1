//! The file of settings.

use std::path::Path;

use super::table::{SETTINGS, Setting};
use super::value::{Given, Origin};
use crate::diag::{Diagnostic, Result, Source, Span, nearest};
use crate::mapping::yaml::{Node, Value, compose};

/// Reads the file: keys of the table with their values and places.
///
/// # Errors
/// S001 to S003; and M001 to M003 for what is no YAML. All of them.
pub fn read(path: &Path) -> Result<Vec<(&'static str, Given)>, Vec<Diagnostic>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        vec![Diagnostic::error("S001", format!("the settings {name} cannot be read: {error}"))]
    })?;
    let source = Source::new(name, text);
    let (root, warnings) = compose(&source);
    // What PyYAML lets pass, a key given twice above all, is a mistake in settings.
    let mut reader = Reader { source: &source, given: Vec::new(), wrong: warnings };
    match root {
        Ok(Node { value: Value::Null, .. }) => {}
        Ok(Node { value: Value::Map(entries), .. }) => reader.block("", &entries),
        Ok(node) => reader.refuse(node.span, "S003", "settings are a block of keys"),
        Err(error) => reader.wrong.push(*error),
    }
    if reader.wrong.is_empty() { Ok(reader.given) } else { Err(reader.wrong) }
}

struct Reader<'a> {
    source: &'a Source,
    given: Vec<(&'static str, Given)>,
    wrong: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn refuse(&mut self, span: Span, code: &'static str, message: impl Into<String>) {
        self.wrong.push(Diagnostic::error(code, message).at(self.source, span, ""));
    }

    /// The keys of the block `block`, which is empty for the outermost one.
    fn block(&mut self, block: &str, entries: &[(Node, Node)]) {
        for (key, value) in entries {
            let Value::Text(name) = &key.value else {
                self.refuse(key.span, "S002", "a key is not a text");
                continue;
            };
            let path =
                if block.is_empty() { name.text.clone() } else { format!("{block}.{}", name.text) };
            let prefix = format!("{path}.");
            let is_block = SETTINGS.iter().any(|setting| setting.key.starts_with(&prefix));
            match (SETTINGS.iter().find(|setting| setting.key == path), &value.value) {
                (_, Value::Map(inner)) if is_block => self.block(&path, inner),
                (_, Value::Null) if is_block => {}
                (Some(setting), _) => self.value(setting, value),
                (None, _) if is_block => {
                    self.refuse(value.span, "S003", format!("`{path}` is a block of keys"));
                }
                (None, _) => self.unknown(block, &name.text, key.span),
            }
        }
    }

    fn unknown(&mut self, block: &str, name: &str, span: Span) {
        let prefix = if block.is_empty() { String::new() } else { format!("{block}.") };
        let mut known: Vec<&str> = Vec::new();
        for setting in SETTINGS {
            let Some(rest) = setting.key.strip_prefix(&prefix) else { continue };
            let first = rest.split('.').next().unwrap_or(rest);
            if !known.contains(&first) {
                known.push(first);
            }
        }
        let error = Diagnostic::error("S002", format!("there is no setting `{prefix}{name}`")).at(
            self.source,
            span,
            "",
        );
        self.wrong.push(match nearest(name, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("possible here: {}", known.join(", "))),
        });
    }

    fn value(&mut self, setting: &'static Setting, node: &Node) {
        let text = match &node.value {
            Value::Null => return,
            Value::List(items) => {
                let texts: Option<Vec<String>> = items.iter().map(|item| self.text(item)).collect();
                // An empty list is a choice, not an absence.
                texts.map(
                    |texts| {
                        if texts.is_empty() { "none".to_owned() } else { texts.join(",") }
                    },
                )
            }
            _ => self.text(node),
        };
        match text {
            Some(text) => {
                let origin = Origin::File(self.source.clone(), node.span);
                self.given.push((setting.key, Given { text, origin }));
            }
            None => {
                let message = format!("`{}` cannot be {}", setting.key, node.value.kind());
                self.refuse(node.span, "S003", message);
            }
        }
    }

    /// A scalar as it is written: `8080` and `10min` are read by the setting that they are for.
    fn text(&self, node: &Node) -> Option<String> {
        match &node.value {
            Value::Text(text) => Some(text.text.clone()),
            Value::Map(_) | Value::List(_) | Value::Null => None,
            _ => self.source.text().get(node.span.start..node.span.end).map(str::to_owned),
        }
    }
}
