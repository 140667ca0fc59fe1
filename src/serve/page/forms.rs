//! The query box and what is around it.

use url::form_urlencoded;

use super::compose::LISTS;
use super::document::Page;
use super::overview::{CHOICES, Part};
use super::snippets::{pyvo_sia, snippets};
use crate::serve::xml::Xml;
use crate::stream::answer::OFFERS;

/// Rows that people are shown unless they ask for more.
const ROWS: u64 = 200;

/// Writes the sections.
pub fn write(page: &Page<'_>, xml: &mut Xml) {
    let attributes = [("id", "query"), ("aria-labelledby", "query-title")];
    xml.element("section", &attributes, |xml| {
        xml.leaf("h2", &[("id", "query-title")], "Query");
        xml.element("div", &[("class", "query")], |xml| {
            choices(page, xml);
            box_of_query(page, xml);
            examples(page, xml);
        });
        let live = [("id", "result"), ("aria-live", "polite"), ("tabindex", "-1")];
        xml.element("div", &live, |_| {});
    });
    elsewhere(page, xml);
    tables(page, xml);
}

/// The answer to a query as a page.
pub fn answer_link(page: &Page<'_>, adql: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("LANG", "ADQL"), ("RESPONSEFORMAT", "html"), ("QUERY", adql)])
        .finish();
    page.link(&format!("tap/sync?{query}"))
}

fn given(page: &Page<'_>, name: &str) -> String {
    let name = name.to_ascii_uppercase();
    page.given.all(&name).next().unwrap_or_default().to_owned()
}

fn choices(page: &Page<'_>, xml: &mut Xml) {
    let action = format!("{}#query", page.link(""));
    xml.element("form", &[("id", "choices"), ("method", "get"), ("action", &action)], |xml| {
        xml.leaf("h3", &[], "Find datasets");
        let parts = &page.overview.parts;
        if parts.len() > 1 {
            let names: Vec<String> = parts.iter().map(|part| part.obscore.clone()).collect();
            select(page, xml, "table", "Table", None, &names);
        }
        for (name, title) in LISTS {
            let values = values(parts, name);
            if !values.is_empty() {
                select(page, xml, name, title, Some("any"), &values);
            }
        }
        let hints = [
            ("position", "Position", "RA Dec in degrees"),
            ("radius", "Radius", "degrees"),
            ("from", "From", "YYYY-MM-DD"),
            ("to", "To", "YYYY-MM-DD"),
        ];
        for (name, title, hint) in hints {
            xml.element("p", &[], |xml| {
                xml.leaf("label", &[("for", name)], title);
                let value = given(page, name);
                xml.empty(
                    "input",
                    &[("id", name), ("name", name), ("placeholder", hint), ("value", &value)],
                );
            });
        }
        xml.leaf("button", &[("name", "compose"), ("value", "1")], "Write the query");
    });
}

fn values(parts: &[Part], name: &str) -> Vec<String> {
    let Some(choice) = CHOICES.iter().position(|known| *known == name) else { return Vec::new() };
    let mut values: Vec<String> = parts
        .iter()
        .filter_map(|part| part.counts.known())
        .flat_map(|counts| counts.values(choice))
        .collect();
    values.sort();
    values.dedup();
    values
}

fn select(
    page: &Page<'_>,
    xml: &mut Xml,
    name: &str,
    title: &str,
    any: Option<&str>,
    values: &[String],
) {
    let chosen = given(page, name);
    xml.element("p", &[], |xml| {
        xml.leaf("label", &[("for", name)], title);
        xml.element("select", &[("id", name), ("name", name)], |xml| {
            if let Some(any) = any {
                xml.leaf("option", &[("value", "")], any);
            }
            for value in values {
                let selected = [("value", value.as_str()), ("selected", "selected")];
                let attributes = if *value == chosen { &selected[..] } else { &selected[..1] };
                xml.leaf("option", attributes, value);
            }
        });
    });
}

fn examples(page: &Page<'_>, xml: &mut Xml) {
    if page.service.offered.examples.is_empty() {
        return;
    }
    xml.element("div", &[("id", "examples")], |xml| {
        xml.leaf("h3", &[], "Examples");
        xml.element("ul", &[], |xml| {
            for example in &page.service.offered.examples {
                let link = format!("{}?example={}#query", page.link(""), example.id);
                xml.element("li", &[], |xml| {
                    xml.leaf(
                        "a",
                        &[("href", &link), ("title", &example.description)],
                        &example.name,
                    );
                });
            }
        });
    });
}

fn box_of_query(page: &Page<'_>, xml: &mut Xml) {
    let action = page.link("tap/sync");
    xml.element("form", &[("id", "ask"), ("method", "post"), ("action", &action)], |xml| {
        xml.empty("input", &[("type", "hidden"), ("name", "LANG"), ("value", "ADQL")]);
        xml.leaf("label", &[("for", "adql")], "ADQL 2.1");
        let lines = (page.query.lines().count() + 2).clamp(10, 24).to_string();
        let attributes = [
            ("id", "adql"),
            ("name", "QUERY"),
            ("rows", lines.as_str()),
            ("spellcheck", "false"),
            ("autocapitalize", "off"),
            ("required", "required"),
        ];
        // HTML leaves out a line break at the beginning.
        xml.leaf("textarea", &attributes, page.query.trim_start_matches(['\n', '\r']));
        if let Some(trouble) = &page.trouble {
            xml.leaf("p", &[("class", "error"), ("role", "alert"), ("id", "trouble")], trouble);
        }
        xml.element("p", &[("class", "actions")], |xml| {
            xml.leaf("button", &[("class", "run")], "Run");
            xml.leaf("label", &[("for", "maxrec")], "at most");
            let rows = maxrec(page).to_string();
            xml.empty(
                "input",
                &[
                    ("id", "maxrec"),
                    ("name", "MAXREC"),
                    ("type", "number"),
                    ("min", "0"),
                    ("value", &rows),
                ],
            );
            xml.leaf("label", &[("for", "format")], "rows as");
            xml.element("select", &[("id", "format"), ("name", "RESPONSEFORMAT")], |xml| {
                xml.leaf("option", &[("value", "html")], "table on a page");
                let named = OFFERS.iter().filter_map(|offer| offer.aliases.first());
                for name in named.filter(|name| **name != "html") {
                    xml.leaf("option", &[("value", name)], name);
                }
            });
            let to = page.link("");
            let attributes = [("class", "plain"), ("formaction", to.as_str())];
            xml.leaf("button", &attributes, "Show for other programs");
        });
    });
}

fn maxrec(page: &Page<'_>) -> u64 {
    page.given.maxrec().ok().flatten().unwrap_or(ROWS)
}

fn elsewhere(page: &Page<'_>, xml: &mut Xml) {
    let attributes = [("id", "elsewhere"), ("aria-labelledby", "elsewhere-title")];
    xml.element("section", &attributes, |xml| {
        xml.leaf("h2", &[("id", "elsewhere-title")], "This query in other programs");
        let guarded = !page.service.settings.anonymous;
        for snippet in snippets(&page.tap(), &page.query, maxrec(page), guarded) {
            xml.element("div", &[("class", "snippet")], |xml| {
                xml.leaf("h3", &[], snippet.title);
                xml.leaf("pre", &[("id", snippet.id), ("tabindex", "0")], &snippet.text);
            });
        }
        images(page, xml, guarded);
        let text = "In TOPCAT: VO, Table Access Protocol (TAP) Query, and the TAP URL above; then the query.";
        xml.leaf("p", &[("class", "note")], text);
    });
}

/// How images are found by parameters alone.
fn images(page: &Page<'_>, xml: &mut Xml, guarded: bool) {
    xml.element("div", &[("class", "snippet")], |xml| {
        xml.leaf("h3", &[], "Images by parameters (SIA 2.0) in Python (pyvo)");
        let text = pyvo_sia(&page.sia(), place(page), guarded);
        xml.leaf("pre", &[("id", "pyvo-sia"), ("tabindex", "0")], &text);
    });
}

/// A place with data, to begin with.
fn place(page: &Page<'_>) -> (f64, f64) {
    let cells = page.overview.parts.iter().filter_map(|part| part.sky.known());
    let most = cells.flat_map(|(sky, _)| &sky.0).max_by_key(|(_, datasets)| *datasets);
    let round = |a: f64, b: f64| (f64::midpoint(a, b) * 100.0).round() / 100.0;
    match most {
        Some(([_, _, west, east, south, north], _)) => (round(*west, *east), round(*south, *north)),
        None => (0.0, 0.0),
    }
}

fn tables(page: &Page<'_>, xml: &mut Xml) {
    let attributes = [("id", "tables"), ("aria-labelledby", "tables-title")];
    xml.element("section", &attributes, |xml| {
        xml.leaf("h2", &[("id", "tables-title")], "Tables");
        xml.element("ul", &[("class", "tables")], |xml| {
            for (schema, table) in page.service.offered.catalog.tables() {
                let name = table.qualified(schema);
                let adql = format!(
                    "SELECT column_name, datatype, unit, ucd, description FROM TAP_SCHEMA.columns \
                     WHERE table_name = '{}'",
                    name.replace('\'', "''")
                );
                xml.element("li", &[], |xml| {
                    xml.leaf("a", &[("href", &answer_link(page, &adql))], &name);
                    // Butler's own descriptions can be a page long.
                    let first = table.description.split_once(". ").map(|(first, _)| first);
                    xml.leaf("span", &[], first.unwrap_or(&table.description));
                });
            }
        });
    });
}
