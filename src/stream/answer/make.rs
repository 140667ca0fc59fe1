//! A sink for a format.

use std::io::Write;

use super::delimited::{Delimited, Style};
use super::fits::Fits;
use super::html::Html;
use super::json::JsonTable;
use super::parquet::VoParquet;
use super::text::Text;
use super::{About, Format};
use crate::diag::Result;
use crate::stream::{Sink, VoTable};

/// A sink that writes a result about `about` to `out` in `format`.
///
/// # Errors
/// None at present but those of the formats' settings.
pub fn sink<W: Write + Send + 'static>(
    format: Format,
    out: W,
    about: About,
) -> Result<Box<dyn Sink>> {
    Ok(match format {
        Format::VoTable { serialization, version } => {
            Box::new(VoTable::new(out, about.document(version), serialization))
        }
        Format::Csv { header } => Box::new(Delimited::new(out, &about, Style::Csv, header)),
        Format::Tsv => Box::new(Delimited::new(out, &about, Style::Tsv, true)),
        Format::Json => Box::new(JsonTable::new(out, &about)),
        Format::Parquet => Box::new(VoParquet::new(out, &about)?),
        Format::Fits => Box::new(Fits::new(out, about)),
        Format::Html => Box::new(Html::new(out, about)),
        Format::Text => Box::new(Text::new(out, &about)),
    })
}
