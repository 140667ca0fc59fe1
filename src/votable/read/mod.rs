//! VOTables of strangers, read as a stream.
//!
//! In: bytes that claim to be a VOTable, of any version 1.x, in UTF-8, UTF-16 or ISO-8859-1. Out: a
//! [`Reader`] that knows the table's [`Column`]s and hands out its rows of [`Value`]s, holding one row
//! at a time. The table is the first one of the first resource of type `results`, which is what a
//! resource is that does not say (DALI 1.1 section 4.4, VOTable 1.5 section 3.2); GROUP, PARAM, INFO,
//! LINK and what is of other namespaces are passed over. TABLEDATA, BINARY and BINARY2 are read; FITS
//! and streams that are elsewhere are refused.
//!
//! Nothing is trusted: [`Limits`] bound what is held and done, nothing is fetched, no entities are
//! defined, and every error is a diagnostic of family V with its place in the document.

mod base64;
mod binary;
mod column;
mod encoding;
mod head;
mod input;
mod limits;
mod problem;
mod rows;
mod text;
mod value;
mod xml;
mod xtype;

use std::io::{Read, Seek};

pub use column::{ArraySize, Column, Primitive};
pub use head::{Serialization, Table};
pub use limits::Limits;
pub use rows::Reader;
pub use value::{Array, Value, Wrong};
pub use xtype::{Meaning, Xtype};

use crate::diag::Result;
use head::{Choice, find};
use problem::problem;
use xml::Xml;

/// Opens a document called `name` in messages; reads up to the first row.
///
/// # Errors
/// Diagnostics of family V.
pub fn read<R: Read>(input: R, name: &str, limits: &Limits) -> Result<Reader<R>> {
    open(input, name, limits, Choice::Results)
}

/// Like [`read`], but when all tables are in resources of type `meta`, takes the first of those.
///
/// # Errors
/// Diagnostics of family V.
pub fn read_seekable<R: Read + Seek>(
    mut input: R,
    name: &str,
    limits: &Limits,
) -> Result<Reader<R>> {
    let only_meta = {
        let mut xml = Xml::new(&mut input, name, limits);
        find(&mut xml, limits, Choice::Results)?.is_none()
    };
    let mut choice = Choice::Results;
    if only_meta {
        choice = Choice::Any;
    }
    if let Err(error) = input.rewind() {
        let xml = Xml::new(input, name, limits);
        let trouble = problem("V013", format!("reading failed: {error}"));
        return Err(xml.fail(xml.last(), 1, trouble));
    }
    open(input, name, limits, choice)
}

fn open<R: Read>(input: R, name: &str, limits: &Limits, choice: Choice) -> Result<Reader<R>> {
    let mut xml = Xml::new(input, name, limits);
    if let Some(head) = find(&mut xml, limits, choice)? {
        return Ok(Reader::new(xml, head, limits));
    }
    let trouble = problem("V005", "all tables are in resources of type meta")
        .help("a table with data is in a RESOURCE of type=\"results\"");
    Err(xml.fail(xml.last(), 1, trouble))
}
