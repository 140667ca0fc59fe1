//! What the repository holds, in the page.

use super::counts::{Counts, Sky, Sum};
use super::document::{Page, grouped};
use super::map;
use super::overview::{Found, Part};
use crate::serve::xml::Xml;

/// Collections or dataset types that are listed at once.
const LISTED: usize = 200;

/// Writes the section.
pub fn write(page: &Page<'_>, xml: &mut Xml) {
    let counting = if page.is_counting() { "true" } else { "false" };
    let attributes =
        [("id", "holdings"), ("aria-labelledby", "holdings-title"), ("aria-busy", counting)];
    xml.element("section", &attributes, |xml| {
        xml.leaf("h2", &[("id", "holdings-title")], "Holdings");
        for part in &page.overview.parts {
            if page.overview.parts.len() > 1 {
                xml.leaf("h3", &[], &part.obscore);
            }
            write_part(page, part, xml);
        }
        let told = match (&page.overview.at, page.overview.parts.is_empty()) {
            (_, true) => "Holdings are shown to those who may ask this service.".to_owned(),
            (Some(at), _) => {
                let at = at.to_string();
                let (day, time) = at.split_once('T').unwrap_or((&at, ""));
                let time = time.split('.').next().unwrap_or_default();
                format!("Counted from the registry itself on {day} at {time} UTC.")
            }
            (None, _) => "Being counted; this page can be used meanwhile.".to_owned(),
        };
        xml.leaf("p", &[("class", "note"), ("role", "status")], &told);
    });
}

fn write_part(page: &Page<'_>, part: &Part, xml: &mut Xml) {
    figures(part, xml);
    xml.element("div", &[("class", "panels")], |xml| {
        match &part.counts {
            Found::Known(counts) => kinds(counts, xml),
            Found::Waiting => waiting("Datasets", xml),
            Found::Unknown => {
                xml.leaf(
                    "p",
                    &[("class", "note")],
                    "There are too many datasets to count them here.",
                );
            }
        }
        sky(part, xml);
        if let Found::Known(counts) = &part.counts {
            bars("Instruments", counts, 3, xml);
            bars("Filters", counts, 4, xml);
        }
    });
    if !part.schema.is_empty() {
        collections(page, part, xml);
        types(page, part, xml);
    }
}

fn waiting(title: &str, xml: &mut Xml) {
    xml.element("div", &[("class", "panel waiting")], |xml| {
        xml.leaf("p", &[], &format!("{title}: being counted …"));
    });
}

fn figures(part: &Part, xml: &mut Xml) {
    let counts = part.counts.known();
    let unknown = if part.counts.is_waiting() { "…" } else { "–" };
    let several = |choice: usize| {
        counts.map_or(unknown.to_owned(), |counts| grouped(counts.values(choice).len() as u64))
    };
    let sum: Option<Sum> = counts.map(Counts::sum);
    let datasets = sum.as_ref().map_or(unknown.to_owned(), |sum| grouped(sum.datasets));
    let time = match sum.as_ref().map(Sum::dates) {
        Some(Some((first, last))) if first == last => first,
        Some(Some((first, last))) => format!("{first} to {last}"),
        Some(None) => "–".to_owned(),
        None => unknown.to_owned(),
    };
    let extent = part.sky.known().and_then(|(sky, _)| sky.extent());
    let place = match extent {
        Some((ra, dec)) => {
            format!(
                "RA {:.1}° to {:.1}°, Dec {} to {}",
                ra[0],
                ra[1],
                signed(dec[0]),
                signed(dec[1])
            )
        }
        None if part.sky.is_waiting() => "…".to_owned(),
        None => "–".to_owned(),
    };
    xml.element("dl", &[("class", "figures")], |xml| {
        for (name, value) in [
            ("Datasets", datasets),
            ("Kinds", several(1)),
            ("Instruments", several(3)),
            ("Filters", several(4)),
            ("Observed", time),
            ("Sky", place),
        ] {
            xml.element("div", &[], |xml| {
                xml.leaf("dt", &[], name);
                xml.leaf("dd", &[], &value);
            });
        }
    });
}

fn signed(degrees: f64) -> String {
    let sign = if degrees < 0.0 { "−" } else { "+" };
    format!("{sign}{:.1}°", degrees.abs())
}

/// A table whose last column has numbers.
fn table(
    xml: &mut Xml,
    class: &str,
    caption: &str,
    headings: &[&str],
    inside: impl FnOnce(&mut Xml),
) {
    let class = format!("panel {class}");
    xml.element("div", &[("class", &class)], |xml| {
        xml.element("table", &[], |xml| {
            xml.leaf("caption", &[], caption);
            xml.element("thead", &[], |xml| {
                xml.element("tr", &[], |xml| {
                    headings.iter().for_each(|text| xml.leaf("th", &[("scope", "col")], text));
                });
            });
            xml.element("tbody", &[], inside);
        });
    });
}

fn kinds(counts: &Counts, xml: &mut Xml) {
    let headings = ["Kind", "Level", "Observed", "Datasets"];
    table(xml, "kinds", "Kinds of data", &headings, |xml| {
        for ([kind, level], sum) in counts.by([1, 2]) {
            xml.element("tr", &[], |xml| {
                xml.leaf("th", &[("scope", "row")], or_none(&kind));
                xml.leaf("td", &[], &level);
                let time = sum.dates().map_or(String::new(), |(first, last)| match first == last {
                    true => first,
                    false => format!("{first} to {last}"),
                });
                xml.leaf("td", &[], &time);
                xml.leaf("td", &[("class", "n")], &grouped(sum.datasets));
            });
        }
    });
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "(none)" } else { text }
}

fn bars(title: &str, counts: &Counts, choice: usize, xml: &mut Xml) {
    let sums = counts.by([choice]);
    let most = sums.iter().map(|(_, sum)| sum.datasets).max().unwrap_or(1).max(1);
    table(xml, "bars", title, &["Name", "Share", "Datasets"], |xml| {
        for ([name], sum) in sums.iter().take(LISTED) {
            xml.element("tr", &[], |xml| {
                xml.leaf("th", &[("scope", "row")], or_none(name));
                xml.element("td", &[("aria-hidden", "true")], |xml| bar(xml, sum.datasets, most));
                xml.leaf("td", &[("class", "n")], &grouped(sum.datasets));
            });
        }
    });
}

fn bar(xml: &mut Xml, value: u64, most: u64) {
    let width = (u128::from(value) * 100).div_ceil(u128::from(most)).to_string();
    let frame = [("class", "bar"), ("viewBox", "0 0 100 8"), ("preserveAspectRatio", "none")];
    xml.element("svg", &frame, |xml| {
        xml.empty("rect", &[("width", &width), ("height", "8")]);
    });
}

fn sky(part: &Part, xml: &mut Xml) {
    let (sky, visits) = match &part.sky {
        Found::Known((sky, visits)) if !sky.0.is_empty() => (sky, *visits),
        Found::Waiting => return waiting("Sky", xml),
        _ => return,
    };
    let what = if visits { "visits" } else { "datasets" };
    xml.element("figure", &[("class", "panel")], |xml| {
        let label = format!("Map of the sky with the places of {what}");
        xml.leaf("h3", &[], "Sky");
        map::write(xml, sky, &label);
        let side = Sky::CELL;
        let cells = grouped(sky.0.len() as u64);
        let caption = format!(
            "Places of {what} in {cells} cells of {side}° × {side}°, ICRS; right ascension grows to the left"
        );
        xml.leaf("figcaption", &[], &caption);
    });
}

fn collections(page: &Page<'_>, part: &Part, xml: &mut Xml) {
    let Some(collections) = part.collections.known() else { return };
    let title = format!("Collections ({})", grouped(collections.len() as u64));
    details(xml, &title, |xml| {
        let runs = part.runs.known();
        let headings = ["Name", "Type", "What it is", "Datasets"];
        let headings =
            if runs.is_some() { &headings[..] } else { headings.get(..3).unwrap_or(&[]) };
        table(xml, "list", "Collections of the repository", headings, |xml| {
            // RUNs are many; what people search is the rest.
            let (own, rest): (Vec<_>, Vec<_>) =
                collections.iter().partition(|(_, kind, _)| *kind != "RUN");
            for (name, kind, doc) in own.into_iter().chain(rest).take(LISTED) {
                xml.element("tr", &[], |xml| {
                    xml.leaf("th", &[("scope", "row")], name);
                    xml.leaf("td", &[], kind);
                    xml.leaf("td", &[], doc);
                    if let Some(runs) = runs {
                        let sum: u64 =
                            runs.iter().filter(|run| run.0 == *name).map(|run| run.2).sum();
                        let told = if *kind == "RUN" { grouped(sum) } else { String::new() };
                        xml.leaf("td", &[("class", "n")], &told);
                    }
                });
            }
        });
        let adql = format!("SELECT name, type, doc FROM {}.collection ORDER BY name", part.schema);
        more(page, xml, collections.len(), &adql);
    });
}

fn types(page: &Page<'_>, part: &Part, xml: &mut Xml) {
    let Some(types) = part.types.known() else { return };
    let title = format!("Dataset types ({})", grouped(types.len() as u64));
    details(xml, &title, |xml| {
        let runs = part.runs.known();
        let headings = ["Name", "Storage class", "Datasets"];
        let headings =
            if runs.is_some() { &headings[..] } else { headings.get(..2).unwrap_or(&[]) };
        table(xml, "list", "Dataset types of the repository", headings, |xml| {
            for (name, class) in types.iter().take(LISTED) {
                xml.element("tr", &[], |xml| {
                    xml.leaf("th", &[("scope", "row")], name);
                    xml.leaf("td", &[], class);
                    if let Some(runs) = runs {
                        let sum: u64 =
                            runs.iter().filter(|run| run.1 == *name).map(|run| run.2).sum();
                        xml.leaf("td", &[("class", "n")], &grouped(sum));
                    }
                });
            }
        });
        let adql =
            format!("SELECT name, storage_class FROM {}.dataset_type ORDER BY name", part.schema);
        more(page, xml, types.len(), &adql);
    });
}

fn details(xml: &mut Xml, title: &str, inside: impl FnOnce(&mut Xml)) {
    xml.element("details", &[], |xml| {
        xml.leaf("summary", &[], title);
        inside(xml);
    });
}

/// The way to all of a list of which a part is shown.
fn more(page: &Page<'_>, xml: &mut Xml, number: usize, adql: &str) {
    if number > LISTED {
        let link = super::forms::answer_link(page, adql);
        xml.leaf("a", &[("href", &link)], &format!("All {}", grouped(number as u64)));
    }
}
