//! The rows of a table.

#![expect(clippy::unnecessary_box_returns, reason = "what diag::Result holds")]

use std::io::Read;

use super::Limits;
use super::base64::Bytes;
use super::column::Column;
use super::head::{Head, Serialization, Table};
use super::input::Mark;
use super::problem::{Problem, problem};
use super::value::{Value, Wrong};
use super::xml::{Name, Tag, Token, Xml};
use super::{binary, text};
use crate::diag::{Diagnostic, Result};

/// A table on its way in: an iterator of rows, each with a value for each column. It ends after an
/// error, and else when the whole document was read.
pub struct Reader<R> {
    xml: Xml<R>,
    head: Head,
    limits: Limits,
    rows: u64,
    bytes: Bytes,
    over: bool,
    cell: String,
    /// Where the last row begins; in a STREAM about so.
    begin: Mark,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(mut xml: Xml<R>, head: Head, limits: &Limits) -> Self {
        let begin = xml.here();
        let bytes = Bytes::new(begin);
        Self {
            xml,
            head,
            limits: limits.clone(),
            rows: 0,
            bytes,
            over: false,
            cell: String::new(),
            begin,
        }
    }

    /// What stands around the columns.
    pub fn table(&self) -> &Table {
        &self.head.table
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.head.columns
    }

    /// How the rows are written.
    pub fn serialization(&self) -> Serialization {
        self.head.serialization
    }

    /// The diagnostic of a cell of the last row with which something is wrong beyond its form.
    pub fn reject(&self, column: usize, wrong: Wrong) -> Box<Diagnostic> {
        self.wrong(column, self.begin, 1, wrong)
    }

    /// The next row.
    fn row(&mut self) -> Result<Option<Vec<Value>>> {
        let row = match self.head.serialization {
            Serialization::None => None,
            Serialization::TableData => self.text_row()?,
            Serialization::Binary => self.binary_row(false)?,
            Serialization::Binary2 => self.binary_row(true)?,
        };
        if row.is_none() {
            self.rest()?;
        }
        Ok(row)
    }

    /// Reads what follows the rows, so that a document that was cut is noticed.
    fn rest(&mut self) -> Result<()> {
        loop {
            match self.xml.next()? {
                Token::Start(_) if self.xml.depth() > 1 => self.xml.skip()?,
                Token::Start(tag) => {
                    let text = "this is not well-formed XML: a second root element";
                    return Err(self.xml.fail(tag.mark, 1, problem("V001", text)));
                }
                Token::End | Token::Text => {}
                Token::Eof => return Ok(()),
            }
        }
    }

    fn count_row(&mut self, mark: Mark) -> Result<()> {
        self.rows += 1;
        self.begin = mark;
        if self.rows <= self.limits.rows {
            return Ok(());
        }
        let text = format!("the table has more than {} rows", self.limits.rows);
        Err(self.xml.fail(mark, 1, problem("V011", text).help("upload fewer rows")))
    }

    fn text_row(&mut self) -> Result<Option<Vec<Value>>> {
        loop {
            match self.xml.next()? {
                Token::Start(tag) if tag.name == Name::Tr => {
                    self.count_row(tag.mark)?;
                    return self.cells().map(Some);
                }
                Token::Start(tag) => return Err(self.stray(&tag, "TABLEDATA has TR elements only")),
                Token::Text => self.blank("TABLEDATA")?,
                Token::End | Token::Eof => return Ok(None),
            }
        }
    }

    fn cells(&mut self) -> Result<Vec<Value>> {
        let columns = self.head.columns.len();
        let mut left = self.limits.row;
        let mut values = Vec::with_capacity(columns);
        loop {
            match self.xml.next()? {
                Token::Start(tag) if tag.name == Name::Td => {
                    if values.len() == columns {
                        let text = format!("row {} has more cells than columns", self.rows);
                        let trouble = problem("V009", text)
                            .label("one too many")
                            .help(format!("there are {columns} FIELD elements"));
                        return Err(self.xml.fail(tag.mark, 4, trouble));
                    }
                    let value = self.text_cell(values.len(), &tag)?;
                    left = self.charge(left, self.cell.len())?;
                    values.push(value);
                }
                Token::Start(tag) => return Err(self.stray(&tag, "TR has TD elements only")),
                Token::Text => self.blank("TR")?,
                Token::End | Token::Eof => break,
            }
        }
        if values.len() < columns {
            let text = format!("row {} has fewer cells than columns", self.rows);
            let trouble = problem("V009", text)
                .label(format!("{} TD elements", values.len()))
                .help(format!("there are {columns} FIELD elements; write <TD/> for null"));
            return Err(self.xml.fail(self.begin, 4, trouble));
        }
        Ok(values)
    }

    fn text_cell(&mut self, index: usize, tag: &Tag) -> Result<Value> {
        let mark = self.xml.here();
        self.cell.clear();
        loop {
            match self.xml.next()? {
                Token::Text => {
                    self.cell.push_str(&self.xml.text);
                    if self.cell.len() > self.limits.cell {
                        return Err(self.big(index, mark));
                    }
                }
                Token::Start(tag) => {
                    return Err(self.stray(&tag, "TD has text only; write &lt; for <"));
                }
                Token::End | Token::Eof => break,
            }
        }
        let Some(column) = self.head.columns.get(index) else { return Ok(Value::Null) };
        let value = if tag.get("encoding").eq_ignore_ascii_case("base64") {
            encoded(column, &self.cell)
        } else {
            text::value(column, &self.cell)
        };
        value.map_err(|wrong| self.wrong(index, mark, self.cell.len(), wrong))
    }

    /// A row of bytes, after a bit for each column that says whether it is null.
    fn binary_row(&mut self, flagged: bool) -> Result<Option<Vec<Value>>> {
        if self.bytes.is_over(&mut self.xml)? {
            return Ok(None);
        }
        self.count_row(self.bytes.mark)?;
        let columns = self.head.columns.len();
        let mut left = self.limits.row;
        let flags =
            match self.bytes.take(&mut self.xml, if flagged { columns.div_ceil(8) } else { 0 })? {
                Some(flags) => flags.to_vec(),
                None => return Err(self.cut(0)),
            };
        let mut values = Vec::with_capacity(columns);
        let mut taken = flags.len();
        for index in 0..columns {
            let null = flags.get(index / 8).is_some_and(|byte| byte << (index % 8) & 0x80 != 0);
            let (value, bytes) = self.binary_cell(index, null, flagged)?;
            left = self.charge(left, bytes)?;
            taken += bytes;
            values.push(value);
        }
        if taken == 0 {
            let text = "there are bytes, but the columns' cells have none";
            return Err(self.xml.fail(self.bytes.mark, 1, problem("V010", text)));
        }
        Ok(Some(values))
    }

    /// A cell and how many bytes it took.
    fn binary_cell(&mut self, index: usize, null: bool, flagged: bool) -> Result<(Value, usize)> {
        let Some(column) = self.head.columns.get(index) else { return Ok((Value::Null, 0)) };
        let (count, prefix) = match column.arraysize.count() {
            Some(count) => (count, 0),
            None => match self.bytes.take(&mut self.xml, 4)? {
                Some(bytes) => {
                    (bytes.iter().fold(0, |count, byte| count << 8 | usize::from(*byte)), 4)
                }
                None => return Err(self.cut(index)),
            },
        };
        let size = column.primitive.bytes(count).filter(|size| *size <= self.limits.cell);
        let Some(size) = size else { return Err(self.big(index, self.bytes.mark)) };
        let Some(bytes) = self.bytes.take(&mut self.xml, size)? else {
            return Err(self.cut(index));
        };
        let value =
            if null { Ok(Value::Null) } else { binary::value(column, count, bytes, !flagged) };
        match value {
            Ok(value) => Ok((value, size + prefix)),
            Err(wrong) => Err(self.wrong(index, self.bytes.mark, 1, wrong)),
        }
    }

    /// What is left of a row after so many bytes.
    fn charge(&self, left: usize, bytes: usize) -> Result<usize> {
        left.checked_sub(bytes).ok_or_else(|| {
            let text = format!("row {} has more than {} bytes", self.rows, self.limits.row);
            self.xml.fail(self.xml.last(), 1, problem("V011", text))
        })
    }

    fn blank(&self, inside: &str) -> Result<()> {
        if self.xml.text.trim_ascii().is_empty() {
            return Ok(());
        }
        let trouble =
            problem("V012", format!("text in {inside}")).help("values are in TD elements");
        Err(self.xml.fail(self.xml.last(), self.xml.text.len().min(40), trouble))
    }

    fn stray(&self, tag: &Tag, help: &str) -> Box<Diagnostic> {
        let name = match tag.name {
            Name::Other => self.xml.other.chars().take(40).collect(),
            name => name.written().to_owned(),
        };
        let trouble = problem("V012", format!("{name} is not possible here")).help(help);
        self.xml.fail(tag.mark, name.len() + 1, trouble)
    }

    fn place(&self, index: usize) -> String {
        let name = self.head.columns.get(index).map_or("", |column| column.name.as_str());
        format!("row {}, column {name}", self.rows)
    }

    fn wrong(&self, index: usize, mark: Mark, length: usize, wrong: Wrong) -> Box<Diagnostic> {
        let column = self.head.columns.get(index);
        let trouble: Problem = problem("V008", format!("{}: {}", self.place(index), wrong.what))
            .label(column.map_or_else(String::new, Column::type_name))
            .help(wrong.help);
        self.xml.fail(mark, length.min(60), trouble)
    }

    fn big(&self, index: usize, mark: Mark) -> Box<Diagnostic> {
        let text =
            format!("{}: the cell has more than {} bytes", self.place(index), self.limits.cell);
        let mut trouble = problem("V011", text);
        if self.head.serialization != Serialization::TableData {
            trouble = trouble.help("the FIELD elements perhaps do not describe these bytes");
        }
        self.xml.fail(mark, 1, trouble)
    }

    fn cut(&self, index: usize) -> Box<Diagnostic> {
        let text = format!("{}: the STREAM ends inside the row", self.place(index));
        let trouble = problem("V010", text)
            .help("the FIELD elements perhaps do not describe these bytes, or some are missing");
        self.xml.fail(self.xml.last(), 1, trouble)
    }
}

/// A TD whose text is the base64 of what BINARY would have.
fn encoded(column: &Column, text: &str) -> Result<Value, Wrong> {
    if text.trim_ascii().is_empty() {
        return Ok(Value::Null);
    }
    let wrong =
        |what: &str| super::value::wrong(what, "write the cell as text, without an encoding");
    let bytes = Bytes::of_text(text).ok_or_else(|| wrong("the cell is not base64"))?;
    let (count, bytes) = match (column.arraysize.count(), bytes.split_first_chunk::<4>()) {
        (Some(count), _) => (count, bytes.as_slice()),
        (None, Some((count, rest))) => (u32::from_be_bytes(*count) as usize, rest),
        (None, None) => return Err(wrong("the cell has no count of its elements")),
    };
    if column.primitive.bytes(count) != Some(bytes.len()) {
        return Err(wrong("the cell has a wrong number of bytes"));
    }
    binary::value(column, count, bytes, true)
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Vec<Value>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let row = self.row().transpose();
        self.over = !matches!(row, Some(Ok(_)));
        row
    }
}
