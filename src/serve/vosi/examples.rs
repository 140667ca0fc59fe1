//! DALI examples: a page that people read and clients understand (DALI 1.1 section 2.3, RDFa Lite).

use crate::serve::xml::Xml;

/// A query to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Name in the document: a letter, then letters, digits and hyphens.
    pub id: String,
    /// Title.
    pub name: String,
    /// What it shows; may be empty.
    pub description: String,
    /// ADQL.
    pub query: String,
    /// Qualified names of the tables that it is about.
    pub tables: Vec<String>,
}

/// The page, as XHTML.
pub fn examples(title: &str, examples: &[Example]) -> String {
    let namespaces = [("xmlns", "http://www.w3.org/1999/xhtml"), ("lang", "en")];
    let mut xml = Xml::new();
    xml.element("html", &namespaces, |xml| {
        xml.element("head", &[], |xml| {
            xml.leaf("title", &[], title);
            xml.leaf("style", &[], "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}pre{background:#f4f4f4;padding:1em;overflow:auto}");
        });
        xml.element("body", &[], |xml| {
            xml.leaf("h1", &[], title);
            xml.element("div", &[("vocab", "http://www.ivoa.net/rdf/examples#")], |xml| {
                examples.iter().for_each(|example| write(xml, example));
            });
        });
    });
    xml.finish()
}

fn write(xml: &mut Xml, example: &Example) {
    let resource = format!("#{}", example.id);
    let attributes = [("typeof", "example"), ("id", example.id.as_str()), ("resource", &resource)];
    xml.element("div", &attributes, |xml| {
        xml.leaf("h2", &[("property", "name")], &example.name);
        xml.leaf_if("p", &example.description);
        xml.leaf("pre", &[("property", "query")], &example.query);
        if !example.tables.is_empty() {
            xml.element("p", &[], |xml| {
                xml.leaf("span", &[], "Tables:");
                for table in &example.tables {
                    xml.leaf("code", &[("property", "table")], table);
                }
            });
        }
    });
}
