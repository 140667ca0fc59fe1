//! Events of the YAML parser → [`Node`]s: anchors, merge keys, tags, limits.

#![allow(clippy::unnecessary_box_returns, reason = "the error of diag::Result is boxed")]

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use super::margin::{Margins, TooFarLeft};
use super::scalar::{self, Scalar};
use super::{Node, Text, Value, place};
use crate::diag::{Diagnostic, Result, Source, Span};

/// Largest file, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Most nodes, aliases expanded.
const MAX_NODES: usize = 200_000;
/// Characters that PyYAML takes for the beginning of something else.
const INDICATORS: [char; 7] = ['|', '>', '@', '`', '%', '"', '\''];
/// Deepest nesting of lists and blocks.
const MAX_DEPTH: usize = 40;

/// The single document of `source`, and warnings about duplicate keys.
pub(crate) fn compose(source: &Source) -> (Result<Node>, Vec<Diagnostic>) {
    let length = source.text().len();
    if length > MAX_BYTES {
        let message = format!("a mapping of {length} bytes is larger than {MAX_BYTES} bytes");
        let error = Diagnostic::error("M002", message).at(source, Span::new(0, 0), "");
        return (Err(Box::new(error)), Vec::new());
    }
    let mut margins = Margins::default();
    loop {
        let (body, offsets) = margins.widen(source.text());
        let mut composer = Composer {
            source,
            offsets,
            events: Parser::new_from_str(&body),
            anchors: HashMap::new(),
            nodes: 0,
            warnings: Vec::new(),
            too_far_left: None,
        };
        let result = composer.document();
        if result.is_err()
            && let Some(place) = composer.too_far_left
            && margins.add(source.text(), place)
        {
            continue;
        }
        return (result, composer.warnings);
    }
}

type Marked<'a> = (Event<'a>, Span);

struct Composer<'a> {
    source: &'a Source,
    /// Byte offset of each character: the parser counts characters.
    offsets: Vec<usize>,
    events: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    warnings: Vec<Diagnostic>,
    /// Where YAML 1.2 forbids an indentation that YAML 1.1 allows.
    too_far_left: Option<TooFarLeft>,
}

impl<'a> Composer<'a> {
    fn byte(&self, character: usize) -> usize {
        self.offsets.get(character).copied().unwrap_or(self.source.text().len())
    }

    /// The byte after the character at `at`.
    fn after(&self, at: usize) -> usize {
        self.source.text().ceil_char_boundary(at + 1)
    }

    fn error(&self, code: &'static str, span: Span, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, message).at(self.source, span, ""))
    }

    fn next(&mut self) -> Result<Marked<'a>> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let place = Span::new(self.byte(span.start.index()), self.byte(span.end.index()));
                Ok((event, place))
            }
            Some(Err(error)) => {
                let at = self.byte(error.marker().index());
                let end = self.after(at);
                self.too_far_left = TooFarLeft::of(error.info(), at);
                let message = format!("this is not YAML: {}", error.info());
                let tab = self.source.text().get(at..end) == Some("\t");
                let diagnostic = self.error("M001", Span::new(at, end), message);
                Err(if tab {
                    Box::new(diagnostic.help("indent with spaces, YAML forbids tabs"))
                } else {
                    diagnostic
                })
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn document(&mut self) -> Result<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(Box::new(
                        self.error("M001", span, "a mapping is a single YAML document")
                            .help("remove what follows the second `---`"),
                    ));
                }
                Event::DocumentStart(_) => {
                    let event = self.next()?;
                    root = Some(self.value(event, 0)?);
                }
                _ => {}
            }
        }
        Ok(root.unwrap_or(Node { value: Value::Null, span: Span::new(0, 0) }))
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<()> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} values, aliases counted each time");
            return Err(self.error("M002", span, message));
        }
        Ok(())
    }

    /// A node that is not a key, so that `<<` and `=`, which YAML 1.1 has for keys, mean nothing.
    fn value(&mut self, event: Marked<'a>, depth: usize) -> Result<Node> {
        let node = self.node(event, depth)?;
        if self.is_merge(&node) || self.is_plain(&node, "=") {
            return Err(Box::new(
                self.error("M003", node.span, "`<<` and `=` are only possible as keys")
                    .help("put it in quotes to make it a text"),
            ));
        }
        Ok(node)
    }

    fn is_merge(&self, key: &Node) -> bool {
        self.is_plain(key, "<<")
    }

    /// Refuses keys that YAML 1.1 does not have: none at all before `:`, and those of two lines.
    fn check_key(&self, key: &Node) -> Result<()> {
        let text = self.source.text();
        let raw = text.get(key.span.start..key.span.end).unwrap_or_default();
        if raw.is_empty() && matches!(key.value, Value::Null) {
            let place = Span::new(key.span.start, self.after(key.span.start));
            return Err(self.error("M001", place, "a key is missing before `:`"));
        }
        let before = text.get(..key.span.start).unwrap_or_default().trim_end();
        if raw.contains('\n') && matches!(key.value, Value::Text(_)) && !before.ends_with('?') {
            return Err(self.error("M001", key.span, "a key cannot go on in the next line"));
        }
        Ok(())
    }

    /// Whether the node is that text, without quotes.
    fn is_plain(&self, node: &Node, wanted: &str) -> bool {
        matches!(&node.value, Value::Text(text) if text.text == wanted)
            && self.source.text().get(node.span.start..node.span.end) == Some(wanted)
    }

    fn node(&mut self, (event, span): Marked<'a>, depth: usize) -> Result<Node> {
        self.count(1, span)?;
        if depth > MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} deep");
            return Err(self.error("M002", span, message));
        }
        let (node, anchor) = match event {
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.error("M001", span, "an alias inside its own anchor"));
                };
                let (size, height) = measure(&node);
                if depth + height > MAX_DEPTH {
                    let message = format!("nested more than {MAX_DEPTH} deep, aliases included");
                    return Err(self.error("M002", span, message));
                }
                self.count(size, span)?;
                return Ok(node);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.trimmed(span, style);
                (self.scalar(&text, style, tag.as_ref(), span)?, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.collection_tag(tag.as_ref(), "seq", span)?;
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => break end,
                        event => items.push(self.value(event, depth + 1)?),
                    }
                };
                (Node { value: Value::List(items), span: self.block(span, end) }, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.collection_tag(tag.as_ref(), "map", span)?;
                let mut entries = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::MappingEnd, end) => break end,
                        event => {
                            let key = self.node(event, depth + 1)?;
                            self.check_key(&key)?;
                            let event = self.next()?;
                            entries.push((key, self.value(event, depth + 1)?));
                        }
                    }
                };
                let entries = self.merged(entries)?;
                (Node { value: Value::Map(entries), span: self.block(span, end) }, anchor)
            }
            _ => return Err(self.error("M001", span, "this is not YAML")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    /// A block scalar without the blank lines after it, which the parser counts to it.
    fn trimmed(&self, span: Span, style: ScalarStyle) -> Span {
        match self.source.text().get(span.start..span.end) {
            Some(raw) if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) => {
                Span::new(span.start, span.start + raw.trim_end().len())
            }
            _ => span,
        }
    }

    /// A collection is pointed at by its first line, or by its brackets.
    fn block(&self, start: Span, end: Span) -> Span {
        let text = self.source.text();
        let inner = text.get(start.start..end.end.max(start.start)).unwrap_or_default();
        let line = inner.lines().next().unwrap_or_default().trim_end();
        Span::new(start.start, start.start + line.len())
    }

    fn collection_tag(&self, tag: Option<&Cow<'a, Tag>>, wanted: &str, span: Span) -> Result<()> {
        match tag.map(|tag| name_of(tag)) {
            None => Ok(()),
            Some(name) if name == wanted || name == "!" => Ok(()),
            Some(name) => Err(self.unknown_tag(&name, span)),
        }
    }

    fn unknown_tag(&self, name: &str, span: Span) -> Box<Diagnostic> {
        if name == "!include" {
            return Box::new(
                self.error("M006", span, "`!include` is not followed here")
                    .help("write the included text in its place, or use anchors and aliases"),
            );
        }
        self.error("M003", span, format!("the YAML tag `{name}` has no meaning in a mapping"))
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Cow<'a, Tag>>,
        span: Span,
    ) -> Result<Node> {
        let raw = self.source.text().get(span.start..span.end).unwrap_or_default();
        if style == ScalarStyle::Plain && raw.starts_with(INDICATORS) {
            return Err(Box::new(
                self.error("M001", span, "a text without quotes cannot begin so")
                    .help("put it in quotes"),
            ));
        }
        let as_text = || {
            let map = place::locate(self.source.text(), span, style, text);
            Value::Text(Text { text: text.to_owned(), map })
        };
        let wrong = |message: &str| self.error("M003", span, message);
        let name = tag.map(|tag| name_of(tag));
        let resolved = match name.as_deref() {
            None if style == ScalarStyle::Plain => scalar::resolve(text),
            None | Some("str" | "!") => None,
            Some("null") => Some(Scalar::Null),
            Some("int") => scalar::integer(text).or(Some(Scalar::Wrong("this is not an integer"))),
            Some("float") => Some(
                text.replace('_', "")
                    .parse()
                    .map_or_else(|_| scalar::float(text), Some)
                    .map_or(Scalar::Wrong("this is not a number"), Scalar::Float),
            ),
            Some("bool") => match scalar::resolve(&text.to_lowercase()) {
                Some(Scalar::Bool(value)) => Some(Scalar::Bool(value)),
                _ => Some(Scalar::Wrong("this is neither true nor false")),
            },
            Some("timestamp") => scalar::moment(text).or(Some(Scalar::Wrong("this is not a date"))),
            Some(other) => return Err(self.unknown_tag(other, span)),
        };
        let value = match resolved {
            None => as_text(),
            Some(Scalar::Null) => Value::Null,
            Some(Scalar::Bool(value)) => Value::Bool(value),
            Some(Scalar::Int(value)) => Value::Int(value),
            Some(Scalar::BigInt) => Value::BigInt,
            Some(Scalar::Float(value)) => Value::Float(value),
            Some(Scalar::Time(value)) => Value::Time(value),
            Some(Scalar::Wrong(message)) => {
                return Err(Box::new(wrong(message).help("put it in quotes to make it a text")));
            }
        };
        Ok(Node { value, span })
    }

    /// Puts what `<<` brings in front, as PyYAML does, and keeps the last of equal keys.
    fn merged(&mut self, entries: Vec<(Node, Node)>) -> Result<Vec<(Node, Node)>> {
        let mut result: Vec<(Node, Node)> = Vec::new();
        let mut own = Vec::new();
        for (key, value) in entries {
            if !self.is_merge(&key) {
                own.push((key, value));
                continue;
            }
            match value.value {
                Value::Map(inner) => result.extend(inner),
                Value::List(items) => {
                    for item in items.into_iter().rev() {
                        let Value::Map(inner) = item.value else {
                            return Err(self.error("M003", item.span, NOT_MERGEABLE));
                        };
                        result.extend(inner);
                    }
                }
                _ => return Err(self.error("M003", value.span, NOT_MERGEABLE)),
            }
        }
        let inherited = result.len();
        let mut seen: HashMap<String, (usize, bool)> = HashMap::new();
        let mut unique: Vec<(Node, Node)> = Vec::new();
        for (index, (key, value)) in result.into_iter().chain(own).enumerate() {
            let Some(identity) = identity(&key) else {
                return Err(self.error("M003", key.span, "a list or block cannot be a key"));
            };
            let is_own = index >= inherited;
            let Some((at, was_own)) = seen.insert(identity.clone(), (unique.len(), is_own)) else {
                unique.push((key, value));
                continue;
            };
            seen.insert(identity, (at, is_own));
            if let Some(earlier) = unique.get_mut(at) {
                if is_own && was_own {
                    self.warnings.push(
                        Diagnostic::warning("M004", "the same key twice in one block")
                            .at(self.source, key.span, "this one counts")
                            .at(self.source, earlier.0.span, "this one is ignored"),
                    );
                }
                *earlier = (key, value);
            }
        }
        Ok(unique)
    }
}

const NOT_MERGEABLE: &str = "`<<` takes a block of keys, or a list of them";

fn name_of(tag: &Tag) -> String {
    let full = format!("{}{}", tag.handle, tag.suffix);
    match full.strip_prefix("tag:yaml.org,2002:") {
        Some(name) => name.to_owned(),
        None => full,
    }
}

/// The number of nodes and the depth of a tree.
fn measure(node: &Node) -> (usize, usize) {
    let children: Vec<&Node> = match &node.value {
        Value::List(items) => items.iter().collect(),
        Value::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        _ => Vec::new(),
    };
    children
        .into_iter()
        .map(measure)
        .fold((1, 0), |(size, height), (more, deep)| (size + more, height.max(deep + 1)))
}

/// Equal for keys that Python's dict takes as one.
fn identity(key: &Node) -> Option<String> {
    Some(match &key.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("number {}", f64::from(u8::from(*value))),
        #[expect(clippy::cast_precision_loss, reason = "only to compare keys")]
        Value::Int(value) => format!("number {}", *value as f64),
        Value::BigInt => format!("big {}", key.span.start),
        Value::Float(value) => format!("number {value}"),
        Value::Time(value) => format!("time {value:?}"),
        Value::Text(text) => format!("text {}", text.text),
        Value::List(_) | Value::Map(_) => return None,
    })
}
