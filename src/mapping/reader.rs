//! Typed access to YAML nodes, with a diagnostic for everything that does not fit.
//!
//! Conversions are pydantic's: text only from text, integers also from whole floats, numeric text
//! and booleans, numbers also from numeric text. The key table says what each key takes.

use super::keys::{FORMER, Key, Kind, Table};
use super::yaml::{Moment, Node, Text, Value};
use super::{Spanned, convert};
use crate::diag::{Diagnostic, Source, Span, nearest};
use crate::template::{self, Template};

/// Collects diagnostics while a mapping is read.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) found: Vec<Diagnostic>,
    path: Vec<String>,
}

/// The known keys of a block.
pub(super) struct Fields<'n> {
    table: &'static Table,
    entries: Vec<(&'static Key, &'n Node, &'n Node)>,
}

impl<'n> Fields<'n> {
    /// The value of key `name`; nothing when it is absent, or null and may be null.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        debug_assert!(self.table.find(name).is_some(), "{name} is not in the key table");
        let (key, _, value) = self.entries.iter().find(|(key, ..)| key.name == name)?;
        (!key.nullable || !matches!(value.value, Value::Null)).then_some(*value)
    }

    /// The keys that are there, with their places.
    pub(super) fn present(&self) -> impl Iterator<Item = (&'static Key, Span)> {
        self.entries.iter().map(|(key, node, _)| (*key, node.span))
    }

    /// The place of the key called `name`.
    pub(super) fn place(&self, name: &str) -> Option<Span> {
        self.present().find(|(key, _)| key.name == name).map(|(_, span)| span)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, found: Vec::new(), path: Vec::new() }
    }

    /// The dotted path of `name` in the block that is being read.
    pub(super) fn path(&self, name: &str) -> String {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        path.join(".")
    }

    fn here(&self) -> String {
        if self.path.is_empty() {
            "the mapping".to_owned()
        } else {
            format!("`{}`", self.path.join("."))
        }
    }

    /// Runs `inner` inside the block or item called `name`.
    pub(super) fn within<T>(&mut self, name: &str, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.to_owned());
        let result = inner(self);
        self.path.pop();
        result
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic, span: Span, label: &str) {
        self.found.push(diagnostic.at(self.source, span, label));
    }

    pub(super) fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, message), span, "");
    }

    /// The keys of a block; reports unknown and missing ones. `place` is the block's own key.
    pub(super) fn open<'n>(
        &mut self,
        node: &'n Node,
        table: &'static Table,
        place: Span,
    ) -> Option<Fields<'n>> {
        let Value::Map(items) = &node.value else {
            self.wrong_type(node, "a block of keys");
            return None;
        };
        let mut entries = Vec::new();
        for (key_node, value) in items {
            let Value::Text(name) = &key_node.value else {
                let message =
                    format!("a key of {} is {}, not a text", self.here(), key_node.value.kind());
                self.report(Diagnostic::warning("M005", message), key_node.span, "is not read");
                continue;
            };
            match table.find(&name.text) {
                Some(key) => entries.push((key, key_node, value)),
                None => self.unknown_key(&name.text, key_node.span, table),
            }
        }
        for key in table.keys.iter().filter(|key| key.required) {
            if !entries.iter().any(|(found, ..)| found.name == key.name) {
                let message = format!("{} has no `{}`", self.here(), key.name);
                let missing =
                    Diagnostic::error("M010", message).help(format!("it is required: {}", key.doc));
                self.report(missing, place, "");
            }
        }
        Some(Fields { table, entries })
    }

    fn unknown_key(&mut self, name: &str, span: Span, table: &'static Table) {
        if name == "includeConfigs" {
            let refused = Diagnostic::error("M006", "`includeConfigs` is not followed here")
                .help("write the included keys in its place");
            return self.report(refused, span, "");
        }
        if let Some((_, why)) = FORMER.iter().find(|(former, _)| *former == name) {
            let note = Diagnostic::note("M007", format!("`{name}` is no longer a key"));
            return self.report(note.help(*why), span, "may be removed");
        }
        let known = table.keys.iter().map(|key| key.name);
        let warning = Diagnostic::warning("M005", format!("unknown key `{}`", self.path(name)));
        let warning = match nearest(name, known.clone()) {
            Some(near) => warning.help(format!("did you mean `{near}`?")),
            None => {
                warning.help(format!("known keys here: {}", known.collect::<Vec<_>>().join(", ")))
            }
        };
        self.report(warning, span, "is not read");
    }

    pub(super) fn wrong_type(&mut self, node: &Node, wanted: &str) {
        let message = format!("{} must be {wanted}, not {}", self.here(), node.value.kind());
        let error = Diagnostic::error("M011", message);
        let error = match (&node.value, wanted) {
            (Value::Map(_), "a text" | "a template")
                if self
                    .source
                    .text()
                    .get(node.span.start..)
                    .is_some_and(|t| t.starts_with('{')) =>
            {
                error.help("put it in quotes: an open `{` begins a block in YAML")
            }
            (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Time(_), "a text") => {
                error.help("put it in quotes to make it a text")
            }
            (Value::Text(_), "a list of texts") => error.help("write it as `[…]`"),
            (Value::Null, _) => error.help("give it a value or remove the key"),
            _ => error,
        };
        self.report(error, node.span, "");
    }

    pub(super) fn text<'n>(&mut self, node: &'n Node) -> Option<&'n Text> {
        if let Value::Text(text) = &node.value {
            Some(text)
        } else {
            self.wrong_type(node, "a text");
            None
        }
    }

    pub(super) fn integer(&mut self, node: &Node) -> Option<i64> {
        let value = convert::integer(&node.value);
        if value.is_none() {
            self.wrong_type(node, "a 64-bit integer");
        }
        value
    }

    pub(super) fn number(&mut self, node: &Node) -> Option<f64> {
        let value = convert::number(&node.value);
        if value.is_none() {
            self.wrong_type(node, "a number");
        }
        value
    }

    pub(super) fn date(&mut self, node: &Node) -> Option<Moment> {
        let value = convert::date(&node.value);
        if value.is_none() {
            self.wrong_type(node, "a date such as 2025-06-30");
        }
        value
    }

    pub(super) fn switch(&mut self, node: &Node) -> Option<bool> {
        if let Value::Bool(value) = node.value {
            Some(value)
        } else {
            self.wrong_type(node, "true or false");
            None
        }
    }

    pub(super) fn template(&mut self, node: &Node) -> Option<Spanned<Template>> {
        let Value::Text(text) = &node.value else {
            self.wrong_type(node, "a template");
            return None;
        };
        match template::parse(&text.text, self.source, &text.map) {
            Ok(value) => Some(Spanned { value, span: node.span }),
            Err(error) => {
                self.found.push(*error);
                None
            }
        }
    }

    /// The items of a list.
    pub(super) fn list<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<&'n [Node]> {
        if let Value::List(items) = &node.value {
            Some(items)
        } else {
            self.wrong_type(node, wanted);
            None
        }
    }

    pub(super) fn texts(&mut self, node: &Node) -> Option<Vec<Spanned<String>>> {
        let items = self.list(node, "a list of texts")?;
        Some(
            items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| {
                    self.within(&index.to_string(), |reader| {
                        let text = reader.text(item)?.text.clone();
                        Some(Spanned { value: text, span: item.span })
                    })
                })
                .collect(),
        )
    }

    /// The two items of a pair.
    pub(super) fn pair<'n>(&mut self, node: &'n Node) -> Option<(&'n Node, &'n Node)> {
        let items = self.list(node, "a list of two values")?;
        if let [first, second] = items {
            return Some((first, second));
        }
        let message = format!("{} must have two values, not {}", self.here(), items.len());
        self.error("M013", node.span, message);
        None
    }

    /// The entries of a block with free names; names must be texts.
    pub(super) fn named<'n>(&mut self, node: &'n Node) -> Vec<(&'n Text, Span, &'n Node)> {
        let Value::Map(items) = &node.value else {
            self.wrong_type(node, "a block of names");
            return Vec::new();
        };
        let mut entries = Vec::new();
        for (key, value) in items {
            match &key.value {
                Value::Text(name) => entries.push((name, key.span, value)),
                other => {
                    let message =
                        format!("a name in {} is {}, not a text", self.here(), other.kind());
                    let error = Diagnostic::error("M011", message)
                        .help("put it in quotes: yes, no, on, off and numbers are not texts");
                    self.report(error, key.span, "");
                }
            }
        }
        entries
    }

    /// The choice that key `name` makes, spelled as in the key table.
    pub(super) fn choice(&mut self, fields: &Fields<'_>, name: &str) -> Option<&'static str> {
        let node = fields.get(name)?;
        let Some(Key { kind: Kind::Choice(choices), .. }) = fields.table.find(name) else {
            debug_assert!(false, "{name} is not a choice in the key table");
            return None;
        };
        let choices: &'static [&'static str] = choices;
        self.within(name, |reader| {
            let text = &reader.text(node)?.text;
            let found = choices.iter().copied().find(|choice| choice == text);
            if found.is_none() {
                let message = format!("{} cannot be `{text}`", reader.here());
                let error = Diagnostic::error("M012", message);
                let lower = text.to_lowercase();
                let near = choices
                    .iter()
                    .copied()
                    .find(|choice| choice.to_lowercase() == lower)
                    .or_else(|| nearest(text, choices.iter().copied()));
                let error = match near {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!("possible: {}", choices.join(", "))),
                };
                reader.report(error, node.span, "");
            }
            found
        })
    }

    /// Key `name` converted by `convert`; nothing when absent or wrong.
    pub(super) fn key<'n, T>(
        &mut self,
        fields: &Fields<'n>,
        name: &str,
        convert: impl FnOnce(&mut Self, &'n Node) -> Option<T>,
    ) -> Option<T> {
        let node = fields.get(name)?;
        self.within(name, |reader| convert(reader, node))
    }

    /// Key `name` as text.
    pub(super) fn text_key(&mut self, fields: &Fields<'_>, name: &str) -> Option<String> {
        self.key(fields, name, |reader, node| Some(reader.text(node)?.text.clone()))
    }
}
