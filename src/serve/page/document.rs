//! The page as a whole.

use super::assets::{ICON, SCRIPT, STYLE};
use super::overview::Overview;
use super::{forms, holdings};
use crate::serve::parameters::Parameters;
use crate::serve::xml::Xml;
use crate::serve::{Service, sia};

/// Everything that a page is made of.
pub struct Page<'a> {
    /// Who answers.
    pub service: &'a Service,
    /// Where the client sees the service, without a slash at its end.
    pub base: &'a str,
    /// What there is.
    pub overview: &'a Overview,
    /// What was sent.
    pub given: &'a Parameters,
    /// The query to show.
    pub query: String,
    /// What is wrong with what was sent.
    pub trouble: Option<String>,
}

impl Page<'_> {
    /// The base URL of TAP.
    pub fn tap(&self) -> String {
        format!("{}/tap", self.base)
    }

    /// The base URL of SIA.
    pub fn sia(&self) -> String {
        format!("{}/sia", self.base)
    }

    /// The URLs of services with their identifiers in the page and their names, as far as there are such services.
    fn services(&self) -> Vec<(String, String, String)> {
        let at = |path: &str| format!("{}{path}", self.base);
        let one = |id: &str, name: &str, url| (id.to_owned(), name.to_owned(), url);
        let mut all =
            vec![one("tap", "TAP service", self.tap()), one("sia", "SIA service", self.sia())];
        for (schema, name) in self.more_images() {
            let title = format!("SIA service of {name}");
            all.push((format!("sia-{schema}"), title, at(&format!("/sia/{schema}"))));
        }
        if !self.service.offered.shelves.is_empty() {
            all.push(one("datalink", "DataLink (of an identifier)", at("/datalink/links?ID=")));
        }
        if self.service.kitchen.is_some() {
            all.push(one("soda", "SODA (cutouts)", at("/soda/sync")));
        }
        all
    }

    /// The schemas and the names of the ObsCore tables that `/sia` itself is not about.
    fn more_images(&self) -> impl Iterator<Item = (&str, String)> {
        let further = sia::tables(self.service).skip(1);
        further.map(|(schema, table)| (schema.name.as_str(), table.qualified(schema)))
    }

    /// The documents of the services.
    fn documents(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = [
            ("tap/capabilities", "Capabilities"),
            ("tap/tables", "Tables (VOSI)"),
            ("tap/examples", "Examples"),
            ("tap/availability", "Availability"),
            ("tap/async", "Jobs"),
            ("sia/capabilities", "Capabilities of SIA"),
        ]
        .map(|(path, name)| (path.to_owned(), name.to_owned()))
        .into();
        for (schema, name) in self.more_images() {
            let title = format!("Capabilities of SIA of {name}");
            all.push((format!("sia/{schema}/capabilities"), title));
        }
        let mut more = |path: &str, name: &str| all.push((path.to_owned(), name.to_owned()));
        if !self.service.offered.shelves.is_empty() {
            more("datalink/capabilities", "Capabilities of DataLink");
        }
        if self.service.kitchen.is_some() {
            more("soda/capabilities", "Capabilities of SODA");
            more("soda/async", "Jobs of SODA");
        }
        all
    }

    /// The URL of something of this service. Without scheme and host, which a proxy may have changed;
    /// relative where nobody says which path the proxy adds.
    pub fn link(&self, path: &str) -> String {
        let after = self.base.split_once("://").map_or("", |(_, after)| after);
        match after.split_once('/') {
            Some((_, prefix)) => format!("/{prefix}/{path}"),
            None if path.is_empty() => "./".to_owned(),
            None => path.to_owned(),
        }
    }

    /// The page.
    pub fn write(&self) -> String {
        let mut xml = Xml::html();
        xml.element("html", &[("lang", "en")], |xml| {
            xml.element("head", &[], |xml| self.head(xml));
            xml.element("body", &[], |xml| {
                xml.leaf("a", &[("class", "skip"), ("href", "#query")], "To the query");
                xml.element("header", &[], |xml| self.header(xml));
                xml.element("main", &[], |xml| {
                    holdings::write(self, xml);
                    forms::write(self, xml);
                });
                xml.element("footer", &[], |xml| self.footer(xml));
            });
        });
        xml.finish()
    }

    fn head(&self, xml: &mut Xml) {
        xml.empty("meta", &[("charset", "utf-8")]);
        xml.empty("meta", &[("name", "viewport"), ("content", "width=device-width")]);
        xml.empty("meta", &[("name", "color-scheme"), ("content", "light dark")]);
        xml.leaf("title", &[], &format!("{}: data and queries", self.service.offered.title));
        let file = |name: String| self.link(&format!("page/{name}"));
        xml.empty("link", &[("rel", "stylesheet"), ("href", &file(STYLE.name()))]);
        xml.empty("link", &[("rel", "icon"), ("href", &file(ICON.name()))]);
        xml.leaf("script", &[("src", &file(SCRIPT.name())), ("defer", "defer")], "");
        if self.is_counting() {
            xml.element("noscript", &[], |xml| {
                xml.empty("meta", &[("http-equiv", "refresh"), ("content", "3")]);
            });
        }
    }

    /// Whether the page is to be had again soon, with more in it.
    pub fn is_counting(&self) -> bool {
        !self.overview.parts.is_empty() && !self.overview.is_whole()
    }

    fn header(&self, xml: &mut Xml) {
        xml.element("div", &[("class", "title")], |xml| {
            xml.leaf("h1", &[], &self.service.offered.title);
            xml.leaf("p", &[], "A Rubin Butler repository as live IVOA ObsCore");
        });
        xml.element("nav", &[("aria-label", "Parts of the page")], |xml| {
            for (target, text) in [
                ("#holdings", "Holdings"),
                ("#query", "Query"),
                ("#elsewhere", "Other programs"),
                ("#tables", "Tables"),
            ] {
                xml.leaf("a", &[("href", target)], text);
            }
        });
        xml.element("p", &[("class", "address")], |xml| {
            for (id, title, url) in self.services() {
                xml.leaf("label", &[("for", &id)], &title);
                let attributes =
                    [("id", id.as_str()), ("readonly", "readonly"), ("value", url.as_str())];
                xml.empty("input", &attributes);
            }
        });
    }

    fn footer(&self, xml: &mut Xml) {
        xml.element("nav", &[("aria-label", "Documents of the service")], |xml| {
            for (path, text) in self.documents() {
                xml.leaf("a", &[("href", &self.link(&path))], &text);
            }
        });
        let version = concat!("obscore-view ", env!("CARGO_PKG_VERSION"));
        xml.leaf("p", &[], version);
    }
}

/// A whole number with spaces between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            // A narrow space that does not break.
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1000, "1\u{202f}000"), (1_234_567, "1\u{202f}234\u{202f}567")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
