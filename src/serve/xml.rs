//! Small XML documents, element by element.
//!
//! In: names, attributes and texts. Out: a String of well-formed XML 1.0; characters that XML
//! cannot hold become U+FFFD. For documents of a few pages that are made at once; results are
//! streamed elsewhere.

use quick_xml::escape::escape;

/// A document that grows.
#[derive(Debug)]
pub struct Xml {
    text: String,
    open: Vec<String>,
}

impl Xml {
    /// A document with its declaration.
    pub fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// A page of HTML, written so that it is XML as well.
    pub fn html() -> Self {
        Self { text: "<!DOCTYPE html>\n".to_owned(), open: Vec::new() }
    }

    /// Opens an element, puts what `inside` makes into it, and closes it.
    pub fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Self),
    ) {
        self.tag(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name.to_owned());
        inside(self);
        self.open.pop();
        self.indent();
        self.text.push_str(&format!("</{name}>\n"));
    }

    /// An element with text.
    pub fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.tag(name, attributes);
        self.text.push_str(&format!(">{}</{name}>\n", escape(&*legal(text))));
    }

    /// An element with text, unless the text is empty.
    pub fn leaf_if(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.leaf(name, &[], text);
        }
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.text.push_str("/>\n");
    }

    /// The document.
    pub fn finish(self) -> String {
        self.text
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push_str(&format!("<{name}"));
        for (key, value) in attributes {
            self.text.push_str(&format!(" {key}=\"{}\"", escape(&*legal(value))));
        }
    }

    fn indent(&mut self) {
        self.text.push_str(&"  ".repeat(self.open.len()));
    }
}

impl Default for Xml {
    fn default() -> Self {
        Self::new()
    }
}

/// Text without the characters that XML 1.0 forbids.
fn legal(text: &str) -> std::borrow::Cow<'_, str> {
    let forbidden = |c: char| {
        matches!(c, '\0'..='\u{1f}' if !"\t\n\r".contains(c)) || "\u{fffe}\u{ffff}".contains(c)
    };
    if text.contains(forbidden) { text.replace(forbidden, "\u{fffd}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_comes_in_is_xml() {
        let mut xml = Xml::new();
        xml.element("a", &[("b", "\"<&>\u{0}'")], |xml| {
            xml.leaf("c", &[], "]]> & <\u{8}");
            xml.leaf_if("d", "");
            xml.empty("e", &[]);
        });
        let text = xml.finish();
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                read => assert!(read.is_ok(), "{read:?} in {text}"),
            }
        }
        assert!(text.contains("\u{fffd}") && !text.contains("<d"), "{text}");
    }
}
