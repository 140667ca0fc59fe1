//! What stands around the rows.

use super::{Descriptor, Field};

/// An INFO element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Text inside, for people; may be empty.
    pub content: String,
}

impl Info {
    /// An INFO with a content for people.
    pub fn new(
        name: impl Into<String>,
        value: impl Into<String>,
        content: impl Into<String>,
    ) -> Self {
        Self { name: name.into(), value: value.into(), content: content.into() }
    }
}

/// A COOSYS element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coosys {
    /// What fields refer to.
    pub id: String,
    /// Reference frame, a word of the IVOA vocabulary refframe.
    pub system: String,
    /// Reference position, a word of the IVOA vocabulary refposition; may be empty.
    pub refposition: String,
}

/// A TIMESYS element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timesys {
    /// What fields refer to.
    pub id: String,
    /// `MJD-origin`, `JD-origin`, a Julian date, or empty for calendar dates.
    pub timeorigin: String,
    /// Time scale, a word of the IVOA vocabulary timescale.
    pub timescale: String,
    /// Reference position.
    pub refposition: String,
}

/// The version that a document says it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Version {
    /// 1.4, which has no reference position of COOSYS.
    V1_4,
    /// 1.5.
    #[default]
    V1_5,
}

/// A document with one resource of type `results` and one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Version.
    pub version: Version,
    /// Of the document: who made it, when.
    pub infos: Vec<Info>,
    /// Description of the resource; may be empty.
    pub description: String,
    /// Of the resource, before QUERY_STATUS.
    pub resource_infos: Vec<Info>,
    /// Frames.
    pub coosys: Vec<Coosys>,
    /// Time frames.
    pub timesys: Vec<Timesys>,
    /// Name of the table; may be empty.
    pub table: String,
    /// Columns.
    pub fields: Vec<Field>,
    /// Services that a client can call, told behind the table.
    pub services: Vec<Descriptor>,
    /// The service that made the document, where it describes itself as DataLink 1.1 wants it.
    pub itself: Option<Descriptor>,
}
