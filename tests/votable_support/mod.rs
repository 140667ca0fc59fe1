//! Documents for the tests that read VOTables. Use it with `mod votable_support;`.

// Every test binary compiles all of this and uses a part of it.
#![allow(dead_code, unreachable_pub)]

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use obscore_view::diag::Diagnostic;
use obscore_view::votable::read::{Limits, Reader, Value, read};

/// The cells, row by row.
pub type Rows = Vec<Vec<Value>>;

/// All rows.
pub fn all<R: Read>(reader: &mut Reader<R>) -> Result<Rows, Box<Diagnostic>> {
    reader.collect()
}

/// All rows of a document, or why there are none.
pub fn attempt(document: &[u8], limits: &Limits) -> Result<Rows, Box<Diagnostic>> {
    all(&mut read(document, "upload.xml", limits)?)
}

/// A document with one table.
pub fn table(fields: &str, data: &str) -> String {
    format!(
        "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">\n\
         <RESOURCE type=\"results\"><TABLE>\n{fields}\n<DATA>{data}</DATA></TABLE></RESOURCE></VOTABLE>\n"
    )
}

/// A document with one table, its rows in base64.
pub fn binary(kind: &str, fields: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    table(fields, &format!("<{kind}><STREAM encoding=\"base64\">{text}</STREAM></{kind}>"))
}
