//! The formats that results are written in, and what they are called.
//!
//! In: a value of RESPONSEFORMAT or FORMAT: a media type with parameters, or a short name (DALI 1.1
//! section 3.4.3, TAP 1.1 section 2.7.2). Out: a [`Format`] and the Content-Type to send, or what is
//! possible.

use std::fmt;

use crate::diag::{Diagnostic, Result, nearest};
use crate::votable::{Serialization, Version};

/// A format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// VOTable.
    VoTable {
        /// How rows are written.
        serialization: Serialization,
        /// Which version the document says it has.
        version: Version,
    },
    /// Comma-separated values.
    Csv {
        /// Whether the first line has the names.
        header: bool,
    },
    /// Tab-separated values.
    Tsv,
    /// JSON.
    Json,
    /// Parquet with a VOTable header.
    Parquet,
    /// FITS binary table.
    Fits,
    /// A page for people.
    Html,
    /// Aligned text for terminals.
    Text,
}

/// A format as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// The format.
    pub format: Format,
    /// The Content-Type to send: the media type that was asked for, if it was one.
    pub content_type: String,
}

/// A format as /capabilities lists it (TAPRegExt's `outputFormat`); every text in it can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The format.
    pub format: Format,
    /// Media type.
    pub mime: &'static str,
    /// Short names.
    pub aliases: &'static [&'static str],
    /// IVOID of TAPRegExt; none for formats that have none.
    pub ivo_id: Option<&'static str>,
}

const VOTABLE: &str = "application/x-votable+xml";
/// Media types of VOTable, after the standard's own.
const XML: [&str; 3] = ["text/xml", "application/xml", "text/x-votable+xml"];

/// VOTable 1.4 unless 1.5 is asked for: many validators, taplint's among them, do not know 1.5, which
/// adds nothing to these documents but the reference position of COOSYS.
const fn votable(serialization: Serialization) -> Format {
    Format::VoTable { serialization, version: Version::V1_4 }
}

/// What a service offers; the first one is the answer to those who do not ask.
pub const OFFERS: [Offer; 11] = [
    Offer {
        format: votable(Serialization::Binary2),
        mime: "application/x-votable+xml;serialization=binary2",
        aliases: &["votable", "votable/b2", "votable/binary2"],
        ivo_id: Some("ivo://ivoa.net/std/TAPRegExt#output-votable-binary2"),
    },
    Offer {
        format: votable(Serialization::TableData),
        mime: "application/x-votable+xml;serialization=tabledata",
        aliases: &["votable/td", "votable/tabledata"],
        ivo_id: Some("ivo://ivoa.net/std/TAPRegExt#output-votable-td"),
    },
    Offer {
        format: votable(Serialization::TableData),
        mime: "text/xml",
        aliases: &[],
        ivo_id: Some("ivo://ivoa.net/std/TAPRegExt#output-votable-td"),
    },
    Offer {
        format: votable(Serialization::Binary),
        mime: "application/x-votable+xml;serialization=binary",
        aliases: &["votable/b", "votable/binary"],
        ivo_id: Some("ivo://ivoa.net/std/TAPRegExt#output-votable-binary"),
    },
    Offer {
        format: Format::Csv { header: true },
        mime: "text/csv;header=present",
        aliases: &["csv"],
        ivo_id: None,
    },
    Offer {
        format: Format::Tsv,
        mime: "text/tab-separated-values",
        aliases: &["tsv"],
        ivo_id: None,
    },
    Offer { format: Format::Json, mime: "application/json", aliases: &["json"], ivo_id: None },
    Offer {
        format: Format::Parquet,
        mime: "application/vnd.apache.parquet",
        aliases: &["parquet"],
        ivo_id: None,
    },
    Offer { format: Format::Fits, mime: "application/fits", aliases: &["fits"], ivo_id: None },
    Offer { format: Format::Html, mime: "text/html", aliases: &["html"], ivo_id: None },
    Offer { format: Format::Text, mime: "text/plain", aliases: &["text"], ivo_id: None },
];

/// Other names that are understood.
const SYNONYMS: [(&str, &str); 4] = [
    ("application/x-parquet", "parquet"),
    ("application/vnd.apache.parquet", "parquet"),
    ("image/fits", "fits"),
    ("txt", "text"),
];

impl Format {
    /// The format of those who do not ask.
    pub const DEFAULT: Self = votable(Serialization::Binary2);

    /// Reads a value of RESPONSEFORMAT; an empty one asks for nothing in particular.
    ///
    /// # Errors
    /// F001 for what is not offered.
    pub fn parse(asked: &str) -> Result<Requested> {
        let asked = asked.trim();
        let mut parts = asked.split(';').map(str::trim);
        // A plus sign that was not encoded in a form arrives as a blank.
        let name = parts.next().unwrap_or_default().to_ascii_lowercase().replace(' ', "+");
        if name.is_empty() && asked.is_empty() {
            return Ok(Requested::of(Self::DEFAULT));
        }
        let synonym = SYNONYMS.iter().find(|(other, _)| *other == name);
        let wanted = synonym.map_or(name.as_str(), |(_, alias)| alias);
        let is_media_type = |mime: &str| mime.split(';').next() == Some(wanted);
        let xml = wanted == VOTABLE || XML.contains(&wanted);
        let mut format = if xml {
            votable(if wanted == VOTABLE {
                Serialization::Binary2
            } else {
                Serialization::TableData
            })
        } else {
            let offer = OFFERS
                .iter()
                .find(|offer| offer.aliases.contains(&wanted) || is_media_type(offer.mime));
            offer.ok_or_else(|| unknown(asked, &name))?.format
        };
        let mut said = Vec::new();
        for parameter in parts.filter(|part| !part.is_empty()) {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"').to_ascii_lowercase();
            let key = key.trim().to_ascii_lowercase();
            format = format.with(&key, &value).ok_or_else(|| unfit(asked, parameter, format))?;
            said.push(format!(";{key}={value}"));
        }
        // A media type that was asked for is the one that is sent.
        let content_type = match name.contains('/') && !name.starts_with("votable/") {
            true if said.is_empty() && !XML.contains(&name.as_str()) => {
                let usual = format.media_type();
                if usual.split(';').next() == Some(&name) { usual } else { name }
            }
            true => format!("{name}{}", said.concat()),
            false => format.media_type(),
        };
        Ok(Requested { format, content_type })
    }

    /// The format with a parameter of its media type; none if it has no such one.
    fn with(self, key: &str, value: &str) -> Option<Self> {
        match (self, key, value) {
            (_, "charset", "utf-8" | "utf8") if !self.is_binary() => Some(self),
            (Self::VoTable { version, .. }, "serialization", value) => {
                let serialization = match value {
                    "tabledata" | "td" => Serialization::TableData,
                    "binary" => Serialization::Binary,
                    "binary2" | "b2" => Serialization::Binary2,
                    _ => return None,
                };
                Some(Self::VoTable { serialization, version })
            }
            (Self::VoTable { serialization, .. }, "version", value) => {
                let version = match value {
                    "1.4" => Version::V1_4,
                    "1.5" => Version::V1_5,
                    _ => return None,
                };
                Some(Self::VoTable { serialization, version })
            }
            (Self::Csv { .. }, "header", "present") => Some(Self::Csv { header: true }),
            (Self::Csv { .. }, "header", "absent") => Some(Self::Csv { header: false }),
            _ => None,
        }
    }

    /// Parameters of the media type that can be asked for.
    fn parameters(self) -> &'static str {
        match self {
            Self::VoTable { .. } => {
                "serialization=tabledata, binary or binary2; version=1.4 or 1.5; charset=utf-8"
            }
            Self::Csv { .. } => "header=present or absent; charset=utf-8",
            Self::Parquet | Self::Fits => "none",
            _ => "charset=utf-8",
        }
    }

    /// The Content-Type to send to those who did not name one.
    pub fn media_type(self) -> String {
        match self {
            Self::VoTable { serialization, .. } => {
                let word = match serialization {
                    Serialization::TableData => "tabledata",
                    Serialization::Binary => "binary",
                    Serialization::Binary2 => "binary2",
                };
                format!("{VOTABLE};serialization={word}")
            }
            Self::Csv { header: true } => "text/csv;header=present".to_owned(),
            Self::Csv { header: false } => "text/csv;header=absent".to_owned(),
            Self::Tsv => "text/tab-separated-values".to_owned(),
            Self::Json => "application/json".to_owned(),
            Self::Parquet => "application/vnd.apache.parquet".to_owned(),
            Self::Fits => "application/fits".to_owned(),
            Self::Html => "text/html;charset=utf-8".to_owned(),
            Self::Text => "text/plain;charset=utf-8".to_owned(),
        }
    }

    /// The ending of files, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::VoTable { .. } => "vot",
            Self::Csv { .. } => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Fits => "fits",
            Self::Html => "html",
            Self::Text => "txt",
        }
    }

    /// The format that a file's ending tells, in any case of letters.
    pub fn of_extension(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "xml" | "vot" | "votable" => Some(votable(Serialization::TableData)),
            "csv" => Some(Self::Csv { header: true }),
            "tsv" | "tab" => Some(Self::Tsv),
            "json" => Some(Self::Json),
            "parquet" | "pq" => Some(Self::Parquet),
            "fits" | "fit" => Some(Self::Fits),
            "html" | "htm" => Some(Self::Html),
            "txt" => Some(Self::Text),
            _ => None,
        }
    }

    /// Whether it is no text for a terminal.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Fits)
    }
}

impl Requested {
    fn of(format: Format) -> Self {
        Self { format, content_type: format.media_type() }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.media_type())
    }
}

fn unknown(asked: &str, name: &str) -> Box<Diagnostic> {
    let names = || OFFERS.iter().flat_map(|offer| offer.aliases.iter().copied());
    let diagnostic = Diagnostic::error("F001", format!("there is no output format `{asked}`"));
    let diagnostic = match nearest(name, names()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    };
    let types = OFFERS.map(|offer| offer.mime).join(", ");
    let names: Vec<&str> = names().collect();
    Box::new(
        diagnostic
            .help(format!("possible names: {}", names.join(", ")))
            .help(format!("possible media types: {types}")),
    )
}

fn unfit(asked: &str, parameter: &str, format: Format) -> Box<Diagnostic> {
    let message = format!("the output format `{asked}` has no parameter `{parameter}`");
    let help = format!("possible parameters: {}", format.parameters());
    Box::new(Diagnostic::error("F001", message).help(help))
}
