//! An HTML page with the rows, for people.
//!
//! In: batches. Out: one page that needs nothing else: a table with the columns' units and
//! descriptions, links where a text is an address on the web, the query above it, and under it how it
//! ended. Whatever comes from data is escaped. The page is legal at every ending.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::About;
use super::output::Output;
use crate::diag::Result;
use crate::stream::text::{Value, typed_columns};
use crate::stream::{Flow, Sink, Status};
use crate::time;
use crate::votable::{Datatype, escape, number};

/// What is between the tags of `style`, for those who allow styles by their digest.
pub const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0 auto;max-width:100rem;padding:1rem 1.5rem 2rem;font:16px/1.5 system-ui,sans-serif;\
background:light-dark(#fbfbf9,#14181b);color:light-dark(#1c2328,#e6eaec)}\
h1{font-size:1.4rem;margin:.5rem 0}a{color:light-dark(#14506b,#7cc4e4)}\
pre{font:.9rem/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}\
.rows{overflow:auto;max-height:80vh;border:1px solid light-dark(#d9dedf,#333d43)}\
table{border-collapse:collapse;width:max-content;min-width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}\
th,td{padding:.3rem .8rem;text-align:left;border-bottom:1px solid light-dark(#d9dedf,#333d43);\
vertical-align:top}\
th{position:sticky;top:0;background:light-dark(#e3eef3,#22333c)}th small{display:block;font-weight:400}\
td{max-width:26em;overflow-wrap:anywhere}td.n{text-align:right;white-space:nowrap}\
.overflow{background:light-dark(#e3eef3,#22333c);padding:.5rem .9rem}\
.error{color:light-dark(#a3201b,#ff9a90)}";

/// A page.
#[derive(Debug)]
pub struct Html<W> {
    out: Output<W>,
    about: About,
    types: Vec<Datatype>,
    open: bool,
    rows: u64,
}

impl<W: Write> Html<W> {
    /// A page about `about`.
    pub fn new(out: W, about: About) -> Self {
        let types = about.types();
        Self { out: Output::new(out), about, types, open: false, rows: 0 }
    }

    fn text(&mut self, text: &str) {
        escape(text, &mut self.out.buffer);
    }

    fn head(&mut self) {
        let about = std::mem::take(&mut self.about);
        self.out.push("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        self.out.push("<meta name=\"viewport\" content=\"width=device-width\"><title>");
        let title = if about.description.is_empty() { "Query result" } else { &about.description };
        self.text(title);
        self.out.push(&format!("</title><style>{STYLE}</style></head>\n<body><main><h1>"));
        self.text(title);
        self.out.push("</h1>\n");
        if let Some(query) = about.resource_infos.iter().find(|info| info.name == "QUERY") {
            self.out.push("<pre><code>");
            self.text(&query.value);
            self.out.push("</code></pre>\n");
        }
        self.about = about;
    }

    fn heading(&mut self) {
        let columns = std::mem::take(&mut self.about.columns);
        self.out.push("<div class=\"rows\" tabindex=\"0\" role=\"region\" aria-label=\"Rows\"><table><thead><tr>");
        for column in &columns {
            self.out.push("<th scope=\"col\" title=\"");
            self.text(&column.description);
            self.out.push("\">");
            self.text(&column.name);
            if !column.unit.is_empty() {
                self.out.push("<small>");
                self.text(&column.unit);
                self.out.push("</small>");
            }
            self.out.push("</th>");
        }
        self.out.push("</tr></thead>\n<tbody>\n");
    }
}

impl<W: Write + Send> Sink for Html<W> {
    fn start(&mut self, _: &SchemaRef) -> Result<()> {
        self.head();
        self.heading();
        self.open = true;
        self.out.flush()
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let columns = typed_columns(batch, &self.types);
        for row in 0..batch.num_rows() {
            self.out.push("<tr>");
            for column in &columns {
                cell(&column.value(row), &mut self.out.buffer);
            }
            self.out.push("</tr>\n");
            self.rows += 1;
            self.out.relieve()?;
        }
        self.out.send()?;
        Ok(Flow::More)
    }

    fn finish(&mut self, status: &Status) -> Result<()> {
        if std::mem::take(&mut self.open) {
            let rows = if self.rows == 1 { "row" } else { "rows" };
            let (class, more) = match status {
                Status::Complete => ("ending", ""),
                Status::Overflow => ("ending overflow", "; there are more than these"),
                Status::Error(_) => ("ending", " before the error"),
            };
            let rows = format!("{} {rows}{more}", self.rows);
            self.out.push(&format!("</tbody></table></div>\n<p class=\"{class}\">{rows}</p>\n"));
        } else {
            self.head();
        }
        if let Status::Error(message) = status {
            // The place of an error is a line of the query with marks below it.
            self.out.push("<pre class=\"error\" role=\"alert\">");
            self.text(message);
            self.out.push("</pre>\n");
        }
        self.out.push("</main></body></html>\n");
        self.out.flush()
    }
}

fn cell(value: &Value<'_>, out: &mut Vec<u8>) {
    if let Value::Text(text) = value {
        out.extend_from_slice(b"<td>");
        let link = text.starts_with("https://") || text.starts_with("http://");
        if link {
            out.extend_from_slice(b"<a href=\"");
            escape(text, out);
            out.extend_from_slice(b"\">");
        }
        escape(text, out);
        out.extend_from_slice(if link { b"</a></td>".as_slice() } else { b"</td>" });
        return;
    }
    out.extend_from_slice(b"<td class=\"n\">");
    match value {
        Value::Int(integer) => number::int(*integer, out),
        Value::Double(double) => number::double(*double, out),
        Value::Float(float) => number::float(*float, out),
        Value::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Value::Instant(microseconds) => time::push_iso(*microseconds, out),
        Value::Null | Value::Text(_) => {}
    }
    out.extend_from_slice(b"</td>");
}
