//! From the document's beginning to its table's data.

use std::collections::HashMap;
use std::io::Read;

use super::Limits;
use super::column::{Column, Primitive};
use super::problem::problem;
use super::xml::{Name, Tag, Token, Xml};
use crate::diag::Result;

/// What stands around the columns. Texts that are empty stand for absent ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Version of VOTable, as the document says.
    pub version: String,
    /// Name of the table.
    pub name: String,
    /// ID in the document.
    pub id: String,
    /// Description.
    pub description: String,
}

/// How the rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serialization {
    /// There is no DATA.
    None,
    /// TABLEDATA.
    TableData,
    /// BINARY.
    Binary,
    /// BINARY2.
    Binary2,
}

/// A table up to its first row.
pub struct Head {
    /// What stands around the columns.
    pub table: Table,
    /// The columns.
    pub columns: Vec<Column>,
    /// How the rows are written.
    pub serialization: Serialization,
}

/// Which tables count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Those of resources that are not of type `meta`.
    Results,
    /// All.
    Any,
}

/// Reads up to the data of the first table that counts; `Ok(None)` when there are only others.
pub fn find<R: Read>(xml: &mut Xml<R>, limits: &Limits, choice: Choice) -> Result<Option<Head>> {
    let version = root(xml)?;
    // Of the resources that are open: whether they are of type `meta`.
    let mut resources: Vec<bool> = Vec::new();
    let mut others = false;
    loop {
        match xml.next()? {
            Token::Start(tag) => match (tag.name, resources.last()) {
                (Name::Resource, _) => resources.push(tag.get("type") == "meta"),
                (Name::Table, Some(true)) if choice == Choice::Results => {
                    others = true;
                    xml.skip()?;
                }
                (Name::Table, Some(_)) => return table(xml, limits, &tag, version).map(Some),
                _ => xml.skip()?,
            },
            Token::End => drop(resources.pop()),
            Token::Text => {}
            Token::Eof if others => return Ok(None),
            Token::Eof => {
                let trouble = problem("V005", "the document has no table")
                    .help("a table is <RESOURCE type=\"results\"><TABLE>…</TABLE></RESOURCE>");
                return Err(xml.fail(xml.last(), 1, trouble));
            }
        }
    }
}

/// The root element; its version.
fn root<R: Read>(xml: &mut Xml<R>) -> Result<String> {
    let Token::Start(tag) = xml.next()? else {
        return Err(xml.fail(xml.last(), 1, problem("V002", "the document is empty")));
    };
    if tag.name != Name::Votable {
        let name = match tag.name {
            Name::Other => xml.other.chars().take(40).collect(),
            name => name.written().to_owned(),
        };
        let trouble =
            problem("V002", format!("this is not a VOTable but a document of type {name}"))
                .help("a VOTable's outermost element is VOTABLE");
        return Err(xml.fail(tag.mark, 1, trouble));
    }
    let version = tag.get("version").trim().trim_start_matches(['v', 'V']).to_owned();
    if !version.is_empty() && version.split('.').next() != Some("1") {
        let trouble = problem("V002", format!("version {version} of VOTable is not known"))
            .help("the versions are 1.0 to 1.5");
        return Err(xml.fail(tag.mark, 1, trouble));
    }
    Ok(version)
}

fn table<R: Read>(xml: &mut Xml<R>, limits: &Limits, tag: &Tag, version: String) -> Result<Head> {
    if !tag.get("ref").is_empty() {
        let trouble = problem("V012", "the TABLE takes its columns from another one (ref)")
            .help("give it its own FIELD elements");
        return Err(xml.fail(tag.mark, 1, trouble));
    }
    let mut table = Table {
        version,
        name: tag.get("name").to_owned(),
        id: tag.get("ID").to_owned(),
        description: String::new(),
    };
    let mut kept = table.name.len() + table.id.len();
    let mut columns = Vec::new();
    let mut nulls = HashMap::new();
    let serialization = loop {
        match xml.next()? {
            Token::Start(tag) => match tag.name {
                Name::Description => table.description = description(xml)?,
                Name::Field => {
                    if columns.len() == limits.columns {
                        let text = format!("the table has more than {} columns", limits.columns);
                        return Err(xml.fail(tag.mark, 1, problem("V011", text)));
                    }
                    let column = field(xml, limits, &tag, &mut nulls)?;
                    kept += column.size();
                    columns.push(column);
                }
                Name::Data => break data(xml)?,
                _ => xml.skip()?,
            },
            Token::End | Token::Eof => break Serialization::None,
            Token::Text => {}
        }
        if kept + table.description.len() > limits.metadata {
            let text = format!("names and descriptions have more than {} bytes", limits.metadata);
            return Err(xml.fail(xml.last(), 1, problem("V011", text)));
        }
    };
    if columns.is_empty() {
        let trouble = problem("V005", "the table has no columns").help("add FIELD elements");
        return Err(xml.fail(xml.last(), 1, trouble));
    }
    Ok(Head { table, columns, serialization })
}

/// A FIELD and what is inside. `nulls` are the null values of VALUES elements by their ID.
fn field<R: Read>(
    xml: &mut Xml<R>,
    limits: &Limits,
    tag: &Tag,
    nulls: &mut HashMap<String, String>,
) -> Result<Column> {
    let mut column = match Column::read(tag) {
        Ok(column) => column,
        Err(trouble) => return Err(xml.fail(tag.mark, 1, trouble)),
    };
    let elements = column.arraysize.count();
    if elements.is_some_and(|count| column.primitive.bytes(count).is_none_or(|n| n > limits.cell)) {
        let text =
            format!("a cell of the column {} has more than {} bytes", column.name, limits.cell);
        return Err(xml.fail(tag.mark, 1, problem("V011", text)));
    }
    loop {
        match xml.next()? {
            Token::Start(tag) => {
                match tag.name {
                    Name::Description => {
                        column.description = description(xml)?;
                        continue;
                    }
                    Name::Values => {
                        let inherited = nulls.get(tag.get("ref")).map_or("", String::as_str);
                        let own = tag.get("null");
                        let null = if own.is_empty() { inherited } else { own }.to_owned();
                        if !tag.get("ID").is_empty() && nulls.len() <= limits.columns {
                            nulls.insert(tag.get("ID").to_owned(), null.clone());
                        }
                        // Several VALUES may stand there; those without a null say nothing of it.
                        if !null.is_empty() {
                            column.null = null;
                        }
                    }
                    _ => {}
                }
                xml.skip()?;
            }
            Token::End | Token::Eof => break,
            Token::Text => {}
        }
    }
    if matches!(column.primitive, Primitive::Bit | Primitive::Boolean) {
        column.null.clear();
    }
    Ok(column)
}

fn description<R: Read>(xml: &mut Xml<R>) -> Result<String> {
    let mut text = String::new();
    loop {
        match xml.next()? {
            Token::Start(_) => xml.skip()?,
            Token::Text if text.len() < MAX_DESCRIPTION => text.push_str(&xml.text),
            Token::Text => {}
            Token::End | Token::Eof => return Ok(text.trim().to_owned()),
        }
    }
}

/// Bytes after which no further piece is added to a description.
const MAX_DESCRIPTION: usize = 64 << 10;

/// How the rows are written; reads up to them.
fn data<R: Read>(xml: &mut Xml<R>) -> Result<Serialization> {
    loop {
        match xml.next()? {
            Token::Start(tag) => {
                let serialization = match tag.name {
                    Name::TableData => return Ok(Serialization::TableData),
                    Name::Binary => Serialization::Binary,
                    Name::Binary2 => Serialization::Binary2,
                    name => {
                        let name = match name {
                            Name::Other => xml.other.chars().take(40).collect(),
                            name => name.written().to_owned(),
                        };
                        let text = format!("rows cannot be read from {name}");
                        let trouble = problem("V007", text).help(SERIALIZATIONS);
                        return Err(xml.fail(tag.mark, 1, trouble));
                    }
                };
                return stream(xml, serialization);
            }
            Token::End | Token::Eof => return Ok(Serialization::None),
            Token::Text => {}
        }
    }
}

const SERIALIZATIONS: &str =
    "TABLEDATA, and BINARY and BINARY2 with a STREAM of base64 text, can be read";

fn stream<R: Read>(xml: &mut Xml<R>, serialization: Serialization) -> Result<Serialization> {
    loop {
        match xml.next()? {
            Token::Start(tag) if tag.name == Name::Stream => {
                let encoding = tag.get("encoding");
                let text = if !tag.get("href").is_empty() {
                    "the rows are in another file (href), which is not fetched".to_owned()
                } else if !encoding.eq_ignore_ascii_case("base64") {
                    let named = if encoding.is_empty() { "none" } else { encoding };
                    format!("the STREAM's encoding is {named:?}")
                } else {
                    return Ok(serialization);
                };
                let trouble = problem("V007", text).help(SERIALIZATIONS);
                return Err(xml.fail(tag.mark, 1, trouble));
            }
            Token::Start(_) => xml.skip()?,
            Token::End | Token::Eof => {
                let trouble = problem("V012", "there is no STREAM").help(SERIALIZATIONS);
                return Err(xml.fail(xml.last(), 1, trouble));
            }
            Token::Text => {}
        }
    }
}
