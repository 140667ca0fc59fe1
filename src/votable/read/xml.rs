//! The document as tags and texts.
//!
//! In: an [`Input`]. Out: [`Token`]s, with names resolved in the namespace of the document's root,
//! references replaced, comments and processing instructions gone. Nothing outside the document is
//! ever fetched and no entity is ever defined: a DOCTYPE with declarations is refused, another one is
//! passed over.

#![expect(clippy::unnecessary_box_returns, reason = "what diag::Result holds")]

use std::fmt::Display;
use std::io::{BufRead, Read};
use std::mem;

use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, NamespaceError, ResolveResult};
use quick_xml::reader::NsReader;

use super::Limits;
use super::input::{Input, Mark};
use super::problem::{Problem, problem};
use crate::diag::Result;

/// The elements that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    Votable,
    Resource,
    Table,
    Field,
    Description,
    Values,
    Data,
    TableData,
    Binary,
    Binary2,
    Fits,
    Stream,
    Tr,
    Td,
    /// Any other.
    Other,
}

impl Name {
    fn of(local: &str) -> Self {
        match local {
            "VOTABLE" => Self::Votable,
            "RESOURCE" => Self::Resource,
            "TABLE" => Self::Table,
            "FIELD" => Self::Field,
            "DESCRIPTION" => Self::Description,
            "VALUES" => Self::Values,
            "DATA" => Self::Data,
            "TABLEDATA" => Self::TableData,
            "BINARY" => Self::Binary,
            "BINARY2" => Self::Binary2,
            "FITS" => Self::Fits,
            "STREAM" => Self::Stream,
            "TR" => Self::Tr,
            "TD" => Self::Td,
            _ => Self::Other,
        }
    }

    /// As documents write it.
    pub fn written(self) -> &'static str {
        match self {
            Self::Votable => "VOTABLE",
            Self::Resource => "RESOURCE",
            Self::Table => "TABLE",
            Self::Field => "FIELD",
            Self::Description => "DESCRIPTION",
            Self::Values => "VALUES",
            Self::Data => "DATA",
            Self::TableData => "TABLEDATA",
            Self::Binary => "BINARY",
            Self::Binary2 => "BINARY2",
            Self::Fits => "FITS",
            Self::Stream => "STREAM",
            Self::Tr => "TR",
            Self::Td => "TD",
            Self::Other => "another element",
        }
    }
}

/// A start tag.
#[derive(Debug)]
pub struct Tag {
    /// Its name.
    pub name: Name,
    /// Its attributes without a prefix; none for [`Name::Other`].
    pub attributes: Vec<(String, String)>,
    /// Where it begins.
    pub mark: Mark,
}

impl Tag {
    /// The value of an attribute; empty when absent.
    pub fn get(&self, name: &str) -> &str {
        self.attributes.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// A piece of the document.
#[derive(Debug)]
pub enum Token {
    /// An element begins.
    Start(Tag),
    /// The innermost element ends.
    End,
    /// A part of an element's text, in [`Xml::text`].
    Text,
    /// The document ends, with all elements closed.
    Eof,
}

/// The document.
pub struct Xml<R> {
    reader: NsReader<Input<R>>,
    buffer: Vec<u8>,
    /// What the last [`Token::Text`] said.
    pub text: String,
    /// The name of the last start tag that is [`Name::Other`].
    pub other: String,
    open: Vec<Name>,
    /// The last start tag was of an empty element.
    empty: bool,
    /// The root's namespace; elements of others are [`Name::Other`].
    namespace: Option<String>,
    mark: Mark,
    limits: Limits,
}

impl<R: Read> Xml<R> {
    /// A document called `name` in messages.
    pub fn new(raw: R, name: &str, limits: &Limits) -> Self {
        let mut input = Input::new(raw, name, limits);
        let mark = input.mark();
        Self {
            reader: NsReader::from_reader(input),
            buffer: Vec::new(),
            text: String::new(),
            other: String::new(),
            open: Vec::new(),
            empty: false,
            namespace: None,
            mark,
            limits: limits.clone(),
        }
    }

    /// The next piece.
    pub fn next(&mut self) -> Result<Token> {
        if mem::take(&mut self.empty) {
            self.open.pop();
            return Ok(Token::End);
        }
        let mut buffer = mem::take(&mut self.buffer);
        let token = loop {
            buffer.clear();
            self.mark = self.reader.get_mut().mark();
            match self.reader.read_event_into(&mut buffer) {
                Ok(event) => match self.token(event) {
                    Ok(None) => {}
                    Ok(Some(token)) => break Ok(token),
                    Err(trouble) => break Err(self.fail(self.mark, 1, trouble)),
                },
                Err(error) => break Err(self.broken(&error)),
            }
        };
        self.buffer = buffer;
        token
    }

    /// Skips what is left of the innermost element.
    pub fn skip(&mut self) -> Result<()> {
        let depth = self.open.len();
        while self.open.len() >= depth {
            if !self.empty && self.reader.get_mut().skip_text().is_err() {
                return Err(self.stopped());
            }
            if let Token::Eof = self.next()? {
                break;
            }
        }
        Ok(())
    }

    /// Appends text to `out` as it stands, before any reference or markup: some bytes, or none when
    /// [`Xml::next`] is to be asked.
    pub fn raw_text(&mut self, out: &mut Vec<u8>) -> Result<usize> {
        if self.empty {
            return Ok(0);
        }
        let input = self.reader.get_mut();
        self.mark = input.mark();
        let Ok(text) = input.fill_buf() else { return Err(self.stopped()) };
        let end = text.iter().position(|byte| matches!(byte, b'<' | b'&')).unwrap_or(text.len());
        out.extend_from_slice(text.get(..end).unwrap_or_default());
        input.consume(end);
        Ok(end)
    }

    /// The present place.
    pub fn here(&mut self) -> Mark {
        self.reader.get_mut().mark()
    }

    /// Where the last piece began.
    pub fn last(&self) -> Mark {
        self.mark
    }

    /// The diagnostic of a problem at a place, of so many bytes.
    pub fn fail(
        &self,
        mark: Mark,
        length: usize,
        trouble: Problem,
    ) -> Box<crate::diag::Diagnostic> {
        let (source, span) = self.input().place(mark, length);
        trouble.at(&source, span)
    }

    /// The names of the elements that are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    fn input(&self) -> &Input<R> {
        self.reader.get_ref()
    }

    fn stopped(&mut self) -> Box<crate::diag::Diagnostic> {
        let trouble = self.reader.get_mut().trouble();
        trouble.unwrap_or_else(|| self.fail(self.mark, 1, problem("V013", "reading failed")))
    }

    fn broken(&mut self, error: &Error) -> Box<crate::diag::Diagnostic> {
        if let Some(trouble) = self.reader.get_mut().trouble() {
            return trouble;
        }
        let trouble = match error {
            Error::Encoding(_) => problem("V003", "the document's bytes are not UTF-8").help(
                "name the encoding in the first line: <?xml version=\"1.0\" encoding=\"…\"?>",
            ),
            Error::Namespace(NamespaceError::TooManyBindings(limit)) => {
                problem("V011", format!("more than {limit} namespaces are declared"))
            }
            Error::IllFormed(IllFormedError::UnclosedReference) => problem(
                "V001",
                "this is not well-formed XML: & without the name of an entity and ;",
            )
            .help("write &amp; for &"),
            Error::IllFormed(error) => broken_xml(error),
            Error::Syntax(error) => broken_xml(error),
            error => broken_xml(error),
        };
        self.fail(self.mark, 1, trouble)
    }

    fn token(&mut self, event: Event<'_>) -> Result<Option<Token>, Problem> {
        match event {
            Event::Start(start) => self.start(&start, false).map(Some),
            Event::Empty(start) => self.start(&start, true).map(Some),
            Event::End(_) => {
                self.open.pop();
                Ok(Some(Token::End))
            }
            Event::Text(text) => self.say(&text.xml10_content()),
            Event::CData(text) => self.say(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.into_inner();
                let c = resolve(&name)?;
                self.say(c.encode_utf8(&mut [0; 4]))
            }
            Event::DocType(text) if text.contains('[') => {
                Err(problem("V004", "the DOCTYPE declares something")
                    .label("declarations are not read")
                    .help("remove the DOCTYPE: a VOTable needs none"))
            }
            Event::DocType(_) if !self.open.is_empty() => {
                Err(problem("V001", "this is not well-formed XML: a DOCTYPE inside an element"))
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => Ok(None),
            Event::Eof => match self.open.last() {
                None => Ok(Some(Token::Eof)),
                Some(name) => {
                    let text = format!("the document ends inside {}", name.written());
                    Err(problem("V001", text).help("the file was probably not sent as a whole"))
                }
            },
        }
    }

    fn say(&mut self, text: &str) -> Result<Option<Token>, Problem> {
        if text.bytes().any(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) {
            return Err(problem("V001", "this is not well-formed XML: a control character")
                .help("XML 1.0 has no control characters but tab, line feed and carriage return"));
        }
        if self.open.is_empty() {
            let blank = text.trim_ascii().is_empty();
            let text = "this is not well-formed XML: text outside the root element";
            return if blank { Ok(None) } else { Err(problem("V001", text)) };
        }
        self.text.clear();
        self.text.push_str(text);
        Ok(Some(Token::Text))
    }

    fn start(&mut self, start: &BytesStart<'_>, empty: bool) -> Result<Token, Problem> {
        if self.open.len() >= self.limits.depth {
            let text = format!("elements are nested deeper than {}", self.limits.depth);
            return Err(problem("V011", text));
        }
        let (namespace, local) = self.reader.resolver().resolve_element(start.name());
        let namespace = match namespace {
            ResolveResult::Bound(Namespace(name)) => name,
            ResolveResult::Unbound => "",
            ResolveResult::Unknown(prefix) => {
                return Err(problem("V001", format!("the prefix {prefix}: is not declared"))
                    .help(format!("declare it: xmlns:{prefix}=\"…\"")));
            }
        };
        let mut name = Name::of(local.as_ref());
        match &self.namespace {
            None => self.namespace = Some(namespace.to_owned()),
            Some(root) if root == namespace => {}
            Some(_) => name = Name::Other,
        }
        let mut attributes = Vec::new();
        if name == Name::Other {
            self.other.clear();
            self.other.push_str(start.name().into_inner());
        } else {
            self.attributes(start, &mut attributes)?;
        }
        self.open.push(name);
        self.empty = empty;
        Ok(Token::Start(Tag { name, attributes, mark: self.mark }))
    }

    fn attributes(
        &self,
        start: &BytesStart<'_>,
        out: &mut Vec<(String, String)>,
    ) -> Result<(), Problem> {
        for (count, attribute) in start.attributes().with_checks(false).enumerate() {
            let attribute = attribute.map_err(|error| {
                problem("V001", format!("this is not well-formed XML: an attribute: {error}"))
            })?;
            if count >= self.limits.attributes {
                let limit = self.limits.attributes;
                return Err(problem(
                    "V011",
                    format!("an element has more than {limit} attributes"),
                ));
            }
            let key = attribute.key.into_inner();
            if key.contains(':') || key == "xmlns" {
                continue;
            }
            if out.iter().any(|(other, _)| other == key) {
                let text =
                    format!("this is not well-formed XML: the attribute {key} is there twice");
                return Err(problem("V001", text));
            }
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| {
                problem(
                    "V004",
                    format!("a reference in the attribute {key} has no meaning: {error}"),
                )
                .help(REFERENCES)
            })?;
            out.push((key.to_owned(), value.into_owned()));
        }
        Ok(())
    }
}

fn broken_xml(error: &dyn Display) -> Problem {
    problem("V001", format!("this is not well-formed XML: {error}"))
}

const REFERENCES: &str =
    "&amp; &lt; &gt; &quot; &apos; and characters such as &#233; or &#xE9; are known";

fn resolve(name: &str) -> Result<char, Problem> {
    let unknown = || {
        let shown: String = name.chars().take(40).collect();
        problem("V004", format!("the entity &{shown}; is not defined")).help(REFERENCES)
    };
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#').ok_or_else(unknown)?;
            let (digits, radix) = match number.strip_prefix('x') {
                Some(digits) => (digits, 16),
                None => (number, 10),
            };
            // from_str_radix would take a sign.
            let valid = digits.chars().all(|c| c.is_digit(radix));
            let code = u32::from_str_radix(digits, radix).ok().filter(|_| valid);
            code.and_then(char::from_u32).ok_or_else(unknown)?
        }
    };
    match c {
        '\t' | '\n' | '\r' => Ok(c),
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
            Err(problem("V004", format!("&{name}; is not a character that XML 1.0 has")))
        }
        c => Ok(c),
    }
}
